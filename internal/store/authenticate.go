package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/patchbay/patchbay/operations"
)

// A key is believed for so long without a look at the database. RevokeKey drops it at once; the time bounds how
// long a revocation by another process goes unseen.
const (
	keyFreshFor   = 2 * time.Second
	maxCachedKeys = 10_000
)

// Authenticate finds the key of a secret. A secret that is unknown or revoked is unauthenticated.
func (s *Store) Authenticate(ctx context.Context, secret string) (Key, error) {
	if len(secret) < MinSecret || len(secret) > MaxSecret {
		return Key{}, unauthenticated()
	}
	var buffer [MaxSecret]byte // a conversion would allocate
	key, err := s.keys.Get(ctx, sha256.Sum256(buffer[:copy(buffer[:], secret)]), s.loadKey)
	if err != nil {
		return Key{}, err
	}
	return *key, nil
}

func unauthenticated() error {
	return operations.Errorf(operations.CodeUnauthenticated, "the API key is not valid; check it, or ask an admin for a new one")
}

func (s *Store) cacheKeys() {
	s.keys = otter.Must(&otter.Options[keyHash, *Key]{
		MaximumSize:      maxCachedKeys,
		ExpiryCalculator: otter.ExpiryWriting[keyHash, *Key](keyFreshFor),
		Clock:            s.clock,
		Executor:         func(upkeep func()) { upkeep() }, // it costs less than a goroutine for it
	})
	s.loadKey = otter.LoaderFunc[keyHash, *Key](s.validKey)
}

func (s *Store) validKey(ctx context.Context, hash keyHash) (*Key, error) {
	key, err := s.keyByHash(ctx, hash)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && key.Revoked != nil:
		return nil, unauthenticated()
	case err != nil:
		return nil, fault("looking an API key up", err)
	}
	s.used.key(key.ID, s.now())
	return &key, nil
}

// cacheClock lets the cache run on a clock that the store was given.
type cacheClock struct{ now func() time.Time }

func (c cacheClock) NowNano() int64 { return c.now().UnixNano() }

// Tick gives a real tick: it only cleans up.
func (c cacheClock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }
