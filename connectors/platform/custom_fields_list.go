package platform

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// ofEntity narrows a query to the custom fields of a kind of record.
func ofEntity(entityType string) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.entity_type = ?", entityType) }
}

type customFieldInput struct {
	ID string `json:"id" doc:"The field's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
}

func (d *desk) getCustomField() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_custom_field", Identifier: "organizations:get-custom-field-platform", Title: "Get custom field", Resource: resourceCustomField,
		Description: "Reads one custom field.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("CSTM", 1)+`"}`, sampleCustomField(1, 1, "Order", "text", "")),
	}, func(ctx context.Context, s *session, in customFieldInput) (customField, error) {
		row, err := find[customFieldRow](ctx, s, "custom field", in.ID)
		if err != nil {
			return customField{}, err
		}
		return row.show()
	})
}

type listCustomFieldsInput struct {
	EntityType string `json:"entityType,omitempty" doc:"Only the fields of this kind of record." enum:"ticket,account,contact"`
	paging
}

type listCustomFieldsOutput struct {
	CustomFields []customField `json:"customFields" doc:"The custom fields of this page, by name."`
	pageInfo
}

func (d *desk) listCustomFields() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_custom_fields", Identifier: "organizations:list-custom-fields-platform", Title: "List custom fields", Resource: resourceCustomField,
		Description: "Pages through the custom fields of one kind of record or of all, by name.", Effect: operations.EffectRead, Paging: pagingSpec("customFields"),
		Sample: operations.NewSample(`{"entityType":"ticket"}`,
			`{"customFields":[`+sampleCustomField(1, 1, "Order", "text", "")+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listCustomFieldsInput) (listCustomFieldsOutput, error) {
		l := listing[customFieldRow]{
			name: "custom_fields", filters: oneOf("entity_type", 0, given(in.EntityType)),
			order: ordering[customFieldRow]{column: "name", value: func(r *customFieldRow) any { return r.Name }},
		}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return listCustomFieldsOutput{}, err
		}
		out := listCustomFieldsOutput{make([]customField, len(rows)), info}
		for i := range rows {
			if out.CustomFields[i], err = rows[i].show(); err != nil {
				return listCustomFieldsOutput{}, err
			}
		}
		return out, nil
	})
}

type deleteCustomFieldInput struct {
	ID string `json:"id" doc:"The field's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

func (d *desk) deleteCustomField() operations.Operation {
	return operation(d, operations.Spec{
		Name: "delete_custom_field", Identifier: "organizations:delete-custom-field-platform", Title: "Delete custom field", Resource: resourceCustomField,
		Description: "Deletes a custom field. Records keep the values that they have of it, and take no new ones.", Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"id":"`+fixedID("CSTM", 9)+`"}`, `{"success":true,"id":"`+fixedID("CSTM", 9)+`"}`),
	}, func(ctx context.Context, s *session, in deleteCustomFieldInput) (deletedOutput, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (deletedOutput, error) {
			row, err := openSetting[customFieldRow](ctx, w, entityCustomField, in.ID, in.versioned)
			if err != nil {
				return deletedOutput{}, err
			}
			return deletedOutput{true, in.ID}, dropSetting(ctx, w, entityCustomField, row)
		})
	})
}
