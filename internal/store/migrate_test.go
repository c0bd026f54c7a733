package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// raw runs SQL on the database file of dir, past the store.
func raw(t *testing.T, dir, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

func upgraded(t *testing.T) *Store {
	t.Helper()
	old, err := os.ReadFile("../../testdata/upgrade/v1.sql")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	raw(t, dir, string(old))
	now := newClock()
	now.t = at(9).Add(time.Hour)
	return openTest(t, dir, WithClock(now.now))
}

// at is the n-th second of the old database.
func at(n int64) time.Time { return time.Unix(1760000000+n, 0).UTC() }

func TestUpgradeKeepsKeysAndCredentials(t *testing.T) {
	t.Parallel()
	s := upgraded(t)
	key, err := s.Authenticate(t.Context(), "upgrade-test-admin")
	used := at(3)
	want := Key{
		ID: "key_01k72m7x2g0000000000000001", Workspace: "acme", Name: "Server", Role: execute.RoleAdmin, Prefix: "upgr",
		Created: at(2), LastUsed: &used,
	}
	if diff := cmp.Diff(want, key); err != nil || diff != "" {
		t.Errorf("key (%v):\n%s", err, diff)
	}
	_, err = s.Authenticate(t.Context(), "upgrade-test-revoked")
	wantCode(t, err, operations.CodeUnauthenticated)

	rows, err := s.ListCredentials(t.Context(), "acme", "")
	wantRows := []CredentialRow{{
		ID: "cred_01k72m7x2g0000000000000003", Workspace: "acme", Connector: "outreach", Name: "Sales", Scheme: "oauth2",
		Fields: map[string]string{"expires_at": "2025-10-09T10:00:00Z"}, SecretNames: []string{"access_token", "refresh_token"},
		Sealed: []byte{1, 0xde, 0xad, 0xbe, 0xef, 0, 0x11, 0x22, 0x33}, KeyID: 0xdeadbeef, Version: 7, Created: at(5), Updated: at(6),
	}}
	if diff := cmp.Diff(wantRows, rows); err != nil || diff != "" {
		t.Errorf("credentials (%v):\n%s", err, diff)
	}
	kept, err := s.KeepSetting(t.Context(), "colour", []byte("red"))
	if err != nil || string(kept) != "blue" {
		t.Errorf("setting %q (%v), want blue", kept, err)
	}
}

func TestUpgradeKeepsCallsAndClaims(t *testing.T) {
	t.Parallel()
	s := upgraded(t)
	calls, err := s.ListCalls(t.Context(), "acme", CallFilter{})
	want := []Call{
		{42, execute.Record{
			RequestID: "req_2", Time: at(8), Workspace: "acme", Key: "key_01k72m7x2g0000000000000001", Connector: "outreach",
			Operation: "get_prospect", Credential: "cred_01k72m7x2g0000000000000003", Code: operations.CodeUpstreamNotFound,
			Detail: "the service answered Not Found", Cached: execute.Miss, Attempts: 1, UpstreamMs: 80, DurationMs: 81,
			Input: json.RawMessage(`{"id":"7"}`),
		}},
		{41, execute.Record{
			RequestID: "req_1", Time: at(7), Workspace: "acme", Key: "key_01k72m7x2g0000000000000001", Connector: "outreach",
			Operation: "list_prospects", Credential: "cred_01k72m7x2g0000000000000003", Cached: execute.Miss, Attempts: 1,
			UpstreamMs: 120.5, DurationMs: 123.25,
		}},
	}
	if diff := cmp.Diff(want, calls); err != nil || diff != "" {
		t.Errorf("calls (%v):\n%s", err, diff)
	}
	done, err := s.ClaimIdempotency(t.Context(), "acme", "order-1", []byte{1})
	if err != nil || done.State != ClaimDone || string(done.Response) != `{"output":{}}` {
		t.Errorf("order-1: %+v (%v), want it done", done, err)
	}
	left, err := s.ClaimIdempotency(t.Context(), "acme", "order-2", []byte{2})
	if err != nil || left.State != ClaimUnknown {
		t.Errorf("order-2: %+v (%v), want it unknown", left, err)
	}
}

func schema(t *testing.T, s *Store) string {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), `SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := collect(rows, func(row scanner) (string, error) {
		var text string
		err := row.Scan(&text)
		return text, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func TestUpgradedSchemaIsTheNewOne(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(schema(t, openTest(t, t.TempDir())), schema(t, upgraded(t))); diff != "" {
		t.Errorf("an upgraded database differs from a new one:\n%s", diff)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	sqlFile := func(statements string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { raw(t, dir, statements) }
	}
	file := func(content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, FileName), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	newer := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(steps)+1)
	for _, c := range []struct {
		name string
		make func(*testing.T, string)
		want error
	}{
		{"newer schema", sqlFile(newer), ErrNewer},
		{"another program's database", sqlFile(`CREATE TABLE t (x)`), ErrNotPatchbay},
		{"another program's versions", sqlFile(`PRAGMA user_version = 1; CREATE TABLE t (x)`), ErrNotPatchbay},
		{"text", file(strings.Repeat("not a database\n", 1000)), ErrNotPatchbay},
		{"short text", file("x"), ErrNotPatchbay},
		{"a header and nothing", file("SQLite format 3\x00" + strings.Repeat("\xff", 2000)), ErrNotPatchbay},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c.make(t, dir)
			before, err := os.ReadFile(filepath.Join(dir, FileName))
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), dir)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if s != nil {
				t.Error("got a store beside the error")
			}
			after, err := os.ReadFile(filepath.Join(dir, FileName))
			if err != nil || string(before[:min(len(before), 16)]) != string(after[:min(len(after), 16)]) {
				t.Errorf("the file was touched (%v)", err)
			}
		})
	}
}

func TestOpenRefusesADirectoryThatIsAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil {
		t.Error("a file was taken for a data directory")
	}
}

func TestFailedMigrationLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	before := schema(t, s)
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	if err := apply(t.Context(), s.write, len(steps), `CREATE TABLE half (x INTEGER); CREATE TABLE workspaces (x INTEGER)`); err == nil {
		t.Fatal("a broken migration went through")
	}
	version, err := schemaVersion(t.Context(), s.write)
	if err != nil || version != len(steps) || schema(t, s) != before {
		t.Errorf("version %d (%v), schema changed: %t", version, err, schema(t, s) != before)
	}
}
