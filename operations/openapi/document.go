package openapi

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// dialect is what a document is written in.
type dialect string

const (
	swagger2  dialect = "Swagger 2.0"
	openAPI30 dialect = "OpenAPI 3.0"
	openAPI31 dialect = "OpenAPI 3.1"
)

// document is a settled document and the way to its parts.
type document struct {
	ctx     context.Context
	root    *yaml.Node
	dialect dialect
	report  *Report
	large   map[*yaml.Node]map[string]*yaml.Node // keys of mappings that have many
	targets map[string]*yaml.Node                // what references lead to
	shapes  map[*yaml.Node]*shape
}

func newDocument(ctx context.Context, root *yaml.Node, report *Report) (*document, error) {
	d := &document{
		ctx: ctx, root: root, report: report,
		large: map[*yaml.Node]map[string]*yaml.Node{}, targets: map[string]*yaml.Node{},
		shapes: map[*yaml.Node]*shape{},
	}
	version := str(child(root, "openapi"))
	switch {
	case strings.HasPrefix(str(child(root, "swagger")), "2"):
		d.dialect = swagger2
	case strings.HasPrefix(version, "3.0"):
		d.dialect = openAPI30
	case strings.HasPrefix(version, "3."):
		d.dialect = openAPI31
	default:
		return nil, invalid("the document is neither OpenAPI 3.0 or 3.1 nor Swagger 2.0: it has no such openapi or swagger field")
	}
	if !isMapping(child(root, "paths")) {
		return nil, invalid("the document has no paths")
	}
	return d, nil
}

// maxHops bounds a chain of references.
const maxHops = 32

// deref follows the references of a node to what they mean; nil if they lead nowhere, which is reported.
func (d *document) deref(n *yaml.Node) *yaml.Node {
	for hops := 0; ; hops++ {
		ref := child(n, "$ref")
		if ref == nil || ref.Kind != yaml.ScalarNode {
			return n
		}
		if hops == maxHops {
			d.report.add(Skipped, "", ref, "the reference %q leads in a circle", line(ref.Value))
			return nil
		}
		if n = d.target(ref); n == nil {
			return nil
		}
	}
}

// target is what one reference leads to; nil, reported, if that is outside the document or not there.
func (d *document) target(ref *yaml.Node) *yaml.Node {
	if n, known := d.targets[ref.Value]; known {
		return n
	}
	n := d.find(ref)
	d.targets[ref.Value] = n
	return n
}

func (d *document) find(ref *yaml.Node) *yaml.Node {
	pointer, local := strings.CutPrefix(ref.Value, "#")
	if !local || pointer != "" && pointer[0] != '/' {
		d.report.add(Skipped, "", ref, "the reference %q leads out of the document; it is not fetched", line(ref.Value))
		return nil
	}
	n := d.root
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for i, token := range strings.Split(pointer, "/") {
		if i == 0 {
			continue
		}
		if decoded, err := url.PathUnescape(token); err == nil {
			token = decoded
		}
		if n = d.step(n, unescape.Replace(token)); n == nil {
			d.report.add(Skipped, "", ref, "the reference %q leads to nothing", line(ref.Value))
			return nil
		}
	}
	return n
}

func (d *document) step(n *yaml.Node, token string) *yaml.Node {
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
		return nil
	}
	const many = 64
	if len(n.Content) < many {
		return child(n, token)
	}
	index, built := d.large[n]
	if !built {
		index = make(map[string]*yaml.Node, len(n.Content)/2)
		for key, value := range pairs(n) {
			index[key.Value] = value
		}
		d.large[n] = index
	}
	return index[token]
}

// member is child for mappings that may have very many keys.
func (d *document) member(n *yaml.Node, key string) *yaml.Node {
	if !isMapping(n) {
		return nil
	}
	return d.step(n, key)
}

// component names what a reference leads to: its last part.
func component(ref string) string {
	last := ref[strings.LastIndexByte(ref, '/')+1:]
	if decoded, err := url.PathUnescape(last); err == nil {
		last = decoded
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(last)
}
