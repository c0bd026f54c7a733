package ai_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/ai"
	"github.com/patchbay/patchbay/connectors/ai/aitest"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// hub is an executor with the connector, a helpdesk beside it and a sandbox behind it.
type hub struct {
	*aitest.Sandbox
	desk     *desk
	timeout  time.Duration // of each call; 0: the operation's own
	account  *operations.Credential
	executor *execute.Executor
}

// newHub serves a sandbox below a path prefix. fields are pairs that change the credential.
func newHub(t testing.TB, options aitest.Options, fields ...string) *hub {
	t.Helper()
	options.Now = func() time.Time { return time.Date(2026, 1, 20, 10, 0, 30, 0, time.UTC) }
	h := &hub{Sandbox: aitest.New(options), desk: newDesk()}
	h.serve(t, h.Sandbox, fields...)
	return h
}

// serve puts a server of the protocol behind the connector.
func (h *hub) serve(t testing.TB, handler http.Handler, fields ...string) {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/llm", handler))
	t.Cleanup(server.Close)
	h.account = &operations.Credential{
		ID: "acc", Workspace: "w1", Connector: "ai", Scheme: "api_key",
		Fields: map[string]string{
			"base_url": server.URL + "/llm/v1", "model": aitest.Model,
			"price_per_million_input": "2.5", "price_per_million_output": "10",
		},
		Secrets: operations.Secrets{"api_key": aitest.Key},
	}
	for pair := range slices.Chunk(fields, 2) {
		h.account.Fields[pair[0]] = pair[1]
	}
	catalogue, err := operations.NewCatalogue([]operations.Connector{ai.Connector(), h.desk.connector()})
	if err != nil {
		t.Fatal(err)
	}
	h.executor = execute.New(execute.Options{Catalogue: catalogue, Credentials: h, Upstream: h})
}

// Open gives the credential.
func (h *hub) Open(context.Context, string, string) (*operations.Credential, error) {
	account := *h.account
	account.Fields, account.Secrets = maps.Clone(account.Fields), maps.Clone(account.Secrets)
	return &account, nil
}

// Client gives a client that signs with the key, if there is one.
func (h *hub) Client(target operations.Target) operations.Doer { return signer{target} }

type signer struct{ operations.Target }

func (s signer) Do(request *http.Request) (*http.Response, error) {
	if !s.Base.Owns(request.URL) {
		return nil, errors.New("the request leaves the origin")
	}
	if key := s.Credential.Secrets["api_key"]; key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	s.Usage.Requests.Add(1)
	return http.DefaultClient.Do(request)
}

// outcome is what a call came to.
type outcome struct {
	gjson.Result
	warnings []string
	err      *operations.Error
}

func (h *hub) call(t testing.TB, operation, input string) outcome {
	t.Helper()
	result, err := h.executor.Call(t.Context(), execute.Request{
		Caller: execute.Caller{Workspace: "w1", Key: "k1", Role: execute.RoleBuilder}, Connector: "ai", Operation: operation,
		Credential: "acc", Input: json.RawMessage(input), Timeout: h.timeout,
	})
	out := outcome{Result: gjson.ParseBytes(result.Output), warnings: result.Meta.Warnings}
	if err != nil && !errors.As(err, &out.err) {
		t.Fatalf("%s: %v is not an *operations.Error", operation, err)
	}
	return out
}

// want calls and expects success.
func (h *hub) want(t testing.TB, operation, input string) outcome {
	t.Helper()
	out := h.call(t, operation, input)
	if out.err != nil {
		t.Fatalf("%s %s: %v", operation, input, out.err)
	}
	return out
}

// refused calls and expects an error of a code, whose text holds some words.
func (h *hub) refused(t testing.TB, operation, input string, code operations.Code, words string) *operations.Error {
	t.Helper()
	out := h.call(t, operation, input)
	if out.err == nil || out.err.Code != code || !strings.Contains(out.err.Detail, words) {
		t.Fatalf("%s %s: got %v %s, want %s with %q", operation, input, out.err, out.Raw, code, words)
	}
	return out.err
}

// sent are the messages of the nth request that asked for a completion.
func (h *hub) sent(t testing.TB, n int) (rules, data string, request gjson.Result) {
	t.Helper()
	asked := h.Asked()
	if len(asked) <= n {
		t.Fatalf("the sandbox was asked %d times, want more than %d", len(asked), n)
	}
	request = gjson.ParseBytes(asked[n])
	return request.Get("messages.0.content").String(), request.Get("messages.1.content").String(), request
}

func text(t testing.TB, v any) string {
	t.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}
