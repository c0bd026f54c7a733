package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Key is an API key as it may be shown: its secret is not in it.
type Key struct {
	ID        string       `json:"id"`
	Workspace string       `json:"workspace"`
	Name      string       `json:"name"`
	Role      execute.Role `json:"role"`
	Prefix    string       `json:"prefix"` // the secret's first characters, to tell keys apart
	Created   time.Time    `json:"created"`
	LastUsed  *time.Time   `json:"lastUsed,omitempty"` // up to 70 seconds late
	Revoked   *time.Time   `json:"revoked,omitempty"`
}

// Bounds of a secret that an operator chooses, in bytes.
const (
	MinSecret = 16
	MaxSecret = 512
)

// keyHash is what is stored of a secret. Secrets are random and long, so a plain hash is enough: a slow one guards
// short passwords, and would cost every call.
type keyHash = [sha256.Size]byte

// CreateKey makes an API key and gives its secret, which is shown this once and not stored. Errors: invalid_input
// for a name or a role that cannot be, not_found for the workspace.
func (s *Store) CreateKey(ctx context.Context, workspace, name string, role execute.Role) (Key, string, error) {
	random := make([]byte, 32)
	rand.Read(random)
	secret := "pb_" + base64.RawURLEncoding.EncodeToString(random)
	key := s.newKey(workspace, name, role, secret[:9])
	if err := s.insertKey(ctx, key, secret); err != nil {
		return Key{}, "", err
	}
	return key, secret, nil
}

// RegisterKey makes an API key out of a secret that the operator chose, of MinSecret to MaxSecret visible ASCII
// characters. Doing it again with the same workspace, role and secret gives the key that is there. Errors:
// invalid_input, not_found for the workspace, and conflict if the secret is revoked or stands for another
// workspace or role.
func (s *Store) RegisterKey(ctx context.Context, workspace, name string, role execute.Role, secret string) (Key, error) {
	if err := checkSecret(secret); err != nil {
		return Key{}, err
	}
	key := s.newKey(workspace, name, role, secret[:4])
	err := s.insertKey(ctx, key, secret)
	if err == nil {
		return key, nil
	}
	if !errors.Is(err, errSecretTaken) {
		return Key{}, err
	}
	existing, err := s.keyByHash(ctx, sha256.Sum256([]byte(secret)))
	switch {
	case err != nil:
		return Key{}, fault("looking an API key up", err)
	case existing.Revoked != nil:
		return Key{}, operations.Errorf(operations.CodeConflict, "that key was revoked; choose another secret")
	case existing.Workspace != workspace || existing.Role != role:
		return Key{}, operations.Errorf(operations.CodeConflict, "that secret is already a key of another workspace or role; choose another")
	}
	return existing, nil
}

func checkSecret(secret string) error {
	isVisible := !strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' })
	if len(secret) < MinSecret || len(secret) > MaxSecret || !isVisible {
		return operations.Errorf(operations.CodeInvalidInput,
			"a key's secret must be %d to %d visible ASCII characters without spaces", MinSecret, MaxSecret)
	}
	return nil
}

func (s *Store) newKey(workspace, name string, role execute.Role, prefix string) Key {
	return Key{
		ID: newID("key_"), Workspace: workspace, Name: name, Role: role, Prefix: prefix, Created: moment(micros(s.now())),
	}
}

// errSecretTaken tells that the secret stands for a key already.
var errSecretTaken = errors.New("the secret is already that of a key")

func (s *Store) insertKey(ctx context.Context, k Key, secret string) error {
	faults := nameFaults(k.Name)
	if !slices.Contains(execute.Roles(), k.Role) {
		faults = append(faults, operations.InputFault{Pointer: "/role", Detail: fmt.Sprintf("must be one of %v", execute.Roles())})
	}
	if len(faults) > 0 {
		return invalid("key", faults)
	}
	hash := sha256.Sum256([]byte(secret))
	_, err := s.write.ExecContext(ctx,
		`INSERT INTO api_keys (id, workspace, name, role, prefix, hash, created) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		k.ID, k.Workspace, k.Name, string(k.Role), k.Prefix, hash[:], micros(k.Created))
	switch {
	case isForeignKey(err):
		return noWorkspace()
	case isDuplicate(err):
		return errSecretTaken
	case err != nil:
		return fault("creating a key", err)
	}
	return nil
}

// ListKeys lists the workspace's keys, revoked ones too, oldest first.
func (s *Store) ListKeys(ctx context.Context, workspace string) ([]Key, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE workspace = ? ORDER BY id`, workspace)
	if err != nil {
		return nil, fault("listing keys", err)
	}
	list, err := collect(rows, scanKey)
	if err != nil {
		return nil, fault("listing keys", err)
	}
	return list, nil
}

// RevokeKey ends a key at once. Revoking it again changes nothing. A key that is not the workspace's is not_found.
func (s *Store) RevokeKey(ctx context.Context, workspace, id string) error {
	var hash []byte
	err := s.write.QueryRowContext(ctx,
		`UPDATE api_keys SET revoked = coalesce(revoked, ?) WHERE workspace = ? AND id = ? RETURNING hash`,
		micros(s.now()), workspace, id).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return operations.Errorf(operations.CodeNotFound, "there is no such key")
	}
	if err != nil {
		return fault("revoking a key", err)
	}
	if len(hash) == sha256.Size {
		s.keys.Invalidate(keyHash(hash))
	}
	return nil
}

func (s *Store) keyByHash(ctx context.Context, hash keyHash) (Key, error) {
	return scanKey(s.read.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE hash = ?`, hash[:]))
}

const keyColumns = `id, workspace, name, role, prefix, created, last_used, revoked`

func scanKey(row scanner) (Key, error) {
	var k Key
	var created int64
	var lastUsed, revoked sql.Null[int64]
	err := row.Scan(&k.ID, &k.Workspace, &k.Name, &k.Role, &k.Prefix, &created, &lastUsed, &revoked)
	k.Created, k.LastUsed, k.Revoked = moment(created), optionalMoment(lastUsed), optionalMoment(revoked)
	return k, err
}
