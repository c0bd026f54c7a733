package openapi

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"mime"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

const (
	doneSchema     = `"properties":{"done":{"const":true,"description":"The service did it and answered nothing."}},"required":["done"]`
	resultText     = `"properties":{"result":{"type":"string"}},"required":["result"]`
	resultFile     = `"properties":{"file":` + fileSchema + `},"required":["file"]`
	nextCursorText = "Give this as the cursor to get the next page. Not there on the last page."
)

// answer is one kind of success that an operation declares.
type answer struct {
	encoding    encoding // noBody: it answers nothing
	contentType string
	schema      *yaml.Node
	example     *yaml.Node
}

// answers lists the successes of an operation, by status.
func (l *loader) answers(e entry) []answer {
	var statuses []string
	responses := child(e.node, "responses")
	for status := range pairs(responses) {
		if len(status.Value) == 3 && status.Value[0] == '2' {
			statuses = append(statuses, status.Value)
		}
	}
	slices.Sort(statuses)
	if len(statuses) == 0 && child(responses, "default") != nil {
		statuses = []string{"default"}
	}
	const most = 10
	var all []answer
	for _, status := range statuses[:min(len(statuses), most)] {
		a := l.answer(e, l.deref(child(responses, status)))
		if a.encoding == noBody && e.method != "HEAD" && status != "204" && status != "205" {
			a.encoding = jsonBody // not said, which is not the same as nothing
		}
		if !slices.Contains(all, a) && (a.encoding != noBody || !slices.ContainsFunc(all, func(a answer) bool { return a.encoding == noBody })) {
			all = append(all, a)
		}
	}
	return all
}

func (l *loader) answer(e entry, response *yaml.Node) answer {
	if e.method == "HEAD" {
		return answer{}
	}
	if l.dialect == swagger2 {
		a := answer{schema: child(response, "schema")}
		for _, example := range pairs(child(response, "examples")) {
			a.example = example
			break
		}
		produces := items(cmp.Or(child(e.node, "produces"), child(l.root, "produces")))
		at := slices.IndexFunc(produces, func(n *yaml.Node) bool { return encodingOf(str(n)) == jsonBody })
		switch {
		case a.schema == nil && a.example == nil:
		case str(child(a.schema, "type")) == "file":
			a.encoding = fileBody
		case at < 0 && len(produces) > 0:
			a.encoding, a.contentType = encodingOf(str(produces[0])), str(produces[0])
		default:
			a.encoding = jsonBody
			if at >= 0 {
				a.contentType = str(produces[at])
			}
		}
		return a
	}
	var best answer
	for contentType, media := range pairs(child(response, "content")) {
		a := answer{encodingOf(contentType.Value), contentType.Value, child(media, "schema"), exampleOf(l.document, media)}
		if best.encoding == noBody || a.encoding < best.encoding {
			best = a
		}
	}
	return best
}

// output publishes what an operation answers. Above a bound, the answer is just an object.
func (l *loader) output(e entry, answers []answer, p *paging) operations.Schema {
	d := draft{schemas: l.schemas, mode: forOutput}
	d.b = append(d.b, `{"type":"object"`...)
	switch len(answers) {
	case 0:
	case 1:
		d.answer(answers[0], p)
	default:
		d.b = append(d.b, `,"anyOf":[`...)
		for i, a := range answers {
			if i > 0 {
				d.b = append(d.b, ',')
			}
			d.b = append(d.b, `{"type":"object"`...)
			d.answer(a, p)
			d.b = append(d.b, '}')
		}
		d.b = append(d.b, ']')
	}
	schema, ok := l.schemas.publish(d.b, d.refs)
	if !ok {
		l.report.add(Approximated, e.where, e.node, "the schema of its answer is too large; it is published as an object of any kind")
		return operations.Schema(`{"type":"object"}`)
	}
	return schema
}

// answer writes the keywords of one answer after the type.
func (d *draft) answer(a answer, p *paging) {
	switch a.encoding {
	case noBody:
		d.b = append(d.b, ","+doneSchema...)
		return
	case textBody:
		d.b = append(d.b, ","+resultText...)
		return
	case fileBody:
		d.b = append(d.b, ","+resultFile...)
		return
	}
	switch d.shape(a.schema).kind {
	case "":
	case "object":
		root := d.deref(a.schema)
		d.breakLoops(root, 0)
		d.keywords(withCursor(root, p))
	default:
		d.b = append(d.b, `,"properties":{"result":`...)
		d.schema(a.schema)
		if p != nil {
			d.b = append(appendKey(d.b, p.spec.CursorOutput), `{"type":"string","description":`...)
			d.b = append(appendString(d.b, nextCursorText), '}')
		}
		d.b = append(d.b, `},"required":["result"]`...)
	}
}

// withCursor is an object's schema without its type and, on a paged list, with the cursor.
func withCursor(n *yaml.Node, p *paging) *yaml.Node {
	c := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}
	properties := child(n, "properties")
	if p != nil && child(properties, p.spec.CursorOutput) == nil {
		text := func(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }
		cursor := stringSchema()
		cursor.Content = append(cursor.Content, text("description"), text(nextCursorText))
		with := &yaml.Node{Kind: yaml.MappingNode}
		if isMapping(properties) {
			with.Content = slices.Clone(properties.Content)
		}
		with.Content = append(with.Content, text(p.spec.CursorOutput), cursor)
		c.Content = append(c.Content, text("properties"), with)
		properties = with
	}
	for key, value := range pairs(n) {
		if !slices.Contains([]string{"type", "nullable", "x-nullable"}, key.Value) && (key.Value != "properties" || value == properties) {
			c.Content = append(c.Content, key, value)
		}
	}
	return c
}

// wrap makes an answer an object: as it is if it is one.
func wrap(r *operations.Response) json.RawMessage {
	body := bytes.TrimSpace(r.Body)
	if len(body) == 0 {
		return json.RawMessage(`{"done":true}`)
	}
	contentType := r.Header.Get("Content-Type")
	encoding := encodingOf(contentType)
	if contentType == "" && json.Valid(body) {
		encoding = jsonBody
	}
	switch {
	case encoding == jsonBody && body[0] == '{':
		return body
	case encoding == jsonBody:
		return slices.Concat([]byte(`{"result":`), body, []byte{'}'})
	case encoding == textBody:
		return append(appendString([]byte(`{"result":`), strings.ToValidUTF8(string(r.Body), "\ufffd")), '}')
	}
	media, _, _ := mime.ParseMediaType(contentType)
	media = cmp.Or(media, "application/octet-stream")
	b := []byte(`{"file":{`)
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		b = appendString(appendKey(b, "name"), params["filename"])
	}
	b = appendString(appendKey(b, "url"), "data:"+media+";base64,"+base64.StdEncoding.EncodeToString(r.Body))
	return append(appendString(appendKey(b, "mime_type"), media), "}}"...)
}
