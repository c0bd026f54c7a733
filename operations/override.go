package operations

import (
	"cmp"
	"fmt"
	"time"
)

// Override is what an admin sets in place of parts of a throttler. What is nil stays as it is.
type Override struct {
	Limit      *int     `json:"limit,omitempty"` // 0: any number, if there is a Concurrent
	Burst      *int     `json:"burst,omitempty"` // 0: all of the window at once
	TTL        *Seconds `json:"ttl,omitempty"`
	Concurrent *int     `json:"concurrent,omitempty"` // 0: any number
	Enabled    *bool    `json:"enabled,omitempty"`
}

// The most that an override may ask for.
const (
	MaxOverrideLimit      = 10_000_000
	MaxOverrideConcurrent = 10_000
	MaxOverrideTTL        = 31 * 24 * time.Hour
)

// IsZero tells whether the override sets nothing.
func (o Override) IsZero() bool { return o == Override{} }

// Over is both overrides in one: what o does not set is as below has it.
func (o Override) Over(below Override) Override {
	return Override{
		Limit: cmp.Or(o.Limit, below.Limit), Burst: cmp.Or(o.Burst, below.Burst), TTL: cmp.Or(o.TTL, below.TTL),
		Concurrent: cmp.Or(o.Concurrent, below.Concurrent), Enabled: cmp.Or(o.Enabled, below.Enabled),
	}
}

// Apply gives the throttler with the override's values.
func (o Override) Apply(t Throttler) Throttler {
	set(&t.Limit, o.Limit)
	set(&t.Burst, o.Burst)
	set(&t.TTL, o.TTL)
	set(&t.Concurrent, o.Concurrent)
	set(&t.Enabled, o.Enabled)
	return t
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// Faults says what keeps the override from serving for a throttler, by JSON pointers into the override.
func (o Override) Faults(t Throttler) []InputFault {
	var faults []InputFault
	add := func(wrong bool, pointer, detail string) {
		if wrong {
			faults = append(faults, InputFault{Pointer: pointer, Detail: detail})
		}
	}
	add(o.IsZero(), "", "sets nothing; give limit, burst, ttl, concurrent or enabled")
	add(outside(o.Limit, MaxOverrideLimit), "/limit", fmt.Sprintf("must be from 0 to %d", MaxOverrideLimit))
	add(outside(o.Burst, MaxOverrideLimit), "/burst", fmt.Sprintf("must be from 0 to %d", MaxOverrideLimit))
	add(outside(o.Concurrent, MaxOverrideConcurrent), "/concurrent", fmt.Sprintf("must be from 0 to %d", MaxOverrideConcurrent))
	add(o.TTL != nil && (*o.TTL < Seconds(time.Millisecond) || *o.TTL > Seconds(MaxOverrideTTL)), "/ttl",
		fmt.Sprintf("must be from 0.001 to %d seconds", int(MaxOverrideTTL.Seconds())))
	if len(faults) > 0 {
		return faults
	}
	now := o.Apply(t)
	add(now.Limit == 0 && now.Concurrent == 0, "/limit", "must not be 0 without a bound on what is under way at once; to switch the limit off, set enabled to false")
	add(now.Limit > 0 && now.TTL == 0, "/ttl", "is required, since the limit has no window of its own")
	add(o.Burst != nil && now.Limit > 0 && *o.Burst > now.Limit, "/burst", fmt.Sprintf("must not be above the limit of %d", now.Limit))
	return faults
}

func outside(n *int, most int) bool { return n != nil && (*n < 0 || *n > most) }
