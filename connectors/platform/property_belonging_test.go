package platform_test

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// modelBelonging is an activity, a note or a task: what it shows beside what all of them show.
type modelBelonging struct {
	modelMeta
	kind    string
	account *modelAccount
	at      time.Time // of an activity
	shown   object
}

func (w *world) showBelonging(m *modelBelonging) object {
	shown := w.meta(&m.modelMeta, maps.Clone(m.shown))
	if m.kind == "note" {
		shown["author"], shown["authorId"] = shown["creator"], shown["creatorId"]
		delete(shown, "creator")
		delete(shown, "creatorId")
	}
	shown["accountId"], shown["account"], shown["attachments"] = m.account.id, m.account.name, []any{}
	return shown
}

// newBelonging makes what the platform makes of the least that it takes, and that.
func (w *world) newBelonging(account string) (*modelBelonging, object) {
	switch pick(w, "note", "task", "activity") {
	case "note":
		return &modelBelonging{kind: "note", shown: object{"content": "c", "type": "General", "typeId": word("NTYP", 1), "visibility": "private"}},
			object{"accountId": account, "content": "c"}
	case "task":
		return &modelBelonging{kind: "task", shown: object{
			"title": "t", "type": "Follow-up", "typeId": word("KTYP", 1), "status": "Open", "statusId": word("KSTA", 1), "priority": "Medium",
			"priorityId": word("KPRY", 2), "assignee": "Ada Agent", "assigneeId": agentAda, "assigneeEmail": "ada@example.com",
		}}, object{"accountId": account, "title": "t", "assigneeId": agentAda}
	default:
		at := w.now.Truncate(time.Second)
		return &modelBelonging{kind: "activity", at: at, shown: object{
				"type": "CALL", "typeId": word("VTYP", 1), "status": "PENDING", "statusId": word("VSTA", 1), "duration": 5, "location": "l",
				"activityTimestamp": instant(at), "participants": []string{},
			}}, object{
				"accountId": account, "activityTimestamp": instant(at), "duration": 5, "location": "l",
			}
	}
}

func (w *world) createBelonging() {
	account, id := w.someAccount()
	m, in := w.newBelonging(id)
	want := operations.Code("")
	if m.account = account; account == nil {
		want = operations.CodeInvalidInput
	}
	operation := "create_account_" + m.kind
	out, ok := w.agree(operation, in, want)
	if !ok {
		return
	}
	w.born(&m.modelMeta, out, "account_"+m.kind+".created")
	w.space.belonging = append(w.space.belonging, m)
	w.same(operation, in, w.showBelonging(m), out)
}

func (w *world) someBelonging() (*modelBelonging, string, string) {
	m, id := choose(w, func(s *space) []*modelBelonging { return s.belonging }, func(m *modelBelonging) string { return m.id })
	if m == nil {
		return nil, id, pick(w, "note", "task", "activity")
	}
	return m, id, m.kind
}

// belongingEdits puts some changes into an input and a model.
func (w *world) belongingEdits(kind string, in object, m *modelBelonging) {
	shown := maps.Clone(m.shown)
	if shown == nil {
		shown = object{}
	}
	m.shown = shown
	switch {
	case kind == "note" && w.chance(50):
		shown["content"] = pick(w, "c", "d")
		in["content"] = shown["content"]
	case kind == "note":
		n := 1 + w.random.IntN(2)
		shown["type"], shown["typeId"], in["type"] = []string{"General", "Call"}[n-1], word("NTYP", n), word("NTYP", n)
		if w.chance(30) {
			in["type"] = nil
			delete(shown, "type")
			delete(shown, "typeId")
		}
	case kind == "task" && w.chance(60):
		n := 1 + w.random.IntN(2)
		shown["status"], shown["statusId"] = []string{"Open", "In progress"}[n-1], word("KSTA", n)
		in["status"] = shown["status"]
	case kind == "task":
		delete(shown, "activityId")
		in["activityId"] = nil
		for _, other := range w.space.belonging {
			if other.kind == "activity" && other.account == m.account && m.account != nil {
				shown["activityId"], in["activityId"] = other.id, other.id
				break
			}
		}
	case w.chance(50):
		m.at = w.now.Truncate(time.Second)
		shown["activityTimestamp"] = instant(m.at)
		in["activityTimestamp"] = instant(m.at)
	default:
		participants := []string{agentAda}[:w.random.IntN(2)]
		if c, id := w.someContact(); c != nil && w.chance(50) {
			participants = []string{id}
		}
		shown["participants"], in["participants"] = participants, participants
	}
}

func (w *world) updateBelonging() {
	m, id, kind := w.someBelonging()
	in := object{kind + "Id": id}
	want, after := operations.CodeNotFound, modelBelonging{}
	if m != nil {
		want, after = w.version(in, m.version), *m
	}
	w.belongingEdits(kind, in, &after)
	operation := "update_account_" + kind
	out, ok := w.agree(operation, in, want)
	if !ok {
		return
	}
	same := reflect.DeepEqual(m.shown, after.shown)
	*m = after
	if !same {
		w.grown(&m.modelMeta, "account_"+kind+".updated")
	}
	w.same(operation, in, w.showBelonging(m), out)
}

// deleteBelonging takes an activity away from the tasks that came of it.
func (w *world) deleteBelonging() {
	m, id, kind := w.someBelonging()
	in := object{kind + "Id": id}
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
	}
	out, ok := w.agree("delete_account_"+kind, in, want)
	if !ok {
		return
	}
	w.same("delete_account_"+kind, in, object{"success": true, "id": id}, out)
	w.changed()
	w.space.belonging = slices.DeleteFunc(w.space.belonging, func(b *modelBelonging) bool { return b == m })
	for _, task := range w.space.belonging {
		if task.shown["activityId"] == id {
			task.shown = maps.Clone(task.shown)
			delete(task.shown, "activityId")
			w.grown(&task.modelMeta, "account_task.updated")
		}
	}
	w.event("account_"+kind+".deleted", id)
}

func (w *world) listBelonging() {
	account, id := w.someAccount()
	kind := pick(w, "note", "task", "activity")
	operation := map[string]string{"note": "get_account_notes", "task": "get_account_tasks", "activity": "get_account_activities"}[kind]
	in := object{"accountId": id}
	if account == nil {
		w.agree(operation, in, operations.CodeNotFound)
		return
	}
	place := map[*modelBelonging]int{} // by key: as they were made
	var want []*modelBelonging
	for i, m := range w.space.belonging {
		if place[m] = i; m.kind == kind && m.account == account {
			want = append(want, m)
		}
	}
	slices.SortFunc(want, func(a, b *modelBelonging) int {
		if kind == "activity" {
			return cmp.Or(b.at.Compare(a.at), cmp.Compare(place[b], place[a]))
		}
		return cmp.Compare(b.id, a.id)
	})
	shown := []object{}
	for _, m := range want {
		shown = append(shown, w.showBelonging(m))
	}
	w.paged(operation, in, shown)
}

// modelRelationship is how an account stands to another: 1 parent, 2 subsidiary, 3 partner.
type modelRelationship struct {
	modelMeta
	account, related *modelAccount
	kind             int
}

func (w *world) showRelationship(m *modelRelationship, got object) object {
	names := []string{"Parent", "Subsidiary", "Partner"}
	inverse := []int{2, 1, 3}[m.kind-1]
	kind := object{
		"id": word("RTYP", m.kind), "name": names[m.kind-1], "inverseRelationship": names[inverse-1], "inverseRelationshipId": word("RTYP", inverse),
	}
	for _, name := range []string{"version", "createdAt", "updatedAt"} { // the seed's, and not in the model
		kind[name] = got["relationshipType"].(object)[name]
	}
	return w.meta(&m.modelMeta, object{
		"accountId": m.account.id, "account": m.account.name, "relatedAccountId": m.related.id, "relatedAccount": m.related.name, "relationshipType": kind,
	})
}

// said tells whether another relationship says the same.
func (w *world) said(m *modelRelationship) bool {
	inverse := []int{2, 1, 3}[m.kind-1]
	return slices.ContainsFunc(w.space.relationships, func(o *modelRelationship) bool {
		return o.id != m.id && (o.account == m.account && o.related == m.related && o.kind == m.kind ||
			o.account == m.related && o.related == m.account && o.kind == inverse)
	})
}

func (w *world) createRelationship() {
	m := &modelRelationship{kind: 1 + w.random.IntN(3)}
	var a, b string
	m.account, a = w.someAccount()
	m.related, b = w.someAccount()
	in := object{"accountId": a, "relatedAccountId": b, "relationshipType": word("RTYP", m.kind)}
	want := operations.Code("")
	switch {
	case m.account == nil || m.related == nil || a == b:
		want = operations.CodeInvalidInput
	case w.said(m):
		want = operations.CodeConflict
	}
	out, ok := w.agree("create_account_relationship", in, want)
	if !ok {
		return
	}
	w.born(&m.modelMeta, out, "account_relationship.created")
	w.space.relationships = append(w.space.relationships, m)
	w.same("create_account_relationship", in, w.showRelationship(m, out), out)
}

func (w *world) someRelationship() (*modelRelationship, string) {
	return choose(w, func(s *space) []*modelRelationship { return s.relationships }, func(m *modelRelationship) string { return m.id })
}

func (w *world) updateRelationship() {
	m, id := w.someRelationship()
	in := object{"relationshipId": id}
	kind := 1 + w.random.IntN(3)
	in["relationshipType"] = []string{"Parent", "Subsidiary", "Partner"}[kind-1]
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
		if after := (&modelRelationship{m.modelMeta, m.account, m.related, kind}); want == "" && w.said(after) {
			want = operations.CodeConflict
		}
	}
	out, ok := w.agree("update_account_relationship", in, want)
	if !ok {
		return
	}
	if m.kind != kind {
		m.kind = kind
		w.grown(&m.modelMeta, "account_relationship.updated")
	}
	w.same("update_account_relationship", in, w.showRelationship(m, out), out)
}

func (w *world) deleteRelationship() {
	m, id := w.someRelationship()
	in := object{"relationshipId": id}
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
	}
	out, ok := w.agree("delete_account_relationship", in, want)
	if !ok {
		return
	}
	w.same("delete_account_relationship", in, object{"success": true, "id": id}, out)
	w.changed()
	w.event("account_relationship.deleted", id)
	w.space.relationships = slices.DeleteFunc(w.space.relationships, func(r *modelRelationship) bool { return r == m })
}

func (w *world) listRelationships() {
	account, id := w.someAccount()
	in := object{"accountId": id}
	if account == nil {
		w.agree("get_account_relationships", in, operations.CodeNotFound)
		return
	}
	got, first := w.walk("get_account_relationships", "data", maps.Clone(in))
	var want []*modelRelationship
	for _, m := range w.space.relationships {
		if m.account == account || m.related == account {
			want = append(want, m)
		}
	}
	slices.SortFunc(want, func(a, b *modelRelationship) int { return cmp.Compare(a.id, b.id) })
	if len(got) != len(want) || first["total"] != float64(len(want)) {
		w.t.Errorf("step %d: get_account_relationships %v: %d of %v, the model says %d", w.step, in, len(got), first["total"], len(want))
		return
	}
	for i, m := range want {
		w.same("get_account_relationships", in, w.showRelationship(m, got[i]), got[i])
	}
}
