package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// The lists of choices.
const (
	ticketStatus   = "ticket_status"
	ticketPriority = "ticket_priority"
	ticketType     = "ticket_type"
	ticketSource   = "ticket_source"
)

// choiceRow is one choice of a list: a status, a priority, a type.
type choiceRow struct {
	bun.BaseModel `bun:"table:platform_choices,alias:t"`
	record

	List          string // which list it belongs to
	Name          string
	Rank          int  // its place in the list, from 1
	IsDefault     bool // taken where nothing is chosen
	IsClosed      bool // a status that ends the work
	Configuration jsonText
}

// defaultChoices are those that every organisation has from the beginning. A further list is a line here.
func defaultChoices() []choiceRow {
	var all []choiceRow
	add := func(list, word string, standard int, names ...string) {
		for i, name := range names {
			all = append(all, choiceRow{
				record: record{UID: fixedID(word, i+1)}, List: list, Name: name, Rank: i + 1, IsDefault: i+1 == standard,
				IsClosed: name == "Closed", Configuration: "{}",
			})
		}
	}
	add(ticketStatus, "STAT", 1, "Open", "In progress", "On hold", "Closed")
	add(ticketPriority, "PRTY", 2, "Low", "Medium", "High", "Urgent")
	add(ticketType, "TYPE", 1, "Question", "Problem", "Incident", "Task")
	add(ticketSource, "SRCE", 1, "api", "web", "email", "chat", "phone", "slack")
	return append(all, defaultAccountChoices()...)
}

// choices are those of some lists, read once for a call.
type choices []choiceRow

// readChoices reads whole lists.
func (s *session) readChoices(ctx context.Context, lists ...string) (choices, error) {
	var rows choices
	err := s.selectFrom((*[]choiceRow)(&rows)).Column("pk", "uid", "list", "name", "rank", "is_default", "is_closed", "configuration").
		Where("t.org = ?", s.org).Where("t.list IN (?)", bun.In(lists)).Where("t.deleted_at IS NULL").Order("t.rank", "t.pk").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading choices: %w", err)
	}
	return rows, nil
}

// pick finds the key of a list's choice by its id or its name. Nothing is the default; one that is not there is a fault
// at the pointer.
func (c choices) pick(f *faults, pointer, list, wanted string) int64 {
	for _, row := range c {
		if row.List == list && (wanted == "" && row.IsDefault || wanted == row.UID || wanted != "" && wanted == row.Name) {
			return row.PK
		}
	}
	f.add(pointer, "is not one of the workspace's choices")
	return 0
}

// ofList narrows a query to the choices of a list.
func ofList(list string) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.list = ?", list) }
}

func (d *desk) choices() []operations.Operation {
	return []operations.Operation{
		d.listChoicesDDL("list_ticket_statuses_ddl", "Ticket statuses", ticketStatus, `{"text":"Open","value":"01JD0000000000000000STAT01"}`),
		d.listChoicesDDL("list_ticket_priorities_ddl", "Ticket priorities", ticketPriority, `{"text":"Low","value":"01JD0000000000000000PRTY01"}`),
		d.listChoicesDDL("list_ticket_types_ddl", "Ticket types", ticketType, `{"text":"Question","value":"01JD0000000000000000TYPE01"}`),
		d.listNamesDDL("list_ticket_sources_ddl", "Ticket sources", ticketSource, `{"text":"api","value":"api"}`),
	}
}

// listChoicesDDL makes the drop-down of a list whose choices are named by their ids.
func (d *desk) listChoicesDDL(name, title, list, sample string) operations.Operation {
	return d.choicesDDL(name, title, list, sample, func(row choiceRow) string { return row.UID })
}

// listNamesDDL makes the drop-down of a list whose choices are known by name.
func (d *desk) listNamesDDL(name, title, list, sample string) operations.Operation {
	return d.choicesDDL(name, title, list, sample, func(row choiceRow) string { return row.Name })
}

func (d *desk) choicesDDL(name, title, list, sample string, value func(choiceRow) string) operations.Operation {
	return lookUp(d, operations.Spec{
		Name: name, Title: title, Resource: "choice", Description: "Lists the choices there are, in their order.",
		Sample: operations.NewSample(`{}`, `{"result":[`+sample+`]}`),
	}, func(ctx context.Context, s *session, _ ddl.Input) ([]ddl.Option, error) {
		rows, err := s.readChoices(ctx, list)
		if err != nil {
			return nil, err
		}
		options := make([]ddl.Option, len(rows))
		for i, row := range rows {
			options[i] = ddl.Option{Text: row.Name, Value: value(row)}
		}
		return options, nil
	})
}
