package platform

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

type createRelationshipTypeInput struct {
	Name                string `json:"name" doc:"How the first account stands to the second: Parent. No other type has the name." minLength:"1" maxLength:"100" pattern:"\\S"`
	InverseRelationship string `json:"inverseRelationship,omitempty" doc:"How the second then stands to the first: a type by id or name, which gets this one as its inverse; or the name given here, for what holds both ways." minLength:"1" maxLength:"100" lookup:"list_account_relationship_types_ddl"`
}

func (d *desk) createRelationshipType() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_account_relationship_type", Identifier: "accounts:create-account-relationship-type-platform",
		Title: "Create account relationship type", Resource: resourceRelationshipType, Effect: operations.EffectWrite,
		Description:  "Adds a way in which accounts can stand to each other. Inverses go in pairs: a type that has another inverse already is a conflict.",
		Compensation: undo("delete_account_relationship_type", "id"),
		Sample: operations.NewSample(`{"name":"Competitor","inverseRelationship":"Competitor"}`,
			sampleRelationshipType(5, "Competitor", 5, "Competitor", 1)),
	}, func(ctx context.Context, s *session, in createRelationshipTypeInput) (relationshipType, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (relationshipType, error) {
			row := &relationshipTypeRow{Name: clean(in.Name)}
			if err := w.storeRelationshipType(ctx, row, in.InverseRelationship); err != nil {
				return relationshipType{}, err
			}
			return w.showRelationshipType(ctx, row.UID)
		})
	})
}

// storeRelationshipType stores a new type and then ties it to its inverse, which may be itself.
func (s *session) storeRelationshipType(ctx context.Context, row *relationshipTypeRow, inverse string) error {
	if err := s.freeTypeName(ctx, row); err != nil {
		return err
	}
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if inverse != "" {
		other, err := s.inverseOf(ctx, row, inverse)
		if err != nil {
			return err
		}
		row.Inverse = other.PK
		if _, err := s.db.NewUpdate().Conn(s.conn).Model(row).Column("inverse").Where("pk = ?", row.PK).Where("org = ?", s.org).Exec(ctx); err != nil {
			return fmt.Errorf("tying a relationship type to its inverse: %w", err)
		}
		if err := s.tie(ctx, other, row); err != nil {
			return err
		}
	}
	return s.relationshipTypeChanged(ctx, "created", row)
}

// freeTypeName refuses a name that another type has.
func (s *session) freeTypeName(ctx context.Context, row *relationshipTypeRow) error {
	var uid string
	err := s.selectFrom((*relationshipTypeRow)(nil)).Column("uid").Where("t.org = ?", s.org).Where("t.name = ?", row.Name).
		Where("t.deleted_at IS NULL").Where("t.pk <> ?", row.PK).Scan(ctx, &uid)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a relationship type by its name: %w", err)
	}
	return operations.Errorf(operations.CodeConflict, "the relationship type %s is called %q already", uid, row.Name)
}

// inverseOf finds the type that is to be a type's inverse, and has none or this one.
func (s *session) inverseOf(ctx context.Context, row *relationshipTypeRow, wanted string) (*relationshipTypeRow, error) {
	var f faults
	other, err := s.relationshipTypeNamed(ctx, &f, "/inverseRelationship", wanted)
	if err != nil {
		return nil, err
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if other.PK != row.PK && other.Inverse != 0 && other.Inverse != row.PK {
		return nil, operations.Errorf(operations.CodeConflict,
			"the relationship type %q has another inverse; take that away first", other.Name)
	}
	return other, nil
}

// tie makes a type the inverse of another, if it is not that or itself.
func (s *session) tie(ctx context.Context, other, row *relationshipTypeRow) error {
	if other.PK == row.PK || other.Inverse == row.PK {
		return nil
	}
	return s.setInverse(ctx, other, row.PK)
}

// setInverse changes the inverse of a type that was not named in the input.
func (s *session) setInverse(ctx context.Context, row *relationshipTypeRow, inverse int64) error {
	row.Inverse = inverse
	if err := save(ctx, s, row, "inverse"); err != nil {
		return err
	}
	return s.relationshipTypeChanged(ctx, "updated", row, "inverseRelationship")
}

// untie takes a type away from the one whose inverse it is.
func (s *session) untie(ctx context.Context, row *relationshipTypeRow) error {
	if row.Inverse == 0 || row.Inverse == row.PK {
		return nil
	}
	other := &relationshipTypeRow{}
	if err := s.selectFrom(other).Where("t.org = ?", s.org).Where("t.pk = ?", row.Inverse).Scan(ctx); err != nil {
		return fmt.Errorf("reading the inverse of a relationship type: %w", err)
	}
	return s.setInverse(ctx, other, 0)
}

type updateRelationshipTypeInput struct {
	ID                  string  `json:"id" doc:"The type's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_account_relationship_types_ddl"`
	Name                *string `json:"name,omitempty" doc:"How the first account stands to the second." minLength:"1" maxLength:"100" pattern:"\\S"`
	InverseRelationship *string `json:"inverseRelationship,omitempty" doc:"How the second then stands to the first: a type by id or name; null: there is no word for it." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_relationship_types_ddl"`
	versioned
}

func (d *desk) updateRelationshipType() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_account_relationship_type", Identifier: "accounts:update-account-relationship-type-platform",
		Title: "Update account relationship type", Resource: resourceRelationshipType, Effect: operations.EffectWrite,
		Description: "Changes what is given of a relationship type; the rest stays. A new inverse gets this type as its own, and the old one is left without.",
		Sample: operations.NewSample(`{"id":"`+fixedID("RTYP", 3)+`","name":"Partner of"}`,
			sampleRelationshipType(3, "Partner of", 3, "Partner of", 2)),
	}, func(ctx context.Context, s *session, in updateRelationshipTypeInput) (relationshipType, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (relationshipType, error) {
			row, err := open[relationshipTypeRow](ctx, w, "relationship type", in.ID, in.versioned)
			if err != nil {
				return relationshipType{}, err
			}
			if err := w.editRelationshipType(ctx, row, in); err != nil {
				return relationshipType{}, err
			}
			return w.showRelationshipType(ctx, in.ID)
		})
	})
}

func (s *session) editRelationshipType(ctx context.Context, row *relationshipTypeRow, in updateRelationshipTypeInput) error {
	before := *row
	var e edits[relationshipTypeRow]
	setText(&e, "name", "name", func(r *relationshipTypeRow) *string { return &r.Name }, in.Name)
	var other *relationshipTypeRow
	if s.given("inverseRelationship") {
		key := int64(0)
		if in.InverseRelationship != nil {
			var err error
			if other, err = s.inverseOf(ctx, row, *in.InverseRelationship); err != nil {
				return err
			}
			key = other.PK
		}
		set(&e, "inverseRelationship", "inverse", func(r *relationshipTypeRow) *int64 { return &r.Inverse }, key)
	}
	columns, changed := e.apply(row)
	if len(changed) == 0 {
		return nil
	}
	if err := s.freeTypeName(ctx, row); err != nil {
		return err
	}
	if row.Inverse != before.Inverse {
		if err := s.untie(ctx, &before); err != nil {
			return err
		}
	}
	if err := save(ctx, s, row, columns...); err != nil {
		return err
	}
	if other != nil {
		if err := s.tie(ctx, other, row); err != nil {
			return err
		}
	}
	return s.relationshipTypeChanged(ctx, "updated", row, changed...)
}

type deleteRelationshipTypeInput struct {
	ID string `json:"id" doc:"The type's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_account_relationship_types_ddl"`
	versioned
}

func (d *desk) deleteRelationshipType() operations.Operation {
	return operation(d, deletion("delete_account_relationship_type", "accounts:delete-account-relationship-type-platform",
		"Delete account relationship type", resourceRelationshipType,
		"Deletes a relationship type. One that accounts have is a conflict; its inverse is left without.", "id", fixedID("RTYP", 4),
	), func(ctx context.Context, s *session, in deleteRelationshipTypeInput) (removed, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (removed, error) {
			row, err := open[relationshipTypeRow](ctx, w, "relationship type", in.ID, in.versioned)
			if err != nil {
				return removed{}, err
			}
			used, err := w.selectFrom((*relationshipRow)(nil)).Where("t.org = ?", w.org).Where("t.type = ?", row.PK).
				Where("t.deleted_at IS NULL").Count(ctx)
			if err != nil {
				return removed{}, fmt.Errorf("counting the relationships of a type: %w", err)
			}
			if used > 0 {
				return removed{}, operations.Errorf(operations.CodeConflict,
					"%d relationships are of the type %q; delete them or give them another type first", used, row.Name)
			}
			if err := w.untie(ctx, row); err != nil {
				return removed{}, err
			}
			if err := remove(ctx, w, row); err != nil {
				return removed{}, err
			}
			return removed{true, row.UID}, w.relationshipTypeChanged(ctx, "deleted", row)
		})
	})
}
