package execute

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeadlineIsAContext holds a deadline against context.WithTimeout.
func TestDeadlineIsAContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	for name, test := range map[string]struct {
		end  func(own, above func())
		want error
	}{
		"nothing":             {end: func(own, above func()) {}},
		"its time":            {end: func(own, above func()) { time.Sleep(time.Minute) }, want: context.DeadlineExceeded},
		"canceled":            {end: func(own, above func()) { own() }, want: context.Canceled},
		"the one above":       {end: func(own, above func()) { above() }, want: context.Canceled},
		"canceled, then time": {end: func(own, above func()) { own(); time.Sleep(time.Minute) }, want: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, asked := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					above, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					var d deadline
					d.start(above, time.Minute)
					defer d.cancel()
					if at, ok := d.Deadline(); !ok || time.Until(at) != time.Minute {
						t.Errorf("deadline %v, %t", at, ok)
					}
					if asked {
						_ = d.Done()
					}
					test.end(d.cancel, func() { cancel(cause) })
					synctest.Wait()
					if err := d.Err(); !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
						t.Errorf("asked before %t: ended by %v, want %v", asked, err, test.want)
					}
					select {
					case <-d.Done():
						if test.want == nil {
							t.Error("done too early")
						}
					default:
						if test.want != nil {
							t.Error("not done")
						}
					}
				})
			}
		})
	}
}

// TestInterrupt: what ends a call early interrupts it once, what ends later or not at all does not.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(own, above func())
		want int64
	}{
		"nothing":           {func(own, above func()) {}, 0},
		"its time":          {func(own, above func()) { time.Sleep(2 * time.Minute) }, 0}, // of which the caller takes care
		"canceled":          {func(own, above func()) { own() }, 2},
		"the one above":     {func(own, above func()) { above() }, 2},
		"both":              {func(own, above func()) { above(); own() }, 2},
		"canceled for ever": {func(own, above func()) { own(); own() }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				above, cancel := context.WithCancel(t.Context())
				defer cancel()
				var d deadline
				d.start(above, time.Minute)
				var calls, taken atomic.Int64
				stop := d.Interrupt(func() { calls.Add(1) })
				d.Interrupt(func() { calls.Add(1) })
				if back := d.Interrupt(func() { taken.Add(1) }); !back() || back() {
					t.Error("taking an interrupt back works once")
				}
				test.end(d.cancel, cancel)
				synctest.Wait()
				if calls.Load() != test.want || taken.Load() != 0 {
					t.Errorf("%d interrupts, want %d; %d of those taken back", calls.Load(), test.want, taken.Load())
				}
				if stopped := stop(); stopped == (test.want > 0) {
					t.Errorf("taken back afterwards: %t", stopped)
				}
				d.cancel()
			})
		})
	}
}

// TestInterruptAfterTheEnd: who comes too late is interrupted at once.
func TestInterruptAfterTheEnd(t *testing.T) {
	t.Parallel()
	for _, canceled := range []bool{true, false} {
		above, cancel := context.WithCancel(t.Context())
		var d deadline
		d.start(above, time.Minute)
		if canceled {
			d.cancel()
		}
		cancel()
		done := make(chan struct{})
		if stop := d.Interrupt(func() { close(done) }); canceled && stop() {
			t.Error("taken back")
		}
		<-done
		d.cancel()
	}
}
