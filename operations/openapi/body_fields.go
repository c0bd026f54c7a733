package openapi

import (
	"cmp"
	"slices"

	"gopkg.in/yaml.v3"
)

const fileSchema = `{"type":"object","description":"A file.","properties":{` +
	`"name":{"type":"string","description":"The file's name."},` +
	`"url":{"type":"string","pattern":"^data:","description":"The content, as a data: URL."},` +
	`"mime_type":{"type":"string"},"expires":{}},"required":["url"],"additionalProperties":false}`

// body adds the fields of the body to the input.
func (in *inputs) body(b body) body {
	switch b.encoding {
	case noBody:
		return b
	case textBody:
		in.wholeBody(b, func(d *draft) { d.b = append(d.b, `{"type":"string"}`...) })
		return b
	case fileBody:
		in.report.add(Note, in.where, b.schema, "the body is of type %s; it is given as a file", line(b.contentType))
		in.wholeBody(b, func(d *draft) { d.b = append(d.b, fileSchema...) })
		return b
	}
	f, ok := in.flatten(b.schema)
	if !ok {
		b.always = false
		in.wholeBody(b, func(d *draft) {
			if b.encoding != jsonBody {
				d.b = append(d.b, `{"type":"object"}`...)
				return
			}
			d.schema(cmp.Or(b.schema, &yaml.Node{Kind: yaml.MappingNode}))
		})
		return b
	}
	b.always = b.required
	in.laidOpen = b
	names := map[string]string{}
	for _, p := range f.properties {
		in.property(b, &f, p, names)
	}
	if f.open != nil {
		in.add(field{wire: "additional_fields", place: inBody, extra: true}, source{}, func(d *draft) {
			d.b = append(d.b, `{"type":"object","description":"Further fields of the body, by their names."`...)
			if isMapping(f.open) {
				d.inner("additionalProperties", f.open)
			}
			d.b = append(d.b, '}')
		})
	}
	if b.required {
		in.variants = f.keyword(names)
	}
	return b
}

func (in *inputs) wholeBody(b body, write func(*draft)) {
	name := cmp.Or(in.vocabulary.text(in.where, in.node, "x-body-name"), "body")
	f := field{wire: name, place: inBody, whole: b.encoding != formBody && b.encoding != multipartBody, file: b.encoding == fileBody}
	f.extra = !f.whole
	in.add(f, source{schema: b.schema, example: b.example, required: b.required, file: f.file}, write)
}

// property adds one property of an object body.
func (in *inputs) property(b body, f *flat, p property, names map[string]string) {
	schema := p.schemas[0]
	required := b.required && f.requires[p.name]
	if in.otherWay(schema, forInput) || in.vocabulary.hidden(in.where, schema) && !required {
		return
	}
	out := field{wire: p.name, place: inBody, file: b.encoding == multipartBody && in.isFile(schema)}
	s := source{
		name: in.vocabulary.text(in.where, schema, "x-name"), schema: schema, required: required, file: out.file, property: p.name,
	}
	names[p.name] = in.add(out, s, func(d *draft) {
		switch {
		case out.file && in.shape(schema).kind == "array":
			d.b = append(d.b, `{"type":"array","items":`+fileSchema+`}`...)
		case out.file:
			d.b = append(d.b, fileSchema...)
		case p.name == f.tag:
			d.b = append(d.b, `{"type":"string"`...)
			if text := clip(str(in.shape(schema).keyword("description")), maxText); text != "" {
				d.b = appendString(appendKey(d.b, "description"), text)
			}
			d.b = append(appendStrings(appendKey(d.b, "enum"), f.tags), '}')
		default:
			d.alternatives(p.schemas)
		}
	})
}

// keyword writes what tells the branches of the body apart, in the input's names: oneOf where they are tagged, else
// anyOf of what each must have.
func (f *flat) keyword(names map[string]string) []byte {
	if f.tag == "" && slices.ContainsFunc(f.variants, func(v variant) bool { return len(v.required) == 0 }) || len(f.variants) == 0 {
		return nil
	}
	b := []byte(`,"anyOf":[`)
	if f.tag != "" {
		b = []byte(`,"oneOf":[`)
	}
	for i, v := range f.variants {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		if v.title != "" {
			b = appendString(appendKey(b, "title"), v.title)
		}
		var required []string
		for _, name := range v.required {
			if renamed := names[name]; renamed != "" && name != f.tag {
				required = append(required, renamed)
			}
		}
		if f.tag != "" {
			b = appendTag(b, names[f.tag], v.tags, required)
		} else {
			b = appendStrings(appendKey(b, "required"), required)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// isFile tells whether a property of a form is a file, or a list of them.
func (d *document) isFile(schema *yaml.Node) bool {
	s := d.shape(schema)
	if s.kind == "array" && s.items != nil {
		s = d.shape(s.items)
	}
	if s.kind != "string" && s.kind != "" || s.keyword("contentEncoding") != nil {
		return false
	}
	return str(s.keyword("format")) == "binary" || str(s.keyword("type")) == "file" || str(s.keyword("contentMediaType")) != ""
}
