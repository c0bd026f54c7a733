package platform

import (
	"context"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

type updateAccountInput struct {
	ID                string               `json:"id" doc:"The account's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	Name              *string              `json:"name,omitempty" doc:"What it is called." minLength:"1" maxLength:"300" pattern:"\\S"`
	PrimaryDomain     *string              `json:"primaryDomain,omitempty" doc:"Its domain, which no other account has." maxLength:"253" pattern:"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z0-9-]{2,63}$"`
	Logo              *string              `json:"logo,omitempty" doc:"Where its logo lies; null: none." nullable:"true" format:"uri" pattern:"^https?://" maxLength:"2048"`
	Website           *string              `json:"website,omitempty" doc:"Its website; null: none." nullable:"true" format:"uri" pattern:"^https?://" maxLength:"2048"`
	Description       *string              `json:"description,omitempty" doc:"What there is to know about it." maxLength:"65536"`
	Industry          *string              `json:"industry,omitempty" doc:"Its industry, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_industries_ddl"`
	Status            *string              `json:"status,omitempty" doc:"Its status, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_statuses_ddl"`
	Health            *string              `json:"health,omitempty" doc:"How it is doing, by id or name; null: not known." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_health_ddl"`
	Classification    *string              `json:"classification,omitempty" doc:"Its classification, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_classifications_ddl"`
	Source            *string              `json:"source,omitempty" doc:"Where it comes from, by id or name; null: not known." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_sources_ddl"`
	AccountOwnerID    *string              `json:"accountOwnerId,omitempty" doc:"The agent who looks after it; null: nobody." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Employees         *int64               `json:"employees,omitempty" doc:"How many people work there; null: not known." nullable:"true" minimum:"0" maximum:"100000000"`
	AnnualRevenue     *float64             `json:"annualRevenue,omitempty" doc:"What it takes in a year; null: not known." nullable:"true" minimum:"0" maximum:"1000000000000000"`
	BillingAddress    *string              `json:"billingAddress,omitempty" doc:"Where bills go." maxLength:"2000"`
	ShippingAddress   *string              `json:"shippingAddress,omitempty" doc:"Where goods go." maxLength:"2000"`
	SecondaryDomain   *string              `json:"secondaryDomain,omitempty" doc:"Another domain of it; null: none." nullable:"true" maxLength:"253" pattern:"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z0-9-]{2,63}$"`
	CustomFieldValues []accountCustomValue `json:"customFieldValues,omitempty" doc:"The values of custom fields. Those of other fields stay." maxItems:"100"`
	versioned
}

func (d *desk) updateAccount() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_account", Identifier: "accounts:update-account-platform", Title: "Update account", Resource: resourceAccount,
		Description: "Changes what is given of an account; the rest stays. A primary domain that another account has is a conflict.",
		Effect:      operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("ACNT", 2)+`","health":"At risk","employees":12}`,
			sampleAccount(2, 2, `,"health":"At risk","healthId":"`+fixedID("AHEA", 2)+`","employees":12`)),
	}, func(ctx context.Context, s *session, in updateAccountInput) (account, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (account, error) {
			row, err := find[accountRow](ctx, w, "account", in.ID)
			if err != nil {
				return account{}, err
			}
			if err := in.check("account", &row.record); err != nil {
				return account{}, err
			}
			changes, err := w.accountEdits(ctx, in)
			if err != nil {
				return account{}, err
			}
			if err := w.editAccount(ctx, row, changes); err != nil {
				return account{}, err
			}
			return w.showAccount(ctx, in.ID)
		})
	})
}

// accountEdits makes the changes that an update asks for, and looks up what they name.
func (s *session) accountEdits(ctx context.Context, in updateAccountInput) (edits[accountRow], error) {
	e := s.accountTexts(in)
	setOptional(s, &e, "employees", "employees", func(r *accountRow) **int64 { return &r.Employees }, in.Employees)
	setOptional(s, &e, "annualRevenue", "annual_revenue", func(r *accountRow) **float64 { return &r.AnnualRevenue }, in.AnnualRevenue)
	all, err := s.readChoices(ctx, accountStatus, accountHealth, accountClassification, accountIndustry, accountSource)
	if err != nil {
		return nil, err
	}
	var f faults
	setChoice(s, &f, &e, all, "status", "status", accountStatus, func(r *accountRow) *int64 { return &r.Status }, in.Status)
	setChoice(s, &f, &e, all, "health", "health", accountHealth, func(r *accountRow) *int64 { return &r.Health }, in.Health)
	setChoice(s, &f, &e, all, "classification", "classification", accountClassification, func(r *accountRow) *int64 { return &r.Classification }, in.Classification)
	setChoice(s, &f, &e, all, "industry", "industry", accountIndustry, func(r *accountRow) *int64 { return &r.Industry }, in.Industry)
	setChoice(s, &f, &e, all, "source", "source", accountSource, func(r *accountRow) *int64 { return &r.Source }, in.Source)
	if s.given("accountOwnerId") {
		owner, err := refer[userRow](ctx, s, &f, "/accountOwnerId", textOf(in.AccountOwnerID), agents)
		if err != nil {
			return nil, err
		}
		set(&e, "accountOwnerId", "owner", func(r *accountRow) *int64 { return &r.Owner }, owner)
	}
	if len(in.CustomFieldValues) > 0 {
		text, err := s.accountCustomText(ctx, &f, entityAccount, in.CustomFieldValues)
		if err != nil {
			return nil, err
		}
		e = append(e, customEdit(text, func(r *accountRow) *jsonText { return &r.CustomFields }))
	}
	return e, f.err()
}

// accountTexts makes the changes of texts. Null takes one away, as does an empty text where that is allowed.
func (s *session) accountTexts(in updateAccountInput) edits[accountRow] {
	var e edits[accountRow]
	setText(&e, "name", "name", func(r *accountRow) *string { return &r.Name }, in.Name)
	setText(&e, "description", "description", func(r *accountRow) *string { return &r.Description }, in.Description)
	setText(&e, "billingAddress", "billing_address", func(r *accountRow) *string { return &r.BillingAddress }, in.BillingAddress)
	setText(&e, "shippingAddress", "shipping_address", func(r *accountRow) *string { return &r.ShippingAddress }, in.ShippingAddress)
	if in.PrimaryDomain != nil {
		set(&e, "primaryDomain", "primary_domain", func(r *accountRow) *string { return &r.PrimaryDomain }, strings.ToLower(*in.PrimaryDomain))
	}
	if s.given("secondaryDomain") {
		set(&e, "secondaryDomain", "secondary_domain", func(r *accountRow) *string { return &r.SecondaryDomain }, strings.ToLower(textOf(in.SecondaryDomain)))
	}
	if s.given("logo") {
		set(&e, "logo", "logo", func(r *accountRow) *string { return &r.Logo }, clean(textOf(in.Logo)))
	}
	if s.given("website") {
		set(&e, "website", "website", func(r *accountRow) *string { return &r.Website }, clean(textOf(in.Website)))
	}
	return e
}

// editAccount makes changes to an account that was read in the same transaction. Where nothing changes, nothing happens.
func (s *session) editAccount(ctx context.Context, row *accountRow, changes edits[accountRow]) error {
	columns, changed := changes.apply(row)
	if len(changed) == 0 {
		return nil
	}
	if slices.Contains(changed, "primaryDomain") {
		if err := s.freeDomain(ctx, row); err != nil {
			return err
		}
	}
	if err := save(ctx, s, row, columns...); err != nil {
		return err
	}
	if err := s.indexAccount(ctx, row); err != nil {
		return err
	}
	return s.accountChanged(ctx, "account.updated", row, nil, changed...)
}
