//go:build unix

package wire

import "syscall"

// supported tells that idle connections can be looked at.
const supported = true

// isQuiet tells whether a socket is open, with nothing to read: it reads without waiting, and leaves what it reads where
// it is. Bytes that nobody has asked for, the end of the stream or an error mean that it cannot serve any more.
func isQuiet(descriptor uintptr) bool {
	var peeked [1]byte
	_, _, err := syscall.Recvfrom(int(descriptor), peeked[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
}
