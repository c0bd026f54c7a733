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
