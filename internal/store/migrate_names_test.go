package store

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// TestUpgradeKeepsNames: accounts and contacts of before are found in the index of names that took the place of another.
func TestUpgradeKeepsNames(t *testing.T) {
	t.Parallel()
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	before := 0
	for !strings.Contains(steps[before], "DROP TABLE platform_names") {
		before++
	}
	dir := t.TempDir()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := apply(t.Context(), db, 0, steps[:before]...); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw(t, dir, `INSERT INTO platform_accounts (pk, org, uid, version, created_by, created_at, updated_at, deleted_at, name, primary_domain, website, description)
		VALUES (5, 3, 'A', 1, 1, 1, 1, NULL, 'Acme', 'acme.example', 'https://shop.example', 'Anvils'), (6, 3, 'B', 1, 1, 1, 1, 1, 'Gone', 'gone.example', '', '');
		INSERT INTO platform_contacts (pk, org, uid, version, created_by, created_at, updated_at, first_name, last_name, email, phone)
		VALUES (7, 3, 'C', 1, 1, 1, 1, 'Grace', 'Hopper', 'grace@acme.example', '555')`)
	s := openTest(t, dir)
	const account, contact = 3<<47 | 5, 3<<47 | 1<<46 | 7
	for words, want := range map[string]int64{
		"acm* AND anv*": account, "shop": account, "gone": 0, "hop* AND gra*": contact, "title: grace": contact, "body: grace": contact, "555": contact,
	} {
		var rowid, n int64
		err := s.Reader().QueryRowContext(t.Context(), `SELECT coalesce(max(rowid), 0), count(*) FROM platform_names WHERE platform_names MATCH ?`, words).Scan(&rowid, &n)
		if err != nil || rowid != want || n != min(want, 1) {
			t.Errorf("%q: %d hits, the last %d (%v), want %d", words, n, rowid, err, want)
		}
	}
}
