package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// lastUsed gathers when keys and credentials were used, to be written together: once a minute at most for each.
type lastUsed struct {
	mu          sync.Mutex
	keys        map[string]int64
	credentials map[credentialRef]int64
}

type credentialRef struct{ workspace, id string }

func (u *lastUsed) key(id string, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.keys == nil {
		u.keys = map[string]int64{}
	}
	u.keys[id] = micros(at)
}

func (u *lastUsed) credential(ref credentialRef, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.credentials == nil {
		u.credentials = map[credentialRef]int64{}
	}
	u.credentials[ref] = micros(at)
}

func (u *lastUsed) take() (keys map[string]int64, credentials map[credentialRef]int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	keys, credentials = u.keys, u.credentials
	u.keys, u.credentials = nil, nil
	return keys, credentials
}

// writeLastUsed stores what was gathered. What cannot be stored is forgotten: the next use notes it again.
func (s *Store) writeLastUsed(ctx context.Context) error {
	keys, credentials := s.used.take()
	if len(keys)+len(credentials) == 0 {
		return nil
	}
	err := inTransaction(ctx, s.write, func(tx *sql.Tx) error {
		for id, at := range keys {
			if _, err := tx.ExecContext(ctx, `UPDATE api_keys SET last_used = ? WHERE id = ?`, at, id); err != nil {
				return err
			}
		}
		for ref, at := range credentials {
			_, err := tx.ExecContext(ctx, `UPDATE credentials SET last_used = ? WHERE workspace = ? AND id = ?`, at, ref.workspace, ref.id)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fault("storing last-used times", err)
	}
	return nil
}
