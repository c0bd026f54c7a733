package platform

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// TestPlans holds how lists are read: along which index, and without sorting. A plan does not depend on what is there.
func TestPlans(t *testing.T) {
	t.Parallel()
	d := seededDesk(t)
	for _, c := range []struct {
		name, input, plan string
	}{
		{"all", `{}`, "SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		{"status", `{"statusIds":["` + fixedID("STAT", 1) + `"]}`, "SEARCH t USING INDEX platform_tickets_by_status (org=? AND status=?)"},
		{"status and priority", `{"statusIds":["` + fixedID("STAT", 1) + `"],"priorityIds":["` + fixedID("PRTY", 1) + `"]}`, "SEARCH t USING INDEX platform_tickets_by_priority (org=? AND priority=?)"},
		{"several statuses", `{"statusIds":["` + fixedID("STAT", 1) + `","` + fixedID("STAT", 2) + `"]}`, "SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		{"agent and status", `{"statusIds":["` + fixedID("STAT", 1) + `"],"assignedAgentIds":["` + fixedID("AGENT", 1) + `"]}`, "SEARCH t USING INDEX platform_tickets_by_assignee (org=? AND assignee=?)"},
		{"requestor", `{"requestorEmail":"a@example.com","unassigned":true}`, "SEARCH t USING INDEX platform_tickets_by_requestor (org=? AND requestor=?)"},
		{"unassigned", `{"unassigned":true}`, "SEARCH t USING INDEX platform_tickets_by_assignee (org=? AND assignee=?)"},
		{"archived", `{"archived":"only"}`, "SEARCH t USING INDEX platform_tickets_archived (org=?)"},
		{"made after", `{"createdAfter":"2026-01-01T00:00:00Z"}`, "SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		{"by update", `{"sort":"-updatedAt","statusIds":["` + fixedID("STAT", 1) + `"]}`, "SEARCH t USING INDEX platform_tickets_by_updated (org=?)"},
		{"by due date", `{"sort":"dueDate","dueBefore":"2026-01-01T00:00:00Z"}`, "SEARCH t USING INDEX platform_tickets_by_due (org=? AND due_at>? AND due_at<?)"},
	} {
		for _, page := range []string{"first", "second"} {
			call := &operations.Call{Input: json.RawMessage(c.input), Workspace: store.DefaultWorkspace, Now: time.Now}
			session, err := d.session(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			in := listTicketsInput{Sort: newestFirst}
			if err := json.Unmarshal(call.Input, &in); err != nil {
				t.Fatal(err)
			}
			l, err := session.ticketListing(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			if page == "second" {
				l = l.after(position{Key: key(1, ticketBits, 5), Value: json.RawMessage("5")})
			}
			var rows []ticketRow
			query := l.shape(l.sorted(l.where(session, session.selectFrom(&rows))).Limit(20)).String()
			if plan := explain(t, d, query); !strings.HasPrefix(strings.TrimPrefix(plan[0], "SEARCH t USING"), strings.TrimPrefix(c.plan[:len(c.plan)-1], "SEARCH t USING")) ||
				slices.ContainsFunc(plan, func(line string) bool { return strings.Contains(line, "TEMP B-TREE") }) {
				t.Errorf("%s, %s page:\n%s\n%s", c.name, page, query, strings.Join(plan, "\n"))
			}
		}
	}
}

func explain(t *testing.T, d *desk, query string) []string {
	t.Helper()
	rows, err := d.Database.Reader().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var line string
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, line)
	}
	return plan
}

// seededDesk is a desk over a database of its own, with what every organisation begins with.
func seededDesk(tb testing.TB) *desk {
	tb.Helper()
	s, err := store.Open(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	if err := Seed(tb.Context(), s, store.DefaultWorkspace); err != nil {
		tb.Fatal(err)
	}
	return newDesk(Options{Database: s})
}
