package platform

import (
	"context"

	"github.com/patchbay/patchbay/operations"
)

type createAccountNoteInput struct {
	AccountID      string   `json:"accountId" doc:"The account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	Content        string   `json:"content" doc:"What it says." minLength:"1" maxLength:"65536" pattern:"\\S"`
	Type           string   `json:"type,omitempty" doc:"Its type, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_note_types_ddl"`
	Visibility     string   `json:"visibility,omitempty" doc:"Who is meant to see it: everybody, or agents only." enum:"public,private" default:"private"`
	AttachmentURLs []string `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it. They are fetched and kept." format:"uri" maxLength:"2048" maxItems:"10"`
}

func (d *desk) createAccountNote() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_account_note", Identifier: "accounts:create-account-note-platform", Title: "Create account note", Resource: resourceNote,
		Description: "Adds a note to an account.", Effect: operations.EffectWrite, Compensation: undo("delete_account_note", "noteId"),
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","content":"Renews in spring.","type":"Call"}`, sampleNote(1, 1)),
	}, func(ctx context.Context, s *session, in createAccountNoteInput) (note, error) {
		if _, err := s.newNote(ctx, in); err != nil {
			return note{}, err
		}
		files, err := s.fetch(ctx, "/attachmentUrls", in.AttachmentURLs)
		if err != nil {
			return note{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (note, error) {
			row, err := w.newNote(ctx, in)
			if err != nil {
				return note{}, err
			}
			if err := w.storeNote(ctx, row, in.AccountID, files); err != nil {
				return note{}, err
			}
			return w.showNote(ctx, row.UID)
		})
	})
}

func (s *session) newNote(ctx context.Context, in createAccountNoteInput) (*noteRow, error) {
	row := &noteRow{Content: clean(in.Content), Visibility: in.Visibility}
	all, err := s.readChoices(ctx, noteType)
	if err != nil {
		return nil, err
	}
	var f faults
	row.Type = all.pickIfAny(&f, "/type", noteType, in.Type)
	if row.Account, err = refer[accountRow](ctx, s, &f, "/accountId", in.AccountID); err != nil {
		return nil, err
	}
	return row, f.err()
}

func (s *session) storeNote(ctx context.Context, row *noteRow, account string, files []file) error {
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if err := s.attach(ctx, entityNote, row.PK, files); err != nil {
		return err
	}
	return s.belongingChanged(ctx, entityNote, "created", &row.record, account)
}

type updateAccountNoteInput struct {
	NoteID         string   `json:"noteId" doc:"The note's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	Content        *string  `json:"content,omitempty" doc:"What it says." minLength:"1" maxLength:"65536" pattern:"\\S"`
	Type           *string  `json:"type,omitempty" doc:"Its type, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_note_types_ddl"`
	Visibility     *string  `json:"visibility,omitempty" doc:"Who is meant to see it." enum:"public,private"`
	AttachmentURLs []string `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it, in place of those it has. Only new ones are fetched." format:"uri" maxLength:"2048" maxItems:"10"`
	versioned
}

func (d *desk) updateAccountNote() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_account_note", Identifier: "accounts:update-account-note-platform", Title: "Update account note", Resource: resourceNote,
		Description: "Changes what is given of a note; the rest stays.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"noteId":"`+fixedID("NTES", 2)+`","content":"Renews in spring."}`, sampleNote(2, 2)),
	}, func(ctx context.Context, s *session, in updateAccountNoteInput) (note, error) {
		files, err := newFiles[noteRow](ctx, s, "note", entityNote, in.NoteID, in.AttachmentURLs)
		if err != nil {
			return note{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (note, error) {
			row, err := open[noteRow](ctx, w, "note", in.NoteID, in.versioned, noteShape)
			if err != nil {
				return note{}, err
			}
			changes, err := w.noteEdits(ctx, in)
			if err != nil {
				return note{}, err
			}
			changed, err := amend(ctx, w, entityNote, row, changes, files)
			if err != nil {
				return note{}, err
			}
			if len(changed) > 0 {
				if err := w.belongingChanged(ctx, entityNote, "updated", &row.record, row.Shown.AccountUID, changed...); err != nil {
					return note{}, err
				}
			}
			return w.showNote(ctx, in.NoteID)
		})
	})
}

func (s *session) noteEdits(ctx context.Context, in updateAccountNoteInput) (edits[noteRow], error) {
	var e edits[noteRow]
	var f faults
	setText(&e, "content", "content", func(r *noteRow) *string { return &r.Content }, in.Content)
	setText(&e, "visibility", "visibility", func(r *noteRow) *string { return &r.Visibility }, in.Visibility)
	all, err := s.readChoices(ctx, noteType)
	if err != nil {
		return nil, err
	}
	setChoice(s, &f, &e, all, "type", "type", noteType, func(r *noteRow) *int64 { return &r.Type }, in.Type)
	return e, f.err()
}
