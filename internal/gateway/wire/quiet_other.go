//go:build !unix

package wire

// supported tells that idle connections cannot be looked at, so that none could serve a second time.
const supported = false

func isQuiet(uintptr) bool { return false }
