package execute

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// Patience is how long somebody who fills a drop-down should wait for a list that has to be gathered, before he takes what
// there is.
const Patience = time.Second

// What of a list is shown while it is gathered.
const (
	showAfter = Patience * 3 / 4 // lists that are gathered sooner are shown whole only
	showEvery = Patience / 2
	showFor   = 30 * time.Second // unless the whole list is there before
)

// first fetches what is not in the cache. A caller whose patience ends gets what has been gathered of a list so far, by
// whichever node does so.
func (f flight) first(ctx context.Context, meta *Meta) (json.RawMessage, error) {
	if !f.run.plan.Spec.WholeList {
		f.patience = 0
	}
	output, err := f.join(ctx)
	if !errors.Is(err, errPatience) {
		return output, err
	}
	meta.Building = true
	if entry, _, found := f.x.Cache.Get(ctx, f.shown()); found && entry.Fault == nil {
		return entry.Output, nil
	}
	return json.RawMessage(`{"result":[]}`), nil
}

// shown is the place of what has been gathered so far. It becomes untrue together with the whole list.
func (f flight) shown() Slot {
	return Slot{Tag: f.slot.Tag, Key: sha256.Sum256(append([]byte("shown while gathering\x00"), f.slot.Key[:]...))}
}

// gather runs the operation. Of a list that takes its time, what has been found is put where those find it who do not
// want to wait.
func (f flight) gather(ctx context.Context) (json.RawMessage, error) {
	if !f.run.plan.Spec.WholeList {
		return f.run.do(ctx, f.input)
	}
	g := &gathering{f: f, ctx: ctx, list: []byte(`{"result":[`)}
	timer := time.AfterFunc(showAfter, g.begin)
	defer g.end(timer)
	own := *f.run
	own.yield = g.add
	return own.do(ctx, f.input)
}

// gathering is what has been found of a list.
type gathering struct {
	f   flight
	ctx context.Context

	mu    sync.Mutex
	list  []byte
	news  bool      // since it was shown
	since time.Time // when it was shown; zero: not yet to be
	done  bool
}

// begin shows from now on.
func (g *gathering) begin() {
	g.mu.Lock()
	g.since = time.Now().Add(-showEvery)
	shown := g.next()
	g.mu.Unlock()
	g.show(shown)
}

func (g *gathering) add(options json.RawMessage) {
	options = bytes.TrimSpace(options)
	if len(options) <= len("[]") || options[0] != '[' {
		return
	}
	g.mu.Lock()
	if g.list[len(g.list)-1] != '[' {
		g.list = append(g.list, ',')
	}
	g.list = append(g.list, options[1:len(options)-1]...)
	g.news = true
	shown := g.next()
	g.mu.Unlock()
	g.show(shown)
}

// next is what is to be shown now; nil: nothing.
func (g *gathering) next() json.RawMessage {
	if g.done || !g.news || g.since.IsZero() || time.Since(g.since) < showEvery {
		return nil
	}
	g.news, g.since = false, time.Now()
	return append(bytes.Clone(g.list), "]}"...)
}

func (g *gathering) show(list json.RawMessage) {
	if list == nil {
		return
	}
	x, slot := g.f.x, g.f.shown()
	if lease, granted := x.Cache.Lease(g.ctx, slot, Stamp{}, AskTake); granted {
		x.Cache.Set(g.ctx, slot, lease.Stamp, Entry{Output: list, Stored: x.Now(), Fresh: showFor, Keep: showFor})
	}
}

func (g *gathering) end(timer *time.Timer) {
	timer.Stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done = true
}
