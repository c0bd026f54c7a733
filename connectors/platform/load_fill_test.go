package platform

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
)

const (
	loadBatch  = 5000 // tickets of one transaction
	loadAgents = 50
)

// bulk is a store whose writes need not survive a fall of the machine.
type bulk struct {
	*store.Store
	fast *sql.DB
}

func (b bulk) Write(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	tx, err := b.fast.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := work(ctx, tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// fill adds what is missing of the tickets, many in one transaction, with an account for every tenth and a contact for
// every fifth.
func (l *load) fill(b *testing.B, tickets int) error {
	parameters := url.Values{"_synchronous": {"OFF"}, "_busy_timeout": {"5000"}, "_txlock": {"immediate"}, "_pragma": {"cache_size(-500000)"}}
	name := url.URL{Scheme: "file", Path: filepath.Join(l.dir, store.FileName), RawQuery: parameters.Encode()}
	fast, err := sql.Open("sqlite", name.String())
	if err != nil {
		return err
	}
	fast.SetMaxOpenConns(1)
	defer fast.Close()
	d := newDesk(Options{Database: bulk{l.store, fast}})
	s, err := d.session(b.Context(), loadCall(`{}`))
	if err != nil {
		return err
	}
	for {
		var have int
		if err := s.selectFrom((*organisationRow)(nil)).Column("tickets").Where("t.pk = ?", s.org).Scan(b.Context(), &have); err != nil {
			return err
		}
		l.tickets = have
		missing := min(tickets-have, loadBatch)
		if missing <= 0 {
			_, err := fast.ExecContext(b.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`)
			return err
		}
		_, err := write(b.Context(), s, func(ctx context.Context, w *session) (struct{}, error) {
			return struct{}{}, l.batch(ctx, w, missing)
		})
		if err != nil {
			return err
		}
	}
}

// batch stores records as the operations would, with statements that are prepared once.
func (l *load) batch(ctx context.Context, w *session, n int) error {
	add, err := newLoader(ctx, w, l.random)
	if err != nil {
		return err
	}
	defer add.close()
	for range n {
		pk, err := nextKey(w.org, ticketBits, &w.book.Tickets)
		if err != nil {
			return err
		}
		number := numberOf(pk, ticketBits)
		if number%10 == 0 {
			add.account(number/10, "Every "+l.text(2)+fmt.Sprintf("comp%d", number/10), l.text(10))
		}
		if number%5 == 0 {
			add.contact(number/5, fmt.Sprintf("Any%d", number%977), l.words[l.zipf.Uint64()])
		}
		add.ticket(pk, fmt.Sprintf("case number%d ", number/10)+l.text(6), l.ticketText())
		for seq := range int64(3) {
			add.comment(pk, seq+1, "case "+l.text(20))
		}
		if add.err != nil {
			return fmt.Errorf("ticket %d: %w", number, add.err)
		}
	}
	return nil
}

func (l *load) text(words int) string {
	var t strings.Builder
	for range words {
		t.WriteString(l.words[l.zipf.Uint64()] + " ")
	}
	return t.String()
}

// ticketText is a description; that of one in a hundred says so.
func (l *load) ticketText() string {
	text := l.text(40)
	if l.random.IntN(100) == 0 {
		text += "hundredth"
	}
	return text
}

// loader holds prepared statements, and the first error.
type loader struct {
	ctx    context.Context
	w      *session
	random *rand.Rand
	err    error

	tickets, comments, events, documents, accounts, contacts, places, names *sql.Stmt

	agents, teams, statuses, priorities, types, sources []int64
	accountStatuses, contactTypes                       []int64
}

func newLoader(ctx context.Context, w *session, random *rand.Rand) (*loader, error) {
	l := &loader{ctx: ctx, w: w, random: random}
	const meta = "org, uid, version, created_by, created_at, updated_at, "
	l.prepare(&l.tickets, `INSERT INTO platform_tickets (`+meta+`pk, archived_at, escalated_at, due_at, title, description, requestor,
		is_private, team, account, type, status, priority, source, assignee)`, 21)
	l.prepare(&l.comments, `INSERT INTO platform_comments (`+meta+`entity_type, entity, seq, content, html, kind, visibility)`, 13)
	l.prepare(&l.events, `INSERT INTO platform_events (pk, org, type, entity_type, entity, actor, created_at, payload)`, 8)
	l.prepare(&l.documents, `INSERT INTO platform_search (rowid, title, body)`, 3)
	l.prepare(&l.accounts, `INSERT INTO platform_accounts (`+meta+`name, primary_domain, description, status, owner)`, 11)
	l.prepare(&l.contacts, `INSERT INTO platform_contacts (`+meta+`first_name, last_name, email, type)`, 10)
	l.prepare(&l.places, `INSERT INTO platform_contact_accounts (org, contact, account, rank)`, 4)
	l.prepare(&l.names, `INSERT INTO platform_names (rowid, title, body)`, 3)
	l.staff()
	for list, to := range map[string]*[]int64{
		ticketStatus: &l.statuses, ticketPriority: &l.priorities, ticketType: &l.types, ticketSource: &l.sources,
		accountStatus: &l.accountStatuses, contactType: &l.contactTypes,
	} {
		l.keys(to, `SELECT pk FROM platform_choices WHERE org = ? AND list = '`+list+`' ORDER BY rank`)
	}
	return l, l.err
}

// staff makes agents and teams, if there are none but the seed's.
func (l *loader) staff() {
	if l.keys(&l.agents, `SELECT pk FROM platform_users WHERE org = ? AND kind = 'agent' ORDER BY pk`); len(l.agents) < loadAgents {
		for i := len(l.agents); i < loadAgents; i++ {
			l.insert(&userRow{Name: fmt.Sprintf("Agent %d", i), Email: fmt.Sprintf("agent%d@example.com", i), Kind: "agent"})
			l.insert(&teamRow{Name: fmt.Sprintf("Team %d", i)})
		}
		l.keys(&l.agents, `SELECT pk FROM platform_users WHERE org = ? AND kind = 'agent' ORDER BY pk`)
	}
	l.keys(&l.teams, `SELECT pk FROM platform_teams WHERE org = ? ORDER BY pk LIMIT 10`)
}

func (l *loader) insert(row any) {
	if l.err != nil {
		return
	}
	switch row := row.(type) {
	case *userRow:
		l.err = insert(l.ctx, l.w, row)
	case *teamRow:
		l.err = insert(l.ctx, l.w, row)
	}
}

func (l *loader) prepare(to **sql.Stmt, statement string, columns int) {
	if l.err == nil {
		*to, l.err = l.w.conn.(*sql.Tx).PrepareContext(l.ctx, statement+" VALUES (?"+strings.Repeat(", ?", columns-1)+")")
	}
}

func (l *loader) keys(to *[]int64, query string) {
	if *to = nil; l.err == nil {
		l.err = l.w.db.NewRaw(query, l.w.org).Conn(l.w.conn).Scan(l.ctx, to)
	}
}

func (l *loader) close() {
	for _, statement := range []*sql.Stmt{l.tickets, l.comments, l.events, l.documents, l.accounts, l.contacts, l.places, l.names} {
		_ = statement.Close()
	}
}

func (l *loader) exec(statement *sql.Stmt, args ...any) {
	if l.err == nil {
		_, l.err = statement.ExecContext(l.ctx, args...)
	}
}

// new gives what every record has, in the order of the columns, and its id. Time goes on by a microsecond.
func (l *loader) new() (uid string, meta []any) {
	if l.err == nil {
		uid, l.err = l.w.ids.next(time.Now())
	}
	l.w.book.Clock++
	updated := int64(l.w.book.Clock) + l.random.Int64N(1_000_000)
	return uid, []any{l.w.org, uid, 1, l.w.book.user, int64(l.w.book.Clock), updated}
}

// some is true once in so many times, and then gives a value.
func (l *loader) some(once int, value int64) any {
	if l.random.IntN(once) == 0 {
		return value
	}
	return nil
}

// weighed picks one of the keys, the first as often as its weight of a thousand says, and so on.
func (l *loader) weighed(keys []int64, weights ...int) int64 {
	n := l.random.IntN(1000)
	for i, weight := range weights {
		if n -= weight; n < 0 {
			return keys[i]
		}
	}
	return keys[0]
}

func (l *loader) ticket(pk int64, title, body string) {
	number := numberOf(pk, ticketBits)
	uid, meta := l.new()
	requestor := fmt.Sprintf("user%d@example.com", l.random.Int64N(1+number/20))
	var assignee, account any
	if l.random.IntN(3) > 0 {
		assignee = l.agents[l.random.IntN(len(l.agents))]
	}
	if l.random.IntN(2) == 0 && number > 40 {
		account = 5 + l.random.Int64N(number/10) // the seed has four
	}
	now := int64(l.w.book.Clock)
	l.exec(l.tickets, append(meta, pk, l.some(10, now), l.some(500, now), l.some(3, now+l.random.Int64N(1e12)), title, body, requestor,
		l.random.IntN(100) == 0, l.teams[l.random.IntN(len(l.teams))], account, l.weighed(l.types, 400, 250, 200, 150),
		l.weighed(l.statuses, 60, 39, 1, 900), l.weighed(l.priorities, 200, 600, 150, 50), l.sources[0], assignee)...)
	l.exec(l.documents, int64(documentOf(pk, 0)), title, body+"\n"+requestor)
	l.event("ticket.created", uid)
}

func (l *loader) comment(ticket, seq int64, text string) {
	uid, meta := l.new()
	l.exec(l.comments, append(meta, entityTicket, ticket, seq, text, "<p>"+text+"</p>", "comment", "public")...)
	l.exec(l.documents, int64(documentOf(ticket, seq)), "", text)
	l.event("comment.created", uid)
}

func (l *loader) account(n int64, name, description string) {
	uid, meta := l.new()
	domain := fmt.Sprintf("domain%d.example", n)
	l.exec(l.accounts, append(meta, name, domain, description, l.accountStatuses[l.random.IntN(len(l.accountStatuses))],
		l.agents[l.random.IntN(len(l.agents))])...)
	l.exec(l.names, namesBefore(l.w.org, accountNamed)|l.last("platform_accounts"), name, domain+"\n"+description)
	l.event("account.created", uid)
}

func (l *loader) contact(n int64, first, last string) {
	uid, meta := l.new()
	email := fmt.Sprintf("contact%d@example.com", n)
	l.exec(l.contacts, append(meta, first, last, email, l.contactTypes[l.random.IntN(len(l.contactTypes))])...)
	pk := l.last("platform_contacts")
	l.exec(l.places, l.w.org, pk, 5+l.random.Int64N(max(1, n/2)), 1)
	l.exec(l.names, namesBefore(l.w.org, contactNamed)|pk, first+" "+last, email)
	l.event("contact.created", uid)
}

// last is the greatest key of a table.
func (l *loader) last(table string) (pk int64) {
	if l.err == nil {
		l.err = l.w.conn.QueryRowContext(l.ctx, `SELECT max(pk) FROM `+table).Scan(&pk)
	}
	return pk
}

func (l *loader) event(kind, uid string) {
	if l.err != nil {
		return
	}
	var pk int64
	pk, l.err = nextKey(l.w.org, eventBits, &l.w.book.Events)
	entity, _, _ := strings.Cut(kind, ".")
	l.exec(l.events, pk, l.w.org, kind, entity, uid, l.w.book.user, int64(l.w.book.Clock), `{"id":"`+uid+`","version":1}`)
}
