package execute_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// via is an operation that runs another, and gives its answer.
func via(name, other, input string) operations.Operation {
	return operations.Func(spec(name, anything), func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		return call.Invoke(ctx, other, json.RawMessage(input))
	})
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	h := newHub(t, nil,
		echo("echo"), via("same", "echo", `{"n":1}`), via("free", "free.echo", `{"n":2}`), via("closed", "acme.echo", `{}`),
		answering(spec("inner", `{"type":"object","required":["n"]}`), `{"n":7}`, nil), via("unfit", "inner", `{}`),
		via("nowhere", "free.no_such", `{}`), via("ring", "ring", `{}`), numbers(new(atomic.Int64)), via("listed", "list_numbers_ddl", `{"limit":1}`),
	)
	tests := []struct {
		operation, want string
		code            operations.Code
	}{
		{operation: "same", want: `{"n":1}`},
		{operation: "free", want: `{"n":2}`},
		{operation: "listed", want: `{"result":[{"text":"eleven","value":"11"}],"next_cursor":"MSAiMTEi"}`},
		{operation: "closed", code: operations.CodeInternal},
		{operation: "unfit", code: operations.CodeInvalidInput},
		{operation: "nowhere", code: operations.CodeNotFound},
		{operation: "ring", code: operations.CodeInternal},
	}
	for _, test := range tests {
		result, err := h.call(t.Context(), test.operation, `{}`)
		if string(result.Output) != test.want || test.code != "" && operations.AsError(err).Code != test.code || test.code == "" && err != nil {
			t.Errorf("%s: %s, %v; want %s %s", test.operation, result.Output, err, test.want, test.code)
		}
	}
}

func TestCallNamesItsCaller(t *testing.T) {
	t.Parallel()
	who := operations.Func(spec("who", anything), func(_ context.Context, call *operations.Call) (json.RawMessage, error) {
		return json.Marshal(map[string]string{"workspace": call.Workspace, "caller": call.Caller})
	})
	result, err := newHub(t, nil, who).call(t.Context(), "who", `{}`)
	if want := `{"caller":"k1","workspace":"w1"}`; err != nil || string(result.Output) != want {
		t.Errorf("%s (%v), want %s", result.Output, err, want)
	}
}

// numbers is a dynamic list of three options, which counts how often it is got.
func numbers(runs *atomic.Int64) operations.Operation {
	return ddl.Whole(operations.Spec{Name: "list_numbers_ddl"},
		func(context.Context, *operations.Call, ddl.Input) ([]ddl.Option, bool, error) {
			runs.Add(1)
			return []ddl.Option{{Text: "eleven", Value: "11"}, {Text: "twelve", Value: "12"}, {Text: "seventy", Value: "70"}}, false, nil
		})
}

func TestWholeListIsGotOnce(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	h := newHub(t, func(o *execute.Options) { o.Cache = newShelf() }, numbers(&runs))
	tests := []struct{ input, want string }{
		{`{}`, `{"result":[{"text":"eleven","value":"11"},{"text":"twelve","value":"12"},{"text":"seventy","value":"70"}]}`},
		{`{"search":"EVEN"}`, `{"result":[{"text":"eleven","value":"11"},{"text":"seventy","value":"70"}]}`},
		{`{"limit":2}`, `{"result":[{"text":"eleven","value":"11"},{"text":"twelve","value":"12"}],"next_cursor":"MiAiMTIi"}`},
		{`{"limit":2,"cursor":"MiAiMTIi"}`, `{"result":[{"text":"seventy","value":"70"}]}`},
	}
	for _, test := range tests {
		result, err := h.call(t.Context(), "list_numbers_ddl", test.input)
		if err != nil || string(result.Output) != test.want {
			t.Errorf("%s: %s (%v), want %s", test.input, result.Output, err, test.want)
		}
	}
	if runs.Load() != 1 {
		t.Errorf("the list was got %d times, want once", runs.Load())
	}
	if _, err := h.call(t.Context(), "list_numbers_ddl", `{"cursor":"made up"}`); operations.AsError(err).Code != operations.CodeInvalidInput {
		t.Errorf("a made-up cursor: %v", err)
	}
}
