package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

type createAccountRelationshipInput struct {
	AccountID        string `json:"accountId" doc:"The first account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	RelatedAccountID string `json:"relatedAccountId" doc:"The second account, another one." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	RelationshipType string `json:"relationshipType" doc:"How the first stands to the second: a type, by id or name." minLength:"1" maxLength:"100" lookup:"list_account_relationship_types_ddl"`
}

func (d *desk) createAccountRelationship() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_account_relationship", Identifier: "accounts:create-account-relationship-platform", Title: "Create account relationship",
		Resource: resourceRelationship, Effect: operations.EffectWrite, Compensation: undo("delete_account_relationship", "relationshipId"),
		Description: "Says how one account stands to another. The type is given by id or name and comes back whole. " +
			"One that is there already, or its inverse the other way round, is a conflict.",
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 2)+`","relatedAccountId":"`+fixedID("ACNT", 1)+`","relationshipType":"`+fixedID("RTYP", 3)+`"}`,
			sampleRelationship(4, 2, 1, 1, sampleRelationshipType(3, "Partner", 3, "Partner", 1))),
	}, func(ctx context.Context, s *session, in createAccountRelationshipInput) (relationship, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (relationship, error) {
			row, kind, err := w.newRelationship(ctx, in)
			if err != nil {
				return relationship{}, err
			}
			if err := w.freeRelationship(ctx, row, kind); err != nil {
				return relationship{}, err
			}
			if err := insert(ctx, w, row); err != nil {
				return relationship{}, err
			}
			now, err := w.showRelationship(ctx, row.UID)
			if err != nil {
				return relationship{}, err
			}
			return now, w.relationshipChanged(ctx, "created", &row.record, now)
		})
	})
}

// newRelationship makes the row of a relationship, and looks up what its input names.
func (s *session) newRelationship(ctx context.Context, in createAccountRelationshipInput) (*relationshipRow, *relationshipTypeRow, error) {
	var f faults
	row := &relationshipRow{}
	var err error
	if row.Account, err = refer[accountRow](ctx, s, &f, "/accountId", in.AccountID); err != nil {
		return nil, nil, err
	}
	if row.Related, err = refer[accountRow](ctx, s, &f, "/relatedAccountId", in.RelatedAccountID); err != nil {
		return nil, nil, err
	}
	if in.AccountID == in.RelatedAccountID {
		f.add("/relatedAccountId", "is the first account itself")
	}
	kind, err := s.relationshipTypeNamed(ctx, &f, "/relationshipType", in.RelationshipType)
	if err != nil {
		return nil, nil, err
	}
	row.Type = kind.PK
	return row, kind, f.err()
}

// freeRelationship refuses a relationship that says what another one says.
func (s *session) freeRelationship(ctx context.Context, row *relationshipRow, kind *relationshipTypeRow) error {
	var uid string
	err := s.selectFrom((*relationshipRow)(nil)).Column("uid").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").Where("t.pk <> ?", row.PK).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("t.account = ? AND t.related = ? AND t.type = ?", row.Account, row.Related, kind.PK).
				WhereOr("t.account = ? AND t.related = ? AND t.type = ?", row.Related, row.Account, kind.Inverse)
		}).Limit(1).Scan(ctx, &uid)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a relationship: %w", err)
	}
	return operations.Errorf(operations.CodeConflict, "the relationship %s says so already", uid)
}

type updateAccountRelationshipInput struct {
	RelationshipID   string `json:"relationshipId" doc:"The relationship's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	RelationshipType string `json:"relationshipType,omitempty" doc:"How the first account stands to the second: a type, by id or name." minLength:"1" maxLength:"100" lookup:"list_account_relationship_types_ddl"`
	versioned
}

func (d *desk) updateAccountRelationship() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_account_relationship", Identifier: "accounts:update-account-relationship-platform", Title: "Update account relationship",
		Resource: resourceRelationship, Description: "Gives a relationship another type. Without one, it stays as it is.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"relationshipId":"`+fixedID("RSHP", 2)+`","relationshipType":"Parent"}`,
			sampleRelationship(2, 4, 1, 2, sampleRelationshipType(1, "Parent", 2, "Subsidiary", 2))),
	}, func(ctx context.Context, s *session, in updateAccountRelationshipInput) (relationship, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (relationship, error) {
			row, err := open[relationshipRow](ctx, w, "relationship", in.RelationshipID, in.versioned, relationshipShape)
			if err != nil {
				return relationship{}, err
			}
			if in.RelationshipType == "" {
				return row.show(), nil
			}
			return w.retype(ctx, row, in.RelationshipType)
		})
	})
}

// retype gives a relationship a type. Where nothing changes, nothing happens.
func (s *session) retype(ctx context.Context, row *relationshipRow, wanted string) (relationship, error) {
	var f faults
	kind, err := s.relationshipTypeNamed(ctx, &f, "/relationshipType", wanted)
	if err != nil {
		return relationship{}, err
	}
	if err := f.err(); err != nil {
		return relationship{}, err
	}
	if kind.PK == row.Type {
		return row.show(), nil
	}
	if err := s.freeRelationship(ctx, row, kind); err != nil {
		return relationship{}, err
	}
	row.Type = kind.PK
	if err := save(ctx, s, row, "type"); err != nil {
		return relationship{}, err
	}
	now, err := s.showRelationship(ctx, row.UID)
	if err != nil {
		return relationship{}, err
	}
	return now, s.relationshipChanged(ctx, "updated", &row.record, now, "relationshipType")
}

type deleteAccountRelationshipInput struct {
	RelationshipID string `json:"relationshipId" doc:"The relationship's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

func (d *desk) deleteAccountRelationship() operations.Operation {
	return operation(d, deletion("delete_account_relationship", "accounts:delete-account-relationship-platform", "Delete account relationship",
		resourceRelationship, "Deletes a relationship between two accounts.", "relationshipId", fixedID("RSHP", 3),
	), func(ctx context.Context, s *session, in deleteAccountRelationshipInput) (removed, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (removed, error) {
			row, err := open[relationshipRow](ctx, w, "relationship", in.RelationshipID, in.versioned, relationshipShape)
			if err != nil {
				return removed{}, err
			}
			if err := remove(ctx, w, row); err != nil {
				return removed{}, err
			}
			return removed{true, row.UID}, w.relationshipChanged(ctx, "deleted", &row.record, row.show())
		})
	})
}
