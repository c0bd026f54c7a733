package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	lookalike "github.com/patchbay/patchbay/internal/sandbox"
)

// writeFaults are what can befall a write. Where one is answered 503 or 429, it was not carried out.
func writeFaults() []lookalike.Fault {
	return []lookalike.Fault{
		{Cut: lookalike.CutBefore}, {Cut: lookalike.CutAfter}, {Cut: lookalike.CutBody},
		{LatencyMS: 1500}, {LatencyMS: 200}, {SlowBodyMS: 1500}, {Malformed: true},
		{Status: 500}, {Status: 500, Apply: true}, {Status: 502, Apply: true}, {Status: 504, Apply: true},
		{Status: 503}, {Status: 503, RetryAfter: "0"}, {Status: 429, RetryAfter: "0"}, {Status: 400},
	}
}

// denials are the codes that tell a caller that nothing was written.
func denials() []string {
	return []string{"rate_limited", "upstream_unreachable", "upstream_timeout", "upstream_rejected", "upstream_failed", "unavailable"}
}

// writesAreDoneOnce has callers write by Idempotency-Key while connections break, services fail and a node is killed: no
// write is done twice, none that was acknowledged is missing, and none that was denied is there.
func writesAreDoneOnce(t *testing.T, c *cluster, s *sheet) {
	for _, l := range []ledger{outreachLedger(), jiraLedger()} {
		unlucky := newLuck(t, l.service, 0.3, isPost, writeFaults()...)
		c.town.move(l.connector, unlucky)
		w := &writing{cluster: c, ledger: l, credential: c.credential(t, l.connector), tally: newTally(), told: map[string]string{}}
		end := time.Now().Add(*faultsTime)
		c.crowdWhile(func() { c.restart(t, c.nodes[1]) }, 12, func(caller int, at *node) bool {
			w.write(caller, at)
			return time.Now().Before(end)
		})
		unlucky.turn()
		time.Sleep(2 * time.Second) // what the service does late
		s.add(w.judge(t))
	}
}

// writing is a ledger being written into.
type writing struct {
	*cluster
	ledger
	credential string
	tally      *tally
	serial     atomic.Int64

	mu   sync.Mutex
	told map[string]string // title → the last code
}

// write has one record made, and insists on an answer: from another node if one is gone.
func (w *writing) write(caller int, at *node) {
	title := fmt.Sprintf("faults-%d", w.serial.Add(1))
	a := question{operation: w.operation, credential: w.credential, input: w.input(title), timeout: time.Second, key: "key-" + w.credential + title}
	var r reply
	for range 10 {
		r = at.call(a)
		w.tally.add(caller, at, r)
		switch r.code {
		case broken:
			at = w.after(at)
			fallthrough
		case "conflict":
			time.Sleep(100 * time.Millisecond)
			continue
		case "rate_limited", "unavailable", "upstream_unreachable":
			r.rest(time.Now().Add(2 * time.Second))
			continue
		}
		break
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told[title] = r.code
}

// judge compares what was told with what is there.
func (w *writing) judge(t *testing.T) line {
	t.Helper()
	found := w.titles(t)
	stats := w.stats()
	l := line{name: "writes, " + w.connector, tally: w.tally, upstream: stats.Requests, over: stats.OverLimit}
	var acknowledged, unknown, unknownDone int
	for title, code := range w.told {
		n := found[title]
		l.duplicates += max(n-1, 0)
		switch {
		case code == "":
			acknowledged++
			if n == 0 {
				l.lost++
			}
		case slices.Contains(denials(), code) && n > 0:
			t.Errorf("%s: a write that was denied (%s) was done", w.connector, code)
		case code == "outcome_unknown":
			unknown++
			unknownDone += min(n, 1)
		}
	}
	l.remark = fmt.Sprintf("%d writes: %d acknowledged, %d told as unknown, of which %d were done", len(w.told), acknowledged, unknown, unknownDone)
	if l.duplicates > 0 || l.lost > 0 {
		t.Errorf("%s: %d writes were done twice, %d that were acknowledged are missing", w.connector, l.duplicates, l.lost)
	}
	if acknowledged == 0 || unknown == 0 {
		t.Errorf("%s: of %d writes %d were acknowledged and %d are unknown: the scenario shows nothing", w.connector, len(w.told), acknowledged, unknown)
	}
	return l
}

// twinsAreDoneOnce has all nodes asked at once to do the same write, by one key: one does it.
func twinsAreDoneOnce(t *testing.T, c *cluster, s *sheet) {
	l := outreachLedger()
	slow, err := json.Marshal(lookalike.Fault{LatencyMS: 50})
	if err != nil {
		t.Fatal(err)
	}
	c.town.move(l.connector, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set(lookalike.FaultHeader, string(slow))
		l.service.ServeHTTP(w, r)
	}))
	y, credential := newTally(), c.credential(t, l.connector)
	const pairs = 30
	for i := range pairs {
		title := fmt.Sprintf("twin-%d", i)
		c.crowd(nodeCount, func(caller int, at *node) bool {
			y.add(caller, at, at.call(question{
				operation: l.operation, credential: credential, input: l.input(title), timeout: 5 * time.Second, key: credential + title,
			}))
			return false
		})
	}
	got := line{name: "the same key at all nodes", tally: y, upstream: l.stats().Requests, over: l.stats().OverLimit}
	found := l.titles(t)
	for i := range pairs {
		n := found[fmt.Sprintf("twin-%d", i)]
		got.duplicates += max(n-1, 0)
		got.lost += max(1-n, 0)
	}
	s.add(got)
	if got.duplicates > 0 || got.lost > 0 {
		t.Errorf("%d were done twice, %d not at all", got.duplicates, got.lost)
	}
	onlyKnown(t, y, "conflict")
}
