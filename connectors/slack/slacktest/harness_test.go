package slacktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// fixture is a sandbox behind a real server, under a path prefix.
type fixture struct {
	*testing.T
	sandbox *slacktest.Sandbox
	url     string
	clock   *clock
}

func start(t *testing.T, options slacktest.Options) fixture {
	t.Helper()
	at := clockAt(time.Date(2026, 3, 2, 12, 30, 0, 0, time.UTC))
	options.Prefix, options.Now = "/slack", at.now
	sandbox := slacktest.New(options)
	server := httptest.NewServer(http.StripPrefix("/slack", sandbox))
	t.Cleanup(server.Close)
	return fixture{T: t, sandbox: sandbox, url: server.URL + "/slack", clock: at}
}

// on is the fixture for a test within the test.
func (f fixture) on(t *testing.T) fixture {
	f.T = t
	return f
}

// client is the usual client of the service.
func (f fixture) client(token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(f.url+"/api/"))
}

// clock is a time that a test moves.
type clock struct{ at atomic.Int64 }

func clockAt(t time.Time) *clock {
	c := &clock{}
	c.at.Store(t.UnixNano())
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

// send sends a request; headers come in pairs and win.
func (f fixture) send(method, target, body string, headers ...string) answer {
	f.Helper()
	if !strings.HasPrefix(target, "http") {
		target = f.url + target
	}
	request, err := http.NewRequestWithContext(f.Context(), method, target, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+slacktest.Token)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
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

// form calls a method with a form; arguments come in pairs.
func (f fixture) form(method string, arguments ...string) answer {
	f.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(arguments); i += 2 {
		form.Set(arguments[i], arguments[i+1])
	}
	return f.send("POST", "/api/"+method, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// json calls a method with JSON.
func (f fixture) json(method, body string) answer {
	f.Helper()
	return f.send("POST", "/api/"+method, body, "Content-Type", "application/json; charset=utf-8")
}

// ok wants an answer that says that all went well.
func (f fixture) ok(a answer) answer {
	f.Helper()
	if a.status != http.StatusOK || !a.get("ok").Bool() {
		f.Fatalf("got %d %s", a.status, a.body)
	}
	return a
}

// refused wants an answer that says no, for this reason.
func (f fixture) refused(code string, a answer) answer {
	f.Helper()
	if a.status != http.StatusOK || a.get("ok").Raw != "false" || a.get("error").String() != code {
		f.Errorf("got %d %s, want %s", a.status, a.body, code)
	}
	return a
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
