package platform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// ticketFilters say which tickets are meant. All that are given hold.
type ticketFilters struct {
	StatusIDs        []string   `json:"statusIds,omitempty" doc:"Only tickets with one of these statuses." maxItems:"20" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_statuses_ddl"`
	PriorityIDs      []string   `json:"priorityIds,omitempty" doc:"Only tickets with one of these priorities." maxItems:"20" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_priorities_ddl"`
	TypeIDs          []string   `json:"typeIds,omitempty" doc:"Only tickets of one of these types." maxItems:"20" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_ticket_types_ddl"`
	TeamIDs          []string   `json:"teamIds,omitempty" doc:"Only tickets of one of these teams." maxItems:"20" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_teams_ddl"`
	AssignedAgentIDs []string   `json:"assignedAgentIds,omitempty" doc:"Only tickets of one of these agents." maxItems:"20" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Unassigned       bool       `json:"unassigned,omitempty" doc:"Only tickets that nobody has."`
	AccountID        string     `json:"accountId,omitempty" doc:"Only tickets of this account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	RequestorEmail   string     `json:"requestorEmail,omitempty" doc:"Only tickets that somebody with this address asked for." format:"email" maxLength:"320"`
	IsPrivate        *bool      `json:"isPrivate,omitempty" doc:"Only private tickets, or only others."`
	Archived         string     `json:"archived,omitempty" doc:"What of archived tickets." enum:"exclude,only,include" default:"exclude"`
	Escalated        *bool      `json:"escalated,omitempty" doc:"Only tickets that were escalated, or only others."`
	CreatedAfter     *time.Time `json:"createdAfter,omitempty" doc:"Only tickets made then or later."`
	CreatedBefore    *time.Time `json:"createdBefore,omitempty" doc:"Only tickets made before."`
	UpdatedAfter     *time.Time `json:"updatedAfter,omitempty" doc:"Only tickets changed then or later."`
	UpdatedBefore    *time.Time `json:"updatedBefore,omitempty" doc:"Only tickets not changed since."`
	DueAfter         *time.Time `json:"dueAfter,omitempty" doc:"Only tickets due then or later."`
	DueBefore        *time.Time `json:"dueBefore,omitempty" doc:"Only tickets due before."`
}

// newestFirst is the order of tickets that costs nothing.
const newestFirst = "-createdAt"

type listTicketsInput struct {
	Search string `json:"search,omitempty" doc:"Words that title, description, requestor or a comment holds, all of them; words in quotes stand next to each other. Only newest first, without page." maxLength:"500"`
	ticketFilters
	Sort string `json:"sort,omitempty" doc:"The order, a minus for greatest first. By dueDate, tickets without one are left out." enum:"-createdAt,createdAt,-updatedAt,updatedAt,dueDate,-dueDate" default:"-createdAt"`
	paging
}

type listTicketsOutput struct {
	Tickets []ticket `json:"tickets" doc:"The tickets of this page."`
	pageInfo
}

func (d *desk) listTickets() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_tickets", Identifier: "tickets:list-tickets-platform", Title: "List tickets", Resource: resourceTicket,
		Description: "Pages through the tickets that fit all filters and hold all words searched for. Archived ones are left out unless asked for.",
		Effect:      operations.EffectRead, Paging: pagingSpec("tickets"),
		Sample: operations.NewSample(`{"statusIds":["`+fixedID("STAT", 1)+`"],"limit":1}`,
			`{"tickets":[`+sampleTicket(1, 1, "")+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listTicketsInput) (listTicketsOutput, error) {
		l, err := s.ticketListing(ctx, in)
		if err != nil {
			return listTicketsOutput{}, err
		}
		rows, info, err := s.pickTickets(ctx, l, in)
		if err != nil {
			return listTicketsOutput{}, err
		}
		shown, err := showTickets(rows)
		return listTicketsOutput{shown, info}, err
	})
}

// pickTickets reads a page of what is asked for.
func (s *session) pickTickets(ctx context.Context, l listing[ticketRow], in listTicketsInput) ([]ticketRow, pageInfo, error) {
	if match(in.Search) == "" {
		return list(ctx, s, l, in.paging)
	}
	return s.searchTickets(ctx, l, in)
}

func showTickets(rows []ticketRow) ([]ticket, error) {
	shown := make([]ticket, len(rows))
	for i := range rows {
		var err error
		if shown[i], err = rows[i].show(); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// ticketListing makes the list that is asked for, and looks up what its filters name.
func (s *session) ticketListing(ctx context.Context, in listTicketsInput) (listing[ticketRow], error) {
	l := listing[ticketRow]{
		name: "tickets", shape: ticketShape,
		keys: &keyRange{firstKey(s.org, ticketBits), lastKey(s.org, ticketBits)},
	}
	if err := s.createdWithin(ctx, in.ticketFilters, l.keys); err != nil {
		return l, err
	}
	down := strings.HasPrefix(in.Sort, "-")
	switch strings.TrimPrefix(in.Sort, "-") {
	case "updatedAt":
		l.order = ordering[ticketRow]{"updated_at", func(r *ticketRow) any { return r.UpdatedAt }, down}
	case "dueDate":
		l.order = ordering[ticketRow]{"due_at", func(r *ticketRow) any { return r.DueAt }, down}
		l.filters = append(l.filters, filter{column: "due_at", test: "IS NOT NULL"})
	default:
		l.order = ordering[ticketRow]{column: "pk", down: down}
	}
	named, err := s.namedFilters(ctx, in.ticketFilters)
	if err != nil {
		return l, err
	}
	l.filters = slices.Concat(l.filters, named, in.ticketFilters.states(), in.ticketFilters.times())
	return l, nil
}

// namedFilters are those that name other records. What they name has to be there.
func (s *session) namedFilters(ctx context.Context, in ticketFilters) ([]filter, error) {
	var f faults
	account, err := refer[accountRow](ctx, s, &f, "/accountId", in.AccountID)
	if err != nil {
		return nil, err
	}
	assignees, err := referAll[userRow](ctx, s, &f, "/assignedAgentIds", in.AssignedAgentIDs)
	if err != nil {
		return nil, err
	}
	teams, err := referAll[teamRow](ctx, s, &f, "/teamIds", in.TeamIDs)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(
		oneOf("requestor", 9, given(strings.ToLower(in.RequestorEmail))), oneOf("account", 8, given(account)),
		oneOf("assignee", 7, assignees), oneOf("team", 4, teams),
	)
	for _, choice := range []struct {
		pointer, list, column string
		rank                  int
		ids                   []string
	}{
		{"/priorityIds", ticketPriority, "priority", 3, in.PriorityIDs},
		{"/typeIds", ticketType, "type", 2, in.TypeIDs},
		{"/statusIds", ticketStatus, "status", 1, in.StatusIDs},
	} {
		keys, err := referAll[choiceRow](ctx, s, &f, choice.pointer, choice.ids, ofList(choice.list))
		if err != nil {
			return nil, err
		}
		all = append(all, oneOf(choice.column, choice.rank, keys)...)
	}
	return all, f.err()
}

// states are the filters of what a ticket is or is not.
func (in ticketFilters) states() []filter {
	var all []filter
	switch in.Archived {
	case "only":
		all = append(all, filter{column: "archived_at", test: "IS NOT NULL", rank: 5})
	case "include":
	default:
		all = append(all, filter{column: "archived_at", test: "IS NULL"})
	}
	if in.Unassigned {
		all = append(all, filter{column: "assignee", test: "IS NULL", rank: 4})
	}
	if in.IsPrivate != nil && *in.IsPrivate {
		all = append(all, filter{column: "is_private", test: "= 1", rank: 5})
	} else if in.IsPrivate != nil {
		all = append(all, filter{column: "is_private", test: "= 0"})
	}
	if in.Escalated != nil && *in.Escalated {
		all = append(all, filter{column: "escalated_at", test: "IS NOT NULL", rank: 6})
	} else if in.Escalated != nil {
		all = append(all, filter{column: "escalated_at", test: "IS NULL"})
	}
	return all
}

// createdWithin narrows keys down to when tickets were made: since time does not run backwards in an organisation, that
// is a matter of the key.
func (s *session) createdWithin(ctx context.Context, in ticketFilters, keys *keyRange) error {
	last := keys.last
	from := func(at *time.Time) (int64, error) {
		var pk int64
		err := s.selectFrom((*ticketRow)(nil)).Column("pk").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Where("t.created_at >= ?", momentOf(*at)).OrderExpr("t.created_at, t.pk").Limit(1).Scan(ctx, &pk)
		if isMissing(err) {
			return last + 1, nil
		}
		if err != nil {
			return 0, fmt.Errorf("looking for the first ticket since a time: %w", err)
		}
		return pk, nil
	}
	if in.CreatedAfter != nil {
		pk, err := from(in.CreatedAfter)
		if err != nil {
			return err
		}
		keys.first = pk
	}
	if in.CreatedBefore != nil {
		pk, err := from(in.CreatedBefore)
		if err != nil {
			return err
		}
		keys.last = pk - 1
	}
	return nil
}

// times are the filters of when something else was.
func (in ticketFilters) times() []filter {
	var all []filter
	for _, bound := range []struct {
		column, test string
		at           *time.Time
	}{
		{"updated_at", ">= ?", in.UpdatedAfter}, {"updated_at", "< ?", in.UpdatedBefore},
		{"due_at", ">= ?", in.DueAfter}, {"due_at", "< ?", in.DueBefore},
	} {
		if bound.at != nil {
			all = append(all, filter{column: bound.column, test: bound.test, args: []any{momentOf(*bound.at)}})
		}
	}
	return all
}

type listTicketsDDLInput struct{ ddl.Input }

func (d *desk) listTicketsDDL() operations.Operation {
	spec := native(operations.Spec{
		Name: "list_tickets_ddl", Title: "Tickets", Resource: resourceTicket, Cache: lookupRule(),
		Description: "Lists the tickets that are not archived, newest first, or those that hold the words searched for.",
		Sample: operations.NewSample(`{"search":"printer"}`,
			`{"result":[{"text":"#1 The printer is on fire","value":"`+fixedID("TCKT", 1)+`"}]}`),
	})
	return ddl.Paged(spec, func(ctx context.Context, call *operations.Call, in listTicketsDDLInput) (ddl.Page[ddl.Option], error) {
		s, err := d.session(ctx, call)
		if err != nil {
			return ddl.Page[ddl.Option]{}, err
		}
		question := listTicketsInput{Search: in.Search, Sort: newestFirst, paging: paging{Limit: in.Limit, Cursor: in.Cursor}}
		l, err := s.ticketListing(ctx, question)
		if err != nil {
			return ddl.Page[ddl.Option]{}, err
		}
		l.shape = func(q *bun.SelectQuery) *bun.SelectQuery { return q.Column("pk", "uid", "title") }
		rows, info, err := s.pickTickets(ctx, l, question)
		page := ddl.Page[ddl.Option]{NextCursor: info.NextCursor}
		for i := range rows {
			text := fmt.Sprintf("#%d %s", numberOf(rows[i].PK, ticketBits), rows[i].Title)
			page.Result = append(page.Result, ddl.Option{Text: text, Value: rows[i].UID})
		}
		return page, err
	})
}
