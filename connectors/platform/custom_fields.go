package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// customFieldRow is a field that an organisation has added to a kind of record.
type customFieldRow struct {
	bun.BaseModel `bun:"table:platform_custom_fields,alias:t"`
	record

	EntityType string // which kind of record
	Name       string
	Kind       string // of its values
	Settings   jsonText
}

// customValue is a value of a custom field, as it is stored and shown.
type customValue struct {
	CustomFieldID string          `json:"customFieldId" doc:"The custom field."`
	Data          json.RawMessage `json:"data" doc:"Its value, as it was given."`
}

// maxCustomBytes bounds the custom values of one record.
const maxCustomBytes = 64 << 10

// customText makes the values of a record's custom fields ready to be stored. A field that is not there or comes twice,
// and a value that its field does not take, is a fault below the pointer.
func (s *session) customText(ctx context.Context, f *faults, pointer, entityType string, values []customValue) (jsonText, error) {
	if len(values) == 0 {
		return "[]", nil
	}
	fields, err := s.fieldsNamed(ctx, f, pointer, entityType, values)
	if err != nil {
		return "", err
	}
	for i, value := range values {
		field := fields[value.CustomFieldID]
		if field == nil {
			continue
		}
		fault, err := field.fits(value.Data)
		if err != nil {
			return "", err
		}
		if fault != "" {
			f.add(fmt.Sprintf("%s/%d/data", pointer, i), "%s", fault)
		}
	}
	text, err := encodeCustom(values)
	if len(text) > maxCustomBytes {
		f.add(pointer, "holds more than %d bytes", maxCustomBytes)
	}
	return text, err
}

func encodeCustom(values []customValue) (jsonText, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("encoding custom values: %w", err)
	}
	return jsonText(text), nil
}

// mergeCustom puts values that customText has checked over those that a record has. Those of other fields stay.
func mergeCustom(has, given jsonText) (jsonText, error) {
	old, errOld := customValues(has)
	over, errOver := customValues(given)
	if err := errors.Join(errOld, errOver); err != nil {
		return "", err
	}
	for _, value := range over {
		at := slices.IndexFunc(old, func(o customValue) bool { return o.CustomFieldID == value.CustomFieldID })
		if at < 0 {
			old = append(old, value)
		} else {
			old[at] = value
		}
	}
	if len(old) == 0 {
		return "[]", nil
	}
	return encodeCustom(old)
}

// customValues reads what customText stored.
func customValues(text jsonText) ([]customValue, error) {
	if text == "[]" || text == "" {
		return nil, nil
	}
	var values []customValue
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return nil, fmt.Errorf("decoding custom values: %w", err)
	}
	return values, nil
}

func (d *desk) customFields() []operations.Operation {
	return []operations.Operation{
		d.createCustomField(), d.getCustomField(), d.listCustomFields(), d.updateCustomField(), d.deleteCustomField(), d.listCustomFieldsDDL(),
	}
}

type listCustomFieldsDDLInput struct {
	ddl.Input
	EntityType string `json:"entityType,omitempty" doc:"Only the fields of this kind of record." enum:"ticket,account,contact" default:"ticket"`
}

func (d *desk) listCustomFieldsDDL() operations.Operation {
	return lookUp(d, operations.Spec{
		Name: "list_custom_fields_ddl", Title: "Custom fields", Resource: "custom_field",
		Description: "Lists the custom fields of a kind of record.",
		Sample:      operations.NewSample(`{}`, `{"result":[{"text":"Order","value":"01JD0000000000000000CSTM01"}]}`),
	}, func(ctx context.Context, s *session, in listCustomFieldsDDLInput) ([]ddl.Option, error) {
		var rows []customFieldRow
		err := s.selectFrom(&rows).Column("uid", "name").Where("t.org = ?", s.org).Where("t.entity_type = ?", in.EntityType).
			Where("t.deleted_at IS NULL").Order("t.name", "t.pk").Limit(maxOptions).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing custom fields: %w", err)
		}
		options := make([]ddl.Option, len(rows))
		for i, row := range rows {
			options[i] = ddl.Option{Text: row.Name, Value: row.UID}
		}
		return options, nil
	})
}
