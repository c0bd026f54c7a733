package platform

import (
	"context"
	"encoding/json"
	"fmt"
)

// accountCustomValue is a value of a custom field as accounts and contacts take it: a list of texts.
type accountCustomValue struct {
	CustomFieldID string              `json:"customFieldId" doc:"The custom field." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	Data          []accountCustomItem `json:"data" doc:"Its values. Answers give them as {\"values\":[…]}." maxItems:"50"`
}

type accountCustomItem struct {
	Value string `json:"value" doc:"The value." maxLength:"4096"`
	ID    string `json:"id,omitempty" doc:"An id of your own for it." maxLength:"64"`
}

// accountCustomShown is a value of a custom field as accounts and contacts show it.
type accountCustomShown struct {
	CustomFieldID string            `json:"customFieldId" doc:"The custom field."`
	Data          json.RawMessage   `json:"data" doc:"Its values: {\"values\":[{\"value\":…,\"id\":…}]}."`
	Metadata      map[string]string `json:"metadata" doc:"The field's name and type; empty if it is there no more."`
}

// accountCustomText makes values as they were given ready to be stored.
func (s *session) accountCustomText(ctx context.Context, f *faults, entityType string, given []accountCustomValue) (jsonText, error) {
	values := make([]customValue, len(given))
	for i, value := range given {
		data, err := json.Marshal(map[string][]accountCustomItem{"values": value.Data})
		if err != nil {
			return "", fmt.Errorf("encoding a custom value: %w", err)
		}
		values[i] = customValue{value.CustomFieldID, data}
	}
	return s.customText(ctx, f, "/customFieldValues", entityType, values)
}

// customFieldNames are the custom fields of a kind of record, by their ids.
type customFieldNames map[string]map[string]string

func (s *session) customFieldNames(ctx context.Context, entityType string) (customFieldNames, error) {
	var rows []customFieldRow
	err := s.selectFrom(&rows).Column("uid", "name", "kind").Where("t.org = ?", s.org).Where("t.entity_type = ?", entityType).
		Where("t.deleted_at IS NULL").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading custom fields: %w", err)
	}
	fields := customFieldNames{}
	for _, row := range rows {
		fields[row.UID] = map[string]string{"name": row.Name, "type": row.Kind}
	}
	return fields, nil
}

// show makes what a record shows of its stored custom values.
func (n customFieldNames) show(stored jsonText) ([]accountCustomShown, error) {
	values, err := customValues(stored)
	if err != nil {
		return nil, err
	}
	shown := make([]accountCustomShown, len(values))
	for i, value := range values {
		metadata := n[value.CustomFieldID]
		if metadata == nil {
			metadata = map[string]string{}
		}
		shown[i] = accountCustomShown{value.CustomFieldID, value.Data, metadata}
	}
	return shown, nil
}
