//go:build unix

package wire

import "syscall"

// supported tells that idle connections can be looked at.
const supported = true

// isQuiet tells whether an idle connection is as it should be: open, with nothing to read. Bytes that nobody has asked
// for, the end of the stream or an error mean that it cannot serve any more.
func (c *conn) isQuiet() bool {
	if c.raw == nil {
		return false
	}
	c.quiet = false
	return c.raw.Read(c.look) == nil && c.quiet
}

// look reads without waiting, and leaves what it reads where it is.
func (c *conn) look(descriptor uintptr) bool {
	_, _, err := syscall.Recvfrom(int(descriptor), c.peeked[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	c.quiet = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
	return true
}
