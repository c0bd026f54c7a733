package platform

import (
	"context"

	"github.com/patchbay/patchbay/operations"
)

type updateChoiceInput struct {
	ID        string  `json:"id" doc:"Its id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	Name      *string `json:"name,omitempty" doc:"What it is called; no other one of the list is called the same." minLength:"1" maxLength:"100" pattern:"\\S"`
	Position  int     `json:"position,omitempty" doc:"Its place in the list, from 1. The others make room." minimum:"1" maximum:"200"`
	IsDefault *bool   `json:"isDefault,omitempty" doc:"true makes it the one that is taken where nothing is chosen, in place of the one that was. false is a conflict if it is the one."`
	versioned
}

func (in updateChoiceInput) choice() (choiceWish, string, versioned) {
	return choiceWish{name: in.Name, position: in.Position, isDefault: in.IsDefault}, in.ID, in.versioned
}

type updateStatusInput struct {
	updateChoiceInput
	IsClosed *bool `json:"isClosed,omitempty" doc:"Whether it ends the work."`
}

func (in updateStatusInput) choice() (choiceWish, string, versioned) {
	wish, id, known := in.updateChoiceInput.choice()
	wish.isClosed = in.IsClosed
	return wish, id, known
}

func updateChoice[In any](d *desk, l choiceList, read func(In) (choiceWish, string, versioned)) operations.Operation {
	return operation(d, l.spec("update", l.list, operations.Spec{
		Description: "Changes what is given of a choice of the " + words(l.plural) + "; the rest stays. Tickets that have it show its new name.",
		Effect:      operations.EffectWrite,
		Sample:      operations.NewSample(`{"id":"`+fixedID(l.word, l.change)+`","name":"`+l.names[0]+`!"}`, l.sample(l.change, 2, l.names[0]+"!")),
	}), func(ctx context.Context, s *session, in In) (choice, error) {
		wish, id, known := read(in)
		return write(ctx, s, func(ctx context.Context, w *session) (choice, error) {
			row, err := openSetting[choiceRow](ctx, w, l.list, id, known, ofList(l.list))
			if err != nil {
				return choice{}, err
			}
			return w.editChoice(ctx, l, row, wish)
		})
	})
}

type deleteChoiceInput struct {
	ID            string `json:"id" doc:"Its id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	ReplacementID string `json:"replacementId,omitempty" doc:"The choice of the same list that tickets get in its place, at most 1,000. Without one, no ticket may have it." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

func (d *desk) deleteChoice(l choiceList) operations.Operation {
	return operation(d, l.spec("delete", l.list, operations.Spec{
		Description: "Deletes a choice of the " + words(l.plural) + ". The default, and one that tickets have, archived ones too, cannot be deleted: that is a conflict.",
		Effect:      operations.EffectDestructive,
		Sample:      operations.NewSample(`{"id":"`+fixedID(l.word, l.end)+`"}`, `{"success":true,"id":"`+fixedID(l.word, l.end)+`"}`),
	}), func(ctx context.Context, s *session, in deleteChoiceInput) (deletedOutput, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (deletedOutput, error) {
			return deletedOutput{true, in.ID}, w.endChoice(ctx, l, in)
		})
	})
}

func (s *session) endChoice(ctx context.Context, l choiceList, in deleteChoiceInput) error {
	row, err := openSetting[choiceRow](ctx, s, l.list, in.ID, in.versioned, ofList(l.list))
	if err != nil {
		return err
	}
	if row.IsDefault {
		return operations.Errorf(operations.CodeConflict, "%q is the default; make another one the default first", row.Name)
	}
	var f faults
	if in.ReplacementID == in.ID {
		f.add("/replacementId", "is what is to be deleted")
	}
	other, err := refer[choiceRow](ctx, s, &f, "/replacementId", in.ReplacementID, ofList(l.list))
	if err != nil {
		return err
	}
	if err := f.err(); err != nil {
		return err
	}
	if err := s.vacate(ctx, l.place, words(l.list), row.PK, other); err != nil {
		return err
	}
	if err := dropSetting(ctx, s, l.list, row); err != nil {
		return err
	}
	all, err := s.readChoiceRows(ctx, l.list)
	if err != nil {
		return err
	}
	return s.arrange(ctx, all)
}

type listChoicesInput struct{}

type listChoicesOutput struct {
	Choices []choice `json:"choices" doc:"All choices of the list, in their order."`
}

func (d *desk) listChoices(l choiceList) operations.Operation {
	return operation(d, l.spec("list", l.plural, operations.Spec{
		Description: "Lists all " + words(l.plural) + ", in their order.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{}`, `{"choices":[`+l.sample(l.change, 1, l.names[0])+`]}`),
	}), func(ctx context.Context, s *session, _ listChoicesInput) (listChoicesOutput, error) {
		rows, err := s.readChoiceRows(ctx, l.list)
		out := listChoicesOutput{make([]choice, len(rows))}
		for i := range rows {
			out.Choices[i] = rows[i].show()
		}
		return out, err
	})
}
