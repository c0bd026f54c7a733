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

// Bounds of what a workspace may keep.
const (
	MaxMappings        = 1000
	MaxMappingVersions = 200       // of each; the oldest go
	MaxMappingBytes    = 128 << 20 // of all versions of a workspace's mappings together
)

// Mapping is a mapping in one of its versions.
type Mapping struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Source   string          `json:"source,omitempty"` // the operation whose documents it maps
	Target   string          `json:"target,omitempty"` // the operation whose input it makes
	Version  int64           `json:"version"`
	Latest   int64           `json:"latest"`             // the newest version
	Document json.RawMessage `json:"document,omitempty"` // not in lists
	MadeBy   string          `json:"madeBy"`             // the API key that stored the version; in lists, the first
	Created  time.Time       `json:"created"`            // the mapping
	Updated  time.Time       `json:"updated"`            // the version
}

// MappingVersion is a version in the list of them.
type MappingVersion struct {
	Version int64     `json:"version"`
	Bytes   int64     `json:"bytes"` // of its document
	MadeBy  string    `json:"madeBy"`
	Created time.Time `json:"created"`
}

// What a change of a mapping is based on, beside the number of a version.
const (
	AnyVersion int64 = 0  // whatever is there, if anything
	NoMapping  int64 = -1 // there is none
)

// NewMappingID gives the id of a mapping that is to be made.
func NewMappingID() string { return newID("map_") }

// PutMapping stores a mapping, of which id, name, source, target, document and who made it are given, as its next version,
// and gives it back. The document of the newest version again makes no new one. base is the version that it takes the place
// of, AnyVersion or NoMapping. Errors: invalid_input for the id, conflict if the newest version is another than base, and
// for a workspace that is full, not_found for the workspace, and if base is a version and there is no such mapping.
func (s *Store) PutMapping(ctx context.Context, workspace string, m Mapping, base int64) (Mapping, error) {
	if !ValidID(m.ID) {
		return Mapping{}, invalid("mapping", []operations.InputFault{{Pointer: "/id", Detail: idRule}})
	}
	now := moment(micros(s.now()))
	var stored Mapping
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var err error
		stored, err = putMapping(ctx, tx, workspace, m, base, now)
		return err
	})
	switch {
	case isForeignKey(err):
		return Mapping{}, noWorkspace()
	case err != nil:
		return Mapping{}, fmt.Errorf("storing a mapping: %w", err)
	}
	return stored, nil
}

func putMapping(ctx context.Context, tx *sql.Tx, workspace string, m Mapping, base int64, now time.Time) (Mapping, error) {
	former, err := mappingOf(ctx, tx, workspace, m.ID, 0)
	isNew := errors.Is(err, sql.ErrNoRows)
	switch {
	case isNew && base > 0:
		return Mapping{}, noMapping(m.ID)
	case err != nil && !isNew:
		return Mapping{}, err
	case !isNew && base == NoMapping:
		return Mapping{}, operations.Errorf(operations.CodeConflict, "there is already a mapping with the id %q", m.ID)
	case !isNew && base > 0 && base != former.Version:
		return Mapping{}, otherVersion(former.Version, base)
	case !isNew && string(former.Document) == string(m.Document):
		return former, nil
	}
	m.Version, m.Created, m.Updated = former.Version+1, now, now
	m.Latest = m.Version
	if !isNew {
		m.Created = former.Created
	}
	if err := writeMapping(ctx, tx, workspace, m); err != nil {
		return Mapping{}, err
	}
	return m, checkMappings(ctx, tx, workspace)
}

// writeMapping writes a version, and leaves out those that are too old to be kept.
func writeMapping(ctx context.Context, tx *sql.Tx, workspace string, m Mapping) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO mappings (workspace, id, name, source, target, version, made_by, created, updated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, id) DO UPDATE
		SET name = excluded.name, source = excluded.source, target = excluded.target, version = excluded.version, updated = excluded.updated`,
		workspace, m.ID, m.Name, m.Source, m.Target, m.Version, m.MadeBy, micros(m.Created), micros(m.Updated))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO mapping_versions (workspace, mapping, version, document, made_by, created) VALUES (?, ?, ?, ?, ?, ?)`,
		workspace, m.ID, m.Version, string(m.Document), m.MadeBy, micros(m.Updated))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM mapping_versions WHERE workspace = ? AND mapping = ? AND version <= ?`,
		workspace, m.ID, m.Version-MaxMappingVersions)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE mappings SET bytes = (SELECT sum(octet_length(document)) FROM mapping_versions
		WHERE workspace = ?1 AND mapping = ?2) WHERE workspace = ?1 AND id = ?2`, workspace, m.ID)
	return err
}

func noMapping(id string) error {
	return operations.Errorf(operations.CodeNotFound, "there is no mapping with the id %q", id)
}

// ReasonVersion sets a change of what has changed meanwhile apart from other conflicts.
const ReasonVersion = "version_conflict"

func otherVersion(latest, base int64) error {
	e := operations.Errorf(operations.CodeConflict, "the mapping is at version %d by now, not %d; read it and make the change there", latest, base)
	e.Reason = ReasonVersion
	return e
}

// checkMappings refuses what is above the bounds.
func checkMappings(ctx context.Context, tx *sql.Tx, workspace string) error {
	var n, bytes int64
	err := tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(bytes), 0) FROM mappings WHERE workspace = ?`, workspace).Scan(&n, &bytes)
	switch {
	case err != nil:
		return err
	case n > MaxMappings:
		return operations.Errorf(operations.CodeConflict, "the workspace has %d mappings, which is the most; delete one", MaxMappings)
	case bytes > MaxMappingBytes:
		return operations.Errorf(operations.CodeConflict,
			"the mappings of the workspace with all their versions would be larger than %d MiB; delete one", MaxMappingBytes>>20)
	}
	return nil
}

// Mapping finds a mapping of the workspace in one of its versions; 0: the newest. One that is not there, or not kept any
// more, is not_found.
func (s *Store) Mapping(ctx context.Context, workspace, id string, version int64) (Mapping, error) {
	m, err := mappingOf(ctx, s.read, workspace, id, version)
	if errors.Is(err, sql.ErrNoRows) && version != 0 {
		return Mapping{}, operations.Errorf(operations.CodeNotFound, "there is no version %d of a mapping with the id %q", version, id)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return Mapping{}, noMapping(id)
	}
	if err != nil {
		return Mapping{}, fault("reading a mapping", err)
	}
	return m, nil
}

func mappingOf(ctx context.Context, db querier, workspace, id string, version int64) (Mapping, error) {
	m := Mapping{ID: id}
	var document string
	var created, updated int64
	err := db.QueryRowContext(ctx, `SELECT m.name, m.source, m.target, m.version, v.version, v.document, v.made_by, m.created, v.created
		FROM mappings m JOIN mapping_versions v ON v.workspace = m.workspace AND v.mapping = m.id
		WHERE m.workspace = ?1 AND m.id = ?2 AND v.version = CASE WHEN ?3 = 0 THEN m.version ELSE ?3 END`, workspace, id, version).
		Scan(&m.Name, &m.Source, &m.Target, &m.Latest, &m.Version, &document, &m.MadeBy, &created, &updated)
	m.Document, m.Created, m.Updated = json.RawMessage(document), moment(created), moment(updated)
	return m, err
}

// MappingFilter picks mappings.
type MappingFilter struct {
	Source, Target string // operations; empty: any
	Limit          int
	After          string // only mappings with a greater id: the last one of the page before
}

// ListMappings lists the workspace's mappings by id, without their documents.
func (s *Store) ListMappings(ctx context.Context, workspace string, filter MappingFilter) ([]Mapping, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, name, source, target, version, made_by, created, updated FROM mappings
		WHERE workspace = ?1 AND id > ?2 AND (?3 = '' OR source = ?3) AND (?4 = '' OR target = ?4) ORDER BY id LIMIT ?5`,
		workspace, filter.After, filter.Source, filter.Target, filter.Limit)
	if err != nil {
		return nil, fault("listing mappings", err)
	}
	list, err := collect(rows, func(row scanner) (Mapping, error) {
		var m Mapping
		var created, updated int64
		err := row.Scan(&m.ID, &m.Name, &m.Source, &m.Target, &m.Version, &m.MadeBy, &created, &updated)
		m.Latest, m.Created, m.Updated = m.Version, moment(created), moment(updated)
		return m, err
	})
	if err != nil {
		return nil, fault("listing mappings", err)
	}
	return list, nil
}

// ListMappingVersions lists the versions of a mapping that are kept, newest first: at most limit, below before unless that
// is 0. A mapping that is not there is not_found.
func (s *Store) ListMappingVersions(ctx context.Context, workspace, id string, before int64, limit int) ([]MappingVersion, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT version, octet_length(document), made_by, created FROM mapping_versions
		WHERE workspace = ?1 AND mapping = ?2 AND (?3 = 0 OR version < ?3) ORDER BY version DESC LIMIT ?4`, workspace, id, before, limit)
	if err != nil {
		return nil, fault("listing versions of a mapping", err)
	}
	list, err := collect(rows, func(row scanner) (MappingVersion, error) {
		var v MappingVersion
		var created int64
		err := row.Scan(&v.Version, &v.Bytes, &v.MadeBy, &created)
		v.Created = moment(created)
		return v, err
	})
	if err != nil {
		return nil, fault("listing versions of a mapping", err)
	}
	if len(list) == 0 && before == 0 {
		return nil, noMapping(id)
	}
	return list, nil
}

// DeleteMapping removes a mapping with all its versions. base is the newest version, or AnyVersion. Errors: not_found,
// conflict if the newest version is another.
func (s *Store) DeleteMapping(ctx context.Context, workspace, id string, base int64) error {
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var latest int64
		err := tx.QueryRowContext(ctx, `SELECT version FROM mappings WHERE workspace = ? AND id = ?`, workspace, id).Scan(&latest)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return noMapping(id)
		case err != nil:
			return err
		case base > 0 && base != latest:
			return otherVersion(latest, base)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM mappings WHERE workspace = ? AND id = ?`, workspace, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("deleting a mapping: %w", err)
	}
	return nil
}
