package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// tally counts what came of the calls of a scenario.
type tally struct {
	mu       sync.Mutex
	calls    int
	answered int
	refused  map[string]int // code → calls
	took     []time.Duration
	byCaller map[int]int
	byNode   map[string]int
}

func newTally() *tally {
	return &tally{refused: map[string]int{}, byCaller: map[int]int{}, byNode: map[string]int{}}
}

func (y *tally) add(caller int, at *node, r reply) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.calls++
	y.took = append(y.took, r.took)
	if r.code != "" {
		y.refused[r.code]++
		return
	}
	y.answered++
	y.byCaller[caller]++
	y.byNode[at.name]++
}

// least tells what the caller, or the node, that had fewest answers had of its fair share.
func least[K comparable](answers map[K]int, of int) float64 {
	total, fewest := 0, -1
	for _, n := range answers {
		if total += n; fewest < 0 || n < fewest {
			fewest = n
		}
	}
	if total == 0 || len(answers) < of {
		return 0
	}
	return float64(fewest) * float64(of) / float64(total)
}

// shares tells how fairly the answers were spread, where there are enough to tell.
func (y *tally) shares() string {
	text := fmt.Sprintf("the node that had least had %.2f of its share", least(y.byNode, nodeCount))
	if y.answered >= 3*callers {
		text += fmt.Sprintf(", the caller %.2f", least(y.byCaller, callers))
	}
	return text
}

// quantile of the times; 1 is the longest.
func (y *tally) quantile(q float64) time.Duration {
	if len(y.took) == 0 {
		return 0
	}
	slices.Sort(y.took)
	return y.took[min(int(q*float64(len(y.took))), len(y.took)-1)].Round(100 * time.Microsecond)
}

// refusals names the codes and how often each was given.
func (y *tally) refusals() string {
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(y.refused)) {
		parts = append(parts, fmt.Sprintf("%s %d", code, y.refused[code]))
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

// line is what the sheet says of a scenario.
type line struct {
	name             string
	tally            *tally
	upstream, over   int64
	duplicates, lost int
	remark           string
}

// sheet is the table of all scenarios.
type sheet struct{ lines []line }

func (s *sheet) add(l line) { s.lines = append(s.lines, l) }

func (s *sheet) print() {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nscenario\tcalls\tanswered\tupstream\tover limit\tduplicates\tlost\tp50\tp99\tlongest\trefused\tremark")
	for _, l := range s.lines {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%v\t%v\t%v\t%s\t%s\n", l.name, l.tally.calls, l.tally.answered, l.upstream, l.over,
			l.duplicates, l.lost, l.tally.quantile(0.5), l.tally.quantile(0.99), l.tally.quantile(1), l.tally.refusals(), l.remark)
	}
	_ = w.Flush()
	fmt.Println(out.String())
}
