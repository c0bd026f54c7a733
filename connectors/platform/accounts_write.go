package platform

import (
	"context"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

type createAccountInput struct {
	Name              string               `json:"name" doc:"What it is called." minLength:"1" maxLength:"300" pattern:"\\S"`
	PrimaryDomain     string               `json:"primaryDomain" doc:"Its domain, which no other account has: acme.com. It is kept in lower case." maxLength:"253" pattern:"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z0-9-]{2,63}$"`
	Logo              string               `json:"logo,omitempty" doc:"Where its logo lies." format:"uri" pattern:"^https?://" maxLength:"2048"`
	Website           string               `json:"website,omitempty" doc:"Its website." format:"uri" pattern:"^https?://" maxLength:"2048"`
	Description       string               `json:"description,omitempty" doc:"What there is to know about it." maxLength:"65536"`
	Industry          string               `json:"industry,omitempty" doc:"Its industry, by id or name." minLength:"1" maxLength:"100" lookup:"list_account_industries_ddl"`
	Status            string               `json:"status,omitempty" doc:"Its status, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_statuses_ddl"`
	Health            string               `json:"health,omitempty" doc:"How it is doing, by id or name." minLength:"1" maxLength:"100" lookup:"list_account_health_ddl"`
	Classification    string               `json:"classification,omitempty" doc:"Its classification, by id or name." minLength:"1" maxLength:"100" lookup:"list_account_classifications_ddl"`
	Source            string               `json:"source,omitempty" doc:"Where it comes from, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_sources_ddl"`
	AccountOwnerID    string               `json:"accountOwnerId,omitempty" doc:"The agent who looks after it." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Employees         *int64               `json:"employees,omitempty" doc:"How many people work there." minimum:"0" maximum:"100000000"`
	AnnualRevenue     *float64             `json:"annualRevenue,omitempty" doc:"What it takes in a year, in whatever currency the workspace counts in." minimum:"0" maximum:"1000000000000000"`
	BillingAddress    string               `json:"billingAddress,omitempty" doc:"Where bills go." maxLength:"2000"`
	ShippingAddress   string               `json:"shippingAddress,omitempty" doc:"Where goods go." maxLength:"2000"`
	SecondaryDomain   string               `json:"secondaryDomain,omitempty" doc:"Another domain of it." maxLength:"253" pattern:"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z0-9-]{2,63}$"`
	CustomFieldValues []accountCustomValue `json:"customFieldValues,omitempty" doc:"The values of custom fields: here a list of texts each, where tickets take an object." maxItems:"100"`
}

func (d *desk) createAccount() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_account", Identifier: "accounts:create-account-platform", Title: "Create account", Resource: resourceAccount,
		Description: "Makes an account: a customer. A primary domain that another account has is a conflict, which names that account.",
		Effect:      operations.EffectWrite, Compensation: undo("delete_account", "id"),
		Sample: operations.NewSample(`{"name":"Globex","primaryDomain":"globex.example","industry":"Technology","accountOwnerId":"`+
			fixedID("AGENT", 1)+`","employees":250,"customFieldValues":[{"customFieldId":"`+fixedID("CSTM", 2)+`","data":[{"value":"Gold"}]}]}`,
			sampleAccount(4, 1, `,"employees":250`)),
	}, func(ctx context.Context, s *session, in createAccountInput) (account, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (account, error) {
			row, err := w.newAccount(ctx, in)
			if err != nil {
				return account{}, err
			}
			if err := w.storeAccount(ctx, row); err != nil {
				return account{}, err
			}
			return w.showAccount(ctx, row.UID)
		})
	})
}

// undo says that an operation takes back what another made, by the id in its output.
func undo(operation, field string) *operations.Compensation {
	return &operations.Compensation{Operation: operation, Input: map[string]string{field: "output.id"}}
}

// newAccount makes the row of an account, and looks up what its input names.
func (s *session) newAccount(ctx context.Context, in createAccountInput) (*accountRow, error) {
	row := &accountRow{
		Name: clean(in.Name), PrimaryDomain: strings.ToLower(in.PrimaryDomain), SecondaryDomain: strings.ToLower(in.SecondaryDomain),
		Logo: clean(in.Logo), Website: clean(in.Website), Description: clean(in.Description), Employees: in.Employees,
		AnnualRevenue: in.AnnualRevenue, BillingAddress: clean(in.BillingAddress), ShippingAddress: clean(in.ShippingAddress),
	}
	all, err := s.readChoices(ctx, accountStatus, accountHealth, accountClassification, accountIndustry, accountSource)
	if err != nil {
		return nil, err
	}
	var f faults
	row.Status = all.pickIfAny(&f, "/status", accountStatus, in.Status)
	row.Health = all.pickIfAny(&f, "/health", accountHealth, in.Health)
	row.Classification = all.pickIfAny(&f, "/classification", accountClassification, in.Classification)
	row.Industry = all.pickIfAny(&f, "/industry", accountIndustry, in.Industry)
	row.Source = all.pickIfAny(&f, "/source", accountSource, in.Source)
	if row.Owner, err = refer[userRow](ctx, s, &f, "/accountOwnerId", in.AccountOwnerID, agents); err != nil {
		return nil, err
	}
	if row.CustomFields, err = s.accountCustomText(ctx, &f, entityAccount, in.CustomFieldValues); err != nil {
		return nil, err
	}
	if err := s.requireCustom(ctx, &f, "/customFieldValues", entityAccount, row.CustomFields); err != nil {
		return nil, err
	}
	return row, f.err()
}

// storeAccount stores a new account, if its domain is free.
func (s *session) storeAccount(ctx context.Context, row *accountRow) error {
	if err := s.freeDomain(ctx, row); err != nil {
		return err
	}
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if err := s.indexAccount(ctx, row); err != nil {
		return err
	}
	return s.accountChanged(ctx, "account.created", row, nil)
}

// freeDomain refuses a primary domain that another account has.
func (s *session) freeDomain(ctx context.Context, row *accountRow) error {
	var uid string
	err := s.selectFrom((*accountRow)(nil)).Column("uid").Where("t.org = ?", s.org).Where("t.primary_domain = ?", row.PrimaryDomain).
		Where("t.deleted_at IS NULL").Where("t.pk <> ?", row.PK).Scan(ctx, &uid)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for an account by its domain: %w", err)
	}
	return operations.Errorf(operations.CodeConflict, "the account %s has the primary domain %q already", uid, row.PrimaryDomain)
}
