package store

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// ConnectorRow is an imported connector as it is stored: the document that it is made of.
type ConnectorRow struct {
	Workspace string
	Name      string
	Title     string // empty: the document's, and so on
	Docs      string
	BaseURL   string
	Document  []byte
	Overlay   []byte // may be empty
	Version   int64  // goes up with each change of the workspace's connectors
	Created   time.Time
	Updated   time.Time
}

// Bounds of what one workspace may import, and of one document or overlay in bytes.
const (
	MaxConnectors     = 200
	MaxConnectorBytes = 200 << 20 // of all documents and overlays of a workspace together
	maxDocument       = 20 << 20
)

var connectorName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// ValidConnectorName tells whether an imported connector may have the name: snake_case, at most 63 characters.
func ValidConnectorName(name string) bool {
	const most = 63
	return len(name) <= most && connectorName.MatchString(name)
}

// PutConnector stores an imported connector and gives it back with its version and times. One of the same name is
// replaced if replace allows it. Errors: invalid_input for the name, conflict for a name that is taken and for a
// workspace that is full, too_large, not_found for the workspace.
func (s *Store) PutConnector(ctx context.Context, row ConnectorRow, replace bool) (ConnectorRow, error) {
	if !ValidConnectorName(row.Name) {
		return ConnectorRow{}, invalid("connector", []operations.InputFault{{Pointer: "/name", Detail: "must be snake_case, at most 63 characters"}})
	}
	if max(len(row.Document), len(row.Overlay)) > maxDocument {
		return ConnectorRow{}, operations.Errorf(operations.CodeTooLarge, "a document may have at most %d MiB", maxDocument>>20)
	}
	row.Updated = moment(micros(s.now()))
	row.Created = row.Updated
	err := inTransaction(ctx, s.write, func(tx *sql.Tx) error { return putConnector(ctx, tx, &row, replace) })
	var own *operations.Error
	if err != nil && !errors.As(err, &own) {
		return ConnectorRow{}, fault("storing a connector", err)
	}
	if err != nil {
		return ConnectorRow{}, own
	}
	return row, nil
}

func putConnector(ctx context.Context, tx *sql.Tx, row *ConnectorRow, replace bool) error {
	if err := checkRoom(ctx, tx, row); err != nil {
		return err
	}
	var created int64
	err := tx.QueryRowContext(ctx, `SELECT created FROM connectors WHERE workspace = ? AND name = ?`, row.Workspace, row.Name).Scan(&created)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	case !replace:
		return operations.Errorf(operations.CodeConflict, "there is already an imported connector named %s; ask for it to be replaced, or choose another name", row.Name)
	default:
		row.Created = moment(created)
	}
	if row.Version, err = nextConnectorsVersion(ctx, tx, row.Workspace); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO connectors
		(workspace, name, title, docs, base_url, document, overlay, version, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		row.Workspace, row.Name, row.Title, row.Docs, row.BaseURL, blob(row.Document), blob(row.Overlay), row.Version,
		micros(row.Created), micros(row.Updated))
	return err
}

// blob keeps what is empty from being stored as NULL.
func blob(b []byte) []byte { return append([]byte{}, b...) }

// checkRoom refuses a connector for which the workspace has no room beside its others.
func checkRoom(ctx context.Context, tx *sql.Tx, row *ConnectorRow) error {
	var others, bytes int64
	err := tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(length(document) + length(overlay)), 0)
		FROM connectors WHERE workspace = ? AND name <> ?`, row.Workspace, row.Name).Scan(&others, &bytes)
	switch {
	case err != nil:
		return err
	case others >= MaxConnectors:
		return operations.Errorf(operations.CodeConflict, "the workspace has %d imported connectors, which is the most; remove one", others)
	case bytes+int64(len(row.Document)+len(row.Overlay)) > MaxConnectorBytes:
		return operations.Errorf(operations.CodeConflict,
			"the documents of the workspace's imported connectors would be larger than %d MiB together; remove one", MaxConnectorBytes>>20)
	}
	return nil
}

func nextConnectorsVersion(ctx context.Context, tx *sql.Tx, workspace string) (version int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE workspaces SET connectors_version = connectors_version + 1 WHERE id = ?
		RETURNING connectors_version`, workspace).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, noWorkspace()
	}
	return version, err
}

// DeleteConnector removes an imported connector. One that is not there is not_found; one for which credentials are
// stored is conflict, unless orphan says that they may stay.
func (s *Store) DeleteConnector(ctx context.Context, workspace, name string, orphan bool) error {
	err := inTransaction(ctx, s.write, func(tx *sql.Tx) error {
		var credentials int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM credentials WHERE workspace = ? AND connector = ?`, workspace, name).Scan(&credentials)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM connectors WHERE workspace = ? AND name = ?`, workspace, name)
		if err != nil {
			return err
		}
		if removed, err := result.RowsAffected(); err != nil || removed == 0 {
			return errors.Join(err, noConnector(name))
		}
		if credentials > 0 && !orphan {
			return operations.Errorf(operations.CodeConflict,
				"%d of the stored credentials are for the connector %s; remove them first", credentials, name)
		}
		_, err = nextConnectorsVersion(ctx, tx, workspace)
		return err
	})
	var own *operations.Error
	switch {
	case errors.As(err, &own):
		return own
	case err != nil:
		return fault("deleting a connector", err)
	}
	return nil
}

func noConnector(name string) error {
	return operations.Errorf(operations.CodeNotFound, "there is no imported connector named %q", name)
}

// Connector finds an imported connector of the workspace. One that is not there is not_found.
func (s *Store) Connector(ctx context.Context, workspace, name string) (ConnectorRow, error) {
	row := ConnectorRow{Workspace: workspace, Name: name}
	var created, updated int64
	err := s.read.QueryRowContext(ctx, `SELECT title, docs, base_url, document, overlay, version, created, updated
		FROM connectors WHERE workspace = ? AND name = ?`, workspace, name).
		Scan(&row.Title, &row.Docs, &row.BaseURL, &row.Document, &row.Overlay, &row.Version, &created, &updated)
	if errors.Is(err, sql.ErrNoRows) {
		return ConnectorRow{}, noConnector(name)
	}
	if err != nil {
		return ConnectorRow{}, fault("reading a connector", err)
	}
	row.Created, row.Updated = moment(created), moment(updated)
	return row, nil
}

// ConnectorVersions gives the version of each imported connector of the workspace, and that of them all.
func (s *Store) ConnectorVersions(ctx context.Context, workspace string) (version int64, byName map[string]int64, err error) {
	byName = map[string]int64{}
	rows, err := s.read.QueryContext(ctx, `SELECT w.connectors_version, c.name, c.version FROM workspaces w
		LEFT JOIN connectors c ON c.workspace = w.id WHERE w.id = ?`, workspace)
	if err != nil {
		return 0, nil, fault("listing connectors", err)
	}
	_, err = collect(rows, func(row scanner) (struct{}, error) {
		var name sql.Null[string]
		var own sql.Null[int64]
		err := row.Scan(&version, &name, &own)
		if name.Valid {
			byName[name.V] = own.V
		}
		return struct{}{}, err
	})
	if err != nil {
		return 0, nil, fault("listing connectors", err)
	}
	return version, byName, nil
}

// ConnectorsVersion is the version of all imported connectors of the workspace together; 0: there have never been any.
func (s *Store) ConnectorsVersion(ctx context.Context, workspace string) (int64, error) {
	var version int64
	err := s.read.QueryRowContext(ctx, `SELECT connectors_version FROM workspaces WHERE id = ?`, workspace).Scan(&version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fault("looking for changed connectors", err)
	}
	return version, nil
}

// ImportedNames lists the names of the imported connectors of all workspaces, each once.
func (s *Store) ImportedNames(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT name FROM connectors ORDER BY name`)
	if err != nil {
		return nil, fault("listing connectors", err)
	}
	names, err := collect(rows, scanText)
	if err != nil {
		return nil, fault("listing connectors", err)
	}
	return names, nil
}

// ImportingWorkspaces lists the workspaces that have imported connectors.
func (s *Store) ImportingWorkspaces(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT workspace FROM connectors ORDER BY workspace`)
	if err != nil {
		return nil, fault("listing workspaces", err)
	}
	ids, err := collect(rows, scanText)
	if err != nil {
		return nil, fault("listing workspaces", err)
	}
	return ids, nil
}

func scanText(row scanner) (string, error) {
	var text string
	err := row.Scan(&text)
	return text, err
}
