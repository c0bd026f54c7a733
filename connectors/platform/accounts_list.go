package platform

import (
	"context"
	"strings"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

type getAccountsInput struct {
	Search         string `json:"search,omitempty" doc:"Words, or how they begin, that name, domains, website or description holds, all of them; words in quotes stand next to each other." maxLength:"500"`
	Health         string `json:"health,omitempty" doc:"Only accounts that are doing like this: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_health_ddl"`
	Source         string `json:"source,omitempty" doc:"Only accounts that come from there: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_sources_ddl"`
	Status         string `json:"status,omitempty" doc:"Only accounts with this status: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_statuses_ddl"`
	Industry       string `json:"industry,omitempty" doc:"Only accounts of this industry: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_industries_ddl"`
	AccountOwnerID string `json:"accountOwnerId,omitempty" doc:"Only accounts that this agent looks after." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Classification string `json:"classification,omitempty" doc:"Only accounts of this classification: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_classifications_ddl"`
	Sort           string `json:"sort,omitempty" doc:"The order, a minus for greatest first." enum:"-createdAt,createdAt,name,-name,-updatedAt,updatedAt" default:"-createdAt"`
	paging
}

type getAccountsOutput struct {
	Data []account `json:"data" doc:"The accounts of this page."`
	pageInfo
}

func (d *desk) getAccounts() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_accounts", Identifier: "accounts:get-accounts-platform", Title: "Get accounts", Resource: resourceAccount,
		Description: "Pages through the accounts that fit all filters and hold all words searched for.",
		Effect:      operations.EffectRead, Paging: pagingSpec("data"),
		Sample: operations.NewSample(`{"search":"acme","status":"Active","limit":1}`,
			`{"data":[`+sampleAccount(1, 1, "")+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getAccountsInput) (getAccountsOutput, error) {
		l, err := s.accountListing(ctx, in)
		if err != nil {
			return getAccountsOutput{}, err
		}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return getAccountsOutput{}, err
		}
		shown, err := s.showAccounts(ctx, rows)
		return getAccountsOutput{shown, info}, err
	})
}

// accountListing makes the list that is asked for, and looks up what its filters name. By age, it walks along the
// index of a filter; by anything else, along that of the order.
func (s *session) accountListing(ctx context.Context, in getAccountsInput) (listing[accountRow], error) {
	l := listing[accountRow]{name: "accounts", shape: accountShape}
	rank := 0
	switch down := strings.HasPrefix(in.Sort, "-"); strings.TrimPrefix(in.Sort, "-") {
	case "name":
		l.order = ordering[accountRow]{"name", func(r *accountRow) any { return r.Name }, down}
	case "updatedAt":
		l.order = ordering[accountRow]{"updated_at", func(r *accountRow) any { return r.UpdatedAt }, down}
	default:
		l.order.down, rank = down, 6
	}
	l, err := l.search(ctx, s, accountNamed, in.Search)
	if err != nil {
		return l, err
	}
	all, err := s.readChoices(ctx, accountStatus, accountHealth, accountClassification, accountIndustry, accountSource)
	if err != nil {
		return l, err
	}
	var f faults
	owner, err := refer[userRow](ctx, s, &f, "/accountOwnerId", in.AccountOwnerID)
	if err != nil {
		return l, err
	}
	for _, filters := range [][]filter{
		oneOf("owner", rank+1, given(owner)),
		all.filterBy(&f, "/health", accountHealth, "health", rank, in.Health),
		all.filterBy(&f, "/classification", accountClassification, "classification", rank, in.Classification),
		all.filterBy(&f, "/industry", accountIndustry, "industry", rank, in.Industry),
		all.filterBy(&f, "/status", accountStatus, "status", rank, in.Status),
		all.filterBy(&f, "/source", accountSource, "source", rank, in.Source),
	} {
		l.filters = append(l.filters, filters...)
	}
	return l, f.err()
}

type accountOption struct {
	ddl.Option
	PrimaryDomain string `json:"primaryDomain" doc:"The account's domain."`
}

type listAccountsDDLInput struct{ ddl.Input }

func (d *desk) listAccountsDDL() operations.Operation {
	spec := native(operations.Spec{
		Name: "list_accounts_ddl", Title: "Accounts", Resource: resourceAccount, Cache: lookupRule(),
		Description: "Lists the accounts by name, or those with words that begin with what is searched for.",
		Sample: operations.NewSample(`{"search":"acm"}`,
			`{"result":[{"text":"Acme","value":"`+fixedID("ACNT", 1)+`","primaryDomain":"acme.example"}]}`),
	})
	return ddl.Paged(spec, func(ctx context.Context, call *operations.Call, in listAccountsDDLInput) (ddl.Page[accountOption], error) {
		s, err := d.session(ctx, call)
		if err != nil {
			return ddl.Page[accountOption]{}, err
		}
		l, err := s.accountListing(ctx, getAccountsInput{Search: in.Search, Sort: "name"})
		if err != nil {
			return ddl.Page[accountOption]{}, err
		}
		l.name, l.shape = "accounts_ddl", nil
		rows, info, err := list(ctx, s, l, paging{Limit: in.Limit, Cursor: in.Cursor})
		page := ddl.Page[accountOption]{NextCursor: info.NextCursor}
		for i := range rows {
			page.Result = append(page.Result, accountOption{ddl.Option{Text: rows[i].Name, Value: rows[i].UID}, rows[i].PrimaryDomain})
		}
		return page, err
	})
}
