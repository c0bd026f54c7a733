package platform_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

func fetching() operations.Doer { return http.DefaultClient }

func TestAccountActivities(t *testing.T) {
	t.Parallel()
	address, asked := files(t)
	h := seeded(t, platform.Options{Fetch: fetching()})
	input := `"accountId":"` + initech + `","activityTimestamp":"2026-03-01T10:00:00.5+02:00","duration":30,"location":"Berlin"`
	got := h.want(t, "create_account_activity", `{`+input+`,"participants":["`+grace+`","`+agentAda+`"],"attachmentUrls":["`+address+`/plain.txt"]}`)
	for path, want := range map[string]string{
		"type": "CALL", "status": "PENDING", "activityTimestamp": "2026-03-01T08:00:00.5Z", "account": "Initech", "duration": "30", "creator": "key_1",
		"participants": `["` + grace + `","` + agentAda + `"]`, "attachments.0.name": "plain.txt", "attachments.#": "1",
	} {
		if got.Get(path).String() != want {
			t.Errorf("%s is %s, want %s", path, got.Get(path).Raw, want)
		}
	}
	id, before := got.Get("id").String(), asked.Load()
	got = h.want(t, "update_account_activity", `{"activityId":"`+id+`","status":"COMPLETED","participants":[],"attachmentUrls":["`+address+`/plain.txt","`+address+`/other.txt"]}`)
	if asked.Load() != before+1 || got.Get("attachments.#").Int() != 2 || got.Get("participants").Raw != "[]" || got.Get("version").Int() != 2 {
		t.Errorf("after the update, %d files fetched: %s", asked.Load()-before, got.Raw)
	}
	earlier := h.want(t, "create_account_activity", `{"accountId":"`+initech+`","activityTimestamp":"2026-02-01T00:00:00Z","duration":0,"location":"x","type":"SITE_VISIT"}`).Get("id").String()
	for _, c := range []struct{ more, want string }{
		{``, id + " " + earlier}, {`,"sort":"activityTimestamp"`, earlier + " " + id}, {`,"type":"SITE_VISIT"`, earlier}, {`,"status":"COMPLETED"`, id},
		{`,"status":"COMPLETED","type":"SITE_VISIT"`, ""}, {`,"limit":1,"page":2`, earlier},
	} {
		if list := h.found(t, "get_account_activities", `{"accountId":"`+initech+`"`+c.more+`}`, "id"); list != c.want {
			t.Errorf("%s: %s, want %s", c.more, list, c.want)
		}
	}
	for _, c := range []struct{ input, pointer string }{
		{`{"accountId":"` + initech + `","activityTimestamp":"2026-03-01T10:00:00Z","duration":30}`, "/location"},
		{`{"accountId":"` + initech + `","activityTimestamp":"2026-03-01T10:00:00Z","location":"x"}`, "/duration"},
		{`{"accountId":"` + initech + `","activityTimestamp":"2026-03-01 10:00","duration":30,"location":"x"}`, "/activityTimestamp"},
		{`{` + strings.Replace(input, "30", "1.5", 1) + `}`, "/duration"}, {`{` + input + `,"participants":["` + initech + `"]}`, "/participants/0"},
		{`{` + input + `,"participants":["` + grace + `","` + grace + `"]}`, "/participants/1"}, {`{` + input + `,"type":"CHAT"}`, "/type"},
		{`{` + input + `,"attachmentUrls":["` + address + `/missing"]}`, "/attachmentUrls/0"},
	} {
		h.refused(t, "create_account_activity", c.input, operations.CodeInvalidInput, c.pointer)
	}
	task := h.want(t, "create_account_task", `{"accountId":"`+initech+`","title":"T","assigneeId":"`+agentAda+`","activityId":"`+id+`"}`).Get("id").String()
	h.want(t, "delete_account_activity", `{"activityId":"`+id+`","version":2}`)
	left := h.want(t, "get_account_tasks", `{"accountId":"`+initech+`"}`).Get("data.0")
	if left.Get("id").String() != task || left.Get("activityId").Exists() || left.Get("version").Int() != 2 {
		t.Errorf("the task that came of it: %s", left.Raw)
	}
	h.refused(t, "get_attachment", `{"id":"`+got.Get("attachments.0.id").String()+`"}`, operations.CodeNotFound, "there is no attachment")
}

func TestAccountNotes(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	first := h.want(t, "create_account_note", `{"accountId":"`+initech+`","content":"one"}`)
	if first.Get("type").String() != "General" || first.Get("visibility").String() != "private" || first.Get("author").String() != "key_1" || first.Get("attachments").Raw != "[]" {
		t.Errorf("note %s", first.Raw)
	}
	second := h.want(t, "create_account_note", `{"accountId":"`+initech+`","content":"two","visibility":"public","type":"Feedback"}`)
	one, two := first.Get("id").String(), second.Get("id").String()
	for _, c := range []struct{ more, want string }{
		{``, two + " " + one}, {`,"visibility":"public"`, two}, {`,"type":"General"`, one}, {`,"type":"` + second.Get("typeId").String() + `"`, two}, {`,"type":"Call"`, ""},
	} {
		if list := h.found(t, "get_account_notes", `{"accountId":"`+initech+`"`+c.more+`}`, "id"); list != c.want {
			t.Errorf("%s: %s, want %s", c.more, list, c.want)
		}
	}
	got := h.want(t, "update_account_note", `{"noteId":"`+one+`","type":null,"content":"three","version":1}`)
	if got.Get("type").Exists() || got.Get("content").String() != "three" || got.Get("version").Int() != 2 {
		t.Errorf("after the update: %s", got.Raw)
	}
	h.refused(t, "update_account_note", `{"noteId":"`+one+`","version":1}`, operations.CodeConflict, "version 2, not 1")
	h.refused(t, "update_account_note", `{"noteId":"`+one+`","visibility":"team"}`, operations.CodeInvalidInput, "/visibility")
	h.want(t, "delete_account_note", `{"noteId":"`+one+`"}`)
	h.refused(t, "delete_account_note", `{"noteId":"`+one+`"}`, operations.CodeNotFound, "there is no note")
	if list := h.found(t, "get_account_notes", `{"accountId":"`+initech+`"}`, "id"); list != two {
		t.Errorf("left: %s", list)
	}
}

func TestAccountTasks(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	input := `"accountId":"` + acme + `","title":"T","assigneeId":"` + agentAlan + `"`
	got := h.want(t, "create_account_task", `{`+input+`,"activityId":"`+meeting+`","priority":"Urgent"}`)
	for path, want := range map[string]string{
		"status": "Open", "type": "Follow-up", "priority": "Urgent", "assignee": "Alan Agent", "assigneeEmail": "alan@example.com", "activityId": meeting, "creator": "key_1", "account": "Acme",
	} {
		if got.Get(path).String() != want {
			t.Errorf("%s is %s, want %s", path, got.Get(path).Raw, want)
		}
	}
	id := got.Get("id").String()
	for _, c := range []struct{ more, want string }{
		{`,"assigneeId":"` + agentAlan + `"`, id}, {`,"priority":"Urgent"`, id}, {`,"status":"Done"`, ""}, {`,"type":"Follow-up","priority":"Urgent","activityId":"` + meeting + `"`, id},
	} {
		if list := h.found(t, "get_account_tasks", `{"accountId":"`+acme+`"`+c.more+`}`, "id"); list != c.want {
			t.Errorf("%s: %s, want %s", c.more, list, c.want)
		}
	}
	got = h.want(t, "update_account_task", `{"taskId":"`+id+`","activityId":null,"assigneeId":"`+agentAda+`","status":"Done"}`)
	if got.Get("activityId").Exists() || got.Get("assignee").String() != "Ada Agent" || got.Get("status").String() != "Done" || got.Get("version").Int() != 2 {
		t.Errorf("after the update: %s", got.Raw)
	}
	elsewhere := h.want(t, "create_account_activity", `{"accountId":"`+initech+`","activityTimestamp":"2026-02-01T00:00:00Z","duration":0,"location":"x"}`).Get("id").String()
	h.refused(t, "update_account_task", `{"taskId":"`+id+`","activityId":"`+elsewhere+`"}`, operations.CodeInvalidInput, "/activityId")
	h.refused(t, "create_account_task", `{`+input+`,"activityId":"`+elsewhere+`"}`, operations.CodeInvalidInput, "/activityId")
	h.refused(t, "create_account_task", `{`+input+`,"status":"Closed"}`, operations.CodeInvalidInput, "/status")
	h.want(t, "delete_account_task", `{"taskId":"`+id+`","version":2}`)
	h.refused(t, "update_account_task", `{"taskId":"`+id+`"}`, operations.CodeNotFound, "there is no task")
}

func TestAccountRelationships(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	relate := func(a, b, kind string) string {
		return `{"accountId":"` + a + `","relatedAccountId":"` + b + `","relationshipType":"` + kind + `"}`
	}
	got := h.want(t, "create_account_relationship", relate(hooli, initech, "Subsidiary"))
	if got.Get("relationshipType.inverseRelationship").String() != "Parent" || got.Get("account").String() != "Hooli" || got.Get("relatedAccount").String() != "Initech" {
		t.Errorf("relationship %s", got.Raw)
	}
	id := got.Get("id").String()
	h.refused(t, "create_account_relationship", relate(hooli, initech, "Subsidiary"), operations.CodeConflict, id)
	h.refused(t, "create_account_relationship", relate(initech, hooli, "Parent"), operations.CodeConflict, id)
	h.refused(t, "create_account_relationship", relate(hooli, hooli, "Parent"), operations.CodeInvalidInput, "/relatedAccountId")
	h.refused(t, "create_account_relationship", relate(hooli, acme, "Friend"), operations.CodeInvalidInput, "/relationshipType")
	partner := h.want(t, "create_account_relationship", relate(initech, hooli, "Partner")).Get("id").String()
	h.refused(t, "create_account_relationship", relate(hooli, initech, "Partner"), operations.CodeConflict, partner)
	h.refused(t, "update_account_relationship", `{"relationshipId":"`+partner+`","relationshipType":"Parent"}`, operations.CodeConflict, id)
	for _, c := range []struct{ more, want string }{{``, id + " " + partner}, {`,"relationshipType":"Partner"`, partner}, {`,"relationshipType":"Parent"`, ""}, {`,"limit":1,"page":2`, partner}} {
		if list := h.found(t, "get_account_relationships", `{"accountId":"`+hooli+`"`+c.more+`}`, "id"); list != c.want {
			t.Errorf("%s: %s, want %s", c.more, list, c.want)
		}
	}
	got = h.want(t, "update_account_relationship", `{"relationshipId":"`+partner+`","relationshipType":"Franchise","version":1}`)
	if got.Get("relationshipType.name").String() != "Franchise" || got.Get("version").Int() != 2 {
		t.Errorf("after the update: %s", got.Raw)
	}
	h.refused(t, "delete_account_relationship_type", `{"id":"01JD0000000000000000RTYP04"}`, operations.CodeConflict, "1 relationships are of the type")
	h.want(t, "delete_account_relationship", `{"relationshipId":"`+partner+`"}`)
	h.want(t, "delete_account_relationship_type", `{"id":"01JD0000000000000000RTYP04"}`)
	h.want(t, "create_account_relationship", relate(hooli, initech, "Partner"))
}

// TestRelationshipTypes: inverses go in pairs, whatever is done to them.
func TestRelationshipTypes(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	inverses := func(want string) {
		t.Helper()
		got := h.want(t, "get_account_relationship_types", `{}`)
		text := ""
		for _, one := range got.Get("data").Array() {
			text += one.Get("name").String() + ">" + one.Get("inverseRelationship").String() + " "
		}
		if text != want {
			t.Errorf("types %q, want %q", text, want)
		}
	}
	a := h.want(t, "create_account_relationship_type", `{"name":"A"}`).Get("id").String()
	b := h.want(t, "create_account_relationship_type", `{"name":"B","inverseRelationship":"A"}`).Get("id").String()
	c := h.want(t, "create_account_relationship_type", `{"name":"C","inverseRelationship":"C"}`).Get("id").String()
	inverses("A>B B>A C>C ")
	h.refused(t, "create_account_relationship_type", `{"name":"A"}`, operations.CodeConflict, a)
	h.refused(t, "create_account_relationship_type", `{"name":"D","inverseRelationship":"A"}`, operations.CodeConflict, "another inverse")
	h.refused(t, "create_account_relationship_type", `{"name":"D","inverseRelationship":"E"}`, operations.CodeInvalidInput, "/inverseRelationship")
	h.refused(t, "update_account_relationship_type", `{"id":"`+a+`","inverseRelationship":"C"}`, operations.CodeConflict, "another inverse")
	h.refused(t, "update_account_relationship_type", `{"id":"`+a+`","name":"B"}`, operations.CodeConflict, b)
	h.want(t, "update_account_relationship_type", `{"id":"`+c+`","inverseRelationship":null}`)
	inverses("A>B B>A C> ")
	h.want(t, "update_account_relationship_type", `{"id":"`+a+`","inverseRelationship":"`+c+`"}`)
	inverses("A>C B> C>A ")
	h.want(t, "update_account_relationship_type", `{"id":"`+c+`","inverseRelationship":"C","name":"Z"}`)
	inverses("A> B> Z>Z ")
	h.want(t, "update_account_relationship_type", `{"id":"`+a+`","inverseRelationship":"B"}`)
	h.want(t, "delete_account_relationship_type", `{"id":"`+b+`"}`)
	inverses("A> Z>Z ")
	if got := h.want(t, "list_account_relationship_types_ddl", `{}`); got.Get("result.#.text").Raw != `["A","Z"]` {
		t.Errorf("drop-down: %s", got.Raw)
	}
}
