package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
)

// ErrNewer is the error for a database whose schema is newer than this version of the hub knows.
var ErrNewer = errors.New("the database was written by a newer version of patchbay; run that version or a later one")

// ErrNotPatchbay is the error for a file that is no database, or the database of another program.
var ErrNotPatchbay = errors.New(FileName + " is not a patchbay database; name another data directory or move that file away")

// applicationID marks the file as ours ("PBay"). See https://www.sqlite.org/pragma.html#pragma_application_id.
const applicationID = 0x50426179

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations gives the steps in order: the file numbered n brings the schema from version n-1 to n.
func migrations() ([]string, error) {
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		return nil, fmt.Errorf("listing the migrations: %w", err)
	}
	var steps []string
	for i, entry := range entries {
		if number := fmt.Sprintf("%04d_", i+1); entry.Name()[:len(number)] != number {
			return nil, fmt.Errorf("migration %s should begin with %s", entry.Name(), number)
		}
		step, err := migrationFiles.ReadFile("migrations/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("reading migration %s: %w", entry.Name(), err)
		}
		steps = append(steps, string(step))
	}
	return steps, nil
}

// migrate brings the schema up to date, all missing steps in one transaction: a file that is new costs one sync, and
// processes that open it at the same time wait for each other once.
func migrate(ctx context.Context, db *sql.DB) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	for {
		version, err := schemaVersion(ctx, db)
		if err != nil {
			return err
		}
		switch {
		case version > len(steps):
			return fmt.Errorf("%w (its schema is version %d, this one knows up to %d)", ErrNewer, version, len(steps))
		case version == len(steps):
			return nil
		}
		if err := apply(ctx, db, version, steps[version:]...); err != nil {
			return fmt.Errorf("migrating the schema from version %d to %d: %w", version, len(steps), err)
		}
	}
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// schemaVersion is the number of steps done. It refuses the database of another program.
func schemaVersion(ctx context.Context, db querier) (int, error) {
	var version, application, objects int
	// One statement, so that no other process can change the file between the three.
	err := db.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version),
		(SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)`).Scan(&version, &application, &objects)
	if err != nil {
		return 0, fmt.Errorf("reading the schema's version: %w", err)
	}
	isNew := version == 0 && application == 0 && objects == 0
	if !isNew && application != applicationID || version < 0 {
		return 0, ErrNotPatchbay
	}
	return version, nil
}

// apply does the steps that follow a version, unless another process has done them meanwhile.
func apply(ctx context.Context, db *sql.DB, from int, steps ...string) error {
	return inTransaction(ctx, db, func(tx *sql.Tx) error {
		version, err := schemaVersion(ctx, tx)
		if err != nil || version != from {
			return err
		}
		for i, step := range steps {
			if _, err := tx.ExecContext(ctx, step); err != nil {
				return fmt.Errorf("doing step %d: %w", from+i+1, err)
			}
		}
		_, err = tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d; PRAGMA application_id = %d`, from+len(steps), applicationID))
		return err
	})
}

// inTransaction runs work in a transaction and commits it if work gives no error.
func inTransaction(ctx context.Context, db *sql.DB, work func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
