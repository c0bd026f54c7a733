package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityCustomField   = "custom_field"
	resourceCustomField = "custom_field"
)

func (r *customFieldRow) label() string { return r.Name }

// maxCustomFields bounds the fields of one kind of record.
const maxCustomFields = 200

// customField is a custom field as operations give it.
type customField struct {
	ID          string   `json:"id" doc:"The field's id."`
	EntityType  string   `json:"entityType" doc:"The kind of record that has it."`
	Name        string   `json:"name" doc:"What it is called."`
	Type        string   `json:"type" doc:"What its values are."`
	Description string   `json:"description,omitempty" doc:"What it is for."`
	IsRequired  bool     `json:"isRequired" doc:"Whether a new record has to have a value."`
	Options     []string `json:"options,omitempty" doc:"What can be chosen: of select and multi_select."`
	identity
}

func (r *customFieldRow) show() (customField, error) {
	settings, err := r.settings()
	return customField{
		ID: r.UID, EntityType: r.EntityType, Name: r.Name, Type: r.Kind, Description: settings.Description, IsRequired: settings.IsRequired,
		Options: settings.Options, identity: r.identity(),
	}, err
}

// sampleCustomField is a custom field of the seed as operations give it.
func sampleCustomField(number, version int, name, kind, more string) string {
	return fmt.Sprintf(`{"id":%q,"entityType":"ticket","name":%q,"type":%q,"isRequired":false%s,"version":%d,"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`,
		fixedID("CSTM", number), name, kind, more, version)
}

type createCustomFieldInput struct {
	EntityType  string   `json:"entityType" doc:"The kind of record that gets it." enum:"ticket,account,contact"`
	Name        string   `json:"name" doc:"What it is called; no other field of that kind of record is called the same." minLength:"1" maxLength:"100" pattern:"\\S"`
	Type        string   `json:"type" doc:"What its values are; it cannot be changed later." enum:"text,number,boolean,date,select,multi_select,url,email"`
	Description string   `json:"description,omitempty" doc:"What it is for." maxLength:"1000"`
	IsRequired  bool     `json:"isRequired,omitempty" doc:"Whether a new record has to have a value. Those that are there already may go without."`
	Options     []string `json:"options,omitempty" doc:"What can be chosen: needed by select and multi_select, and by no other type." minLength:"1" maxLength:"200" minItems:"1" maxItems:"200"`
}

func (d *desk) createCustomField() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_custom_field", Identifier: "organizations:create-custom-field-platform", Title: "Create custom field", Resource: resourceCustomField,
		Description: "Adds a field of your own to a kind of record. Values are given as {\"value\": …}: a text, a number, true or false, a date like 2026-12-31, " +
			"an option, an http or https URL, an email address, or of a multi_select a list of options.",
		Effect: operations.EffectWrite, Compensation: &operations.Compensation{Operation: "delete_custom_field", Input: map[string]string{"id": "output.id"}},
		Sample: operations.NewSample(`{"entityType":"ticket","name":"Region","type":"select","options":["North","South"]}`,
			sampleCustomField(9, 1, "Region", "select", `,"options":["North","South"]`)),
	}, func(ctx context.Context, s *session, in createCustomFieldInput) (customField, error) {
		row := &customFieldRow{EntityType: in.EntityType, Name: clean(in.Name), Kind: in.Type}
		var f faults
		settings := fieldSettings{clean(in.Description), in.IsRequired, in.Options}
		if err := settings.put(&f, row); err != nil {
			return customField{}, err
		}
		if err := f.err(); err != nil {
			return customField{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (customField, error) {
			if err := w.storeCustomField(ctx, row); err != nil {
				return customField{}, err
			}
			return row.show()
		})
	})
}

func (s *session) storeCustomField(ctx context.Context, row *customFieldRow) error {
	fields := s.selectFrom((*customFieldRow)(nil)).Where("t.org = ?", s.org).Apply(ofEntity(row.EntityType)).Where("t.deleted_at IS NULL")
	n, err := s.countUpTo(ctx, fields, maxCustomFields)
	if err != nil {
		return err
	}
	if n >= maxCustomFields {
		return operations.Errorf(operations.CodeConflict, "there are %d fields of that kind of record, which is the most", n)
	}
	if err := unique(ctx, s, entityCustomField, row, "name", row.Name, ofEntity(row.EntityType)); err != nil {
		return err
	}
	return storeSetting(ctx, s, entityCustomField, row)
}

// put checks settings and puts them into a row, whose kind is there already.
func (settings fieldSettings) put(f *faults, row *customFieldRow) error {
	choosing := row.Kind == kindSelect || row.Kind == kindMultiSelect
	switch {
	case choosing && len(settings.Options) == 0:
		f.add("/options", "is needed by this type")
	case !choosing && len(settings.Options) > 0:
		f.add("/options", "is only for select and multi_select")
	}
	for i, option := range settings.Options {
		if slices.Contains(settings.Options[:i], option) {
			f.add(fmt.Sprintf("/options/%d", i), "comes twice")
		}
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("encoding a custom field: %w", err)
	}
	row.Settings = jsonText(text)
	return nil
}

type updateCustomFieldInput struct {
	ID          string   `json:"id" doc:"The field's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	Name        *string  `json:"name,omitempty" doc:"What it is called; no other field of that kind of record is called the same." minLength:"1" maxLength:"100" pattern:"\\S"`
	Description *string  `json:"description,omitempty" doc:"What it is for." maxLength:"1000"`
	IsRequired  *bool    `json:"isRequired,omitempty" doc:"Whether a new record has to have a value."`
	Options     []string `json:"options,omitempty" doc:"What can be chosen, in place of what could before. Records keep what they have." minLength:"1" maxLength:"200" minItems:"1" maxItems:"200"`
	versioned
}

func (d *desk) updateCustomField() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_custom_field", Identifier: "organizations:update-custom-field-platform", Title: "Update custom field", Resource: resourceCustomField,
		Description: "Changes what is given of a custom field; the rest stays, and its type always does.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"id":"`+fixedID("CSTM", 8)+`","description":"How bad it is."}`,
			sampleCustomField(8, 2, "Severity", "number", `,"description":"How bad it is."`)),
	}, func(ctx context.Context, s *session, in updateCustomFieldInput) (customField, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (customField, error) {
			row, err := openSetting[customFieldRow](ctx, w, entityCustomField, in.ID, in.versioned)
			if err != nil {
				return customField{}, err
			}
			e, err := in.edits(row)
			if err != nil {
				return customField{}, err
			}
			err = changeSetting(ctx, w, entityCustomField, row, e, func(row *customFieldRow) error {
				return unique(ctx, w, entityCustomField, row, "name", row.Name, ofEntity(row.EntityType))
			})
			if err != nil {
				return customField{}, err
			}
			return row.show()
		})
	})
}

// edits makes the changes of a field that an update asks for.
func (in updateCustomFieldInput) edits(row *customFieldRow) (edits[customFieldRow], error) {
	settings, err := row.settings()
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		settings.Description = clean(*in.Description)
	}
	if in.IsRequired != nil {
		settings.IsRequired = *in.IsRequired
	}
	if in.Options != nil {
		settings.Options = in.Options
	}
	var f faults
	next := *row
	if err := settings.put(&f, &next); err != nil {
		return nil, err
	}
	var e edits[customFieldRow]
	set(&e, "settings", "settings", func(r *customFieldRow) *jsonText { return &r.Settings }, next.Settings)
	if in.Name != nil {
		set(&e, "name", "name", func(r *customFieldRow) *string { return &r.Name }, clean(*in.Name))
	}
	return e, f.err()
}
