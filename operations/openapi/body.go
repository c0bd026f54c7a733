package openapi

import (
	"cmp"
	"mime"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// encoding is how a body is written.
type encoding int

const (
	noBody encoding = iota
	jsonBody
	multipartBody
	formBody
	textBody
	fileBody
)

// body is what is known of a request's body.
type body struct {
	encoding    encoding
	contentType string
	always      bool // sent though no field of it is given
	required    bool
	schema      *yaml.Node
	example     *yaml.Node
}

func encodingOf(contentType string) encoding {
	if contentType == "application/json" || contentType == "application/json; charset=utf-8" { // as most answers have it
		return jsonBody
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = strings.ToLower(contentType)
	}
	switch {
	case media == "application/json", media == "*/*", strings.HasSuffix(media, "+json"), media == "text/json":
		return jsonBody
	case media == "multipart/form-data":
		return multipartBody
	case media == "application/x-www-form-urlencoded":
		return formBody
	case strings.HasPrefix(media, "text/"), strings.HasSuffix(media, "xml"), strings.HasSuffix(media, "json"):
		return textBody
	default:
		return fileBody
	}
}

// body reads the request body: of several media types the one that is easiest to give.
func (l *loader) body(e entry) body {
	if l.dialect == swagger2 {
		return l.swaggerBody(e)
	}
	declared := l.deref(child(e.node, "requestBody"))
	content := child(declared, "content")
	if content == nil || len(content.Content) == 0 {
		return body{}
	}
	var best body
	for contentType, media := range pairs(content) {
		b := body{
			encoding: encodingOf(contentType.Value), contentType: contentType.Value,
			schema: child(media, "schema"), example: exampleOf(l.document, media),
		}
		if best.encoding == noBody || b.encoding < best.encoding {
			best = b
		}
	}
	if e.method == "GET" || e.method == "HEAD" {
		if best.encoding != jsonBody && best.encoding != formBody || len(l.shape(best.schema).properties) > 0 {
			l.report.add(Skipped, e.where, declared, "a %s has no body", e.method)
		}
		return body{}
	}
	best.required = isTrue(child(declared, "required")) ||
		child(declared, "required") == nil && len(l.shape(best.schema).required) > 0
	return best
}

// swaggerBody gathers the body or form parameters of Swagger 2.0.
func (l *loader) swaggerBody(e entry) body {
	consumes := items(cmp.Or(child(e.node, "consumes"), child(l.root, "consumes")))
	form := &yaml.Node{Kind: yaml.MappingNode}
	required := &yaml.Node{Kind: yaml.SequenceNode}
	b := body{}
	for _, declared := range slices.Concat(items(child(e.item, "parameters")), items(child(e.node, "parameters"))) {
		n := l.deref(declared)
		name := child(n, "name")
		switch str(child(n, "in")) {
		case "body":
			b = body{encoding: jsonBody, contentType: "application/json", schema: child(n, "schema"), required: isTrue(child(n, "required"))}
			if len(consumes) > 0 && !slices.ContainsFunc(consumes, func(n *yaml.Node) bool { return encodingOf(str(n)) == jsonBody }) {
				b.contentType = str(consumes[0])
				b.encoding = max(encodingOf(b.contentType), textBody)
			}
		case "formData":
			if name == nil {
				continue
			}
			b.encoding = max(b.encoding, formBody)
			form.Content = append(form.Content, name, n)
			if isTrue(child(n, "required")) {
				required.Content = append(required.Content, name)
			}
		}
	}
	if len(form.Content) == 0 {
		return b
	}
	b = body{encoding: formBody, contentType: "application/x-www-form-urlencoded", required: len(required.Content) > 0}
	b.schema = object(form, required)
	if l.multipart(form, consumes) {
		b.encoding, b.contentType = multipartBody, "multipart/form-data"
	}
	return b
}

func (l *loader) multipart(form *yaml.Node, consumes []*yaml.Node) bool {
	for _, n := range pairs(form) {
		if str(child(n, "type")) == "file" {
			return true
		}
	}
	return len(consumes) > 0 && encodingOf(str(consumes[0])) == multipartBody
}

// object is the schema of an object with the properties given.
func object(properties, required *yaml.Node) *yaml.Node {
	key := func(name string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name} }
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		key("type"), key("object"), key("properties"), properties, key("required"), required,
	}}
}
