package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// teamRow is a team, to which tickets belong.
type teamRow struct {
	bun.BaseModel `bun:"table:platform_teams,alias:t"`
	record

	Name        string
	Description string
	Schedule    jsonText `bun:",nullzero"`
}

func (d *desk) teams() []operations.Operation {
	return []operations.Operation{d.listTeamsDDL()}
}

func (d *desk) listTeamsDDL() operations.Operation {
	return lookUp(d, operations.Spec{
		Name: "list_teams_ddl", Title: "Teams", Resource: "team",
		Description: "Lists the teams to which a ticket can belong.",
		Sample:      operations.NewSample(`{}`, `{"result":[{"text":"Support","value":"01JD0000000000000000TEAM01"}]}`),
	}, func(ctx context.Context, s *session, _ ddl.Input) ([]ddl.Option, error) {
		var rows []teamRow
		err := s.selectFrom(&rows).Column("uid", "name").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Order("t.name", "t.pk").Limit(maxOptions).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing teams: %w", err)
		}
		options := make([]ddl.Option, len(rows))
		for i, row := range rows {
			options[i] = ddl.Option{Text: row.Name, Value: row.UID}
		}
		return options, nil
	})
}
