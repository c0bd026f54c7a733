package outreach_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/operations"
)

// upstream is a small stand-in for the service. It lies under a path prefix, keeps what it was asked and answers
// with the given bodies in turn, the last one again and again.
type upstream struct {
	mu       sync.Mutex
	requests []sent
	status   int
	answers  []string
	url      string
}

// sent is a request as it arrived.
type sent struct {
	Method, Path string
	Query        map[string]string
	Body         string
}

func newUpstream(t *testing.T, status int, answers ...string) *upstream {
	t.Helper()
	u := &upstream{status: status, answers: answers}
	server := httptest.NewServer(http.StripPrefix("/proxy", http.HandlerFunc(u.answer)))
	t.Cleanup(server.Close)
	u.url = server.URL + "/proxy"
	return u
}

func (u *upstream) answer(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Type") != "application/vnd.api+json" {
		http.Error(w, "unsupported media type", http.StatusUnsupportedMediaType)
		return
	}
	request := sent{Method: r.Method, Path: r.URL.Path, Body: string(body)}
	for name, values := range r.URL.Query() {
		if request.Query == nil {
			request.Query = map[string]string{}
		}
		request.Query[name] = values[0]
	}
	u.requests = append(u.requests, request)
	w.WriteHeader(u.status)
	io.WriteString(w, u.answers[min(len(u.requests), len(u.answers))-1])
}

// outcome is what a call came to.
type outcome struct {
	output   json.RawMessage
	err      *operations.Error
	warnings []string
}

// connector is made once: it is constant, and making it costs some milliseconds.
var connector = sync.OnceValue(outreach.Connector)

// call runs one operation as the executor does: input checked, then run.
func (u *upstream) call(t *testing.T, name, input string) outcome {
	t.Helper()
	catalogue, err := operations.NewCatalogue([]operations.Connector{connector()})
	if err != nil {
		t.Fatal(err)
	}
	_, operation, err := catalogue.Operation("outreach", name)
	if err != nil {
		t.Fatal(err)
	}
	if faults := check(t, operation.Spec().Input, input); len(faults) > 0 {
		return outcome{err: &operations.Error{Code: operations.CodeInvalidInput, Faults: faults}}
	}
	base, err := operations.NewBase(connector(), u.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	usage := &operations.Usage{}
	output, err := operation.Run(t.Context(), &operations.Call{
		Input: json.RawMessage(input), Base: base, HTTP: http.DefaultClient, ReadError: connector().ReadError, Usage: usage,
	})
	result := outcome{output: output, warnings: usage.Warnings()}
	if err != nil && !errors.As(err, &result.err) {
		t.Fatalf("%s: %v is not an *operations.Error", name, err)
	}
	return result
}

func check(t *testing.T, schema operations.Schema, document string) []operations.InputFault {
	t.Helper()
	validator, err := schema.Compile()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := operations.Decode([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return validator.Faults(decoded)
}
