// Package caching is what the hub's caches in memory have in common: https://maypok86.github.io/otter.
package caching

import "time"

// Clock lets a cache run on the clock of its owner.
type Clock struct{ Now func() time.Time }

// NowNano is the time in nanoseconds since 1970.
func (c Clock) NowNano() int64 { return c.Now().UnixNano() }

// Tick gives a real tick: it only cleans up.
func (c Clock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }

// InPlace runs a cache's upkeep where it falls due, which costs less than a goroutine for it.
func InPlace(upkeep func()) { upkeep() }
