package platform_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

type modelContact struct {
	modelMeta
	first, last, email string
	kind               int // from 1; 0: none
	accounts           []*modelAccount
}

func (w *world) showContact(m *modelContact) object {
	accounts := []object{}
	for _, a := range m.accounts {
		accounts = append(accounts, object{"id": a.id, "name": a.name})
	}
	shown := object{"firstName": m.first, "email": m.email, "accounts": accounts}
	maybe(shown, "lastName", m.last)
	if m.kind > 0 {
		shown["contactType"], shown["contactTypeId"] = []string{"Primary", "Billing", "Technical", "Other"}[m.kind-1], word("CTYP", m.kind)
	}
	return w.meta(&m.modelMeta, shown)
}

func (w *world) someContact() (*modelContact, string) {
	return choose(w, func(s *space) []*modelContact { return s.contacts }, func(m *modelContact) string { return m.id })
}

// email is one of a few addresses, which makes a conflict if another contact has it.
func (w *world) email(but *modelContact) (string, operations.Code) {
	email := fmt.Sprintf("c%d@example.com", w.random.IntN(60))
	if slices.ContainsFunc(w.space.contacts, func(m *modelContact) bool { return m != but && m.email == email }) {
		return email, operations.CodeConflict
	}
	return email, ""
}

// contactFields puts some fields into an input and a model. An account that is not there is invalid.
func (w *world) contactFields(in object, m *modelContact) operations.Code {
	if w.chance(40) {
		m.last = pick(w, "", "Hopper", "Liskov")
		in["lastName"] = m.last
	}
	if w.chance(40) {
		m.kind = 1 + w.random.IntN(4)
		in["contactType"] = word("CTYP", m.kind)
	}
	if !w.chance(50) {
		return ""
	}
	m.accounts = nil
	ids, code := []string{}, operations.Code("")
	for range w.random.IntN(3) {
		a, id := w.someAccount()
		if a == nil || slices.Contains(ids, id) {
			code = operations.CodeInvalidInput
		}
		ids, m.accounts = append(ids, id), append(m.accounts, a)
	}
	in["accountIds"] = ids
	return code
}

func (w *world) createContact() {
	m := &modelContact{first: pick(w, "Grace", "Barbara", "Ada")}
	email, want := w.email(nil)
	m.email = email
	in := object{"firstName": m.first, "email": strings.ToUpper(email)}
	want = cmp.Or(w.contactFields(in, m), want)
	out, ok := w.agree("create_customer_contact", in, want)
	if !ok {
		return
	}
	w.born(&m.modelMeta, out, "contact.created")
	w.space.contacts = append(w.space.contacts, m)
	w.same("create_customer_contact", in, w.showContact(m), out)
}

// createContacts makes several at once, of which some cannot be made.
func (w *world) createContacts() {
	var in, results, data []object
	var made []*modelContact
	for range 1 + w.random.IntN(4) {
		m := &modelContact{first: "Many"}
		one := object{"firstName": m.first}
		email, code := w.email(nil)
		if slices.ContainsFunc(made, func(other *modelContact) bool { return other.email == email }) {
			code = operations.CodeConflict
		}
		if m.email = email; w.chance(20) {
			email, code = "nothing", operations.CodeInvalidInput
		}
		one["email"] = email
		if invalid := w.contactFields(one, m); invalid != "" {
			code = invalid
		}
		in, results = append(in, one), append(results, object{"success": code == ""})
		if code != "" {
			results[len(results)-1]["code"] = string(code)
			continue
		}
		made = append(made, m)
	}
	out, ok := w.agree("bulk_create_customer_contacts", object{"contacts": in}, "")
	if !ok {
		return
	}
	for i, one := range out["data"].([]any) {
		if i >= len(made) {
			break
		}
		w.born(&made[i].modelMeta, one.(object), "contact.created")
		data = append(data, w.showContact(made[i]))
	}
	w.space.contacts = append(w.space.contacts, made...)
	var got []any
	for _, one := range out["results"].([]any) {
		result := one.(object)
		delete(result, "id")
		delete(result, "detail")
		delete(result, "errors")
		got = append(got, result)
	}
	w.same("bulk_create_customer_contacts", object{"contacts": in}, results, got)
	w.same("bulk_create_customer_contacts", object{"contacts": in}, append([]object{}, data...), out["data"])
}

func (w *world) updateContact() {
	m, id := w.someContact()
	in := object{"id": id}
	want := operations.CodeNotFound
	after := modelContact{}
	if m != nil {
		want, after = w.version(in, m.version), *m
	}
	invalid := w.contactFields(in, &after)
	taken := operations.Code("")
	if w.chance(30) {
		after.email, taken = w.email(m)
		in["email"] = after.email
	}
	out, ok := w.agree("update_customer_contact", in, cmp.Or(want, invalid, taken))
	if !ok {
		return
	}
	same := after.last == m.last && after.kind == m.kind && after.email == m.email && slices.Equal(after.accounts, m.accounts)
	*m = after
	if !same {
		w.grown(&m.modelMeta, "contact.updated")
	}
	w.same("update_customer_contact", in, w.showContact(m), out)
}

func (w *world) deleteContact() {
	m, id := w.someContact()
	in := object{"id": id}
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
	}
	out, ok := w.agree("delete_customer_contact", in, want)
	if !ok {
		return
	}
	w.same("delete_customer_contact", in, object{"success": true, "id": id}, out)
	w.changed()
	w.event("contact.deleted", id)
	w.space.contacts = slices.DeleteFunc(w.space.contacts, func(c *modelContact) bool { return c == m })
}

func (w *world) listContacts() {
	in := object{"sort": "createdAt"}
	keep := func(*modelContact) bool { return true }
	switch w.random.IntN(4) {
	case 0:
		if a, id := w.someAccount(); a != nil {
			in["accountId"] = id
			keep = func(m *modelContact) bool { return slices.Contains(m.accounts, a) }
		}
	case 1:
		search := pick(w, "gra", "hopper", "c1", "example")
		in["search"] = search
		keep = func(m *modelContact) bool { return hasWord(search, m.first, m.last, m.email) }
	case 2:
		in["contactType"] = "Billing"
		keep = func(m *modelContact) bool { return m.kind == 2 }
	}
	want := slices.SortedFunc(slices.Values(w.space.contacts), func(a, b *modelContact) int { return cmp.Compare(a.id, b.id) })
	shown := []object{}
	for _, m := range want {
		if keep(m) {
			shown = append(shown, w.showContact(m))
		}
	}
	w.paged("get_customer_contacts", in, shown)
}
