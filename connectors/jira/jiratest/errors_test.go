package jiratest_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/internal/sandbox"
)

// TestRefusals holds what the service does not do, and in which words.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	const v3 = "/rest/api/3"
	task := `"project":{"key":"PROJ"},"issuetype":{"id":"10002"}`
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		at, words          string // at: where in the answer; "" is the first message
	}{
		"no such path":          {"GET", v3 + "/nothing", "", 404, "", "dead link"},
		"no such method":        {"PATCH", v3 + "/issue/PROJ-1", "", 405, "", "Method Not Allowed"},
		"no such issue":         {"GET", v3 + "/issue/PROJ-999", "", 404, "", "Issue does not exist or you do not have permission to see it."},
		"no JSON":               {"POST", v3 + "/issue", "{", 400, "", "There was an error parsing JSON"},
		"no object":             {"POST", v3 + "/issue", "[]", 400, "", "Invalid request payload"},
		"too deep":              {"POST", v3 + "/issue", strings.Repeat("[", 100) + strings.Repeat("]", 100), 400, "", "error parsing JSON"},
		"too large":             {"POST", v3 + "/issue", `"` + strings.Repeat("x", 1<<20) + `"`, 413, "", "too large"},
		"no project":            {"POST", v3 + "/issue", `{"fields":{"summary":"x"}}`, 400, "project", "Specify a valid project ID or key"},
		"no type":               {"POST", v3 + "/issue", `{"fields":{"project":{"key":"PROJ"},"summary":"x"}}`, 400, "issuetype", "Specify an issue type"},
		"no summary":            {"POST", v3 + "/issue", `{"fields":{` + task + `}}`, 400, "summary", "You must specify a summary of the issue."},
		"blank summary":         {"POST", v3 + "/issue", `{"fields":{` + task + `,"summary":" "}}`, 400, "summary", "You must specify a summary of the issue."},
		"long summary":          {"POST", v3 + "/issue", `{"fields":{` + task + `,"summary":"` + strings.Repeat("x", 256) + `"}}`, 400, "summary", "255 characters"},
		"summary of two lines":  {"POST", v3 + "/issue", `{"fields":{` + task + `,"summary":"a\nb"}}`, 400, "summary", "newline"},
		"type of another":       {"POST", v3 + "/issue", `{"fields":{"project":{"key":"DEV"},"issuetype":{"id":"10002"},"summary":"x"}}`, 400, "issuetype", "Specify a valid issue type"},
		"plain description":     {"POST", v3 + "/issue", `{"fields":{` + task + `,"summary":"x","description":"plain"}}`, 400, "description", "Operation value must be an Atlassian Document"},
		"document in v2":        {"POST", "/rest/api/2/issue", `{"fields":{` + task + `,"summary":"x","description":` + adf("x") + `}}`, 400, "description", "Operation value must be a string"},
		"broken document":       {"POST", v3 + "/issue", `{"fields":{` + task + `,"summary":"x","description":{"type":"doc","version":1,"content":[{"type":"marquee"}]}}}`, 400, "", "INVALID_INPUT"},
		"unknown field":         {"POST", v3 + "/issue", `{"fields":{` + task + `,"summary":"x","colour":"red"}}`, 400, "colour", "Field 'colour' cannot be set. It is not on the appropriate screen, or unknown."},
		"status is not set":     {"PUT", v3 + "/issue/PROJ-1", `{"fields":{"status":{"name":"Done"}}}`, 400, "status", "Field 'status' cannot be set."},
		"unknown priority":      {"PUT", v3 + "/issue/PROJ-1", `{"fields":{"priority":{"name":"Urgent"}}}`, 400, "priority", "Priority name 'Urgent' is not valid"},
		"unknown component":     {"PUT", v3 + "/issue/PROJ-1", `{"fields":{"components":[{"name":"Build"}]}}`, 400, "components", "Component name 'Build' is not valid"},
		"no list":               {"PUT", v3 + "/issue/PROJ-1", `{"fields":{"labels":"a"}}`, 400, "labels", "data was not an array"},
		"label with a space":    {"PUT", v3 + "/issue/PROJ-1", `{"update":{"labels":[{"add":"a b"}]}}`, 400, "labels", "contains spaces"},
		"add to one":            {"PUT", v3 + "/issue/PROJ-1", `{"update":{"summary":[{"add":"x"}]}}`, 400, "summary", "Operation 'add' is not supported"},
		"unknown assignee":      {"PUT", v3 + "/issue/PROJ-1/assignee", `{"accountId":"nobody"}`, 400, "assignee", "User 'nobody' does not exist."},
		"who has left":          {"PUT", v3 + "/issue/PROJ-1/assignee", `{"accountId":"` + jiratest.Former + `"}`, 400, "assignee", "cannot be assigned"},
		"a guest":               {"PUT", v3 + "/issue/PROJ-1/assignee", `{"accountId":"` + jiratest.Guest + `"}`, 400, "assignee", "cannot be assigned"},
		"no assignee":           {"PUT", v3 + "/issue/PROJ-1/assignee", `{}`, 400, "", "'accountId' must be provided."},
		"no date":               {"PUT", v3 + "/issue/PROJ-1", `{"fields":{"duedate":"tomorrow"}}`, 400, "duedate", "yyyy-MM-dd"},
		"no number":             {"PUT", v3 + "/issue/PROJ-1", `{"fields":{"` + jiratest.FieldStoryPoints + `":"3"}}`, 400, jiratest.FieldStoryPoints, "must be a number"},
		"no such option":        {"PUT", v3 + "/issue/PROJ-7", `{"fields":{"` + jiratest.FieldSeverity + `":{"value":"Mild"}}}`, 400, jiratest.FieldSeverity, "Option value 'Mild' is not valid"},
		"severity is wanted":    {"POST", v3 + "/issue", `{"fields":{"project":{"key":"DEV"},"issuetype":{"id":"10014"},"summary":"x"}}`, 400, jiratest.FieldSeverity, "Severity is required."},
		"sub-task of nothing":   {"POST", v3 + "/issue", `{"fields":{"project":{"key":"PROJ"},"issuetype":{"id":"10003"},"summary":"x"}}`, 400, "parent", "parent issue key or id not specified"},
		"wrong parent":          {"POST", v3 + "/issue", `{"fields":{` + task + `,"summary":"x","parent":{"key":"PROJ-3"}}}`, 400, "parent", "appropriate hierarchy"},
		"closed sprint":         {"PUT", v3 + "/issue/PROJ-3", `{"fields":{"` + jiratest.FieldSprint + `":1}}`, 400, jiratest.FieldSprint, "completed sprint"},
		"has subtasks":          {"DELETE", v3 + "/issue/PROJ-5", "", 400, "", "You must specify the 'deleteSubtasks' parameter"},
		"no transition":         {"POST", v3 + "/issue/PROJ-1/transitions", `{}`, 400, "", "Missing 'transition' identifier"},
		"named transition":      {"POST", v3 + "/issue/PROJ-1/transitions", `{"transition":{"id":"Done"}}`, 400, "", "'transition' identifier must be an integer"},
		"unknown transition":    {"POST", v3 + "/issue/PROJ-1/transitions", `{"transition":{"id":"99"}}`, 400, "", "Transition id '99' is not valid for this issue."},
		"not in this status":    {"POST", v3 + "/issue/PROJ-1/transitions", `{"transition":{"id":"41"}}`, 400, "", "Transition id '41' is not valid for this issue."},
		"needs a resolution":    {"POST", v3 + "/issue/DEV-2/transitions", `{"transition":{"id":"701"}}`, 400, "resolution", "Resolution is required."},
		"plain comment":         {"POST", v3 + "/issue/PROJ-1/comment", `{"body":"plain"}`, 400, "comment", "Comment body is not valid!"},
		"empty comment":         {"POST", v3 + "/issue/PROJ-1/comment", `{"body":{"type":"doc","version":1,"content":[]}}`, 400, "comment", "Comment body can not be empty!"},
		"no such comment":       {"PUT", v3 + "/issue/PROJ-1/comment/1", `{"body":` + adf("x") + `}`, 404, "", "Can not find a comment for the id: 1."},
		"no such role":          {"POST", v3 + "/issue/PROJ-1/comment", `{"body":` + adf("x") + `,"visibility":{"type":"role","value":"Kings"}}`, 400, "commentLevel", "Role: Kings does not exist."},
		"comments by size":      {"GET", v3 + "/issue/PROJ-1/comment?orderBy=size", "", 400, "", "orderBy"},
		"page before the first": {"GET", v3 + "/issue/PROJ-1/comment?startAt=-1", "", 400, "", "startAt"},
		"no time":               {"POST", v3 + "/issue/PROJ-1/worklog", `{}`, 400, "timeLogged", "You must indicate the time spent working."},
		"no duration":           {"POST", v3 + "/issue/PROJ-1/worklog", `{"timeSpent":"3 sheep"}`, 400, "timeLogged", "Invalid time duration entered."},
		"started in RFC 3339":   {"POST", v3 + "/issue/PROJ-1/worklog", `{"timeSpentSeconds":60,"started":"2026-03-01T08:00:00Z"}`, 400, "", "not a valid representation"},
		"link to nothing":       {"POST", v3 + "/issueLink", `{"type":{"name":"Blocks"},"inwardIssue":{"key":"PROJ-1"},"outwardIssue":{"key":"X-1"}}`, 404, "", "Issue does not exist"},
		"link of no kind":       {"POST", v3 + "/issueLink", `{"type":{"name":"Likes"},"inwardIssue":{"key":"PROJ-1"},"outwardIssue":{"key":"PROJ-2"}}`, 404, "", "No issue link type with name 'Likes' found."},
		"watcher is an object":  {"POST", v3 + "/issue/PROJ-1/watchers", `{"accountId":"x"}`, 400, "", "JSON string"},
		"unknown watcher":       {"POST", v3 + "/issue/PROJ-1/watchers", `"nobody"`, 404, "", "does not exist"},
		"old search":            {"POST", v3 + "/search", `{"jql":"project=PROJ"}`, 410, "", "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."},
		"unbounded":             {"GET", v3 + "/search/jql?jql=ORDER%20BY%20created", "", 400, "", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."},
		"no query":              {"POST", v3 + "/search/jql", `{}`, 400, "", "Unbounded JQL"},
		"page of nothing":       {"POST", v3 + "/search/jql", `{"jql":"project=PROJ","maxResults":0}`, 400, "", "maxResults"},
		"token of ours":         {"POST", v3 + "/search/jql", `{"jql":"project=PROJ","nextPageToken":"abc"}`, 400, "", "page token is invalid"},
		"fields no list":        {"POST", v3 + "/search/jql", `{"jql":"project=PROJ","fields":"summary"}`, 400, "", "'fields' must be an array"},
		"no such project":       {"GET", v3 + "/project/NONE", "", 404, "", "No project could be found with key or id 'NONE'."},
		"type elsewhere":        {"GET", v3 + "/issue/createmeta/DEV/issuetypes/10004", "", 404, "", "does not exist in project 'DEV'"},
		"version twice":         {"POST", v3 + "/version", `{"name":"1.0","projectId":10000}`, 400, "name", "A version with this name already exists in this project."},
		"version of nothing":    {"POST", v3 + "/version", `{"name":"9.0"}`, 400, "projectId", "project"},
		"component twice":       {"POST", v3 + "/component", `{"name":"API","project":"PROJ"}`, 400, "name", "already exists"},
		"nobody asked for":      {"GET", v3 + "/user", "", 400, "", "accountId"},
		"user unknown":          {"GET", v3 + "/user?accountId=x", "", 404, "", "Specified user does not exist"},
		"assignable to what":    {"GET", v3 + "/user/assignable/search", "", 400, "", "must be provided"},
		"no board":              {"GET", "/rest/agile/1.0/board/9/sprint", "", 404, "", "Board does not exist"},
		"Kanban has none":       {"GET", "/rest/agile/1.0/board/2/sprint", "", 400, "", "The board does not support sprints"},
		"into a closed one":     {"POST", "/rest/agile/1.0/sprint/1/issue", `{"issues":["PROJ-1"]}`, 400, "", "completed sprint"},
		"of another project":    {"POST", "/rest/agile/1.0/sprint/3/issue", `{"issues":["PROJ-1","DEV-1"]}`, 400, "", "'DEV-1' cannot be in a sprint of this board"},
		"sprint of no name":     {"POST", "/rest/agile/1.0/sprint", `{"originBoardId":1}`, 400, "name", "must be provided"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := f.on(t).send(tc.method, tc.path, tc.body)
			at := "errorMessages.0"
			if tc.at != "" {
				at = "errors." + tc.at
			}
			if got := a.get(at).String(); a.status != tc.status || !strings.Contains(got, tc.words) || !a.get("errorMessages").IsArray() || !a.get("errors").IsObject() {
				t.Errorf("got %d %s, want %d %q", a.status, a.body, tc.status, tc.words)
			}
		})
	}
}

// TestNothingHappensToWhatIsRefused sends requests of which one part is wrong.
func TestNothingHappensToWhatIsRefused(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	before := f.get("/issue/PROJ-1").body
	f.want(400, "PUT", "/rest/api/3/issue/PROJ-1", `{"fields":{"summary":"new","duedate":"x"},"update":{"labels":[{"add":"x"}]}}`)
	f.want(400, "PUT", "/rest/api/3/issue/PROJ-1", `{"fields":{"summary":"new"},"update":{"comment":[{"add":{"body":"plain"}}]}}`)
	f.want(400, "PUT", "/rest/api/3/issue/PROJ-1", `{"fields":{"summary":null}}`)
	if now := f.get("/issue/PROJ-1").body; now != before {
		t.Errorf("the issue was changed: %s", now)
	}
	f.want(400, "POST", "/rest/agile/1.0/sprint/3/issue", `{"issues":["PROJ-3","DEV-1"]}`)
	if n := f.want(200, "GET", "/rest/agile/1.0/sprint/3/issue", "").get("total").Int(); n != 0 {
		t.Errorf("%d issues moved", n)
	}
	if writes := f.sandbox.Stats().Writes; writes != 0 {
		t.Errorf("%d writes were counted", writes)
	}
}

func TestLogins(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	basic := func(name, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
	}
	oauth := "/ex/jira/" + jiratest.CloudID + "/rest/api/3/myself"
	for name, tc := range map[string]struct {
		path, authorization string
		status              int
	}{
		"API token":                  {"/rest/api/3/myself", basic(jiratest.Email, jiratest.APIToken), 200},
		"password":                   {"/rest/api/2/myself", basic(jiratest.Username, jiratest.Password), 200},
		"personal access token":      {"/rest/api/2/myself", "Bearer " + jiratest.PersonalAccessToken, 200},
		"wrong API token":            {"/rest/api/3/myself", basic(jiratest.Email, "x"), 401},
		"wrong access token":         {"/rest/api/2/myself", "Bearer x", 401},
		"no login":                   {"/rest/api/3/myself", "", 401},
		"no login for the info":      {"/rest/api/3/serverInfo", "", 200},
		"no login, a file so called": {"/secure/attachment/" + jiratest.AttachmentID + "/serverInfo", "", 401},
		"OAuth":                      {oauth, "Bearer " + jiratest.AccessToken, 200},
		"OAuth run out":              {oauth, "Bearer " + jiratest.ExpiredAccessToken, 401},
		"OAuth at the site":          {"/rest/api/3/myself", "Bearer " + jiratest.AccessToken, 401},
		"API token at OAuth's":       {oauth, basic(jiratest.Email, jiratest.APIToken), 401},
		"OAuth for another site":     {"/ex/jira/" + strings.Repeat("0", 36) + "/rest/api/3/myself", "Bearer " + jiratest.AccessToken, 404},
	} {
		a := f.send("GET", tc.path, "", "Authorization", tc.authorization)
		if a.status != tc.status {
			t.Errorf("%s: got %d %s, want %d", name, a.status, a.body, tc.status)
		}
		if a.status == 401 && a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
	}
	a := f.send("GET", "/rest/api/2/myself", "", "Authorization", "Bearer x")
	if a.header.Get("X-Seraph-Loginreason") != "AUTHENTICATED_FAILED" || !strings.Contains(a.get("errorMessages.0").String(), "not authenticated") {
		t.Errorf("got %v %s", a.header, a.body)
	}
}

func TestReadersMayNotWrite(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	reader := []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(jiratest.ReaderEmail+":"+jiratest.ReaderAPIToken))}
	f.want(200, "GET", "/rest/api/3/issue/PROJ-1", "", reader...)
	f.want(200, "POST", "/rest/api/3/search/jql", `{"jql":"project=PROJ"}`, reader...)
	f.want(403, "POST", "/rest/api/3/issue/PROJ-1/comment", `{"body":`+adf("x")+`}`, reader...)
	f.equal(f.want(403, "POST", "/rest/api/3/version", `{"name":"9.0","project":"PROJ"}`, reader...), "errorMessages.0",
		"You must have global or project administrator rights in order to do this.")
	a := f.want(401, "DELETE", "/ex/jira/"+jiratest.CloudID+"/rest/api/3/issue/PROJ-1", "", "Authorization", "Bearer "+jiratest.ReadOnlyAccessToken)
	f.equal(a, "message", "Unauthorized; scope does not match")
}

func TestFaultsInTheServicesShape(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for _, status := range []int{401, 403, 404, 409, 429, 500, 503} {
		if err := f.sandbox.SetFaults(sandbox.Fault{Status: status, Times: 1}); err != nil {
			t.Fatal(err)
		}
		if a := f.want(status, "GET", "/rest/api/3/myself", ""); a.get("errorMessages.0").String() == "" || !a.get("errors").IsObject() {
			t.Errorf("%d: got %s", status, a.body)
		}
	}
	f.want(204, "DELETE", "/rest/api/3/issue/"+jiratest.DeleteKey, "")
	if stats := f.sandbox.Stats(); stats.Writes != 1 || stats.Faulted != 7 {
		t.Errorf("stats %+v", stats)
	}
	f.sandbox.Reset()
	f.get("/issue/" + jiratest.DeleteKey)
}
