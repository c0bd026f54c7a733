package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityAccount   = "account"
	resourceAccount = "account"
)

func (d *desk) accounts() []operations.Operation {
	return []operations.Operation{
		d.createAccount(), d.getAccount(), d.getAccounts(), d.updateAccount(), d.deleteAccount(), d.listAccountsDDL(),
	}
}

// accountRow is a customer: a company.
type accountRow struct {
	bun.BaseModel `bun:"table:platform_accounts,alias:t"`
	record

	Name            string
	PrimaryDomain   string // no other account of the organisation has it
	SecondaryDomain string
	Logo            string
	Website         string
	Description     string
	Industry        int64    `bun:",nullzero"` // a choice, as the four below
	Source          int64    `bun:",nullzero"`
	Status          int64    `bun:",nullzero"`
	Health          int64    `bun:",nullzero"`
	Classification  int64    `bun:",nullzero"`
	Owner           int64    `bun:",nullzero"` // a user
	Employees       *int64   // nil: not known
	AnnualRevenue   *float64 // nil: not known
	BillingAddress  string
	ShippingAddress string
	CustomFields    jsonText

	Shown accountNames `bun:"embed:shown_"`
}

// accountNames are what an account's keys stand for, read from other tables by accountShape.
type accountNames struct {
	IndustryUID        string `bun:"industry_uid,scanonly"`
	IndustryName       string `bun:"industry_name,scanonly"`
	SourceUID          string `bun:"source_uid,scanonly"`
	SourceName         string `bun:"source_name,scanonly"`
	StatusUID          string `bun:"status_uid,scanonly"`
	StatusName         string `bun:"status_name,scanonly"`
	HealthUID          string `bun:"health_uid,scanonly"`
	HealthName         string `bun:"health_name,scanonly"`
	ClassificationUID  string `bun:"classification_uid,scanonly"`
	ClassificationName string `bun:"classification_name,scanonly"`
	OwnerUID           string `bun:"owner_uid,scanonly"`
	OwnerName          string `bun:"owner_name,scanonly"`
	OwnerEmail         string `bun:"owner_email,scanonly"`
	CreatorUID         string `bun:"creator_uid,scanonly"`
	CreatorName        string `bun:"creator_name,scanonly"`
	CreatorEmail       string `bun:"creator_email,scanonly"`
}

// accountShape adds the names.
func accountShape(q *bun.SelectQuery) *bun.SelectQuery {
	q = q.Column("t.*")
	for _, choice := range []string{"industry", "source", "status", "health", "classification"} {
		q = q.ColumnExpr(fmt.Sprintf("%[1]s.uid AS shown_%[1]s_uid, %[1]s.name AS shown_%[1]s_name", choice)).
			Join(fmt.Sprintf("LEFT JOIN platform_choices AS %[1]s ON %[1]s.pk = t.%[1]s", choice))
	}
	return q.Apply(personShape("owner", "owner")).Apply(personShape("creator", "created_by"))
}

// personShape adds id, name and email address of the user in a column.
func personShape(name, column string) func(q *bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ColumnExpr(fmt.Sprintf("%[1]s.uid AS shown_%[1]s_uid, %[1]s.name AS shown_%[1]s_name, %[1]s.email AS shown_%[1]s_email", name)).
			Join(fmt.Sprintf("LEFT JOIN platform_users AS %[1]s ON %[1]s.pk = t.%[2]s", name, column))
	}
}

// account is an account as operations give it.
type account struct {
	ID                string               `json:"id" doc:"The account's id."`
	Name              string               `json:"name" doc:"What it is called."`
	PrimaryDomain     string               `json:"primaryDomain" doc:"Its domain, in lower case: no other account has it."`
	SecondaryDomain   string               `json:"secondaryDomain,omitempty" doc:"Another domain of it."`
	Logo              string               `json:"logo,omitempty" doc:"Where its logo lies."`
	Website           string               `json:"website,omitempty" doc:"Its website."`
	Description       string               `json:"description,omitempty" doc:"What there is to know about it."`
	Industry          string               `json:"industry,omitempty" doc:"The industry's name."`
	IndustryID        string               `json:"industryId,omitempty" doc:"The industry."`
	Status            string               `json:"status,omitempty" doc:"The status' name."`
	StatusID          string               `json:"statusId,omitempty" doc:"The status."`
	Health            string               `json:"health,omitempty" doc:"The health's name."`
	HealthID          string               `json:"healthId,omitempty" doc:"The health."`
	Classification    string               `json:"classification,omitempty" doc:"The classification's name."`
	ClassificationID  string               `json:"classificationId,omitempty" doc:"The classification."`
	Source            string               `json:"source,omitempty" doc:"The name of where it came from."`
	SourceID          string               `json:"sourceId,omitempty" doc:"Where it came from."`
	AccountOwner      string               `json:"accountOwner,omitempty" doc:"The name of the agent who looks after it."`
	AccountOwnerID    string               `json:"accountOwnerId,omitempty" doc:"That agent."`
	AccountOwnerEmail string               `json:"accountOwnerEmail,omitempty" doc:"That agent's email address."`
	Employees         *int64               `json:"employees,omitempty" doc:"How many people work there."`
	AnnualRevenue     *float64             `json:"annualRevenue,omitempty" doc:"What it takes in a year."`
	BillingAddress    string               `json:"billingAddress,omitempty" doc:"Where bills go."`
	ShippingAddress   string               `json:"shippingAddress,omitempty" doc:"Where goods go."`
	CustomFieldValues []accountCustomShown `json:"customFieldValues,omitempty" doc:"The values of custom fields."`
	Creator           string               `json:"creator" doc:"The name of who made it."`
	CreatorID         string               `json:"creatorId" doc:"Who made it."`
	CreatorEmail      string               `json:"creatorEmail,omitempty" doc:"That user's email address, if there is one."`
	identity
}

func (r *accountRow) show(fields customFieldNames) (account, error) {
	values, err := fields.show(r.CustomFields)
	if err != nil {
		return account{}, err
	}
	n := &r.Shown
	return account{
		ID: r.UID, Name: r.Name, PrimaryDomain: r.PrimaryDomain, SecondaryDomain: r.SecondaryDomain, Logo: r.Logo, Website: r.Website,
		Description: r.Description, Industry: n.IndustryName, IndustryID: n.IndustryUID, Status: n.StatusName, StatusID: n.StatusUID,
		Health: n.HealthName, HealthID: n.HealthUID, Classification: n.ClassificationName, ClassificationID: n.ClassificationUID,
		Source: n.SourceName, SourceID: n.SourceUID, AccountOwner: n.OwnerName, AccountOwnerID: n.OwnerUID, AccountOwnerEmail: n.OwnerEmail,
		Employees: r.Employees, AnnualRevenue: r.AnnualRevenue, BillingAddress: r.BillingAddress, ShippingAddress: r.ShippingAddress,
		CustomFieldValues: values, Creator: n.CreatorName, CreatorID: n.CreatorUID, CreatorEmail: n.CreatorEmail, identity: r.identity(),
	}, nil
}

// showAccounts makes accounts of rows.
func (s *session) showAccounts(ctx context.Context, rows []accountRow) ([]account, error) {
	fields, err := s.customFieldNames(ctx, entityAccount)
	if err != nil {
		return nil, err
	}
	shown := make([]account, len(rows))
	for i := range rows {
		if shown[i], err = rows[i].show(fields); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// showAccount reads an account whole, as it is now.
func (s *session) showAccount(ctx context.Context, uid string) (account, error) {
	row, err := find[accountRow](ctx, s, "account", uid, accountShape)
	if err != nil {
		return account{}, err
	}
	shown, err := s.showAccounts(ctx, []accountRow{*row})
	if err != nil {
		return account{}, err
	}
	return shown[0], nil
}

// indexAccount brings the account's text up to date in the full-text index.
func (s *session) indexAccount(ctx context.Context, row *accountRow) error {
	body := row.PrimaryDomain + "\n" + row.SecondaryDomain + "\n" + row.Website + "\n" + row.Description
	return s.indexName(ctx, accountNamed, row.PK, row.Name, body)
}

// accountEvent is what the events of an account say.
type accountEvent struct {
	ID            string   `json:"id"`
	Version       int64    `json:"version"`
	Name          string   `json:"name"`
	PrimaryDomain string   `json:"primaryDomain"`
	Changed       []string `json:"changed,omitempty"` // the fields that are not what they were
	Ended         *ended   `json:"ended,omitempty"`   // what ended with it
}

func (s *session) accountChanged(ctx context.Context, event string, row *accountRow, end *ended, changed ...string) error {
	return s.append(ctx, event, entityAccount, row.UID, accountEvent{row.UID, row.Version, row.Name, row.PrimaryDomain, changed, end})
}

type accountInput struct {
	ID string `json:"id" doc:"The account's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
}

func (d *desk) getAccount() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_account", Identifier: "accounts:get-account-platform", Title: "Get account", Resource: resourceAccount,
		Description: "Reads one account.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("ACNT", 1)+`"}`, sampleAccount(1, 1, "")),
	}, func(ctx context.Context, s *session, in accountInput) (account, error) {
		return s.showAccount(ctx, in.ID)
	})
}
