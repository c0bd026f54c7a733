package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// mappedInput is a call's input that a mapping makes of a source document.
type mappedInput struct {
	id       string          // of a stored mapping
	version  int64           // of it; 0: the newest
	document json.RawMessage // a mapping that the caller brings along
	source   json.RawMessage
}

// isAsked tells whether the call's input is to be made by a mapping.
func (m *mappedInput) isAsked() bool { return m != nil && (m.id != "" || m.document != nil) }

// set takes over one member of a call's body, in which its value stays, and says what is wrong with it.
func (m *mappedInput) set(name, value []byte) (fault string) {
	switch string(name) {
	case "mappingId":
		text := gjson.ParseBytes(value)
		m.id = text.String()
		if text.Type != gjson.String || m.id == "" {
			return "must be the id of a mapping"
		}
	case "mappingVersion":
		number := gjson.ParseBytes(value)
		m.version = number.Int()
		if number.Type != gjson.Number || m.version < 1 || number.Num != float64(m.version) {
			return "must be a whole number from 1"
		}
	case "mapping":
		m.document = value
		if value[0] != '{' {
			return "must be an object"
		}
	case "source":
		m.source = value
	default:
		return "is not a known field"
	}
	return ""
}

// faults says what of a call's body cannot stand together.
func (m *mappedInput) faults(hasInput bool) []operations.InputFault {
	var faults []operations.InputFault
	check := func(wrong bool, pointer, detail string) {
		if wrong {
			faults = append(faults, operations.InputFault{Pointer: pointer, Detail: detail})
		}
	}
	check(m.id != "" && m.document != nil, "/mapping", "cannot stand beside mappingId")
	check(m.isAsked() && hasInput, "/input", "cannot stand beside a mapping, which makes the input")
	check(m.isAsked() && m.source == nil, "/source", missingField)
	check(!m.isAsked() && m.source != nil, "/source", "needs a mapping or mappingId beside it")
	check(m.id == "" && m.version != 0, "/mappingVersion", "needs mappingId beside it")
	return faults
}

// canonical stands for all of it.
func (m *mappedInput) canonical() []byte {
	return bytes.Join([][]byte{
		[]byte("mapped"), []byte(m.id), encode(m.version), operations.Canonical(m.document), operations.Canonical(m.source),
	}, []byte{0})
}

// mappedBy tells which stored mapping made an input.
type mappedBy struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// outcomeOf is what came of a call.
type outcomeOf struct {
	execute.Result
	by      *mappedBy // nil: no stored mapping
	unbegun bool      // it failed before the operation was run
}

// answer is the answer to a call that went well.
func (o outcomeOf) answer() answer {
	a := callAnswer(&o.Result)
	if o.by != nil {
		a.body = append(a.body[:len(a.body)-len("}}")], `,"mapping":`...)
		a.body = append(append(a.body, encode(o.by)...), "}}"...)
	}
	return a
}

// perform runs a call, whose input a mapping may have to make first. Pointers of its error lead into the body.
func (s *Server) perform(ctx context.Context, x *exchange, mapped *mappedInput, request execute.Request) (outcomeOf, error) {
	if !mapped.isAsked() {
		result, err := s.run(ctx, request)
		return outcomeOf{Result: result}, inBody(err)
	}
	return s.performMapped(ctx, x, mapped, request)
}

func (s *Server) performMapped(ctx context.Context, x *exchange, mapped *mappedInput, request execute.Request) (outcomeOf, error) {
	catalogue, err := s.catalogue(ctx, x)
	if err != nil {
		return outcomeOf{unbegun: true}, err
	}
	entry, err := catalogue.Entry(request.Connector, request.Operation)
	if err != nil || request.Caller.Check(entry.Connector.Name, &entry.Spec, request.Credential) != nil {
		result, err := s.run(ctx, request) // which will say so
		return outcomeOf{Result: result, unbegun: true}, err
	}
	start := time.Now()
	call := mappedCall{mappedInput: mapped, server: s, exchange: x, request: request, entry: entry}
	if request.Input, err = call.input(ctx); err != nil {
		s.recordUnmapped(ctx, request, start, err)
		return outcomeOf{unbegun: true}, err
	}
	result, err := s.run(ctx, request)
	return outcomeOf{Result: result, by: call.by}, call.inRules(ctx, err)
}

// recordUnmapped keeps a record of a call whose input could not be made.
func (s *Server) recordUnmapped(ctx context.Context, request execute.Request, start time.Time, err error) {
	connector, operation := s.labels(ctx, s.directory.find(request.Connector, request.Operation), request)
	s.metrics.call(connector, operation, err, time.Since(start).Seconds())
	if s.Recorder == nil {
		return
	}
	e := operations.AsError(err)
	s.Recorder.Record(execute.Record{
		RequestID: request.ID, Time: start, Workspace: request.Caller.Workspace, Key: request.Caller.Key, Connector: request.Connector,
		Operation: request.Operation, Credential: request.Credential, Code: e.Code, Detail: e.Detail, Cached: execute.Miss,
		DurationMs: float64(time.Since(start)) / float64(time.Millisecond),
	})
}

// mappedCall is a call on its way, whose input a mapping makes.
type mappedCall struct {
	*mappedInput
	server   *Server
	exchange *exchange
	request  execute.Request
	entry    *operations.Entry

	mapping *mapping.Mapping
	lookups *lookups
	by      *mappedBy
}

// mappingTime bounds the making of an input, for calls that name no time: only lookups take any.
const mappingTime = time.Minute

// input makes the input.
func (c *mappedCall) input(ctx context.Context) (json.RawMessage, error) {
	if c.document != nil && c.request.Caller.Role == execute.RoleEmbed {
		return nil, operations.Errorf(operations.CodeForbidden, "a page or an embed key may name a stored mapping only")
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.request.Timeout, mappingTime))
	defer cancel()
	if err := c.compile(ctx); err != nil {
		return nil, err
	}
	c.lookups = &lookups{server: c.server, request: c.request, bounded: true}
	out, err := c.mapping.Run(ctx, c.source, c.lookups)
	if err != nil {
		return nil, inSource(below("/mapping", outOfTime(err)))
	}
	return out, nil
}

// compile makes the mapping ready.
func (c *mappedCall) compile(ctx context.Context) (err error) {
	s := c.server
	if s.Mappings == nil {
		return lacks("mappings")
	}
	document, workspace := c.document, c.request.Caller.Workspace
	if c.id != "" {
		stored, err := s.Mappings.Get(ctx, workspace, c.id, c.version)
		if err != nil {
			return err
		}
		document, c.by = stored.Document, &mappedBy{stored.ID, stored.Version}
	}
	c.mapping, err = s.Mappings.Compile(ctx, workspace, document, c.entry.Connector.Name+"."+c.entry.Spec.Name)
	return below("/mapping", err)
}

// outOfTime makes the end of a context the caller's error.
func outOfTime(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return operations.Errorf(operations.CodeUpstreamTimeout, "the lookups of the mapping did not end in their time: %w", context.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return operations.Errorf(operations.CodeCanceled, "the caller went away: %w", context.Canceled)
	}
	return err
}

// inSource gives an error of the source as a whole its place in the body.
func inSource(err error) error {
	e := operations.AsError(err)
	if e.Code != operations.CodeMalformedRequest && e.Code != operations.CodeTooLarge {
		return err
	}
	placed := *e
	placed.Faults = []operations.InputFault{{Pointer: "/source", Detail: strings.TrimPrefix(e.Detail, "the source document ")}}
	return &placed
}

// inRules makes the pointers of a call's error, which lead into the input that was made, lead to the rules that made it.
func (c *mappedCall) inRules(ctx context.Context, err error) error {
	e := operations.AsError(err)
	if e == nil || len(e.Faults) == 0 {
		return err
	}
	_, steps, _ := c.mapping.RunTraced(ctx, c.source, c.lookups) // it went well before
	moved := *e
	moved.Faults = make([]operations.InputFault, len(e.Faults))
	for i, fault := range e.Faults {
		if fault.Pointer != credentialPointer {
			fault = operations.InputFault{
				Pointer: "/mapping" + ruleOf(fault.Pointer, steps),
				Detail:  strings.TrimSpace(dotted(fault.Pointer) + " " + fault.Detail),
			}
		}
		moved.Faults[i] = fault
	}
	return &moved
}

// ruleOf finds the rule that wrote what a pointer into the result leads to.
func ruleOf(pointer string, steps []mapping.Step) string {
	found, shared := "/rules", 0
	for _, step := range steps {
		if step.Out == nil || step.Item != "" {
			continue
		}
		target := strings.TrimSuffix(step.Target, "[]")
		if target == "@this" {
			target = ""
		}
		if n := sharedNames(target, dotted(pointer)); n > shared || target == "" && shared == 0 {
			found, shared = step.Rule, n
		}
	}
	return found
}

// dotted writes a pointer the way targets are written, with places of items as names.
func dotted(pointer string) string {
	var names []string
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		names = append(names, unescapeToken(token))
	}
	return strings.Join(names, ".")
}

// sharedNames counts the names that two places have in common from the beginning, if one lies within the other.
func sharedNames(a, b string) int {
	split := func(place string) []string {
		return strings.FieldsFunc(place, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	}
	x, y := split(a), split(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	if n < min(len(x), len(y)) {
		return 0
	}
	return n
}
