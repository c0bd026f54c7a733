package server

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

var update = flag.Bool("update", false, "write the golden files anew")

// scenario is one request and what must come back.
type scenario struct {
	name    string
	as      execute.Role // whose key is sent; "": none
	method  string       // default GET, or POST with a body
	url     string
	headers map[string]string
	body    string

	wantStatus  int
	golden      string   // of testdata/api; "": none
	contains    []string // parts of the body
	notContains []string
	wantHeaders map[string]string
}

func (sc scenario) request(h *hub) *http.Request {
	method := sc.method
	if method == "" {
		method = http.MethodGet
		if sc.body != "" {
			method = http.MethodPost
		}
	}
	request := httptest.NewRequest(method, sc.url, strings.NewReader(sc.body))
	request.Header.Set("X-Request-Id", "req_test")
	if sc.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if sc.as != "" {
		request.Header.Set("Authorization", "Bearer "+h.secrets[sc.as])
	}
	for name, value := range sc.headers {
		request.Header.Set(name, value)
	}
	return request
}

// run makes the request, checks the answer, and holds it against the API's own description.
func (sc scenario) run(t *testing.T, h *hub) []byte {
	t.Helper()
	request := sc.request(h)
	response, err := h.server.Test(request)
	if err != nil {
		t.Fatal(err)
	}
	body := readAllOf(t, response)
	if response.StatusCode != sc.wantStatus {
		t.Fatalf("status %d, want %d; body: %.2000s", response.StatusCode, sc.wantStatus, body)
	}
	for _, part := range sc.contains {
		if !bytes.Contains(body, []byte(part)) {
			t.Errorf("body lacks %s: %.2000s", part, body)
		}
	}
	for _, part := range sc.notContains {
		if bytes.Contains(body, []byte(part)) {
			t.Errorf("body must not hold %s: %.2000s", part, body)
		}
	}
	for name, want := range sc.wantHeaders {
		if got := response.Header.Get(name); got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
	h.describes(t, request, response, body)
	if sc.golden != "" {
		sc.compare(t, response, body)
	}
	return body
}

func readAllOf(t *testing.T, response *http.Response) []byte {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return body
}

// changing are the parts of answers that differ from run to run.
var changing = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`(key|cred)_[0-9a-z]{26}`), "${1}_ID"},
	{regexp.MustCompile(`et_[0-9a-z]{26}`), "et_ID"},
	{regexp.MustCompile(`"token":"pbe_[^"]+"`), `"token":"pbe_TOKEN"`},
	{regexp.MustCompile(`"secret":"pb_[A-Za-z0-9_-]{43}"`), `"secret":"pb_SECRET"`},
	{regexp.MustCompile(`"prefix":"pb_[A-Za-z0-9_-]{6}"`), `"prefix":"pb_PREFIX"`},
}

// compare holds request and answer against the golden file, which shows both.
func (sc scenario) compare(t *testing.T, response *http.Response, body []byte) {
	t.Helper()
	type golden struct {
		Request string          `json:"request"`
		Body    json.RawMessage `json:"requestBody,omitempty"`
		Status  int             `json:"status"`
		Type    string          `json:"contentType"`
		Answer  json.RawMessage `json:"answer"`
	}
	for _, c := range changing {
		body = c.pattern.ReplaceAll(body, []byte(c.replacement))
	}
	g := golden{
		Request: response.Request.Method + " " + sc.url, Body: shown(sc.body), Status: response.StatusCode,
		Type: response.Header.Get("Content-Type"), Answer: body,
	}
	var got bytes.Buffer
	if err := json.Indent(&got, encode(g), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	path := filepath.Join("..", "testdata", "api", sc.golden+".json")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the answer is not that of %s (-want +got); run with -update if it should be:\n%s", path, diff)
	}
}

// shown is a request's body as the golden file has it: a string if it is not JSON.
func shown(body string) json.RawMessage {
	if body != "" && !json.Valid([]byte(body)) {
		return quote(body)
	}
	return json.RawMessage(body)
}

// describes checks that the answer is one that the API's description allows for the route.
func (h *hub) describes(t *testing.T, request *http.Request, response *http.Response, body []byte) {
	t.Helper()
	status, schema := response.StatusCode, "Problem"
	if isCompatible(request.URL.Path) {
		schema = "CompatibleProblem"
	}
	if r := h.routeOf(request); r != nil && slices.Contains(r.successes(), status) {
		schema = r.answer
	}
	if schema == "" {
		if len(body) > 0 {
			t.Errorf("the route answers with nothing, but here is %.200s", body)
		}
		return
	}
	if schema == "text/plain" || request.Method == http.MethodHead {
		return
	}
	document, err := operations.Decode(body)
	if err != nil {
		t.Fatalf("the answer is not JSON: %v: %.200s", err, body)
	}
	for _, fault := range h.schema(t, schema).Faults(document) {
		t.Errorf("the answer is not as %s says: %s %s", schema, fault.Pointer, fault.Detail)
	}
}

func (h *hub) schema(t *testing.T, name string) *operations.Validator {
	t.Helper()
	if known, ok := h.schemas.Load(name); ok {
		return known.(*operations.Validator)
	}
	validator, err := compileComponent(name)
	if err != nil {
		t.Fatal(err)
	}
	h.schemas.Store(name, validator)
	return validator
}

func (h *hub) routeOf(request *http.Request) *route {
	for _, r := range h.server.table {
		pattern := "^" + pathParameter.ReplaceAllString(regexp.QuoteMeta(r.path), "[^/]+") + "/?$"
		if r.method == request.Method && regexp.MustCompile(pattern).MatchString(request.URL.EscapedPath()) {
			return &r
		}
	}
	return nil
}
