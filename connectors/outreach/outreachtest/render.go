package outreachtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/connectors/outreach"
)

// object is a record as answers show it.
type object struct {
	Type          string            `json:"type"`
	ID            any               `json:"id"`
	Attributes    map[string]any    `json:"attributes,omitempty"`
	Relationships map[string]any    `json:"relationships,omitempty"`
	Links         map[string]string `json:"links,omitempty"`
}

// identifier is a record as relationships name it.
type identifier struct {
	Type string `json:"type"`
	ID   int64  `json:"id"`
}

// view is which part of the records an answer shows.
type view struct {
	fields  map[string][]string // by type: attributes and relationships; a missing type shows all
	include [][]string          // paths of relationships
}

// view reads fields[<type>] and include.
func (x *exchange) view() (view, *problem) {
	v := view{fields: map[string][]string{}}
	for name, values := range x.query {
		if kind, ok := strings.CutPrefix(name, "fields["); ok {
			v.fields[strings.TrimSuffix(kind, "]")] = splitList(strings.Join(values, ","))
		}
	}
	for _, path := range splitList(x.query.Get("include")) {
		segments := strings.Split(path, ".")
		if !x.canInclude(segments) || len(v.include) >= 20 {
			return view{}, badParameter("include", fmt.Sprintf("'%s' cannot be included.", clip(path, 80)))
		}
		v.include = append(v.include, segments)
	}
	return v, nil
}

func splitList(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// canInclude tells whether a path leads along at most three to-one relationships.
func (x *exchange) canInclude(segments []string) bool {
	kind := x.kind
	for _, segment := range segments {
		if kind == nil || len(segments) > 3 {
			return false
		}
		relationship, ok := kind.Relationships[segment]
		if !ok || relationship.Many {
			return false
		}
		kind = x.surface.byType[relationship.Type]
	}
	return true
}

// include collects what the records of an answer lead to, each once.
func (x *exchange) include(primary []*record, v view) []object {
	taken := map[ref]bool{}
	for _, r := range primary {
		taken[r.ref()] = true
	}
	var included []object
	for _, path := range v.include {
		level := primary
		for _, relation := range path {
			var next []*record
			for _, r := range level {
				at, ok := r.to(relation)
				other, found := x.store.get(at)
				if !ok || !found {
					continue
				}
				next = append(next, other)
				if !taken[at] {
					taken[at] = true
					included = append(included, x.render(other, v))
				}
			}
			level = next
		}
	}
	return included
}

func (x *exchange) render(r *record, v view) object {
	id := r.shownID()
	o := object{
		Type: r.kind.Type, ID: id, Attributes: map[string]any{}, Relationships: map[string]any{},
		Links: map[string]string{"self": x.link(r.kind.Path + "/" + fmt.Sprint(id))},
	}
	if fields, some := v.fields[r.kind.Type]; some {
		for _, name := range fields {
			x.renderField(&o, r, name)
		}
		return o
	}
	for name := range r.kind.Attributes {
		x.renderField(&o, r, name)
	}
	for name := range r.kind.Relationships {
		x.renderField(&o, r, name)
	}
	for name := range r.values {
		if isCustom(name, r.kind.Custom) {
			x.renderField(&o, r, name)
		}
	}
	return o
}

// renderField shows an attribute or a relationship. Custom attributes nobody set are left out, where the service shows
// 150 times null.
func (x *exchange) renderField(o *object, r *record, name string) {
	if relationship, ok := r.kind.Relationships[name]; ok {
		o.Relationships[name] = x.relation(r, name, relationship)
		return
	}
	if attribute, ok := r.kind.attribute(name); ok && !attribute.WriteOnly {
		o.Attributes[name] = r.show(name, attribute)
	}
}

// shownID is the id as answers have it: an integer, for audits a string.
func (r *record) shownID() any {
	switch {
	case r.kind.Type == "auditLog":
		return fmt.Sprintf("%08x-5a4d-4b0a-9c0e-%012x", uint32(r.id)*2654435761, r.id)
	case r.kind.StringIDs:
		return strconv.FormatInt(r.id, 10)
	default:
		return r.id
	}
}

// show gives an attribute's value; counts, flags and lists have one even if nobody set it.
func (r *record) show(name string, attribute outreach.Attribute) any {
	value := r.values[name]
	switch {
	case value != nil:
		return value
	case attribute.Type == "array":
		return []any{}
	case attribute.Type == "boolean":
		return false
	case attribute.Type == "integer" && strings.HasSuffix(name, "Count"):
		return 0
	default:
		return nil
	}
}

// relation shows a relationship: one record as data, many as a link to the list of them.
func (x *exchange) relation(r *record, name string, relationship outreach.Relationship) map[string]any {
	if back, ok := r.kind.reverse[name]; ok {
		related := back.path + "?filter%5B" + back.relation + "%5D%5Bid%5D=" + strconv.FormatInt(r.id, 10)
		if back.state != "" {
			related += "&filter%5Bstate%5D=" + back.state
		}
		return map[string]any{"links": map[string]string{"related": x.link(related)}}
	}
	refs := []identifier{}
	for _, to := range r.relations[name] {
		refs = append(refs, identifier{to.kind, to.id})
	}
	switch {
	case relationship.Many:
		return map[string]any{"data": refs}
	case len(refs) == 0:
		return map[string]any{"data": nil}
	default:
		return map[string]any{"data": refs[0]}
	}
}
