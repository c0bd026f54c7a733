package wire

import (
	"context"
	"errors"
	"net"
	"time"
)

// interruptible is a context that can tell of its early end without the timer that context.AfterFunc would have it begin.
//
// Interrupt calls f in a goroutine of its own once the context ends before its deadline, canceled by its maker or by a
// parent; Err is not nil by then. Whoever uses it must mind the deadline himself. stop is like that of context.AfterFunc:
// it tells whether f will not be called because of it.
type interruptible interface {
	Interrupt(f func()) (stop func() bool)
}

// watch lets the end of a context end what is read and written on the connection, until stop. The bounds of the exchange
// before are gone.
//
// The deadline is set before anybody may interrupt, and nobody sets another behind the back of an interruption: its own
// would be lost, and the exchange would wait for ever.
func (c *conn) watch(ctx context.Context) (stop func() bool) {
	at, bounded := ctx.Deadline()
	i, can := ctx.(interruptible)
	c.timed = bounded && can
	switch {
	case c.timed:
		c.endAt(at)
	case !bounded:
		c.endAt(time.Now().Add(c.pool.options.Answer))
	case c.bounded:
		c.endAt(time.Time{})
	}
	if can {
		return i.Interrupt(c.abort)
	}
	return context.AfterFunc(ctx, c.abort)
}

// answered takes the bound of the headers off, once they are there. The end of a context that has ended meanwhile stays.
func (c *conn) answered(ctx context.Context) {
	if _, bounded := ctx.Deadline(); bounded {
		return
	}
	c.endAt(time.Time{})
	if ctx.Err() != nil {
		c.abort()
	}
}

// endAt sets when reading and writing end; zero is never.
func (c *conn) endAt(at time.Time) {
	c.bounded = !at.IsZero()
	_ = c.SetDeadline(at)
}

// fault is the error of an exchange: the reason why its context has ended, or what else has gone wrong. A socket may know
// that it is time a little before the context does.
func (c *conn) fault(ctx context.Context, err error) error {
	if cause := ended(ctx); cause != nil {
		return cause
	}
	if c.timed && isTimeout(err) {
		return context.DeadlineExceeded
	}
	return err
}

// ended is the reason why a context has ended; nil while it has not.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
