package platform

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityNote   = "account_note"
	resourceNote = "account_note"
)

func (d *desk) accountNotes() []operations.Operation {
	return []operations.Operation{d.createAccountNote(), d.updateAccountNote(), d.deleteAccountNote(), d.getAccountNotes()}
}

// noteRow is a note on an account.
type noteRow struct {
	bun.BaseModel `bun:"table:platform_account_notes,alias:t"`
	record

	Account    int64
	Content    string
	Type       int64 `bun:",nullzero"` // a choice
	Visibility string

	Shown noteNames `bun:"embed:shown_"`
}

type noteNames struct {
	belonging
	TypeUID       string   `bun:"type_uid,scanonly"`
	TypeName      string   `bun:"type_name,scanonly"`
	Configuration jsonText `bun:"type_configuration,scanonly"`
}

func noteShape(q *bun.SelectQuery) *bun.SelectQuery {
	return belongingShape(q).Apply(choiceShape("type"))
}

// note is a note as operations give it.
type note struct {
	ID                string         `json:"id" doc:"The note's id."`
	AccountID         string         `json:"accountId" doc:"The account."`
	Account           string         `json:"account" doc:"The account's name."`
	Content           string         `json:"content" doc:"What it says."`
	Type              string         `json:"type,omitempty" doc:"The type's name."`
	TypeID            string         `json:"typeId,omitempty" doc:"The type."`
	TypeConfiguration map[string]any `json:"typeConfiguration,omitempty" doc:"What is kept with the type."`
	Visibility        string         `json:"visibility" doc:"Who is meant to see it: public, or private for agents."`
	Author            string         `json:"author" doc:"The name of who wrote it."`
	AuthorID          string         `json:"authorId" doc:"Who wrote it."`
	AuthorEmail       string         `json:"authorEmail,omitempty" doc:"That user's email address, if there is one."`
	Attachments       []attachment   `json:"attachments" doc:"The files that belong to it."`
	identity
}

func (s *session) showNotes(ctx context.Context, rows []noteRow) ([]note, error) {
	files, err := filesOf(ctx, s, entityNote, rows)
	if err != nil {
		return nil, err
	}
	shown := make([]note, len(rows))
	for i := range rows {
		r, n := &rows[i], &rows[i].Shown
		configuration, err := n.Configuration.object()
		if err != nil {
			return nil, err
		}
		shown[i] = note{
			ID: r.UID, AccountID: n.AccountUID, Account: n.AccountName, Content: r.Content, Type: n.TypeName, TypeID: n.TypeUID,
			TypeConfiguration: configuration, Visibility: r.Visibility, Author: n.CreatorName, AuthorID: n.CreatorUID,
			AuthorEmail: n.CreatorEmail, Attachments: orNone(files[r.PK]), identity: r.identity(),
		}
	}
	return shown, nil
}

// showNote reads a note whole, as it is now.
func (s *session) showNote(ctx context.Context, uid string) (note, error) {
	return showOne(ctx, s, "note", uid, noteShape, (*session).showNotes)
}

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

type deleteAccountNoteInput struct {
	NoteID string `json:"noteId" doc:"The note's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

func (d *desk) deleteAccountNote() operations.Operation {
	return operation(d, deletion("delete_account_note", "accounts:delete-account-note-platform", "Delete account note", resourceNote,
		"Deletes a note with its files.", "noteId", fixedID("NTES", 3),
	), func(ctx context.Context, s *session, in deleteAccountNoteInput) (removed, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (removed, error) {
			row, err := open[noteRow](ctx, w, "note", in.NoteID, in.versioned, noteShape)
			if err != nil {
				return removed{}, err
			}
			if err := drop(ctx, w, entityNote, row); err != nil {
				return removed{}, err
			}
			return removed{true, row.UID}, w.belongingChanged(ctx, entityNote, "deleted", &row.record, row.Shown.AccountUID)
		})
	})
}

type getAccountNotesInput struct {
	AccountID  string `json:"accountId" doc:"The account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	Type       string `json:"type,omitempty" doc:"Only notes of this type: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_note_types_ddl"`
	Visibility string `json:"visibility,omitempty" doc:"Only these." enum:"public,private"`
	paging
}

type getAccountNotesOutput struct {
	Data []note `json:"data" doc:"The notes of this page."`
	pageInfo
}

func (d *desk) getAccountNotes() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_account_notes", Identifier: "accounts:get-account-notes-platform", Title: "Get account notes", Resource: resourceNote,
		Description: "Pages through the notes on an account, newest first.", Effect: operations.EffectRead, Paging: pagingSpec("data"),
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","limit":1}`,
			`{"data":[`+sampleNote(1, 1)+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getAccountNotesInput) (getAccountNotesOutput, error) {
		account, err := s.accountToRead(ctx, in.AccountID)
		if err != nil {
			return getAccountNotesOutput{}, err
		}
		all, err := s.readChoices(ctx, noteType)
		if err != nil {
			return getAccountNotesOutput{}, err
		}
		var f faults
		l := listing[noteRow]{name: "account_notes", shape: noteShape, fixed: ofAccount(account), order: ordering[noteRow]{down: true}}
		l.filters = append(all.filterBy(&f, "/type", noteType, "type", 0, in.Type), oneOf("visibility", 0, given(in.Visibility))...)
		if err := f.err(); err != nil {
			return getAccountNotesOutput{}, err
		}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return getAccountNotesOutput{}, err
		}
		shown, err := s.showNotes(ctx, rows)
		return getAccountNotesOutput{shown, info}, err
	})
}
