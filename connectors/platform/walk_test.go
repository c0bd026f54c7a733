package platform

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/store"
)

// walked is a ticket as TestWays knows it.
type walked struct {
	status, priority               int
	number, updated, due, archived int64
	requestor                      string
	private                        bool
}

// TestWays reads lists in every way there is of reading them, also those that only large tables call for, and in pages of
// every size, and wants each time just the records that a plain loop finds.
func TestWays(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := newDesk(Options{Database: s})
	random := rand.New(rand.NewPCG(3, 4))
	all := scatter(t, d, random, 60)
	status := `"statusIds":["` + fixedID("STAT", 2) + `"]`
	for _, sort := range []string{"createdAt", "-createdAt", "updatedAt", "-updatedAt", "dueDate", "-dueDate"} {
		for input, keep := range map[string]func(walked) bool{
			``:                                      func(w walked) bool { return w.archived == 0 },
			status:                                  func(w walked) bool { return w.archived == 0 && w.status == 2 },
			`"archived":"only",` + status:           func(w walked) bool { return w.archived > 0 && w.status == 2 },
			`"isPrivate":true,"archived":"include"`: func(w walked) bool { return w.private },
			`"requestorEmail":"u1@example.com","priorityIds":["` + fixedID("PRTY", 1) + `"],` + status: func(w walked) bool {
				return w.requestor == "u1@example.com" && w.priority == 1 && w.status == 2 && w.archived == 0
			},
			`"updatedAfter":"1970-01-01T00:00:00.000020Z","archived":"include"`: func(w walked) bool { return w.updated >= 20 },
			`"createdAfter":"1970-01-01T00:00:00.00001Z","createdBefore":"1970-01-01T00:00:00.00005Z"`: func(w walked) bool {
				return w.archived == 0 && w.number >= 10 && w.number < 50
			},
		} {
			text := strings.TrimSuffix(`{"sort":"`+sort+`",`+input, ",") + "}"
			want := plainly(all, sort, keep)
			for _, chosen := range ways(t, d, text) {
				looks, limit := pick(random, 2, 9, 30), pick(random, 1, 8, 40)
				if diff := gocmp.Diff(want, everyPage(t, d, text, limit, looks, chosen)); diff != "" {
					t.Errorf("%s, read by %+v, %d looks (-want +got):\n%s", text, chosen, looks, diff)
				}
			}
		}
	}
}

func pick(random *rand.Rand, values ...int) int { return values[random.IntN(len(values))] }

// scatter stores tickets of which every column says something else.
func scatter(t *testing.T, d *desk, random *rand.Rand, n int64) []walked {
	t.Helper()
	s, err := d.session(t.Context(), loadCall(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	all, err := write(t.Context(), s, func(ctx context.Context, w *session) ([]walked, error) {
		var all []walked
		for number := range n {
			one := walked{
				number: number + 1, status: 1 + random.IntN(4), priority: 1 + random.IntN(4), updated: 1 + random.Int64N(n/2),
				due: max(0, random.Int64N(n)-n/2), archived: max(0, random.Int64N(3)-1), requestor: fmt.Sprintf("u%d@example.com", random.IntN(3)),
				private: random.IntN(20) == 0,
			}
			all = append(all, one)
			row, err := w.newTicket(ctx, createTicketInput{
				Title: "T", RequestorEmail: one.requestor, TeamID: fixedID("TEAM", 1), StatusID: fixedID("STAT", one.status),
				PriorityID: fixedID("PRTY", one.priority), IsPrivate: one.private,
			})
			if err != nil {
				return nil, err
			}
			if err := w.storeTicket(ctx, row, nil); err != nil {
				return nil, err
			}
			_, err = w.conn.ExecContext(ctx, `UPDATE platform_tickets SET created_at = ?, updated_at = ?, due_at = nullif(?, 0), archived_at = nullif(?, 0)
				WHERE pk = ?`, one.number, one.updated, one.due, one.archived, row.PK)
			if err != nil {
				return nil, err
			}
		}
		return all, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// plainly gives the numbers of the tickets that a list has, in its order.
func plainly(all []walked, sort string, keep func(walked) bool) []int64 {
	var kept []walked
	for _, w := range all {
		if keep(w) && (!strings.HasSuffix(sort, "dueDate") || w.due > 0) {
			kept = append(kept, w)
		}
	}
	by := map[string]func(walked) int64{
		"createdAt": func(walked) int64 { return 0 }, "updatedAt": func(w walked) int64 { return w.updated }, "dueDate": func(w walked) int64 { return w.due },
	}[strings.TrimPrefix(sort, "-")]
	slices.SortFunc(kept, func(a, b walked) int {
		order := cmp.Or(cmp.Compare(by(a), by(b)), cmp.Compare(a.number, b.number))
		if strings.HasPrefix(sort, "-") {
			return -order
		}
		return order
	})
	numbers := make([]int64, len(kept))
	for i, w := range kept {
		numbers[i] = w.number
	}
	return numbers
}

func listingOf(t *testing.T, d *desk, input string) (*session, listTicketsInput, listing[ticketRow]) {
	t.Helper()
	in := listTicketsInput{ticketFilters: ticketFilters{Archived: "exclude"}}
	if err := json.Unmarshal([]byte(input), &in); err != nil {
		t.Fatal(err)
	}
	s, err := d.session(t.Context(), loadCall(input))
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.ticketListing(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return s, in, l
}

// ways gives all ways to read a list, nil for that which it chooses itself.
func ways(t *testing.T, d *desk, input string) []*way {
	_, _, l := listingOf(t, d, input)
	all := []*way{nil, {filter: -1}, {filter: -1, byKey: true}}
	for i, f := range l.filters {
		if f.rank > 0 {
			all = append(all, &way{filter: i})
		}
	}
	return all
}

// everyPage reads a list from its first page to its last.
func everyPage(t *testing.T, d *desk, input string, limit, looks int, chosen *way) []int64 {
	t.Helper()
	numbers := []int64{}
	for pages, cursor := 0, ""; ; {
		s, _, l := listingOf(t, d, input)
		l.way, l.looks, l.shape = chosen, looks, nil
		rows, info, err := list(t.Context(), s, l, paging{Limit: limit, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			numbers = append(numbers, numberOf(row.PK, ticketBits))
		}
		if cursor = info.NextCursor; cursor == "" {
			return numbers
		}
		if pages++; pages > 200 {
			t.Fatalf("%s, read by %+v, %d looks: no end: %d so far", input, chosen, looks, numbers)
		}
	}
}
