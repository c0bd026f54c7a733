package operations_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// headerOf makes headers of lines "Name: value".
func headerOf(lines ...string) http.Header {
	header := http.Header{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		header.Add(name, value)
	}
	return header
}

func TestReadBudget(t *testing.T) {
	t.Parallel()
	budget := func(limit, remaining int, reset time.Duration) *operations.Budget {
		return &operations.Budget{Limit: limit, Remaining: remaining, Reset: reset}
	}
	for _, test := range []struct {
		name   string
		header http.Header
		want   *operations.Budget // nil: none
	}{
		{"seconds", headerOf("X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 40", "X-RateLimit-Reset: 30"), budget(100, 40, 30*time.Second)},
		{"epoch", headerOf("X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1740830430"), budget(100, 0, 30*time.Second)},
		{"ISO 8601", headerOf("X-RateLimit-Limit: 350", "X-RateLimit-Remaining: 5", "X-RateLimit-Reset: 2025-03-01T12:01Z"), budget(350, 5, time.Minute)},
		{"HTTP date", headerOf("X-RateLimit-Remaining: 5", "X-RateLimit-Reset: Sat, 01 Mar 2025 12:01:00 GMT"), budget(0, 5, time.Minute)},
		{"lists", headerOf("X-RateLimit-Limit: 10000, 20000", "X-RateLimit-Remaining: 9999, 19988", "X-RateLimit-Reset: 60, 3600"), budget(10000, 9999, time.Minute)},
		{"second is tighter", headerOf("X-RateLimit-Limit: 100, 20", "X-RateLimit-Remaining: 50, 3", "X-RateLimit-Reset: 60, 3600"), budget(20, 3, time.Hour)},
		{"one reset for all", headerOf("X-RateLimit-Remaining: 50, 3", "X-RateLimit-Reset: 60"), budget(0, 3, time.Minute)},
		{"two headers", headerOf("X-RateLimit-Remaining: 50", "X-RateLimit-Remaining: 3", "X-RateLimit-Reset: 60"), budget(0, 3, time.Minute)},
		{"IETF", headerOf("RateLimit-Limit: 100, 100;w=60", "RateLimit-Remaining: 40", "RateLimit-Reset: 30"), budget(100, 40, 30*time.Second)},
		{"IETF items", headerOf(`RateLimit: "burst";r=50;t=30, "daily";r=7;t=3600`, `RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400`), budget(1000, 7, time.Hour)},
		{"IETF items without a policy", headerOf(`RateLimit: "default";r=50;t=30`), budget(0, 50, 30*time.Second)},
		{"IETF, older", headerOf("RateLimit: limit=100, remaining=40, reset=30"), budget(100, 40, 30*time.Second)},
		{"per request and token", headerOf("x-ratelimit-limit-requests: 60", "x-ratelimit-remaining-requests: 59", "x-ratelimit-reset-requests: 6m0s", "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 1s"), budget(60, 59, 6*time.Minute)},
		{"milliseconds", headerOf("x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 20ms"), budget(0, 0, 20*time.Millisecond)},
		{"several families", headerOf("X-RateLimit-Remaining: 9", "X-RateLimit-Reset: 60", "RateLimit-Remaining: 4", "RateLimit-Reset: 30"), budget(0, 4, 30*time.Second)},
		{"one that makes sense", headerOf("X-RateLimit-Remaining: many, 4", "X-RateLimit-Reset: 60"), budget(0, 4, time.Minute)},
		{"bounds", headerOf("X-RateLimit-Limit: 99999999999999999999", "X-RateLimit-Remaining: 18446744073709551615", "X-RateLimit-Reset: 99999999999999"), budget(0, 1_000_000_000, monthCap)},

		{"none", headerOf("Content-Type: text/plain"), nil},
		{"no reset", headerOf("X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 4"), nil},
		{"reset gone by", headerOf("X-RateLimit-Remaining: 4", "X-RateLimit-Reset: 1740830000"), nil},
		{"reset now", headerOf("X-RateLimit-Remaining: 4", "X-RateLimit-Reset: 0"), nil},
		{"nonsense reset", headerOf("X-RateLimit-Remaining: 4", "X-RateLimit-Reset: soon"), nil},
		{"negative", headerOf("X-RateLimit-Remaining: -4", "X-RateLimit-Reset: 60"), nil},
		{"no number", headerOf("X-RateLimit-Remaining: NaN", "X-RateLimit-Reset: 60"), nil},
		{"empty", headerOf("X-RateLimit-Remaining: ", "X-RateLimit-Reset: 60"), nil},
		{"nonsense items", headerOf(`RateLimit: "a";r=x;t=3, ;;;, r=4, "b";t=5`), nil},
		{"beyond what is looked at", headerOf("X-RateLimit-Remaining: "+strings.Repeat("x,", 1000)+"5", "X-RateLimit-Reset: 60"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got *operations.Budget
			if found, ok := operations.ReadBudget(test.header, noon()); ok {
				got = &found
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzReadBudget(f *testing.F) {
	f.Add("100, 20", "9, 3", "60", `"a";r=1;t=2`)
	f.Add("", "0", "2025-03-01T12:01Z", "limit=1, remaining=0, reset=1")
	f.Add("x", "-1", "6m0s", `"`)
	f.Fuzz(func(t *testing.T, limit, remaining, reset, items string) {
		for _, header := range []http.Header{
			{"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}},
			{"X-Ratelimit-Remaining-Requests": {remaining, limit}, "X-Ratelimit-Reset-Requests": {reset, items}},
			{"Ratelimit": {items}, "Ratelimit-Policy": {limit}},
		} {
			budget, ok := operations.ReadBudget(header, noon())
			if ok && (budget.Remaining < 0 || budget.Limit < 0 || budget.Reset <= 0 || budget.Reset > monthCap) {
				t.Errorf("%v: %+v", header, budget)
			}
		}
	})
}

func BenchmarkReadBudget(b *testing.B) {
	header := headerOf("X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 40", "X-RateLimit-Reset: 30", "Content-Type: application/json")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := operations.ReadBudget(header, noon()); !ok {
			b.Fatal("none")
		}
	}
}
