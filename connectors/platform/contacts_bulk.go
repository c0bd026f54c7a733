package platform

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// bulkContact is one of many. What its fields may hold is looked at one by one, so that a bad one spoils nothing else:
// the schema says only what it is made of.
type bulkContact struct {
	FirstName   string   `json:"firstName" doc:"The first name." maxLength:"1000"`
	Email       string   `json:"email" doc:"The email address, which no other contact has." maxLength:"1000"`
	LastName    string   `json:"lastName,omitempty" doc:"The last name." maxLength:"200"`
	PhoneNumber string   `json:"phoneNumber,omitempty" doc:"The phone number." maxLength:"50"`
	ContactType string   `json:"contactType,omitempty" doc:"The type, by id or name." maxLength:"100" lookup:"list_customer_contact_types_ddl"`
	AccountIDs  []string `json:"accountIds,omitempty" doc:"The accounts to which the contact belongs." maxLength:"26" maxItems:"50" lookup:"list_accounts_ddl"`
}

type bulkCreateCustomerContactsInput struct {
	Contacts []bulkContact `json:"contacts" doc:"The contacts to make." minItems:"1" maxItems:"100"`
}

type bulkCreateCustomerContactsOutput struct {
	Data    []contact           `json:"data" doc:"The contacts that were made, in order."`
	Results []bulkContactResult `json:"results" doc:"What became of each, in the order in which they were given."`
	Created int                 `json:"created" doc:"How many were made."`
	Failed  int                 `json:"failed" doc:"How many were not."`
}

type bulkContactResult struct {
	Success bool                    `json:"success" doc:"Whether it was made."`
	ID      string                  `json:"id,omitempty" doc:"The contact, if it was made."`
	Code    operations.Code         `json:"code,omitempty" doc:"Why not: invalid_input, or conflict."`
	Detail  string                  `json:"detail,omitempty" doc:"The same in words."`
	Faults  []operations.InputFault `json:"errors,omitempty" doc:"What is wrong with the input, and where in the contact."`
}

func (d *desk) bulkCreateCustomerContacts() operations.Operation {
	return operation(d, operations.Spec{
		Name: "bulk_create_customer_contacts", Identifier: "accounts:bulk-create-customer-contacts-platform", Title: "Bulk create customer contacts",
		Resource: resourceContact, Effect: operations.EffectWrite,
		Description: "Adds up to 100 people at customers. One that cannot be made does not stop the rest: results says what became of each, in order, data holds those that were made.",
		Sample: operations.NewSample(`{"contacts":[{"firstName":"Donald","lastName":"Knuth","email":"donald@acme.example","accountIds":["`+fixedID("ACNT", 1)+`"]},
			{"firstName":"Grace","email":"grace@acme.example"}]}`,
			`{"data":[`+sampleContact(5, "Donald", "Knuth", 1)+`],"results":[{"success":true,"id":"`+fixedID("CNCT", 5)+`"},
			{"success":false,"code":"conflict","detail":"the contact `+fixedID("CNCT", 1)+` has the email address \"grace@acme.example\" already"}],"created":1,"failed":1}`),
	}, func(ctx context.Context, s *session, in bulkCreateCustomerContactsInput) (bulkCreateCustomerContactsOutput, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (bulkCreateCustomerContactsOutput, error) {
			return w.createContacts(ctx, in.Contacts)
		})
	})
}

// createContacts makes those contacts that can be made.
func (s *session) createContacts(ctx context.Context, all []bulkContact) (bulkCreateCustomerContactsOutput, error) {
	out := bulkCreateCustomerContactsOutput{Data: []contact{}, Results: make([]bulkContactResult, len(all))}
	for i, one := range all {
		uid, err := s.createOneOf(ctx, one)
		var own *operations.Error
		if errors.As(err, &own) && (own.Code == operations.CodeInvalidInput || own.Code == operations.CodeConflict) {
			out.Results[i] = bulkContactResult{Code: own.Code, Detail: own.Detail, Faults: own.Faults}
			out.Failed++
			continue
		}
		if err != nil {
			return out, err
		}
		made, err := s.showContact(ctx, uid)
		if err != nil {
			return out, err
		}
		out.Results[i], out.Data = bulkContactResult{Success: true, ID: uid}, append(out.Data, made)
		out.Created++
	}
	return out, nil
}

// createOneOf makes a contact, or refuses it before anything is stored.
func (s *session) createOneOf(ctx context.Context, one bulkContact) (string, error) {
	if err := one.check(); err != nil {
		return "", err
	}
	row, accounts, err := s.newContact(ctx, createCustomerContactInput{
		FirstName: one.FirstName, Email: one.Email, LastName: one.LastName, PhoneNumber: one.PhoneNumber,
		ContactType: one.ContactType, AccountIDs: one.AccountIDs,
	})
	if err != nil {
		return "", err
	}
	err = s.storeContact(ctx, row, accounts)
	return row.UID, err
}

// check looks at what the schema of create_customer_contact looks at.
func (c bulkContact) check() error {
	var f faults
	if strings.TrimSpace(c.FirstName) == "" || len([]rune(c.FirstName)) > 200 {
		f.add("/firstName", "must be a name of 1 to 200 characters")
	}
	if address, err := mail.ParseAddress(c.Email); err != nil || address.Address != c.Email || len(c.Email) > 320 {
		f.add("/email", "is not an email address")
	}
	if strings.Trim(c.PhoneNumber, "0123456789 ()./+xX#*-") != "" || strings.Trim(c.PhoneNumber[:min(1, len(c.PhoneNumber))], "0123456789+(") != "" {
		f.add("/phoneNumber", "is not a phone number")
	}
	return f.err()
}
