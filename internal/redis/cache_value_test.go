package redis

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

func bareCache() *Cache {
	return &Cache{
		options: CacheOptions{Prefix: "p:", MaxBytes: 64 << 10}, metrics: newCacheMetrics(), generations: gateway.NewGenerations(),
	}
}

func somewhere() *execute.Slot {
	return &execute.Slot{Tag: execute.Tag{Workspace: "w", Credential: "c", Connector: "acme", Resource: "thing"}}
}

// FuzzDecode reads what is in nobody's hand: whoever may write to Redis.
func FuzzDecode(f *testing.F) {
	c := bareCache()
	keys, stamp := c.keysOf(somewhere()), execute.Stamp{Account: 1, Resource: 1, Fence: 1}
	stored := time.Unix(1_700_000_000, 0).UTC()
	for _, entry := range []execute.Entry{
		{Output: json.RawMessage(`{"a":1}`), Stored: stored, Fresh: time.Minute, Keep: time.Hour},
		{Output: json.RawMessage(strings.Repeat("text and more ", 1000)), Stored: stored, Keep: time.Hour},
		{Fault: &operations.Error{Code: operations.CodeUpstreamNotFound, Detail: "gone"}, Stored: stored, Keep: time.Hour},
	} {
		value, err := c.encode(keys, &stamp, &entry)
		if err != nil {
			f.Fatal(err)
		}
		read := stamp
		if got, ok := c.decode(keys, string(value), &read); !ok || !cmp.Equal(got, entry) || read.Entry != stamp.Fence {
			f.Fatalf("%+v became %+v", entry, got)
		}
		f.Add(string(value))
	}
	f.Fuzz(func(t *testing.T, value string) {
		read := execute.Stamp{Account: 1, Resource: 1}
		entry, ok := c.decode(keys, value, &read)
		if ok && entry.Fault == nil && len(entry.Output) > payloadBytes+maxRatio*c.options.MaxBytes {
			t.Errorf("%d bytes became %d", len(value), len(entry.Output))
		}
	})
}

// FuzzNews reads what comes over the channel.
func FuzzNews(f *testing.F) {
	slot := somewhere()
	key, entry, ok := readNews(string(newsOf(slot.Key, 7)))
	if !ok || key != slot.Key || entry != 7 {
		f.Fatal("what is told of a slot is not what is heard")
	}
	if tag, ok := readNewsOfTag(newsOfTag(slot.Tag)); !ok || tag != slot.Tag {
		f.Fatalf("what is told of a tag is heard as %+v", tag)
	}
	f.Add(string(newsOf(slot.Key, 7)))
	f.Add(newsOfTag(slot.Tag))
	f.Fuzz(func(t *testing.T, text string) {
		_, _, isSlot := readNews(text)
		tag, isTag := readNewsOfTag(text)
		if isSlot && isTag || isTag && newsOfTag(tag) != text {
			t.Errorf("%q is heard as %+v", text, tag)
		}
	})
}

// TestDebtsAreBounded: of too many, whole accounts are remembered, and then no more.
func TestDebtsAreBounded(t *testing.T) {
	t.Parallel()
	d := cacheDebts{wake: make(chan struct{}, 1)}
	for i := range 2 * maxDebts {
		d.add(execute.Tag{Workspace: string(rune('a' + i%3)), Resource: string(rune(i + 1))})
	}
	if d.len() != maxDebts/2+3 {
		t.Errorf("%d are remembered", d.len())
	}
	late := execute.Tag{Workspace: "b", Resource: "the last"}
	if d.add(late); !d.has(late) {
		t.Error("what came last is forgotten")
	}
	for i := range 2 * maxDebts {
		d.add(execute.Tag{Workspace: string(rune(i + 1000))})
	}
	if d.len() != maxDebts {
		t.Errorf("%d are remembered, want %d", d.len(), maxDebts)
	}
	for tag, number := range d.list() {
		d.paid(tag, number)
	}
	if d.len() != 0 || d.has(late) {
		t.Error("something is still owed")
	}
}
