package jiratest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

func TestCreateShowsWhatWasGiven(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	made := f.want(201, "POST", "/rest/api/3/issue", `{"fields":{"project":{"id":"10001"},"issuetype":{"name":"bug"},"summary":"It breaks",
		"description":`+adf("Twice")+`,"priority":{"id":"2"},"labels":["x","x"],"assignee":{"accountId":"-1"},"duedate":"2026-04-01",
		"components":[{"id":"10261"}],"versions":[{"name":"2026.1"}],"environment":`+adf("Linux")+`,
		"timetracking":{"originalEstimate":"1w 2d","remainingEstimate":"4h"},
		"customfield_10030":{"value":"Major"},"customfield_10031":[{"id":"10050"},{"value":"Finance"}],"customfield_10032":{"accountId":"`+jiratest.Carla+`"},
		"customfield_10033":"2026-05-01T08:00:00.000+0200","customfield_10016":2.5,"customfield_10035":"C-1"},
		"update":{"comment":[{"add":{"body":`+adf("Noted")+`}}],"worklog":[{"add":{"timeSpent":"30m"}}]}}`)
	key := made.get("key").String()
	if key != "DEV-25" || made.get("self").String() != f.url+"/rest/api/3/issue/"+made.get("id").String() {
		t.Errorf("got %s", made.body)
	}
	a := f.want(200, "GET", made.get("self").String(), "")
	for path, want := range map[string]string{
		"fields.status.name": "Backlog", "fields.status.statusCategory.key": "new", "fields.issuetype.id": jiratest.DevBug,
		"fields.description.content.0.content.0.text": "Twice", "fields.priority.name": "High", "fields.labels": `["x"]`,
		"fields.assignee.displayName": "Bob Iversen", "fields.reporter.accountId": jiratest.AccountID, "fields.creator.accountId": jiratest.AccountID,
		"fields.components.0.name": "Build", "fields.versions.#": "1", "fields.fixVersions": "[]", "fields.environment.type": "doc",
		"fields.timetracking.originalEstimate": "1w 2d", "fields.timeoriginalestimate": "201600", "fields.timeestimate": "12600",
		"fields.timespent": "1800", "fields.workratio": "0", "fields.customfield_10030.value": "Major", "fields.customfield_10031.1.value": "Finance",
		"fields.customfield_10032.displayName": "Carla Mendes", "fields.customfield_10033": "2026-05-01T06:00:00.000+0000",
		"fields.customfield_10016": "2.5", "fields.customfield_10035": "C-1", "fields.customfield_10034": "", "fields.resolution": "",
		"fields.comment.comments.0.body.content.0.content.0.text": "Noted", "fields.worklog.total": "1", "fields.watches.watchCount": "1",
	} {
		f.equal(a, path, want)
	}
	if !a.get("fields.customfield_10034").Exists() {
		t.Error("a field without a value is left out")
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	f.want(204, "PUT", "/rest/api/3/issue/proj-1", `{"fields":{"summary":"New","customfield_10016":null},
		"update":{"labels":[{"remove":"billing"},{"add":"urgent"}],"components":[{"set":[{"name":"Web"}]}],"timetracking":[{"edit":{"remainingEstimate":"1h"}}],
		"customfield_10031":[{"add":{"value":"Logistics"}}],"comment":[{"add":{"body":`+adf("Changed")+`}}]}}`)
	a := f.get("/issue/10101?expand=changelog,renderedFields,names,schema,transitions")
	for path, want := range map[string]string{
		"fields.summary": "New", "fields.labels": `["customer","urgent"]`, "fields.components.#.name": `["Web"]`, "fields.customfield_10016": "",
		"fields.timetracking.remainingEstimateSeconds": "3600", "fields.timetracking.timeSpent": "3h", "fields.customfield_10031.#": "2",
		"fields.comment.total": "4", "changelog.total": "2", `changelog.histories.0.items.#(field=="summary").toString`: "New",
		`changelog.histories.0.items.#(field=="labels").fromString`: "billing customer", "renderedFields.description": "<p>Two invoices arrive for every instalment.</p><p>Steps: pay the first instalment, wait for the mail.</p>",
		"names.customfield_10016": "Story point estimate", "schema.labels.items": "string", "transitions.#": "3",
	} {
		f.equal(a, path, want)
	}
	f.equal(f.get("/issue/PROJ-1/changelog?maxResults=1"), "total", "2")
	f.equal(f.get("/issue/PROJ-1?fields=summary,-labels,status"), "fields.@keys.#", "2")
	f.equal(f.get("/issue/PROJ-1?fields=-labels"), "fields.labels", "")
	f.equal(f.want(200, "PUT", "/rest/api/3/issue/PROJ-1?returnIssue=true", `{"fields":{"summary":"Newer"}}`), "fields.summary", "Newer")
	f.equal(f.get("/issue/PROJ-1/editmeta"), "fields.labels.operations", `["add","set","remove"]`)
}

func TestPlainTextAndDocument(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for _, plain := range []string{"one", "a\nb", "a\n\nb", "a\n\n\nb\n", " spaced  out ", "Ünïcödé 🎉 <b>&</b>"} {
		quoted := strings.NewReplacer("\n", `\n`).Replace(plain)
		f.want(204, "PUT", "/rest/api/2/issue/PROJ-3", `{"fields":{"description":"`+quoted+`"}}`)
		f.equal(f.want(200, "GET", "/rest/api/2/issue/PROJ-3?fields=description", ""), "fields.description", plain)
		f.want(204, "PUT", "/rest/api/3/issue/PROJ-3", `{"fields":{"description":`+f.get("/issue/PROJ-3").get("fields.description").Raw+`}}`)
	}
	f.want(204, "PUT", "/rest/api/3/issue/PROJ-3", `{"fields":{"description":{"type":"doc","version":1,"content":[
		{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Steps"}]},
		{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"one","marks":[{"type":"strong"}]}]}]},
		{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"mention","attrs":{"id":"1","text":"@Bob"}}]}]}]}]}}}`)
	a := f.want(200, "GET", "/rest/api/2/issue/PROJ-3?fields=description&expand=renderedFields", "")
	f.equal(a, "fields.description", "Steps\n\n* one\n* @Bob")
	f.equal(a, "renderedFields.description", "<h2>Steps</h2><ul><li><p>one</p></li><li><p>@Bob</p></li></ul>")
}

func TestWorkflow(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	ids := func(key string) string { return f.get("/issue/" + key + "/transitions").get("transitions.#.id").Raw }
	step := func(key, body string) {
		t.Helper()
		f.want(204, "POST", "/rest/api/3/issue/"+key+"/transitions", body)
	}
	for _, tc := range []struct{ key, before, body, status, resolution string }{
		{"DEV-1", `["4"]`, `{"transition":{"id":"4"}}`, "In Progress", ""},
		{"DEV-1", `["5"]`, `{"transition":{"id":5}}`, "In Review", ""},
		{"DEV-1", `["6","701"]`, `{"transition":{"id":"701"},"fields":{"resolution":{"name":"Won't Do"}}}`, "Closed", "Won't Do"},
		{"DEV-1", `["3"]`, `{"transition":{"id":"3"}}`, "Backlog", ""},
		{"PROJ-1", `["11","21","31"]`, `{"transition":{"id":"21"}}`, "In Progress", ""},
		{"PROJ-1", `["11","21","31","41"]`, `{"transition":{"id":"41"},"update":{"resolution":[{"set":{"id":"10002"}}],"comment":[{"add":{"body":` + adf("Same as that") + `}}]}}`, "Done", "Duplicate"},
		{"PROJ-1", `["11","21","31"]`, `{"transition":{"id":"31"}}`, "Done", "Duplicate"},
		{"PROJ-1", `["11","21","31"]`, `{"transition":{"id":"11"}}`, "To Do", ""},
		{"PROJ-1", `["11","21","31"]`, `{"transition":{"id":"31"}}`, "Done", "Done"},
	} {
		if got := ids(tc.key); got != tc.before {
			t.Errorf("%s to %s: there are %s, want %s", tc.key, tc.status, got, tc.before)
		}
		step(tc.key, tc.body)
		a := f.get("/issue/" + tc.key)
		f.equal(a, "fields.status.name", tc.status)
		f.equal(a, "fields.resolution.name", tc.resolution)
		if (a.get("fields.resolutiondate").String() != "") != (tc.resolution != "") {
			t.Errorf("%s: resolved %s", tc.status, a.get("fields.resolutiondate"))
		}
	}
	f.equal(f.get("/issue/PROJ-1"), "fields.comment.total", "4")
	a := f.get("/issue/DEV-2/transitions?expand=transitions.fields")
	f.equal(a, `transitions.#(id=="701").fields.resolution.required`, "true")
	f.equal(a, `transitions.#(id=="701").fields.resolution.allowedValues.#`, "4")
	f.equal(a, `transitions.#(id=="6").fields`, "{}")
}

func TestCommentsWorklogsLinksWatchers(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	const issue = "/rest/api/3/issue/PROJ-4"
	made := f.want(201, "POST", issue+"/comment", `{"body":`+adf("First")+`,"visibility":{"type":"role","value":"Developers"}}`)
	f.equal(made, "visibility.value", "Developers")
	comment := issue + "/comment/" + made.get("id").String()
	f.equal(f.want(200, "PUT", comment, `{"body":`+adf("Second")+`}`), "body.content.0.content.0.text", "Second")
	f.equal(f.want(200, "GET", comment+"?expand=renderedBody", ""), "renderedBody", "<p>Second</p>")
	f.want(204, "DELETE", comment, "")
	f.want(404, "GET", comment, "")

	for _, tc := range []struct{ body, query, words, spent, left string }{
		{`{"timeSpent":"1d 2h"}`, "", "1d 2h", "36000", ""},
		{`{"timeSpentSeconds":5400}`, "?adjustEstimate=new&newEstimate=3h", "1h 30m", "41400", "10800"},
		{`{"timeSpent":"90"}`, "", "1h 30m", "46800", "5400"},
		{`{"timeSpent":"30m"}`, "?adjustEstimate=leave", "30m", "48600", "5400"},
		{`{"timeSpent":"30m"}`, "?adjustEstimate=manual&reduceBy=1h", "30m", "50400", "1800"},
	} {
		log := f.want(201, "POST", issue+"/worklog"+tc.query, tc.body)
		f.equal(log, "timeSpent", tc.words)
		a := f.get("/issue/PROJ-4")
		f.equal(a, "fields.timespent", tc.spent)
		f.equal(a, "fields.timeestimate", tc.left)
	}
	last := f.get("/issue/PROJ-4/worklog").get("worklogs.4.id").String()
	f.want(204, "DELETE", issue+"/worklog/"+last, "")
	f.equal(f.get("/issue/PROJ-4"), "fields.timespent", "48600")
	started := f.want(201, "POST", issue+"/worklog", `{"timeSpent":"1h","started":"2026-03-01T08:00:00.000+0200","comment":`+adf("Early")+`}`)
	f.equal(started, "started", "2026-03-01T08:00:00.000+0200")

	f.equal(f.get("/issueLink/"+jiratest.LinkID), "outwardIssue.key", jiratest.DevIssueKey)
	f.equal(f.get("/issue/DEV-1"), "fields.issuelinks.0.inwardIssue.key", "PROJ-1")
	f.want(204, "DELETE", "/rest/api/3/issueLink/"+jiratest.LinkID, "")
	f.equal(f.get("/issue/PROJ-1"), "fields.issuelinks", "[]")
	f.equal(f.get("/issueLinkType"), "issueLinkTypes.0.inward", "is blocked by")

	f.want(204, "POST", issue+"/watchers", `"`+jiratest.Carla+`"`)
	f.want(204, "POST", issue+"/watchers", "")
	f.equal(f.get("/issue/PROJ-4/watchers"), "isWatching", "true")
	f.want(204, "DELETE", issue+"/watchers?accountId="+jiratest.Carla, "")
	f.equal(f.get("/issue/PROJ-4/watchers"), `watchers.#(displayName=="Carla Mendes").active`, "")
}

// form makes the body of an upload.
func form(t *testing.T, name, file, content string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(name, file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{UploadLimit: 1000})
	const path = "/rest/api/3/issue/PROJ-1/attachments"
	const token = "X-Atlassian-Token"
	body, kind := form(t, "file", `..\evil/ünä "q".png`, "\x89PNG")
	if a := f.want(403, "POST", path, body, "Content-Type", kind); a.body != "XSRF check failed" {
		t.Errorf("got %s", a.body)
	}
	added := f.want(200, "POST", path, body, "Content-Type", kind, token, "no-check")
	f.equal(added, "0.mimeType", "image/png")
	f.equal(added, "0.size", "4")
	content := added.get("0.content").String()
	if content != f.url+"/rest/api/3/attachment/content/"+added.get("0.id").String() {
		t.Errorf("the content is at %s", content)
	}
	for _, url := range []string{content, content + "?redirect=false"} {
		a := f.want(200, "GET", url, "")
		if a.body != "\x89PNG" || a.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("got %q %v", a.body, a.header)
		}
	}
	large, kind := form(t, "file", "a.txt", strings.Repeat("x", 1001))
	f.want(413, "POST", path, large, "Content-Type", kind, token, "no-check")
	other, kind := form(t, "upload", "a.txt", "x")
	f.want(400, "POST", path, other, "Content-Type", kind, token, "no-check")
	f.want(415, "POST", path, `{}`, token, "no-check")
	f.want(400, "POST", path, "--x\r\nbroken", "Content-Type", "multipart/form-data; boundary=x", token, "no-check")
	f.equal(f.get("/attachment/meta"), "uploadLimit", "1000")
	f.want(204, "DELETE", "/rest/api/3/attachment/"+jiratest.AttachmentID, "")
	f.want(404, "GET", "/rest/api/3/attachment/"+jiratest.AttachmentID, "")
	f.equal(f.get("/issue/PROJ-1"), "fields.attachment.#", "1")
	f.want(http.StatusNotFound, "GET", "/secure/attachment/1/a", "")
}

func TestDeleteTakesAlongWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	f.want(204, "DELETE", "/rest/api/3/issue/PROJ-5?deleteSubtasks=true", "")
	f.want(404, "GET", "/rest/api/3/issue/PROJ-61", "")
	f.want(204, "DELETE", "/rest/api/3/issue/PROJ-2", "")
	f.equal(f.get("/issue/PROJ-1"), "fields.parent", "")
	f.want(204, "DELETE", "/rest/api/3/issue/PROJ-1", "")
	f.equal(f.get("/issue/DEV-1"), "fields.issuelinks", "[]")
	f.want(404, "GET", "/rest/api/3/issueLink/"+jiratest.LinkID, "")
	f.want(204, "DELETE", "/rest/api/3/version/"+jiratest.VersionNext, "")
	f.want(404, "GET", "/rest/api/3/version/"+jiratest.VersionNext, "")
	f.want(204, "DELETE", "/rest/api/3/component/"+jiratest.ComponentID, "")
	made := f.want(201, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"PROJ"},"issuetype":{"id":"10002"},"summary":"x"}}`)
	f.equal(made, "key", "PROJ-63") // numbers are not used again
}

func TestSettings(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for path, want := range map[string]map[string]string{
		"/project/search?query=dev":                              {"total": "1", "values.0.key": "DEV", "isLast": "true"},
		"/project/search?orderBy=-key":                           {"values.0.key": "PROJ"},
		"/project/DEV":                                           {"lead.displayName": "Bob Iversen", "issueTypes.4.id": jiratest.DevBug, "versions.0.projectId": "10001"},
		"/project/OPS/statuses":                                  {"#": "2", "0.name": "Task", "0.statuses.#.name": `["To Do","In Progress","Done"]`},
		"/project/DEV/statuses":                                  {"0.statuses.#.name": `["In Progress","Backlog","In Review","Closed"]`},
		"/project/PROJ/components":                               {"0.name": "API", "0.lead.accountId": jiratest.AccountID},
		"/project/PROJ/version?query=1.5&orderBy=-name":          {"total": "11", "values.0.name": "1.59"},
		"/issue/createmeta/PROJ/issuetypes?maxResults=2":         {"total": "5", "issueTypes.#": "2"},
		"/issue/createmeta/DEV/issuetypes/" + jiratest.DevBug:    {`fields.#(fieldId=="customfield_10030").required`: "true", `fields.#(fieldId=="resolution").name`: ""},
		"/issue/createmeta/PROJ/issuetypes/" + jiratest.ProjTask: {`fields.#(fieldId=="customfield_10030").name`: "", `fields.#(fieldId=="components").allowedValues.#`: "3"},
		"/status/10001":                                          {"statusCategory.key": "done"},
		"/statuses/search?statusCategory=IN_PROGRESS":            {"values.#.name": `["In Progress","In Review"]`, "values.0.statusCategory": "IN_PROGRESS"},
		"/statuscategory":                                        {"#.key": `["new","indeterminate","done"]`},
		"/priority/search":                                       {"total": "5", "values.2.isDefault": "true"},
		"/priority/1":                                            {"name": "Highest"},
		"/resolution/search":                                     {"values.0.name": "Done"},
		"/resolution/" + jiratest.ResolutionWont:                 {"name": "Won't Do"},
		"/field/search?type=custom&query=sever":                  {"total": "1", "values.0.schema.type": "option"},
		"/user?accountId=" + jiratest.Bob:                        {"emailAddress": "bob@northwind.example"},
		"/user/search?query=iver":                                {"#": "1"},
		"/user/search?query=frank":                               {"#": "0"},
		"/user/assignable/search?issueKey=PROJ-1&query=gwen":     {"#": "0"},
		"/users/search?maxResults=1000":                          {"#": "66"},
		"/serverInfo":                                            {"deploymentType": "Cloud", "baseUrl": f.url},
		"/issuetype/project?projectId=10002":                     {"#.name": `["Task","Sub-task"]`},
		"/issuetype/10004":                                       {"name": "Bug"},
	} {
		a := f.get(path)
		for at, value := range want {
			if got := a.get(at).String(); got != value {
				t.Errorf("%s: %s is %q, want %q", path, at, got, value)
			}
		}
	}
	sprint := f.want(201, "POST", "/rest/agile/1.0/sprint", `{"name":"Next","originBoardId":1,"startDate":"2026-04-01T08:00:00.000Z","endDate":"2026-04-15T08:00:00.000Z","goal":"g"}`)
	f.equal(sprint, "startDate", "2026-04-01T08:00:00.000Z")
	f.equal(f.want(200, "GET", sprint.get("self").String(), ""), "state", "future")
	f.want(204, "POST", "/rest/agile/1.0/backlog/issue", `{"issues":["PROJ-1"]}`)
	if got := f.get("/issue/PROJ-1?fields=" + jiratest.FieldSprint).get("fields." + jiratest.FieldSprint).Raw; got != "null" {
		t.Errorf("in the backlog, the sprint is %s", got)
	}
	done := f.want(200, "GET", "/rest/agile/1.0/board/2/issue?jql=status=Done", "")
	f.equal(done, "issues.#.key", `["OPS-2","OPS-5","OPS-8","OPS-11"]`)
}
