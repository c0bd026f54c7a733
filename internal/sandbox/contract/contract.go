// Package contract holds a sandbox to the OpenAPI document of its service: which operations there are, what a request
// may hold, and what an answer looks like. A look-alike that asks it first refuses what the service would refuse,
// and only has to know what the document does not: its state.
//
//	c, err := contract.Load(document)                       // once, e.g. in a sync.OnceValue; it never changes
//	op, params, allowed := c.Match(r.Method, r.URL.EscapedPath())
//	switch {
//	case op == nil && len(allowed) == 0:                    // 404: there is no such path
//	case op == nil:                                         // 405: the path has other methods
//	}
//	if faults := op.Check(params, r.URL.Query(), body); len(faults) > 0 {
//		// 400 or 422, in the service's shape; faults[0].String() reads "body /email is required"
//	}
//	switch op.ID { … }                                      // the operationId
//	op.CheckAnswer(status, body)                            // in tests: does the answer fit the document?
//
// Documents are OpenAPI 3.0 or 3.1 as JSON. Of a body, only JSON is checked; forms are decoded by the look-alike and
// given to CheckBody. Unknown query parameters and headers are let pass, as services do.
package contract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/patchbay/patchbay/operations"
)

// Contract is a document, ready to match requests. It is safe for concurrent use and never changes.
type Contract struct {
	paths []path
	byID  map[string]*Op
}

// path is one path template with its operations by method.
type path struct {
	segments []string
	methods  map[string]*Op
}

// Op is one operation of the document. It is safe for concurrent use.
type Op struct {
	ID     string // the operationId
	Method string
	Path   string // the template, e.g. "/v1/agents/{agentId}"
	Status int    // of its success: the lowest 2xx that the document has

	BodyRequired bool
	MediaTypes   []string // of the body, sorted; none: it takes no body

	params  []parameter
	body    *check
	given   *check // the parameters, as one object
	answers map[string]*check
}

// parameter is one in path or query.
type parameter struct {
	in, name string
	kind     string // "integer", "number", "boolean", "array", "string"; "" if it may be several
	items    string // kind of an array's items
	comma    bool   // an array is written with commas, not by repeating the parameter
}

// Fault is one thing wrong with a request or an answer.
type Fault struct {
	In      string // "path", "query", "body", or "answer"
	Pointer string // JSON pointer into the body, or "/" and the parameter's name
	Detail  string
}

// String is one line for an error message.
func (f Fault) String() string {
	return strings.Join(strings.Fields(f.In+" "+f.Pointer+" "+f.Detail), " ")
}

// check is a schema that is compiled when it is first needed.
type check func() (*operations.Validator, error)

// Load reads a document. Schemas are compiled when an operation is first checked; Compile does it at once.
func Load(document []byte) (*Contract, error) {
	root, err := operations.Decode(document)
	if err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	d := newDocument(root)
	c := &Contract{byID: map[string]*Op{}}
	for template, item := range d.root.object("paths") {
		p := path{segments: strings.Split(template, "/"), methods: map[string]*Op{}}
		for _, method := range []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"} {
			declared, found := node(item)[strings.ToLower(method)]
			if !found {
				continue
			}
			op := d.operation(method, template, node(item), node(declared))
			if c.byID[op.ID] != nil || op.ID == "" {
				return nil, fmt.Errorf("reading %s %s: its operationId %q is missing or taken", method, template, op.ID)
			}
			p.methods[method], c.byID[op.ID] = op, op
		}
		c.paths = append(c.paths, p)
	}
	slices.SortFunc(c.paths, literalFirst)
	return c, nil
}

// literalFirst orders paths such that a segment that is spelled out goes before a parameter.
func literalFirst(a, b path) int {
	for i := range min(len(a.segments), len(b.segments)) {
		if pa, pb := isParameter(a.segments[i]), isParameter(b.segments[i]); pa != pb {
			if pb {
				return -1
			}
			return 1
		}
		if order := cmp.Compare(a.segments[i], b.segments[i]); order != 0 {
			return order
		}
	}
	return cmp.Compare(len(a.segments), len(b.segments))
}

func isParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

// Ops lists the operations by id.
func (c *Contract) Ops() []*Op {
	ops := make([]*Op, 0, len(c.byID))
	for _, id := range slices.Sorted(maps.Keys(c.byID)) {
		ops = append(ops, c.byID[id])
	}
	return ops
}

// Op finds an operation by its id; nil: there is none.
func (c *Contract) Op(id string) *Op { return c.byID[id] }

// Compile compiles every schema, so that a test can tell that they are sound.
func (c *Contract) Compile() error {
	for _, op := range c.Ops() {
		for _, one := range append(slices.Collect(maps.Values(op.answers)), op.body, op.given) {
			if one == nil {
				continue
			}
			if _, err := (*one)(); err != nil {
				return fmt.Errorf("compiling the schemas of %s: %w", op.ID, err)
			}
		}
	}
	return nil
}

// Match finds the operation of a request. escaped is the path as of url.URL.EscapedPath; params are those in it,
// unescaped. Without an operation, allowed are the methods that the path has (405), none where there is no such
// path (404).
func (c *Contract) Match(method, escaped string) (op *Op, params map[string]string, allowed []string) {
	segments := strings.Split(escaped, "/")
	for _, p := range c.paths {
		found, ok := p.match(segments)
		if !ok {
			continue
		}
		if op := p.methods[method]; op != nil {
			return op, found, nil
		}
		allowed = append(allowed, slices.Sorted(maps.Keys(p.methods))...)
	}
	return nil, nil, allowed
}

func (p path) match(segments []string) (map[string]string, bool) {
	if len(segments) != len(p.segments) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range p.segments {
		text, err := url.PathUnescape(segments[i])
		switch {
		case err != nil:
			return nil, false
		case isParameter(want) && text != "":
			params[strings.Trim(want, "{}")] = text
		case want != text:
			return nil, false
		}
	}
	return params, true
}

// Check checks a whole request: its parameters and, where the operation takes JSON, its body.
func (o *Op) Check(params map[string]string, query url.Values, body []byte) []Fault {
	faults := o.CheckParams(params, query)
	body = bytes.TrimSpace(body)
	switch {
	case len(o.MediaTypes) == 0:
		return faults
	case len(body) == 0 && o.BodyRequired:
		return append(faults, Fault{In: "body", Detail: "is required"})
	case len(body) == 0 || !slices.ContainsFunc(o.MediaTypes, isJSON):
		return faults
	}
	document, err := operations.Decode(body)
	if err != nil {
		return append(faults, Fault{In: "body", Detail: "is not JSON"})
	}
	return append(faults, o.CheckBody(document)...)
}

// CheckParams checks the parameters in path and query.
func (o *Op) CheckParams(params map[string]string, query url.Values) []Fault {
	if len(o.params) == 0 {
		return nil
	}
	faults := o.given.faults("query", o.values(params, query))
	for i, fault := range faults {
		if _, inPath := params[strings.TrimPrefix(fault.Pointer, "/")]; inPath {
			faults[i].In = "path"
		}
	}
	return faults
}

// CheckBody checks a decoded body (as of operations.Decode; a form's fields as an object).
func (o *Op) CheckBody(document any) []Fault { return o.body.faults("body", document) }

// CheckAnswer checks an answer's JSON against what the document says of its status. A status that it does not have
// is a fault; an answer that it says nothing of may be anything.
func (o *Op) CheckAnswer(status int, body []byte) []Fault {
	declared, known := o.answers[fmt.Sprint(status)]
	if !known {
		declared, known = o.answers["default"]
	}
	switch {
	case !known:
		return []Fault{{In: "answer", Detail: fmt.Sprintf("has the status %d, which the document does not know", status)}}
	case declared == nil:
		return nil
	}
	document, err := operations.Decode(body)
	if err != nil {
		return []Fault{{In: "answer", Detail: "is not JSON"}}
	}
	return declared.faults("answer", document)
}

func (c *check) faults(in string, document any) []Fault {
	if c == nil {
		return nil
	}
	validator, err := (*c)()
	if err != nil {
		return []Fault{{In: in, Detail: "cannot be checked: " + err.Error()}}
	}
	var faults []Fault
	for _, fault := range validator.Faults(document) {
		faults = append(faults, Fault{In: in, Pointer: fault.Pointer, Detail: fault.Detail})
	}
	slices.SortFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Detail, b.Detail))
	})
	return faults
}

func lazily(schema func() any) *check {
	compiled := check(sync.OnceValues(func() (*operations.Validator, error) {
		written, err := json.Marshal(schema())
		if err != nil {
			return nil, fmt.Errorf("writing a schema: %w", err)
		}
		return operations.Schema(written).Compile()
	}))
	return &compiled
}
