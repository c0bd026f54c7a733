package platform_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// accountModel is what a workspace has of accounts.
type accountModel struct {
	accounts      []*modelAccount
	contacts      []*modelContact
	belonging     []*modelBelonging
	relationships []*modelRelationship
	domains       int // that were used
}

// modelMeta is what every record has.
type modelMeta struct {
	id, creator      string
	version          int
	created, updated time.Time
}

type modelAccount struct {
	modelMeta
	name, domain, description, owner, tier string
	status, health                         int // from 1; 0: none
	employees                              int // 0: not known
}

func accountRules() []rule {
	return []rule{
		{4, (*world).createAccount}, {3, (*world).getAccount}, {7, (*world).updateAccount}, {1, (*world).deleteAccount}, {1, (*world).listAccounts},
		{3, (*world).createContact}, {5, (*world).updateContact}, {1, (*world).deleteContact}, {1, (*world).listContacts}, {1, (*world).createContacts},
		{5, (*world).createBelonging}, {6, (*world).updateBelonging}, {2, (*world).deleteBelonging}, {2, (*world).listBelonging},
		{3, (*world).createRelationship}, {2, (*world).updateRelationship}, {2, (*world).deleteRelationship}, {1, (*world).listRelationships},
	}
}

// adoptAccounts takes the seed's accounts and contacts away, so that the model begins with none.
func (w *world) adoptAccounts() {
	for _, list := range []struct{ get, remove, event string }{
		{"get_accounts", "delete_account", "account.deleted"}, {"get_customer_contacts", "delete_customer_contact", "contact.deleted"},
	} {
		for _, one := range w.must(list.get, object{"limit": 100})["data"].([]any) {
			id := one.(object)["id"].(string)
			w.must(list.remove, object{"id": id})
			w.changed()
			w.event(list.event, id)
		}
	}
}

// meta adds to what a record shows what every record shows.
func (w *world) meta(m *modelMeta, shown object) object {
	shown["id"], shown["version"], shown["createdAt"], shown["updatedAt"] = m.id, m.version, instant(m.created), instant(m.updated)
	shown["creator"], shown["creatorId"] = m.creator, w.space.users[m.creator]
	return shown
}

// born notes that a record was made.
func (w *world) born(m *modelMeta, out object, event string) {
	m.id, m.version, m.creator = out["id"].(string), 1, w.caller()
	creator, by := out["creatorId"]
	if !by {
		creator = out["authorId"]
	}
	w.space.users[m.creator] = creator.(string)
	m.created = w.changed()
	m.updated = m.created
	w.event(event, m.id)
}

// grown notes that a record was changed.
func (w *world) grown(m *modelMeta, event string) {
	m.version++
	m.updated = w.changed()
	w.event(event, m.id)
}

// choose picks a record: mostly one of the workspace, else one of the other, or none at all.
func choose[M any](w *world, of func(*space) []*M, id func(*M) string) (*M, string) {
	own := of(w.space)
	other := of(w.spaces[map[string]string{"one": "two", "two": "one"}[w.space.name]])
	switch n := w.random.IntN(40); {
	case n == 0 || len(own) == 0:
		return nil, nobody
	case n == 1 && len(other) > 0:
		return nil, id(pick(w, other...))
	}
	m := pick(w, own...)
	return m, id(m)
}

func (w *world) someAccount() (*modelAccount, string) {
	return choose(w, func(s *space) []*modelAccount { return s.accounts }, func(m *modelAccount) string { return m.id })
}

func word(kind string, n int) string { return fmt.Sprintf("01JD0000000000000000%s%02d", kind, n) }

// maybe adds a member that is left out where it is empty.
func maybe(shown object, name string, value any) {
	if !reflect.ValueOf(value).IsZero() {
		shown[name] = value
	}
}

func (w *world) showAccount(m *modelAccount) object {
	shown := object{"name": m.name, "primaryDomain": m.domain, "source": "api", "sourceId": word("ASRC", 1)}
	maybe(shown, "description", m.description)
	maybe(shown, "employees", m.employees)
	if m.status > 0 {
		shown["status"], shown["statusId"] = statuses()[m.status-1], word("ASTA", m.status)
	}
	if m.health > 0 {
		shown["health"], shown["healthId"] = healths()[m.health-1], word("AHEA", m.health)
	}
	if m.owner != "" {
		shown["accountOwnerId"], shown["accountOwner"], shown["accountOwnerEmail"] = m.owner, "Ada Agent", "ada@example.com"
	}
	if m.tier != "" {
		shown["customFieldValues"] = []object{{
			"customFieldId": tierField, "data": object{"values": []object{{"value": m.tier}}}, "metadata": object{"name": "Tier", "type": "text"},
		}}
	}
	return w.meta(&m.modelMeta, shown)
}

func statuses() []string { return []string{"Active", "Prospect", "Inactive", "Churned"} }
func healths() []string  { return []string{"Healthy", "At risk", "Critical"} }

// accountFields puts some fields into an input and a model.
func (w *world) accountFields(in object, m *modelAccount, update bool) {
	for range w.random.IntN(4) {
		switch w.random.IntN(6) {
		case 0:
			m.status = 1 + w.random.IntN(4)
			in["status"] = pick(w, word("ASTA", m.status), statuses()[m.status-1])
		case 1:
			m.health = 1 + w.random.IntN(3)
			in["health"] = healths()[m.health-1]
		case 2:
			m.owner, in["accountOwnerId"] = agentAda, agentAda
		case 3:
			m.employees = 1 + w.random.IntN(3)
			in["employees"] = m.employees
		case 4:
			m.tier = pick(w, "Gold", "Iron")
			in["customFieldValues"] = []object{{"customFieldId": tierField, "data": []object{{"value": m.tier}}}}
		case 5:
			m.description = w.text(4)
			in["description"] = m.description
		}
	}
	if update && w.chance(20) {
		m.health, m.owner, m.employees = 0, "", 0
		in["health"], in["accountOwnerId"], in["employees"] = nil, nil, nil
	}
}

// domain is a new domain, or now and then one that an account has.
func (w *world) domain(but *modelAccount) (string, operations.Code) {
	if w.chance(10) && len(w.space.accounts) > 0 {
		if m := pick(w, w.space.accounts...); m != but {
			return m.domain, operations.CodeConflict
		}
	}
	w.space.domains++
	return fmt.Sprintf("d%d.example", w.space.domains), ""
}

func (w *world) createAccount() {
	m := &modelAccount{name: pick(w, "Acme", "Globex Works", "Initech"), status: 1}
	domain, want := w.domain(nil)
	m.domain = domain
	in := object{"name": m.name, "primaryDomain": strings.ToUpper(domain)}
	w.accountFields(in, m, false)
	if w.chance(5) {
		in[pick(w, "status", "health", "accountOwnerId")], want = nobody, operations.CodeInvalidInput
	}
	out, ok := w.agree("create_account", in, want)
	if !ok {
		return
	}
	w.born(&m.modelMeta, out, "account.created")
	w.space.accounts = append(w.space.accounts, m)
	w.same("create_account", in, w.showAccount(m), out)
}

func (w *world) getAccount() {
	m, id := w.someAccount()
	in := object{"id": id}
	if m == nil {
		w.agree("get_account", in, operations.CodeNotFound)
		return
	}
	if out, ok := w.agree("get_account", in, ""); ok {
		w.same("get_account", in, w.showAccount(m), out)
	}
}

func (w *world) updateAccount() {
	m, id := w.someAccount()
	in := object{"id": id}
	want := operations.CodeNotFound
	after := modelAccount{}
	if m != nil {
		want, after = w.version(in, m.version), *m
	}
	w.accountFields(in, &after, true)
	if w.chance(20) {
		domain, taken := w.domain(m)
		after.domain, in["primaryDomain"], want = domain, domain, cmp.Or(want, taken)
	}
	out, ok := w.agree("update_account", in, want)
	if !ok {
		return
	}
	if after != *m {
		*m = after
		w.grown(&m.modelMeta, "account.updated")
	}
	w.same("update_account", in, w.showAccount(m), out)
}

// deleteAccount ends what belongs to an account; its contacts stay without it.
func (w *world) deleteAccount() {
	m, id := w.someAccount()
	in := object{"id": id}
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
	}
	out, ok := w.agree("delete_account", in, want)
	if !ok {
		return
	}
	w.same("delete_account", in, object{"success": true, "id": id}, out)
	at, s := w.changed(), w.space
	w.event("account.deleted", id)
	s.accounts = slices.DeleteFunc(s.accounts, func(a *modelAccount) bool { return a == m })
	s.belonging = slices.DeleteFunc(s.belonging, func(b *modelBelonging) bool { return b.account == m })
	s.relationships = slices.DeleteFunc(s.relationships, func(r *modelRelationship) bool { return r.account == m || r.related == m })
	for _, c := range s.contacts {
		if slices.Contains(c.accounts, m) {
			c.accounts = slices.DeleteFunc(slices.Clone(c.accounts), func(a *modelAccount) bool { return a == m })
			c.version, c.updated = c.version+1, at
		}
	}
}

// hasWord tells whether one of the words of some texts begins with what is searched for.
func hasWord(search string, texts ...string) bool {
	split := func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789", r) }
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(strings.Join(texts, " ")), split), func(word string) bool {
		return strings.HasPrefix(word, search)
	})
}

func (w *world) listAccounts() {
	in := object{}
	keep := []func(*modelAccount) bool{}
	if w.chance(30) {
		n := 1 + w.random.IntN(4)
		in["status"] = statuses()[n-1]
		keep = append(keep, func(m *modelAccount) bool { return m.status == n })
	}
	if w.chance(30) {
		in["accountOwnerId"] = agentAda
		keep = append(keep, func(m *modelAccount) bool { return m.owner == agentAda })
	}
	if w.chance(30) {
		search := pick(w, "ac", "globex", "works", "example", "fire", "d1")
		in["search"] = search
		keep = append(keep, func(m *modelAccount) bool { return hasWord(search, m.name, m.domain, m.description) })
	}
	sort := pick(w, "-createdAt", "createdAt", "name", "-name")
	in["sort"] = sort
	var want []*modelAccount
	for _, m := range w.space.accounts {
		if !slices.ContainsFunc(keep, func(k func(*modelAccount) bool) bool { return !k(m) }) {
			want = append(want, m)
		}
	}
	place := map[string]int{} // by key: as they were made
	for i, m := range w.space.accounts {
		place[m.id] = i
	}
	slices.SortFunc(want, func(a, b *modelAccount) int {
		order := cmp.Compare(a.id, b.id)
		if strings.HasSuffix(sort, "name") {
			order = cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(place[a.id], place[b.id]))
		}
		if strings.HasPrefix(sort, "-") {
			return -order
		}
		return order
	})
	shown := []object{}
	for _, m := range want {
		shown = append(shown, w.showAccount(m))
	}
	w.paged("get_accounts", in, shown)
}

// paged walks through a list and wants just these records, and their number.
func (w *world) paged(operation string, in object, want []object) {
	got, first := w.walk(operation, "data", maps.Clone(in))
	gotAny := []any{}
	for _, g := range got {
		gotAny = append(gotAny, g)
	}
	w.same(operation, in, want, gotAny)
	if total := int(first["total"].(float64)); first["totalIsExact"] == true && total != len(want) {
		w.t.Errorf("step %d: %s %v: a total of %d, the model says %d", w.step, operation, in, total, len(want))
	}
}
