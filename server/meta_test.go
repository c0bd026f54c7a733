package server

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations/execute"
)

func TestMetaIsEncodedAsJSON(t *testing.T) {
	t.Parallel()
	for _, meta := range []execute.Meta{
		{},
		{RequestID: "req_1", Connector: "acme", Operation: "get_thing", Cached: execute.Miss, Attempts: 3, WaitedMs: 0.01, UpstreamMs: 12.34, DurationMs: 1e7},
		{RequestID: "r", Cached: execute.Fresh, AgeSeconds: 0.001, DurationMs: 123456789.12},
		{AgeSeconds: 1e-7, DurationMs: 1e21, WaitedMs: 1e20, UpstreamMs: 1e-6},
		{RequestID: "a\"b", Connector: "é", Operation: "<&>"}, {Operation: "a\\"}, {Operation: "<&>"}, {Connector: "\x7f\n"},
		{Warnings: []string{"w"}, Waits: []execute.Wait{{Limit: "tier", Ms: 1.5}}},
	} {
		if diff := cmp.Diff(string(encode(meta)), string(appendMeta(nil, &meta))); diff != "" {
			t.Errorf("(-encode +appendMeta):\n%s", diff)
		}
	}
}

// TestNumbersAreEncodedAsJSON tries those around what durations are, and some of all others.
func TestNumbersAreEncodedAsJSON(t *testing.T) {
	t.Parallel()
	check := func(f float64) {
		if got, want := string(appendNumber(nil, f)), string(encode(f)); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
	for n := range 200_000 {
		f := float64(n) / 100
		check(f)
		if n < 1000 {
			check(math.Nextafter(f, 0))
			check(math.Nextafter(f, 1e9))
			check(-f)
		}
	}
	for range 10_000 {
		check(rand.Float64() * 1e13)
		check(math.Round(rand.Float64()*1e15) / 100)
	}
}
