package outreachtest

import (
	"maps"
	"slices"
)

// maxRecords bounds how many records a sandbox holds.
const maxRecords = 200_000

// ref points to a record.
type ref struct {
	kind string
	id   int64
}

// record is one record. It is not changed once stored: a change stores another in its place.
type record struct {
	kind      *resource
	id        int64
	values    map[string]any   // attributes as encoding/json decodes them, numbers as json.Number; missing means null
	relations map[string][]ref // to-one relationships hold at most one
}

func newRecord(kind *resource) *record {
	return &record{kind: kind, values: map[string]any{}, relations: map[string][]ref{}}
}

// with is a copy to change.
func (r *record) with() *record {
	values, relations := maps.Clone(r.values), maps.Clone(r.relations)
	return &record{kind: r.kind, id: r.id, values: values, relations: relations}
}

func (r *record) ref() ref { return ref{r.kind.Type, r.id} }

// to is where a to-one relationship leads; ok is false where it leads nowhere.
func (r *record) to(relation string) (to ref, ok bool) {
	refs := r.relations[relation]
	if len(refs) == 0 {
		return ref{}, false
	}
	return refs[0], true
}

// point sets a to-one relationship if the kind of record has it.
func (r *record) point(relation string, to ref) {
	if relationship, ok := r.kind.Relationships[relation]; ok && accepts(relationship, to.kind) {
		r.relations[relation] = []ref{to}
	}
}

// set sets an attribute if the kind of record has it.
func (r *record) set(name string, value any) {
	if _, ok := r.kind.attribute(name); ok {
		r.values[name] = value
	}
}

func (r *record) text(name string) string {
	text, _ := r.values[name].(string)
	return text
}

// store holds the records. It is guarded by the sandbox's lock.
type store struct {
	tables map[string]*table
	total  int
}

type table struct {
	records map[int64]*record
	order   []int64 // ids, rising
	next    int64   // the next record's
}

func newStore(s surface) *store {
	st := &store{tables: map[string]*table{}}
	for kind := range s.byType {
		st.tables[kind] = &table{records: map[int64]*record{}, next: 1}
	}
	return st
}

// clone is an independent copy. Records are shared, as they do not change.
func (s *store) clone() *store {
	copied := &store{tables: make(map[string]*table, len(s.tables)), total: s.total}
	for kind, t := range s.tables {
		copied.tables[kind] = &table{records: maps.Clone(t.records), order: slices.Clone(t.order), next: t.next}
	}
	return copied
}

func (s *store) get(at ref) (*record, bool) {
	t, ok := s.tables[at.kind]
	if !ok {
		return nil, false
	}
	r, ok := t.records[at.id]
	return r, ok
}

// all lists the records of a kind by id.
func (s *store) all(kind string) []*record {
	t := s.tables[kind]
	list := make([]*record, len(t.order))
	for i, id := range t.order {
		list[i] = t.records[id]
	}
	return list
}

// insert stores a new record and gives it its id, unless it has one that is free. ok is false if the store is full.
func (s *store) insert(r *record) (ok bool) {
	if s.total >= maxRecords {
		return false
	}
	t := s.tables[r.kind.Type]
	if r.id == 0 {
		r.id = t.next
	}
	at, taken := slices.BinarySearch(t.order, r.id)
	if taken {
		return false
	}
	t.order = slices.Insert(t.order, at, r.id)
	t.records[r.id] = r
	t.next = max(t.next, r.id+1)
	s.total++
	return true
}

// replace stores a changed record in place of the one with its id.
func (s *store) replace(r *record) { s.tables[r.kind.Type].records[r.id] = r }

// remove deletes a record and every reference to it.
func (s *store) remove(gone ref) {
	t := s.tables[gone.kind]
	at, found := slices.BinarySearch(t.order, gone.id)
	if !found {
		return
	}
	t.order = slices.Delete(t.order, at, at+1)
	delete(t.records, gone.id)
	s.total--
	for _, other := range s.tables {
		for _, r := range other.records {
			if r.refersTo(gone) {
				s.replace(r.without(gone))
			}
		}
	}
}

func (r *record) refersTo(other ref) bool {
	for _, refs := range r.relations {
		if slices.Contains(refs, other) {
			return true
		}
	}
	return false
}

func (r *record) without(gone ref) *record {
	changed := r.with()
	for name, refs := range changed.relations {
		if slices.Contains(refs, gone) {
			changed.relations[name] = slices.DeleteFunc(slices.Clone(refs), func(to ref) bool { return to == gone })
		}
	}
	return changed
}
