package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// things is a look-alike of a vendor whose POST adds a thing and whose GET lists them.
type things struct {
	mu    sync.Mutex
	names []string
}

func (t *things) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.Method == http.MethodPost {
		t.names = append(t.names, r.URL.Path)
		sandbox.WriteJSON(w, http.StatusCreated, "application/json", map[string]int{"added": len(t.names)})
		return
	}
	sandbox.WriteJSON(w, http.StatusOK, "application/json", map[string][]string{"names": t.names})
}

func (t *things) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.names = nil
}

type fixture struct {
	t       *testing.T
	harness *sandbox.Harness
	url     string
	slept   chan time.Duration
}

func start(t *testing.T, change func(*sandbox.Options)) fixture {
	t.Helper()
	api := &things{}
	slept := make(chan time.Duration, 100)
	options := sandbox.Options{
		API: api, Reset: api.reset,
		Now:   func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
		Sleep: func(_ context.Context, d time.Duration) { slept <- d },
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) {
			sandbox.WriteJSON(w, status, "application/json", map[string]int{"vendor": status})
		},
	}
	if change != nil {
		change(&options)
	}
	harness := sandbox.New(options)
	server := httptest.NewServer(http.StripPrefix("/vendor", harness))
	t.Cleanup(server.Close)
	return fixture{t: t, harness: harness, url: server.URL + "/vendor", slept: slept}
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error // of the exchange, or of reading the body
}

func (f fixture) send(method, path, body string, headers ...string) answer {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, body: string(read), err: err}
}

func (f fixture) count() int {
	var list struct{ Names []string }
	if err := json.Unmarshal([]byte(f.send("GET", "/things", "").body), &list); err != nil {
		f.t.Fatal(err)
	}
	return len(list.Names)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault   string
		want    answer // status and body; err: any error will do
		applied int
		slept   []time.Duration
	}{
		"status with the vendor's body": {`{"status":503}`, answer{status: 503, body: `{"vendor":503}` + "\n"}, 0, nil},
		"status with a JSON body":       {`{"status":500,"body":{"a":1}}`, answer{status: 500, body: `{"a":1}`}, 0, nil},
		"status with a text body":       {`{"status":502,"body":"<html>"}`, answer{status: 502, body: `<html>`}, 0, nil},
		"status though applied":         {`{"status":504,"apply":true}`, answer{status: 504, body: `{"vendor":504}` + "\n"}, 1, nil},
		"latency only":                  {`{"latency_ms":250}`, answer{status: 201, body: `{"added":1}` + "\n"}, 1, []time.Duration{250e6}},
		"cut before":                    {`{"cut":"before"}`, answer{err: io.EOF}, 0, nil},
		"cut after":                     {`{"cut":"after"}`, answer{err: io.EOF}, 1, nil},
		"cut in the body":               {`{"cut":"body"}`, answer{status: 201, body: `{"added`[:6], err: io.ErrUnexpectedEOF}, 1, nil},
		"malformed":                     {`{"malformed":true}`, answer{status: 201, body: `{"adde`}, 1, nil},
		"malformed with a status":       {`{"status":500,"body":"","malformed":true}`, answer{status: 500, body: `{"`}, 0, nil},
		"slow body": {
			`{"slow_body_ms":800}`, answer{status: 201, body: `{"added":1}` + "\n"}, 1,
			slices.Repeat([]time.Duration{100e6}, 6),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, way := range []string{"header", "script"} {
				f := start(t, nil)
				var got answer
				if way == "header" {
					got = f.send("POST", "/things", "", sandbox.FaultHeader, test.fault)
				} else {
					if put := f.send("PUT", "/_sandbox/faults", "["+test.fault+"]"); put.status != 200 {
						t.Fatalf("setting the fault: %d %s", put.status, put.body)
					}
					got = f.send("POST", "/things", "")
					f.send("DELETE", "/_sandbox/faults", "")
				}
				if got.status != test.want.status || got.body != test.want.body || (got.err != nil) != (test.want.err != nil) {
					t.Errorf("%s: got %d %q %v, want %d %q %v", way,
						got.status, got.body, got.err, test.want.status, test.want.body, test.want.err)
				}
				if test.want.err != nil && !errors.Is(got.err, test.want.err) {
					t.Errorf("%s: got error %v, want %v", way, got.err, test.want.err)
				}
				if n := f.count(); n != test.applied {
					t.Errorf("%s: applied %d times, want %d", way, n, test.applied)
				}
				if n := f.harness.Stats().Writes; n != int64(test.applied) {
					t.Errorf("%s: counted %d writes, want %d", way, n, test.applied)
				}
				close(f.slept)
				var slept []time.Duration
				for d := range f.slept {
					slept = append(slept, d)
				}
				if diff := cmp.Diff(test.slept, slept); diff != "" {
					t.Errorf("%s: slept (-want +got):\n%s", way, diff)
				}
			}
		})
	}
}

func TestFaultHeaders(t *testing.T) {
	t.Parallel()
	f := start(t, nil)
	err := f.harness.SetFaults(sandbox.Fault{
		Status: 429, RetryAfter: "2026-03-01T13:00:00", Headers: map[string]string{"X-RateLimit-Remaining": "9999, 0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := f.send("GET", "/things", "")
	if got.status != 429 || got.header.Get("Retry-After") != "2026-03-01T13:00:00" ||
		got.header.Get("X-Ratelimit-Remaining") != "9999, 0" {
		t.Errorf("got %d %v", got.status, got.header)
	}
}

func TestFaultsStrikeByMatchSkipAndTimes(t *testing.T) {
	t.Parallel()
	f := start(t, nil)
	put := f.send("PUT", "/_sandbox/faults", `[
		{"match":{"method":"get","path":"/things/*"},"skip":1,"times":2,"status":500},
		{"match":{"path":"/below/"},"status":501,"times":0}
	]`)
	if put.status != 200 {
		t.Fatal(put.status, put.body)
	}
	var got []int
	for _, request := range []string{
		"GET /things/1", "GET /things/2", "POST /things/3", "GET /things/4", "GET /things/5", "GET /things",
		"GET /below/a/b", "POST /below/", "GET /below",
	} {
		method, path, _ := strings.Cut(request, " ")
		got = append(got, f.send(method, path, "").status)
	}
	if diff := cmp.Diff([]int{200, 500, 201, 500, 200, 200, 501, 501, 200}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if faults := f.harness.Faults(); faults[0].Hits != 2 || faults[1].Hits != 2 {
		t.Errorf("hits: %+v", faults)
	}
}

func TestControlRefusesNonsense(t *testing.T) {
	t.Parallel()
	f := start(t, nil)
	tests := map[string]struct {
		body   string
		status int
	}{
		"not JSON":          {`[`, 400},
		"unknown field":     {`[{"state":500}]`, 400},
		"something behind":  {`[] []`, 400},
		"status too small":  {`[{"status":100}]`, 400},
		"status too large":  {`[{"status":1000}]`, 400},
		"latency too long":  {`[{"latency_ms":3600000}]`, 400},
		"latency below 0":   {`[{"latency_ms":-1}]`, 400},
		"times below 0":     {`[{"times":-1}]`, 400},
		"unknown cut":       {`[{"cut":"twice"}]`, 400},
		"bad pattern":       {`[{"match":{"path":"["}}]`, 400},
		"header injection":  {`[{"headers":{"X-A":"b\r\nX-C: d"}}]`, 400},
		"header name":       {`[{"headers":{"X A":"b"}}]`, 400},
		"retry_after":       {`[{"retry_after":"a\nb"}]`, 400},
		"retry_after type":  {`[{"retry_after":[]}]`, 400},
		"too many":          {"[" + strings.Repeat("{},", 100) + "{}]", 400},
		"too large":         {`["` + strings.Repeat("a", 300<<10) + `"]`, 413},
		"all is well":       {`[{"retry_after":3,"status":429}]`, 200},
		"none is well, too": {`[]`, 200},
	}
	for name, test := range tests {
		if got := f.send("PUT", "/_sandbox/faults", test.body); got.status != test.status {
			t.Errorf("%s: got %d %s, want %d", name, got.status, got.body, test.status)
		}
	}
	for header, want := range map[string]int{
		`{"status":99}`: 400, `nonsense`: 400, `{"body":"` + strings.Repeat("a", 5_000) + `"}`: 400, `{}`: 200,
	} {
		if got := f.send("GET", "/things", "", sandbox.FaultHeader, header); got.status != want {
			t.Errorf("header %.20q: got %d, want %d", header, got.status, want)
		}
	}
	if got := f.send("GET", "/_sandbox/nothing", ""); got.status != 404 {
		t.Errorf("unknown control endpoint: got %d, want 404", got.status)
	}
	if got := f.send("GET", "/_sandbox/reset", ""); got.status != 405 {
		t.Errorf("wrong method: got %d, want 405", got.status)
	}
}

func TestStatsRequestsAndReset(t *testing.T) {
	t.Parallel()
	f := start(t, func(o *sandbox.Options) { o.Keep = 3 })
	f.send("GET", "/things/1", "")
	f.send("GET", "/things/2?page=2&access_token=hush", "", "Authorization", "Bearer hush", "X-Api-Key", "hush", "X-Custom", "seen")
	f.send("POST", "/things", "", sandbox.FaultHeader, `{"cut":"after"}`)
	f.send("POST", "/things", "", sandbox.FaultHeader, `{"status":503}`)

	want := sandbox.Stats{
		Requests: 4, Writes: 1, Faulted: 2,
		ByPath: map[string]int64{"GET /things/{id}": 2, "POST /things": 2},
	}
	if diff := cmp.Diff(want, f.harness.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	log := f.send("GET", "/_sandbox/requests", "").body
	var requests []sandbox.Seen
	if err := json.Unmarshal([]byte(log), &requests); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log, "hush") || len(requests) != 3 || requests[0].Query != "page=2" ||
		requests[0].Headers["X-Custom"] != "seen" {
		t.Errorf("requests: %s", log)
	}
	if requests[1].Status != 0 || requests[2].Status != 503 || requests[0].Status != 200 {
		t.Errorf("statuses: %s", log)
	}

	if got := f.send("POST", "/_sandbox/reset", ""); got.status != 204 {
		t.Errorf("reset: got %d, want 204", got.status)
	}
	if diff := cmp.Diff(sandbox.Stats{ByPath: map[string]int64{}}, f.harness.Stats()); diff != "" {
		t.Errorf("stats after the reset (-want +got):\n%s", diff)
	}
	if len(f.harness.Requests()) != 0 || f.count() != 0 {
		t.Error("the reset left something behind")
	}
}

func TestStatsCountPathsApartUpToABound(t *testing.T) {
	t.Parallel()
	harness := sandbox.New(sandbox.Options{API: &things{}})
	for i := range 1_500 {
		path := "/" + strings.Repeat("a", i%100) + "b" + strings.Repeat("c", i/100)
		harness.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
	}
	stats := harness.Stats()
	if len(stats.ByPath) > 1_001 || stats.ByPath["other"] != 500 {
		t.Errorf("counted %d paths, %d as others", len(stats.ByPath), stats.ByPath["other"])
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 59, 58, 0, time.UTC)
	limit := &sandbox.RateLimit{
		Limit: 2, Window: time.Hour, Now: func() time.Time { return now },
		Headers: func(h http.Header, s sandbox.LimitState) {
			h.Set("X-Limit", fmt.Sprint(s.Remaining, "/", s.Limit, " until ", s.Reset.Format(time.TimeOnly)))
		},
	}
	harness := sandbox.New(sandbox.Options{API: limit.Wrap(&things{}), Limit: limit})
	send := func(token string) string {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/things", nil)
		r.Header.Set("Authorization", token)
		harness.ServeHTTP(w, r)
		return fmt.Sprint(w.Code, " ", w.Header().Get("X-Limit"))
	}
	got := []string{send("a"), send("a"), send("a"), send("b")}
	now = now.Add(2 * time.Second)
	got = append(got, send("a"))
	want := []string{
		"200 1/2 until 13:00:00", "200 0/2 until 13:00:00", "429 0/2 until 13:00:00", "200 1/2 until 13:00:00",
		"200 1/2 until 14:00:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if n := harness.Stats().OverLimit; n != 1 {
		t.Errorf("over the limit: %d, want 1", n)
	}
	send("a")
	harness.Reset()
	if got := send("a"); got != "200 1/2 until 14:00:00" || harness.Stats().OverLimit != 0 {
		t.Errorf("after the reset: %s", got)
	}
}

func TestRateLimitWithBurst(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	limit := &sandbox.RateLimit{Limit: 10, Burst: 3, Window: time.Second, Now: func() time.Time { return now }}
	passed := func(key string) (n int) {
		for range 20 {
			if _, ok := limit.Take(key); ok {
				n++
			}
		}
		return n
	}
	got := []int{passed("a"), passed("b")}
	for _, wait := range []time.Duration{50, 50, 100, 250, 10_000} {
		now = now.Add(wait * time.Millisecond)
		got = append(got, passed("a"))
	}
	if diff := cmp.Diff([]int{3, 3, 0, 1, 1, 2, 3}, got); diff != "" {
		t.Errorf("let through (-want +got):\n%s", diff)
	}
	if state, ok := limit.Take("a"); ok || state.Remaining != 0 || !state.Reset.After(now) {
		t.Errorf("when empty: %+v %v", state, ok)
	}
	limit.Reset()
	if state, ok := limit.Take("a"); !ok || state.Remaining != 2 || limit.Refused() != 0 {
		t.Errorf("after the reset: %+v %v", state, ok)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	limit := &sandbox.RateLimit{Limit: 50, Window: time.Hour, Now: time.Now}
	f := start(t, func(o *sandbox.Options) {
		o.API = limit.Wrap(o.API)
		o.Limit = limit
		limit.Now = o.Now
	})
	if err := f.harness.SetFaults(sandbox.Fault{Match: sandbox.Match{Method: "POST"}, Times: 7, Status: 500}); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				f.send("POST", "/things", "")
				f.harness.Stats()
				f.harness.Requests()
			}
		})
	}
	group.Wait()
	stats := f.harness.Stats()
	if stats.Requests != 80 || stats.Faulted != 7 || stats.Writes != 50 || stats.OverLimit != 23 {
		t.Errorf("got %+v", stats)
	}
}

func TestCursors(t *testing.T) {
	t.Parallel()
	type position struct {
		ID   int64
		Keys []any
	}
	cursors := sandbox.Cursors{Kind: "things"}
	cursor, err := cursors.Seal(position{ID: 7, Keys: []any{"a", nil}})
	if err != nil {
		t.Fatal(err)
	}
	var got position
	if err := cursors.Open(cursor, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(position{ID: 7, Keys: []any{"a", nil}}, got); diff != "" {
		t.Errorf("position (-want +got):\n%s", diff)
	}
	if err := (sandbox.Cursors{Kind: "others"}).Open(cursor, &got); err == nil {
		t.Error("a cursor of another kind was taken")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range cursor {
		for _, c := range alphabet {
			changed := cursor[:i] + string(c) + cursor[i+1:]
			if err := cursors.Open(changed, &got); err == nil && changed != cursor {
				t.Fatalf("a cursor changed at %d to %q was taken", i, c)
			}
		}
	}
	for _, bad := range []string{"", "a", "====", strings.Repeat("A", 100_000), cursor + "A"} {
		if err := cursors.Open(bad, &got); err == nil {
			t.Errorf("%.20q was taken", bad)
		}
	}
}
