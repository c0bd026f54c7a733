package wire

import (
	"context"
	"slices"
	"sync"
	"time"
)

// pool keeps the connections that nobody uses, and bounds how many there are.
type pool struct {
	options *Options

	mu      sync.Mutex
	hosts   map[host]*line
	idle    int
	round   uint        // of cleaning
	cleaner *time.Timer // set while there are idle connections
}

// rounds is in how many rounds of cleaning a connection that nobody uses is closed. They come often enough for it that
// nobody need look at the clock when one is put back or taken.
const rounds = 4

// line is what there is of one host.
type line struct {
	host    host
	open    int     // connections, those being made included
	idle    []*conn // the one used last is the last
	waiting []chan *conn
}

func (p *pool) init(options *Options) {
	p.options, p.hosts = options, map[host]*line{}
}

// get gives a connection. One that has been idle is looked at before it is asked: see ask.
func (p *pool) get(ctx context.Context, h host) (*conn, error) {
	c, l, wait := p.take(h)
	if wait != nil {
		var err error
		if c, err = p.await(ctx, l, wait); err != nil {
			return nil, err
		}
	}
	if c != nil {
		return c, nil
	}
	return p.dial(ctx, l)
}

// take gives an idle connection; or none and no channel if one may be made; or a channel to wait at.
func (p *pool) take(h host) (*conn, *line, chan *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.hosts[h]
	if l == nil {
		l = &line{host: h}
		p.hosts[h] = l
	}
	if last := len(l.idle) - 1; last >= 0 {
		c := l.idle[last]
		l.idle[last] = nil
		l.idle = l.idle[:last]
		p.idle--
		return c, l, nil
	}
	if l.open < p.options.MaxPerHost {
		l.open++
		return nil, l, nil
	}
	wait := make(chan *conn, 1)
	l.waiting = append(l.waiting, wait)
	return nil, l, wait
}

// await waits for a connection; nil is the leave to make one.
func (p *pool) await(ctx context.Context, l *line, wait chan *conn) (*conn, error) {
	select {
	case c := <-wait:
		return c, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	i := slices.Index(l.waiting, wait)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	p.mu.Unlock()
	if i < 0 { // at the last moment
		if c := <-wait; c != nil {
			p.put(c)
		} else {
			p.gone(l)
		}
	}
	return nil, ended(ctx)
}

func (p *pool) dial(ctx context.Context, l *line) (*conn, error) {
	socket, err := p.options.Dial(ctx, "tcp", l.host.address())
	if err != nil {
		p.gone(l)
		return nil, err
	}
	c := newConn(p, l, socket)
	if !l.host.secure {
		return c, nil
	}
	if err := c.secure(ctx); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// put takes a connection back: for who waits, or for later.
func (p *pool) put(c *conn) {
	l := c.line
	p.mu.Lock()
	if len(l.waiting) > 0 {
		l.next(c)
		p.mu.Unlock()
		return
	}
	if len(l.idle) >= p.options.MaxIdlePerHost || p.idle >= p.options.MaxIdle {
		p.mu.Unlock()
		c.close()
		return
	}
	c.round = p.round
	l.idle = append(l.idle, c)
	p.idle++
	if p.cleaner == nil {
		p.cleaner = time.AfterFunc(p.options.Idle/rounds, p.clean)
	}
	p.mu.Unlock()
}

// next lets the first who waits go, with a connection or with the leave to make one.
func (l *line) next(c *conn) {
	first := l.waiting[0]
	l.waiting[0] = nil
	l.waiting = l.waiting[1:]
	first <- c
}

// gone notes that a connection is no more.
func (p *pool) gone(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(l.waiting) > 0 {
		l.next(nil)
		return
	}
	if l.open--; l.open == 0 {
		delete(p.hosts, l.host)
	}
}

// clean closes what has been idle for long, or what the service has closed, and comes again while there are others.
func (p *pool) clean() {
	p.mu.Lock()
	p.round++
	round := p.round
	p.mu.Unlock()
	p.closeIdle(func(c *conn) bool { return round-c.round >= rounds || !c.isQuiet() })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cleaner = nil
	if p.idle > 0 {
		p.cleaner = time.AfterFunc(p.options.Idle/rounds, p.clean)
	}
}

// closeIdle closes the idle connections that are to go.
func (p *pool) closeIdle(goes func(*conn) bool) {
	var gone []*conn
	p.mu.Lock()
	for _, l := range p.hosts {
		l.idle = slices.DeleteFunc(l.idle, func(c *conn) bool {
			if !goes(c) {
				return false
			}
			gone = append(gone, c)
			return true
		})
	}
	p.idle -= len(gone)
	p.mu.Unlock()
	for _, c := range gone {
		c.close()
	}
}
