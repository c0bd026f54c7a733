package slacktest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// stamp is when a message was sent, in microseconds since 1970. It is what a message is known by within its channel.
type stamp int64

// String gives the stamp the way messages have it: "1767258000.000100".
func (t stamp) String() string { return fmt.Sprintf("%d.%06d", int64(t)/1e6, int64(t)%1e6) }

// MarshalText gives the same for JSON.
func (t stamp) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

func stampOf(at time.Time) stamp { return stamp(max(at.UnixMicro(), 0)) }

// exactStamp reads the stamp of a message.
func exactStamp(text string) (stamp, bool) {
	_, fraction, _ := strings.Cut(text, ".")
	t, ok := roughStamp(text)
	return t, ok && len(fraction) == 6
}

// roughStamp reads a moment, with any number of decimals up to six.
func roughStamp(text string) (stamp, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if whole == "" || len(whole) > 12 || len(fraction) > 6 {
		return 0, false
	}
	number, err := strconv.ParseUint(whole+fraction+strings.Repeat("0", 6-len(fraction)), 10, 63)
	return stamp(number), err == nil
}
