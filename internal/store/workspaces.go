package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"

	"github.com/patchbay/patchbay/operations"
)

// Workspace is a tenant: keys, credentials and records belong to one.
type Workspace struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// maxName bounds names that people give, in characters.
const maxName = 200

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// ValidID tells whether an id that a caller chose may stand: lower-case letters, digits, "_" and "-", at most 63,
// beginning with a letter or a digit.
func ValidID(id string) bool { return idPattern.MatchString(id) }

func newID(prefix string) string { return prefix + strings.ToLower(ulid.Make().String()) }

// CreateWorkspace makes a workspace. An empty id gets a new one ("ws_…"). Errors: invalid_input for an id or a name
// out of bounds, conflict for an id that is taken.
func (s *Store) CreateWorkspace(ctx context.Context, id, name string) (Workspace, error) {
	if id == "" {
		id = newID("ws_")
	}
	var faults []operations.InputFault
	if !ValidID(id) {
		faults = append(faults, operations.InputFault{Pointer: "/id", Detail: idRule})
	}
	if faults = append(faults, nameFaults(name)...); len(faults) > 0 {
		return Workspace{}, invalid("workspace", faults)
	}
	w := Workspace{ID: id, Name: name, Created: moment(micros(s.now()))}
	_, err := s.write.ExecContext(ctx, `INSERT INTO workspaces (id, name, created) VALUES (?, ?, ?)`, w.ID, w.Name, micros(w.Created))
	if isDuplicate(err) {
		return Workspace{}, operations.Errorf(operations.CodeConflict, "there is already a workspace with the id %q", id)
	}
	if err != nil {
		return Workspace{}, fault("creating a workspace", err)
	}
	return w, nil
}

// ListWorkspaces lists all workspaces by id.
func (s *Store) ListWorkspaces(ctx context.Context) ([]Workspace, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, name, created FROM workspaces ORDER BY id`)
	if err != nil {
		return nil, fault("listing workspaces", err)
	}
	list, err := collect(rows, scanWorkspace)
	if err != nil {
		return nil, fault("listing workspaces", err)
	}
	return list, nil
}

// Workspace finds a workspace. One that does not exist is not_found.
func (s *Store) Workspace(ctx context.Context, id string) (Workspace, error) {
	w, err := scanWorkspace(s.read.QueryRowContext(ctx, `SELECT id, name, created FROM workspaces WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Workspace{}, noWorkspace()
	}
	if err != nil {
		return Workspace{}, fault("reading a workspace", err)
	}
	return w, nil
}

func noWorkspace() error {
	return operations.Errorf(operations.CodeNotFound, "there is no such workspace")
}

type scanner interface{ Scan(into ...any) error }

func scanWorkspace(row scanner) (Workspace, error) {
	var w Workspace
	var created int64
	err := row.Scan(&w.ID, &w.Name, &created)
	w.Created = moment(created)
	return w, err
}

// collect reads all rows.
func collect[T any](rows *sql.Rows, scan func(scanner) (T, error)) ([]T, error) {
	defer rows.Close()
	list := []T{}
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}

const idRule = "must be 1 to 63 lower-case letters, digits, \"_\" or \"-\", beginning with a letter or a digit"

func nameFaults(name string) []operations.InputFault {
	switch {
	case strings.TrimSpace(name) == "":
		return []operations.InputFault{{Pointer: "/name", Detail: "is required"}}
	case utf8.RuneCountInString(name) > maxName:
		return []operations.InputFault{{Pointer: "/name", Detail: fmt.Sprintf("is longer than %d characters", maxName)}}
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return []operations.InputFault{{Pointer: "/name", Detail: "holds a character that cannot be shown"}}
	}
	return nil
}

func invalid(what string, faults []operations.InputFault) *operations.Error {
	return &operations.Error{
		Code: operations.CodeInvalidInput, Faults: faults,
		Detail: fmt.Sprintf("the %s cannot be stored: %s %s", what, faults[0].Pointer, faults[0].Detail),
	}
}
