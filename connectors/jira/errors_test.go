package jira_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/operations"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		code   operations.Code
		detail string
		faults []operations.InputFault
	}{
		{"fields", 400, nil, `{"errorMessages":["Bad things."],"errors":{"summary":"You must specify a summary of the issue.",` +
			`"issuetype":"The issue type selected is invalid.","customfield_10030":"Severity is required.","nobody":"knows this"}}`,
			operations.CodeUpstreamRejected,
			"the service answered Bad Request: Bad things.; customfield_10030: Severity is required.; issuetype: The issue type selected is invalid.; " +
				"nobody: knows this; summary: You must specify a summary of the issue.",
			[]operations.InputFault{
				{Pointer: "/custom_fields/customfield_10030", Detail: "Severity is required."},
				{Pointer: "/issue_type", Detail: "The issue type selected is invalid."},
				{Pointer: "/summary", Detail: "You must specify a summary of the issue."},
			}},
		{"JQL", 400, nil, `{"errorMessages":["Error in the JQL Query: The character '=' is a reserved JQL character."],"errors":{}}`,
			operations.CodeUpstreamRejected, "the service answered Bad Request: Error in the JQL Query: The character '=' is a reserved JQL character.",
			[]operations.InputFault{{Pointer: "/jql", Detail: "Error in the JQL Query: The character '=' is a reserved JQL character."}}},
		{"log-in", 401, nil, `{"errorMessages":["Client must be authenticated to access this resource."],"errors":{}}`,
			operations.CodeCredentialRejected, "the service answered Unauthorized: Client must be authenticated to access this resource.", nil},
		{"scope", 401, nil, `{"code":401,"message":"Unauthorized; scope does not match"}`, operations.CodeUpstreamForbidden,
			"the credential lacks a scope that this takes: authorise the app again with the scopes that the operation names", nil},
		{"right", 403, nil, `{"errorMessages":["You do not have permission."]}`, operations.CodeUpstreamForbidden,
			"the service answered Forbidden: You do not have permission.", nil},
		{"not there", 404, map[string]string{"X-Arequestid": "77"}, `{"errorMessages":["Issue does not exist."]}`, operations.CodeUpstreamNotFound,
			"the service answered Not Found: Issue does not exist.", nil},
		{"limit", 429, map[string]string{"Retry-After": "7", "RateLimit-Reason": "jira-per-issue-on-write"}, `{"errorMessages":["Slow down."]}`,
			operations.CodeRateLimited, "the service answered Too Many Requests: Slow down.", nil},
		{"OAuth", 400, nil, `{"error":"invalid_grant","error_description":"Unknown token"}`, operations.CodeUpstreamRejected,
			"the service answered Bad Request: Unknown token", nil},
		{"a page", 404, nil, `<html>Oops</html>`, operations.CodeUpstreamNotFound, "the service answered Not Found", nil},
		{"other shapes", 400, nil, `{"errorMessages":"x","errors":[1]}`, operations.CodeUpstreamRejected, "the service answered Bad Request", nil},
		{"nested without end", 400, nil, strings.Repeat("[", 100_000), operations.CodeUpstreamRejected, "the service answered Bad Request", nil},
		{"nothing", 503, nil, ``, operations.CodeUpstreamFailed, "the service answered Service Unavailable", nil},
		{"a write that fails inside", 500, nil, `{"errorMessages":["Internal server error"]}`, operations.CodeOutcomeUnknown,
			"the service answered Internal Server Error: Internal server error; what was asked may have been done", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to := &recorder{status: c.status, header: c.header, answers: []string{c.body}}
			got := serve(t, jira.Basic, to).call(t, "add_watcher", `{"issue_key":"PROJ-1","account_id":"5b"}`).err
			if got == nil || got.Code != c.code || got.Detail != c.detail || got.Upstream == nil || got.Upstream.Status != c.status {
				t.Fatalf("%+v", got)
			}
			if diff := cmp.Diff(c.faults, got.Faults); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if c.status == http.StatusTooManyRequests && (got.RetryAfter.Seconds() != 7 || got.Upstream.Code != "jira-per-issue-on-write") {
				t.Errorf("%v %+v", got.RetryAfter, got.Upstream)
			}
			if c.header["X-Arequestid"] != "" && got.Upstream.RequestID != "77" {
				t.Errorf("%+v", got.Upstream)
			}
		})
	}
}

// TestManyErrors holds that what is read of a refusal is bounded.
func TestManyErrors(t *testing.T) {
	t.Parallel()
	said := map[string]any{"errorMessages": []string{}, "errors": map[string]string{}}
	for i := range 1000 {
		said["errors"].(map[string]string)[strings.Repeat("f", 1+i)] = strings.Repeat("x", 10_000)
		said["errorMessages"] = append(said["errorMessages"].([]string), strings.Repeat("é", 10_000))
	}
	body, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	problem := jira.Connector().ReadError(400, http.Header{}, body)
	if len(problem.Detail) > 40_000 || len(problem.Faults) > 40 {
		t.Errorf("%d bytes, %d faults", len(problem.Detail), len(problem.Faults))
	}
}

// TestUnreadableAnswers tells what answers of status 200 come to that are none.
func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{``, `<html>`, `[]`, `{"id":7}`, `{"id":`} {
		for operation, want := range map[string]operations.Code{"get_issue": operations.CodeUpstreamFailed, "add_comment": operations.CodeOutcomeUnknown} {
			input := map[string]string{"get_issue": `{"issue_key":"PROJ-1"}`, "add_comment": `{"issue_key":"PROJ-1","body":"x"}`}[operation]
			got := serve(t, jira.Basic, &recorder{answers: []string{answer}}).call(t, operation, input)
			if got.err == nil || got.err.Code != want {
				t.Errorf("%s answered with %q: %v %s", operation, answer, got.err, got.output)
			}
		}
	}
}

// TestRejected tells tokens that have run out from tokens that lack a scope.
func TestRejected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		peek   string
		want   bool
	}{
		{401, `{"code":401,"message":"Unauthorized"}`, true},
		{401, ``, true},
		{401, `{"code":401,"message":"Unauthorized; scope does not match"}`, false},
		{403, ``, false}, {200, ``, false},
	} {
		if got := jira.Connector().Rejected(c.status, nil, []byte(c.peek)); got != c.want {
			t.Errorf("%d %s: %v", c.status, c.peek, got)
		}
	}
}

// TestSandboxRefusals holds that what the sandbox refuses is found in our input.
func TestSandboxRefusals(t *testing.T) {
	t.Parallel()
	s := sandboxed(t, jira.Basic)
	for _, c := range []struct {
		operation, input, pointer string
		code                      operations.Code
	}{
		{"create_issue", `{"project_key":"PROJ","issue_type":"Wish","summary":"a","description":"b"}`, "/issue_type", operations.CodeUpstreamRejected},
		{"create_issue", `{"project_key":"NONE","issue_type":"Task","summary":"a","description":"b"}`, "/project_key", operations.CodeUpstreamRejected},
		{"create_issue", `{"project_key":"PROJ","issue_type":"Task","summary":"a","description":"b","assignee":"nobody"}`, "/assignee", operations.CodeUpstreamRejected},
		{"create_issue", `{"project_key":"PROJ","issue_type":"Task","summary":"a","description":"b","components":["none"]}`, "/components", operations.CodeUpstreamRejected},
		{"create_issue", `{"project_key":"DEV","issue_type":"Bug","summary":"a","description":"b"}`, "/custom_fields/" + jiratest.FieldSeverity, operations.CodeUpstreamRejected},
		{"create_issue", `{"project_key":"PROJ","issue_type":"Task","summary":"a","description":"b","rich_text_fields":{"` + jiratest.FieldSteps + `":"x"}}`,
			"/rich_text_fields/" + jiratest.FieldSteps, operations.CodeUpstreamRejected},
		{"transition_issue", `{"issue_key":"` + jiratest.DevReviewKey + `","transition_id":"` + jiratest.DevResolve + `"}`, "/resolution", operations.CodeUpstreamRejected},
		{"search_issues", `{"jql":"project = = PROJ"}`, "/jql", operations.CodeUpstreamRejected},
		{"get_issue", `{"issue_key":"PROJ-9999"}`, "", operations.CodeUpstreamNotFound},
	} {
		got := s.call(t, c.operation, c.input).err
		if got == nil || got.Code != c.code || c.pointer != "" && (len(got.Faults) == 0 || got.Faults[0].Pointer != c.pointer) {
			t.Errorf("%s %s: %+v", c.operation, c.input, got)
		}
	}
}
