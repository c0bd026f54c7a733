package mapping

import (
	"encoding/json"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

// Step is what became of one rule, once.
type Step struct {
	Rule    string                  `json:"rule"`              // pointer into the mapping: "/rules/3", "/rules/4/each/rules/0"
	Item    string                  `json:"item,omitempty"`    // within each, the item: "lines.2"
	Target  string                  `json:"target"`            // as the rule has it
	In      json.RawMessage         `json:"in,omitempty"`      // what was read: the value of the one path, or an object of path → value; nil: nothing was there
	Out     json.RawMessage         `json:"out,omitempty"`     // what was written; of a rule that adds to a list, the list of what it added; nil: nothing
	Skipped string                  `json:"skipped,omitempty"` // why nothing was written, if it is no fault
	Faults  []operations.InputFault `json:"faults,omitempty"`
}

// Why a rule wrote nothing.
const (
	SkippedWhen    = "when"    // its condition is not met
	SkippedWritten = "written" // a rule before it has written the same place
	SkippedMissing = "missing" // it has no value
	SkippedNull    = "null"    // its value is null, and the target does not take null
)

// Bounds of a trace.
const (
	maxTraced      = 1000
	maxTracedBytes = 4 << 20 // of in and out; beyond, they are left out
)

// trace keeps what rules do.
type trace struct {
	steps []Step
	under []int // steps under way, the outermost first
	reads [][]reading
	bytes int
}

// reading is a path that a rule read, and what was there.
type reading struct {
	path  string
	value value
}

func (t *trace) add(p *rulePlan, item string) int {
	if len(t.steps) >= maxTraced {
		return -1
	}
	t.steps = append(t.steps, Step{Rule: p.pointer, Item: item, Target: p.target})
	return len(t.steps) - 1
}

func (t *trace) skip(p *rulePlan, item, why string) {
	if i := t.add(p, item); i >= 0 {
		t.steps[i].Skipped = why
	}
}

func (t *trace) open(p *rulePlan, item string) int {
	i := t.add(p, item)
	t.under = append(t.under, i)
	t.reads = append(t.reads, nil)
	return i
}

// read notes that the rule under way read a path.
func (t *trace) read(path string, v value) {
	last := len(t.reads) - 1
	if last < 0 {
		return
	}
	for _, known := range t.reads[last] {
		if known.path == path {
			return
		}
	}
	t.reads[last] = append(t.reads[last], reading{path, v})
}

func (t *trace) fault(f operations.InputFault) {
	if last := len(t.under) - 1; last >= 0 && t.under[last] >= 0 {
		step := &t.steps[t.under[last]]
		step.Faults = append(step.Faults, f)
	}
}

// close ends the rule under way.
func (t *trace) close(i int, out []byte, result outcome, adds bool) {
	reads := t.reads[len(t.reads)-1]
	t.under, t.reads = t.under[:len(t.under)-1], t.reads[:len(t.reads)-1]
	if i < 0 {
		return
	}
	step := &t.steps[i]
	step.In = t.keep(inOf(reads))
	switch {
	case result == wrote && adds:
		if len(out) > 0 && out[0] == ',' {
			out = out[1:]
		}
		step.Out = t.keep(fmt.Appendf(nil, "[%s]", out))
	case result == wrote:
		step.Out = t.keep(append([]byte(nil), out...))
	case result == nothing:
		step.Skipped = SkippedMissing
		if len(reads) == 1 && reads[0].value.kind == nullValue {
			step.Skipped = SkippedNull
		}
	}
}

func (t *trace) keep(data []byte) json.RawMessage {
	if t.bytes += len(data); t.bytes > maxTracedBytes || len(data) == 0 {
		return nil
	}
	return data
}

// inOf writes what a rule read.
func inOf(reads []reading) []byte {
	var out []byte
	for _, one := range reads {
		switch {
		case one.value.kind == missingValue:
		case len(reads) == 1:
			return one.value.appendJSON(nil)
		case out == nil:
			out = one.value.appendJSON(append(appendText([]byte{'{'}, one.path), ':'))
		default:
			out = one.value.appendJSON(append(appendText(append(out, ','), one.path), ':'))
		}
	}
	if out == nil {
		return nil
	}
	return append(out, '}')
}
