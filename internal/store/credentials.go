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

// CredentialRow is a stored credential. What is secret in it is sealed before it comes here.
type CredentialRow struct {
	ID          string
	Workspace   string
	Connector   string
	Name        string
	Scheme      string
	Fields      map[string]string // not secret
	SecretNames []string          // which secrets Sealed holds
	Sealed      []byte
	KeyID       uint32 // of the key that sealed it
	Version     int64  // goes up with each change, from 1
	Created     time.Time
	Updated     time.Time
	LastUsed    *time.Time // up to 70 seconds late
}

// ErrChanged is the cause of the conflict that UpdateCredential reports if the row is no longer the version it was.
var ErrChanged = errors.New("the credential was changed meanwhile")

// NewCredentialID makes an id for a credential: "cred_" and a ULID.
func NewCredentialID() string { return newID("cred_") }

// InsertCredential stores a new row as version 1 and gives it back with its times. Errors: conflict for an id that
// is taken, not_found for the workspace.
func (s *Store) InsertCredential(ctx context.Context, row CredentialRow) (CredentialRow, error) {
	if !ValidID(row.ID) {
		return CredentialRow{}, invalid("credential", []operations.InputFault{{Pointer: "/id", Detail: idRule}})
	}
	row.Version, row.Created = 1, moment(micros(s.now()))
	row.Updated = row.Created
	fields, names, err := encodeCredential(row)
	if err != nil {
		return CredentialRow{}, err
	}
	_, err = s.write.ExecContext(ctx, `INSERT INTO credentials
		(workspace, id, connector, name, scheme, fields, secret_names, sealed, key_id, version, created, updated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		row.Workspace, row.ID, row.Connector, row.Name, row.Scheme, fields, names, row.Sealed, row.KeyID, row.Version,
		micros(row.Created), micros(row.Updated))
	switch {
	case isDuplicate(err):
		return CredentialRow{}, operations.Errorf(operations.CodeConflict, "there is already a credential with the id %q", row.ID)
	case isForeignKey(err):
		return CredentialRow{}, noWorkspace()
	case err != nil:
		return CredentialRow{}, fault("storing a credential", err)
	}
	return row, nil
}

// Credential finds a credential of the workspace. One of another workspace is not_found, as if it did not exist.
func (s *Store) Credential(ctx context.Context, workspace, id string) (CredentialRow, error) {
	row, err := scanCredential(s.read.QueryRowContext(ctx,
		`SELECT `+credentialColumns+` FROM credentials WHERE workspace = ? AND id = ?`, workspace, id))
	if errors.Is(err, sql.ErrNoRows) {
		return CredentialRow{}, noCredential()
	}
	if err != nil {
		return CredentialRow{}, fault("reading a credential", err)
	}
	return row, nil
}

// ListCredentials lists the workspace's credentials by id, only those of a connector if it is not empty.
func (s *Store) ListCredentials(ctx context.Context, workspace, connector string) ([]CredentialRow, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT `+credentialColumns+` FROM credentials WHERE workspace = ? AND (? = '' OR connector = ?) ORDER BY id`,
		workspace, connector, connector)
	if err != nil {
		return nil, fault("listing credentials", err)
	}
	list, err := collect(rows, scanCredential)
	if err != nil {
		return nil, fault("listing credentials", err)
	}
	return list, nil
}

// UpdateCredential stores name, fields and secrets of a row if it is still the version given, and gives it back as
// the next version. If somebody was faster it is conflict with the cause ErrChanged; a row that is gone is not_found.
func (s *Store) UpdateCredential(ctx context.Context, row CredentialRow) (CredentialRow, error) {
	fields, names, err := encodeCredential(row)
	if err != nil {
		return CredentialRow{}, err
	}
	row.Updated = moment(micros(s.now()))
	result, err := s.write.ExecContext(ctx, `UPDATE credentials
		SET name = ?, fields = ?, secret_names = ?, sealed = ?, key_id = ?, version = version + 1, updated = ?
		WHERE workspace = ? AND id = ? AND version = ?`,
		row.Name, fields, names, row.Sealed, row.KeyID, micros(row.Updated), row.Workspace, row.ID, row.Version)
	if err != nil {
		return CredentialRow{}, fault("storing a credential", err)
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return CredentialRow{}, fault("storing a credential", err)
	}
	if changed == 0 {
		if _, err := s.Credential(ctx, row.Workspace, row.ID); err != nil {
			return CredentialRow{}, err
		}
		return CredentialRow{}, &operations.Error{
			Code: operations.CodeConflict, Detail: ErrChanged.Error() + "; read it again and repeat the change", Err: ErrChanged,
		}
	}
	row.Version++
	return row, nil
}

// DeleteCredential removes a credential of the workspace. One that is not there is not_found.
func (s *Store) DeleteCredential(ctx context.Context, workspace, id string) error {
	result, err := s.write.ExecContext(ctx, `DELETE FROM credentials WHERE workspace = ? AND id = ?`, workspace, id)
	if err != nil {
		return fault("deleting a credential", err)
	}
	removed, err := result.RowsAffected()
	if err != nil {
		return fault("deleting a credential", err)
	}
	if removed == 0 {
		return noCredential()
	}
	return nil
}

// CredentialUsed notes that a credential was used just now. It does not block; the time is written within a minute.
func (s *Store) CredentialUsed(workspace, id string) {
	s.used.credential(credentialRef{workspace, id}, s.now())
}

func noCredential() error {
	return operations.Errorf(operations.CodeNotFound, "there is no such credential")
}

const credentialColumns = `workspace, id, connector, name, scheme, fields, secret_names, sealed, key_id, version, created, updated, last_used`

func scanCredential(row scanner) (CredentialRow, error) {
	var c CredentialRow
	var fields, names string
	var created, updated int64
	var lastUsed sql.Null[int64]
	err := row.Scan(&c.Workspace, &c.ID, &c.Connector, &c.Name, &c.Scheme, &fields, &names, &c.Sealed, &c.KeyID, &c.Version,
		&created, &updated, &lastUsed)
	if err != nil {
		return c, err
	}
	c.Created, c.Updated, c.LastUsed = moment(created), moment(updated), optionalMoment(lastUsed)
	err = errors.Join(json.Unmarshal([]byte(fields), &c.Fields), json.Unmarshal([]byte(names), &c.SecretNames))
	if err != nil {
		return c, fmt.Errorf("decoding the fields of a credential: %w", err)
	}
	return c, nil
}

func encodeCredential(row CredentialRow) (fields, names string, err error) {
	f, errFields := json.Marshal(row.Fields)
	n, errNames := json.Marshal(row.SecretNames)
	if err := errors.Join(errFields, errNames); err != nil {
		return "", "", fmt.Errorf("encoding the fields of a credential: %w", err)
	}
	return string(f), string(n), nil
}
