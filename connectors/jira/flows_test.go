package jira_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/operations"
)

func schemes() []string { return []string{jira.Basic, jira.PersonalAccessToken, jira.OAuth2} }

func input(t testing.TB, fields map[string]any) string {
	t.Helper()
	encoded, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// TestTextsComeBack holds that a text goes in as it comes out, whatever Jira keeps it as.
func TestTextsComeBack(t *testing.T) {
	t.Parallel()
	const text = "# Steps\n\n- open **the** [list](https://northwind.example/a?b=c)\n- ask [~accountid:" + jiratest.Bob + "]\n\n```go\nx := 1\n```"
	for _, scheme := range schemes() {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			s := sandboxed(t, scheme)
			created := s.must(t, "create_issue", input(t, map[string]any{
				"project_key": "PROJ", "issue_type": "Bug", "summary": "A", "description": text,
				"rich_text_fields": map[string]string{jiratest.FieldSteps: text},
			}))
			ref := map[string]any{"issue_key": gjson.GetBytes(created, "key").String()}
			got := gjson.ParseBytes(s.must(t, "get_issue", input(t, ref)))
			if diff := cmp.Diff(text, got.Get("description_text").String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if isDocument := got.Get("fields.description").IsObject(); isDocument != (scheme != jira.PersonalAccessToken) {
				t.Errorf("kept as %s", got.Get("fields.description").Raw)
			}
			ref["body"] = text
			comment := s.must(t, "add_comment", input(t, ref))
			if diff := cmp.Diff(text, gjson.GetBytes(comment, "body_text").String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// undo runs the operation that an operation says undoes it.
func undo(t *testing.T, s *service, name, given string, output json.RawMessage) {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	_, operation, err := all.Operation("jira", name)
	if err != nil {
		t.Fatal(err)
	}
	exchange := fmt.Sprintf(`{"input":%s,"output":%s}`, given, output)
	fields := map[string]any{}
	for field, path := range operation.Spec().Compensation.Input {
		fields[field] = gjson.Get(exchange, path).Value()
	}
	s.must(t, operation.Spec().Compensation.Operation, input(t, fields))
}

// TestUndo holds that what can be undone is gone afterwards.
func TestUndo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ operation, input, look, path string }{
		{"transition_issue", `{"issue_key":"PROJ-1","transition_id":"31"}`, "get_issue", "status"},
		{"add_comment", `{"issue_key":"PROJ-1","body":"x"}`, "list_comments", "comments.#.id"},
		{"add_attachment", `{"issue_key":"PROJ-1","file_name":"a","content":"eA=="}`, "get_issue", "fields.attachment.#.id"},
		{"add_worklog", `{"issue_key":"PROJ-1","time_spent":"1h"}`, "list_worklogs", "worklogs.#.id"},
		{"link_issues", `{"issue_key":"PROJ-1","linked_issue_key":"PROJ-4","link_type":"Relates"}`, "get_issue", "fields.issuelinks.#.id"},
	} {
		for _, scheme := range schemes() {
			t.Run(c.operation+" "+scheme, func(t *testing.T) {
				t.Parallel()
				s := sandboxed(t, scheme)
				look := func() string { return gjson.GetBytes(s.must(t, c.look, `{"issue_key":"PROJ-1"}`), c.path).String() }
				before := look()
				output := s.must(t, c.operation, c.input)
				if look() == before {
					t.Fatalf("%s changes nothing: %s", c.operation, before)
				}
				undo(t, s, c.operation, c.input, output)
				if after := look(); after != before {
					t.Errorf("was %s and is %s", before, after)
				}
			})
		}
	}
}

func TestUndoCreating(t *testing.T) {
	t.Parallel()
	s := sandboxed(t, jira.Basic)
	const issue = `{"project_key":"PROJ","issue_type":"Task","summary":"A","description":"B"}`
	output := s.must(t, "create_issue", issue)
	undo(t, s, "create_issue", issue, output)
	key := gjson.GetBytes(output, "key").String()
	if got := s.call(t, "get_issue", `{"issue_key":"`+key+`"}`); got.err == nil || got.err.Code != operations.CodeUpstreamNotFound {
		t.Errorf("%s is still there: %v", key, got.err)
	}
	const version = `{"project_key":"PROJ","name":"77.0"}`
	output = s.must(t, "create_version", version)
	undo(t, s, "create_version", version, output)
	if got := s.must(t, "list_versions_ddl", `{"project_key":"PROJ"}`); strings.Contains(string(got), "77.0") {
		t.Error("the version is still there")
	}
}

// TestTransitions follows transitions by all that they can be named by.
func TestTransitions(t *testing.T) {
	t.Parallel()
	const open = `{"fields":{"status":{"name":"Open"}},"transitions":[` +
		`{"id":"11","name":"Start","to":{"name":"In Progress"}},{"id":"21","name":"Close","to":{"name":"Done"}},` +
		`{"id":"31","name":"Reject","to":{"name":"Done"}},{"id":"41","name":"Done","to":{"name":"Archived"}},` +
		`{"id":"51","name":"Wait","to":{"name":"Waiting"}},{"id":"61","name":"wait","to":{"name":"On hold"}},{"id":"71","name":"11","to":{"name":"Odd"}}]}`
	for _, c := range []struct {
		named, want, refused string
	}{
		{"21", "21", ""},
		{"close", "21", ""},
		{" Start ", "11", ""},
		{"in progress", "11", ""},
		{"11", "11", ""},
		{"Done", "41", ""}, // a transition's name before a status's
		{"on hold", "61", ""},
		{"Wait", "", "means more than one transition; give the id of one of 51 (Wait, to Waiting), 61 (wait, to On hold)"},
		{"Closed", "", "is none of the transitions that are open to the issue now: 11 (Start, to In Progress), 21 (Close, to Done), " +
			"31 (Reject, to Done), 41 (Done, to Archived), 51 (Wait, to Waiting), 61 (wait, to On hold), 71 (11, to Odd)"},
	} {
		t.Run(c.named, func(t *testing.T) {
			t.Parallel()
			to := &recorder{answers: []string{open, ``}}
			s := serve(t, jira.Basic, to)
			got := s.call(t, "transition_issue", input(t, map[string]any{"issue_key": "PROJ-1", "transition_id": c.named}))
			if c.refused != "" {
				if got.err == nil || got.err.Code != operations.CodeInvalidInput || got.err.Faults[0] != (operations.InputFault{Pointer: "/transition_id", Detail: c.refused}) {
					t.Errorf("%+v", got.err)
				}
				return
			}
			if got.err != nil || gjson.GetBytes(got.output, "metadata.transition.id").String() != c.want || gjson.GetBytes(got.output, "metadata.from").String() != "Open" {
				t.Errorf("%s %v", got.output, got.err)
			}
			want := []sent{{"GET", "/rest/api/3/issue/PROJ-1?expand=transitions&fields=status", ""},
				{"POST", "/rest/api/3/issue/PROJ-1/transitions", `{"transition":{"id":"` + c.want + `"}}`}}
			if diff := cmp.Diff(want, to.requests); diff != "" {
				t.Errorf("-want +sent:\n%s", diff)
			}
		})
	}
}

// TestTransitionWithResolution goes through a transition that asks for something.
func TestTransitionWithResolution(t *testing.T) {
	t.Parallel()
	for _, scheme := range schemes() {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			s := sandboxed(t, scheme)
			fields := map[string]any{"issue_key": jiratest.DevReviewKey, "transition_id": jiratest.DevResolve}
			options := gjson.ParseBytes(s.must(t, "list_transitions_ddl", `{"issue_key":"`+jiratest.DevReviewKey+`"}`))
			if got := options.Get(`result.#(value=="` + jiratest.DevResolve + `").required_fields`).Raw; got != `["resolution"]` {
				t.Errorf("asks for %s", got)
			}
			got := s.call(t, "transition_issue", input(t, fields))
			if got.err == nil || len(got.err.Faults) != 1 || got.err.Faults[0].Pointer != "/resolution" {
				t.Errorf("%+v", got.err)
			}
			fields["resolution"], fields["comment"] = jiratest.ResolutionDone, "*at last*"
			s.must(t, "transition_issue", input(t, fields))
			comments := s.must(t, "list_comments", `{"issue_key":"`+jiratest.DevReviewKey+`","order":"newest"}`)
			if got := gjson.GetBytes(comments, "comments.0.body_text").String(); got != "*at last*" {
				t.Errorf("the comment is %q", got)
			}
		})
	}
}

func TestNoTransition(t *testing.T) {
	t.Parallel()
	got := serve(t, jira.Basic, &recorder{answers: []string{`{}`}}).call(t, "transition_issue", `{"issue_key":"PROJ-1","transition_id":"31"}`)
	if got.err == nil || !strings.Contains(got.err.Detail, "no transition is open") {
		t.Errorf("%v", got.err)
	}
}

// TestPages walks lists to their end: nothing is missing, nothing comes twice.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		operation, items string
		input            map[string]any
		want             int
	}{
		{"search_issues", "issues.#.key", map[string]any{"jql": "project = PROJ ORDER BY key", "limit": 7}, 62},
		{"list_comments", "comments.#.id", map[string]any{"issue_key": jiratest.LongKey, "limit": 50}, 120},
		{"list_projects", "projects.#.key", map[string]any{"limit": 1}, 3},
		{"list_projects_ddl", "result.#.value", map[string]any{"limit": 2}, 3},
		{"list_boards", "boards.#.id", map[string]any{"limit": 1}, 2},
		{"list_sprints", "sprints.#.id", map[string]any{"limit": 2, "board_id": "1"}, 3},
		{"list_users_ddl", "result.#.value", map[string]any{"limit": 2}, 0},
		{"list_assignable_users_ddl", "result.#.value", map[string]any{"limit": 2, "project_key": "PROJ"}, 0},
	} {
		for _, scheme := range schemes() {
			t.Run(c.operation+" "+scheme, func(t *testing.T) {
				t.Parallel()
				s := sandboxed(t, scheme)
				given := map[string]any{}
				for name, value := range c.input {
					given[name] = value
				}
				var seen []string
				for range 40 {
					output := s.must(t, c.operation, input(t, given))
					for _, item := range gjson.GetBytes(output, c.items).Array() {
						seen = append(seen, item.String())
					}
					next := gjson.GetBytes(output, "next_cursor")
					if !next.Exists() {
						given = nil
						break
					}
					given["cursor"] = next.String()
				}
				if given != nil {
					t.Error("there is no end")
				}
				slices.Sort(seen)
				if unique := slices.Compact(slices.Clone(seen)); len(unique) != len(seen) || len(seen) == 0 || c.want > 0 && len(seen) != c.want {
					t.Errorf("%d items, %d of them different: %v", len(seen), len(unique), seen)
				}
			})
		}
	}
}

// TestSparsePeople holds that a range of people in which nobody is meant but a few does not end the list.
func TestSparsePeople(t *testing.T) {
	t.Parallel()
	to := &recorder{answers: []string{`[{"accountId":"1","displayName":"A"}]`, `[{"accountId":"2"}]`, `[]`}}
	got := serve(t, jira.Basic, to).must(t, "list_users_ddl", `{"limit":3}`)
	if want := `{"result":[{"text":"A","value":"1","active":false},{"text":"2","value":"2","active":false}]}`; string(got) != want {
		t.Errorf("%s", got)
	}
	if len(to.requests) != 3 {
		t.Errorf("%v", to.requests)
	}
}

// TestLinkThatIsNotFound holds that a link which was made counts as made.
func TestLinkThatIsNotFound(t *testing.T) {
	t.Parallel()
	s := serve(t, jira.Basic, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{http.MethodPost: 201, http.MethodGet: 500}[r.Method])
	}))
	got := s.call(t, "link_issues", `{"issue_key":"PROJ-1","linked_issue_key":"PROJ-2","link_type":"Blocks"}`)
	if got.err != nil || string(got.output) != `{"success":true}` || len(got.warnings) != 1 {
		t.Errorf("%s %v %v", got.output, got.err, got.warnings)
	}
}

// TestDirectionOfLinks holds that the first issue blocks the other, and not the other way round.
func TestDirectionOfLinks(t *testing.T) {
	t.Parallel()
	s := sandboxed(t, jira.Basic)
	s.must(t, "link_issues", `{"issue_key":"PROJ-4","linked_issue_key":"PROJ-5","link_type":"Blocks"}`)
	issue := gjson.ParseBytes(s.must(t, "get_issue", `{"issue_key":"PROJ-4","fields":["issuelinks"]}`))
	if got := issue.Get("fields.issuelinks.0.outwardIssue.key").String(); got != "PROJ-5" {
		t.Errorf("PROJ-4 blocks %q: %s", got, issue.Get("fields.issuelinks").Raw)
	}
}

// TestIssueWritesAreSerialised holds which requests the limit of an issue is about.
func TestIssueWritesAreSerialised(t *testing.T) {
	t.Parallel()
	limits := jira.Connector().Throttlers
	at := slices.IndexFunc(limits, func(l operations.Throttler) bool { return l.Concurrent == 1 })
	for request, want := range map[string]bool{
		"PUT /rest/api/3/issue/PROJ-1": true, "DELETE /rest/api/2/issue/PROJ-1": true, "POST /rest/api/3/issue/PROJ-1/comment": true,
		"PUT /rest/api/3/issue/PROJ-1/comment/7": true, "GET /rest/api/3/issue/PROJ-1": false, "POST /rest/api/3/issue": false,
		"POST /rest/api/3/search/jql": false, "POST /rest/api/3/issueLink": false, "POST /rest/agile/1.0/sprint/3/issue": false,
	} {
		method, path, _ := strings.Cut(request, " ")
		if limits[at].Matches(method, path) != want {
			t.Errorf("%s: %v", request, !want)
		}
	}
}

// TestPlaces holds where the API lies for each way to log in.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scheme, override string
		fields           map[string]string
		want             string
	}{
		{jira.Basic, "", map[string]string{"site_url": "https://acme.atlassian.net/"}, "https://acme.atlassian.net/rest/api/3/myself"},
		{jira.Basic, "http://127.0.0.1:9/jira", map[string]string{"site_url": "https://acme.atlassian.net"}, "http://127.0.0.1:9/jira/rest/api/3/myself"},
		{jira.PersonalAccessToken, "", map[string]string{"base_url": "https://example.org/jira"}, "https://example.org/jira/rest/api/3/myself"},
		{jira.OAuth2, "", map[string]string{"cloud_id": "11-22"}, "https://api.atlassian.com/ex/jira/11-22/rest/api/3/myself"},
		{jira.OAuth2, "", map[string]string{"cloud_id": "a/../x?y"}, "https://api.atlassian.com/ex/jira/a%2F..%2Fx%3Fy/rest/api/3/myself"},
		{jira.OAuth2, "", map[string]string{"cloud_id": ".."}, ""},
		{jira.OAuth2, "", nil, ""},
		{jira.Basic, "", map[string]string{"site_url": "acme.atlassian.net"}, ""},
		{jira.Basic, "", map[string]string{"site_url": "https://a@b"}, ""},
		{jira.Basic, "", nil, ""},
	} {
		base, err := operations.NewBase(jira.Connector().For(c.scheme), c.override, c.fields)
		if got := base.URL("/rest/api/3/myself"); (err != nil) != (c.want == "") && got != c.want || err == nil && got != c.want {
			t.Errorf("%s %v: %s %v", c.scheme, c.fields, got, err)
		}
	}
}
