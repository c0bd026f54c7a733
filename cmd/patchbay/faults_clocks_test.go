package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	lookalike "github.com/patchbay/patchbay/internal/sandbox"
)

// asked is when each path was asked for.
type asked struct {
	service http.Handler

	mu    sync.Mutex
	times map[string][]time.Time
}

// ServeHTTP notes the time.
func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.times[r.URL.Path] = append(a.times[r.URL.Path], time.Now())
	a.mu.Unlock()
	a.service.ServeHTTP(w, r)
}

// clocksDiffer has a service whose clock is ahead of the hub's, or behind, ask for a pause until a point in time. What
// counts is how long that is by its own clock.
func clocksDiffer(t *testing.T, c *cluster, s *sheet) {
	skews := [...]time.Duration{0, 90 * time.Second, -90 * time.Second, time.Hour, -time.Hour}
	service, y := newAcme(), newTally()
	house := &asked{service: service, times: map[string][]time.Time{}}
	c.town.move("acme", house)
	var faults []lookalike.Fault
	var credentials []string
	for i, ahead := range skews {
		faults = append(faults, pauseByDate(2*i, ahead), pauseByEpoch(2*i+1, ahead))
		credentials = append(credentials, c.credential(t, "acme"), c.credential(t, "acme"))
	}
	if err := service.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
	replies := make([]reply, len(faults))
	c.crowd(len(faults), func(i int, at *node) bool {
		replies[i] = at.call(question{
			operation: "acme.get_thing", credential: credentials[i], input: fmt.Sprintf(`{"id":%d}`, i), timeout: 15 * time.Second,
		})
		y.add(i, at, replies[i])
		return false
	})
	for i, r := range replies {
		times := house.times[faults[i].Match.Path]
		if r.code != "" || len(times) != 2 || times[1].Sub(times[0]) < 900*time.Millisecond {
			t.Errorf("clock ahead by %v: asked at %v, and then %q: %.300s", skews[i/2], times, r.code, r.body)
		}
	}
	s.add(line{name: "clocks differ", tally: y, upstream: service.Stats().Requests, over: service.Stats().OverLimit})
}

// pauseByDate asks for a pause of four seconds, of which some may be over when it is asked, by the service's clock.
func pauseByDate(id int, ahead time.Duration) lookalike.Fault {
	its := time.Now().Add(ahead)
	fault := refusalAt(id, its)
	fault.RetryAfter = lookalike.HeaderValue(its.Add(4 * time.Second).UTC().Format(http.TimeFormat))
	return fault
}

// pauseByEpoch does so by when the service's count starts anew.
func pauseByEpoch(id int, ahead time.Duration) lookalike.Fault {
	its := time.Now().Add(ahead)
	fault := refusalAt(id, its)
	fault.Headers["X-RateLimit-Remaining"] = "0"
	fault.Headers["X-RateLimit-Reset"] = strconv.FormatInt(its.Add(4*time.Second).Unix(), 10)
	return fault
}

func refusalAt(id int, its time.Time) lookalike.Fault {
	return lookalike.Fault{
		Match: lookalike.Match{Path: fmt.Sprintf("/thing/%d", id)}, Times: 1, Status: http.StatusTooManyRequests,
		Headers: map[string]string{"Date": its.UTC().Format(http.TimeFormat)},
	}
}
