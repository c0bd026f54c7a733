package jiratest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// fixture is a sandbox behind a real server, under a path prefix.
type fixture struct {
	*testing.T
	sandbox *jiratest.Sandbox
	url     string
}

func start(t *testing.T, options jiratest.Options) fixture {
	t.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return time.Date(2026, 3, 11, 12, 30, 0, 0, time.UTC) }
	}
	options.Prefix = "/jira"
	sandbox := jiratest.New(options)
	server := httptest.NewServer(http.StripPrefix("/jira", sandbox))
	t.Cleanup(server.Close)
	return fixture{T: t, sandbox: sandbox, url: server.URL + "/jira"}
}

// on is the fixture for a test within the test.
func (f fixture) on(t *testing.T) fixture {
	f.T = t
	return f
}

// clock is a time that a test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 11, 12, 30, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) get(path string) gjson.Result { return gjson.Get(a.body, path) }

// dataCenter are the headers of somebody who logs in as on Data Center.
var dataCenter = []string{"Authorization", "Bearer " + jiratest.PersonalAccessToken}

// send sends a request as the administrator of a Cloud site; headers come in pairs and win, an empty one goes away.
func (f fixture) send(method, path, body string, headers ...string) answer {
	f.Helper()
	if !strings.HasPrefix(path, "http") {
		path = f.url + path
	}
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(f.Context(), method, path, content)
	if err != nil {
		f.Fatal(err)
	}
	request.SetBasicAuth(jiratest.Email, jiratest.APIToken)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			request.Header.Del(headers[i])
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		f.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		f.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(read)}
}

// want sends a request and expects a status.
func (f fixture) want(status int, method, path, body string, headers ...string) answer {
	f.Helper()
	a := f.send(method, path, body, headers...)
	if a.status != status {
		f.Fatalf("%s %s %s: got %d, want %d: %s", method, path, body, a.status, status, a.body)
	}
	return a
}

// get reads a path below /rest/api/3.
func (f fixture) get(path string) answer {
	f.Helper()
	return f.want(200, "GET", "/rest/api/3"+path, "")
}

// equal expects a value of an answer.
func (f fixture) equal(a answer, path, want string) {
	f.Helper()
	if got := a.get(path).String(); got != want {
		f.Errorf("%s is %q, want %q in %s", path, got, want, a.body)
	}
}

// adf is a document of one paragraph.
func adf(text string) string {
	return `{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"` + text + `"}]}]}`
}
