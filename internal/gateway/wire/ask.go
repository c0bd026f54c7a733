package wire

import (
	"errors"
	"fmt"
)

// question is what a connection is asking.
type question struct {
	message []byte
	watcher Watcher // nil: nobody watches
	asked   bool    // it has been looked at whether it can be asked
	err     error   // why it could not
}

var errNotQuiet = errors.New("the service has closed the connection, or sent what nobody has asked for")

// ask writes the message, and waits until there is something to read.
//
// A connection that has served before is looked at first: the service may have closed it, and a write sent on it would be
// lost in a way that nobody can tell; or it may have sent what would be taken for the answer. Looking, writing and waiting
// are one reading of the socket: the look has found nothing to read, so that whatever there is to read later wakes it, and
// nobody need try to read before. With TLS some of it may have been read already, so that nobody waits here.
func (c *conn) ask(m *message, watcher Watcher) error {
	c.question = question{message: m.bytes, watcher: watcher}
	if c.raw == nil {
		c.write()
	} else if err := c.raw.Read(c.proceed); err != nil && !c.question.asked {
		c.question.err = c.unwritten(err, 0)
	} // if waiting has failed, so does reading
	err := c.question.err
	c.question = question{}
	return err
}

// inquire does the next step of asking, and tells whether it was the last one.
func (c *conn) inquire(descriptor uintptr) bool {
	if c.question.asked {
		return true
	}
	c.question.asked = true
	quiet := isQuiet(descriptor)
	if c.used && !quiet {
		c.question.err = &staleError{errNotQuiet}
		return true
	}
	c.write()
	return c.question.err != nil || !quiet || c.secured != nil
}

func (c *conn) write() {
	if watcher := c.question.watcher; watcher != nil {
		watcher.Connected()
		watcher.Sent()
	}
	if n, err := c.Conn.Write(c.question.message); err != nil {
		c.question.err = c.unwritten(err, n)
	}
}

// unwritten is the error of a message of which n bytes could be written.
func (c *conn) unwritten(err error, n int) error {
	if c.used && n == 0 && !isTimeout(err) {
		return &staleError{err}
	}
	return fmt.Errorf("writing the request: %w", err)
}

// isQuiet tells whether an idle connection is as it should be: open, with nothing to read.
func (c *conn) isQuiet() (quiet bool) {
	if c.raw == nil {
		return false
	}
	err := c.raw.Control(func(descriptor uintptr) { quiet = isQuiet(descriptor) })
	return err == nil && quiet
}
