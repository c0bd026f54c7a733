package execute_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// catalogues gives each workspace what was put there.
type catalogues map[string]*operations.Catalogue

func (c catalogues) Of(_ context.Context, workspace, _ string) (*operations.Catalogue, error) {
	if c[workspace] == nil {
		return nil, errors.New("the storage is full")
	}
	return c[workspace], nil
}

// imported is the connector acme as a workspace has imported it. Its read says which it is, by way of another one.
func imported(t *testing.T, workspace string, version int64) *operations.Catalogue {
	t.Helper()
	inner := answering(spec("who", anything), fmt.Sprintf(`{"who":"%s %d"}`, workspace, version), nil)
	reads := spec("ask", anything)
	reads.Cache = operations.CacheRule{TTL: operations.Seconds(time.Hour)}
	ask := operations.Func(reads, func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		return call.Invoke(ctx, "who", nil)
	})
	catalogue, err := operations.NewCatalogue([]operations.Connector{{
		Name: "acme", Version: "1.0", Operations: []operations.Operation{ask, inner},
		Import: &operations.Import{Workspace: workspace, Version: version},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}

// TestEachWorkspaceHasItsOwn: a call finds the connector of its workspace, whole; and what was cached of one that has
// been replaced is not served as the new one's.
func TestEachWorkspaceHasItsOwn(t *testing.T) {
	t.Parallel()
	all := catalogues{"a": imported(t, "a", 1), "b": imported(t, "b", 1)}
	x := execute.New(execute.Options{Catalogue: all, Credentials: accounts{}, Upstream: nowhere{}, Cache: newShelf()})
	ask := func(workspace string) (string, error) {
		result, err := x.Call(t.Context(), execute.Request{
			Caller: execute.Caller{Workspace: workspace, Role: execute.RoleBuilder}, Connector: "acme", Operation: "ask",
		})
		return string(result.Output), err
	}
	want := func(workspace, output string) {
		t.Helper()
		if got, err := ask(workspace); err != nil || got != output {
			t.Errorf("%s: %s (%v), want %s", workspace, got, err, output)
		}
	}
	want("a", `{"who":"a 1"}`)
	want("b", `{"who":"b 1"}`)
	all["a"] = imported(t, "a", 2)
	want("a", `{"who":"a 2"}`)
	want("b", `{"who":"b 1"}`)
	if _, err := ask("c"); operations.AsError(err).Code != operations.CodeInternal {
		t.Errorf("without a catalogue: %v", err)
	}
}
