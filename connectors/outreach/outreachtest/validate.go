package outreachtest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/connectors/outreach"
)

// fillAttribute sets an attribute, or says what is wrong with it.
func (r *record) fillAttribute(name string, value any) (fault string) {
	attribute, known := r.kind.attribute(name)
	switch {
	case !known:
		return "is not an attribute of a " + r.kind.Type
	case attribute.ReadOnly:
		return "cannot be written"
	}
	if fault := valueFault(attribute, value); fault != "" {
		return fault
	}
	r.values[name] = value
	return ""
}

// valueFault says what is wrong with a value; "" is nothing. Null is a value of every attribute.
func valueFault(attribute outreach.Attribute, value any) string {
	if value == nil || attribute.Type == "any" {
		return ""
	}
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	switch attribute.Type {
	case "integer":
		if _, err := number.Int64(); !isNumber || err != nil {
			return "must be an integer"
		}
	case "number":
		if _, err := number.Float64(); !isNumber || err != nil {
			return "must be a number"
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			return "must be true or false"
		}
	case "array":
		return listFault(value)
	case "date-time", "date":
		if _, ok := parseTime(text); !isText || !ok {
			return "must be a date"
		}
	default:
		if !isText {
			return "must be a string"
		}
	}
	if isText && len(attribute.Enum) > 0 && !attribute.Open && !slices.Contains(attribute.Enum, text) {
		return "must be one of " + strings.Join(attribute.Enum, ", ")
	}
	return ""
}

func listFault(value any) string {
	list, ok := value.([]any)
	if !ok || len(list) > 1_000 {
		return "must be a list"
	}
	for _, item := range list {
		if _, ok := item.(string); !ok {
			return "must be a list of strings"
		}
	}
	return ""
}

// fillRelationship sets a relationship, or says what is wrong with it. What it leads to must exist.
func (x *exchange) fillRelationship(r *record, name string, value any) (fault string) {
	relationship, known := r.kind.Relationships[name]
	switch {
	case !known:
		return "is not a relationship of a " + r.kind.Type
	case !relationship.Writable:
		return "cannot be written"
	}
	object, ok := value.(map[string]any)
	data, given := object["data"]
	if !ok || !given {
		return "must be an object with data"
	}
	var identifiers []any
	switch data := data.(type) {
	case nil:
	case []any:
		if !relationship.Many {
			return "leads to one record, not to a list"
		}
		identifiers = data
	default:
		if relationship.Many {
			return "must be a list"
		}
		identifiers = []any{data}
	}
	refs, fault := x.resolve(relationship, identifiers)
	if fault == "" {
		r.relations[name] = refs
	}
	return fault
}

func (x *exchange) resolve(relationship outreach.Relationship, identifiers []any) (refs []ref, fault string) {
	if len(identifiers) > 1_000 {
		return nil, "leads to too many records"
	}
	for _, identifier := range identifiers {
		to, ok := identifierOf(identifier)
		switch {
		case !ok:
			return nil, "must have a type and an id"
		case !accepts(relationship, to.kind):
			return nil, "cannot be a '" + clip(to.kind, 80) + "'"
		}
		if _, exists := x.store.get(to); !exists {
			return nil, "could not be found: there is no " + to.kind + " " + strconv.FormatInt(to.id, 10)
		}
		refs = append(refs, to)
	}
	return refs, ""
}

// identifierOf reads {"type", "id"}. The id may be an integer, as the service has it, or a string, as JSON:API has it.
func identifierOf(value any) (ref, bool) {
	object, _ := value.(map[string]any)
	kind, ok := object["type"].(string)
	var text string
	switch id := object["id"].(type) {
	case json.Number:
		text = id.String()
	case string:
		text = id
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return ref{kind, id}, ok && err == nil && id > 0
}

// missing names what a record must have and has not.
func missing(r *record) []apiError {
	var faults []apiError
	for _, name := range r.kind.required {
		if value := r.values[name]; value == nil || value == "" {
			faults = append(faults, invalid(pointer("data", "attributes", name), name+" can't be blank."))
		}
	}
	for _, name := range r.kind.related {
		if len(r.relations[name]) == 0 {
			faults = append(faults, invalid(pointer("data", "relationships", name), name+" must exist."))
		}
	}
	return faults
}
