package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/dixa/dixatest"
	lookalike "github.com/patchbay/patchbay/internal/sandbox"
)

// callers is how many there are at once in the scenarios about limits.
const callers = 200

// limited is a service with a limit that many callers want to use at once.
type limited struct {
	name        string
	service     http.Handler
	stats       func() lookalike.Stats
	ask         question
	rate, burst float64 // that the connector declares
}

// dixaLimited is Dixa, which lets as many more pass at once than it says as leave in half a second, as acme does.
func dixaLimited(t *testing.T, c *cluster) limited {
	service := dixatest.New(dixatest.Options{Burst: 4 + 5})
	return limited{name: "dixa", service: service, stats: service.Stats, rate: 10, burst: 4, ask: question{
		operation: "dixa.get_tag", credential: c.credential(t, "dixa"), input: `{"tagId":"3f2a9c71-6d84-4b1e-8c05-9e7d1a4b6f20"}`,
		timeout: max(2*time.Second, *faultsTime/2),
	}}
}

func acmeLimited(t *testing.T, c *cluster) limited {
	service := newAcme()
	return limited{name: "acme", service: service, stats: service.Stats, rate: acmeRate, burst: acmeBurst, ask: question{
		operation: "acme.get_thing", credential: c.credential(t, "acme"), input: `{"id":1}`, timeout: 5 * time.Second,
	}}
}

// load lets all callers use a service for a time, and writes down what came of it.
func (l limited) load(t *testing.T, c *cluster, title string, length time.Duration, meanwhile func()) line {
	t.Helper()
	house := c.town.move(l.name, l.service)
	y, end := newTally(), time.Now().Add(length)
	c.crowdWhile(meanwhile, callers, func(caller int, at *node) bool {
		r := at.call(l.ask)
		y.add(caller, at, r)
		r.rest(end)
		return time.Now().Before(end)
	})
	stats := l.stats()
	allowed := l.burst + l.rate*house.span().Seconds()
	within := float64(stats.Requests - stats.OverLimit)
	return line{name: title + " " + l.name, tally: y, upstream: stats.Requests, over: stats.OverLimit,
		remark: fmt.Sprintf("%.1f %% of the limit, %d came too early; %s", 100*within/allowed, house.early(l.rate, l.burst), y.shares())}
}

// limitsHold has 200 callers at three nodes want more than a service gives: not one request is over its limit.
func limitsHold(t *testing.T, c *cluster, s *sheet) {
	for _, l := range []limited{dixaLimited(t, c), acmeLimited(t, c)} {
		got := l.load(t, c, "limits", *faultsTime, func() {})
		s.add(got)
		if got.over != 0 {
			t.Errorf("%s: %d of %d requests were over the limit", l.name, got.over, got.upstream)
		}
		if got.tally.answered == 0 || least(got.tally.byNode, nodeCount) == 0 {
			t.Errorf("%s: a node has answered nothing: %v", l.name, got.tally.byNode)
		}
		onlyKnown(t, got.tally, "rate_limited", "upstream_timeout") // in line till the time was up
	}
}

// redisGoes kills Redis under load and brings it back, empty: hardly a request is over the limit.
func redisGoes(t *testing.T, c *cluster, s *sheet) {
	for _, l := range []limited{dixaLimited(t, c), acmeLimited(t, c)} {
		got := l.load(t, c, "redis goes,", *faultsTime, func() {
			time.Sleep(*faultsTime / 3)
			c.redis.Kill()
			time.Sleep(*faultsTime / 3)
			c.redis.Restart(t)
		})
		s.add(got)
		if got.over > max(got.upstream/100, nodeCount) { // each node may not know what another gave out last
			t.Errorf("%s: %d of %d requests were over the limit", l.name, got.over, got.upstream)
		}
		if got.tally.answered == 0 {
			t.Errorf("%s: nothing was answered", l.name)
		}
		onlyKnown(t, got.tally, "rate_limited", "upstream_timeout") // in line till the time was up
	}
}
