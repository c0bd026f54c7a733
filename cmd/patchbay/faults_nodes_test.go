package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// nodeGoes kills a node under load: who turns to another is served, and the limit still holds.
func nodeGoes(t *testing.T, c *cluster, s *sheet) {
	l := acmeLimited(t, c)
	c.town.move(l.name, l.service)
	y, end := newTally(), time.Now().Add(*faultsTime)
	c.crowdWhile(func() { c.restart(t, c.nodes[2]) }, 60, func(caller int, at *node) bool {
		r := at.call(l.ask)
		for range nodeCount - 1 {
			if r.code == broken {
				at = c.after(at)
				r = at.call(l.ask)
			}
		}
		y.add(caller, at, r)
		r.rest(end)
		return time.Now().Before(end)
	})
	stats := l.stats()
	s.add(line{name: "a node is killed", tally: y, upstream: stats.Requests, over: stats.OverLimit, remark: heirOf(t, c)})
	if stats.OverLimit != 0 {
		t.Errorf("%d of %d requests were over the limit", stats.OverLimit, stats.Requests)
	}
	onlyKnown(t, y, "rate_limited")
}

// heirOf has a node killed while it writes to an issue, which one may do at a time, and tells how long another has to wait
// before it may.
func heirOf(t *testing.T, c *cluster) string {
	t.Helper()
	c.town.move("jira", jiratest.New(jiratest.Options{Prefix: "/jira", WriteTime: time.Second}))
	comment := question{operation: "jira.add_comment", credential: c.credential(t, "jira"), input: `{"issue_key":"PROJ-1","body":"first"}`, timeout: max(5*time.Second, *faultsTime/2)}
	left := make(chan reply)
	go func() { left <- c.nodes[2].call(comment) }()
	time.Sleep(300 * time.Millisecond)
	c.nodes[2].kill()
	start := time.Now()
	<-left
	r := c.nodes[0].call(comment)
	waited := time.Since(start).Round(100 * time.Millisecond)
	c.nodes[2].start(t)
	if r.code != "" {
		return fmt.Sprintf("what the dead node held was not free after %v (%s)", waited, r.code)
	}
	return fmt.Sprintf("what the dead node held was free after %v", waited)
}
