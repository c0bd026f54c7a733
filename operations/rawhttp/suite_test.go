package rawhttp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
	"github.com/patchbay/patchbay/operations/rawhttp"
)

const (
	vendor     = "https://api.acme.example"
	acmeType   = "application/vnd.acme+json"
	prefix     = "/acme"
	credential = "c1"
)

// seen is what the service was sent.
type seen struct {
	Method, URI string
	Header      http.Header
	Body        string
}

// hub runs the operations against a service under a path prefix.
type hub struct {
	*execute.Executor
	mu       sync.Mutex
	received []seen
}

// sent is what the service was sent so far.
func (h *hub) sent() []seen {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.received)
}

// newHub starts a service that answers as handler does, and a hub in front of it.
func newHub(t *testing.T, handler http.HandlerFunc) *hub {
	t.Helper()
	h := &hub{}
	mux := http.NewServeMux()
	mux.HandleFunc(prefix+"/", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading the request: %v", err)
		}
		h.mu.Lock()
		h.received = append(h.received, seen{r.Method, r.RequestURI, r.Header, string(body)})
		h.mu.Unlock()
		handler(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c, err := operations.NewCatalogue([]operations.Connector{acme()})
	if err != nil {
		t.Fatal(err)
	}
	h.Executor = execute.New(execute.Options{
		Catalogue: c, Credentials: accounts{}, Upstream: plain{}, Origins: map[string]string{"acme": server.URL + prefix},
	})
	return h
}

func acme() operations.Connector {
	auth := []operations.Auth{{Name: "token", Headers: []operations.AuthHeader{{Name: "api_access_token", Value: "{token}"}}}}
	options := rawhttp.Options{
		Headers: map[string]string{"Accept": acmeType, "Content-Type": acmeType}, Auth: auth,
		Sample: operations.Sample{
			Input:  json.RawMessage(`{"method":"GET","url":{"endpoint":"/things"}}`),
			Output: json.RawMessage(`{"response":{"status_code":200,"headers":{},"body":{}}}`),
		},
	}
	return operations.Connector{
		Name: "acme", Title: "Acme", Origin: vendor, BasePath: "/api/v2", Auth: auth, Docs: "https://acme.example/docs",
		Operations: []operations.Operation{rawhttp.Request(options), rawhttp.Link(options)},
	}
}

type accounts struct{}

func (accounts) Open(context.Context, string, string) (*operations.Credential, error) {
	return &operations.Credential{ID: credential, Connector: "acme"}, nil
}

// plain sends requests as they are, and follows no redirect.
type plain struct{}

func (plain) Client(operations.Target) operations.Doer {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (h *hub) call(t *testing.T, operation, input string) (execute.Result, error) {
	t.Helper()
	return h.Call(t.Context(), execute.Request{
		ID: "r1", Caller: execute.Caller{Workspace: "w1", Role: execute.RoleBuilder}, Connector: "acme", Credential: credential,
		Operation: operation, Input: json.RawMessage(input),
	})
}

// raw calls raw_http_request and wants it to go well.
func (h *hub) raw(t *testing.T, input string) execute.Result {
	t.Helper()
	result, err := h.call(t, "raw_http_request", input)
	if err != nil {
		t.Fatalf("%v: %+v", err, operations.AsError(err).Faults)
	}
	return result
}

// response is the output of raw_http_request.
type response struct {
	StatusCode   int               `json:"status_code"`
	Headers      map[string]string `json:"headers"`
	Body         any               `json:"body"`
	RawBody      *string           `json:"raw_body"`
	BodyEncoding string            `json:"body_encoding"`
}

func responseOf(t *testing.T, result execute.Result) response {
	t.Helper()
	var output struct{ Response response }
	if err := json.Unmarshal(result.Output, &output); err != nil {
		t.Fatal(err)
	}
	return output.Response
}

func ok(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"ok":true}`)
}

func wantCode(t *testing.T, err error, want operations.Code) *operations.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	typed := operations.AsError(err)
	if typed.Code != want {
		t.Fatalf("error %v, want %s", err, want)
	}
	return typed
}

func wantFaults(t *testing.T, err error, want ...string) {
	t.Helper()
	var got []string
	for _, fault := range wantCode(t, err, operations.CodeInvalidInput).Faults {
		got = append(got, fault.Pointer)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s\n%v", diff, err)
	}
}

func TestSpecs(t *testing.T) {
	t.Parallel()
	c, err := operations.NewCatalogue([]operations.Connector{acme()})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, title, identifier string
		kind                    operations.Kind
		effect                  operations.Effect
		loose                   bool
	}{
		{"raw_http_request", "Raw HTTP request (advanced)", "acme:raw-http-request", operations.KindRawHTTP, operations.EffectWrite, true},
		{"execute_link", "Execute link", "acme:execute-link", operations.KindLink, operations.EffectRead, false},
	}
	for _, tt := range tests {
		_, operation, err := c.Operation("acme", tt.name)
		if err != nil {
			t.Fatal(err)
		}
		s := operation.Spec()
		if s.Title != tt.title || s.Identifier != tt.identifier || s.Kind != tt.kind || s.Effect != tt.effect || s.LooseInput != tt.loose {
			t.Errorf("spec %+v", s)
		}
		for what, schema := range map[string]operations.Schema{"input": s.Input, "output": s.Output} {
			if _, err := schema.Compile(); err != nil {
				t.Errorf("%s schema of %s: %v", what, tt.name, err)
			}
		}
	}
}
