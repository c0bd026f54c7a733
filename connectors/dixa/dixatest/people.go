package dixatest

import (
	"maps"
	"slices"
	"strings"
)

// kind is what differs between agents and end users.
type kind struct {
	what   string                  // "agent", for messages
	table  func(*state) *table     // where they are
	param  string                  // the path parameter with the id
	unique []string                // fields that no two may share
	filter map[string]string       // query parameter → field that it filters by
	kept   []string                // fields that an update does not clear
	bulk   func(*request) []record // the items of a bulk request
	begin  record                  // what a new one has besides
}

func agentKind() kind {
	return kind{
		what: "agent", table: func(s *state) *table { return s.agents }, param: "agentId", unique: []string{"email"},
		filter: map[string]string{"email": "email", "phone": "phoneNumber"},
		kept:   []string{"id", "createdAt", "email", "roles"}, begin: record{"roles": []string{"Agent"}},
		bulk: func(r *request) []record {
			if r.object() != nil {
				return objects(r.object()["data"])
			}
			return objects(r.body)
		},
	}
}

func endUserKind() kind {
	return kind{
		what: "end user", table: func(s *state) *table { return s.endUsers }, param: "userId",
		unique: []string{"email", "phoneNumber", "externalId"},
		filter: map[string]string{"email": "email", "phone": "phoneNumber", "externalId": "externalId"},
		kept:   []string{"id", "createdAt", "customAttributes"}, begin: record{"customAttributes": []record{}},
		bulk: func(r *request) []record { return objects(r.object()["data"]) },
	}
}

func (k kind) list(r *request) (any, error) {
	names := slices.Sorted(maps.Keys(k.filter))
	p, err := r.begin(names...)
	if err != nil {
		return nil, err
	}
	given := slices.DeleteFunc(names, func(name string) bool { return !r.query.Has(name) })
	if len(given) > 1 {
		return nil, badRequest("Only one of the filters %s can be given", strings.Join(given, ", "))
	}
	return paged(p, k.table(r.state).list(func(row record) bool {
		return len(given) == 0 || strings.EqualFold(text(row, k.filter[given[0]]), r.query.Get(given[0]))
	}))
}

func (k kind) get(r *request) (any, error) {
	row, err := k.table(r.state).find(r.params[k.param])
	return data(row), err
}

func (k kind) create(r *request) (any, error) {
	row, err := k.add(r, r.object())
	return data(row), err
}

func (k kind) patch(r *request) (any, error) {
	row, err := k.change(r, r.params[k.param], r.object(), false)
	return data(row), err
}

func (k kind) update(r *request) (any, error) {
	row, err := k.change(r, r.params[k.param], r.object(), true)
	return data(row), err
}

func (k kind) createMany(r *request) (any, error) {
	outcomes := []record{}
	for _, item := range k.bulk(r) {
		row, err := k.add(r, item)
		outcomes = append(outcomes, outcome("", row, err))
	}
	return data(outcomes), nil
}

func (k kind) patchMany(r *request) (any, error) { return k.changeMany(r, false) }

func (k kind) updateMany(r *request) (any, error) { return k.changeMany(r, true) }

func (k kind) changeMany(r *request, whole bool) (any, error) {
	outcomes := []record{}
	for _, item := range k.bulk(r) {
		id := text(item, "id")
		if len(item) == 1 {
			outcomes = append(outcomes, failed("EmptyPatchSet", id, badRequest("There is nothing to change")))
			continue
		}
		row, err := k.change(r, id, item, whole)
		outcomes = append(outcomes, outcome(id, row, err))
	}
	return data(outcomes), nil
}

func (k kind) add(r *request, fields record) (record, error) {
	if err := k.free(r, "", fields); err != nil {
		return nil, err
	}
	row := record{"id": r.newID(), "createdAt": stamp(r.now)}
	maps.Copy(row, k.begin)
	k.fill(row, fields)
	k.table(r.state).put(text(row, "id"), row)
	return row, nil
}

// change makes a changed copy take the place of a person: what was answered before stays as it was.
func (k kind) change(r *request, id string, fields record, whole bool) (record, error) {
	before, err := k.table(r.state).find(id)
	if err != nil {
		return nil, err
	}
	if err := k.free(r, id, fields); err != nil {
		return nil, err
	}
	row := maps.Clone(before)
	if whole {
		maps.DeleteFunc(row, func(name string, _ any) bool { return !slices.Contains(k.kept, name) })
	}
	k.fill(row, fields)
	row["id"] = id
	k.table(r.state).put(id, row)
	return row, nil
}

func (k kind) fill(row, fields record) {
	for _, name := range []string{"middleNames", "additionalEmails", "additionalPhoneNumbers"} {
		if row[name] == nil {
			row[name] = []string{}
		}
	}
	maps.Copy(row, fields)
	if text(row, "displayName") == "" {
		row["displayName"] = strings.TrimSpace(text(row, "firstName") + " " + text(row, "lastName"))
	}
}

// free tells whether what has to be unique is not another's.
func (k kind) free(r *request, id string, fields record) error {
	for _, name := range k.unique {
		value := text(fields, name)
		taken := value != "" && slices.ContainsFunc(k.table(r.state).list(nil), func(row record) bool {
			return text(row, "id") != id && strings.EqualFold(text(row, name), value)
		})
		if taken {
			return conflict("There is already an %s with the %s %s", k.what, name, value)
		}
	}
	return nil
}

func downgradeAgent(r *request) (any, error) {
	id := r.params["agentId"]
	row, err := r.agents.find(id)
	if err != nil {
		return nil, err
	}
	r.agents.remove(id)
	user := maps.Clone(row)
	delete(user, "roles")
	user["customAttributes"] = []record{}
	r.endUsers.put(id, user)
	for _, members := range []map[string][]string{r.teamMembers, r.queueMembers} {
		for of := range members {
			members[of] = without(members[of], id)
		}
	}
	return nil, nil
}

func without(list []string, gone ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(gone, id) })
}

func patchEndUserAttributes(r *request) (any, error) {
	id := r.params["userId"]
	before, err := r.endUsers.find(id)
	if err != nil {
		return nil, err
	}
	row := maps.Clone(before)
	values, _ := row["customAttributes"].([]record)
	if row["customAttributes"], err = r.withAttributes("Contact", values, r.object()); err != nil {
		return nil, err
	}
	r.endUsers.put(id, row)
	return data(row["customAttributes"]), nil
}
