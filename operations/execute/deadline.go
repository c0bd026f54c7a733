package execute

import (
	"context"
	"sync"
	"time"
)

// deadline is what context.WithTimeout gives, but costs next to nothing until somebody asks for its end: a call that is
// answered out of the cache never does.
type deadline struct {
	context.Context // above it
	at              time.Time

	mu    sync.Mutex
	begun context.Context // what there really is; nil: nobody has asked
	stop  context.CancelFunc
	over  bool // canceled
}

func withTimeout(ctx context.Context, d time.Duration) *deadline {
	at := time.Now().Add(d)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(at) {
		at = earlier
	}
	return &deadline{Context: ctx, at: at}
}

func (d *deadline) begin() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begun == nil {
		d.begun, d.stop = context.WithDeadline(d.Context, d.at)
		if d.over {
			d.stop()
		}
	}
	return d.begun
}

func (d *deadline) cancel() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	if d.stop != nil {
		d.stop()
	}
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
