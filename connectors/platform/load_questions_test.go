package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// loadQuestion is an operation with inputs, a new one each time.
type loadQuestion struct {
	name, operation string
	input           func(*rand.Rand) string
	wanted          string // what every answer holds
}

func always(input string) func(*rand.Rand) string { return func(*rand.Rand) string { return input } }

func (l *load) questions(ctx context.Context) []loadQuestion {
	all := []loadQuestion{
		{"create_ticket", "create_ticket", func(*rand.Rand) string { return l.ticketInput() }, ""},
		{"create_comment", "create_comment", func(*rand.Rand) string {
			return fmt.Sprintf(`{"content":%q,"entityType":"ticket","entityId":%q}`, l.text(20), l.some())
		}, ""},
		{"update_ticket", "update_ticket", func(r *rand.Rand) string {
			return fmt.Sprintf(`{"id":%q,"title":%q,"priorityId":%q}`, l.some(), l.text(6), fixedID("PRTY", 1+r.IntN(4)))
		}, ""},
		{"get_ticket", "get_ticket", func(*rand.Rand) string { return fmt.Sprintf(`{"id":%q}`, l.some()) }, ""},
		{"get_comments", "get_comments", func(*rand.Rand) string { return fmt.Sprintf(`{"entityType":"ticket","entityId":%q}`, l.some()) }, ""},
		{"list_events", "list_events", func(r *rand.Rand) string { return fmt.Sprintf(`{"after":"%d"}`, r.IntN(l.tickets)) }, `"payload"`},
	}
	all = append(all, l.lists()...)
	all = append(all, l.sorts(ctx)...)
	all = append(all, l.searches()...)
	return append(all, l.names()...)
}

// lists are tickets by filters, with the total.
func (l *load) lists() []loadQuestion {
	status := func(n int) string { return `"statusIds":["` + fixedID("STAT", n) + `"]` }
	priority := `"priorityIds":["` + fixedID("PRTY", 4) + `"]`
	agent := `"assignedAgentIds":["` + fixedID("AGENT", 1) + `"]`
	middle := l.read(`SELECT created_at FROM platform_tickets WHERE pk >= ? LIMIT 1`, key(1, ticketBits, int64(l.tickets/2)))
	from, to := l.time(middle), l.time(middle+int64(l.tickets/100))
	const tickets, listed = "list_tickets", `"id"`
	return []loadQuestion{
		{"list: all", tickets, always(`{}`), listed},
		{"list: status, 90 %", tickets, always(`{` + status(4) + `}`), listed},
		{"list: status, 6 %", tickets, always(`{` + status(1) + `}`), listed},
		{"list: status, 0.1 %", tickets, always(`{` + status(3) + `}`), listed},
		{"list: two statuses, 10 %", tickets, always(`{"statusIds":["` + fixedID("STAT", 1) + `","` + fixedID("STAT", 2) + `"]}`), listed},
		{"list: two statuses, 4 %", tickets, always(`{"statusIds":["` + fixedID("STAT", 3) + `","` + fixedID("STAT", 2) + `"]}`), listed},
		{"list: assignee", tickets, always(`{` + agent + `}`), listed},
		{"list: unassigned", tickets, always(`{"unassigned":true}`), listed},
		{"list: account", tickets, func(r *rand.Rand) string { return `{"accountId":"` + l.account(r) + `"}` }, `"total"`},
		{"list: requestor", tickets, func(r *rand.Rand) string { return fmt.Sprintf(`{"requestorEmail":"user%d@example.com"}`, r.IntN(100)) }, listed},
		{"list: archived", tickets, always(`{"archived":"only"}`), listed},
		{"list: private, 1 %", tickets, always(`{"isPrivate":true}`), listed},
		{"list: escalated, 0.2 %", tickets, always(`{"escalated":true}`), listed},
		{"list: created after the middle", tickets, always(`{"createdAfter":"` + from + `"}`), listed},
		{"list: created in a range", tickets, always(`{"createdAfter":"` + from + `","createdBefore":"` + to + `"}`), listed},
		{"list: created in a range, status 6 %", tickets, always(`{"createdAfter":"` + from + `",` + status(1) + `}`), listed},
		{"list: status 6 %, priority 5 %", tickets, always(`{` + status(1) + `,` + priority + `}`), listed},
		{"list: status 0.1 %, priority 60 %", tickets, always(`{` + status(3) + `,"priorityIds":["` + fixedID("PRTY", 2) + `"]}`), listed},
		{"list: assignee, status 6 %", tickets, always(`{` + agent + `,` + status(1) + `}`), `"total"`},
		{"list: assignee, status 0.1 %", tickets, always(`{` + agent + `,` + status(3) + `}`), `"total"`},
		{"list: assignee, status, priority, type, private", tickets, always(`{` + agent + `,` + status(1) + `,` + priority + `,"isPrivate":true,"typeIds":["` + fixedID("TYPE", 4) + `"]}`), `"total"`},
		{"list_tickets_ddl", "list_tickets_ddl", always(`{}`), `"result"`},
	}
}

// sorts are lists in each order: their first page, the second, and one deep within.
func (l *load) sorts(ctx context.Context) []loadQuestion {
	var all []loadQuestion
	for _, sort := range []string{"-createdAt", "createdAt", "-updatedAt", "updatedAt", "dueDate", "-dueDate"} {
		question := `{"sort":"` + sort + `"`
		all = append(all, loadQuestion{"list: sort " + sort, "list_tickets", always(question + `}`), `"id"`})
		output, err := l.run(ctx, "list_tickets", question+`}`)
		var page pageInfo
		if err != nil || json.Unmarshal(output, &page) != nil {
			return nil
		}
		all = append(all,
			loadQuestion{"list: sort " + sort + ", second page", "list_tickets", always(question + `,"cursor":"` + page.NextCursor + `"}`), `"id"`},
			loadQuestion{"list: sort " + sort + ", deep page", "list_tickets", always(question + `,"cursor":"` + l.deep(ctx, question+`}`, sort) + `"}`), `"id"`},
		)
	}
	for _, c := range []struct{ name, filters string }{
		{"status 6 %", `"statusIds":["` + fixedID("STAT", 1) + `"]`}, {"status 0.1 %", `"statusIds":["` + fixedID("STAT", 3) + `"]`},
		{"assignee", `"assignedAgentIds":["` + fixedID("AGENT", 1) + `"]`}, {"private", `"isPrivate":true`}, {"escalated", `"escalated":true`},
		{"requestor", `"requestorEmail":"user3@example.com"`},
	} {
		all = append(all, loadQuestion{"list: sort -updatedAt, " + c.name, "list_tickets", always(`{"sort":"-updatedAt",` + c.filters + `}`), `"id"`})
		all = append(all, loadQuestion{"list: sort dueDate, " + c.name, "list_tickets", always(`{"sort":"dueDate",` + c.filters + `}`), `"total"`})
	}
	return append(all, loadQuestion{"list: page 500", "list_tickets", always(`{"page":500}`), `"tickets"`})
}

// deep makes the cursor of a page in the middle of a list.
func (l *load) deep(ctx context.Context, question, sort string) string {
	d := newDesk(Options{Database: l.store})
	s, err := d.session(ctx, loadCall(question))
	if err != nil {
		return err.Error()
	}
	at := position{Key: key(1, ticketBits, int64(l.tickets/2)), Total: countBound}
	switch sort {
	case "-updatedAt", "updatedAt":
		at.Value = fmt.Append(nil, l.read(`SELECT updated_at FROM platform_tickets WHERE pk >= ? LIMIT 1`, at.Key))
	case "-dueDate", "dueDate":
		at.Value = fmt.Append(nil, l.read(`SELECT due_at FROM platform_tickets WHERE pk >= ? AND due_at IS NOT NULL LIMIT 1`, at.Key))
	}
	cursor, err := s.seal(s.question("tickets"), at)
	if err != nil {
		return err.Error()
	}
	return cursor
}

// searches are words that few or many tickets and comments hold.
func (l *load) searches() []loadQuestion {
	word := func(from, to int) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return `{"search":"` + l.words[from+r.IntN(to-from)] + `"}` }
	}
	const tickets, listed = "list_tickets", `"id"`
	open := `"statusIds":["` + fixedID("STAT", 1) + `"]`
	return []loadQuestion{
		{"search: one hit in 100,000", tickets, func(r *rand.Rand) string { return fmt.Sprintf(`{"search":"number%d"}`, r.IntN(l.tickets/10)) }, `"total"`},
		{"search: a rare word", tickets, word(10_000, 20_000), `"total"`},
		{"search: a word of 1 %", tickets, always(`{"search":"hundredth"}`), listed},
		{"search: a frequent word", tickets, word(0, 5), listed},
		{"search: a word of every text", tickets, always(`{"search":"case"}`), listed},
		{"search: every text and 1 %", tickets, always(`{"search":"case hundredth"}`), listed},
		{"search: every text and one", tickets, func(r *rand.Rand) string { return fmt.Sprintf(`{"search":"case number%d"}`, r.IntN(l.tickets/10)) }, `"total"`},
		{"search: two frequent words", tickets, always(`{"search":"` + l.words[0] + ` ` + l.words[1] + `"}`), listed},
		{"search: two rare words", tickets, func(r *rand.Rand) string {
			return `{"search":"` + l.words[5000+r.IntN(5000)] + ` ` + l.words[5000+r.IntN(5000)] + `"}`
		}, `"total"`},
		{"search: a frequent phrase", tickets, always(`{"search":"\"` + l.words[0] + ` ` + l.words[1] + `\""}`), listed},
		{"search: every text, status 6 %", tickets, always(`{"search":"case",` + open + `}`), listed},
		{"search: every text, status 0.1 %", tickets, always(`{"search":"case","statusIds":["` + fixedID("STAT", 3) + `"]}`), `"total"`},
		{"search: 1 %, status 6 %", tickets, always(`{"search":"hundredth",` + open + `}`), `"total"`},
		{"search: every text, escalated", tickets, always(`{"search":"case","escalated":true}`), `"total"`},
		{"search: every text, an account's", tickets, func(r *rand.Rand) string { return `{"search":"case","accountId":"` + l.account(r) + `"}` }, `"total"`},
		{"search: list_tickets_ddl", "list_tickets_ddl", always(`{"search":"` + l.words[50] + `"}`), `"result"`},
	}
}

// names are lists and searches of accounts and contacts.
func (l *load) names() []loadQuestion {
	const accounts, contacts, listed = "get_accounts", "get_customer_contacts", `"id"`
	return []loadQuestion{
		{"accounts: all", accounts, always(`{}`), listed},
		{"accounts: by name", accounts, always(`{"sort":"name"}`), listed},
		{"accounts: status, by name", accounts, always(`{"sort":"name","status":"Churned"}`), listed},
		{"accounts: one", accounts, func(r *rand.Rand) string { return `{"search":"` + l.company(r) + `"}` }, listed},
		{"accounts: a prefix of one", accounts, func(r *rand.Rand) string { return fmt.Sprintf(`{"search":"comp%d"}`, 10+r.IntN(90)) }, listed},
		{"accounts: a letter", accounts, always(`{"search":"w"}`), listed},
		{"accounts: two letters", accounts, always(`{"search":"wk"}`), `"total"`},
		{"accounts: four letters", accounts, always(`{"search":"comp"}`), listed},
		{"accounts: a word of every one", accounts, always(`{"search":"every"}`), listed},
		{"accounts: a word of every one, by name", accounts, always(`{"search":"every","sort":"name"}`), listed},
		{"accounts: a word of every one, status", accounts, always(`{"search":"every","status":"Churned"}`), listed},
		{"accounts: two words", accounts, always(`{"search":"every domain1"}`), listed},
		{"accounts: every one and a frequent word", accounts, always(`{"search":"every ` + l.words[0] + `"}`), listed},
		{"accounts: every one and one", accounts, func(r *rand.Rand) string { return `{"search":"every ` + l.company(r) + `"}` }, listed},
		{"accounts: list_accounts_ddl", "list_accounts_ddl", always(`{"search":"ev"}`), `"result"`},
		{"contacts: all", contacts, always(`{}`), listed},
		{"contacts: one email", contacts, func(r *rand.Rand) string {
			return `{"email":"` + l.one(r, `SELECT email FROM platform_contacts WHERE pk >= ? LIMIT 1`, l.tickets/5) + `"}`
		}, listed},
		{"contacts: of an account", contacts, func(r *rand.Rand) string { return `{"accountId":"` + l.account(r) + `"}` }, `"total"`},
		{"contacts: a first name", contacts, func(r *rand.Rand) string { return fmt.Sprintf(`{"search":"any%d"}`, r.IntN(970)) }, `"total"`},
		{"contacts: a word of every one", contacts, always(`{"search":"contact"}`), listed},
		{"contacts: a word of every one, by name", contacts, always(`{"search":"any","sort":"firstName"}`), listed},
		{"contacts: list_customer_contacts_ddl", "list_customer_contacts_ddl", always(`{"search":"any"}`), `"result"`},
	}
}

func (l *load) ticketInput() string {
	return fmt.Sprintf(`{"title":%q,"description":%q,"requestorEmail":"user%d@example.com","teamId":%q}`,
		l.text(6), "case "+l.text(40), l.random.IntN(1000), fixedID("TEAM", 1))
}

// some gives the id of a ticket, any that is not archived.
func (l *load) some() string {
	var uid string
	row := l.store.Reader().QueryRow(`SELECT uid FROM platform_tickets WHERE pk >= ? AND archived_at IS NULL LIMIT 1`,
		key(1, ticketBits, 1+l.random.Int64N(int64(l.tickets)-1)))
	if err := row.Scan(&uid); err != nil {
		return fixedID("TCKT", 1)
	}
	return uid
}

// account gives the id of an account, any.
func (l *load) account(r *rand.Rand) string {
	return l.one(r, `SELECT uid FROM platform_accounts WHERE pk >= ? LIMIT 1`, l.tickets/10)
}

// company gives a word that only one account holds.
func (l *load) company(r *rand.Rand) string {
	name := l.one(r, `SELECT name FROM platform_accounts WHERE pk >= ? AND name LIKE 'Every %' LIMIT 1`, l.tickets/10)
	return name[strings.LastIndex(name, " ")+1:]
}

// one gives a text of one of the first records.
func (l *load) one(r *rand.Rand, query string, records int) (text string) {
	for text == "" {
		if err := l.store.Reader().QueryRow(query, 5+r.IntN(records)).Scan(&text); err != nil {
			records = max(1, records*9/10) // creates have made the tickets more than accounts were made for
		}
	}
	return text
}

func (l *load) read(query string, args ...any) (n int64) {
	if err := l.store.Reader().QueryRow(query, args...).Scan(&n); err != nil {
		return 0
	}
	return n
}

func (l *load) time(micros int64) string {
	return time.UnixMicro(micros).UTC().Format(time.RFC3339Nano)
}
