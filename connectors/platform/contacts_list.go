package platform

import (
	"context"
	"strings"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

type getCustomerContactsInput struct {
	Search      string `json:"search,omitempty" doc:"Words, or how they begin, that names, email address or phone number holds, all of them." maxLength:"500"`
	Email       string `json:"email,omitempty" doc:"Only the contact with this email address." format:"email" maxLength:"320"`
	AccountID   string `json:"accountId,omitempty" doc:"Only contacts of this account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	ContactType string `json:"contactType,omitempty" doc:"Only contacts of this type: an id or a name." minLength:"1" maxLength:"100" lookup:"list_customer_contact_types_ddl"`
	Sort        string `json:"sort,omitempty" doc:"The order, a minus for greatest first." enum:"-createdAt,createdAt,firstName,-firstName,-updatedAt,updatedAt" default:"-createdAt"`
	paging
}

type getCustomerContactsOutput struct {
	Data []contact `json:"data" doc:"The contacts of this page."`
	pageInfo
}

func (d *desk) getCustomerContacts() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_customer_contacts", Identifier: "accounts:get-customer-contacts-platform", Title: "Get customer contacts", Resource: resourceContact,
		Description: "Pages through the contacts that fit all filters and hold all words searched for.",
		Effect:      operations.EffectRead, Paging: pagingSpec("data"),
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","limit":1}`,
			`{"data":[`+sampleContact(1, "Grace", "Hopper", 1)+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getCustomerContactsInput) (getCustomerContactsOutput, error) {
		l, err := s.contactListing(ctx, in)
		if err != nil {
			return getCustomerContactsOutput{}, err
		}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return getCustomerContactsOutput{}, err
		}
		shown, err := s.showContacts(ctx, rows)
		return getCustomerContactsOutput{shown, info}, err
	})
}

// contactListing makes the list that is asked for, and looks up what its filters name.
func (s *session) contactListing(ctx context.Context, in getCustomerContactsInput) (listing[contactRow], error) {
	l := listing[contactRow]{name: "contacts", shape: contactShape}
	rank := 0
	switch down := strings.HasPrefix(in.Sort, "-"); strings.TrimPrefix(in.Sort, "-") {
	case "firstName":
		l.order = ordering[contactRow]{"first_name", func(r *contactRow) any { return r.FirstName }, down}
	case "updatedAt":
		l.order = ordering[contactRow]{"updated_at", func(r *contactRow) any { return r.UpdatedAt }, down}
	default:
		l.order.down, rank = down, 6
	}
	l, err := l.search(ctx, s, contactNamed, in.Search)
	if err != nil {
		return l, err
	}
	var f faults
	account, err := refer[accountRow](ctx, s, &f, "/accountId", in.AccountID)
	if err != nil {
		return l, err
	}
	all, err := s.readChoices(ctx, contactType)
	if err != nil {
		return l, err
	}
	l.filters = append(l.filters, s.inAccount(account)...)
	l.filters = append(l.filters, oneOf("email", 20, given(strings.ToLower(in.Email)))...)
	l.filters = append(l.filters, all.filterBy(&f, "/contactType", contactType, "type", rank, in.ContactType)...)
	return l, f.err()
}

type contactOption struct {
	ddl.Option
	Email string `json:"email" doc:"The contact's email address."`
}

type listCustomerContactsDDLInput struct {
	ddl.Input
	AccountID string `json:"accountId,omitempty" doc:"Only contacts of this account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
}

func (d *desk) listCustomerContactsDDL() operations.Operation {
	spec := native(operations.Spec{
		Name: "list_customer_contacts_ddl", Title: "Contacts", Resource: resourceContact, Cache: lookupRule(),
		Description: "Lists the contacts by first name, or those with words that begin with what is searched for.",
		Sample: operations.NewSample(`{"search":"gra"}`,
			`{"result":[{"text":"Grace Hopper","value":"`+fixedID("CNCT", 1)+`","email":"grace@acme.example"}]}`),
	})
	return ddl.Paged(spec, func(ctx context.Context, call *operations.Call, in listCustomerContactsDDLInput) (ddl.Page[contactOption], error) {
		s, err := d.session(ctx, call)
		if err != nil {
			return ddl.Page[contactOption]{}, err
		}
		l, err := s.contactListing(ctx, getCustomerContactsInput{Search: in.Search, AccountID: in.AccountID, Sort: "firstName"})
		if err != nil {
			return ddl.Page[contactOption]{}, err
		}
		l.name, l.shape = "contacts_ddl", nil
		rows, info, err := list(ctx, s, l, paging{Limit: in.Limit, Cursor: in.Cursor})
		page := ddl.Page[contactOption]{NextCursor: info.NextCursor}
		for i := range rows {
			page.Result = append(page.Result, contactOption{ddl.Option{Text: rows[i].nameOf(), Value: rows[i].UID}, rows[i].Email})
		}
		return page, err
	})
}
