package main

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// getUser is a call of Outreach that changes nothing.
const getUser = `{"user_id":789,"fields":["email"]}`

// hour is what Outreach allows in one.
const hour = 10_000

// hourHolds uses up a whole hour of Outreach. The nodes count in groups, so that a few of its requests are not used.
func hourHolds(t *testing.T, c *cluster, s *sheet) {
	got := spend(t, c, outreachtest.Options{Prefix: "/outreach"}, hour)
	s.add(got)
	if got.over != 0 {
		t.Errorf("%d of %d requests were over the limit", got.over, got.upstream)
	}
	if got.upstream < hour/2 || got.upstream > hour {
		t.Errorf("%d requests went out of %d that may", got.upstream, hour)
	}
}

// learnedHolds has a service that allows less than it used to, and says so with each answer. What is under way meanwhile
// nobody can have heard of: no more than that may be over the limit.
func learnedHolds(t *testing.T, c *cluster, s *sheet) {
	const few = hour / 20
	got := spend(t, c, outreachtest.Options{Prefix: "/outreach", Limit: few}, few)
	got.name = "a smaller hour, learned"
	s.add(got)
	if got.over > callers {
		t.Errorf("%d of %d requests were over the limit", got.over, got.upstream)
	}
}

// spend has all callers ask until some more calls are made than a service allows.
func spend(t *testing.T, c *cluster, options outreachtest.Options, allowed int64) line {
	t.Helper()
	service := outreachtest.New(options)
	c.town.move("outreach", service)
	a := question{operation: "outreach.get_user", credential: c.credential(t, "outreach"), input: getUser, timeout: 10 * time.Second}
	y := newTally()
	var begun atomic.Int64
	c.crowd(callers, func(caller int, at *node) bool {
		if begun.Add(1) > allowed+callers {
			return false
		}
		y.add(caller, at, at.call(a))
		return true
	})
	onlyKnown(t, y, "rate_limited")
	stats := service.Stats()
	return line{name: "a whole hour", tally: y, upstream: stats.Requests, over: stats.OverLimit,
		remark: fmt.Sprintf("%.1f %% of the limit; %s", 100*float64(stats.Requests-stats.OverLimit)/float64(allowed), y.shares())}
}
