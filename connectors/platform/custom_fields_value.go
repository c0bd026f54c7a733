package platform

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"
)

// The kinds of custom field.
const (
	kindText        = "text"
	kindNumber      = "number"
	kindBoolean     = "boolean"
	kindDate        = "date"
	kindSelect      = "select"
	kindMultiSelect = "multi_select"
	kindURL         = "url"
	kindEmail       = "email"
)

// fieldSettings are what a custom field is beside its kind.
type fieldSettings struct {
	Description string   `json:"description,omitempty"`
	IsRequired  bool     `json:"isRequired,omitempty"`
	Options     []string `json:"options,omitempty"` // of select and multi_select
}

// settings reads what a custom field is.
func (r *customFieldRow) settings() (fieldSettings, error) {
	var settings fieldSettings
	if err := json.Unmarshal([]byte(r.Settings), &settings); err != nil {
		return settings, fmt.Errorf("decoding a custom field: %w", err)
	}
	return settings, nil
}

// maxValueText bounds one value of a text field in characters.
const maxValueText = 10_000

// fieldsNamed reads the custom fields that values name, by id. Those that are not there are faults, as are doubles.
func (s *session) fieldsNamed(ctx context.Context, f *faults, pointer, entityType string, values []customValue) (map[string]*customFieldRow, error) {
	fields := map[string]*customFieldRow{}
	if len(values) == 0 {
		return fields, nil
	}
	ids := make([]string, len(values))
	for i, value := range values {
		ids[i] = value.CustomFieldID
	}
	var rows []customFieldRow
	err := s.selectFrom(&rows).Where("t.org = ?", s.org).Where("t.uid IN (?)", bun.In(ids)).Where("t.entity_type = ?", entityType).
		Where("t.deleted_at IS NULL").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking up custom fields: %w", err)
	}
	for i := range rows {
		fields[rows[i].UID] = &rows[i]
	}
	for i, id := range ids {
		at := fmt.Sprintf("%s/%d/customFieldId", pointer, i)
		if slices.Contains(ids[:i], id) {
			f.add(at, "comes twice")
		} else if fields[id] == nil {
			f.add(at, "names no custom field of a %s", words(entityType))
		}
	}
	return fields, nil
}

// requireCustom wants values for all required fields among those that customText has given. It is asked of new records:
// those that are there already may go without.
func (s *session) requireCustom(ctx context.Context, f *faults, pointer, entityType string, given jsonText) error {
	values, err := customValues(given)
	if err != nil {
		return err
	}
	var rows []customFieldRow
	err = s.selectFrom(&rows).Column("uid", "name", "settings").Where("t.org = ?", s.org).Where("t.entity_type = ?", entityType).
		Where("t.deleted_at IS NULL").Where("t.settings <> '{}'").Order("t.name").Scan(ctx)
	if err != nil {
		return fmt.Errorf("looking for required fields: %w", err)
	}
	for i := range rows {
		settings, err := rows[i].settings()
		if err != nil {
			return err
		}
		named := func(v customValue) bool { return v.CustomFieldID == rows[i].UID }
		if settings.IsRequired && !slices.ContainsFunc(values, named) {
			f.add(pointer, "lacks the required field %q (%s)", rows[i].Name, rows[i].UID)
		}
	}
	return nil
}

// fits tells what is wrong with the value of a field; "" if nothing is.
func (r *customFieldRow) fits(data json.RawMessage) (string, error) {
	settings, err := r.settings()
	if err != nil {
		return "", err
	}
	values, listed, ok := valuesIn(data)
	single := r.Kind == kindSelect || r.Kind == kindBoolean || !listed && r.Kind != kindMultiSelect
	switch {
	case !ok:
		return `is not like {"value": …}`, nil
	case len(values) == 0 && settings.IsRequired:
		return "has no value, but the field is required", nil
	case len(values) > 1 && single:
		return "has more than one value", nil
	}
	for i, value := range values {
		if fault := settings.fault(r.Kind, value); fault != "" {
			return fault, nil
		}
		if r.Kind == kindMultiSelect && slices.Contains(values[:i], value) {
			return "has an option twice", nil
		}
	}
	return "", nil
}

// valuesIn gives the values that data holds: {"value": v}, where v may be a list; or, listed, {"values": [{"value": v}, …]}
// and [{"value": v}, …]. null and the empty text are no values. Lists and objects are none that any field takes.
func valuesIn(data json.RawMessage) (values []any, listed, ok bool) {
	var document any
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, false, false
	}
	switch d := document.(type) {
	case map[string]any:
		if list, isList := d["values"].([]any); isList && d["value"] == nil {
			values, ok = valuesOf(list)
			return values, true, ok
		}
		value, given := d["value"]
		if list, isList := value.([]any); isList {
			return present(list), false, given
		}
		return present([]any{value}), false, given
	case []any:
		values, ok = valuesOf(d)
		return values, true, ok
	default:
		return nil, false, false
	}
}

func valuesOf(list []any) ([]any, bool) {
	var values []any
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, false
		}
		value, given := object["value"]
		if !given {
			return nil, false
		}
		values = append(values, value)
	}
	return present(values), true
}

func present(values []any) []any {
	return slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil || v == "" })
}

// fault tells what is wrong with one value; "" if nothing is. Numbers and truths may be given as texts.
func (settings fieldSettings) fault(kind string, value any) string {
	text, isText := value.(string)
	_, isNumber := value.(float64)
	_, isTruth := value.(bool)
	switch {
	case kind == kindNumber && !isNumber && !(isText && isNumberText(text)):
		return "is no number"
	case kind == kindBoolean && !isTruth && text != "true" && text != "false":
		return "is neither true nor false"
	case kind == kindNumber || kind == kindBoolean:
		return ""
	case !isText:
		return "is no text"
	}
	return settings.textFault(kind, text)
}

func (settings fieldSettings) textFault(kind, text string) string {
	switch kind {
	case kindDate:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return "is no date like 2026-12-31"
		}
	case kindURL:
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "is no http or https URL"
		}
	case kindEmail:
		address, err := mail.ParseAddress(text)
		if err != nil || address.Address != text {
			return "is no email address"
		}
	case kindSelect, kindMultiSelect:
		if !slices.Contains(settings.Options, text) {
			return "is none of the field's options: " + shortened(settings.Options)
		}
	}
	if utf8.RuneCountInString(text) > maxValueText {
		return fmt.Sprintf("is longer than %d characters", maxValueText)
	}
	return ""
}

// isNumberText tells whether a text is a number as JSON has them.
func isNumberText(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && json.Valid([]byte(text))
}

func shortened(options []string) string {
	text := strings.Join(options[:min(len(options), 10)], ", ")
	return cmp.Or(text, "it has none")
}
