package openapi

import (
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
	"gopkg.in/yaml.v3"
)

// place is where a field of the input goes in the request.
type place int

const (
	inPath place = iota
	inQuery
	inHeader
	inCookie
	inBody
)

func (p place) String() string { return [...]string{"path", "query", "header", "cookie", "body"}[p] }

// style is how arrays and objects are written in a place that takes texts only.
type style struct {
	name     string // "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject"
	explode  bool
	reserved bool // reserved characters stay as they are
	json     bool // the value is written as JSON
	segments bool // slashes part segments of a path
}

// parameter is a declared parameter, its references followed.
type parameter struct {
	place  place
	wire   string
	node   *yaml.Node
	schema *yaml.Node
	style  style
}

// parameters reads those of an operation and of its path, the operation's first, ordered by place. Body and form
// parameters of Swagger 2.0 are read with the body.
func (l *loader) parameters(e entry) []parameter {
	var all []parameter
	seen := map[string]bool{}
	for _, declared := range slices.Concat(items(child(e.node, "parameters")), items(child(e.item, "parameters"))) {
		n := l.deref(declared)
		in, wire := str(child(n, "in")), str(child(n, "name"))
		if n == nil || seen[in+" "+wire] || in == "body" || in == "formData" {
			continue
		}
		if len(all) == maxFields {
			l.report.add(Skipped, e.where, n, "of its parameters, those after the first %d", maxFields)
			break
		}
		seen[in+" "+wire] = true
		if p, ok := l.parameter(e, n, in, wire); ok {
			all = append(all, p)
		}
	}
	for _, name := range placeholders(e.path) {
		if !seen["path "+name] {
			l.report.add(Approximated, e.where, e.node, "the path's {%s} is not declared; it is taken for a text", line(name))
			all = append(all, parameter{place: inPath, wire: name, style: style{name: "simple"}, schema: stringSchema()})
		}
	}
	slices.SortStableFunc(all, func(a, b parameter) int { return int(a.place) - int(b.place) })
	return all
}

func stringSchema() *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Tag: "!!str", Value: "type"}, {Kind: yaml.ScalarNode, Tag: "!!str", Value: "string"},
	}}
}

// placeholders lists the names in a path template.
func placeholders(path string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(path, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return names
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		path = after
	}
}

func (l *loader) parameter(e entry, n *yaml.Node, in, wire string) (parameter, bool) {
	p := parameter{wire: wire, node: n, schema: child(n, "schema")}
	switch in {
	case "path":
		p.place = inPath
	case "query":
		p.place = inQuery
	case "header":
		p.place = inHeader
	case "cookie":
		p.place = inCookie
	default:
		l.report.add(Skipped, e.where, n, "the parameter %q is in %q, which is no place", line(wire), line(in))
		return p, false
	}
	hidden := l.vocabulary.hidden(e.where, n)
	switch {
	case p.place == inPath && !slices.Contains(placeholders(e.path), wire):
		l.report.add(Skipped, e.where, n, "the parameter %q is not in the path", line(wire))
		return p, false
	case wire == "" || p.place >= inHeader && !httpguts.ValidHeaderFieldName(wire):
		l.report.add(Skipped, e.where, n, "the parameter %q has a name that cannot be sent", line(wire))
		return p, false
	case p.place == inHeader && reservedHeader(wire), hidden && p.place != inPath:
		return p, false
	}
	l.read(&p, n)
	return p, true
}

// reservedHeader tells headers that are not the caller's: OpenAPI leaves the first three to other parts of the
// document, the rest are the transport's.
func reservedHeader(name string) bool {
	return slices.Contains([]string{
		"accept", "content-type", "authorization", "host", "content-length", "transfer-encoding", "connection", "cookie",
		"upgrade", "te", "trailer", "keep-alive", "proxy-authorization", "accept-encoding",
	}, strings.ToLower(name))
}

// read takes schema and style of a parameter from where its dialect has them.
func (l *loader) read(p *parameter, n *yaml.Node) {
	if l.dialect == swagger2 {
		p.schema = n
		p.style = collectionStyle(str(child(n, "collectionFormat")), p.place)
	} else {
		p.style = style{name: [...]string{"simple", "form", "simple", "form"}[p.place]}
		if named := str(child(n, "style")); named != "" {
			p.style.name = named
		}
		p.style.explode = p.style.name == "form" && !isFalse(child(n, "explode")) || isTrue(child(n, "explode"))
		p.style.reserved = isTrue(child(n, "allowReserved"))
		for _, media := range pairs(child(n, "content")) {
			p.schema, p.style.json = child(media, "schema"), true
			break
		}
	}
	l.vocabulary.read("", n, "x-multi-segment", &p.style.segments)
	if !isMapping(p.schema) {
		p.schema = stringSchema()
	}
}

func collectionStyle(format string, place place) style {
	form := "simple"
	if place == inQuery {
		form = "form"
	}
	switch format {
	case "multi":
		return style{name: form, explode: true}
	case "ssv", "tsv":
		return style{name: "spaceDelimited"}
	case "pipes":
		return style{name: "pipeDelimited"}
	default:
		return style{name: form}
	}
}

// described is a parameter's schema with what the parameter itself says laid over it.
func (p parameter) described() *yaml.Node {
	if p.node == nil || p.node == p.schema {
		return p.schema
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Line: p.node.Line, Column: p.node.Column}
	over := []string{"description", "deprecated", "x-title", "x-lookup", "lookup", "example"}
	for key, value := range pairs(p.schema) {
		if child(p.node, key.Value) == nil || !slices.Contains(over, key.Value) {
			n.Content = append(n.Content, key, value)
		}
	}
	for _, name := range over {
		if value := child(p.node, name); value != nil {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, value)
		}
	}
	return n
}
