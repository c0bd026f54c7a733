package outreachtest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

func TestCreateUpdateDelete(t *testing.T) {
	t.Parallel()
	clock := clockAt(2026, time.March, 1, 12, 30, 0)
	f := start(t, outreachtest.Options{Now: clock.now})
	id := f.create("/prospects", "prospect", `"attributes":{"firstName":"Ada","lastName":"King","tags":["a"],"custom150":"x","score":7.5},
		"relationships":{"account":{"data":{"type":"account","id":"2"}},"owner":{"data":null}}`)
	path := "/prospects/" + id
	expect(t, f.get(path), map[string]string{
		"data.id": id, "data.attributes.name": `"Ada King"`, "data.attributes.createdAt": `"2026-03-01T12:30:00.000Z"`,
		"data.attributes.updatedAt": `"2026-03-01T12:30:00.000Z"`, "data.attributes.custom150": `"x"`,
		"data.attributes.score": "7.5", "data.attributes.optedOut": "false", "data.attributes.optedOutAt": "null",
		"data.relationships.account.data": `{"type":"account","id":2}`, "data.relationships.owner.data": "null",
		"data.relationships.creator.data": `{"type":"user","id":1}`,
	})

	clock.advance(time.Minute)
	updated := f.send("PATCH", "/api/v2"+path, `{"data":{"type":"prospect","id":`+id+`,"attributes":{"lastName":"Lovelace","tags":[],"optedOut":true,"custom150":null},
		"relationships":{"account":{"data":null}}}}`)
	if updated.status != 200 {
		t.Fatal(updated.status, updated.body)
	}
	for _, a := range []answer{updated, f.get(path)} {
		expect(t, a, map[string]string{
			"data.attributes.firstName": `"Ada"`, "data.attributes.name": `"Ada Lovelace"`, "data.attributes.tags": "[]",
			"data.attributes.createdAt": `"2026-03-01T12:30:00.000Z"`, "data.attributes.updatedAt": `"2026-03-01T12:31:00.000Z"`,
			"data.attributes.optedOutAt": `"2026-03-01T12:31:00.000Z"`, "data.attributes.custom150": "null",
			"data.relationships.account.data": "null",
		})
	}

	deleted := f.send("DELETE", "/api/v2"+path, "")
	if deleted.status != 204 || deleted.body != "" || deleted.header.Get("Content-Type") != "" {
		t.Errorf("deleting: %d %q %v", deleted.status, deleted.body, deleted.header)
	}
	if a := f.send("GET", "/api/v2"+path, ""); a.status != 404 {
		t.Errorf("reading what is deleted: %d", a.status)
	}
	if again := f.create("/prospects", "prospect", `"attributes":{}`); again == id {
		t.Error("the id was given again")
	}
}

// expect compares parts of an answer, by path, with JSON.
func expect(t *testing.T, a answer, want map[string]string) {
	t.Helper()
	for path, value := range want {
		if got := a.get(path).Raw; got != value {
			t.Errorf("%s is %s, want %s", path, got, value)
		}
	}
}

func TestARefusedChangeChangesNothing(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	before := f.get("/prospects/1").body
	a := f.send("PATCH", "/api/v2/prospects/1", `{"data":{"type":"prospect","id":1,"attributes":{"firstName":"No","score":"no"}}}`)
	if after := f.get("/prospects/1").body; a.status != 422 || after != before {
		t.Errorf("%d; the record is now %s", a.status, after)
	}
	if n := f.sandbox.Stats().Writes; n != 0 {
		t.Errorf("%d writes were counted", n)
	}
}

func TestDeletingLetsGoOfWhatPointedThere(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	if id := f.get("/prospects/1").get("data.relationships.account.data.id").Int(); id != 1 {
		t.Fatalf("prospect 1 has account %d", id)
	}
	f.send("DELETE", "/api/v2/accounts/1", "")
	if data := f.get("/prospects/1").get("data.relationships.account.data").Raw; data != "null" {
		t.Errorf("the account that is gone is shown as %s", data)
	}
	if n := len(f.get("/sequenceStates?filter[prospect][id]=1").ids()); n != 1 {
		t.Fatalf("prospect 1 is in %d sequences", n)
	}
	f.send("DELETE", "/api/v2/prospects/1", "")
	if n := len(f.get("/sequenceStates?filter[prospect][id]=1").ids()); n != 0 {
		t.Errorf("the prospect that is gone is in %d sequences", n)
	}
}

func TestDerivedAttributes(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	to := func(kind string, id int) string { return fmt.Sprintf(`{"data":{"type":%q,"id":%d}}`, kind, id) }
	tests := map[string]struct {
		path, kind, members string
		want                map[string]string
	}{
		"task": {"/tasks", "task", `"attributes":{"action":"call"},"relationships":{"owner":` + to("user", 1) + `,"subject":` + to("account", 2) + `}`,
			map[string]string{"attributes.state": `"incomplete"`, "attributes.taskType": `"manual"`, "attributes.completed": "false",
				"relationships.account.data": `{"type":"account","id":2}`, "relationships.prospect.data": "null"}},
		"task by prospect": {"/tasks", "task", `"attributes":{"action":"call"},"relationships":{"owner":` + to("user", 1) + `,"prospect":` + to("prospect", 2) + `}`,
			map[string]string{"relationships.subject.data": `{"type":"prospect","id":2}`}},
		"call made": {"/calls", "call", `"attributes":{"outcome":"Answered"}`, map[string]string{"attributes.state": `"completed"`}},
		"call going on": {"/calls", "call", `"attributes":{"answeredAt":"2026-03-01T12:00:00Z"}`,
			map[string]string{"attributes.state": `"in_progress"`}},
		"call dialled": {"/calls", "call", `"attributes":{}`, map[string]string{"attributes.state": `"dialed"`}},
		"account":      {"/accounts", "account", `"attributes":{"name":"A"}`, map[string]string{"attributes.named": "true"}},
		"account not named": {"/accounts", "account", `"attributes":{"name":"A","named":false}`,
			map[string]string{"attributes.named": "false"}},
		"mailing": {"/mailings", "mailing", `"attributes":{"subject":"S","bodyHtml":"<p>Hi <b>you</b></p>"},"relationships":{"mailbox":` + to("mailbox", 2) + `,"prospect":` + to("prospect", 2) + `}`,
			map[string]string{"attributes.state": `"drafted"`, "attributes.mailingType": `"single"`, "attributes.bodyText": `"Hi you"`,
				"attributes.mailboxAddress": f.get("/mailboxes/2").get("data.attributes.email").Raw}},
		"recipient": {"/recipients", "recipient", `"attributes":{"value":"A@b.example","recipientType":"to"}`,
			map[string]string{"attributes.emailHash": `"d3ce9fe2208376bd39cf85fbcc2a90c7"`}},
		"sequence": {"/sequences", "sequence", `"attributes":{"name":"S"}`,
			map[string]string{"attributes.enabled": "false", "attributes.shareType": `"private"`}},
		"sequence state": {"/sequenceStates", "sequenceState", `"relationships":{"prospect":` + to("prospect", 3) + `,"sequence":` + to("sequence", 7) + `,"mailbox":` + to("mailbox", 2) + `}`,
			map[string]string{"attributes.state": `"active"`, "attributes.deliverCount": "0", "attributes.activeAt": `"2026-03-01T12:30:00.000Z"`,
				"relationships.account.data":      f.get("/prospects/3").get("data.relationships.account.data").Raw,
				"relationships.sequenceStep.data": `{"type":"sequenceStep","id":25}`}},
		"mailbox keeps a secret": {"/mailboxes", "mailbox", `"attributes":{"email":"a@b.example","sendgridApiKey":"hush"},"relationships":{"user":` + to("user", 2) + `}`,
			map[string]string{"attributes.sendgridApiKey": "", "attributes.userId": "2"}},
	}
	for name, test := range tests {
		id := f.create(test.path, test.kind, test.members)
		a := f.get(test.path + "/" + id)
		for path, want := range test.want {
			if got := a.get("data." + path).Raw; got != want {
				t.Errorf("%s: %s is %s, want %s", name, path, got, want)
			}
		}
	}
}

func TestStepsAreCounted(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	id := f.create("/sequences", "sequence", `"attributes":{"name":"S"}`)
	for order := range 3 {
		f.create("/sequenceSteps", "sequenceStep", fmt.Sprintf(
			`"attributes":{"stepType":"call","order":%d},"relationships":{"sequence":{"data":{"type":"sequence","id":%s}}}`, order+1, id))
	}
	if n := f.get("/sequences/" + id).get("data.attributes.sequenceStepCount").Int(); n != 3 {
		t.Errorf("%d steps, want 3", n)
	}
}

func TestEventsTellWhatHappened(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	prospect := f.create("/prospects", "prospect", `"attributes":{}`)
	f.create("/sequenceStates", "sequenceState", `"relationships":{"prospect":{"data":{"type":"prospect","id":`+prospect+`}},
		"sequence":{"data":{"type":"sequence","id":1}},"mailbox":{"data":{"type":"mailbox","id":1}}}`)
	f.send("PATCH", "/api/v2/prospects/"+prospect, `{"data":{"type":"prospect","id":`+prospect+`,
		"relationships":{"stage":{"data":{"type":"stage","id":2}}}}}`)
	var names []string
	for _, name := range f.get("/events?filter[prospect][id]=" + prospect).get("data.#.attributes.name").Array() {
		names = append(names, name.String())
	}
	if got := strings.Join(names, " "); got != "sequence_state_created prospect_stage_changed" {
		t.Errorf("got %q", got)
	}
}

func TestTwoProspectsWithOneAddress(t *testing.T) {
	t.Parallel()
	for _, unique := range []bool{false, true} {
		f := start(t, outreachtest.Options{UniqueEmails: unique})
		f.create("/prospects", "prospect", `"attributes":{"emails":["a@b.example"]}`)
		a := f.send("POST", "/api/v2/prospects", attributes("prospect", `"emails":["c@d.example","A@B.example"]`))
		if got := a.get("errors.0.source.pointer").String(); unique && got != "/data/attributes/emails" || !unique && a.status != 201 {
			t.Errorf("unique %t: got %d %s", unique, a.status, a.body)
		}
	}
}

// TestEveryKindCanBeListed lists every resource of the connector's table, and reads its first record where the service
// lets one.
func TestEveryKindCanBeListed(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	for _, resource := range outreach.Resources() {
		list := f.get("/" + resource.Path + "?page[size]=3")
		if kind := list.get("data.0.type").String(); kind != resource.Type {
			t.Errorf("%s: the first record is a %q", resource.Path, kind)
		}
		for name, attribute := range resource.Attributes {
			if shown := list.get("data.0.attributes." + name).Exists(); shown == attribute.WriteOnly {
				t.Errorf("%s: %s is shown: %t", resource.Path, name, shown)
			}
		}
		if one := f.send("GET", fmt.Sprintf("/api/v2/%s/%s", resource.Path, list.get("data.0.id")), ""); one.status != 200 && resource.Type != "audit" {
			t.Errorf("%s: reading the first: %d", resource.Path, one.status)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for range 5 {
				a := f.send("POST", "/api/v2/accounts", attributes("account", `"name":"Many"`))
				path := "/api/v2/accounts/" + a.get("data.id").Raw
				f.send("PATCH", path, `{"data":{"type":"account","id":`+a.get("data.id").Raw+`,"attributes":{"industry":"None"}}}`)
				f.send("GET", "/api/v2/accounts?page[size]=5&sort=-updatedAt", "")
				f.send("GET", "/api/v2/complianceRequests", "")
				f.send("POST", "/api/v2/sequences/1/actions/activate", "")
				f.send("DELETE", path, "")
				f.sandbox.Stats()
			}
		})
	}
	group.Wait()
	if n := f.get("/accounts?filter[name]=Many&count=true").get("meta.count").Int(); n != 0 {
		t.Errorf("%d accounts are left", n)
	}
	if stats := f.sandbox.Stats(); stats.Writes != 120 {
		t.Errorf("%d writes were counted, want 120", stats.Writes)
	}
}
