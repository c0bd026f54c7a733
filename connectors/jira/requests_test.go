package jira_test

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/operations"
)

// sent is a request as it arrived, without its path's prefix.
type sent struct{ Method, Target, Body string }

// recorder answers with its answers in turn, the last one again and again, and keeps what it was asked.
type recorder struct {
	mu       sync.Mutex
	answers  []string
	status   int
	header   map[string]string
	requests []sent
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, sent{request.Method, request.URL.RequestURI(), strings.TrimSpace(string(body))})
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	if r.status != 0 {
		w.WriteHeader(r.status)
	}
	if len(r.answers) > 0 {
		_, _ = io.WriteString(w, r.answers[0])
		r.answers = r.answers[min(1, len(r.answers)-1):]
	}
}

func doc(text string) string {
	return `{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"` + text + `"}]}]}`
}

func TestRequests(t *testing.T) {
	t.Parallel()
	const everywhere = `{"project_key":"PROJ","issue_type":"Bug","summary":"S","description":"D","priority":"High","labels":["a"],` +
		`"assignee":"5b","reporter":"5c","components":["API","7"],"fix_versions":["1.0"],"parent_key":"PROJ-2","due_date":"2026-02-01",` +
		`"rich_text_fields":{"customfield_2":"R"},"custom_fields":{"customfield_1":{"value":"x"},"customfield_3":12345678901234567890}}`
	for _, c := range []struct {
		name, scheme, operation, input string
		answers                        []string
		want                           []sent
	}{
		{"create", jira.Basic, "create_issue", everywhere, []string{`{"id":"1","key":"PROJ-9","self":"s"}`}, []sent{{"POST", "/rest/api/3/issue",
			`{"fields":{"assignee":{"accountId":"5b"},"components":[{"name":"API"},{"id":"7"}],"customfield_1":{"value":"x"},"customfield_2":` +
				doc("R") + `,"customfield_3":12345678901234567890,"description":` + doc("D") + `,"duedate":"2026-02-01","fixVersions":[{"name":"1.0"}],` +
				`"issuetype":{"name":"Bug"},"labels":["a"],"parent":{"key":"PROJ-2"},"priority":{"name":"High"},"project":{"key":"PROJ"},` +
				`"reporter":{"accountId":"5c"},"summary":"S"}}`}}},
		{"create on Data Center", jira.PersonalAccessToken, "create_issue", everywhere, []string{`{"id":"1","key":"PROJ-9","self":"s"}`},
			[]sent{{"POST", "/rest/api/2/issue",
				`{"fields":{"assignee":{"name":"5b"},"components":[{"name":"API"},{"id":"7"}],"customfield_1":{"value":"x"},"customfield_2":"R",` +
					`"customfield_3":12345678901234567890,"description":"D","duedate":"2026-02-01","fixVersions":[{"name":"1.0"}],` +
					`"issuetype":{"name":"Bug"},"labels":["a"],"parent":{"key":"PROJ-2"},"priority":{"name":"High"},"project":{"key":"PROJ"},` +
					`"reporter":{"name":"5c"},"summary":"S"}}`}}},
		{"create by ids, with OAuth", jira.OAuth2, "create_issue", `{"project_key":"10000","issue_type":"10002","summary":"S","description":""}`,
			[]string{`{"id":"1","key":"PROJ-9","self":"s"}`}, []sent{{"POST", "/ex/jira/11223344-a1b2-3b33-c444-def123456789/rest/api/3/issue",
				`{"fields":{"description":null,"issuetype":{"id":"10002"},"project":{"id":"10000"},"summary":"S"}}`}}},
		{"get", jira.Basic, "get_issue", `{"issue_key":"PROJ-1","fields":["summary","-comment"],"expand":["names"]}`, []string{`{}`},
			[]sent{{"GET", "/rest/api/3/issue/PROJ-1?expand=names&fields=summary%2C-comment", ""}}},
		{"update", jira.Basic, "update_issue", `{"issue_key":"PROJ-1","summary":"S","add_labels":["a"],"remove_labels":["b"],"notify":false,` +
			`"clear":["due_date","components","parent_key"],"custom_fields":{"customfield_1":null}}`, nil, []sent{{"PUT", "/rest/api/3/issue/PROJ-1?notifyUsers=false",
			`{"fields":{"components":[],"customfield_1":null,"duedate":null,"parent":null,"summary":"S"},"update":{"labels":[{"add":"a"},{"remove":"b"}]}}`}}},
		{"update nothing but labels", jira.Basic, "update_issue", `{"issue_key":"PROJ-1","add_labels":["a"]}`, nil,
			[]sent{{"PUT", "/rest/api/3/issue/PROJ-1", `{"update":{"labels":[{"add":"a"}]}}`}}},
		{"assign", jira.Basic, "assign_issue", `{"issue_key":"PROJ-1","account_id":"-1"}`, nil, []sent{{"PUT", "/rest/api/3/issue/PROJ-1/assignee", `{"accountId":"-1"}`}}},
		{"assign to nobody", jira.Basic, "assign_issue", `{"issue_key":"PROJ-1","account_id":null}`, nil, []sent{{"PUT", "/rest/api/3/issue/PROJ-1/assignee", `{"accountId":null}`}}},
		{"assign on Data Center", jira.PersonalAccessToken, "assign_issue", `{"issue_key":"PROJ-1","account_id":"bob"}`, nil,
			[]sent{{"PUT", "/rest/api/2/issue/PROJ-1/assignee", `{"name":"bob"}`}}},
		{"delete", jira.Basic, "delete_issue", `{"issue_key":"PROJ-1"}`, nil, []sent{{"DELETE", "/rest/api/3/issue/PROJ-1", ""}}},
		{"delete with subtasks", jira.Basic, "delete_issue", `{"issue_key":"PROJ-1","delete_subtasks":true}`, nil, []sent{{"DELETE", "/rest/api/3/issue/PROJ-1?deleteSubtasks=true", ""}}},
		{"comment that few may see", jira.Basic, "add_comment", `{"issue_key":"PROJ-1","body":"x","visibility":{"type":"role","value":"Developers"}}`, []string{`{}`},
			[]sent{{"POST", "/rest/api/3/issue/PROJ-1/comment", `{"body":` + doc("x") + `,"visibility":{"type":"role","value":"Developers"}}`}}},
		{"update comment on Data Center", jira.PersonalAccessToken, "update_comment", `{"issue_key":"PROJ-1","comment_id":"7","body":"*x*"}`, []string{`{}`},
			[]sent{{"PUT", "/rest/api/2/issue/PROJ-1/comment/7", `{"body":"*x*"}`}}},
		{"list comments", jira.Basic, "list_comments", `{"issue_key":"PROJ-1","order":"newest","cursor":"50","limit":10}`, []string{`{}`},
			[]sent{{"GET", "/rest/api/3/issue/PROJ-1/comment?maxResults=10&orderBy=-created&startAt=50", ""}}},
		{"worklog now", jira.Basic, "add_worklog", `{"issue_key":"PROJ-1","time_spent_seconds":60}`, []string{`{}`},
			[]sent{{"POST", "/rest/api/3/issue/PROJ-1/worklog", `{"started":"2026-01-20T12:00:00.000+0000","timeSpentSeconds":60}`}}},
		{"worklog in its zone", jira.Basic, "add_worklog", `{"issue_key":"PROJ-1","time_spent":"1h 5m","started":"2026-01-20T09:00:00.5+02:00","comment":"c"}`, []string{`{}`},
			[]sent{{"POST", "/rest/api/3/issue/PROJ-1/worklog", `{"comment":` + doc("c") + `,"started":"2026-01-20T09:00:00.500+0200","timeSpent":"1h 5m"}`}}},
		{"search", jira.Basic, "search_issues", `{"jql":"project = PROJ","fields":["summary"],"limit":5,"cursor":"to/ken"}`, []string{`{}`},
			[]sent{{"POST", "/rest/api/3/search/jql", `{"fields":["summary"],"jql":"project = PROJ","maxResults":5,"nextPageToken":"to/ken"}`}}},
		{"search on Data Center", jira.PersonalAccessToken, "search_issues", `{"jql":"project = PROJ","fields":["summary"],"limit":5,"cursor":"10"}`, []string{`{}`},
			[]sent{{"POST", "/rest/api/2/search", `{"fields":["summary"],"jql":"project = PROJ","maxResults":5,"startAt":10}`}}},
		{"link", jira.Basic, "link_issues", `{"issue_key":"PROJ-1","linked_issue_key":"10102","link_type":"Blocks","comment":"c"}`,
			[]string{``, `{"fields":{"issuelinks":[{"id":"7","type":{"name":"Blocks"},"outwardIssue":{"id":"10102","key":"PROJ-2"}}]}}`}, []sent{
				{"POST", "/rest/api/3/issueLink", `{"comment":{"body":` + doc("c") + `},"inwardIssue":{"key":"PROJ-1"},"outwardIssue":{"id":"10102"},"type":{"name":"Blocks"}}`},
				{"GET", "/rest/api/3/issue/PROJ-1?fields=issuelinks", ""},
			}},
		{"watch", jira.Basic, "add_watcher", `{"issue_key":"PROJ-1","account_id":"5b"}`, nil, []sent{{"POST", "/rest/api/3/issue/PROJ-1/watchers", `"5b"`}}},
		{"watch no more", jira.Basic, "remove_watcher", `{"issue_key":"PROJ-1","account_id":"5b:c"}`, nil, []sent{{"DELETE", "/rest/api/3/issue/PROJ-1/watchers?accountId=5b%3Ac", ""}}},
		{"watch no more on Data Center", jira.PersonalAccessToken, "remove_watcher", `{"issue_key":"PROJ-1","account_id":"b b"}`, nil,
			[]sent{{"DELETE", "/rest/api/2/issue/PROJ-1/watchers?username=b+b", ""}}},
		{"version", jira.Basic, "create_version", `{"project_key":"PROJ","name":"2.0"}`, []string{`{"id":"10000"}`, `{}`}, []sent{
			{"GET", "/rest/api/3/project/PROJ", ""}, {"POST", "/rest/api/3/version", `{"name":"2.0","released":false,"projectId":10000}`},
		}},
		{"boards", jira.Basic, "list_boards", `{"project_key":"PROJ","type":"scrum","name":"a b"}`, []string{`{}`},
			[]sent{{"GET", "/rest/agile/1.0/board?maxResults=50&name=a+b&projectKeyOrId=PROJ&startAt=0&type=scrum", ""}}},
		{"sprints", jira.OAuth2, "list_sprints", `{"board_id":"7","state":["active","future"]}`, []string{`{}`},
			[]sent{{"GET", "/ex/jira/11223344-a1b2-3b33-c444-def123456789/rest/agile/1.0/board/7/sprint?maxResults=50&startAt=0&state=active%2Cfuture", ""}}},
		{"move to a sprint", jira.Basic, "move_issues_to_sprint", `{"sprint_id":"3","issue_keys":["PROJ-1"]}`, nil,
			[]sent{{"POST", "/rest/agile/1.0/sprint/3/issue", `{"issues":["PROJ-1"]}`}}},
		{"sites lie beside the API", jira.OAuth2, "list_accessible_sites", `{}`, []string{`[]`}, []sent{{"GET", "/oauth/token/accessible-resources", ""}}},
		{"projects are searched", jira.Basic, "list_projects_ddl", `{"search":"po","limit":500}`, []string{`{}`},
			[]sent{{"GET", "/rest/api/3/project/search?maxResults=100&orderBy=key&query=po&startAt=0", ""}}},
		{"issue types", jira.Basic, "list_issue_types_ddl", `{"project_key":"PROJ"}`, []string{`{}`},
			[]sent{{"GET", "/rest/api/3/issue/createmeta/PROJ/issuetypes?maxResults=100&startAt=0", ""}}},
		{"components of an issue's project", jira.Basic, "list_components_ddl", `{"issue_key":"PROJ-1"}`, []string{`[]`}, []sent{{"GET", "/rest/api/3/project/PROJ/components", ""}}},
		{"versions of an issue's project, by id", jira.Basic, "list_versions_ddl", `{"issue_key":"10101"}`, []string{`{"fields":{"project":{"key":"PROJ"}}}`, `[]`},
			[]sent{{"GET", "/rest/api/3/issue/10101?fields=project", ""}, {"GET", "/rest/api/3/project/PROJ/versions", ""}}},
		{"priorities on Data Center", jira.PersonalAccessToken, "list_priorities_ddl", `{}`, []string{`[]`}, []sent{{"GET", "/rest/api/2/priority", ""}}},
		{"everybody on Data Center", jira.PersonalAccessToken, "list_users_ddl", `{"limit":5}`, []string{`[]`},
			[]sent{{"GET", "/rest/api/2/user/search?maxResults=5&startAt=0&username=.", ""}}},
		{"who can be assigned", jira.Basic, "list_assignable_users_ddl", `{"issue_key":"PROJ-1","search":"al","limit":1}`,
			[]string{`[{"accountId":"5b","displayName":"Alice"}]`},
			[]sent{{"GET", "/rest/api/3/user/assignable/search?issueKey=PROJ-1&maxResults=1&query=al&startAt=0", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to := &recorder{answers: c.answers}
			if c.answers == nil {
				to.status = http.StatusNoContent
			}
			serve(t, c.scheme, to).must(t, c.operation, c.input)
			if diff := cmp.Diff(c.want, to.requests); diff != "" {
				t.Errorf("-want +sent:\n%s", diff)
			}
		})
	}
}

func TestAttachment(t *testing.T) {
	t.Parallel()
	const answer = `[{"id":"7","filename":"a.txt","size":5}]`
	for _, c := range []struct{ name, input, fileName, media, content string }{
		{"base64", `{"issue_key":"PROJ-1","file_name":"a.txt","content":"aGVsbG8="}`, "a.txt", "application/octet-stream", "hello"},
		{"text", `{"issue_key":"PROJ-1","file_name":"Jo \"é\".txt","content":"hé","encoding":"text","mime_type":"Text/Plain; charset=utf-8"}`,
			`Jo "é".txt`, "text/plain; charset=utf-8", "hé"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got *http.Request
			var content, fileName, media string
			s := serve(t, jira.Basic, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
				if err != nil {
					t.Error(err)
				}
				part, err := multipart.NewReader(r.Body, parameters["boundary"]).NextPart()
				if err != nil {
					t.Error(err)
					return
				}
				data, _ := io.ReadAll(part)
				got, content, fileName, media = r, string(data), part.FileName(), part.Header.Get("Content-Type")
				_, _ = io.WriteString(w, answer)
			}))
			s.must(t, "add_attachment", c.input)
			if content != c.content || fileName != c.fileName || media != c.media {
				t.Errorf("sent %q as %q of %q", content, fileName, media)
			}
			if got.Header.Get("X-Atlassian-Token") != "no-check" || got.URL.Path != "/rest/api/3/issue/PROJ-1/attachments" {
				t.Errorf("sent to %s with %v", got.URL, got.Header)
			}
		})
	}
}

// TestRefusedInputs holds what is refused before anything is written.
func TestRefusedInputs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ operation, input, pointer string }{
		{"get_issue", `{"issue_key":"../myself"}`, "/issue_key"},
		{"get_issue", `{"issue_key":"PROJ-1/comment"}`, "/issue_key"},
		{"get_issue", `{"issue_key":".."}`, "/issue_key"},
		{"get_issue", `{"issue_key":""}`, "/issue_key"},
		{"get_issue", `{"issue_key":"PROJ-1","expand":["secrets"]}`, "/expand/0"},
		{"delete_comment", `{"issue_key":"PROJ-1","comment_id":".."}`, "/comment_id"},
		{"get_project", `{"project_key":"a/b"}`, "/project_key"},
		{"update_issue", `{"issue_key":"PROJ-1"}`, ""},
		{"update_issue", `{"issue_key":"PROJ-1","due_date":"2026-02-01","clear":["due_date"]}`, "/due_date"},
		{"update_issue", `{"issue_key":"PROJ-1","summary":"a","custom_fields":{"summary":"b"}}`, "/custom_fields/summary"},
		{"update_issue", `{"issue_key":"PROJ-1","rich_text_fields":{"a/b":"` + strings.Repeat("x", 32768) + `"}}`, "/rich_text_fields/a~1b"},
		{"update_issue", `{"issue_key":"PROJ-1","due_date":"tomorrow"}`, "/due_date"},
		{"update_issue", `{"issue_key":"PROJ-1","labels":["a b"]}`, "/labels/0"},
		{"assign_issue", `{"issue_key":"PROJ-1"}`, "/account_id"},
		{"add_worklog", `{"issue_key":"PROJ-1"}`, "/time_spent"},
		{"add_worklog", `{"issue_key":"PROJ-1","time_spent":"1h","time_spent_seconds":60}`, "/time_spent"},
		{"add_worklog", `{"issue_key":"PROJ-1","time_spent":"long"}`, "/time_spent"},
		{"add_attachment", `{"issue_key":"PROJ-1","file_name":"a","content":"plain text"}`, "/content"},
		{"add_attachment", `{"issue_key":"PROJ-1","file_name":"a","content":"","mime_type":"a b"}`, "/mime_type"},
		{"add_attachment", `{"issue_key":"PROJ-1","file_name":"../a","content":""}`, "/file_name"},
		{"add_attachment", `{"issue_key":"PROJ-1","file_name":"a\nb","content":""}`, "/file_name"},
		{"list_comments", `{"issue_key":"PROJ-1","cursor":"-1"}`, "/cursor"},
		{"list_comments", `{"issue_key":"PROJ-1","cursor":"99999999999999999999"}`, "/cursor"},
		{"list_users_ddl", `{"cursor":"x"}`, "/cursor"},
		{"list_assignable_users_ddl", `{}`, "/project_key"},
		{"list_components_ddl", `{}`, "/project_key"},
		{"move_issues_to_sprint", `{"sprint_id":"3","issue_keys":[]}`, "/issue_keys"},
	} {
		t.Run(c.operation+" "+c.pointer, func(t *testing.T) {
			t.Parallel()
			to := &recorder{answers: []string{`{}`}}
			got := serve(t, jira.Basic, to).call(t, c.operation, c.input)
			if got.err == nil || got.err.Code != operations.CodeInvalidInput || len(got.err.Faults) == 0 || got.err.Faults[0].Pointer != c.pointer {
				t.Errorf("%.100s: %+v", c.input, got.err)
			}
			if len(to.requests) > 0 {
				t.Errorf("sent %v", to.requests)
			}
		})
	}
	large := `{"issue_key":"PROJ-1","file_name":"a","encoding":"text","content":"` + strings.Repeat("x", 5<<20+1) + `"}`
	if got := serve(t, jira.Basic, &recorder{}).call(t, "add_attachment", large); got.err == nil || got.err.Code != operations.CodeTooLarge {
		t.Errorf("a large file: %v", got.err)
	}
}
