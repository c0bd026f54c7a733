package mapping

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// Finding is something about a mapping that its author should know.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`              // one of the Find constants
	Pointer  string   `json:"pointer"`           // into the mapping document
	Detail   string   `json:"detail"`            // one sentence
	Nearest  []string `json:"nearest,omitempty"` // what may be meant instead, best first
}

// Severity tells how bad a finding is.
type Severity string

// The severities. With an error the mapping cannot work; with a warning it will fail or do nothing for some documents; an
// info is worth a look.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// The codes of findings.
const (
	FindMalformed          = "malformed"            // the document's form is wrong: Compile refuses it
	FindUnreadableSchema   = "unreadable_schema"    // a schema cannot be read, so nothing is held against it
	FindUnknownPath        = "unknown_path"         // the source has nothing at that path
	FindUnknownTarget      = "unknown_target"       // the target has no such place
	FindTypeClash          = "type_clash"           // a value is not of a type that can be taken there
	FindNotAllowed         = "not_allowed"          // a constant is none of the values that the target allows
	FindRequiredNotFilled  = "required_not_filled"  // no rule writes what the target requires
	FindMayBeMissing       = "may_be_missing"       // what the target requires may have no value
	FindUnreachableRule    = "unreachable_rule"     // it never writes anything
	FindUnknownLookup      = "unknown_lookup"       // there is no such dynamic list
	FindLookupInputMissing = "lookup_input_missing" // the list needs a further input
	FindLookupInputUnknown = "lookup_input_unknown" // the list has no such input
	FindOtherLookup        = "other_lookup"         // another list fills the target
	FindMissingCase        = "missing_case"         // a switch has no case for a value that comes
	FindLossy              = "lossy"                // something of the value gets lost
	FindTooLong            = "too_long"             // a text is let through that the target does not take
	FindPointless          = "pointless"            // it changes nothing
)

// maxFindings bounds how many findings one document has; the gravest stay.
const maxFindings = 200

// LintOptions are what a mapping is held against. What is left out is not checked.
type LintOptions struct {
	Source       operations.Schema // of the document that is the source: an operation's output, or input
	SourceSample json.RawMessage   // such a document: what it holds is there, whatever the schema says
	Target       operations.Schema // the input schema of the target operation
	Lists        Lists             // tells about the dynamic lists of lookups
}

// Lists tells about dynamic lists.
type Lists interface {
	// ListInput gives the input schema of the dynamic list of that full name, "outreach.list_stages_ddl". Errors: not_found,
	// with the nearest names as suggestions, if there is none.
	ListInput(operation string) (operations.Schema, error)
}

// CatalogueLists are the dynamic lists of a catalogue.
type CatalogueLists struct{ Catalogue *operations.Catalogue }

// ListInput gives the input schema of a dynamic list. Errors: not_found.
func (l CatalogueLists) ListInput(operation string) (operations.Schema, error) {
	connector, found, err := l.Catalogue.Resolve(operation)
	if err != nil {
		return nil, err
	}
	if found.Spec().Kind == operations.KindDDL {
		return found.Spec().Input, nil
	}
	var names []string
	for _, o := range connector.Operations {
		if o.Spec().Kind == operations.KindDDL {
			names = append(names, connector.Name+"."+o.Spec().Name)
		}
	}
	e := operations.Errorf(operations.CodeNotFound, "%s is no dynamic list", operation)
	e.Suggestion = operations.Nearest(operation, names)
	return nil, e
}

// Lint looks for what is wrong with a mapping or may go wrong, without running it: in its form, against the schemas of both sides and
// against the dynamic lists that it asks. Findings stand in the order of the document, at most 200 of them. The same arguments give
// the same findings.
func Lint(document Document, options LintOptions) []Finding {
	l := linter{document: document, lists: options.Lists}
	_, faults := newPlan(document, nil)
	for _, f := range faults {
		l.find(SeverityError, FindMalformed, f.Pointer, f.Detail)
	}
	l.source = source{known: l.outline(options.Source, "/source"), sample: sampleOutline(options.SourceSample)}
	l.target = l.outline(options.Target, "/target")
	l.run()
	return l.sorted()
}

type linter struct {
	document Document
	lists    Lists
	source   source
	target   outline
	findings []Finding
	named    int // findings that name the nearest
	paths    map[place][]string
	work     int // expressions looked at
	rules    int
}

// maxGathered bounds what is gathered before the gravest are picked.
const maxGathered = 5000

func (l *linter) find(severity Severity, code, pointer, detail string, nearest ...string) {
	if len(l.findings) < maxGathered {
		l.findings = append(l.findings, Finding{Severity: severity, Code: code, Pointer: pointer, Detail: detail, Nearest: nearest})
	}
}

func (l *linter) outline(schema operations.Schema, pointer string) outline {
	o, err := readOutline(schema)
	if err != nil {
		l.find(SeverityWarning, FindUnreadableSchema, pointer, "The schema cannot be used, so nothing was held against it: "+err.Error()+".")
		return outline{says: map[*shape]*facets{}}
	}
	return o
}

// run goes through the document.
func (l *linter) run() {
	root := scope{place{known: l.source.known.root, sample: l.source.sample.root}}
	if d := l.document.Source; d != nil && d.Items != "" {
		if p, err := parsePath(d.Items); err == nil {
			found := l.follow(root, p, "/source/items")
			if t := found.types(); t != 0 && !t.has(typeArray) {
				l.find(SeverityWarning, FindTypeClash, "/source/items", quoteShort(d.Items)+" is "+t.String()+", not a list.")
			}
			root = scope{found.item()}
		}
	}
	l.scope(l.document.Rules, "/rules", root, l.target.root)
}

// scope looks at the rules of a document or item.
func (l *linter) scope(rules []Rule, pointer string, s scope, target *shape) {
	if len(s) > MaxEachDepth+1 {
		return
	}
	tree := &filled{shape: target}
	var before []earlier
	for i, rule := range rules {
		if l.rules++; l.rules > MaxRules {
			return
		}
		before = l.rule(rule, pointer+"/"+strconv.Itoa(i), s, tree, before)
	}
	l.required(tree, pointer, "")
}

// sorted gives the gravest findings in the order of the document.
func (l *linter) sorted() []Finding {
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
	found := l.findings[:min(len(l.findings), maxFindings)]
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(comparePointers(a.Pointer, b.Pointer), cmp.Compare(a.Severity.rank(), b.Severity.rank()), strings.Compare(a.Code, b.Code),
			strings.Compare(a.Detail, b.Detail))
	})
	return slices.CompactFunc(found, func(a, b Finding) bool {
		return a.Code == b.Code && a.Pointer == b.Pointer && a.Detail == b.Detail
	})
}

func (s Severity) rank() int {
	return slices.Index([]Severity{SeverityError, SeverityWarning, SeverityInfo}, s)
}

// comparePointers compares by tokens, numbers by what they amount to.
func comparePointers(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(x, y string) int {
		m, errM := strconv.Atoi(x)
		n, errN := strconv.Atoi(y)
		if errM == nil && errN == nil {
			return cmp.Compare(m, n)
		}
		return strings.Compare(x, y)
	})
}
