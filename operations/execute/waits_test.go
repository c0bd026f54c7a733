package execute_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// watcher remembers what it was asked to make a client for.
type watcher struct {
	nowhere
	targets []operations.Target
}

func (w *watcher) Client(target operations.Target) operations.Doer {
	w.targets = append(w.targets, target)
	return w
}

func TestMetaTellsWhatWasWaitedFor(t *testing.T) {
	t.Parallel()
	upstream := &watcher{}
	h := newHub(t, func(o *execute.Options) { o.Upstream = upstream },
		operations.Func(spec("slow", anything), func(_ context.Context, call *operations.Call) (json.RawMessage, error) {
			call.Usage.AddWaitFor("tier3", 1500*time.Millisecond)
			call.Usage.AddWaitFor("retry", 250*time.Millisecond)
			return json.RawMessage(`{"n":1}`), nil
		}), echo("fast"))
	result, err := h.call(t.Context(), "slow", `{"channel":"C1"}`)
	want := []execute.Wait{{Limit: "tier3", Ms: 1500}, {Limit: "retry", Ms: 250}}
	if diff := cmp.Diff(want, result.Meta.Waits); err != nil || diff != "" || result.Meta.WaitedMs != 1750 {
		t.Errorf("%v, waited %v, waits (-want +got):\n%s", err, result.Meta.WaitedMs, diff)
	}
	if len(upstream.targets) != 1 || string(upstream.targets[0].Input) != `{"channel":"C1"}` {
		t.Errorf("the client is made for %+v", upstream.targets)
	}
	if result, err = h.call(t.Context(), "fast", `{}`); err != nil || result.Meta.Waits != nil {
		t.Errorf("%v, waits %v", err, result.Meta.Waits)
	}
}
