package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func place(throttler, credential string) LimitPlace {
	return LimitPlace{Connector: "outreach", Throttler: throttler, Credential: credential}
}

func put(t *testing.T, s *Store, workspace string, place LimitPlace, override operations.Override) LimitOverride {
	t.Helper()
	put, err := s.PutLimitOverride(t.Context(), workspace, LimitOverride{LimitPlace: place, Override: override})
	if err != nil {
		t.Fatal(err)
	}
	return put
}

func listed(t *testing.T, s *Store, workspace string) []LimitOverride {
	t.Helper()
	list, err := s.ListLimitOverrides(t.Context(), workspace)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestLimitOverrides(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if _, err := s.CreateWorkspace(t.Context(), "other", "Other"); err != nil {
		t.Fatal(err)
	}
	put(t, s, DefaultWorkspace, place("hour", "cr1"), operations.Override{Limit: new(5)})
	hour := put(t, s, DefaultWorkspace, place("hour", "cr1"), operations.Override{Burst: new(0), Enabled: new(false)})
	all := put(t, s, DefaultWorkspace, place("hour", ""), operations.Override{TTL: new(operations.Seconds(1500e6))})
	others := put(t, s, "other", place("hour", ""), operations.Override{Limit: new(9)})
	if diff := cmp.Diff([]LimitOverride{all, hour}, listed(t, s, DefaultWorkspace)); diff != "" {
		t.Errorf("overrides (-want +got):\n%s", diff)
	}
	wantCode(t, s.DeleteLimitOverride(t.Context(), "other", place("hour", "cr1")), operations.CodeNotFound)
	if err := s.DeleteLimitOverride(t.Context(), DefaultWorkspace, place("hour", "")); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.DeleteLimitOverride(t.Context(), DefaultWorkspace, place("hour", "")), operations.CodeNotFound)
	if diff := cmp.Diff([]LimitOverride{hour}, listed(t, s, DefaultWorkspace)); diff != "" {
		t.Errorf("after one was removed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]LimitOverride{others}, listed(t, s, "other")); diff != "" {
		t.Errorf("the other workspace's (-want +got):\n%s", diff)
	}
	_, err := s.PutLimitOverride(t.Context(), "nobody", LimitOverride{LimitPlace: place("hour", "")})
	wantCode(t, err, operations.CodeNotFound)
}

// TestLimitsChanged: each change is seen, whatever it was and whoever made it, and nothing else is.
func TestLimitsChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, beside := openTest(t, dir), openTest(t, dir)
	if _, err := s.CreateWorkspace(t.Context(), "other", "Other"); err != nil {
		t.Fatal(err)
	}
	var seen int64
	changed := func() string {
		t.Helper()
		changed, err := beside.LimitsChanged(t.Context(), seen)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, id := range []string{DefaultWorkspace, "other"} {
			if version, ok := changed[id]; ok {
				ids = append(ids, id)
				seen = max(seen, version)
			}
		}
		return strings.Join(ids, " ")
	}
	remove := func() {
		t.Helper()
		if err := s.DeleteLimitOverride(t.Context(), "other", place("hour", "")); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"nothing yet", func() {}, ""},
		{"two", func() {
			put(t, s, DefaultWorkspace, place("hour", ""), operations.Override{Limit: new(1)})
			put(t, s, "other", place("hour", ""), operations.Override{Limit: new(1)})
		}, "default other"},
		{"nothing new", func() {}, ""},
		{"replaced", func() { put(t, s, DefaultWorkspace, place("hour", ""), operations.Override{Limit: new(2)}) }, "default"},
		{"removed", remove, "other"},
		{"made and removed", func() { put(t, s, "other", place("hour", ""), operations.Override{Limit: new(1)}); remove() }, "other"},
	} {
		step.do()
		if got := changed(); got != step.want {
			t.Errorf("%s: changed are %q, want %q", step.name, got, step.want)
		}
	}
}

func TestLimitOverridesAreBounded(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	_, err := s.write.ExecContext(t.Context(), fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO limit_overrides SELECT 'default', 'outreach', '', 'l' || i, '', '{}', 0 FROM n`, MaxLimitOverrides))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.PutLimitOverride(t.Context(), DefaultWorkspace, LimitOverride{LimitPlace: place("one more", "")})
	wantCode(t, err, operations.CodeConflict)
	put(t, s, DefaultWorkspace, place("l7", ""), operations.Override{Limit: new(2)})
	if n := len(listed(t, s, DefaultWorkspace)); n != MaxLimitOverrides {
		t.Errorf("%d overrides, want %d", n, MaxLimitOverrides)
	}
}
