package redis

import "time"

// maxGroups bounds a ledger as it does the scripts' ring: of a limit above it, several places count as one.
const maxGroups = 128

// ledger holds the places that this node has given out of a bucket and that are still within its window. Redis counts
// them too, until it is gone, or comes back without its memory.
type ledger struct {
	entries []entry
	dropped int   // entries that were before these
	group   int64 // places in an entry
	sealed  bool  // the last entry is being reported: the next place makes a new one
}

// entry is a place, or some that were given out one after another.
type entry struct {
	at      int64 // the last of them, by the server's clock
	n       int64
	counted bool // Redis has counted them
}

func (g *ledger) add(at int64, counted bool) {
	if i := len(g.entries) - 1; i >= 0 && !g.sealed && g.entries[i].n < g.group && g.entries[i].counted == counted {
		g.entries[i].n++
		g.entries[i].at = max(at, g.entries[i].at)
		return
	}
	g.entries, g.sealed = append(g.entries, entry{at: at, n: 1, counted: counted}), false
}

// trim drops what the window has left.
func (g *ledger) trim(now int64, window time.Duration) {
	gone, past := 0, now-window.Microseconds()
	for gone < len(g.entries) && g.entries[gone].at <= past {
		gone++
	}
	if gone > 0 && gone >= len(g.entries)/2 {
		g.entries = append(g.entries[:0], g.entries[gone:]...)
		g.dropped += gone
	}
}

// last is when the last place was given out; 0: none within the window.
func (g *ledger) last(now int64, window time.Duration) int64 {
	if i := len(g.entries) - 1; i >= 0 && now-g.entries[i].at < window.Microseconds() {
		return g.entries[i].at
	}
	return 0
}

// lastCounted is when the last place was given out that Redis has counted; 0: none within the window.
func (g *ledger) lastCounted(now int64, window time.Duration) int64 {
	for i := len(g.entries) - 1; i >= 0 && now-g.entries[i].at < window.Microseconds(); i-- {
		if g.entries[i].counted {
			return g.entries[i].at
		}
	}
	return 0
}

// uncounted tells whether Redis has yet to hear of places.
func (g *ledger) uncounted() bool {
	for i := len(g.entries) - 1; i >= 0; i-- {
		if !g.entries[i].counted {
			return true
		}
	}
	return false
}

// report copies the places of the window, for Redis to count what it has not. until is what counted wants to know.
func (g *ledger) report(now int64, window time.Duration) (entries []entry, until int) {
	for _, e := range g.entries {
		if now-e.at < window.Microseconds() {
			entries = append(entries, e)
		}
	}
	g.sealed = true
	return entries, g.dropped + len(g.entries)
}

// counted marks what was reported to a count that began at born. Places given out meanwhile, but before that, it cannot
// have: they are to be reported too.
func (g *ledger) counted(until int, born int64) (more bool) {
	reported := min(max(until-g.dropped, 0), len(g.entries))
	for i := range g.entries[:reported] {
		g.entries[i].counted = true
	}
	for i := range g.entries[reported:] {
		e := &g.entries[reported+i]
		e.counted = e.counted && e.at >= born
		more = more || !e.counted
	}
	return more
}

// allowance is a share of a limit, for as long as a node decides alone.
type allowance struct {
	limit, burst int64
	window       int64 // microseconds
}

// opens says when the node may give out a place by itself, if ahead others get theirs before.
func (g *ledger) opens(a allowance, now, ahead int64) int64 {
	var used int64
	first := len(g.entries)
	for first > 0 && g.entries[first-1].at > now-a.window {
		first--
		used += g.entries[first].n
	}
	at := now
	if excess := used + ahead + 1 - a.limit; excess > 0 {
		at = g.after(first, excess, a)
	}
	if a.burst > 0 {
		at = max(at, g.burstOpens(first, a, now, ahead))
	}
	return at
}

// after is when excess places will have left the window, those counted in that have yet to be given out.
func (g *ledger) after(first int, excess int64, a allowance) int64 {
	laps := (excess - 1) / a.limit
	excess -= laps * a.limit
	at := int64(0)
	for _, e := range g.entries[first:] {
		at = e.at
		if excess -= e.n; excess <= 0 {
			break
		}
	}
	return at + (1+laps)*a.window
}

func (g *ledger) burstOpens(first int, a allowance, now, ahead int64) int64 {
	interval, tat := a.window/a.limit, int64(0)
	for _, e := range g.entries[first:] {
		tat = max(tat, e.at) + e.n*interval
	}
	return max(now, tat) + (ahead-a.burst+1)*interval
}
