package operations_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

func one(t *testing.T, name string) *operations.Catalogue {
	t.Helper()
	spec := operations.Spec{Name: "get_" + name, Input: operations.Schema(`{"type":"object"}`), Output: operations.Schema(`{"type":"object"}`)}
	c, err := operations.NewCatalogue([]operations.Connector{{Name: name, Operations: []operations.Operation{operations.Func(spec, nil)}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestJoin: a joined catalogue has all, in order, and the very entries of its parts.
func TestJoin(t *testing.T) {
	t.Parallel()
	b, a := one(t, "b"), one(t, "a")
	joined, err := operations.Join(b, a)
	if err != nil {
		t.Fatal(err)
	}
	if list := joined.Connectors(); len(list) != 2 || list[0].Name != "a" || list[1].Name != "b" {
		t.Errorf("connectors %v", list)
	}
	for name, part := range map[string]*operations.Catalogue{"a": a, "b": b} {
		mine, err := part.Entry(name, "get_"+name)
		if err != nil {
			t.Fatal(err)
		}
		for _, called := range []string{"get_" + name, name + ":get-" + name} {
			if got, err := joined.Entry(name, called); err != nil || got != mine {
				t.Errorf("%s: %p (%v), want %p", called, got, err, mine)
			}
		}
		if mine.Connector.Name != name || len(mine.Connector.Operations) != 1 || mine.Spec.Version != 1 {
			t.Errorf("entry %+v of %+v", mine.Spec, mine.Connector)
		}
	}
	if a.Has("b") || !joined.Has("b") || joined.Has("c") {
		t.Error("joining changed a part")
	}
	if _, err := operations.Join(joined, a); err == nil {
		t.Error("two connectors of one name were joined")
	}
	if same, err := joined.Of(t.Context(), "anybody", "c"); err != nil || same != joined {
		t.Errorf("of a workspace: %p (%v)", same, err)
	}
}

func TestCheckDue(t *testing.T) {
	t.Parallel()
	entry, err := one(t, "a").Entry("a", "get_a")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Unix(1_700_000_000, 0)
	for _, step := range []struct {
		every, after time.Duration
		want         bool
	}{{time.Second, 0, true}, {time.Second, time.Second / 2, false}, {0, time.Second / 2, true}, {time.Second, time.Second, false}, {time.Second, 3 * time.Second / 2, true}} {
		if got := entry.CheckDue(step.every, start.Add(step.after)); got != step.want {
			t.Errorf("every %s, %s later: %v", step.every, step.after, got)
		}
	}
}
