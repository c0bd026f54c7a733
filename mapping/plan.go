package mapping

import (
	"sync"

	"github.com/patchbay/patchbay/operations"
)

// plan is a mapping made ready to run.
type plan struct {
	root    *scopePlan
	lookups bool // there is a lookup
	runs    sync.Pool
}

// scopePlan is a document that rules read, and what they make of it: the source document, or an item of each.
type scopePlan struct {
	depth  int   // 0: the source document
	node   *node // leads to what plain paths read
	paths  []path
	wanted int // of the paths, those that node leads to
	whole  int // slot of the path @this; -1: none
	tree   *targetPlan
}

// pathRef is a path of a scope.
type pathRef struct {
	depth int // of the scope
	slot  int
	plain bool // found by the pass over the document; otherwise find looks when it is asked
}

// form is what a place of the target is made of.
type form uint8

const (
	openForm   form = iota
	leafForm        // one of its rules writes it
	objectForm      // from its members
	listForm        // from its items
)

// targetPlan is a place of the target.
type targetPlan struct {
	form     form
	key      []byte // of a member: `"name":`
	name     string // of a member
	place    int    // of an item
	first    string // pointer of the first rule that writes it or into it
	shape    *shape
	needed   bool          // the target requires it
	children []*targetPlan // members in order of their rules, or items by place
	rules    []*rulePlan   // of a leaf; of a list, those that add to it
	unfilled []string      // of an object: members that the target requires and no rule writes
}

type rulePlan struct {
	pointer string
	target  string
	when    *conditionPlan
	expr    *exprPlan // nil: each
	each    *eachPlan
}

type eachPlan struct {
	pointer string
	over    pathRef
	where   *conditionPlan
	scope   *scopePlan
}

// exprPlan is an expression made ready.
type exprPlan struct {
	kind       string
	pointer    string // of the expression
	source     pathRef
	constant   value
	template   []segment
	lookup     *lookupPlan
	table      *switchPlan
	parts      []*exprPlan // of concat and first_of
	separator  string
	transforms []transformPlan
}

// segment is a stretch of a template: text as it stands, or an expression.
type segment struct {
	text string
	expr *exprPlan // nil: the text
}

type lookupPlan struct {
	call    LookupCall // but for text and input
	from    *exprPlan
	inputs  []inputPlan // by name
	miss    missPlan
	pointer string
}

type inputPlan struct {
	key  []byte // `"name":`
	expr *exprPlan
}

type switchPlan struct {
	on      *exprPlan
	cases   map[string]value
	fold    bool
	miss    missPlan
	pointer string
}

type missPlan struct {
	value value  // the default, if there is one
	given bool   // there is a default
	then  string // what else
}

type conditionPlan struct {
	test   string // exists, empty, in, all, any, not
	source pathRef
	want   bool // of exists and empty
	values []value
	inner  []*conditionPlan
}

// newPlan makes a document ready. The faults are everything that is wrong with it, by pointer into it.
func newPlan(d Document, target *shape) (*plan, []operations.InputFault) {
	c := compiler{}
	if d.Version != Version {
		c.fault("/version", "must be 1")
	}
	if d.Source != nil && d.Source.Items != "" {
		if _, err := parsePath(d.Source.Items); err != nil {
			c.fault("/source/items", err.Error())
		}
	}
	root := c.scope(d.Rules, "/rules", target, func() {})
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	p := &plan{root: root, lookups: c.lookups}
	p.runs.New = func() any { return &run{plan: p} }
	return p, nil
}
