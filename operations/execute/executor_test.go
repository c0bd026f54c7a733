package execute_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

const secret = "s3cret-token-value"

// hub is an executor over one made-up connector, with everything around it in memory.
type hub struct {
	*execute.Executor
	records *recorder
}

func newHub(t *testing.T, change func(*execute.Options), declared ...operations.Operation) *hub {
	t.Helper()
	catalogue, err := operations.NewCatalogue([]operations.Connector{
		{Name: "acme", Title: "Acme", Version: "1.0", Origin: "https://acme.example", Operations: declared,
			Auth: []operations.Auth{{Name: "token", Fields: []operations.AuthField{{Name: "token", Secret: true}}}}},
		{Name: "free", Title: "Free", Version: "1.0", Operations: []operations.Operation{echo("echo")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{records: &recorder{}}
	options := execute.Options{
		Catalogue: catalogue, Credentials: accounts{}, Upstream: nowhere{}, Recorder: h.records,
	}
	if change != nil {
		change(&options)
	}
	h.Executor = execute.New(options)
	return h
}

func (h *hub) call(ctx context.Context, operation, input string) (execute.Result, error) {
	return h.Call(ctx, execute.Request{
		ID: "req_1", Caller: execute.Caller{Workspace: "w1", Key: "k1", Role: execute.RoleBuilder},
		Connector: "acme", Operation: operation, Credential: "c1", Input: json.RawMessage(input),
	})
}

type accounts struct{}

func (accounts) Open(_ context.Context, workspace, id string) (*operations.Credential, error) {
	switch {
	case workspace == "w1" && id == "c1":
		return &operations.Credential{ID: id, Workspace: workspace, Connector: "acme", Scheme: "token",
			Secrets: operations.Secrets{"token": secret}}, nil
	case workspace == "w1" && id == "other":
		return &operations.Credential{ID: id, Workspace: workspace, Connector: "free"}, nil
	}
	return nil, operations.Errorf(operations.CodeNotFound, "there is no credential %q", id)
}

type nowhere struct{}

func (nowhere) Client(operations.Target) operations.Doer { return nowhere{} }
func (nowhere) Do(*http.Request) (*http.Response, error) { return nil, errors.New("no network here") }

type recorder struct {
	mu   sync.Mutex
	kept []execute.Record
}

func (r *recorder) Record(record execute.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, record)
}

func spec(name, input string) operations.Spec {
	return operations.Spec{
		Name: name, Kind: operations.KindAction, Effect: operations.EffectRead, Resource: "thing",
		Input:  operations.Schema(input),
		Output: operations.Schema(`{"type":"object","properties":{"n":{"type":"integer"}}}`),
	}
}

func named(s operations.Spec, name string) operations.Spec {
	s.Name = name
	return s
}

const anything = `{"type":"object"}`

func echo(name string) operations.Operation {
	return operations.Func(spec(name, anything), func(_ context.Context, call *operations.Call) (json.RawMessage, error) {
		return call.Input, nil
	})
}

func answering(s operations.Spec, output string, err error) operations.Operation {
	return operations.Func(s, func(context.Context, *operations.Call) (json.RawMessage, error) {
		return json.RawMessage(output), err
	})
}

func TestCallRefuses(t *testing.T) {
	t.Parallel()
	strict := `{"type":"object","additionalProperties":false,"required":["name"],
		"properties":{"name":{"type":"string"},"size":{"type":"integer","minimum":1}}}`
	h := newHub(t, func(o *execute.Options) { o.MaxInputBytes = 1 << 20 }, answering(spec("make", strict), `{}`, nil))
	tests := []struct {
		name                         string
		operation, credential, input string
		role                         execute.Role
		want                         operations.Code
		faults                       []operations.InputFault
	}{
		{name: "unknown operation", operation: "mak", want: operations.CodeNotFound},
		{name: "no role", operation: "make", role: "nobody", want: operations.CodeForbidden},
		{name: "embed role and an action", operation: "make", role: execute.RoleEmbed, want: operations.CodeForbidden},
		{name: "credential not there", operation: "make", credential: "c2", want: operations.CodeNotFound},
		{name: "credential of another connector", operation: "make", credential: "other", want: operations.CodeInvalidInput,
			faults: []operations.InputFault{{Pointer: "/credentialId", Detail: "is a credential of another connector"}}},
		{name: "no credential", operation: "make", credential: "-", want: operations.CodeInvalidInput,
			faults: []operations.InputFault{{Pointer: "/credentialId", Detail: "is required"}}},
		{name: "not JSON", operation: "make", input: `{"name":`, want: operations.CodeMalformedRequest},
		{name: "too deep", operation: "make", input: strings.Repeat("[", 10_000), want: operations.CodeMalformedRequest},
		{name: "too large", operation: "make", input: `"` + strings.Repeat("x", 1<<20) + `"`, want: operations.CodeTooLarge},
		{name: "not an object", operation: "make", input: `[]`, want: operations.CodeInvalidInput,
			faults: []operations.InputFault{{Detail: "must be an object"}}},
		{name: "all faults at once", operation: "make", input: `{"size":0,"colour":"red"}`, want: operations.CodeInvalidInput,
			faults: []operations.InputFault{
				{Pointer: "/colour", Detail: "is not a known field"},
				{Pointer: "/name", Detail: "is required"},
				{Pointer: "/size", Detail: "minimum: got 0, want 1"},
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			request := execute.Request{
				Caller:    execute.Caller{Workspace: "w1", Role: execute.RoleBuilder},
				Connector: "acme", Operation: test.operation, Credential: "c1", Input: json.RawMessage(test.input),
			}
			if test.role != "" {
				request.Caller.Role = test.role
			}
			if test.credential != "" {
				request.Credential = strings.TrimPrefix(test.credential, "-")
			}
			_, err := h.Call(t.Context(), request)
			var got *operations.Error
			if !errors.As(err, &got) || got.Code != test.want {
				t.Fatalf("error %v, want code %s", err, test.want)
			}
			if test.faults != nil && !cmp.Equal(sorted(got.Faults), test.faults) {
				t.Error(cmp.Diff(test.faults, sorted(got.Faults)))
			}
		})
	}
}

func TestCallEnds(t *testing.T) {
	t.Parallel()
	stuck := operations.Func(spec("stuck", anything), func(ctx context.Context, _ *operations.Call) (json.RawMessage, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	panics := operations.Func(spec("panics", anything), func(context.Context, *operations.Call) (json.RawMessage, error) {
		panic("at the " + secret)
	})
	writes := spec("writes", anything)
	writes.Effect = operations.EffectWrite
	stuckAfterSending := operations.Func(writes, func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		call.Usage.Requests.Add(1)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	garblesAfterSending := operations.Func(named(writes, "misread"), func(_ context.Context, call *operations.Call) (json.RawMessage, error) {
		call.Usage.Requests.Add(1)
		return json.RawMessage(`{"n":1`), nil
	})
	h := newHub(t, func(o *execute.Options) { o.Timeout = time.Millisecond }, stuck, stuckAfterSending, panics, garblesAfterSending,
		answering(named(writes, "unsent"), `{"n":1`, nil),
		answering(spec("garbled", anything), `{"n":1`, nil),
		answering(spec("list", anything), `[1]`, nil),
		answering(spec("fails", anything), ``, errors.New("disk on fire at "+secret)),
		answering(spec("drifts", anything), `{"n":"one"}`, nil),
	)
	tests := []struct {
		operation string
		want      operations.Code
		warnings  int
	}{
		{"stuck", operations.CodeUpstreamTimeout, 0},
		{"writes", operations.CodeOutcomeUnknown, 0},
		{"misread", operations.CodeOutcomeUnknown, 0},
		{"unsent", operations.CodeUpstreamFailed, 0},
		{"panics", operations.CodeInternal, 0},
		{"garbled", operations.CodeUpstreamFailed, 0},
		{"list", operations.CodeUpstreamFailed, 0},
		{"fails", operations.CodeInternal, 0},
		{"drifts", "", 1},
	}
	for _, test := range tests {
		result, err := h.call(t.Context(), test.operation, `{}`)
		if fault := operations.AsError(err); (fault == nil) != (test.want == "") || fault != nil && fault.Code != test.want {
			t.Errorf("%s: error %v, want code %q", test.operation, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error shows what it should not: %v", test.operation, err)
		}
		if len(result.Meta.Warnings) != test.warnings {
			t.Errorf("%s: warnings %q, want %d", test.operation, result.Meta.Warnings, test.warnings)
		}
	}
}

func TestLooseInputIsTrimmed(t *testing.T) {
	t.Parallel()
	loose := spec("raw", `{"type":"object","properties":{"method":{"type":"string"}},"additionalProperties":false}`)
	loose.LooseInput = true
	h := newHub(t, nil, operations.Func(loose, func(_ context.Context, call *operations.Call) (json.RawMessage, error) {
		return call.Input, nil
	}))
	result, err := h.call(t.Context(), "raw", `{"method":"GET","auth":"x","follow_redirect":true}`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"input /auth is not a known field and was left out", "input /follow_redirect is not a known field and was left out"}
	if diff := cmp.Diff(want, result.Meta.Warnings); diff != "" || string(result.Output) != `{"method":"GET"}` {
		t.Errorf("output %s, warnings:\n%s", result.Output, diff)
	}
}

func TestRecordKeepsNoSecret(t *testing.T) {
	t.Parallel()
	leaky := answering(spec("leaky", anything), `{"note":"sent `+secret+`","password":"hunter2"}`, nil)
	refused := answering(spec("refused", anything), ``, operations.Errorf(operations.CodeUpstreamRejected, "no to %s", secret))
	h := newHub(t, func(o *execute.Options) { o.RecordBodies = true }, leaky, refused)
	for _, operation := range []string{"leaky", "refused"} {
		_, _ = h.call(t.Context(), operation, `{"api_key":"abc","headers":[{"key":"Authorization","value":"Bearer x"}],"n":12345678901234567890}`)
	}
	if len(h.records.kept) != 2 {
		t.Fatalf("%d records, want 2", len(h.records.kept))
	}
	first, second := h.records.kept[0], h.records.kept[1]
	wantInput := `{"api_key":"[redacted]","headers":[{"key":"Authorization","value":"[redacted]"}],"n":12345678901234567890}`
	if diff := cmp.Diff(wantInput, string(first.Input)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`{"note":"sent [redacted]","password":"[redacted]"}`, string(first.Output)); diff != "" {
		t.Error(diff)
	}
	if second.Code != operations.CodeUpstreamRejected || second.Detail != "no to [redacted]" {
		t.Errorf("record of the failure: %s %q", second.Code, second.Detail)
	}
}

func TestConnectorWithoutAuthNeedsNoCredential(t *testing.T) {
	t.Parallel()
	h := newHub(t, nil)
	result, err := h.Call(t.Context(), execute.Request{
		Caller: execute.Caller{Workspace: "w1", Role: execute.RoleAdmin}, Connector: "free", Operation: "free:echo",
	})
	if err != nil || string(result.Output) != `{}` || result.Meta.Operation != "echo" {
		t.Errorf("output %s, meta %+v, error %v", result.Output, result.Meta, err)
	}
}

func sorted(faults []operations.InputFault) []operations.InputFault {
	return slices.SortedFunc(slices.Values(faults), func(a, b operations.InputFault) int {
		return strings.Compare(a.Pointer, b.Pointer)
	})
}
