package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func draft(id, document string) Mapping {
	return Mapping{ID: id, Name: "Name of " + id, Source: "outreach.get_prospect", Target: "jira.create_issue", Document: json.RawMessage(document), MadeBy: "key_1"}
}

func putMap(t *testing.T, s *Store, m Mapping, base int64) Mapping {
	t.Helper()
	stored, err := s.PutMapping(t.Context(), DefaultWorkspace, m, base)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestMappingVersions(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := openTest(t, t.TempDir(), WithClock(c.now))
	first := putMap(t, s, draft("flow", `{"a":1}`), NoMapping)
	want := draft("flow", `{"a":1}`)
	want.Version, want.Latest, want.Created, want.Updated = 1, 1, moment(micros(c.now())), moment(micros(c.now()))
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	c.advance(1e9)
	changed := draft("flow", `{"b":2}`)
	changed.MadeBy = "key_2"
	second := putMap(t, s, changed, 1)
	if second.Version != 2 || !second.Created.Equal(first.Created) || !second.Updated.After(first.Updated) {
		t.Errorf("changed: %+v", second)
	}
	if again := putMap(t, s, changed, AnyVersion); again.Version != 2 {
		t.Errorf("the same document made version %d", again.Version)
	}

	for version, document := range map[int64]string{0: `{"b":2}`, 1: `{"a":1}`, 2: `{"b":2}`} {
		m, err := s.Mapping(t.Context(), DefaultWorkspace, "flow", version)
		if err != nil || string(m.Document) != document || m.Latest != 2 {
			t.Errorf("version %d is %+v (%v)", version, m, err)
		}
	}
	versions, err := s.ListMappingVersions(t.Context(), DefaultWorkspace, "flow", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]MappingVersion{
		{Version: 2, Bytes: 7, MadeBy: "key_2", Created: second.Updated}, {Version: 1, Bytes: 7, MadeBy: "key_1", Created: first.Updated},
	}, versions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if page, err := s.ListMappingVersions(t.Context(), DefaultWorkspace, "flow", 2, 10); err != nil || len(page) != 1 || page[0].Version != 1 {
		t.Errorf("versions below 2: %+v (%v)", page, err)
	}
}

func TestMappingConflicts(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	putMap(t, s, draft("flow", `1`), AnyVersion)
	putMap(t, s, draft("flow", `2`), 1)
	for _, c := range []struct {
		id   string
		base int64
		want operations.Code
	}{
		{"flow", NoMapping, operations.CodeConflict},
		{"flow", 1, operations.CodeConflict},
		{"flow", 3, operations.CodeConflict},
		{"other", 1, operations.CodeNotFound},
		{"No Id", AnyVersion, operations.CodeInvalidInput},
	} {
		_, err := s.PutMapping(t.Context(), DefaultWorkspace, draft(c.id, `3`), c.base)
		wantCode(t, err, c.want)
	}
	_, err := s.PutMapping(t.Context(), "nobody", draft("flow", `3`), AnyVersion)
	wantCode(t, err, operations.CodeNotFound)
	wantCode(t, s.DeleteMapping(t.Context(), DefaultWorkspace, "flow", 1), operations.CodeConflict)
	wantCode(t, s.DeleteMapping(t.Context(), DefaultWorkspace, "other", AnyVersion), operations.CodeNotFound)
	if m, err := s.Mapping(t.Context(), DefaultWorkspace, "flow", 0); err != nil || string(m.Document) != `2` {
		t.Errorf("left with %+v (%v)", m, err)
	}
	if err := s.DeleteMapping(t.Context(), DefaultWorkspace, "flow", 2); err != nil {
		t.Fatal(err)
	}
	for version := range int64(3) {
		_, err := s.Mapping(t.Context(), DefaultWorkspace, "flow", version)
		wantCode(t, err, operations.CodeNotFound)
	}
	_, err = s.ListMappingVersions(t.Context(), DefaultWorkspace, "flow", 0, 10)
	wantCode(t, err, operations.CodeNotFound)
}

// TestOneOfManyChangesAMapping: of those who change the same version one at a time gets through.
func TestOneOfManyChangesAMapping(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	putMap(t, s, draft("flow", `0`), NoMapping)
	var wins sync.Map
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			m, err := s.PutMapping(t.Context(), DefaultWorkspace, draft("flow", fmt.Sprint(i+1)), 1)
			if err == nil {
				wins.Store(i, m.Version)
				return
			}
			wantCode(t, err, operations.CodeConflict)
		})
	}
	group.Wait()
	won := 0
	wins.Range(func(_, version any) bool { won++; return version == int64(2) })
	if won != 1 {
		t.Errorf("%d changes of version 1 got through", won)
	}
}

func TestListMappings(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if _, err := s.CreateWorkspace(t.Context(), "other", "Other"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"c", "a", "b"} {
		m := draft(id, `1`)
		m.Target = "jira." + id
		putMap(t, s, m, NoMapping)
	}
	if _, err := s.PutMapping(t.Context(), "other", draft("theirs", `1`), NoMapping); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		filter MappingFilter
		want   string
	}{
		{MappingFilter{Limit: 10}, "a b c"},
		{MappingFilter{Limit: 2}, "a b"},
		{MappingFilter{Limit: 2, After: "b"}, "c"},
		{MappingFilter{Limit: 10, Target: "jira.b"}, "b"},
		{MappingFilter{Limit: 10, Source: "outreach.get_prospect"}, "a b c"},
		{MappingFilter{Limit: 10, Source: "outreach"}, ""},
	} {
		list, err := s.ListMappings(t.Context(), DefaultWorkspace, c.filter)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range list {
			ids = append(ids, m.ID)
			if m.Document != nil || m.Version != 1 || m.MadeBy != "key_1" {
				t.Errorf("listed as %+v", m)
			}
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%+v lists %q, want %q", c.filter, got, c.want)
		}
	}
	_, err := s.Mapping(t.Context(), DefaultWorkspace, "theirs", 0)
	wantCode(t, err, operations.CodeNotFound)
	wantCode(t, s.DeleteMapping(t.Context(), DefaultWorkspace, "theirs", AnyVersion), operations.CodeNotFound)
}

// TestMappingBounds: the oldest versions go, and a workspace has no more than so many mappings and bytes.
func TestMappingBounds(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for i := range MaxMappingVersions + 2 {
		putMap(t, s, draft("flow", fmt.Sprint(i)), AnyVersion)
	}
	_, err := s.Mapping(t.Context(), DefaultWorkspace, "flow", 2)
	wantCode(t, err, operations.CodeNotFound)
	if m, err := s.Mapping(t.Context(), DefaultWorkspace, "flow", 3); err != nil || string(m.Document) != `2` || m.Latest != MaxMappingVersions+2 {
		t.Errorf("the oldest that is kept: %+v (%v)", m, err)
	}

	if _, err := s.write.ExecContext(t.Context(), `UPDATE mappings SET bytes = ?`, MaxMappingBytes); err != nil {
		t.Fatal(err)
	}
	_, err = s.PutMapping(t.Context(), DefaultWorkspace, draft("more", `1`), AnyVersion)
	wantCode(t, err, operations.CodeConflict)
	putMap(t, s, draft("flow", `1`), AnyVersion) // which counts its bytes anew
	putMap(t, s, draft("more", `1`), AnyVersion)
	if _, err := s.write.ExecContext(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO mappings SELECT 'default', 'n' || i, '', '', '', 1, 0, '', 0, 0 FROM n`, MaxMappings-2); err != nil {
		t.Fatal(err)
	}
	_, err = s.PutMapping(t.Context(), DefaultWorkspace, draft("yet", `1`), AnyVersion)
	wantCode(t, err, operations.CodeConflict)
}
