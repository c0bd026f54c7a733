package platform

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// BenchmarkLoad fills a store with PLATFORM_TICKETS tickets (default 2,000) of three comments each, and prints how long
// operations take then. PLATFORM_DIR keeps the store for another run.
//
//	PLATFORM_TICKETS=1000000 PLATFORM_DIR=/tmp/load go test -run xxx -bench Load -benchtime 1x -timeout 1h ./connectors/platform
func BenchmarkLoad(b *testing.B) {
	l := newLoad(b)
	fmt.Printf("%d tickets, %d comments; filled in %v; the file has %d MB\n", l.tickets, 3*l.tickets, l.filled.Round(time.Second), l.size(b)>>20)
	for _, q := range l.questions() {
		b.Run(q.name, func(b *testing.B) {
			operation := l.operations[q.operation]
			took := make([]time.Duration, 0, 300)
			for b.Loop() {
				for range 300 / max(1, len(took)) {
					input := q.input(l.random)
					start := time.Now()
					if _, err := l.run(b.Context(), operation, input); err != nil {
						b.Fatalf("%s: %v", input, err)
					}
					took = append(took, time.Since(start))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// load is a store full of tickets, and what there is to ask of it.
type load struct {
	dir        string
	store      *store.Store
	operations map[string]operations.Operation
	tickets    int
	words      []string
	random     *rand.Rand
	zipf       *rand.Zipf
	filled     time.Duration
}

const loadBatch = 2000 // tickets of one transaction

func newLoad(b *testing.B) *load {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	l := &load{
		dir: os.Getenv("PLATFORM_DIR"), operations: map[string]operations.Operation{}, tickets: 2000, random: random,
		zipf: rand.NewZipf(random, 1.1, 8, 20_000),
	}
	if l.dir == "" {
		l.dir = b.TempDir()
	}
	if text := os.Getenv("PLATFORM_TICKETS"); text != "" {
		var err error
		if l.tickets, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 20_001 {
		l.words = append(l.words, "w"+strconv.FormatInt(int64(i)*7919+100_000, 36))
	}
	var err error
	if l.store, err = store.Open(b.Context(), l.dir); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := l.store.Close(); err != nil {
			b.Error(err)
		}
	})
	connector := Connector(Options{Database: l.store})
	for _, operation := range connector.Operations {
		l.operations[operation.Spec().Name] = operation
	}
	if err := Seed(b.Context(), l.store, store.DefaultWorkspace); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := l.fill(b.Context()); err != nil {
		b.Fatal(err)
	}
	l.filled = time.Since(start)
	return l
}

func (l *load) run(ctx context.Context, operation operations.Operation, input string) (json.RawMessage, error) {
	return operation.Run(ctx, &operations.Call{
		Input: json.RawMessage(input), Workspace: store.DefaultWorkspace, Caller: "load", Now: time.Now, Usage: &operations.Usage{},
	})
}

func (l *load) size(b *testing.B) int64 {
	info, err := os.Stat(l.dir + "/" + store.FileName)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func (l *load) text(words int) string {
	var t strings.Builder
	for range words {
		t.WriteString(l.words[l.zipf.Uint64()] + " ")
	}
	return t.String()
}

// fill adds what is missing of the tickets, many in one transaction.
func (l *load) fill(ctx context.Context) error {
	d := newDesk(Options{Database: l.store})
	s, err := d.session(ctx, &operations.Call{Workspace: store.DefaultWorkspace, Caller: "load", Now: time.Now})
	if err != nil {
		return err
	}
	for {
		var have int64
		if err := s.selectFrom((*organisationRow)(nil)).Column("tickets").Where("t.pk = ?", s.org).Scan(ctx, &have); err != nil {
			return err
		}
		missing := min(int64(l.tickets)-have, loadBatch)
		if missing <= 0 {
			return nil
		}
		_, err := write(ctx, s, func(ctx context.Context, w *session) (struct{}, error) {
			return struct{}{}, l.batch(ctx, w, int(missing))
		})
		if err != nil {
			return err
		}
	}
}

// batch stores tickets as storeTicket and storeComment would, with statements that are prepared once.
func (l *load) batch(ctx context.Context, w *session, n int) error {
	add, err := newLoader(ctx, w)
	if err != nil {
		return err
	}
	defer add.close()
	for range n {
		number := w.book.Tickets + 1
		pk, err := nextKey(w.org, ticketBits, &w.book.Tickets)
		if err != nil {
			return err
		}
		uid, err := w.ids.next(time.Now())
		if err != nil {
			return err
		}
		title, body := l.text(6), l.text(40)
		requestor := fmt.Sprintf("user%d@example.com", l.random.IntN(1+l.tickets/20))
		w.book.Clock++
		add.ticket(pk, w, uid, title, body, requestor, l.random)
		add.document(documentOf(pk, 0), title, body+"\n"+requestor)
		add.event(w, "ticket.created", uid)
		for seq := range int64(3) {
			text := l.text(20)
			id, err := w.ids.next(time.Now())
			if err != nil {
				return err
			}
			add.comment(w, id, pk, seq+1, text)
			add.document(documentOf(pk, seq+1), "", text)
			add.event(w, "comment.created", id)
		}
		if add.err != nil {
			return fmt.Errorf("ticket %d: %w", number, add.err)
		}
	}
	return nil
}

// loader holds prepared statements, and the first error.
type loader struct {
	ctx                                  context.Context
	tickets, comments, events, documents *sql.Stmt
	agents, statuses, priorities, types  []int64
	team, source                         int64
	err                                  error
}

func newLoader(ctx context.Context, w *session) (*loader, error) {
	l := &loader{ctx: ctx}
	tx := w.conn.(*sql.Tx)
	prepare := func(to **sql.Stmt, statement string) {
		if l.err == nil {
			*to, l.err = tx.PrepareContext(ctx, statement)
		}
	}
	prepare(&l.tickets, `INSERT INTO platform_tickets (pk, org, uid, version, created_by, created_at, updated_at, archived_at, title, description,
		requestor, team, type, status, priority, source, assignee) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	prepare(&l.comments, `INSERT INTO platform_comments (org, uid, version, created_by, created_at, updated_at, entity_type, entity, seq, content,
		html, kind, visibility) VALUES (?, ?, 1, ?, ?, ?, 'ticket', ?, ?, ?, ?, 'comment', 'public')`)
	prepare(&l.events, `INSERT INTO platform_events (pk, org, type, entity_type, entity, actor, created_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	prepare(&l.documents, `INSERT INTO platform_search (rowid, title, body) VALUES (?, ?, ?)`)
	keys := func(to *[]int64, query string) {
		if l.err == nil {
			l.err = w.db.NewRaw(query, w.org).Conn(w.conn).Scan(ctx, to)
		}
	}
	keys(&l.agents, `SELECT pk FROM platform_users WHERE org = ? AND kind = 'agent'`)
	keys(&l.statuses, `SELECT pk FROM platform_choices WHERE org = ? AND list = 'ticket_status' ORDER BY rank`)
	keys(&l.priorities, `SELECT pk FROM platform_choices WHERE org = ? AND list = 'ticket_priority' ORDER BY rank`)
	keys(&l.types, `SELECT pk FROM platform_choices WHERE org = ? AND list = 'ticket_type' ORDER BY rank`)
	var one []int64
	keys(&one, `SELECT pk FROM platform_teams WHERE org = ? LIMIT 1`)
	if l.err == nil {
		l.team = one[0]
	}
	keys(&one, `SELECT pk FROM platform_choices WHERE org = ? AND list = 'ticket_source' LIMIT 1`)
	if l.err == nil {
		l.source = one[0]
	}
	return l, l.err
}

func (l *loader) close() {
	for _, statement := range []*sql.Stmt{l.tickets, l.comments, l.events, l.documents} {
		_ = statement.Close()
	}
}

func (l *loader) exec(statement *sql.Stmt, args ...any) {
	if l.err == nil {
		_, l.err = statement.ExecContext(l.ctx, args...)
	}
}

func (l *loader) ticket(pk int64, w *session, uid, title, body, requestor string, random *rand.Rand) {
	var assignee, archived any
	if random.IntN(3) > 0 {
		assignee = l.agents[random.IntN(len(l.agents))]
	}
	if random.IntN(10) == 0 {
		archived = int64(w.book.Clock)
	}
	l.exec(l.tickets, pk, w.org, uid, w.book.user, int64(w.book.Clock), int64(w.book.Clock), archived, title, body, requestor, l.team,
		l.types[random.IntN(4)], l.statuses[random.IntN(4)], l.priorities[random.IntN(4)], l.source, assignee)
}

func (l *loader) comment(w *session, uid string, ticket, seq int64, text string) {
	l.exec(l.comments, w.org, uid, w.book.user, int64(w.book.Clock), int64(w.book.Clock), ticket, seq, text, "<p>"+text+"</p>")
}

func (l *loader) document(d document, title, body string) { l.exec(l.documents, int64(d), title, body) }

func (l *loader) event(w *session, kind, uid string) {
	pk, err := nextKey(w.org, eventBits, &w.book.Events)
	if err != nil {
		l.err = err
	}
	entity, _, _ := strings.Cut(kind, ".")
	l.exec(l.events, pk, w.org, kind, entity, uid, w.book.user, int64(w.book.Clock), `{"id":"`+uid+`","version":1}`)
}

// loadQuestion is an operation with inputs, a new one each time.
type loadQuestion struct {
	name, operation string
	input           func(*rand.Rand) string
}

func (l *load) questions() []loadQuestion {
	always := func(input string) func(*rand.Rand) string { return func(*rand.Rand) string { return input } }
	word := func(from, to int) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return `{"search":"` + l.words[from+r.IntN(to-from)] + `"}` }
	}
	return []loadQuestion{
		{"create_ticket", "create_ticket", func(r *rand.Rand) string {
			return fmt.Sprintf(`{"title":%q,"description":%q,"requestorEmail":"user%d@example.com","teamId":%q}`, l.text(6), l.text(40), r.IntN(1000), fixedID("TEAM", 1))
		}},
		{"create_comment", "create_comment", func(*rand.Rand) string {
			return fmt.Sprintf(`{"content":%q,"entityType":"ticket","entityId":%q}`, l.text(20), l.some())
		}},
		{"update_ticket", "update_ticket", func(r *rand.Rand) string {
			return fmt.Sprintf(`{"id":%q,"title":%q,"priorityId":%q}`, fixedID("TCKT", 3), l.text(6), fixedID("PRTY", 1+r.IntN(4)))
		}},
		{"get_ticket", "get_ticket", func(*rand.Rand) string { return fmt.Sprintf(`{"id":%q}`, l.some()) }},
		{"get_comments", "get_comments", func(*rand.Rand) string { return fmt.Sprintf(`{"entityType":"ticket","entityId":%q}`, l.some()) }},
		{"list all", "list_tickets", always(`{}`)},
		{"list by status", "list_tickets", always(`{"statusIds":["` + fixedID("STAT", 1) + `"]}`)},
		{"list by status and priority", "list_tickets", always(`{"statusIds":["` + fixedID("STAT", 1) + `"],"priorityIds":["` + fixedID("PRTY", 4) + `"]}`)},
		{"list by statuses, agent, unassigned", "list_tickets", always(`{"statusIds":["` + fixedID("STAT", 1) + `","` + fixedID("STAT", 2) + `"],"assignedAgentIds":["` + fixedID("AGENT", 1) + `"]}`)},
		{"list unassigned", "list_tickets", always(`{"unassigned":true}`)},
		{"list by requestor", "list_tickets", func(r *rand.Rand) string { return fmt.Sprintf(`{"requestorEmail":"user%d@example.com"}`, r.IntN(1000)) }},
		{"list archived", "list_tickets", always(`{"archived":"only"}`)},
		{"list by update, status", "list_tickets", always(`{"sort":"-updatedAt","statusIds":["` + fixedID("STAT", 1) + `"]}`)},
		{"list oldest", "list_tickets", always(`{"sort":"createdAt"}`)},
		{"search a common word", "list_tickets", word(0, 5)},
		{"search a word", "list_tickets", word(100, 1000)},
		{"search a rare word", "list_tickets", word(10_000, 20_000)},
		{"search two common words", "list_tickets", always(`{"search":"` + l.words[0] + ` ` + l.words[1] + `"}`)},
		{"search a common word, status", "list_tickets", always(`{"search":"` + l.words[0] + `","statusIds":["` + fixedID("STAT", 1) + `"]}`)},
		{"search a common phrase", "list_tickets", always(`{"search":"\"` + l.words[0] + ` ` + l.words[1] + `\""}`)},
		{"list_events", "list_events", func(r *rand.Rand) string { return fmt.Sprintf(`{"after":"%d"}`, r.IntN(l.tickets)) }},
		{"list_tickets_ddl", "list_tickets_ddl", always(`{"search":"` + l.words[50] + `"}`)},
	}
}

// some gives the id of a ticket, any.
func (l *load) some() string {
	var uid string
	row := l.store.Reader().QueryRow(`SELECT uid FROM platform_tickets WHERE pk >= ? AND archived_at IS NULL LIMIT 1`, key(1, ticketBits, 1+l.random.Int64N(int64(l.tickets)-1)))
	if err := row.Scan(&uid); err != nil {
		return fixedID("TCKT", 1)
	}
	return uid
}
