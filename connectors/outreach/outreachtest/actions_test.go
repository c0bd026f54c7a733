package outreachtest_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// enrol puts a new prospect into sequence 1 and gives the sequence state's id.
func (f fixture) enrol() string {
	f.Helper()
	prospect := f.create("/prospects", "prospect", `"attributes":{}`)
	return f.create("/sequenceStates", "sequenceState", `"relationships":{"prospect":{"data":{"type":"prospect","id":`+prospect+`}},
		"sequence":{"data":{"type":"sequence","id":1}},"mailbox":{"data":{"type":"mailbox","id":1}}}`)
}

func (f fixture) act(path string) answer {
	f.Helper()
	return f.send("POST", "/api/v2"+path, "", "Content-Type", "")
}

func TestSequenceStateActions(t *testing.T) {
	t.Parallel()
	clock := clockAt(2026, time.March, 1, 12, 30, 0)
	f := start(t, outreachtest.Options{Now: clock.now})
	id := f.enrol()
	for _, step := range []struct {
		action string
		status int
		state  string
	}{
		{"resume", 422, "active"}, {"pause", 200, "paused"}, {"pause", 422, "paused"}, {"finish", 422, "paused"},
		{"resume", 200, "active"}, {"finish", 200, "finished"}, {"resume", 422, "finished"}, {"pause", 422, "finished"},
	} {
		clock.advance(time.Minute)
		a := f.act("/sequenceStates/" + id + "/actions/" + step.action)
		now := f.get("/sequenceStates/" + id)
		if state := now.get("data.attributes.state").String(); a.status != step.status || state != step.state {
			t.Errorf("%s: got %d and state %s, want %d and %s", step.action, a.status, state, step.status, step.state)
		}
		if a.status == 200 && (a.get("data.attributes.state").String() != step.state ||
			now.get("data.attributes.stateChangedAt").String() != clock.now().Format("2006-01-02T15:04:05.000Z")) {
			t.Errorf("%s: answered %s", step.action, a.body)
		}
	}
}

func TestAProspectIsInASequenceOnce(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	id := f.enrol()
	state := f.get("/sequenceStates/" + id)
	again := func() answer {
		return f.send("POST", "/api/v2/sequenceStates", related("sequenceState", `
			"prospect":{"data":`+state.get("data.relationships.prospect.data").Raw+`},
			"sequence":{"data":{"type":"sequence","id":1}},"mailbox":{"data":{"type":"mailbox","id":2}}`))
	}
	for _, action := range []string{"pause", "resume", "finish"} {
		if a := again(); a.status != 422 || a.get("errors.0.source.pointer").String() != "/data/relationships/prospect" {
			t.Errorf("before %s: got %d %s", action, a.status, a.body)
		}
		f.act("/sequenceStates/" + id + "/actions/" + action)
	}
	if a := again(); a.status != 201 {
		t.Errorf("when finished: got %d %s", a.status, a.body)
	}
}

func TestTaskActions(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	const complete = `"complete"`
	tests := map[string]struct {
		kind, action string // of task, and what is done to it
		status       int
		want         map[string]string
	}{
		"advance":       {"call", "advance", 200, map[string]string{"attributes.state": complete, "attributes.completed": "true", "attributes.completedAt": `"2026-03-01T12:30:00.000Z"`}},
		"deliver":       {"email", "deliver", 200, map[string]string{"attributes.state": complete}},
		"deliver call":  {"call", "deliver", 422, nil},
		"mark complete": {"call", "markComplete", 200, map[string]string{"attributes.state": complete, "relationships.completer.data": `{"type":"user","id":1}`}},
		"mark complete with a note": {"call", "markComplete?actionParams[completionAction]=other&actionParams[completionNote]=n", 200,
			map[string]string{"attributes.state": complete}},
		"meet":               {"in_person", "logMeetInPerson?actionParams[taskDispositionId]=1&actionParams[taskPurposeId]=2", 200, map[string]string{"attributes.state": complete, "relationships.taskDisposition.data": `{"type":"taskDisposition","id":1}`}},
		"meet to no end":     {"in_person", "logMeetInPerson", 400, nil},
		"meet to unknown":    {"in_person", "logMeetInPerson?actionParams[taskDispositionId]=99", 422, nil},
		"reassign":           {"call", "reassignOwner?actionParams[ownerId]=4", 200, map[string]string{"relationships.owner.data": `{"type":"user","id":4}`, "attributes.state": `"incomplete"`}},
		"reassign to nobody": {"call", "reassignOwner?actionParams[ownerId]=999999", 422, nil},
		"reschedule":         {"call", "reschedule?actionParams[dueAt]=2027-01-01T00:00:00Z", 200, map[string]string{"attributes.dueAt": `"2027-01-01T00:00:00Z"`}},
		"reschedule to when": {"call", "reschedule?actionParams[dueAt]=soon", 400, nil},
		"snooze":             {"call", "snooze", 200, map[string]string{"attributes.dueAt": `"2026-03-02T12:30:00.000Z"`}},
		"snooze until":       {"call", "snooze?actionParams[dueAt]=2027-01-01&actionParams[markAsUrgent]=true", 200, map[string]string{"attributes.dueAt": `"2027-01-01"`, "relationships.taskPriority.data": `{"type":"taskPriority","id":4}`}},
		"snooze urgently":    {"call", "snooze?actionParams[markAsUrgent]=very", 400, nil},
		"note":               {"call", "updateNote?actionParams[note]=Hello%20there", 200, map[string]string{"attributes.note": `"Hello there"`}},
		"opportunity":        {"call", "updateOpportunityAssociation?actionParams[opportunityAssociation]=noop", 200, map[string]string{"attributes.opportunityAssociation": `"noop"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := f.on(t)
			id := f.create("/tasks", "task", `"attributes":{"action":"`+test.kind+`"},"relationships":{
				"owner":{"data":{"type":"user","id":2}},"subject":{"data":{"type":"prospect","id":2}}}`)
			a := f.act("/tasks/" + id + "/actions/" + test.action)
			if a.status != test.status {
				t.Fatalf("got %d %s", a.status, a.body)
			}
			for path, want := range test.want {
				if got := a.get("data." + path).Raw; got != want {
					t.Errorf("%s is %s, want %s", path, got, want)
				}
			}
			if test.want["attributes.state"] == complete {
				if again := f.act("/tasks/" + id + "/actions/" + test.action); again.status != 422 {
					t.Errorf("once more: got %d", again.status)
				}
			}
		})
	}
}

func TestOtherActions(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	id := f.create("/sequences", "sequence", `"attributes":{"name":"S"}`)
	for _, step := range []struct{ path, attribute, want string }{
		{"/sequences/" + id + "/actions/activate", "enabled", "true"},
		{"/sequences/" + id + "/actions/deactivate", "enabled", "false"},
		{"/mailboxes/1/actions/testSend", "sendSuccessAt", `"2026-03-01T12:30:00.000Z"`},
		{"/mailboxes/1/actions/testSync", "syncSuccessAt", `"2026-03-01T12:30:00.000Z"`},
	} {
		if a := f.act(step.path); a.status != 200 || a.get("data.attributes."+step.attribute).Raw != step.want {
			t.Errorf("%s: got %d, %s is %s", step.path, a.status, step.attribute, a.get("data.attributes."+step.attribute))
		}
	}
}

func TestComplianceRequestsRunTheirCourse(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	fields := `{"requester_email":"a@b.example","request_type":"Delete","object_type":"Prospect","request_object_email":"Gone@c.example"}`
	for name, body := range map[string]string{
		"bare": fields, "in data": `{"data":` + fields + `}`,
		"as JSON:API": `{"data":{"type":"complianceRequest","attributes":` + fields + `}}`,
	} {
		prospect := f.create("/prospects", "prospect", `"attributes":{"emails":["gone@c.example"]}`)
		made := f.send("POST", "/api/v2/complianceRequests", body)
		batch := made.get("data.batch_compliance_request_id").String()
		if made.status != 201 || len(batch) != 36 {
			t.Fatalf("%s: got %d %s", name, made.status, made.body)
		}
		list := f.get("/complianceRequests?sort=-id&page[size]=1")
		states := list.get("data.0.attributes.state").String()
		if list.get("data.0.attributes.batchComplianceRequestUuid").String() != batch {
			t.Errorf("%s: the request is not listed: %s", name, list.body)
		}
		for range 3 {
			states += " " + f.get("/complianceRequests/"+list.get("data.0.id").Raw).get("data.attributes.state").String()
		}
		if states != "pending running done done" {
			t.Errorf("%s: states %s", name, states)
		}
		if a := f.send("GET", "/api/v2/prospects/"+prospect, ""); a.status != 404 {
			t.Errorf("%s: the person is still there: %d", name, a.status)
		}
	}
}

func TestComplianceRequestsAreChecked(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	a := f.send("POST", "/api/v2/complianceRequests", `{"data":{"type":"complianceRequest","attributes":
		{"requester_email":"me","request_type":"Export","object_type":7}}}`)
	var named string
	for _, at := range a.get("errors.#.source.pointer").Array() {
		named += at.String() + " "
	}
	const at = "/data/attributes/"
	if want := at + "requester_email " + at + "request_type " + at + "object_type " + at + "request_object_email "; named != want || a.status != 422 {
		t.Errorf("got %d %s, want %s", a.status, named, want)
	}
}
