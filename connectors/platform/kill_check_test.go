package platform_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/platform"
)

func gjsonText(document []byte, path string) string { return gjson.GetBytes(document, path).String() }

// found is a record as it is after a kill.
type found struct {
	version  int
	text     string
	document int64 // its place in the full-text index
}

// checkKilled wants a store to be sound, to hold what was acknowledged, and to have one event for each change.
func checkKilled(t *testing.T, dir string, all map[string]acknowledged) {
	t.Helper()
	h := openHub(t, dir, platform.Options{}).in("default")
	defer h.store.Close()
	sound(t, h)
	records := h.records(t)
	for id, one := range all {
		record, there := records[id]
		if !there || record.version < one.version {
			t.Errorf("%s %s was acknowledged at version %d and is at %d", one.kind, id, one.version, record.version)
		}
	}
	for id, record := range records {
		var said int
		if _, err := fmt.Sscanf(record.text, "said %d", &said); err == nil && said != record.version && said != record.version-1 {
			t.Errorf("%s at version %d says %q", id, record.version, record.text)
		}
	}
	checkOutbox(t, h, records)
	checkIndex(t, h, records)
}

// sound asks the database whether it is.
func sound(t *testing.T, h *hub) {
	t.Helper()
	var answer string
	if err := h.store.Reader().QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&answer); err != nil || answer != "ok" {
		t.Errorf("integrity: %s (%v)", answer, err)
	}
	var broken int
	if err := h.store.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM pragma_foreign_key_check`).Scan(&broken); err != nil || broken > 0 {
		t.Errorf("%d broken references (%v)", broken, err)
	}
	err := h.store.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO platform_search (platform_search) VALUES ('integrity-check')`)
		return err
	})
	if err != nil {
		t.Errorf("the full-text index: %v", err)
	}
}

// records reads all tickets and comments by their ids. None has the id of another, and numbers have no gaps.
func (h *hub) records(t *testing.T) map[string]found {
	t.Helper()
	rows, err := h.store.Reader().QueryContext(t.Context(), `SELECT uid, version, title, pk << 16, pk & 0x7fffffff FROM platform_tickets
		UNION ALL SELECT uid, version, content, entity << 16 | seq, 0 FROM platform_comments WHERE deleted_at IS NULL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	records, numbers, tickets := map[string]found{}, map[int64]bool{}, int64(0)
	for rows.Next() {
		var one found
		var id string
		var number int64
		if err := rows.Scan(&id, &one.version, &one.text, &one.document, &number); err != nil {
			t.Fatal(err)
		}
		if _, twice := records[id]; twice || number > 0 && numbers[number] {
			t.Errorf("two records have the id %s or the number %d", id, number)
		}
		if records[id] = one; number > 0 {
			numbers[number], tickets = true, max(tickets, number)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if int64(len(numbers)) != tickets {
		t.Errorf("%d tickets have numbers up to %d", len(numbers), tickets)
	}
	return records
}

// checkOutbox reads all events, and wants their ids to go up by one, and for each version of a record just one event, in
// order.
func checkOutbox(t *testing.T, h *hub, records map[string]found) {
	t.Helper()
	seen, last := map[string]int{}, 0
	for after, more := "0", true; more; {
		result, err := h.call(t.Context(), "list_events", `{"after":"`+after+`","limit":1000}`)
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			NextCursor string
			HasMore    bool
			Events     []struct {
				ID       int `json:",string"`
				EntityID string
				Payload  struct{ Version int }
			}
		}
		if err := json.Unmarshal(result.Output, &page); err != nil {
			t.Fatal(err)
		}
		for _, event := range page.Events {
			if last++; event.ID != last {
				t.Fatalf("the event after %d is %d", last-1, event.ID)
			}
			if _, ours := records[event.EntityID]; !ours {
				continue
			}
			if seen[event.EntityID]++; event.Payload.Version != seen[event.EntityID] {
				t.Errorf("event %d of %s tells of version %d; there were %d events of it before", last, event.EntityID, event.Payload.Version, seen[event.EntityID]-1)
			}
		}
		after, more = page.NextCursor, page.HasMore
	}
	for id, record := range records {
		if seen[id] != record.version {
			t.Errorf("%s is at version %d and has %d events", id, record.version, seen[id])
		}
	}
}

// checkIndex wants the full-text index to have a document for each record and no others, and to find them by what they say.
func checkIndex(t *testing.T, h *hub, records map[string]found) {
	t.Helper()
	for _, c := range []struct{ words, query string }{
		{"", `SELECT rowid FROM platform_search`}, {"said 1", ``}, {"said 2", ``}, {"said 4", ``},
	} {
		want, n := map[int64]bool{}, 0
		for _, record := range records {
			if c.words == "" || strings.HasPrefix(record.text, c.words) {
				want[record.document] = true
			}
		}
		query, args := c.query, []any(nil)
		if query == "" {
			query, args = `SELECT rowid FROM platform_search WHERE platform_search MATCH ?`, []any{strings.ReplaceAll(c.words, " ", " AND ")}
		}
		rows, err := h.store.Reader().QueryContext(t.Context(), query, args...)
		if err != nil {
			t.Fatal(err)
		}
		for ; rows.Next(); n++ {
			var document int64
			if err := rows.Scan(&document); err != nil {
				t.Fatal(err)
			}
			if !want[document] {
				t.Errorf("%q: the index has a document %d that is no record's", c.words, document)
			}
		}
		if err := rows.Err(); err != nil || n != len(want) {
			t.Errorf("%q: %d documents in the index, %d records (%v)", c.words, n, len(want), err)
		}
		_ = rows.Close()
	}
}
