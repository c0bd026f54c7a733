package outreachtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ordering is how a list is sorted: by attributes, then by id.
type ordering struct {
	kind *resource
	by   []sortField
}

type sortField struct {
	name string // "id" is the id
	kind string // type of the attribute
	desc bool
}

// position is where a record stands in an ordering.
type position struct {
	Keys []sortKey `json:"k,omitempty"`
	ID   int64     `json:"i"`
}

type placed struct {
	record *record
	at     position
}

const maxSortFields = 10

// ordering reads sort=a,-b.
func (x *exchange) ordering() (ordering, *problem) {
	o := ordering{kind: x.kind}
	for _, name := range splitList(x.query.Get("sort")) {
		name, desc := strings.CutPrefix(name, "-")
		attribute, known := x.kind.attribute(name)
		if !known && name != "id" || known && attribute.Type == "any" || len(o.by) >= maxSortFields {
			return ordering{}, badParameter("sort", fmt.Sprintf("Cannot sort by '%s'.", clip(name, 80)))
		}
		o.by = append(o.by, sortField{name, attribute.Type, desc})
	}
	return o, nil
}

func (o ordering) place(r *record) placed {
	p := placed{record: r, at: position{ID: r.id}}
	for _, field := range o.by {
		if field.name == "id" {
			p.at.Keys = append(p.at.Keys, sortKey{Number: float64(r.id)})
			continue
		}
		attribute, _ := r.kind.attribute(field.name)
		p.at.Keys = append(p.at.Keys, keyOf(field.kind, r.show(field.name, attribute)))
	}
	return p
}

func (o ordering) compare(a, b position) int {
	for i, field := range o.by {
		c := compareKeys(a.Keys[i], b.Keys[i])
		if field.desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(a.ID, b.ID)
}

// sort orders records that come by id.
func (o ordering) sort(records []*record) []placed {
	list := make([]placed, len(records))
	for i, r := range records {
		list[i] = o.place(r)
	}
	if len(o.by) > 0 {
		slices.SortFunc(list, func(a, b placed) int { return o.compare(a.at, b.at) })
	}
	return list
}

// name is the ordering as the query has it.
func (o ordering) name() string {
	var b strings.Builder
	for _, field := range o.by {
		fmt.Fprintf(&b, "%t %s,", field.desc, field.name)
	}
	return b.String()
}
