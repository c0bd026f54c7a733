package platform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

// Ids of the seed.
const (
	acme, initech, hooli = "01JD0000000000000000ACNT01", "01JD0000000000000000ACNT02", "01JD0000000000000000ACNT03"
	tierField            = "01JD0000000000000000CSTM02"
	meeting              = "01JD0000000000000000ACTV01"
	grace                = "01JD0000000000000000CNCT01"
)

// account makes an account and gives its id.
func (h *hub) account(t testing.TB, name string, more ...string) string {
	t.Helper()
	input := `{"name":` + quote(name) + `,"primaryDomain":"` + strings.ToLower(name) + `.test"`
	for _, member := range more {
		input += "," + member
	}
	return h.want(t, "create_account", input+"}").Get("id").String()
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	got := h.want(t, "create_account", `{"name":"Globex","primaryDomain":"Globex.COM","status":"Prospect","health":"01JD0000000000000000AHEA02",
		"classification":"Startup","accountOwnerId":"`+agentAda+`","employees":7,"annualRevenue":1.5,"logo":"https://globex.com/l.png",
		"customFieldValues":[{"customFieldId":"`+tierField+`","data":[{"value":"Gold","id":"g"},{"value":"Old"}]}]}`)
	for path, want := range map[string]string{
		"primaryDomain": "globex.com", "status": "Prospect", "health": "At risk", "classification": "Startup", "source": "api", "industry": "",
		"accountOwner": "Ada Agent", "accountOwnerEmail": "ada@example.com", "employees": "7", "annualRevenue": "1.5", "version": "1", "creator": "key_1",
		"customFieldValues.0.data": `{"values":[{"value":"Gold","id":"g"},{"value":"Old"}]}`, "customFieldValues.0.metadata.name": "Tier",
	} {
		if got.Get(path).String() != want {
			t.Errorf("%s is %s, want %q", path, got.Get(path).Raw, want)
		}
	}
	id := got.Get("id").String()
	h.refused(t, "create_account", `{"name":"B","primaryDomain":"globex.com"}`, operations.CodeConflict, id)
	h.refused(t, "update_account", `{"id":"`+id+`","primaryDomain":"acme.example"}`, operations.CodeConflict, acme)
	h.refused(t, "update_account", `{"id":"`+id+`","version":2}`, operations.CodeConflict, "version 1, not 2")
	got = h.want(t, "update_account", `{"id":"`+id+`","health":null,"employees":null,"accountOwnerId":null,"logo":null,"version":1,"industry":"Media"}`)
	for _, gone := range []string{"health", "healthId", "employees", "accountOwnerId", "accountOwnerEmail", "logo"} {
		if got.Get(gone).Exists() {
			t.Errorf("%s is still there: %s", gone, got.Raw)
		}
	}
	if got.Get("industry").String() != "Media" || got.Get("version").Int() != 2 || got.Get("annualRevenue").Num != 1.5 {
		t.Errorf("after the update: %s", got.Raw)
	}
	if same := h.want(t, "update_account", `{"id":"`+id+`","industry":"Media","employees":null,"annualRevenue":1.5}`); same.Get("version").Int() != 2 {
		t.Errorf("an update that changes nothing made version %s", same.Get("version"))
	}
	if read := h.want(t, "get_account", `{"id":"`+id+`"}`); read.Raw != got.Raw {
		t.Errorf("read %s, want %s", read.Raw, got.Raw)
	}
}

func TestAccountsRefuse(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	for _, c := range []struct{ more, pointer string }{
		{`"primaryDomain":"https://x.com"`, "/primaryDomain"}, {`"primaryDomain":"x"`, "/primaryDomain"}, {`"primaryDomain":"-x.com"`, "/primaryDomain"},
		{`"primaryDomain":"x.com","status":"Open"`, "/status"}, {`"primaryDomain":"x.com","status":""`, "/status"},
		{`"primaryDomain":"x.com","health":"01JD0000000000000000STAT01"`, "/health"}, {`"primaryDomain":"x.com","accountOwnerId":"` + nobody + `"`, "/accountOwnerId"},
		{`"primaryDomain":"x.com","employees":-1`, "/employees"}, {`"primaryDomain":"x.com","employees":1.5`, "/employees"},
		{`"primaryDomain":"x.com","website":"javascript:x"`, "/website"}, {`"primaryDomain":"x.com","annualRevenue":-0.5`, "/annualRevenue"},
		{`"primaryDomain":"x.com","customFieldValues":[{"customFieldId":"01JD0000000000000000CSTM01","data":[]}]`, "/customFieldValues/0/customFieldId"},
		{`"primaryDomain":"x.com","customFieldValues":[{"customFieldId":"` + tierField + `","data":{"value":"x"}}]`, "/customFieldValues/0/data"},
	} {
		h.refused(t, "create_account", `{"name":"A",`+c.more+`}`, operations.CodeInvalidInput, c.pointer)
	}
	h.refused(t, "update_account", `{"id":"`+nobody+`","name":"A"}`, operations.CodeNotFound, "there is no account")
	h.refused(t, "update_account", `{"id":"`+acme+`","name":null}`, operations.CodeInvalidInput, "/name")
}

// found gives the values of a field of all records of a page.
func (h *hub) found(t testing.TB, operation, input, field string) string {
	t.Helper()
	got := h.want(t, operation, input)
	var all []string
	for _, one := range got.Get("data").Array() {
		all = append(all, one.Get(field).String())
	}
	if total := int(got.Get("total").Int()); !got.Get("nextCursor").Exists() && total != len(all) && !strings.Contains(input, `"page"`) {
		t.Errorf("%s %s: a total of %d for %d records", operation, input, total, len(all))
	}
	return strings.Join(all, " ")
}

func TestGetAccounts(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	h.account(t, "Zeta", `"status":"Churned"`, `"description":"An old friend of acme"`)
	h.account(t, "Beta", `"health":"Critical"`, `"source":"web"`, `"website":"https://www.beta.io"`)
	for _, c := range []struct{ input, want string }{
		{`{}`, "Beta Zeta Vandelay Hooli Initech Acme"}, {`{"sort":"createdAt"}`, "Acme Initech Hooli Vandelay Zeta Beta"},
		{`{"sort":"name"}`, "Acme Beta Hooli Initech Vandelay Zeta"}, {`{"sort":"-name","limit":2}`, "Zeta Vandelay"},
		{`{"page":2,"limit":4}`, "Initech Acme"}, {`{"status":"Churned"}`, "Zeta"}, {`{"health":"Critical","sort":"name"}`, "Beta"},
		{`{"source":"web"}`, "Beta"}, {`{"accountOwnerId":"` + agentAda + `","sort":"createdAt"}`, "Acme Initech Hooli Vandelay"},
		{`{"accountOwnerId":"` + agentAlan + `"}`, ""}, {`{"industry":"Technology","status":"Active","sort":"-name"}`, "Vandelay Initech Hooli Acme"},
		{`{"classification":"Startup"}`, ""}, {`{"search":"acme"}`, "Zeta Acme"}, {`{"search":"ac","sort":"name"}`, "Acme Zeta"},
		{`{"search":"old frie"}`, "Zeta"}, {`{"search":"\"friend of\""}`, "Zeta"}, {`{"search":"beta.io"}`, "Beta"}, {`{"search":"cme"}`, ""},
		{`{"search":"acme","status":"Active"}`, "Acme"},
	} {
		if got := h.found(t, "get_accounts", c.input, "name"); got != c.want {
			t.Errorf("%s: %q, want %q", c.input, got, c.want)
		}
	}
	for _, question := range []string{`"limit":1`, `"limit":2,"sort":"name"`, `"limit":1,"search":"ac"`, `"limit":1,"status":"Active"`, `"limit":1,"sort":"-updatedAt"`} {
		all, cursor := []string{}, ""
		for {
			page := h.want(t, "get_accounts", "{"+question+cursor+"}")
			for _, one := range page.Get("data").Array() {
				all = append(all, one.Get("name").String())
			}
			if !page.Get("nextCursor").Exists() {
				break
			}
			cursor = `,"cursor":"` + page.Get("nextCursor").String() + `"`
		}
		question = strings.NewReplacer(`"limit":1`, `"limit":100`, `"limit":2`, `"limit":100`).Replace(question)
		if whole := h.found(t, "get_accounts", "{"+question+"}", "name"); whole != strings.Join(all, " ") {
			t.Errorf("%s: page by page %v, at once %s", question, all, whole)
		}
	}
	for _, syntax := range []string{
		"OR", "NOT acme", "name:acme", "acm*", "^acme", "NEAR(a b)", "(", `"`, `""`, `"""`, `" acme"`, `"acme "x`, "-", "*", "'", "';--", "\x00", `"` + "\x00" + `"`, "?", "{a} : x", "+", "\\",
	} {
		h.want(t, "get_accounts", `{"search":`+quote(syntax)+`}`)
		h.want(t, "list_accounts_ddl", `{"search":`+quote(syntax)+`}`)
		h.want(t, "get_customer_contacts", `{"search":`+quote(syntax)+`}`)
	}
	if got := h.found(t, "get_accounts", `{"search":"\" acme\" old"}`, "name"); got != "Zeta" {
		t.Errorf("words after a phrase: %q", got)
	}
	h.refused(t, "get_accounts", `{"status":"Open"}`, operations.CodeInvalidInput, "/status")
	h.refused(t, "get_accounts", `{"accountOwnerId":"`+nobody+`"}`, operations.CodeInvalidInput, "/accountOwnerId")
	first := h.want(t, "list_accounts_ddl", `{"limit":2}`)
	if first.Get("result.#.text").Raw != `["Acme","Beta"]` || first.Get("result.1.primaryDomain").String() != "beta.test" {
		t.Errorf("drop-down: %s", first.Raw)
	}
	if next := h.want(t, "list_accounts_ddl", `{"limit":2,"cursor":"`+first.Get("next_cursor").String()+`"}`); next.Get("result.0.text").String() != "Hooli" {
		t.Errorf("second page of the drop-down: %s", next.Raw)
	}
}

// TestDeleteAccount: what belongs to an account ends with it; what only refers to it stays.
func TestDeleteAccount(t *testing.T) {
	t.Parallel()
	address, _ := files(t)
	h := seeded(t, platform.Options{Fetch: fetching()})
	ticket := h.create(t, "A", `"accountId":"`+acme+`"`)
	note := h.want(t, "create_account_note", `{"accountId":"`+acme+`","content":"n","attachmentUrls":["`+address+`/plain.txt"]}`)
	file := note.Get("attachments.0.id").String()
	h.want(t, "get_attachment", `{"id":"`+file+`"}`)
	h.refused(t, "delete_account", `{"id":"`+acme+`","version":7}`, operations.CodeConflict, "version 1, not 7")
	last := h.want(t, "list_events", `{"limit":1000}`).Get("nextCursor").String()
	if got := h.want(t, "delete_account", `{"id":"`+acme+`","version":1}`); got.Raw != `{"success":true,"id":"`+acme+`"}` {
		t.Errorf("got %s", got.Raw)
	}
	events := h.want(t, "list_events", `{"after":"`+last+`"}`)
	if events.Get("events.#").Int() != 1 || events.Get("events.0.payload.ended").Raw != `{"activities":3,"notes":4,"tasks":3,"relationships":2,"contacts":3}` {
		t.Errorf("events %s", events.Raw)
	}
	for _, c := range []struct{ operation, input string }{
		{"get_account", `{"id":"` + acme + `"}`}, {"delete_account", `{"id":"` + acme + `"}`}, {"get_account_notes", `{"accountId":"` + acme + `"}`},
		{"get_account_tasks", `{"accountId":"` + acme + `"}`}, {"get_account_activities", `{"accountId":"` + acme + `"}`},
		{"get_account_relationships", `{"accountId":"` + acme + `"}`}, {"update_account_activity", `{"activityId":"` + meeting + `","duration":1}`},
		{"update_account_note", `{"noteId":"` + note.Get("id").String() + `","content":"x"}`}, {"delete_account_task", `{"taskId":"01JD0000000000000000TASK01"}`},
		{"delete_account_relationship", `{"relationshipId":"01JD0000000000000000RSHP01"}`}, {"get_attachment", `{"id":"` + file + `"}`},
	} {
		h.refused(t, c.operation, c.input, operations.CodeNotFound, "there is no")
	}
	for _, c := range []struct{ operation, input string }{
		{"create_account_note", `{"accountId":"` + acme + `","content":"x"}`}, {"get_customer_contacts", `{"accountId":"` + acme + `"}`},
		{"create_customer_contact", `{"firstName":"A","email":"a@b.c","accountIds":["` + initech + `","` + acme + `"]}`},
	} {
		h.refused(t, c.operation, c.input, operations.CodeInvalidInput, "/accountId")
	}
	if got := h.want(t, "get_ticket", `{"id":"`+ticket+`"}`); got.Get("accountId").String() != acme {
		t.Errorf("the ticket lost its account: %s", got.Raw)
	}
	contact := h.want(t, "get_customer_contacts", `{"email":"grace@acme.example"}`).Get("data.0")
	if contact.Get("accounts").Raw != "[]" || contact.Get("version").Int() != 2 {
		t.Errorf("contact %s", contact.Raw)
	}
	if got := h.found(t, "get_account_relationships", `{"accountId":"`+initech+`"}`, "id"); got != "01JD0000000000000000RSHP03" {
		t.Errorf("relationships of another account: %s", got)
	}
	if got := h.found(t, "get_accounts", `{"search":"acme"}`, "name"); got != "" {
		t.Errorf("found %s", got)
	}
	h.account(t, "Acme2", `"secondaryDomain":"acme.example"`)
	h.want(t, "create_account", `{"name":"Acme","primaryDomain":"acme.example"}`)
}

// TestAccountsOfOthers: whatever one workspace has, the other can neither read, list, find, change nor name.
func TestAccountsOfOthers(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	other := h.in("two")
	own := other.account(t, "Own")
	for _, operation := range h.connector.Operations {
		spec := operation.Spec()
		var id string
		for _, word := range []string{"ACNT", "ACTV", "NTES", "TASK", "RTYP", "RSHP", "CNCT"} {
			if strings.Contains(string(spec.Sample.Input), word) {
				id = word
			}
		}
		if id == "" || spec.Name == "bulk_create_customer_contacts" {
			continue
		}
		_, err := other.call(t.Context(), spec.Name, string(spec.Sample.Input))
		if e := operations.AsError(err); e == nil || e.Code != operations.CodeNotFound && e.Code != operations.CodeInvalidInput {
			t.Errorf("%s of another workspace: %v", spec.Name, err)
		}
	}
	for _, c := range []struct{ operation, input, want string }{
		{"get_accounts", `{}`, own}, {"get_accounts", `{"sort":"name"}`, own}, {"get_accounts", `{"status":"Active"}`, own}, {"get_accounts", `{"search":"acme"}`, ""},
		{"get_accounts", `{"search":"own"}`, own}, {"get_customer_contacts", `{}`, ""}, {"get_customer_contacts", `{"search":"grace"}`, ""},
		{"get_customer_contacts", `{"email":"grace@acme.example"}`, ""}, {"get_account_relationship_types", `{}`, ""},
	} {
		if got := other.found(t, c.operation, c.input, "id"); got != c.want {
			t.Errorf("%s %s: the other workspace sees %q", c.operation, c.input, got)
		}
	}
	for _, c := range []struct{ operation, input, pointer string }{
		{"create_account_activity", `{"accountId":"%s","activityTimestamp":"2026-01-01T00:00:00Z","duration":1,"location":"x","participants":["` + grace + `"]}`, "/participants/0"},
		{"create_account_task", `{"accountId":"%s","title":"x","assigneeId":"` + agentAda + `"}`, "/assigneeId"},
		{"create_account_relationship", `{"accountId":"%s","relatedAccountId":"` + acme + `","relationshipType":"x"}`, "/relatedAccountId"},
		{"create_customer_contact", `{"firstName":"A","email":"a@b.c","accountIds":["%s","` + acme + `"]}`, "/accountIds/1"},
	} {
		other.refused(t, c.operation, fmt.Sprintf(c.input, own), operations.CodeInvalidInput, c.pointer)
	}
	result := other.want(t, "bulk_create_customer_contacts", `{"contacts":[{"firstName":"A","email":"grace@acme.example","accountIds":["`+acme+`"]},{"firstName":"A","email":"grace@acme.example"}]}`)
	if result.Get("results.#.success").Raw != "[false,true]" {
		t.Errorf("bulk: %s", result.Raw)
	}
	for _, ddl := range []string{"list_account_relationship_types_ddl"} {
		if got := other.want(t, ddl, `{}`); got.Get("result.#").Int() != 0 {
			t.Errorf("%s: %s", ddl, got.Raw)
		}
	}
	h.want(t, "get_account", `{"id":"`+hooli+`"}`)
}
