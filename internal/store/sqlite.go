package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/patchbay/patchbay/operations"
)

// readers is how many connections read at the same time.
const readers = 8

// pageCache lets each connection keep 16 MiB of pages, where the default is 2: the upper levels of a table of a million rows
// do not fit into that, and every row that is looked up reads them anew. It is taken only as pages are read.
const pageCache = "cache_size(-16384)"

// smallestFile is the size in bytes of the smallest database there is: one page. See https://www.sqlite.org/fileformat.html.
const smallestFile = 512

// prepareFile makes the directory and the file for their owner only. SQLite gives the files beside the database the
// same rights.
func prepareFile(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the directory: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		return file.Close()
	}
	// A file that exists is never opened here: closing it would drop the locks that SQLite holds on it for another
	// store of this process.
	if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the file: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("looking at the file: %w", err)
	}
	if size := info.Size(); size > 0 && size < smallestFile {
		return ErrNotPatchbay // SQLite would take it for an empty database and write over it
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(path, info.Mode().Perm()&0o700); err != nil {
		return fmt.Errorf("taking the file's rights away from others: %w", err)
	}
	return nil
}

func openWriter(ctx context.Context, path string) (*sql.DB, error) {
	return openPool(ctx, path, 1, url.Values{
		"_busy_timeout": {"5000"}, "_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"},
		"_txlock": {"immediate"}, "_pragma": {"journal_size_limit(67108864)", pageCache}, "_dqs": {"0"},
	})
}

func openReaders(ctx context.Context, path string) (*sql.DB, error) {
	return openPool(ctx, path, readers, url.Values{"_busy_timeout": {"5000"}, "_query_only": {"on"}, "_dqs": {"0"}, "_pragma": {pageCache}})
}

func openPool(ctx context.Context, path string, size int, parameters url.Values) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Path: path, RawQuery: parameters.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, fmt.Errorf("opening the file: %w", err)
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	if err := reach(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// reach makes the first connection. The change to WAL needs the file for itself and does not wait for it, so two
// processes that start at once may have to take turns.
func reach(ctx context.Context, db *sql.DB) error {
	const tries, pause = 50, 20 * time.Millisecond
	var err error
	for range tries {
		err = db.PingContext(ctx)
		if !isBusy(err) {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	switch {
	case err == nil:
		return nil
	case resultCode(err)&0xff == sqlite3.SQLITE_NOTADB:
		return ErrNotPatchbay
	default:
		return fmt.Errorf("reading the file: %w", err)
	}
}

// resultCode is SQLite's extended result code of an error; 0 if it is not SQLite's.
// See https://www.sqlite.org/rescode.html.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func isBusy(err error) bool {
	code := resultCode(err) & 0xff
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

func isDuplicate(err error) bool {
	code := resultCode(err)
	return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

func isForeignKey(err error) bool { return resultCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY }

// fault wraps an error of the database with what was being done. Where the storage itself is the trouble (locked,
// full, read-only, broken) the caller is told that it may try again.
func fault(action string, err error) error {
	wrapped := fmt.Errorf("%s: %w", action, err)
	switch resultCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return &operations.Error{
			Code: operations.CodeUnavailable, Detail: "the hub's storage cannot be used just now; try again later", Err: wrapped,
		}
	}
	return wrapped
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

func optionalMoment(micros sql.Null[int64]) *time.Time {
	if !micros.Valid {
		return nil
	}
	t := moment(micros.V)
	return &t
}
