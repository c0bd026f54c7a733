package jiratest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// serve lets a sandbox answer a request of the administrator.
func serve(sandbox *jiratest.Sandbox, method, path, query, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
	r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
	switch {
	case strings.HasPrefix(path, "/ex/"):
		r.Header.Set("Authorization", "Bearer "+jiratest.AccessToken)
	case strings.Contains(query, "dc"):
		r.Header.Set("Authorization", "Bearer "+jiratest.PersonalAccessToken)
	default:
		r.SetBasicAuth(jiratest.Email, jiratest.APIToken)
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(path, "/attachments") {
		r.Header.Set("X-Atlassian-Token", "no-check")
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	}
	w := httptest.NewRecorder()
	sandbox.ServeHTTP(w, r)
	return w
}

func newQuick() *jiratest.Sandbox {
	return jiratest.New(jiratest.Options{PerSecond: 1 << 40, IssueWrites: 1 << 40, IssueMinute: 1 << 40, Sleep: func(context.Context, time.Duration) {}})
}

// FuzzServe sends anything to a sandbox, as Cloud, Data Center or by OAuth, and expects an answer that is no failure of the sandbox.
func FuzzServe(f *testing.F) {
	oauth := "/ex/jira/" + jiratest.CloudID
	for _, seed := range [][4]string{
		{"GET", "/rest/api/3/issue/PROJ-1", "expand=renderedFields,transitions,changelog,names,schema&fields=*all,-comment", ""},
		{"POST", "/rest/api/3/issue", "", `{"fields":{"project":{"key":"PROJ"},"issuetype":{"name":"Bug"},"summary":"x","customfield_10030":{"id":"10040"},"customfield_10016":1e99,"parent":{"key":"PROJ-2"}}}`},
		{"PUT", "/rest/api/2/issue/PROJ-1", "dc=1", `{"fields":{"assignee":{"name":"bob"},"timetracking":{"originalEstimate":"1w"}},"update":{"labels":[{"add":"x"}],"comment":[{"add":{"body":"x"}}]}}`},
		{"PUT", oauth + "/rest/api/3/issue/PROJ-1", "", `{"fields":{"description":` + adf("x") + `,"customfield_10020":2,"customfield_10033":"2026-05-01T08:00:00.000+0200"}}`},
		{"PUT", "/rest/api/3/issue/PROJ-1/assignee", "", `{"accountId":null}`},
		{"DELETE", "/rest/api/3/issue/PROJ-5", "deleteSubtasks=true", ""},
		{"POST", "/rest/api/3/issue/PROJ-1/transitions", "", `{"transition":{"id":21},"fields":{}}`},
		{"POST", "/rest/api/3/issue/PROJ-1/worklog", "adjustEstimate=manual&reduceBy=1h", `{"timeSpent":"3h 20m","started":"2026-03-01T08:00:00.000+0200"}`},
		{"POST", "/rest/api/3/issue/PROJ-1/attachments", "", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n"},
		{"POST", "/rest/api/3/issueLink", "", `{"type":{"name":"Blocks"},"inwardIssue":{"key":"PROJ-1"},"outwardIssue":{"key":"PROJ-2"}}`},
		{"POST", "/rest/api/3/issue/PROJ-1/watchers", "", `"bob"`},
		{"POST", "/rest/api/3/search/jql", "", `{"jql":"project = PROJ","maxResults":3,"fields":["*all"],"expand":"names"}`},
		{"GET", "/rest/api/2/search", "dc=1&jql=key>PROJ-5&startAt=3", ""},
		{"GET", "/rest/api/3/issue/createmeta/DEV/issuetypes/10014", "startAt=9223372036854775807", ""},
		{"POST", "/rest/api/3/version", "", `{"name":"x","projectId":10000,"releaseDate":"2026-01-01"}`},
		{"DELETE", "/rest/api/3/version/10202", "", ""},
		{"POST", "/rest/agile/1.0/sprint", "", `{"name":"x","originBoardId":1,"startDate":"2026-04-01T08:00:00.000Z"}`},
		{"POST", "/rest/agile/1.0/sprint/3/issue", "", `{"issues":["PROJ-1"]}`},
		{"GET", "/rest/api/3/user/assignable/search", "project=PROJ&query=a", ""},
		{"POST", "/oauth/token", "", `{"grant_type":"refresh_token"}`},
		{"PUT", "/_sandbox/faults", "", `[{"status":429}]`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		sandbox := newQuick()
		w := serve(sandbox, method, path, query, body)
		if w.Code >= 500 || w.Code < 200 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		isAPI := strings.HasPrefix(path, "/rest/") && !strings.Contains(path, "attachment")
		if isAPI && w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("the answer is not JSON: %s", w.Body)
		}
		if isAPI && w.Code >= 400 && !strings.Contains(w.Body.String(), `"errorMessages":[`) {
			t.Errorf("got %d without messages: %s", w.Code, w.Body)
		}
		if strings.HasPrefix(path, "/_sandbox/") || w.Code >= 300 || method == http.MethodGet {
			return
		}
		if again := serve(sandbox, http.MethodGet, "/rest/api/3/search/jql", "jql=project+is+not+empty&fields=*all&maxResults=5000", ""); again.Code != 200 {
			t.Errorf("afterwards the issues cannot be shown: %d %s", again.Code, again.Body)
		}
	})
}

// FuzzJQL sends anything as a query. What is no query is told in a message; what is one finds at most all issues.
func FuzzJQL(f *testing.F) {
	for _, seed := range []string{
		"project = PROJ", `summary ~ "a \"b\" \u0041"`, "not (key in (PROJ-1, 'DEV-1') or created >= -7d) order by priority desc, key",
		"cf[10016] >= 3 and assignee = currentUser()", "due < startOfMonth(-1)", "labels is not EMPTY && sprint in openSprints()",
		"resolution = Unresolved | ! status = Done", "updated > '2026/01/02 10:00'", "text ~ 'a*'", "cf[", "order by", "((((", "fixVersion=1.0",
	} {
		f.Add(seed)
	}
	sandbox := newQuick()
	f.Fuzz(func(t *testing.T, query string) {
		body, err := json.Marshal(map[string]any{"jql": query, "maxResults": 5000})
		if err != nil {
			t.Skip()
		}
		w := serve(sandbox, http.MethodPost, "/rest/api/3/search/jql", "", string(body))
		switch w.Code {
		case http.StatusOK:
			var found struct{ Issues []struct{ ID string } }
			if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || len(found.Issues) > 98 {
				t.Errorf("%q: %d issues, %v", query, len(found.Issues), err)
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			if !strings.Contains(w.Body.String(), `"errorMessages":["`) {
				t.Errorf("%q: no message: %s", query, w.Body)
			}
		default:
			t.Errorf("%q: got %d %s", query, w.Code, w.Body)
		}
	})
}

// FuzzDocument sends anything as a document. What is taken comes back as it was, and as plain text and as HTML too.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		adf("x"), `{"type":"doc","version":1,"content":[]}`, `"plain"`, `null`, `{"type":"doc","version":1,"content":[{"type":"codeBlock"}]}`,
		`{"type":"doc","version":1,"content":[{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph"}]}]}]}]}`,
		`{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"link","attrs":{"href":"b"}}]}]}]}`,
	} {
		f.Add(seed)
	}
	sandbox := newQuick()
	f.Fuzz(func(t *testing.T, document string) {
		w := serve(sandbox, http.MethodPut, "/rest/api/3/issue/PROJ-3", "", `{"fields":{"description":`+document+`}}`)
		switch {
		case w.Code == http.StatusBadRequest || w.Code == http.StatusRequestEntityTooLarge:
			return
		case w.Code != http.StatusNoContent:
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
		for _, path := range []string{"/rest/api/2/issue/PROJ-3", "/rest/api/3/issue/PROJ-3"} {
			if w := serve(sandbox, http.MethodGet, path, "expand=renderedFields&fields=description", ""); w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
		}
	})
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newQuick()
	}
}

func BenchmarkGet(b *testing.B) {
	sandbox := newQuick()
	b.ReportAllocs()
	for b.Loop() {
		if w := serve(sandbox, http.MethodGet, "/rest/api/3/issue/PROJ-1", "", ""); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	sandbox := newQuick()
	b.ReportAllocs()
	for b.Loop() {
		w := serve(sandbox, http.MethodGet, "/rest/api/3/search/jql", "jql=project=PROJ+and+status!=Done+order+by+priority&fields=summary", "")
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
