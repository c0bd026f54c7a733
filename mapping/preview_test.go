package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// counted counts questions.
type counted struct{ asked int }

func (c *counted) Match(context.Context, LookupCall) (json.RawMessage, error) {
	c.asked++
	return json.RawMessage(`7`), nil
}

func TestPreview(t *testing.T) {
	t.Parallel()
	m, err := Compile(lintDocument(t, `{"target": "n", "source": "n", "transforms": ["integer"]}, {"target": "stage", "lookup": {"operation": "a.list_stages_ddl", "from": "stage"}}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	lookups := &counted{}
	sources := []json.RawMessage{[]byte(`{"n":"1","stage":"Won"}`), []byte(`{"n":"x","stage":"Won"}`), []byte(`nope`), []byte(`{"n":2}`)}
	items, err := Preview(t.Context(), m, sources, lookups)
	if err != nil || len(items) != len(sources) {
		t.Fatalf("%d items, error %v", len(items), err)
	}
	if string(items[0].Output) != `{"n":1,"stage":7}` || items[0].Error != nil || len(items[0].Steps) != 2 || string(items[0].Steps[0].In) != `"1"` || string(items[0].Steps[0].Out) != `1` {
		t.Errorf("the first: %+v", items[0])
	}
	if items[1].Error == nil || items[1].Error.Faults[0].Pointer != "/rules/0/transforms/0" || string(items[1].Output) != `{"stage":7}` {
		t.Errorf("the second: %+v", items[1])
	}
	if items[2].Error == nil || items[2].Error.Code != operations.CodeMalformedRequest {
		t.Errorf("the third: %+v", items[2])
	}
	if string(items[3].Output) != `{"n":2}` || items[3].Steps[1].Skipped != SkippedMissing {
		t.Errorf("the fourth: %+v", items[3])
	}
	if lookups.asked != 1 {
		t.Errorf("asked %d times, want once", lookups.asked)
	}
}

func TestPreviewRefuses(t *testing.T) {
	t.Parallel()
	m, err := Compile(lintDocument(t, `{"target": "n", "source": "n"}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Preview(t.Context(), m, make([]json.RawMessage, MaxPreviews+1), nil); operations.AsError(err).Code != operations.CodeTooLarge {
		t.Errorf("error %v, want too_large", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Preview(canceled, m, []json.RawMessage{[]byte(`{}`)}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
}
