package contract

import (
	"encoding/json"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object of the document.
type object map[string]any

func node(v any) object {
	o, _ := v.(map[string]any)
	return o
}

func (o object) object(name string) object { return node(o[name]) }

func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

func (o object) list(name string) []any {
	l, _ := o[name].([]any)
	return l
}

// document is a document being read.
type document struct {
	root    object
	schemas object
	old     bool // 3.0, where null is said by "nullable"
}

func newDocument(root any) *document {
	d := &document{root: node(root)}
	d.schemas = d.root.object("components").object("schemas")
	d.old = strings.HasPrefix(d.root.text("openapi"), "3.0")
	return d
}

// deref follows references to components other than schemas.
func (d *document) deref(v any) object {
	o := node(v)
	const mostHops = 10
	for range mostHops {
		pointer, found := strings.CutPrefix(o.text("$ref"), "#/")
		if !found {
			return o
		}
		at := d.root
		for token := range strings.SplitSeq(pointer, "/") {
			at = at.object(strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		}
		o = at
	}
	return o
}

func (d *document) operation(method, template string, item, declared object) *Op {
	op := &Op{ID: declared.text("operationId"), Method: method, Path: template, answers: map[string]*check{}}
	properties, required := object{}, []any{}
	for _, one := range append(slices.Clone(declared.list("parameters")), item.list("parameters")...) {
		p := d.deref(one)
		in, name := p.text("in"), p.text("name")
		if _, known := properties[name]; known || in != "path" && in != "query" {
			continue
		}
		op.params = append(op.params, d.parameter(p))
		properties[name] = p["schema"]
		if p["required"] == true || in == "path" {
			required = append(required, name)
		}
	}
	given := map[string]any{"type": "object", "properties": map[string]any(properties), "required": required}
	op.given = lazily(func() any { return d.publish(given) })
	body := d.deref(declared["requestBody"])
	op.BodyRequired = body["required"] == true
	op.MediaTypes = slices.Sorted(maps.Keys(body.object("content")))
	for _, media := range op.MediaTypes {
		if schema, has := body.object("content").object(media)["schema"]; has && (op.body == nil || isJSON(media)) {
			op.body = lazily(func() any { return d.publish(schema) })
		}
	}
	d.responses(op, declared.object("responses"))
	return op
}

func (d *document) responses(op *Op, declared object) {
	for status, response := range declared {
		if n, err := strconv.Atoi(status); err == nil && n >= 200 && n < 300 && (op.Status == 0 || n < op.Status) {
			op.Status = n
		}
		op.answers[status] = nil
		for media, content := range d.deref(response).object("content") {
			if schema, has := node(content)["schema"]; has && isJSON(media) {
				op.answers[status] = lazily(func() any { return d.publish(schema) })
			}
		}
	}
}

func isJSON(media string) bool {
	kind, _, err := mime.ParseMediaType(media)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

func (d *document) parameter(declared object) parameter {
	schema := d.deref(declared["schema"])
	return parameter{
		in: declared.text("in"), name: declared.text("name"), kind: schema.text("type"),
		items: d.deref(schema["items"]).text("type"), comma: declared["explode"] == false,
	}
}

// values reads the parameters of a request as the JSON values that they stand for.
func (o *Op) values(params map[string]string, query url.Values) map[string]any {
	values := map[string]any{}
	for _, p := range o.params {
		given := query[p.name]
		if p.in == "path" {
			given = nil
			if text, has := params[p.name]; has {
				given = []string{text}
			}
		}
		if p.kind == "array" && len(given) == 0 {
			given = query[p.name+"[]"]
		}
		switch {
		case len(given) == 0:
		case p.kind != "array":
			values[p.name] = value(p.kind, given[0])
		default:
			if p.comma {
				given = strings.Split(given[0], ",")
			}
			list := []any{}
			for _, text := range given {
				list = append(list, value(p.items, text))
			}
			values[p.name] = list
		}
	}
	return values
}

// value is what a text stands for; one that is no number, say, stays a text, which the schema then refuses.
func value(kind, text string) any {
	switch kind {
	case "integer", "number":
		if len(text) < 40 && text != "" && json.Valid([]byte(text)) && strings.Trim(text, "-+.eE0123456789") == "" {
			return json.Number(text)
		}
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	}
	return text
}

const schemaRefs = "#/components/schemas/"

// publish makes a schema that stands alone: what it refers to goes with it.
func (d *document) publish(schema any) any {
	needed := map[string]any{}
	var visit func(v any) any
	visit = func(v any) any {
		switch v := v.(type) {
		case []any:
			list := make([]any, len(v))
			for i, item := range v {
				list[i] = visit(item)
			}
			return list
		case map[string]any:
			if name, found := strings.CutPrefix(node(v).text("$ref"), schemaRefs); found && needed[name] == nil {
				needed[name] = true // before going down: references may run in circles
				needed[name] = visit(d.schemas[name])
			}
			copied := make(map[string]any, len(v))
			for key, inner := range v {
				copied[key] = visit(inner)
			}
			return d.modern(copied)
		default:
			return v
		}
	}
	root := visit(schema)
	return map[string]any{"allOf": []any{root}, "components": map[string]any{"schemas": needed}}
}

// modern brings a schema of OpenAPI 3.0 to what JSON Schema says today.
func (d *document) modern(schema map[string]any) any {
	for _, keyword := range []string{"exclusiveMinimum", "exclusiveMaximum", "example", "discriminator"} {
		if _, old := schema[keyword].(bool); old || keyword == "discriminator" && schema["oneOf"] != nil {
			delete(schema, keyword)
		}
	}
	if !d.old || schema["nullable"] != true {
		return schema
	}
	delete(schema, "nullable")
	return map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
}
