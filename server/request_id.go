package server

import (
	"bytes"
	"math/rand/v2"
	"time"
)

// requestID takes over the caller's id if it is fit for logs, else makes one.
func requestID(given []byte, now time.Time) string {
	const most = 64
	if len(given) > 0 && len(given) <= most && !bytes.ContainsFunc(given, isUnfit) {
		return string(given)
	}
	return newRequestID(now)
}

func isUnfit(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.', r == ':':
		return false
	default:
		return true
	}
}

// newRequestID makes an id out of the time in milliseconds and 80 random bits, a ULID: https://github.com/ulid/spec.
func newRequestID(now time.Time) string {
	const (
		alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
		prefix   = "req_"
		stamp    = 10 // digits of the time, five bits each
		half     = 8  // digits of either half of what is random
	)
	var id [len(prefix) + stamp + 2*half]byte
	copy(id[:], prefix)
	write := func(digits []byte, value uint64) {
		for i := len(digits) - 1; i >= 0; i-- {
			digits[i] = alphabet[value%32]
			value /= 32
		}
	}
	rest := id[len(prefix):]
	write(rest[:stamp], uint64(now.UnixMilli()))
	write(rest[stamp:stamp+half], rand.Uint64())
	write(rest[stamp+half:], rand.Uint64())
	return string(id[:])
}
