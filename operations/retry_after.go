package operations

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter reads how long a service asks its caller to wait, from Retry-After or, where that is missing and the
// budget is spent, from X-RateLimit-Reset. It understands what vendors send: seconds (with a fraction), an HTTP
// date, an ISO 8601 time with or without a zone (UTC then), seconds or milliseconds since 1970, and lists of these,
// of which the longest counts. Points in time are read by the service's own clock, where its Date shows that it differs
// from ours. ok is false if there is no such header or it makes no sense; a time gone by is a wait of zero.
func RetryAfter(header http.Header, now time.Time) (wait time.Duration, ok bool) {
	now = clockOf(header, now)
	if wait, ok = longest(header.Values("Retry-After"), now); ok {
		return wait, true
	}
	if !spent(header) {
		return 0, false
	}
	for _, name := range []string{"X-RateLimit-Reset", "RateLimit-Reset"} {
		if wait, ok = longest(header.Values(name), now); ok {
			return wait, true
		}
	}
	return 0, false
}

// sameClock is by how much two clocks may differ that count as the same: Date leaves a second open, and the answer was on
// its way.
const sameClock = 2 * time.Second

// clockOf is the time by the clock of the service that sent an answer.
func clockOf(header http.Header, now time.Time) time.Time {
	values := header["Date"]
	if len(values) == 0 {
		return now
	}
	date, err := http.ParseTime(values[0])
	if err != nil || date.Sub(now).Abs() <= sameClock {
		return now
	}
	return date
}

func spent(header http.Header) bool {
	for _, name := range []string{"X-RateLimit-Remaining", "RateLimit-Remaining"} {
		for _, part := range strings.Split(strings.Join(header.Values(name), ","), ",") {
			if strings.TrimSpace(part) == "0" {
				return true
			}
		}
	}
	return false
}

// maxWaits bounds how many waits of one header are looked at.
const maxWaits = 16

func longest(values []string, now time.Time) (wait time.Duration, ok bool) {
	for _, value := range values[:min(len(values), maxWaits)] {
		parts := []string{value}
		if _, single := parseWait(value, now); !single {
			parts = strings.SplitN(value, ",", maxWaits+1)
		}
		for _, part := range parts[:min(len(parts), maxWaits)] {
			if d, good := parseWait(part, now); good {
				wait, ok = max(wait, d), true
			}
		}
	}
	return wait, ok
}

// maxWait bounds what a header can ask for; more is taken as this much.
const maxWait = 31 * 24 * time.Hour

func parseWait(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		return parseNumber(n, now)
	}
	if t, err := http.ParseTime(value); err == nil {
		return until(t, now), true
	}
	for _, layout := range isoLayouts() {
		if t, err := time.Parse(layout, value); err == nil {
			return until(t, now), true
		}
	}
	return 0, false
}

// isoLayouts are the forms of an ISO 8601 time; a fraction of the second may stand in each that has seconds.
func isoLayouts() [5]string {
	return [...]string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00",
	}
}

// parseNumber tells a count of seconds from a point in time by its size.
func parseNumber(n float64, now time.Time) (time.Duration, bool) {
	const aYear2001, aYear2001Milliseconds = 1e9, 1e12
	switch {
	case n != n || n < 0 || math.IsInf(n, 1):
		return 0, false
	case n >= aYear2001Milliseconds:
		return until(time.UnixMilli(int64(min(n, 9e15))), now), true
	case n >= aYear2001:
		return until(time.Unix(int64(n), 0), now), true
	case n > maxWait.Seconds():
		return maxWait, true
	default:
		return time.Duration(n * float64(time.Second)), true
	}
}

func until(t, now time.Time) time.Duration {
	return min(max(t.Sub(now), 0), maxWait)
}
