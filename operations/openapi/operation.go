package openapi

import (
	"cmp"
	"context"
	"encoding/json"
	"mime"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// operation is one operation of the document, ready to run. It is safe for concurrent use.
type operation struct {
	spec    operations.Spec
	request request
	paging  *paging // nil: the answer is whole
	bulk    *bulk
	array   bool // the answer is an array, wrapped
}

// Spec says what the operation is.
func (o *operation) Spec() operations.Spec { return o.spec }

// Run does it, once.
func (o *operation) Run(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	v := o.request.values(call.Input)
	if o.paging != nil {
		return o.paging.run(ctx, call, o, v)
	}
	page, err := o.send(ctx, call, v)
	if err != nil {
		return nil, err
	}
	o.bulk.warn(call, page.Body)
	return wrap(page), nil
}

func (o *operation) send(ctx context.Context, call *operations.Call, v values) (*operations.Response, error) {
	out, err := o.request.build(ctx, call, v)
	if err != nil {
		return nil, err
	}
	return call.Send(out)
}

// bulk tells how an answer to many things at once says that some failed.
type bulk struct {
	Items   string `json:"items"`
	Error   string `json:"error"`
	Message paths  `json:"message"`
}

// warn says how many of the things failed, and why the first of them did.
func (b *bulk) warn(call *operations.Call, body []byte) {
	if b == nil {
		return
	}
	all := get(body, b.Items).Array()
	var failed []string
	for _, item := range all {
		if found := item.Get(b.Error); found.Exists() && found.Type != gjson.Null {
			failed = append(failed, line(cmp.Or(first([]byte(item.Raw), b.Message).String(), found.String())))
		}
	}
	if len(failed) > 0 {
		call.Warn("%d of %d failed; the first: %s", len(failed), len(all), failed[0])
	}
}

// operations makes the operation of an entry, and its DDLs.
func (l *loader) operations(e entry) []operations.Operation {
	in := l.inputs(e)
	b := in.body(in.loader.body(e))
	answers := l.answers(e)
	o := &operation{paging: in.paging(answers)}
	o.array = len(answers) > 0 && answers[0].encoding == jsonBody && l.shape(answers[0].schema).kind == "array"
	o.request = newRequest(in, b, accept(answers))
	l.vocabulary.read(e.where, e.node, "x-bulk", &o.bulk)
	schema, ok := in.schema()
	if !ok {
		l.report.add(Skipped, e.where, e.node, "the schema of its input is too large")
		return nil
	}
	o.spec = l.spec(e)
	o.spec.Input, o.spec.Output = schema, l.output(e, answers, o.paging)
	l.vocabulary.checkCache(e.where, child(e.node, "x-cache"), &o.spec)
	if o.paging != nil {
		o.spec.Paging = &o.paging.spec
	}
	o.spec.Sample, o.spec.Metadata = l.sample(in, answers, o.spec.Metadata)
	if len(in.required) == 0 && !e.hidden {
		l.bare[e.name] = !isPublic(e.node)
	}
	var made []operations.Operation
	if !e.hidden {
		made = append(made, o)
	}
	for _, ddl := range e.ddls {
		if list, ok := l.ddl(in, o, ddl); ok {
			made = append(made, list)
		}
	}
	return made
}

// isPublic tells whether an operation says that it needs no login.
func isPublic(n *yaml.Node) bool {
	security := child(n, "security")
	return security != nil && len(requirements(security)) == 0
}

// accept is the media type to ask for: the first that is declared.
func accept(answers []answer) string {
	for _, a := range answers {
		if _, _, err := mime.ParseMediaType(a.contentType); err == nil && !strings.Contains(a.contentType, "*") {
			return a.contentType
		}
		if a.encoding == fileBody {
			return "*/*"
		}
	}
	return "application/json"
}

func (l *loader) spec(e entry) operations.Spec {
	v := l.vocabulary
	s := operations.Spec{
		Name: e.name, Kind: operations.KindAction, Effect: effect(e.method),
		Docs: link(str(at(e.node, "externalDocs", "url"))), Throttlers: v.throttlers(e.where, e.node),
	}
	v.read(e.where, e.node, "x-effect", &s.Effect)
	summary := line(str(child(e.node, "summary")))
	s.Title = cmp.Or(v.text(e.where, e.node, "x-title"), strings.TrimSuffix(summary, "."), words(e.name))
	s.Description = cmp.Or(clip(str(child(e.node, "description")), maxText), summary)
	if len(s.Description) < 10 {
		s.Description = strings.TrimSpace(cmp.Or(s.Description, s.Title) + " (" + e.where + ")")
	}
	s.Resource = cmp.Or(v.text(e.where, e.node, "x-resource"), snake(firstText(child(e.node, "tags"))), resource(e.path))
	if s.Effect == operations.EffectRead {
		var rule *cacheRule
		v.read(e.where, e.node, "x-cache", &rule)
		s.Cache = rule.rule()
	}
	v.read(e.where, e.node, "x-compensation", &s.Compensation)
	if s.Effect != operations.EffectRead {
		v.read(e.where, e.node, "x-resolve", &s.Resolve)
	}
	if isTrue(child(e.node, "deprecated")) {
		s.Metadata = map[string]string{"deprecated": "true"}
	}
	l.login(e, &s)
	return s
}

// login notes which auth schemes an operation accepts, where that is not all of them, and the scopes it asks for.
func (l *loader) login(e entry, s *operations.Spec) {
	security := child(e.node, "security")
	if security == nil {
		security = child(l.root, "security")
	}
	if len(l.options.Auth) > 0 {
		return
	}
	wanted := requirements(security)
	for _, auth := range l.accepted {
		for _, r := range wanted {
			if r.name() == auth.Name {
				s.Auth = append(s.Auth, auth.Name)
				s.Scopes = append(s.Scopes, r.scopes...)
				break
			}
		}
	}
	if len(s.Auth) == len(l.accepted) {
		s.Auth = nil
	}
	slices.Sort(s.Scopes)
	s.Scopes = slices.Compact(s.Scopes)
}

func effect(method string) operations.Effect {
	switch method {
	case "GET", "HEAD":
		return operations.EffectRead
	case "DELETE":
		return operations.EffectDestructive
	default:
		return operations.EffectWrite
	}
}

func firstText(n *yaml.Node) string {
	if list := items(n); len(list) > 0 {
		return str(list[0])
	}
	return ""
}

// resource is the first word of a path that is not a version.
func resource(path string) string {
	for _, segment := range strings.Split(path, "/") {
		name := snake(segment)
		version := strings.TrimLeft(strings.TrimPrefix(name, "v"), "0123456789") == ""
		if name != "" && name != "api" && !version && !strings.Contains(segment, "{") {
			return name
		}
	}
	return ""
}
