package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

const (
	entityRelationshipType   = "account_relationship_type"
	resourceRelationshipType = "account_relationship_type"
)

func (d *desk) accountRelationshipTypes() []operations.Operation {
	return []operations.Operation{
		d.createRelationshipType(), d.updateRelationshipType(), d.deleteRelationshipType(), d.getRelationshipTypes(), d.listRelationshipTypesDDL(),
	}
}

// relationshipTypeRow is how one account can stand to another.
type relationshipTypeRow struct {
	bun.BaseModel `bun:"table:platform_relationship_types,alias:t"`
	record

	Name    string // no other type of the organisation has it
	Inverse int64  `bun:",nullzero"` // the type that holds the other way: one whose inverse is this, or itself

	InverseUID  string `bun:"inverse_uid,scanonly"`
	InverseName string `bun:"inverse_name,scanonly"`
}

func relationshipTypeShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("inverse.uid AS inverse_uid, inverse.name AS inverse_name").
		Join("LEFT JOIN platform_relationship_types AS inverse ON inverse.pk = t.inverse")
}

// relationshipType is a type of relationship as operations give it.
type relationshipType struct {
	ID                    string `json:"id" doc:"The type's id."`
	Name                  string `json:"name" doc:"How the first account stands to the second."`
	InverseRelationship   string `json:"inverseRelationship,omitempty" doc:"How the second then stands to the first: that type's name."`
	InverseRelationshipID string `json:"inverseRelationshipId,omitempty" doc:"That type."`
	identity
}

func (r *relationshipTypeRow) show() relationshipType {
	return relationshipType{r.UID, r.Name, r.InverseName, r.InverseUID, r.identity()}
}

// showRelationshipType reads a type whole, as it is now.
func (s *session) showRelationshipType(ctx context.Context, uid string) (relationshipType, error) {
	row, err := find[relationshipTypeRow](ctx, s, "relationship type", uid, relationshipTypeShape)
	if err != nil {
		return relationshipType{}, err
	}
	return row.show(), nil
}

// relationshipTypeEvent is what the events of a type say.
type relationshipTypeEvent struct {
	ID      string   `json:"id"`
	Version int64    `json:"version"`
	Name    string   `json:"name"`
	Changed []string `json:"changed,omitempty"`
}

func (s *session) relationshipTypeChanged(ctx context.Context, event string, row *relationshipTypeRow, changed ...string) error {
	return s.append(ctx, entityRelationshipType+"."+event, entityRelationshipType, row.UID,
		relationshipTypeEvent{row.UID, row.Version, row.Name, changed})
}

// relationshipTypeNamed finds a type by its id or its name. One that is not there is a fault at the pointer.
func (s *session) relationshipTypeNamed(ctx context.Context, f *faults, pointer, wanted string) (*relationshipTypeRow, error) {
	row := &relationshipTypeRow{}
	err := s.selectFrom(row).Where("t.org = ?", s.org).Where("(t.uid = ? OR t.name = ?)", wanted, wanted).
		Where("t.deleted_at IS NULL").OrderExpr("t.uid = ? DESC", wanted).Limit(1).Scan(ctx)
	if isMissing(err) {
		f.add(pointer, "names no relationship type")
		return row, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a relationship type: %w", err)
	}
	return row, nil
}

type getRelationshipTypesInput struct{ paging }

type getRelationshipTypesOutput struct {
	Data []relationshipType `json:"data" doc:"The types of this page, by name."`
	pageInfo
}

func (d *desk) getRelationshipTypes() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_account_relationship_types", Identifier: "accounts:get-account-relationship-types-platform", Title: "Get account relationship types",
		Resource: resourceRelationshipType, Description: "Pages through the ways in which accounts can stand to each other, by name.",
		Effect: operations.EffectRead, Paging: pagingSpec("data"),
		Sample: operations.NewSample(`{"limit":1}`, `{"data":[`+sampleRelationshipType(1, "Parent", 2, "Subsidiary", 1)+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getRelationshipTypesInput) (getRelationshipTypesOutput, error) {
		rows, info, err := list(ctx, s, listing[relationshipTypeRow]{
			name: "account_relationship_types", shape: relationshipTypeShape,
			order: ordering[relationshipTypeRow]{column: "name", value: func(r *relationshipTypeRow) any { return r.Name }},
		}, in.paging)
		if err != nil {
			return getRelationshipTypesOutput{}, err
		}
		out := getRelationshipTypesOutput{make([]relationshipType, len(rows)), info}
		for i := range rows {
			out.Data[i] = rows[i].show()
		}
		return out, nil
	})
}

func (d *desk) listRelationshipTypesDDL() operations.Operation {
	return lookUp(d, operations.Spec{
		Name: "list_account_relationship_types_ddl", Title: "Relationship types", Resource: resourceRelationshipType,
		Description: "Lists the ways in which accounts can stand to each other.",
		Sample:      operations.NewSample(`{}`, `{"result":[{"text":"Parent","value":"`+fixedID("RTYP", 1)+`"}]}`),
	}, func(ctx context.Context, s *session, _ ddl.Input) ([]ddl.Option, error) {
		var rows []relationshipTypeRow
		err := s.selectFrom(&rows).Column("uid", "name").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Order("t.name", "t.pk").Limit(maxOptions).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing relationship types: %w", err)
		}
		options := make([]ddl.Option, len(rows))
		for i, row := range rows {
			options[i] = ddl.Option{Text: row.Name, Value: row.UID}
		}
		return options, nil
	})
}
