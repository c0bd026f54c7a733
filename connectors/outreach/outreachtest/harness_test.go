package outreachtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// fixture is a sandbox behind a real server, under a path prefix.
type fixture struct {
	*testing.T
	sandbox *outreachtest.Sandbox
	url     string
}

func start(t *testing.T, options outreachtest.Options) fixture {
	t.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC) }
	}
	options.Prefix = "/outreach"
	sandbox := outreachtest.New(options)
	server := httptest.NewServer(http.StripPrefix("/outreach", sandbox))
	t.Cleanup(server.Close)
	return fixture{T: t, sandbox: sandbox, url: server.URL + "/outreach"}
}

// on is the fixture for a test within the test.
func (f fixture) on(t *testing.T) fixture {
	f.T = t
	return f
}

// clock is a time that a test moves.
type clock struct{ at atomic.Int64 }

func clockAt(year int, month time.Month, day, hour, minute, second int) *clock {
	c := &clock{}
	c.at.Store(time.Date(year, month, day, hour, minute, second, 0, time.UTC).UnixNano())
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

// send sends a request as the API wants it; headers come in pairs and win.
func (f fixture) send(method, path, body string, headers ...string) answer {
	f.Helper()
	if !strings.HasPrefix(path, "http") {
		path = f.url + path
	}
	request, err := http.NewRequestWithContext(f.Context(), method, path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken)
	request.Header.Set("Content-Type", "application/vnd.api+json")
	for i := 0; i+1 < len(headers); i += 2 {
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

// get reads a path below /api/v2 and wants it to go well.
func (f fixture) get(path string) answer {
	f.Helper()
	if !strings.HasPrefix(path, "http") {
		path = "/api/v2" + path
	}
	a := f.send("GET", path, "")
	if a.status != http.StatusOK {
		f.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	return a
}

// create makes a record out of the members of data and gives its id.
func (f fixture) create(path, kind, members string) string {
	f.Helper()
	a := f.send("POST", "/api/v2"+path, `{"data":{"type":"`+kind+`",`+members+`}}`)
	if a.status != http.StatusCreated {
		f.Fatalf("POST %s: %d %s", path, a.status, a.body)
	}
	return a.get("data.id").Raw
}

// ids lists the ids of an answer's records.
func (a answer) ids() []int64 {
	ids := []int64{}
	for _, id := range a.get("data.#.id").Array() {
		ids = append(ids, id.Int())
	}
	return ids
}

// walk follows the links of a list from its first page to its last and gives the ids of all.
func (f fixture) walk(path, direction string) (ids []int64, last answer) {
	f.Helper()
	for range 1_000 {
		last = f.get(path)
		ids = append(ids, last.ids()...)
		if path = last.get("links." + direction).String(); path == "" {
			return ids, last
		}
	}
	f.Fatal("the list has no end")
	return nil, answer{}
}

// sameJSON tells whether two documents say the same.
func sameJSON(t *testing.T, got, want string) bool {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		t.Fatalf("reading %s: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatalf("reading %s: %v", want, err)
	}
	left, _ := json.Marshal(a)
	right, _ := json.Marshal(b)
	return string(left) == string(right)
}
