package platform

import "github.com/uptrace/bun"

// accountRow is a customer: a company.
type accountRow struct {
	bun.BaseModel `bun:"table:platform_accounts,alias:t"`
	record

	Name            string
	PrimaryDomain   string
	SecondaryDomain string
	Logo            string
	Website         string
	Description     string
	Industry        string
	Source          string
	Status          int64    `bun:",nullzero"` // a choice, as health and classification
	Health          int64    `bun:",nullzero"`
	Classification  int64    `bun:",nullzero"`
	Owner           int64    `bun:",nullzero"` // a user
	Employees       *int64   // nil: not known
	AnnualRevenue   *float64 // nil: not known
	BillingAddress  string
	ShippingAddress string
	CustomFields    jsonText
}
