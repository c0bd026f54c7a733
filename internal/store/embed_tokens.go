package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// EmbedToken is a token of a page as it may be shown: what it is signed with is not in it.
type EmbedToken struct {
	ID          string     `json:"id"`
	Workspace   string     `json:"-"`
	EndUser     string     `json:"endUser"`
	Credentials []string   `json:"credentials"`
	Operations  []string   `json:"operations"`
	Origins     []string   `json:"origins"`
	Calls       int64      `json:"calls"`  // its budget
	Spent       int64      `json:"spent"`  // of it, or set aside by a node
	MadeBy      string     `json:"madeBy"` // the API key that asked for it
	Created     time.Time  `json:"created"`
	Expires     time.Time  `json:"expires"`
	Revoked     *time.Time `json:"revoked,omitempty"`
}

// allows is how a token's rights are stored.
type allows struct {
	Credentials []string `json:"credentials"`
	Operations  []string `json:"operations"`
	Origins     []string `json:"origins"`
}

// embedKept is for how long a token is remembered after its end.
const embedKept = 7 * 24 * time.Hour

// NewEmbedID gives the id of a token that is to be made.
func NewEmbedID() string { return newID("et_") }

// InsertEmbedToken stores a token. The workspace that is not there is not_found.
func (s *Store) InsertEmbedToken(ctx context.Context, t EmbedToken) error {
	rights, err := json.Marshal(allows{t.Credentials, t.Operations, t.Origins})
	if err != nil {
		return fmt.Errorf("encoding the rights of a token: %w", err)
	}
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO embed_tokens (id, workspace, end_user, allows, made_by, calls, created, expires)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, t.ID, t.Workspace, t.EndUser, string(rights), t.MadeBy, t.Calls, micros(t.Created), micros(t.Expires))
		if err != nil {
			return err
		}
		for _, origin := range t.Origins {
			if _, err := tx.ExecContext(ctx, `INSERT INTO embed_origins (origin, expires, token) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
				origin, micros(t.Expires), t.ID); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case isForeignKey(err):
		return noWorkspace()
	case err != nil:
		return fault("storing a token", err)
	}
	return nil
}

// EmbedTokenFilter picks tokens.
type EmbedTokenFilter struct {
	EndUser string // empty: everybody's
	Limit   int
	Before  string // only tokens with a smaller id: the last one of the page before
}

// ListEmbedTokens lists the workspace's tokens, those that ended some days ago at most, newest first.
func (s *Store) ListEmbedTokens(ctx context.Context, workspace string, filter EmbedTokenFilter) ([]EmbedToken, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, workspace, end_user, allows, made_by, calls, spent, created, expires, revoked
		FROM embed_tokens WHERE workspace = ?1 AND (?2 = '' OR end_user = ?2) AND (?3 = '' OR id < ?3) ORDER BY id DESC LIMIT ?4`,
		workspace, filter.EndUser, filter.Before, filter.Limit)
	if err != nil {
		return nil, fault("listing tokens", err)
	}
	list, err := collect(rows, scanEmbedToken)
	if err != nil {
		return nil, fault("listing tokens", err)
	}
	return list, nil
}

func scanEmbedToken(row scanner) (EmbedToken, error) {
	var t EmbedToken
	var rights []byte
	var created, expires int64
	var revoked sql.Null[int64]
	err := row.Scan(&t.ID, &t.Workspace, &t.EndUser, &rights, &t.MadeBy, &t.Calls, &t.Spent, &created, &expires, &revoked)
	if err != nil {
		return t, err
	}
	t.Created, t.Expires, t.Revoked = moment(created), moment(expires), optionalMoment(revoked)
	var a allows
	if err := json.Unmarshal(rights, &a); err != nil {
		return t, fmt.Errorf("reading the rights of a token: %w", err)
	}
	t.Credentials, t.Operations, t.Origins = a.Credentials, a.Operations, a.Origins
	return t, nil
}

// RevokeEmbedToken ends a token. Revoking it again changes nothing. One that is not the workspace's is not_found.
func (s *Store) RevokeEmbedToken(ctx context.Context, workspace, id string) error {
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE embed_tokens SET revoked = coalesce(revoked, ?) WHERE workspace = ? AND id = ?`,
			micros(s.now()), workspace, id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, sql.ErrNoRows)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM embed_origins WHERE token = ?`, id)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return operations.Errorf(operations.CodeNotFound, "there is no such token")
	}
	if err != nil {
		return fault("revoking a token", err)
	}
	return nil
}

// EmbedTokenLives tells whether a token is stored and not revoked.
func (s *Store) EmbedTokenLives(ctx context.Context, id string) (bool, error) {
	var lives bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM embed_tokens WHERE id = ? AND revoked IS NULL)`, id).Scan(&lives)
	if err != nil {
		return false, fault("looking a token up", err)
	}
	return lives, nil
}

// SetAsideEmbedCalls takes calls off the budget of a token, for a node that spends them: a twentieth of what is left, at
// most that many, and at least one if there is one.
func (s *Store) SetAsideEmbedCalls(ctx context.Context, id string, most int64) (granted int64, err error) {
	const share = 20
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var left int64
		if err := tx.QueryRowContext(ctx, `SELECT calls - spent FROM embed_tokens WHERE id = ?`, id).Scan(&left); err != nil {
			return err
		}
		granted = min(most, max(left/share, min(left, 1)))
		if granted == 0 {
			return nil
		}
		_, err := tx.ExecContext(ctx, `UPDATE embed_tokens SET spent = spent + ? WHERE id = ?`, granted, id)
		return err
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fault("counting the calls of a token", err)
	}
	return granted, nil
}

// IsEmbedOrigin tells whether a token that has neither ended nor been revoked names an origin.
func (s *Store) IsEmbedOrigin(ctx context.Context, origin string) (bool, error) {
	var known bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM embed_origins WHERE origin = ? AND expires > ?)`,
		origin, micros(s.now())).Scan(&known)
	if err != nil {
		return false, fault("looking an origin up", err)
	}
	return known, nil
}

// dropOldEmbedTokens forgets tokens that ended some days ago, and the origins of those that have ended.
func (s *Store) dropOldEmbedTokens(ctx context.Context) error {
	now := s.now()
	for _, step := range []struct {
		statement string
		before    time.Time
	}{
		{`DELETE FROM embed_origins WHERE expires <= ?`, now},
		{`DELETE FROM embed_tokens WHERE id IN (SELECT id FROM embed_tokens WHERE expires <= ? LIMIT 5000)`, now.Add(-embedKept)},
	} {
		err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, step.statement, micros(step.before))
			return err
		})
		if err != nil {
			return fault("forgetting old tokens", err)
		}
	}
	return nil
}
