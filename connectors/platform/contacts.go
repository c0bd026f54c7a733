package platform

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityContact   = "contact"
	resourceContact = "contact"
)

func (d *desk) contacts() []operations.Operation {
	return []operations.Operation{
		d.createCustomerContact(), d.bulkCreateCustomerContacts(), d.updateCustomerContact(), d.deleteCustomerContact(),
		d.getCustomerContacts(), d.listCustomerContactsDDL(),
	}
}

// contactRow is a person at a customer.
type contactRow struct {
	bun.BaseModel `bun:"table:platform_contacts,alias:t"`
	record

	FirstName    string
	LastName     string
	Email        string // no other contact of the organisation has it
	Phone        string
	Type         int64 `bun:",nullzero"` // a choice
	CustomFields jsonText

	Shown contactNames `bun:"embed:shown_"`
}

type contactNames struct {
	TypeUID      string `bun:"type_uid,scanonly"`
	TypeName     string `bun:"type_name,scanonly"`
	CreatorUID   string `bun:"creator_uid,scanonly"`
	CreatorName  string `bun:"creator_name,scanonly"`
	CreatorEmail string `bun:"creator_email,scanonly"`
}

func contactShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("type.uid AS shown_type_uid, type.name AS shown_type_name").
		Join("LEFT JOIN platform_choices AS type ON type.pk = t.type").Apply(personShape("creator", "created_by"))
}

// contact is a contact as operations give it.
type contact struct {
	ID                string               `json:"id" doc:"The contact's id."`
	FirstName         string               `json:"firstName" doc:"The first name."`
	LastName          string               `json:"lastName,omitempty" doc:"The last name."`
	Email             string               `json:"email" doc:"The email address, in lower case: no other contact has it."`
	PhoneNumber       string               `json:"phoneNumber,omitempty" doc:"The phone number."`
	ContactType       string               `json:"contactType,omitempty" doc:"The type's name."`
	ContactTypeID     string               `json:"contactTypeId,omitempty" doc:"The type."`
	Accounts          []contactAccount     `json:"accounts" doc:"The accounts to which the contact belongs."`
	CustomFieldValues []accountCustomShown `json:"customFieldValues,omitempty" doc:"The values of custom fields."`
	Creator           string               `json:"creator" doc:"The name of who made it."`
	CreatorID         string               `json:"creatorId" doc:"Who made it."`
	CreatorEmail      string               `json:"creatorEmail,omitempty" doc:"That user's email address, if there is one."`
	identity
}

type contactAccount struct {
	ID   string `json:"id" doc:"The account."`
	Name string `json:"name" doc:"Its name."`
}

// showContacts makes contacts of rows, with their accounts read all at once.
func (s *session) showContacts(ctx context.Context, rows []contactRow) ([]contact, error) {
	keys := make([]int64, len(rows))
	for i := range rows {
		keys[i] = rows[i].PK
	}
	accounts, err := s.accountsOf(ctx, keys)
	if err != nil {
		return nil, err
	}
	fields, err := s.customFieldNames(ctx, entityContact)
	if err != nil {
		return nil, err
	}
	shown := make([]contact, len(rows))
	for i := range rows {
		r, n := &rows[i], &rows[i].Shown
		values, err := fields.show(r.CustomFields)
		if err != nil {
			return nil, err
		}
		shown[i] = contact{
			ID: r.UID, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email, PhoneNumber: r.Phone, ContactType: n.TypeName,
			ContactTypeID: n.TypeUID, Accounts: orNone(accounts[r.PK]), CustomFieldValues: values, Creator: n.CreatorName,
			CreatorID: n.CreatorUID, CreatorEmail: n.CreatorEmail, identity: r.identity(),
		}
	}
	return shown, nil
}

// showContact reads a contact whole, as it is now.
func (s *session) showContact(ctx context.Context, uid string) (contact, error) {
	return showOne(ctx, s, "contact", uid, contactShape, (*session).showContacts)
}

// indexContact brings the contact's text up to date in the full-text index.
func (s *session) indexContact(ctx context.Context, row *contactRow) error {
	return s.indexName(ctx, contactNamed, row.PK, row.FirstName+" "+row.LastName, row.Email+"\n"+row.Phone)
}

// contactEvent is what the events of a contact say.
type contactEvent struct {
	ID      string   `json:"id"`
	Version int64    `json:"version"`
	Email   string   `json:"email"`
	Changed []string `json:"changed,omitempty"` // the fields that are not what they were
}

func (s *session) contactChanged(ctx context.Context, event string, row *contactRow, changed ...string) error {
	return s.append(ctx, event, entityContact, row.UID, contactEvent{row.UID, row.Version, row.Email, changed})
}

// freeEmail refuses an email address that another contact has.
func (s *session) freeEmail(ctx context.Context, row *contactRow) error {
	var uid string
	err := s.selectFrom((*contactRow)(nil)).Column("uid").Where("t.org = ?", s.org).Where("t.email = ?", row.Email).
		Where("t.deleted_at IS NULL").Where("t.pk <> ?", row.PK).Scan(ctx, &uid)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a contact by its email address: %w", err)
	}
	return operations.Errorf(operations.CodeConflict, "the contact %s has the email address %q already", uid, row.Email)
}

type deleteCustomerContactInput struct {
	ID string `json:"id" doc:"The contact's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_customer_contacts_ddl"`
	versioned
}

func (d *desk) deleteCustomerContact() operations.Operation {
	return operation(d, deletion("delete_customer_contact", "accounts:delete-customer-contact-platform", "Delete customer contact", resourceContact,
		"Deletes a contact. Activities go on naming its id among their participants.", "id", fixedID("CNCT", 3),
	), func(ctx context.Context, s *session, in deleteCustomerContactInput) (removed, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (removed, error) {
			row, err := open[contactRow](ctx, w, "contact", in.ID, in.versioned)
			if err != nil {
				return removed{}, err
			}
			if _, err := w.place(ctx, row, nil); err != nil {
				return removed{}, err
			}
			if err := remove(ctx, w, row); err != nil {
				return removed{}, err
			}
			if err := w.unindexName(ctx, contactNamed, row.PK); err != nil {
				return removed{}, err
			}
			return removed{true, row.UID}, w.contactChanged(ctx, "contact.deleted", row)
		})
	})
}

// nameOf is what people call a contact.
func (r *contactRow) nameOf() string { return strings.TrimSpace(r.FirstName + " " + r.LastName) }
