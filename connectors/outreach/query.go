package outreach

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of lists. Sizes are records, maxPageSize is the vendor's.
const (
	pageSize    = 50
	maxPageSize = 1000
	pages       = 20
	maxPages    = 100
	maxCursor   = 4096
)

// faults gathers what is wrong with an input.
type faults []operations.InputFault

func (f *faults) add(pointer, format string, args ...any) {
	*f = append(*f, operations.InputFault{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// unknown adds a name that is none of the known ones.
func (f *faults) unknown(pointer, name, what string, known []string) {
	detail := what
	if near := operations.Nearest(name, known); len(near) > 0 {
		detail += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	f.add(pointer, "%s (known: %s)", detail, strings.Join(known, ", "))
}

// err is the error that names the faults, nil if there are none.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &operations.Error{
		Code: operations.CodeInvalidInput, Faults: f,
		Detail: "the input does not fit the operation: " + f[0].Pointer + " " + f[0].Detail,
	}
}

// A filter is one condition of a list input.
type filter struct {
	Field    string          `json:"field"`
	Criteria json.RawMessage `json:"criteria"`
}

type listInput struct {
	PageSize int      `json:"page_size"`
	Filters  []filter `json:"filters"`
	Sort     struct {
		By        string `json:"sort_by"`
		Direction string `json:"sort_direction"`
	} `json:"sort"`
	Fields   []string `json:"fields"`
	Cursor   string   `json:"cursor"`
	AllPages bool     `json:"all_pages"`
	MaxPages int      `json:"max_pages"`
	Count    bool     `json:"count"`
}

// listQuery turns a list input into the vendor's query parameters. What the vendor would pass over in silence, such
// as a filter on a field that has none, is a fault here.
func (r *Resource) listQuery(input listInput) (url.Values, error) {
	var wrong faults
	query := r.filterQuery(input.Filters, &wrong)
	if by := camel(input.Sort.By); by != "" {
		if !r.Attributes[by].Sort {
			wrong.unknown("/sort/sort_by", by, "is not a field that "+r.Plural+" can be sorted by", r.sorts())
		}
		if input.Sort.Direction == "desc" {
			by = "-" + by
		}
		query.Set("sort", by)
	}
	r.fieldsQuery(query, input.Fields, &wrong)
	query.Set("page[size]", fmt.Sprint(input.PageSize))
	if input.Cursor != "" {
		query.Set("page[after]", input.Cursor)
	}
	query.Set("count", fmt.Sprint(input.Count))
	return query, wrong.err()
}

func (r *Resource) fieldsQuery(query url.Values, fields []string, wrong *faults) {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = camel(field)
		if !r.has(names[i]) {
			wrong.unknown(fmt.Sprintf("/fields/%d", i), names[i], "is neither an attribute nor a relationship of "+r.Plural, r.shown())
		}
	}
	if len(names) > 0 {
		query.Set("fields["+r.Type+"]", strings.Join(names, ","))
	}
}

// filterQuery makes one filter[…] parameter of each filter.
func (r *Resource) filterQuery(filters []filter, wrong *faults) url.Values {
	query := url.Values{}
	for i, f := range filters {
		at := fmt.Sprintf("/filters/%d", i)
		key, ok := r.filterKey(f.Field)
		if !ok {
			wrong.unknown(at+"/field", f.Field, "is not a field that "+r.Plural+" can be filtered by", r.filters())
			continue
		}
		if query.Has(key) {
			wrong.add(at+"/field", "is filtered by twice; put both values into one criteria")
			continue
		}
		if value := criteria(f.Criteria, at+"/criteria", wrong); value != "" {
			query.Set(key, value)
		}
	}
	return query
}

func (r *Resource) filterKey(field string) (key string, ok bool) {
	name, ofRelationship := strings.CutSuffix(camel(field), ".id")
	switch {
	case r.Relationships[name].Filter:
		return "filter[" + name + "][id]", true
	case ofRelationship:
		return "", false
	case r.Attributes[name].Filter, name == "id" && !r.StringIDs, name == r.Search && name != "":
		return "filter[" + name + "]", true
	default:
		return "", false
	}
}

// filters lists what can be filtered by, sorted.
func (r *Resource) filters() []string {
	names := []string{}
	for _, name := range slices.Concat([]string{"id", r.Search}, slices.Collect(maps.Keys(r.Attributes)), slices.Collect(maps.Keys(r.Relationships))) {
		if _, ok := r.filterKey(name); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sorts lists what can be sorted by, sorted.
func (r *Resource) sorts() []string {
	names := slices.Sorted(maps.Keys(r.Attributes))
	return slices.DeleteFunc(names, func(name string) bool { return !r.Attributes[name].Sort })
}

// criteria writes a filter's value as the vendor reads it: a plain value, a,b,c for one of several, a..b for a range,
// __null__ for none.
func criteria(raw json.RawMessage, at string, wrong *faults) string {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		wrong.add(at, "cannot be read")
		return ""
	}
	switch v := value.(type) {
	case nil:
		return "__null__"
	case []any:
		return alternatives(v, at, wrong)
	case map[string]any:
		from, to := bound(v, "gte", "neginf", at, wrong), bound(v, "lte", "inf", at, wrong)
		return from + ".." + to
	default:
		return scalar(v, at, wrong)
	}
}

func alternatives(values []any, at string, wrong *faults) string {
	if len(values) == 0 {
		wrong.add(at, "is empty; give at least one value")
	}
	parts := make([]string, len(values))
	for i, value := range values {
		here := fmt.Sprintf("%s/%d", at, i)
		parts[i] = scalar(value, here, wrong)
		if strings.Contains(parts[i], ",") {
			wrong.add(here, "holds a comma, which Outreach takes for the end of the value")
		}
	}
	return strings.Join(parts, ",")
}

func bound(limits map[string]any, name, open, at string, wrong *faults) string {
	value, given := limits[name]
	if !given {
		return open
	}
	text := scalar(value, at+"/"+name, wrong)
	if strings.Contains(text, "..") || strings.Contains(text, ",") {
		wrong.add(at+"/"+name, "holds a comma or two dots, which Outreach takes for the end of the value")
	}
	return text
}

func scalar(value any, at string, wrong *faults) string {
	switch v := value.(type) {
	case string:
		if v == "" {
			wrong.add(at, "is empty; null finds records without a value")
		}
		return v
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	default:
		wrong.add(at, "is not a string, a number or a boolean")
		return ""
	}
}
