package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// The kinds of user.
const (
	userAgent = "agent"   // a person who works on tickets
	userKey   = "api_key" // a program that calls the hub: made when it first changes something
)

// userRow is somebody who does things, or has them done to.
type userRow struct {
	bun.BaseModel `bun:"table:platform_users,alias:t"`
	record

	Name     string
	Email    string
	Kind     string
	Caller   string   `bun:",nullzero"` // the id of the API key that is the user
	Schedule jsonText `bun:",nullzero"`
}

// userOfCaller gives the key of the user that the caller is. Whoever is new becomes one.
func (s *session) userOfCaller(ctx context.Context) (int64, error) {
	caller := s.call.Caller
	if caller == "" {
		caller = "hub"
	}
	var pk int64
	err := s.selectFrom((*userRow)(nil)).Column("pk").Where("t.org = ?", s.org).Where("t.caller = ?", caller).Scan(ctx, &pk)
	if err == nil {
		return pk, nil
	}
	if !isMissing(err) {
		return 0, fmt.Errorf("looking for the caller: %w", err)
	}
	row := &userRow{Name: caller, Kind: userKey, Caller: caller}
	if err := insert(ctx, s, row); err != nil {
		return 0, err
	}
	return row.PK, nil
}

// agents narrows a query to users who can be given work.
func agents(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.kind = ?", userAgent) }

func (d *desk) users() []operations.Operation {
	return []operations.Operation{d.listUsersDDL()}
}

type userOption struct {
	ddl.Option
	Email string `json:"email,omitempty" doc:"The agent's email address."`
}

func (d *desk) listUsersDDL() operations.Operation {
	return lookUp(d, operations.Spec{
		Name: "list_users_ddl", Title: "Agents", Resource: "user",
		Description: "Lists the people to whom a ticket can be assigned.",
		Sample:      operations.NewSample(`{}`, `{"result":[{"text":"Ada Agent","value":"01JD000000000000000AGENT01","email":"ada@example.com"}]}`),
	}, func(ctx context.Context, s *session, _ ddl.Input) ([]userOption, error) {
		var rows []userRow
		err := s.selectFrom(&rows).Column("uid", "name", "email").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Apply(agents).Order("t.name", "t.pk").Limit(maxOptions).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing users: %w", err)
		}
		options := make([]userOption, len(rows))
		for i, row := range rows {
			options[i] = userOption{ddl.Option{Text: row.Name, Value: row.UID}, row.Email}
		}
		return options, nil
	})
}
