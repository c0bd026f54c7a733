package platform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

func TestContacts(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	got := h.want(t, "create_customer_contact", `{"firstName":"Alan","email":"Alan@Initech.example","phoneNumber":"+49 (30) 123-4","accountIds":["`+initech+`","`+acme+`"]}`)
	for path, want := range map[string]string{
		"email": "alan@initech.example", "phoneNumber": "+49 (30) 123-4", "accounts.#.name": `["Initech","Acme"]`, "creator": "key_1", "contactType": "", "version": "1",
	} {
		if got.Get(path).String() != want {
			t.Errorf("%s is %s, want %s", path, got.Get(path).Raw, want)
		}
	}
	id := got.Get("id").String()
	h.refused(t, "create_customer_contact", `{"firstName":"B","email":"ALAN@initech.example"}`, operations.CodeConflict, id)
	h.refused(t, "update_customer_contact", `{"id":"`+id+`","email":"grace@acme.example"}`, operations.CodeConflict, grace)
	got = h.want(t, "update_customer_contact", `{"id":"`+id+`","accountIds":["`+acme+`","`+hooli+`"],"lastName":"Turing","contactType":"Billing","phoneNumber":null}`)
	if got.Get("accounts.#.name").Raw != `["Acme","Hooli"]` || got.Get("lastName").String() != "Turing" || got.Get("phoneNumber").Exists() || got.Get("version").Int() != 2 {
		t.Errorf("after the update: %s", got.Raw)
	}
	if same := h.want(t, "update_customer_contact", `{"id":"`+id+`","accountIds":["`+acme+`","`+hooli+`"]}`); same.Get("version").Int() != 2 {
		t.Errorf("an update that changes nothing made version %s", same.Get("version"))
	}
	for _, c := range []struct{ input, want string }{
		{`{}`, "Alan Ken Barbara Grace"}, {`{"sort":"firstName"}`, "Alan Barbara Grace Ken"}, {`{"accountId":"` + hooli + `"}`, "Alan"}, {`{"accountId":"` + acme + `","sort":"createdAt"}`, "Grace Barbara Ken Alan"},
		{`{"contactType":"Billing"}`, "Alan"}, {`{"contactType":"Technical","accountId":"` + acme + `","search":"acme"}`, "Ken Barbara Grace"}, {`{"search":"turi"}`, "Alan"}, {`{"search":"alan turing"}`, "Alan"},
		{`{"email":"GRACE@acme.example"}`, "Grace"}, {`{"email":"x@acme.example"}`, ""}, {`{"accountId":"` + acme + `","limit":2,"page":2}`, "Barbara Grace"},
	} {
		if list := h.found(t, "get_customer_contacts", c.input, "firstName"); list != c.want {
			t.Errorf("%s: %q, want %q", c.input, list, c.want)
		}
	}
	if options := h.want(t, "list_customer_contacts_ddl", `{"accountId":"`+hooli+`"}`); options.Get("result.#.text").Raw != `["Alan Turing"]` {
		t.Errorf("drop-down: %s", options.Raw)
	}
	for _, c := range []struct{ more, pointer string }{
		{`"email":"x"`, "/email"}, {`"email":"a@b.c","phoneNumber":"call me"`, "/phoneNumber"}, {`"email":"a@b.c","contactType":"x"`, "/contactType"},
		{`"email":"a@b.c","accountIds":["` + acme + `","` + nobody + `"]`, "/accountIds/1"}, {`"email":"a@b.c","accountIds":["` + acme + `","` + acme + `"]`, "/accountIds/1"},
	} {
		h.refused(t, "create_customer_contact", `{"firstName":"A",`+c.more+`}`, operations.CodeInvalidInput, c.pointer)
	}
	h.want(t, "delete_customer_contact", `{"id":"`+id+`","version":2}`)
	h.refused(t, "delete_customer_contact", `{"id":"`+id+`"}`, operations.CodeNotFound, "there is no contact")
	if list := h.found(t, "get_customer_contacts", `{"search":"turing"}`, "id") + h.found(t, "get_customer_contacts", `{"accountId":"`+hooli+`"}`, "id"); list != "" {
		t.Errorf("after deleting: %s", list)
	}
	h.want(t, "create_customer_contact", `{"firstName":"Alan","email":"alan@initech.example"}`)
}

// TestBulkContacts: one result for each, in order; a bad one spoils nothing else.
func TestBulkContacts(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	got := h.want(t, "bulk_create_customer_contacts", `{"contacts":[
		{"firstName":"A","email":"A@x.example","accountIds":["`+acme+`"]}, {"firstName":" ","email":"b@x.example"}, {"firstName":"C","email":"no address"},
		{"firstName":"D","email":"d@x.example","accountIds":["`+nobody+`"]}, {"firstName":"E","email":"a@x.example"}, {"firstName":"F","email":"f@x.example","contactType":"None"},
		{"firstName":"G","email":"Name <g@x.example>"}, {"firstName":"H","email":"h@x.example","phoneNumber":"x"}, {"firstName":"I","email":"i@x.example","contactType":"Primary"}]}`)
	if got.Get("results.#.success").Raw != "[true,false,false,false,false,false,false,false,true]" || got.Get("created").Int() != 2 || got.Get("failed").Int() != 7 {
		t.Errorf("results %s", got.Raw)
	}
	if got.Get("data.#.firstName").Raw != `["A","I"]` || got.Get("results.8.id").String() != got.Get("data.1.id").String() || got.Get("data.0.accounts.0.name").String() != "Acme" {
		t.Errorf("data %s", got.Get("data").Raw)
	}
	for i, want := range map[int]string{1: "invalid_input /firstName", 2: "invalid_input /email", 3: "invalid_input /accountIds/0", 4: "conflict ", 5: "invalid_input /contactType", 6: "invalid_input /email", 7: "invalid_input /phoneNumber"} {
		one := got.Get(fmt.Sprintf("results.%d", i))
		if text := one.Get("code").String() + " " + one.Get("errors.0.pointer").String(); text != want || one.Get("detail").String() == "" {
			t.Errorf("result %d: %s, want %s", i, one.Raw, want)
		}
	}
	if list := h.found(t, "get_customer_contacts", `{"search":"x.example"}`, "firstName"); list != "I A" {
		t.Errorf("stored: %s", list)
	}
	one := `{"firstName":"A","email":"z@x.example"}`
	h.refused(t, "bulk_create_customer_contacts", `{"contacts":[`+strings.Repeat(one+",", 100)+one+`]}`, operations.CodeInvalidInput, "/contacts")
	h.refused(t, "bulk_create_customer_contacts", `{"contacts":[]}`, operations.CodeInvalidInput, "/contacts")
	h.refused(t, "bulk_create_customer_contacts", `{"contacts":[`+one+`,{"firstName":"A"}]}`, operations.CodeInvalidInput, "/contacts/1/email")
	most := h.want(t, "bulk_create_customer_contacts", `{"contacts":[`+strings.Repeat(one+",", 99)+one+`]}`)
	if most.Get("created").Int() != 1 || most.Get("results.#").Int() != 100 {
		t.Errorf("100 of the same: %d made", most.Get("created").Int())
	}
}
