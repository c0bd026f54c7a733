package store

import (
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// clock is a clock that tests move by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func openTest(t testing.TB, dir string, options ...Option) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, append([]Option{WithLog(slog.New(slog.DiscardHandler))}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func wantCode(t *testing.T, err error, code operations.Code) {
	t.Helper()
	var e *operations.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got error %v, want one with code %s", err, code)
	}
}

func TestOpenMakesPrivateFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a dir with ? # % in it", "data")
	s := openTest(t, dir)
	if _, err := s.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{
		dir: 0o700, filepath.Join(dir, FileName): 0o600, filepath.Join(dir, FileName+"-wal"): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestOpenTakesRightsFromOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	openTest(t, dir)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %o, want 600", got)
	}
}

func TestConnectionSettings(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for _, c := range []struct {
		db     *sql.DB
		pragma string
		want   string
	}{
		{s.write, "journal_mode", "wal"}, {s.write, "synchronous", "2"}, {s.write, "foreign_keys", "1"},
		{s.write, "busy_timeout", "5000"}, {s.read, "query_only", "1"}, {s.read, "busy_timeout", "5000"},
	} {
		var got string
		if err := c.db.QueryRowContext(t.Context(), "PRAGMA "+c.pragma).Scan(&got); err != nil || got != c.want {
			t.Errorf("%s is %q (%v), want %q", c.pragma, got, err, c.want)
		}
	}
	if _, err := s.read.ExecContext(t.Context(), `DELETE FROM workspaces`); err == nil {
		t.Error("a reader could write")
	}
}

func TestOpenAgainKeepsData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openTest(t, dir)
	made, err := first.CreateWorkspace(t.Context(), "", "Acme")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(first.Close(), first.Close()); err != nil {
		t.Fatal(err)
	}
	second := openTest(t, dir)
	got, err := second.ListWorkspaces(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].ID != DefaultWorkspace || !cmp.Equal(got[1], made) {
		t.Errorf("got %+v, want the default and %+v", got, made)
	}
}

func TestOpenManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s, err := Open(t.Context(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			if _, _, err := s.CreateKey(t.Context(), DefaultWorkspace, "k", "admin"); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	keys, err := openTest(t, dir).ListKeys(t.Context(), DefaultWorkspace)
	if err != nil || len(keys) != 8 {
		t.Errorf("got %d keys (%v), want 8", len(keys), err)
	}
}

func TestWorkspaces(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for _, c := range []struct {
		name, id, title string
		code            operations.Code
	}{
		{"given id", "acme", "Acme", ""},
		{"made id", "", "Acme", ""},
		{"taken", "acme", "Other", operations.CodeConflict},
		{"taken by the default", "default", "Other", operations.CodeConflict},
		{"bad id", "Ac me", "Acme", operations.CodeInvalidInput},
		{"long id", string(make([]byte, 64)), "Acme", operations.CodeInvalidInput},
		{"no name", "b", " ", operations.CodeInvalidInput},
		{"line break", "b", "a\nb", operations.CodeInvalidInput},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := s.CreateWorkspace(t.Context(), c.id, c.title)
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Workspace(t.Context(), w.ID)
			if err != nil || got != w {
				t.Errorf("got %+v (%v), want %+v", got, err, w)
			}
		})
	}
	_, err := s.Workspace(t.Context(), "nobody")
	wantCode(t, err, operations.CodeNotFound)
}

func TestKeepSetting(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for _, value := range []string{"first", "second"} {
		got, err := s.KeepSetting(t.Context(), "x", []byte(value))
		if err != nil || string(got) != "first" {
			t.Errorf("got %q (%v), want the first value", got, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("a sound store: %v", err)
	}
	if err := os.Rename(filepath.Join(dir, FileName), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a store whose file is gone: got %v", err)
	}
}

func TestCheckAfterClose(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("a closed store is ready")
	}
}

func TestLockedStorageIsUnavailable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := openTest(t, dir), openTest(t, dir)
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	tx, err := other.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	_, err = s.CreateWorkspace(t.Context(), "acme", "Acme")
	wantCode(t, err, operations.CodeUnavailable)
	wantCode(t, s.Check(t.Context()), operations.CodeUnavailable)
}
