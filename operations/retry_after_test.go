package operations_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

const monthCap = 31 * 24 * time.Hour

func noon() time.Time { return time.Date(2025, time.March, 1, 12, 0, 0, 0, time.UTC) }

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const none = time.Duration(-1)
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"30", 30 * time.Second},
		{" 30 ", 30 * time.Second},
		{"0", 0},
		{"0.25", 250 * time.Millisecond},
		{"2678400", monthCap},
		{"2678401", monthCap},
		{"999999999", monthCap},
		{"Sat, 01 Mar 2025 12:01:00 GMT", time.Minute},
		{"Saturday, 01-Mar-25 12:01:00 GMT", time.Minute},
		{"Sat Mar  1 12:01:00 2025", time.Minute},
		{"Sat, 01 Mar 2025 11:00:00 GMT", 0},
		{"2025-03-01T12:00:10Z", 10 * time.Second},
		{"2025-03-01T12:00:10.5Z", 10500 * time.Millisecond},
		{"2025-03-01T14:00:10+02:00", 10 * time.Second},
		{"2025-03-01T14:00:10+0200", 10 * time.Second},
		{"2025-03-01T12:00:10.000+0000", 10 * time.Second},
		{"2025-03-01T12:00:10", 10 * time.Second},
		{"2025-03-01 12:00:10", 10 * time.Second},
		{"2025-03-01T12:05Z", 5 * time.Minute},
		{"2999-01-01T00:00:00Z", monthCap},
		{"1999-01-01T00:00:00Z", 0},
		{"1740830430", 30 * time.Second},            // seconds since 1970
		{"1740830430000", 30 * time.Second},         // milliseconds since 1970
		{"9999, 19988", 19988 * time.Second},        // a list: the longest
		{"soon, 5, -3", 5 * time.Second},            // a list with nonsense in it
		{"99999999999999999999999999999", monthCap}, // far beyond any year
		{strings.Repeat("x,", 1000) + "5", none},    // beyond what is looked at

		{"", none}, {"soon", none}, {"-1", none}, {"NaN", none}, {"inf", none}, {"+Infinity", none}, {"1e999", none},
		{",", none}, {"12:00", none}, {"2025-03-01", none}, {"0x1p70000", none},
	}
	for _, tt := range tests {
		t.Run(tt.value[:min(len(tt.value), 40)], func(t *testing.T) {
			t.Parallel()
			got, ok := operations.RetryAfter(http.Header{"Retry-After": {tt.value}}, noon())
			if ok != (tt.want != none) || ok && got != tt.want {
				t.Errorf("RetryAfter(%q) = %v, %v, want %v", tt.value, got, ok, tt.want)
			}
		})
	}
}

func TestRetryAfterFromRateLimitHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header map[string][]string
		want   time.Duration
		ok     bool
	}{
		{"nothing", nil, 0, false},
		{"budget left", map[string][]string{"X-RateLimit-Remaining": {"1"}, "X-RateLimit-Reset": {"60"}}, 0, false},
		{"remaining unknown", map[string][]string{"X-RateLimit-Reset": {"60"}}, 0, false},
		{"budget spent", map[string][]string{"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"60"}}, time.Minute, true},
		{"one of two budgets spent", map[string][]string{"X-RateLimit-Remaining": {"9999, 0"}, "X-RateLimit-Reset": {"1740830430"}}, 30 * time.Second, true},
		{"an ISO reset", map[string][]string{"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"2025-03-01T12:01Z"}}, time.Minute, true},
		{"the draft's names", map[string][]string{"RateLimit-Remaining": {"0"}, "RateLimit-Reset": {"7"}}, 7 * time.Second, true},
		{"two headers, the longest", map[string][]string{"Retry-After": {"3", "8"}}, 8 * time.Second, true},
		{"Retry-After goes first", map[string][]string{"Retry-After": {"3"}, "X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"60"}}, 3 * time.Second, true},
		{"nonsense goes last", map[string][]string{"Retry-After": {"x"}, "X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"60"}}, time.Minute, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for name, values := range tt.header {
				for _, value := range values {
					header.Add(name, value)
				}
			}
			got, ok := operations.RetryAfter(header, noon())
			if got != tt.want || ok != tt.ok {
				t.Errorf("got %v, %v, want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// TestTheServicesClockCounts has services whose clocks differ from ours ask for a pause until a point in time.
func TestTheServicesClockCounts(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, time.Second, -time.Second, time.Minute, -time.Minute, time.Hour, -24 * time.Hour} {
		its := noon().Add(ahead)
		want := 30 * time.Second
		if ahead.Abs() <= time.Second { // Date says no more than the second: ours is as good
			want += ahead
		}
		for _, header := range []http.Header{
			{"Retry-After": {its.Add(30 * time.Second).Format(http.TimeFormat)}},
			{"Retry-After": {its.Add(30 * time.Second).Format(time.RFC3339)}},
			{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {fmt.Sprint(its.Add(30 * time.Second).Unix())}},
		} {
			header.Set("Date", its.Format(http.TimeFormat))
			if got, ok := operations.RetryAfter(header, noon()); !ok || got != want {
				t.Errorf("ahead by %v: RetryAfter(%v) = %v, %v, want %v", ahead, header, got, ok, want)
			}
			if budget, ok := operations.ReadBudget(header, noon()); header["X-Ratelimit-Reset"] != nil && (!ok || budget.Reset != want) {
				t.Errorf("ahead by %v: ReadBudget(%v) = %+v, %v, want a reset in %v", ahead, header, budget, ok, want)
			}
		}
	}
	soon := http.Header{"Retry-After": {"30"}, "Date": {noon().Add(time.Hour).Format(http.TimeFormat)}}
	if got, _ := operations.RetryAfter(soon, noon()); got != 30*time.Second {
		t.Errorf("a length of time depends on no clock, and is %v", got)
	}
	broken := http.Header{"Retry-After": {noon().Add(time.Minute).Format(http.TimeFormat)}, "Date": {"today"}}
	if got, _ := operations.RetryAfter(broken, noon()); got != time.Minute {
		t.Errorf("with a Date that makes no sense the wait is %v", got)
	}
}

func ExampleRetryAfter() {
	now := time.Date(2025, time.March, 1, 12, 0, 0, 0, time.UTC)
	for _, value := range []string{"30", "Sat, 01 Mar 2025 12:01:00 GMT", "2025-03-01T12:00:10", "1740830430", "5, 8", "soon"} {
		wait, ok := operations.RetryAfter(http.Header{"Retry-After": {value}}, now)
		fmt.Println(wait, ok)
	}
	// Output:
	// 30s true
	// 1m0s true
	// 10s true
	// 30s true
	// 8s true
	// 0s false
}

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"30", "1e9", "Sat, 01 Mar 2025 12:01:00 GMT", "2025-03-01T12:00:10Z", "9999, 19988", "-0", "1e15", "0x1p62"} {
		f.Add(value, "0", value, int64(0))
		f.Add("", "0", value, int64(math.MaxInt64))
	}
	f.Fuzz(func(t *testing.T, after, remaining, reset string, now int64) {
		header := http.Header{
			"Retry-After": {after}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}, "Ratelimit-Reset": {after, reset},
		}
		wait, ok := operations.RetryAfter(header, time.Unix(now, 0))
		if wait < 0 || wait > monthCap || !ok && wait != 0 {
			t.Errorf("RetryAfter(%v) = %v, %v", header, wait, ok)
		}
	})
}

func BenchmarkRetryAfter(b *testing.B) {
	header := http.Header{"Retry-After": {"2025-03-01T12:00:10"}}
	for b.Loop() {
		if _, ok := operations.RetryAfter(header, noon()); !ok {
			b.Fatal("not understood")
		}
	}
}
