package mapping

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// run is one source document on its way. Runs are used again.
type run struct {
	plan    *plan
	ctx     context.Context
	lookups Lookups
	trace   *trace // nil: nobody asks

	out     []byte
	scratch []byte
	frames  [MaxEachDepth + 1]frame
	depth   int    // of the scope whose rules are at work
	within  []byte // the path inside the value that is being written, for faults

	faults  []operations.InputFault
	err     error // ends the run, and is no fault of the source
	halted  bool
	steps   int
	work    int
	asked   int // lookups
	current *rulePlan
	subject *exprPlan // whose value is being written
}

// frame is the document or item that a scope reads.
type frame struct {
	scope *scopePlan
	raw   string
	slots []string // what its paths found; "": nothing
	asked []bool   // whether find has looked
	over  string   // path of the list that the item is of
	index int
}

// outcome is what became of a place.
type outcome uint8

const (
	nothing outcome = iota // there was no value
	wrote
	faulted
)

func (p *plan) take() *run {
	if r, ok := p.runs.Get().(*run); ok {
		return r
	}
	return &run{plan: p}
}

// keepBytes bounds what a run that waits for its next use holds on to.
const keepBytes = 64 << 10

func (r *run) release() {
	if cap(r.out) > keepBytes {
		r.out = nil
	}
	if cap(r.scratch) > keepBytes {
		r.scratch = nil
	}
	for i := range r.frames {
		f := &r.frames[i]
		clear(f.slots[:cap(f.slots)])
		f.raw, f.over = "", ""
	}
	r.ctx, r.lookups, r.trace, r.faults, r.err, r.current, r.subject = nil, nil, nil, nil, nil, nil, nil
	r.plan.runs.Put(r)
}

// start maps a document.
func (r *run) start(source string) error {
	r.out, r.within, r.halted, r.steps, r.work, r.asked = r.out[:0], r.within[:0], false, 0, 0, 0
	source = strings.Trim(source, " \t\r\n")
	s := r.plan.root
	f := r.frame(s, source)
	switch wrong, deep := check(source, s.node, f.slots); {
	case deep:
		return operations.Errorf(operations.CodeMalformedRequest, "the source document nests more than %d levels deep", operations.MaxDepth)
	case wrong:
		return operations.Errorf(operations.CodeMalformedRequest, "the source document is not JSON")
	}
	if r.place(s.tree, true) != wrote && len(r.out) == 0 {
		r.out = append(r.out, "{}"...)
	}
	return nil
}

// open makes an item the one that a scope reads.
func (r *run) open(s *scopePlan, raw string) {
	f := r.frame(s, raw)
	if s.wanted > 0 {
		scan(raw, s.node, f.slots, s.wanted)
	}
}

// frame makes room for what a scope reads.
func (r *run) frame(s *scopePlan, raw string) *frame {
	f := &r.frames[s.depth]
	f.scope, f.raw = s, raw
	n := len(s.paths)
	if cap(f.slots) < n {
		f.slots, f.asked = make([]string, n), make([]bool, n)
	}
	f.slots, f.asked = f.slots[:n], f.asked[:n]
	clear(f.slots)
	clear(f.asked)
	if s.whole >= 0 {
		f.slots[s.whole] = raw
	}
	r.charge(len(raw))
	return f
}

// charge counts bytes that are looked at. A run that looks at too many ends.
func (r *run) charge(bytes int) {
	if r.work += bytes; r.work > maxWork {
		r.halt("needs more work than a source document may; make lists or paths smaller")
	}
}

// get reads a path.
func (r *run) get(ref pathRef) value {
	f := &r.frames[ref.depth]
	if !ref.plain && !f.asked[ref.slot] {
		f.asked[ref.slot] = true
		r.charge(8 * len(f.raw))
		f.slots[ref.slot] = f.scope.paths[ref.slot].find(f.raw)
	}
	v := rawValue(f.slots[ref.slot])
	if r.trace != nil {
		r.trace.read(r.pathOf(ref, false), v)
	}
	return v
}

// pathOf writes a path for people: full with the places of items before it, or as it was written.
func (r *run) pathOf(ref pathRef, full bool) string {
	p := r.frames[ref.depth].scope.paths[ref.slot]
	if !full || ref.depth == 0 {
		return p.shown
	}
	at := r.itemOf(ref.depth)
	if p.this() {
		return at
	}
	return at + "." + p.text
}

// itemOf names the item that is open at a depth: "lines.2".
func (r *run) itemOf(depth int) string {
	var b strings.Builder
	for i := 1; i <= depth; i++ {
		f := &r.frames[i]
		if strings.HasPrefix(f.over, "$") || b.Len() == 0 {
			b.Reset()
			b.WriteString(f.over)
		} else if f.over != "@this" {
			b.WriteString("." + f.over)
		}
		b.WriteString("." + strconv.Itoa(f.index))
	}
	return b.String()
}

// step counts a rule that is tried.
func (r *run) step() bool {
	if r.steps++; r.steps > MaxSteps {
		r.halt(fmt.Sprintf("is beyond the %d steps that a source document may take", MaxSteps))
	}
	if r.steps%1024 == 0 && r.ctx.Err() != nil {
		r.fail(r.ctx.Err())
	}
	return !r.halted
}

// fail ends the run for a reason that does not lie in the source document.
func (r *run) fail(err error) {
	r.halted = true
	if r.err == nil {
		r.err = err
	}
}

// halt ends the run with a fault.
func (r *run) halt(detail string) {
	if r.halted {
		return
	}
	pointer := "/rules"
	if r.current != nil {
		pointer = r.current.pointer
	}
	r.note(pointer, detail)
	r.halted = true
}

// note keeps a fault.
func (r *run) note(pointer, detail string) {
	if r.halted {
		return
	}
	r.faults = append(r.faults, operations.InputFault{Pointer: pointer, Detail: detail})
	if r.trace != nil {
		r.trace.fault(r.faults[len(r.faults)-1])
	}
	if len(r.faults) >= maxFaults {
		r.halted = true
	}
}

// about notes what is wrong with the value of an expression.
func (r *run) about(e *exprPlan, pointer, problem string) {
	r.note(pointer, r.subjectOf(e)+" "+problem)
}

// subjectOf names the value of an expression: by its path, where it has one.
func (r *run) subjectOf(e *exprPlan) string {
	name := "the value"
	switch {
	case e == nil:
		return name
	case e.kind == KindSource:
		name = r.pathOf(e.source, true)
	case e.kind == KindLookup:
		return r.subjectOf(e.lookup.from)
	case e.kind == KindSwitch:
		return r.subjectOf(e.table.on)
	case e.kind != KindValue:
		name = "what " + e.kind + " gives"
	}
	if e == r.subject {
		name += string(r.within)
	}
	return name
}
