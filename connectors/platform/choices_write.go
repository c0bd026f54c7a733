package platform

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// maxChoices bounds one list.
const maxChoices = 200

// choiceList is a list of choices that can be changed, and where tickets refer to it.
type choiceList struct {
	list, plural string // "ticket_status", "ticket_statuses"
	place        referrer
	word         string    // of the fixed ids of its first choices
	change, end  int       // which of them the samples change and delete
	names        [2]string // what they are called
}

func choiceLists() []choiceList {
	return []choiceList{
		{ticketStatus, "ticket_statuses", referrer{"statusId", "status", func(r *ticketRow) *int64 { return &r.Status }}, "STAT", 2, 3, [2]string{"In progress", "On hold"}},
		{ticketPriority, "ticket_priorities", referrer{"priorityId", "priority", func(r *ticketRow) *int64 { return &r.Priority }}, "PRTY", 3, 1, [2]string{"High", "Low"}},
		{ticketType, "ticket_types", referrer{"typeId", "type", func(r *ticketRow) *int64 { return &r.Type }}, "TYPE", 2, 4, [2]string{"Problem", "Task"}},
		{ticketSource, "ticket_sources", referrer{"source", "source", func(r *ticketRow) *int64 { return &r.Source }}, "SRCE", 5, 6, [2]string{"phone", "slack"}},
	}
}

func (r *choiceRow) label() string { return r.Name }

// changeChoices are the operations that change lists of choices.
func (d *desk) changeChoices() []operations.Operation {
	var all []operations.Operation
	for _, l := range choiceLists() {
		if l.list == ticketStatus {
			all = append(all, createChoice(d, l, createStatusInput.choice), updateChoice(d, l, updateStatusInput.choice))
		} else {
			all = append(all, createChoice(d, l, createChoiceInput.choice), updateChoice(d, l, updateChoiceInput.choice))
		}
		all = append(all, d.deleteChoice(l), d.listChoices(l))
	}
	return all
}

// choice is a choice as operations give it.
type choice struct {
	ID        string `json:"id" doc:"Its id."`
	Name      string `json:"name" doc:"What it is called."`
	Position  int    `json:"position" doc:"Its place in the list, from 1."`
	IsDefault bool   `json:"isDefault" doc:"Whether it is taken where nothing is chosen. Just one of the list is."`
	IsClosed  *bool  `json:"isClosed,omitempty" doc:"Of a status: whether it ends the work."`
	identity
}

func (r *choiceRow) show() choice {
	shown := choice{ID: r.UID, Name: r.Name, Position: r.Rank, IsDefault: r.IsDefault, identity: r.identity()}
	if r.List == ticketStatus {
		shown.IsClosed = &r.IsClosed
	}
	return shown
}

func (l choiceList) sample(number, version int, name string) string {
	closed := ""
	if l.list == ticketStatus {
		closed = `"isClosed":false,`
	}
	return fmt.Sprintf(`{"id":%q,"name":%q,"position":%d,"isDefault":false,%s"version":%d,"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`,
		fixedID(l.word, number), name, number, closed, version)
}

// spec fills in what is the same for the operations of all lists. verb is "create", what its name ends in.
func (l choiceList) spec(verb, what string, spec operations.Spec) operations.Spec {
	spec.Name = verb + "_" + what
	spec.Identifier = "tickets:" + strings.ReplaceAll(spec.Name, "_", "-") + "-platform"
	spec.Title = strings.ToUpper(verb[:1]) + verb[1:] + " " + words(what)
	spec.Resource = "choice"
	return spec
}

// choiceWish is what an input wants a choice to be. nil is: as it is.
type choiceWish struct {
	name                *string
	position            int // 0: as it is
	isDefault, isClosed *bool
}

type createChoiceInput struct {
	Name      string `json:"name" doc:"What it is called; no other one of the list is called the same." minLength:"1" maxLength:"100" pattern:"\\S"`
	Position  int    `json:"position,omitempty" doc:"Its place in the list, from 1; without one, at the end." minimum:"1" maximum:"200"`
	IsDefault bool   `json:"isDefault,omitempty" doc:"Makes it the one that is taken where nothing is chosen, in place of the one that was."`
}

func (in createChoiceInput) choice() (choiceWish, string, versioned) {
	return choiceWish{name: &in.Name, position: in.Position, isDefault: &in.IsDefault}, "", versioned{}
}

type createStatusInput struct {
	createChoiceInput
	IsClosed bool `json:"isClosed,omitempty" doc:"Whether it ends the work."`
}

func (in createStatusInput) choice() (choiceWish, string, versioned) {
	wish, _, _ := in.createChoiceInput.choice()
	wish.isClosed = &in.IsClosed
	return wish, "", versioned{}
}

func createChoice[In any](d *desk, l choiceList, read func(In) (choiceWish, string, versioned)) operations.Operation {
	return operation(d, l.spec("create", l.list, operations.Spec{
		Description: "Adds a choice to the " + words(l.plural) + ".", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_" + l.list, Input: map[string]string{"id": "output.id"}},
		Sample:       operations.NewSample(`{"name":"Something else"}`, l.sample(9, 1, "Something else")),
	}), func(ctx context.Context, s *session, in In) (choice, error) {
		wish, _, _ := read(in)
		return write(ctx, s, func(ctx context.Context, w *session) (choice, error) {
			row := &choiceRow{List: l.list, Configuration: "{}"}
			if err := w.storeChoice(ctx, l, row, wish); err != nil {
				return choice{}, err
			}
			return row.show(), nil
		})
	})
}

func (s *session) storeChoice(ctx context.Context, l choiceList, row *choiceRow, wish choiceWish) error {
	all, err := s.readChoiceRows(ctx, l.list)
	if err != nil {
		return err
	}
	if len(all) >= maxChoices {
		return operations.Errorf(operations.CodeConflict, "the list has %d choices, which is the most", len(all))
	}
	wish.edits(len(all) + 1).apply(row)
	row.Rank = cmp.Or(row.Rank, len(all)+1)
	if err := unique(ctx, s, l.list, row, "name", row.Name, ofList(l.list)); err != nil {
		return err
	}
	if row.IsDefault {
		if err := s.undefault(ctx, l, all); err != nil {
			return err
		}
	}
	if err := storeSetting(ctx, s, l.list, row); err != nil {
		return err
	}
	return s.arrange(ctx, slices.Insert(all, row.Rank-1, *row))
}

// readChoiceRows reads a list whole, in its order.
func (s *session) readChoiceRows(ctx context.Context, list string) ([]choiceRow, error) {
	var rows []choiceRow
	err := s.selectFrom(&rows).Where("t.org = ?", s.org).Apply(ofList(list)).Where("t.deleted_at IS NULL").Order("t.rank", "t.pk").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading choices: %w", err)
	}
	return rows, nil
}

// editChoice makes a choice of a list what it is to be, and gives what it is now.
func (s *session) editChoice(ctx context.Context, l choiceList, row *choiceRow, wish choiceWish) (choice, error) {
	all, err := s.readChoiceRows(ctx, l.list)
	if err != nil {
		return choice{}, err
	}
	others := slices.DeleteFunc(all, func(other choiceRow) bool { return other.PK == row.PK })
	if wish.isDefault != nil && *wish.isDefault {
		if err := s.undefault(ctx, l, others); err != nil {
			return choice{}, err
		}
	}
	if wish.isDefault != nil && !*wish.isDefault && row.IsDefault {
		return choice{}, operations.Errorf(operations.CodeConflict, "%q is the default; make another one the default instead", row.Name)
	}
	err = changeSetting(ctx, s, l.list, row, wish.edits(len(others)+1), func(row *choiceRow) error {
		return unique(ctx, s, l.list, row, "name", row.Name, ofList(l.list))
	})
	if err != nil {
		return choice{}, err
	}
	return row.show(), s.arrange(ctx, slices.Insert(others, min(row.Rank-1, len(others)), *row))
}

// edits are the changes that a wish comes to in a list of so many.
func (wish choiceWish) edits(length int) edits[choiceRow] {
	var e edits[choiceRow]
	if wish.name != nil {
		set(&e, "name", "name", func(r *choiceRow) *string { return &r.Name }, clean(*wish.name))
	}
	if wish.position != 0 {
		set(&e, "position", "rank", func(r *choiceRow) *int { return &r.Rank }, min(wish.position, length))
	}
	if wish.isDefault != nil {
		set(&e, "isDefault", "is_default", func(r *choiceRow) *bool { return &r.IsDefault }, *wish.isDefault)
	}
	if wish.isClosed != nil {
		set(&e, "isClosed", "is_closed", func(r *choiceRow) *bool { return &r.IsClosed }, *wish.isClosed)
	}
	return e
}

// undefault takes from choices that they are the default.
func (s *session) undefault(ctx context.Context, l choiceList, all []choiceRow) error {
	no := false
	for i := range all {
		if err := changeSetting(ctx, s, l.list, &all[i], choiceWish{isDefault: &no}.edits(len(all)), nil); err != nil {
			return err
		}
	}
	return nil
}

// arrange numbers the choices in the order in which they come. That others make room is no change of their own: their
// versions stay.
func (s *session) arrange(ctx context.Context, all []choiceRow) error {
	for i := range all {
		if all[i].Rank == i+1 {
			continue
		}
		all[i].Rank = i + 1
		_, err := s.db.NewUpdate().Conn(s.conn).Model(&all[i]).Column("rank").Where("pk = ?", all[i].PK).Where("org = ?", s.org).Exec(ctx)
		if err != nil {
			return fmt.Errorf("putting choices in order: %w", err)
		}
	}
	return nil
}
