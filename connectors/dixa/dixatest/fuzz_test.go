package dixatest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/connectors/dixa/dixatest"
	"github.com/patchbay/patchbay/operations"
)

// FuzzServe sends anything to a sandbox and expects an answer, JSON or none, that is no failure of the sandbox.
func FuzzServe(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "/v1/agents", "pageLimit=3&email=a@b.example", ""},
		{"GET", "/v1/endusers", "pageKey=abc", ""},
		{"GET", "/v1/search/conversations", "query=order&exactMatch=true", ""},
		{"GET", "/v1/conversations/activitylog", "fromDatetime=2026-01-01", ""},
		{"POST", "/v1/analytics/records", "pageLimit=1", `{"id":"ratings","timezone":"UTC","periodFilter":{"_type":"Preset","value":"ThisYear"}}`},
		{"PUT", "/v1/conversations/1101/claim", "", `{"agentId":"` + agent + `","force":false}`},
		{"POST", "/v1/conversations/1101/messages", "", `{"_type":"Inbound","content":{"_type":"Text","value":"x"}}`},
		{"PATCH", "/v1/conversations/1103/anonymize", "force=true", ""},
		{"PATCH", "/v1/agents", "", `[{"id":"` + agent + `","displayName":"x"}]`},
		{"PATCH", "/v1/endusers/" + grace + "/custom-attributes", "", `{"befae0d9-9679-42b9-af76-e76f64e28429":["example1"]}`},
		{"POST", "/v1/queues", "", `{"request":{"name":"Q","isDefault":true,"callFunctionality":true,"isDoNotOfferEnabled":false}}`},
		{"DELETE", "/v1/teams/" + line + "/agents", "", `{"agentIds":[]}`},
		{"PUT", "/_sandbox/faults", "", `[{"status":429}]`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		sandbox := dixatest.New(dixatest.Options{Sleep: func(context.Context, time.Duration) {}})
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set("Authorization", dixatest.Token)
		w := httptest.NewRecorder()
		sandbox.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		isAPI := !strings.HasPrefix(path, "/_sandbox/")
		if isAPI && w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("the answer is not JSON: %s", w.Body)
		}
		if isAPI && w.Code >= 400 && !strings.Contains(w.Body.String(), `{"message":`) {
			t.Errorf("got %d without a message: %s", w.Code, w.Body)
		}
	})
}

// TestSamplesRun runs every sample on a fresh sandbox and holds the answer to the document: as the operation publishes
// it, and as the service's own.
func TestSamplesRun(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	server := httptest.NewServer(c.sandbox)
	t.Cleanup(server.Close)
	connector := dixa.Connector()
	base, err := operations.NewBase(connector, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range connector.Operations {
		c.sandbox.Reset()
		spec := operation.Spec()
		usage := &operations.Usage{}
		output, err := operation.Run(t.Context(), &operations.Call{
			Input: spec.Sample.Input, Base: base, HTTP: signed{}, ReadError: connector.ReadError, Usage: usage, Now: time.Now,
		})
		if err != nil || len(usage.Warnings()) > 0 {
			t.Errorf("%s %s: %v %v", spec.Name, spec.Sample.Input, err, usage.Warnings())
			continue
		}
		for what, document := range map[string]json.RawMessage{"answer": output, "sample": spec.Sample.Output} {
			if op := c.contract.Op(spec.Name); op != nil && document[0] == '{' && string(document) != `{"done":true}` && spec.Name != "list_agent_presence" {
				for _, fault := range op.CheckAnswer(op.Status, document) {
					t.Errorf("%s: %s: %s", spec.Name, what, fault)
				}
			}
		}
	}
}

// signed sends requests with the token.
type signed struct{}

func (signed) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", dixatest.Token)
	return http.DefaultClient.Do(r)
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		dixatest.New(dixatest.Options{})
	}
}

func BenchmarkList(b *testing.B) {
	c := newClient(b, dixatest.Options{})
	for b.Loop() {
		if w := c.send("GET", "/v1/endusers?pageLimit=50", "", dixatest.Token); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
