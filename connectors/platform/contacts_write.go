package platform

import (
	"context"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

type createCustomerContactInput struct {
	FirstName         string               `json:"firstName" doc:"The first name." minLength:"1" maxLength:"200" pattern:"\\S"`
	Email             string               `json:"email" doc:"The email address, which no other contact has. It is kept in lower case." format:"email" maxLength:"320"`
	LastName          string               `json:"lastName,omitempty" doc:"The last name." maxLength:"200"`
	PhoneNumber       string               `json:"phoneNumber,omitempty" doc:"The phone number." maxLength:"50" pattern:"^[0-9+(][0-9 ()./+xX#*-]*$"`
	ContactType       string               `json:"contactType,omitempty" doc:"The type, by id or name." minLength:"1" maxLength:"100" lookup:"list_customer_contact_types_ddl"`
	AccountIDs        []string             `json:"accountIds,omitempty" doc:"The accounts to which the contact belongs." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" maxItems:"50" lookup:"list_accounts_ddl"`
	CustomFieldValues []accountCustomValue `json:"customFieldValues,omitempty" doc:"The values of custom fields, a list of texts each." maxItems:"100"`
}

func (d *desk) createCustomerContact() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_customer_contact", Identifier: "accounts:create-customer-contact-platform", Title: "Create customer contact",
		Resource: resourceContact, Effect: operations.EffectWrite, Compensation: undo("delete_customer_contact", "id"),
		Description: "Adds a person at a customer. An email address that another contact has is a conflict, which names that contact.",
		Sample: operations.NewSample(`{"firstName":"Edsger","lastName":"Dijkstra","email":"edsger@acme.example","contactType":"Technical","accountIds":["`+
			fixedID("ACNT", 1)+`"]}`, sampleContact(4, "Edsger", "Dijkstra", 1)),
	}, func(ctx context.Context, s *session, in createCustomerContactInput) (contact, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (contact, error) {
			row, accounts, err := w.newContact(ctx, in)
			if err != nil {
				return contact{}, err
			}
			if err := w.storeContact(ctx, row, accounts); err != nil {
				return contact{}, err
			}
			return w.showContact(ctx, row.UID)
		})
	})
}

// newContact makes the row of a contact, and looks up what its input names: also its accounts.
func (s *session) newContact(ctx context.Context, in createCustomerContactInput) (*contactRow, []int64, error) {
	row := &contactRow{
		FirstName: clean(in.FirstName), LastName: clean(in.LastName), Email: strings.ToLower(in.Email), Phone: in.PhoneNumber,
	}
	all, err := s.readChoices(ctx, contactType)
	if err != nil {
		return nil, nil, err
	}
	var f faults
	row.Type = all.pickIfAny(&f, "/contactType", contactType, in.ContactType)
	accounts, err := s.contactAccounts(ctx, &f, in.AccountIDs)
	if err != nil {
		return nil, nil, err
	}
	if row.CustomFields, err = s.accountCustomText(ctx, &f, entityContact, in.CustomFieldValues); err != nil {
		return nil, nil, err
	}
	if err := s.requireCustom(ctx, &f, "/customFieldValues", entityContact, row.CustomFields); err != nil {
		return nil, nil, err
	}
	return row, accounts, f.err()
}

// storeContact stores a new contact, if its email address is free.
func (s *session) storeContact(ctx context.Context, row *contactRow, accounts []int64) error {
	if err := s.freeEmail(ctx, row); err != nil {
		return err
	}
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if _, err := s.place(ctx, row, accounts); err != nil {
		return err
	}
	if err := s.indexContact(ctx, row); err != nil {
		return err
	}
	return s.contactChanged(ctx, "contact.created", row)
}

type updateCustomerContactInput struct {
	ID                string               `json:"id" doc:"The contact's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_customer_contacts_ddl"`
	FirstName         *string              `json:"firstName,omitempty" doc:"The first name." minLength:"1" maxLength:"200" pattern:"\\S"`
	Email             *string              `json:"email,omitempty" doc:"The email address, which no other contact has." format:"email" maxLength:"320"`
	LastName          *string              `json:"lastName,omitempty" doc:"The last name." maxLength:"200"`
	PhoneNumber       *string              `json:"phoneNumber,omitempty" doc:"The phone number; null: none." nullable:"true" maxLength:"50" pattern:"^[0-9+(][0-9 ()./+xX#*-]*$"`
	ContactType       *string              `json:"contactType,omitempty" doc:"The type, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_customer_contact_types_ddl"`
	AccountIDs        []string             `json:"accountIds,omitempty" doc:"The accounts to which the contact belongs, in place of those it has." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" maxItems:"50" lookup:"list_accounts_ddl"`
	CustomFieldValues []accountCustomValue `json:"customFieldValues,omitempty" doc:"The values of custom fields. Those of other fields stay." maxItems:"100"`
	versioned
}

func (d *desk) updateCustomerContact() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_customer_contact", Identifier: "accounts:update-customer-contact-platform", Title: "Update customer contact",
		Resource: resourceContact, Effect: operations.EffectWrite,
		Description: "Changes what is given of a contact; the rest stays. An email address that another contact has is a conflict.",
		Sample:      operations.NewSample(`{"id":"`+fixedID("CNCT", 2)+`","contactType":"Technical"}`, sampleContact(2, "Barbara", "Liskov", 2)),
	}, func(ctx context.Context, s *session, in updateCustomerContactInput) (contact, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (contact, error) {
			row, err := open[contactRow](ctx, w, "contact", in.ID, in.versioned)
			if err != nil {
				return contact{}, err
			}
			if err := w.editContact(ctx, row, in); err != nil {
				return contact{}, err
			}
			return w.showContact(ctx, in.ID)
		})
	})
}

func (s *session) contactEdits(ctx context.Context, f *faults, in updateCustomerContactInput) (edits[contactRow], error) {
	var e edits[contactRow]
	setText(&e, "firstName", "first_name", func(r *contactRow) *string { return &r.FirstName }, in.FirstName)
	setText(&e, "lastName", "last_name", func(r *contactRow) *string { return &r.LastName }, in.LastName)
	if in.Email != nil {
		set(&e, "email", "email", func(r *contactRow) *string { return &r.Email }, strings.ToLower(*in.Email))
	}
	if s.given("phoneNumber") {
		set(&e, "phoneNumber", "phone", func(r *contactRow) *string { return &r.Phone }, textOf(in.PhoneNumber))
	}
	all, err := s.readChoices(ctx, contactType)
	if err != nil {
		return nil, err
	}
	setChoice(s, f, &e, all, "contactType", "type", contactType, func(r *contactRow) *int64 { return &r.Type }, in.ContactType)
	if len(in.CustomFieldValues) > 0 {
		text, err := s.accountCustomText(ctx, f, entityContact, in.CustomFieldValues)
		if err != nil {
			return nil, err
		}
		e = append(e, customEdit(text, func(r *contactRow) *jsonText { return &r.CustomFields }))
	}
	return e, nil
}

// editContact changes a contact that was read in the same transaction. Where nothing changes, nothing happens.
func (s *session) editContact(ctx context.Context, row *contactRow, in updateCustomerContactInput) error {
	var f faults
	changes, err := s.contactEdits(ctx, &f, in)
	if err != nil {
		return err
	}
	accounts, err := s.contactAccounts(ctx, &f, in.AccountIDs)
	if err != nil {
		return err
	}
	if err := f.err(); err != nil {
		return err
	}
	columns, changed := changes.apply(row)
	if s.given("accountIds") {
		placed, err := s.place(ctx, row, accounts)
		if err != nil {
			return err
		}
		if placed {
			changed = append(changed, "accountIds")
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := s.freeEmail(ctx, row); err != nil {
		return err
	}
	if err := save(ctx, s, row, columns...); err != nil {
		return err
	}
	if err := s.indexContact(ctx, row); err != nil {
		return err
	}
	return s.contactChanged(ctx, "contact.updated", row, changed...)
}
