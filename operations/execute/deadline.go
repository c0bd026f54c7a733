package execute

import (
	"context"
	"slices"
	"sync"
	"time"
)

// deadline is what context.WithTimeout gives, but costs next to nothing until somebody asks for its end: a call that is
// answered out of the cache never does, and one that goes to a service by Interrupt needs no timer.
type deadline struct {
	context.Context // above it
	at              time.Time

	mu    sync.Mutex
	begun context.Context // what there really is; nil: nobody has asked
	stop  context.CancelFunc
	over  bool // canceled

	interrupts []*interrupt
	usual      [1]*interrupt // room for what most calls need
	deaf       func() bool   // stops listening to the context above; nil: nobody listens
}

// interrupt is something to do when the context ends early.
type interrupt struct {
	of *deadline
	do func()
}

// start begins the deadline of a call. It must not be copied from then on.
func (d *deadline) start(ctx context.Context, timeout time.Duration) {
	d.Context, d.at = ctx, time.Now().Add(timeout)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(d.at) {
		d.at = earlier
	}
}

func (d *deadline) begin() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.begun != nil:
	case d.over: // also if its time has come since
		d.begun, d.stop = context.WithCancel(d.Context)
		d.stop()
	default:
		d.begun, d.stop = context.WithDeadline(d.Context, d.at)
	}
	return d.begun
}

func (d *deadline) cancel() {
	d.mu.Lock()
	d.over = true
	if d.stop != nil {
		d.stop()
	}
	if d.deaf != nil {
		d.deaf()
	}
	d.mu.Unlock()
	d.interrupted()
}

// Interrupt has f called, in a goroutine of its own, when the context ends before its deadline: of the latter who asks must
// take care himself, and need not pay for a timer. stop is like that of context.AfterFunc.
func (d *deadline) Interrupt(f func()) (stop func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		go f()
		return func() bool { return false }
	}
	i := &interrupt{d, f}
	if d.interrupts == nil {
		d.interrupts = d.usual[:0]
	}
	d.interrupts = append(d.interrupts, i)
	if d.deaf == nil && d.Context.Done() != nil {
		d.deaf = context.AfterFunc(d.Context, d.interrupted)
	}
	return i.forget
}

// forget takes an interrupt back, unless it has begun.
func (i *interrupt) forget() bool {
	d := i.of
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.Index(d.interrupts, i)
	if at >= 0 {
		d.interrupts = slices.Delete(d.interrupts, at, at+1)
	}
	return at >= 0
}

// interrupted does what is to be done when the context has ended early.
func (d *deadline) interrupted() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, i := range d.interrupts {
		go i.do()
	}
	d.interrupts = nil
}

// Deadline is the context's.
func (d *deadline) Deadline() (time.Time, bool) { return d.at, true }

// Done is the context's.
func (d *deadline) Done() <-chan struct{} { return d.begin().Done() }

// Err is the context's.
func (d *deadline) Err() error {
	d.mu.Lock()
	running := d.begun == nil && !d.over && d.Context.Err() == nil && time.Now().Before(d.at)
	d.mu.Unlock()
	if running {
		return nil
	}
	return d.begin().Err()
}

// Value is the context's. What asks for values may ask for the way in which contexts end.
func (d *deadline) Value(key any) any { return d.begin().Value(key) }
