package nimchattest

import (
	"maps"
	"slices"
	"strconv"
)

// record is one thing that the service keeps; "id" is an int.
type record map[string]any

func (r record) id() int { return number(r["id"]) }

func (r record) text(name string) string {
	s, _ := r[name].(string)
	return s
}

// ids are the numbers in a list.
func (r record) ids(name string) []int {
	list, _ := r[name].([]int)
	return list
}

// change takes over what a body gives of the names.
func (r record) change(body map[string]any, names ...string) {
	for _, name := range names {
		if value, given := body[name]; given {
			r[name] = value
		}
	}
}

// merge lays the members of an object over those of another, as the service does with custom attributes.
func (r record) merge(name string, value any) {
	given, ok := value.(map[string]any)
	if !ok {
		return
	}
	known, _ := r[name].(map[string]any)
	merged := map[string]any{}
	maps.Copy(merged, known)
	maps.Copy(merged, given)
	r[name] = merged
}

// number reads an int out of what JSON, a path or a query holds; 0 if it is none.
func number(value any) int {
	switch v := value.(type) {
	case int:
		return v
	case float64:
		return int(v)
	case string:
		n, err := strconv.Atoi(v)
		if err == nil {
			return n
		}
	}
	return 0
}

// store holds all records, by kind, in the order of their ids.
type store struct {
	tables map[string][]record
	next   map[string]int
}

func newStore() *store { return &store{tables: map[string][]record{}, next: map[string]int{}} }

// add keeps a record; one without an id is given the next.
func (s *store) add(kind string, r record) record {
	if r["id"] == nil {
		r["id"] = s.next[kind] + 1
	}
	s.next[kind] = max(s.next[kind], r.id())
	s.tables[kind] = append(s.tables[kind], r)
	return r
}

// full tells whether there is no more room for what callers create.
func (s *store) full() bool {
	for _, table := range s.tables {
		if len(table) >= maxRecords {
			return true
		}
	}
	return false
}

// find gives the record with an id, nil if there is none.
func (s *store) find(kind string, id int) record {
	table := s.tables[kind]
	i, found := slices.BinarySearchFunc(table, id, func(r record, id int) int { return r.id() - id })
	if !found {
		return nil
	}
	return table[i]
}

// where lists the records that a test holds for.
func (s *store) where(kind string, test func(record) bool) []record {
	var list []record
	for _, r := range s.tables[kind] {
		if test(r) {
			list = append(list, r)
		}
	}
	return list
}

// remove takes records out.
func (s *store) remove(kind string, test func(record) bool) {
	s.tables[kind] = slices.DeleteFunc(s.tables[kind], test)
}

// own lists the records of an account.
func (s *store) own(kind string, account int) []record {
	return s.where(kind, func(r record) bool { return r["account_id"] == account })
}

// mine finds a record of the exchange's account by the id in the path.
func (x *exchange) mine(kind, param string) (record, *problem) {
	return x.inAccount(kind, x.params[param])
}

// inAccount finds a record of the exchange's account by an id that a path or a body holds.
func (x *exchange) inAccount(kind string, id any) (record, *problem) {
	r := x.find(kind, number(id))
	if r == nil || r["account_id"] != x.account {
		return nil, notFound()
	}
	return r, nil
}

// membership is what ties a user to an account; nil: nothing does.
func (s *store) membership(account, user int) record {
	for _, r := range s.tables["account_user"] {
		if r["account_id"] == account && r["user_id"] == user {
			return r
		}
	}
	return nil
}

// only copies some members of a record.
func only(r record, names ...string) map[string]any {
	view := make(map[string]any, len(names))
	for _, name := range names {
		view[name] = r[name]
	}
	return view
}

// each makes a list of views; an empty one is [], not null.
func each(list []record, view func(record) any) []any {
	views := make([]any, 0, len(list))
	for _, r := range list {
		views = append(views, view(r))
	}
	return views
}
