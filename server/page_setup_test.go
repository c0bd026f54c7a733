package server

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/embedtoken"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations/execute"
)

// recorded keeps records of calls.
type recorded struct {
	mu      sync.Mutex
	records []execute.Record
}

func (r *recorded) Record(record execute.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, record)
}

func (r *recorded) all() []execute.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.records)
}

func newTokens(t testing.TB, s *store.Store) *embedtoken.Tokens {
	t.Helper()
	text, err := credentials.GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := credentials.ParseMasterKey(text)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := key.TokenKeys(embedtoken.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := embedtoken.New(embedtoken.Options{Keys: keys, Store: s, Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tokens.Close)
	return tokens
}
