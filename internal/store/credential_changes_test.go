package store

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCredentialsChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, beside := openTest(t, dir), openTest(t, dir)
	rows := map[string]CredentialRow{}
	insert := func(id string) {
		t.Helper()
		row, err := s.InsertCredential(t.Context(), sampleRow(id))
		if err != nil {
			t.Fatal(err)
		}
		rows[id] = row
	}
	update := func(id string) {
		t.Helper()
		row, err := s.UpdateCredential(t.Context(), rows[id])
		if err != nil {
			t.Fatal(err)
		}
		rows[id] = row
	}
	remove := func(id string) {
		t.Helper()
		if err := s.DeleteCredential(t.Context(), DefaultWorkspace, id); err != nil {
			t.Fatal(err)
		}
	}
	use := func(id string) {
		t.Helper()
		s.CredentialUsed(DefaultWorkspace, id)
		if err := s.writeLastUsed(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	many := func(n int) {
		t.Helper()
		_, err := s.write.ExecContext(t.Context(), fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO credential_changes (workspace, id) SELECT 'default', 'x' FROM n`, n))
		if err != nil {
			t.Fatal(err)
		}
	}
	var seen int64
	for _, step := range []struct {
		name string
		do   func()
		want []string
		all  bool
	}{
		{"nothing yet", func() {}, nil, false},
		{"new ones", func() { insert("a"); insert("b") }, nil, false},
		{"one changed", func() { update("a") }, []string{"a"}, false},
		{"nothing new", func() {}, nil, false},
		{"used", func() { use("a") }, nil, false},
		{"several", func() { update("a"); update("b"); update("a"); remove("b") }, []string{"a", "b", "a", "b"}, false},
		{"made again", func() { insert("b") }, nil, false},
		{"too many", func() { update("a"); many(10_000) }, nil, true},
		{"after too many", func() { remove("a") }, []string{"a"}, false},
	} {
		step.do()
		got, err := beside.CredentialsChanged(t.Context(), seen)
		if err != nil {
			t.Fatal(err)
		}
		var want []CredentialRef
		for _, id := range step.want {
			want = append(want, CredentialRef{DefaultWorkspace, id})
		}
		if got.All {
			got.Changed = nil
		}
		if diff := cmp.Diff(want, append([]CredentialRef(nil), got.Changed...)); diff != "" || got.All != step.all {
			t.Errorf("%s: all: %t, want %t; changed:\n%s", step.name, got.All, step.all, diff)
		}
		seen = got.Version
	}
	var kept int
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM credential_changes`).Scan(&kept); err != nil || kept != 10_000 {
		t.Errorf("%d changes are kept (%v), want 10000", kept, err)
	}
	for _, since := range []int64{0, 1, seen + 1} {
		got, err := beside.CredentialsChanged(t.Context(), since)
		if err != nil || !got.All || got.Version != seen {
			t.Errorf("since %d: all: %t, version %d (%v), want all and %d", since, got.All, got.Version, err, seen)
		}
	}
}
