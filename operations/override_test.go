package operations_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func hourly(n int) operations.Throttler {
	return operations.Throttler{Name: "hour", TTL: operations.Seconds(time.Hour), Limit: n, Burst: 50, Enabled: true}
}

func TestOverrideApplies(t *testing.T) {
	t.Parallel()
	day := operations.Seconds(24 * time.Hour)
	workspace := operations.Override{Limit: new(2000), Enabled: new(false)}
	credential := operations.Override{Limit: new(500), TTL: &day}
	both := credential.Over(workspace)
	want := operations.Throttler{Name: "hour", TTL: day, Limit: 500, Burst: 50}
	declared := hourly(10_000)
	if diff := cmp.Diff(want, both.Apply(declared)); diff != "" {
		t.Errorf("the credential's over the workspace's (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(hourly(10_000), declared); diff != "" {
		t.Errorf("what is declared has changed:\n%s", diff)
	}
	if (operations.Override{Burst: new(0)}).IsZero() || !(operations.Override{}).IsZero() {
		t.Error("a value of 0 is not the same as none")
	}
	if got := (operations.Override{Burst: new(0), Concurrent: new(3)}).Apply(declared); got.Burst != 0 || got.Concurrent != 3 {
		t.Errorf("a value of 0 is not applied: %+v", got)
	}
}

func TestOverrideFaults(t *testing.T) {
	t.Parallel()
	seconds := func(d time.Duration) *operations.Seconds { return new(operations.Seconds(d)) }
	atOnce := operations.Throttler{Name: "uploads", Concurrent: 3, Enabled: true}
	for name, c := range map[string]struct {
		throttler operations.Throttler
		override  operations.Override
		pointers  []string
	}{
		"fits":                {hourly(100), operations.Override{Limit: new(40), Burst: new(40)}, nil},
		"switched off":        {hourly(100), operations.Override{Enabled: new(false)}, nil},
		"nothing":             {hourly(100), operations.Override{}, []string{""}},
		"below":               {hourly(100), operations.Override{Limit: new(-1), Burst: new(-1), Concurrent: new(-1), TTL: seconds(0)}, []string{"/limit", "/burst", "/concurrent", "/ttl"}},
		"above":               {hourly(100), operations.Override{Limit: new(10_000_001), Concurrent: new(10_001), TTL: seconds(32 * 24 * time.Hour)}, []string{"/limit", "/concurrent", "/ttl"}},
		"no limit at all":     {hourly(100), operations.Override{Limit: new(0)}, []string{"/limit"}},
		"only at once":        {hourly(100), operations.Override{Limit: new(0), Concurrent: new(2)}, nil},
		"nothing at once":     {atOnce, operations.Override{Concurrent: new(0)}, []string{"/limit"}},
		"limit and no window": {atOnce, operations.Override{Limit: new(5)}, []string{"/ttl"}},
		"limit and a window":  {atOnce, operations.Override{Limit: new(5), TTL: seconds(time.Second)}, nil},
		"burst above":         {hourly(100), operations.Override{Burst: new(101)}, []string{"/burst"}},
		"limit below a burst": {hourly(100), operations.Override{Limit: new(10)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pointers []string
			for _, fault := range c.override.Faults(c.throttler) {
				pointers = append(pointers, fault.Pointer)
			}
			if diff := cmp.Diff(c.pointers, pointers); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if len(pointers) == 0 {
				if err := c.override.Apply(c.throttler).Validate(); err != nil {
					t.Errorf("it makes a throttler that cannot be: %v", err)
				}
			}
		})
	}
}
