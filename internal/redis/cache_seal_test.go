package redis_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/redis/redistest"
	"github.com/patchbay/patchbay/operations/execute"
)

// sealer is AES-GCM.
type sealer struct{ cipher.AEAD }

func newSealer(t testing.TB) sealer {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return sealer{aead}
}

func (s sealer) Seal(plain, context []byte) ([]byte, error) {
	nonce := make([]byte, s.NonceSize())
	_, _ = rand.Read(nonce)
	return s.AEAD.Seal(nonce, nonce, plain, context), nil
}

func (s sealer) Open(sealed, context []byte) ([]byte, error) {
	if len(sealed) < s.NonceSize() {
		return nil, errors.New("too short")
	}
	return s.AEAD.Open(nil, sealed[:s.NonceSize()], sealed[s.NonceSize():], context)
}

// dump gives everything that a server holds, keys and values, as text.
func dump(t *testing.T, server *redistest.Server) string {
	t.Helper()
	var b strings.Builder
	keys, _ := server.Do(t, "KEYS", "*").([]any)
	for _, key := range keys {
		fmt.Fprintf(&b, "%s = %s\n", key, server.Do(t, "GET", key))
	}
	return b.String()
}

func valueKeys(t *testing.T, server *redistest.Server) (keys []string) {
	t.Helper()
	found, _ := server.Do(t, "KEYS", "*:v:*").([]any)
	for _, key := range found {
		keys = append(keys, fmt.Sprint(key))
	}
	return keys
}

func TestSealedValues(t *testing.T) {
	t.Parallel()
	const personal = "ann@example.com"
	server := redistest.Start(t)
	options := patientCache
	options.TierBytes, options.Seal = -1, newSealer(t)
	c := cacheNode(t, open(t, server.URL()), options)
	for _, name := range []string{"one", "two"} {
		store(t, c, slot(name), execute.Entry{Output: json.RawMessage(`{"mail":"` + personal + `","is":"` + name + `"}`), Keep: time.Hour})
	}
	if held := dump(t, server); strings.Contains(held, personal) || strings.Contains(held, "mail") || !strings.Contains(held, ":v:") {
		t.Errorf("Redis holds:\n%s", held)
	}
	if _, _, ok := c.Get(t.Context(), slot("one")); !ok {
		t.Fatal("what was sealed does not open")
	}

	keys := valueKeys(t, server)
	server.Do(t, "COPY", keys[0], keys[1], "REPLACE")
	opened := 0
	for _, name := range []string{"one", "two"} {
		if _, _, ok := c.Get(t.Context(), slot(name)); ok {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("%d answers open, want 1: what was sealed for one slot is none for another", opened)
	}

	other := options
	other.Seal = newSealer(t)
	stranger := cacheNode(t, open(t, server.URL()), other)
	for _, name := range []string{"one", "two"} {
		if _, _, ok := stranger.Get(t.Context(), slot(name)); ok {
			t.Error("it opens with another key")
		}
	}
	other.Seal = nil
	plain := cacheNode(t, open(t, server.URL()), other)
	for _, name := range []string{"one", "two"} {
		if _, _, ok := plain.Get(t.Context(), slot(name)); ok {
			t.Error("it is read without a key")
		}
	}
	store(t, plain, slot("three"), execute.Entry{Output: json.RawMessage(`{}`), Keep: time.Hour})
	if _, _, ok := c.Get(t.Context(), slot("three")); ok {
		t.Error("what is not sealed is taken for true")
	}
}
