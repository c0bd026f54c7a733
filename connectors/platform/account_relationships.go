package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityRelationship   = "account_relationship"
	resourceRelationship = "account_relationship"
)

func (d *desk) accountRelationships() []operations.Operation {
	return []operations.Operation{
		d.createAccountRelationship(), d.updateAccountRelationship(), d.deleteAccountRelationship(), d.getAccountRelationships(),
	}
}

// relationshipRow is how one account stands to another. It is stored once, and belongs to both.
type relationshipRow struct {
	bun.BaseModel `bun:"table:platform_account_relationships,alias:t"`
	record

	Account int64
	Related int64
	Type    int64

	Shown relationshipNames `bun:"embed:shown_"`
}

type relationshipNames struct {
	AccountUID   string `bun:"account_uid,scanonly"`
	AccountName  string `bun:"account_name,scanonly"`
	RelatedUID   string `bun:"related_uid,scanonly"`
	RelatedName  string `bun:"related_name,scanonly"`
	TypeUID      string `bun:"type_uid,scanonly"`
	TypeName     string `bun:"type_name,scanonly"`
	TypeVersion  int64  `bun:"type_version,scanonly"`
	TypeCreated  moment `bun:"type_created,scanonly"`
	TypeUpdated  moment `bun:"type_updated,scanonly"`
	TypeInverse  int64  `bun:"type_inverse,scanonly"`
	InverseUID   string `bun:"inverse_uid,scanonly"`
	InverseName  string `bun:"inverse_name,scanonly"`
	CreatorUID   string `bun:"creator_uid,scanonly"`
	CreatorName  string `bun:"creator_name,scanonly"`
	CreatorEmail string `bun:"creator_email,scanonly"`
}

func relationshipShape(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("t.*").ColumnExpr("account.uid AS shown_account_uid, account.name AS shown_account_name").
		ColumnExpr("related.uid AS shown_related_uid, related.name AS shown_related_name").
		ColumnExpr("type.uid AS shown_type_uid, type.name AS shown_type_name, type.version AS shown_type_version").
		ColumnExpr("type.created_at AS shown_type_created, type.updated_at AS shown_type_updated, type.inverse AS shown_type_inverse").
		ColumnExpr("inverse.uid AS shown_inverse_uid, inverse.name AS shown_inverse_name").
		Join("LEFT JOIN platform_accounts AS account ON account.pk = t.account").
		Join("LEFT JOIN platform_accounts AS related ON related.pk = t.related").
		Join("LEFT JOIN platform_relationship_types AS type ON type.pk = t.type").
		Join("LEFT JOIN platform_relationship_types AS inverse ON inverse.pk = type.inverse").
		Apply(personShape("creator", "created_by"))
}

// relationship is a relationship as operations give it.
type relationship struct {
	ID               string           `json:"id" doc:"The relationship's id."`
	AccountID        string           `json:"accountId" doc:"The first account."`
	Account          string           `json:"account" doc:"Its name."`
	RelatedAccountID string           `json:"relatedAccountId" doc:"The second account."`
	RelatedAccount   string           `json:"relatedAccount" doc:"Its name."`
	RelationshipType relationshipType `json:"relationshipType" doc:"How the first stands to the second, and the other way."`
	Creator          string           `json:"creator" doc:"The name of who made it."`
	CreatorID        string           `json:"creatorId" doc:"Who made it."`
	CreatorEmail     string           `json:"creatorEmail,omitempty" doc:"That user's email address, if there is one."`
	identity
}

func (r *relationshipRow) show() relationship {
	n := &r.Shown
	return relationship{
		ID: r.UID, AccountID: n.AccountUID, Account: n.AccountName, RelatedAccountID: n.RelatedUID, RelatedAccount: n.RelatedName,
		RelationshipType: relationshipType{
			n.TypeUID, n.TypeName, n.InverseName, n.InverseUID, identity{n.TypeVersion, n.TypeCreated.time(), n.TypeUpdated.time()},
		},
		Creator: n.CreatorName, CreatorID: n.CreatorUID, CreatorEmail: n.CreatorEmail, identity: r.identity(),
	}
}

// showRelationship reads a relationship whole, as it is now.
func (s *session) showRelationship(ctx context.Context, uid string) (relationship, error) {
	row, err := find[relationshipRow](ctx, s, "relationship", uid, relationshipShape)
	if err != nil {
		return relationship{}, err
	}
	return row.show(), nil
}

// relationshipEvent is what the events of a relationship say.
type relationshipEvent struct {
	ID               string   `json:"id"`
	Version          int64    `json:"version"`
	AccountID        string   `json:"accountId"`
	RelatedAccountID string   `json:"relatedAccountId"`
	RelationshipType string   `json:"relationshipType"`
	Changed          []string `json:"changed,omitempty"`
}

// relationshipChanged notes what happened to a relationship, as it is now.
func (s *session) relationshipChanged(ctx context.Context, event string, r *record, now relationship, changed ...string) error {
	return s.append(ctx, entityRelationship+"."+event, entityRelationship, r.UID, relationshipEvent{
		r.UID, r.Version, now.AccountID, now.RelatedAccountID, now.RelationshipType.Name, changed,
	})
}

type getAccountRelationshipsInput struct {
	AccountID        string `json:"accountId" doc:"The account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	RelationshipType string `json:"relationshipType,omitempty" doc:"Only relationships of this type: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_relationship_types_ddl"`
	paging
}

type getAccountRelationshipsOutput struct {
	Data []relationship `json:"data" doc:"The relationships of this page."`
	pageInfo
}

func (d *desk) getAccountRelationships() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_account_relationships", Identifier: "accounts:get-account-relationships-platform", Title: "Get account relationships",
		Resource: resourceRelationship, Effect: operations.EffectRead, Paging: pagingSpec("data"),
		Description: "Pages through the relationships of an account, oldest first: those in which it is the first account, and those in which it is the second.",
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","limit":1}`,
			`{"data":[`+sampleRelationship(1, 1, 2, 1, sampleRelationshipType(1, "Parent", 2, "Subsidiary", 2))+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getAccountRelationshipsInput) (getAccountRelationshipsOutput, error) {
		account, err := s.accountToRead(ctx, in.AccountID)
		if err != nil {
			return getAccountRelationshipsOutput{}, err
		}
		l := listing[relationshipRow]{name: "account_relationships", shape: relationshipShape, filters: s.ofEither(account)}
		if in.RelationshipType != "" {
			var f faults
			kind, err := s.relationshipTypeNamed(ctx, &f, "/relationshipType", in.RelationshipType)
			if err != nil {
				return getAccountRelationshipsOutput{}, err
			}
			if err := f.err(); err != nil {
				return getAccountRelationshipsOutput{}, err
			}
			l.filters = append(l.filters, oneOf("type", 0, []any{kind.PK})...)
		}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return getAccountRelationshipsOutput{}, err
		}
		out := getAccountRelationshipsOutput{make([]relationship, len(rows)), info}
		for i := range rows {
			out.Data[i] = rows[i].show()
		}
		return out, nil
	})
}

// ofEither keeps the relationships of an account on either side, each looked up along its own index.
func (s *session) ofEither(account int64) []filter {
	side := func(column string) *bun.SelectQuery {
		return s.selectFrom((*relationshipRow)(nil)).Column("pk").Where("t.org = ?", s.org).Where("t.deleted_at IS NULL").
			Where(fmt.Sprintf("t.%s = ?", column), account)
	}
	return []filter{{column: "pk", test: "IN (?)", args: []any{side("account").UnionAll(side("related"))}, rank: 10}}
}
