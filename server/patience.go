package server

import (
	"net"
	"time"
)

// patience is for how long a server waits for its clients.
type patience struct {
	read  time.Duration // for a whole request, from its first bytes on; a first one, from when the connection was made
	write time.Duration // for an answer to be taken
	idle  time.Duration // for the next request
}

// nearly is how much sooner than asked for a bound may end: moving one costs as much as all the rest of a small read.
const nearly = time.Second

// bounds are when the reads and writes of a connection end. Reads and writes may be by two goroutines.
type bounds struct {
	reads, writes ending

	used    bool // there was a request before
	begun   bool // the first bytes of a request have come
	timed   bool // the whole of it is bounded
	sending bool // so is the whole of its answer
}

// next is for the next request.
func (b *bounds) next() { b.used, b.begun, b.timed, b.sending = true, false, false, false }

// boundRead bounds the next read: for the first bytes of a next request by how long a connection may be idle, then once for
// the rest of it; the first request of a connection once as a whole. Most requests come in one piece.
func (b *bounds) boundRead(conn net.Conn, p *patience) error {
	switch {
	case b.timed:
		return nil
	case b.used && !b.begun:
		return b.reads.move(p.idle, conn.SetReadDeadline)
	default:
		b.timed = true
		return b.reads.move(p.read, conn.SetReadDeadline)
	}
}

// boundWrite bounds the next write, an answer's by what is left of the time for the whole of it.
func (b *bounds) boundWrite(conn net.Conn, p *patience, whole bool) error {
	if whole && b.sending {
		return nil
	}
	b.sending = whole
	return b.writes.move(p.write, conn.SetWriteDeadline)
}

// ending is when reads, or writes, end.
type ending struct{ end time.Time }

// move sets the end to after so long, unless it is nearly that already.
func (e *ending) move(after time.Duration, set func(time.Time) error) error {
	end := time.Now().Add(after)
	if later := end.Sub(e.end); later >= 0 && later < min(nearly, after/8) {
		return nil
	}
	e.end = end
	return set(end)
}
