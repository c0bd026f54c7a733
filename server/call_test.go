package server

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

const (
	createURL = "/v1/connectors/demo/operations/create_thing/call"
	listURL   = "/v1/connectors/demo/operations/list_things/call"
	ddlURL    = "/v1/connectors/demo/operations/list_things_ddl/call"
)

// create is a body that calls create_thing and makes it fail in a way.
func create(failure string) string {
	return `{"credentialId":"acct","input":{"name":"Lamp","fail":"` + failure + `"}}`
}

func TestCall(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	for _, sc := range []scenario{
		{name: "success", url: createURL, body: `{"credentialId":"acct","input":{"name":"Lamp"}}`, wantStatus: 200, golden: "call"},
		{
			name: "output stays as it is", url: listURL, body: `{"credentialId":"acct","input":{}}`, wantStatus: 200,
			contains: []string{`{"output":{ "things": [{"id":1,"name":"<Lamp> & more"}], "big":12345678901234567890 },"meta":{"requestId":"req_test"`},
		},
		{name: "no credential needed", url: "/v1/connectors/open/operations/echo/call", body: `{"input":{"a":1.0}}`, wantStatus: 200, contains: []string{`{"output":{"a":1.0},`}},
		{name: "all options", url: createURL, body: `{"credentialId":"acct","input":{"name":"Lamp"},"timeoutMs":5000,"bulk":true}`, wantStatus: 200},
		{name: "raw", url: "/v1/connectors/demo/operations/raw_http_request/call", body: `{"credentialId":"acct","input":{"url":"/x"}}`, wantStatus: 200},
		{name: "ddl", url: ddlURL, body: `{"credentialId":"acct"}`, wantStatus: 200, contains: []string{`"result":[{"text":"Lamp","value":1}]`}},

		{name: "invalid input", url: createURL, body: `{"credentialId":"acct","input":{"parent":"x","extra/a~b":1}}`, wantStatus: 422, golden: "call_invalid_input"},
		{name: "unknown members", url: createURL, body: `{"credentialid":"acct","Input":{},"a/b":1}`, wantStatus: 422, golden: "call_unknown_members"},
		{
			name: "wrong types", url: createURL, body: `{"credentialId":1,"input":[],"timeoutMs":"5","bulk":"yes"}`, wantStatus: 422,
			contains: []string{"/credentialId", "/input", "/timeoutMs", "/bulk"},
		},
		{name: "timeout of zero", url: createURL, body: `{"timeoutMs":0}`, wantStatus: 422, contains: []string{`"pointer":"/timeoutMs"`}},
		{name: "timeout beyond measure", url: createURL, body: `{"timeoutMs":1e300}`, wantStatus: 422, contains: []string{`"pointer":"/timeoutMs"`}},
		{name: "broken timeout", url: createURL, body: `{"timeoutMs":1.5}`, wantStatus: 422, contains: []string{`"pointer":"/timeoutMs"`}},
		{name: "member given twice", url: createURL, body: `{"input":{},"input":{"name":"x"}}`, wantStatus: 422, contains: []string{"is given twice"}},
		{name: "not an object", url: createURL, body: `[1]`, wantStatus: 422, contains: []string{"must be an object"}},
		{name: "malformed", url: createURL, body: `{"input":`, wantStatus: 400, golden: "call_malformed"},
		{name: "two documents", url: createURL, body: `{"input":{}} {}`, wantStatus: 400, contains: []string{"malformed_request"}},
		{name: "no body", url: createURL, method: "POST", headers: map[string]string{"Content-Type": "application/json"}, wantStatus: 400, contains: []string{"has no body"}},
		{name: "10,000 levels in the input", url: createURL, body: `{"credentialId":"acct","input":{"name":` + deep + `}}`, wantStatus: 400, contains: []string{"64 levels"}},
		{name: "10,000 levels beside it", url: createURL, body: `{"bulk":` + deep + `}`, wantStatus: 400, contains: []string{"malformed_request"}},
		{name: "brackets only", url: createURL, body: strings.Repeat("[", 1<<20), wantStatus: 400, contains: []string{"malformed_request"}},
		{name: "10 MB", url: createURL, body: `{"input":{"name":"` + strings.Repeat("x", 10<<20) + `"}}`, wantStatus: 413, golden: ""},
		{name: "not JSON by its type", url: createURL, body: `a=b`, headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, wantStatus: 415, contains: []string{"unsupported_media_type"}},
		{name: "multipart", url: createURL, body: "--x\r\n\r\n--x--", headers: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, wantStatus: 415},
		{name: "compressed", url: createURL, body: `{}`, headers: map[string]string{"Content-Encoding": "gzip"}, wantStatus: 415},
		{name: "charset", url: createURL, body: create(""), headers: map[string]string{"Content-Type": "Application/JSON; charset=UTF-8"}, wantStatus: 200},
		{name: "another charset", url: createURL, body: create(""), headers: map[string]string{"Content-Type": "application/json; charset=latin1"}, wantStatus: 415},

		{name: "unknown operation", url: "/v1/connectors/demo/operations/create_things/call", body: `{}`, wantStatus: 404, contains: []string{`"suggestions":["create_thing"]`}},
		{name: "unknown connector", url: "/v1/connectors/demi/operations/x/call", body: `{}`, wantStatus: 404, contains: []string{`"suggestions":["demo"]`}},
		{name: "no credential", url: createURL, body: `{"input":{"name":"Lamp"}}`, wantStatus: 422, golden: "call_no_credential"},
		{name: "credential of another connector", url: createURL, body: `{"credentialId":"other","input":{"name":"Lamp"}}`, wantStatus: 422, contains: []string{`"pointer":"/credentialId"`}},
		{name: "credential of another workspace", url: createURL, body: `{"credentialId":"theirs","input":{"name":"Lamp"}}`, wantStatus: 404, golden: "call_foreign_credential"},

		{name: "upstream refusal", url: createURL, body: create("rejected"), wantStatus: 422, golden: "call_upstream_rejected"},
		{name: "upstream limit", url: createURL, body: create("limited"), wantStatus: 429, golden: "call_rate_limited", wantHeaders: map[string]string{"Retry-After": "2"}},
		{name: "upstream body that is no JSON", url: createURL, body: create("garbled"), wantStatus: 502, contains: []string{`"body":"<h1>\ufffd"`}},
		{name: "unreachable", url: createURL, body: create("unreachable"), wantStatus: 502, contains: []string{`"retryable":true`}},
		{name: "outcome unknown", url: createURL, body: create("unknown"), wantStatus: 504, contains: []string{`"retryable":false`}},
		{name: "panic", url: createURL, body: create("panic"), wantStatus: 500, golden: "call_panic"},
		{name: "too slow", url: "/v1/connectors/demo/operations/wait_for_it/call", body: `{"credentialId":"acct","timeoutMs":1}`, wantStatus: 504, contains: []string{`"code":"upstream_timeout"`}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as = execute.RoleBuilder
			sc.run(t, h)
		})
	}
}

func TestCallSkipsTheCacheWhenAsked(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{"": false, "max-age=0": false, "no-cache": true, "No-Cache, max-age=1": true} {
		if got := skipsCache(header); got != want {
			t.Errorf("skipsCache(%q) is %v", header, got)
		}
	}
	spy := &spyRunner{}
	h := newHub(t, func(o *Options) { o.Runner = spy })
	scenario{
		as: execute.RoleBuilder, url: listURL, headers: map[string]string{"Cache-Control": "no-cache"}, wantStatus: 200,
		body: `{"credentialId":"acct","input":{"limit":1},"timeoutMs":1500,"bulk":true}`,
	}.run(t, h)
	want := execute.Request{
		ID: "req_test", Caller: execute.Caller{Workspace: "default", Key: h.keys[execute.RoleBuilder].ID, Role: execute.RoleBuilder},
		Connector: "demo", Operation: "list_things", Credential: "acct", Input: json.RawMessage(`{"limit":1}`),
		Timeout: 1500e6, NoCache: true, Bulk: true,
	}
	if diff := cmp.Diff([]execute.Request{want}, spy.requests()); diff != "" {
		t.Errorf("what the executor is asked (-want +got):\n%s", diff)
	}
}

// FuzzDecodeCall holds the hand-written reading of a call's body against the schema that the API's description shows.
func FuzzDecodeCall(f *testing.F) {
	for _, seed := range []string{
		`{"credentialId":"a","input":{"x":[1,{"y":null}]},"timeoutMs":1000,"bulk":false}`, `{}`, `[]`, `{"input":null}`, `{"timeoutMs":1e3}`,
		`{"timeoutMs":86400001}`, `{"\u0069nput":{}}`, `{"a":1}`, "\x00", `{"input":{}}x`, `{"bulk":true}`, `"`, `{"timeoutMs":-0}`,
	} {
		f.Add([]byte(seed))
	}
	validator, err := compileComponent("CallRequest")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decodeCall(body)
		document, unreadable := operations.Decode(body)
		if unreadable != nil {
			return // the input alone may be what nests too deeply: the executor's business
		}
		if faults := validator.Faults(document); (err == nil) != (len(faults) == 0) && !strings.Contains(err.Error(), "given twice") {
			t.Fatalf("decodeCall says %v, the schema %v", err, faults)
		}
		if err == nil && len(got.input) > 0 && !json.Valid(got.input) {
			t.Fatalf("the input is not JSON: %q", got.input)
		}
	})
}
