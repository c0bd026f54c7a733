package openapi

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// inputs gathers the fields of one operation's input: what is published of them, and where they go.
type inputs struct {
	*loader
	entry
	properties draft    // the members of "properties"
	fields     []field  // what goes into the request
	sources    []source // what samples are made of
	names      map[string]bool
	required   []string
	variants   []byte // the keyword that tells branches of a body apart
	laidOpen   body   // the body whose properties are fields
}

// field is one field of the input on its way into the request.
type field struct {
	name       string // in the input
	wire       string // at the service
	place      place
	style      style
	credential string // not from the input: this field of the credential
	whole      bool   // the body itself
	extra      bool   // an object whose members go into the body beside the others
	file       bool
}

// source is what a field's sample is made of.
type source struct {
	name     string
	schema   *yaml.Node
	example  *yaml.Node
	required bool
	file     bool
	property string // of the body that is laid open, whose sample is made as a whole
}

func (l *loader) inputs(e entry) *inputs {
	in := &inputs{loader: l, entry: e, names: map[string]bool{}, properties: draft{schemas: l.schemas, mode: forInput}}
	in.properties.b = []byte{'{'}
	for _, p := range l.parameters(e) {
		in.parameter(p)
	}
	return in
}

func (in *inputs) parameter(p parameter) {
	f := field{wire: p.wire, place: p.place, style: p.style}
	if f.credential = in.vocabulary.text(in.where, p.node, "x-credential-field"); f.credential != "" {
		in.fields = append(in.fields, f)
		in.loader.fields = appendField(in.loader.fields, operations.AuthField{
			Name: f.credential, Required: true, Description: clip(str(child(p.node, "description")), maxText),
		})
		return
	}
	required := p.place == inPath || isTrue(child(p.node, "required"))
	schema := p.described()
	in.add(f, source{
		name: in.vocabulary.text(in.where, p.node, "x-name"), schema: schema, example: exampleOf(in.document, p.node), required: required,
	}, func(d *draft) { d.schema(schema) })
}

// add gives a field its name and publishes it.
func (in *inputs) add(f field, s source, write func(*draft)) string {
	f.name = in.unique(fieldName(cmp.Or(s.name, f.wire)), f.place)
	s.name = f.name
	in.fields, in.sources = append(in.fields, f), append(in.sources, s)
	in.publish(f.name, s.required, write)
	return f.name
}

// publish writes a property of the input.
func (in *inputs) publish(name string, required bool, write func(*draft)) {
	in.names[name] = true
	in.properties.b = appendKey(in.properties.b, name)
	write(&in.properties)
	if required {
		in.required = append(in.required, name)
	}
}

// unique keeps names apart: a name that is taken is prefixed by its place, then numbered.
func (in *inputs) unique(name string, place place) string {
	if !in.names[name] {
		return name
	}
	prefixed := place.String() + "_" + name
	unique := prefixed
	for i := 2; in.names[unique]; i++ {
		unique = prefixed + "_" + strconv.Itoa(i)
	}
	in.report.add(Note, in.where, in.node, "two fields are called %q; that of the %s is %q in the input", line(name), place, line(unique))
	return unique
}

// field finds a field by its name in the input, else by its name at the service, -1 if there is none.
func (in *inputs) field(name string) int {
	if i := slices.IndexFunc(in.fields, func(f field) bool { return f.name == name }); i >= 0 || name == "" {
		return i
	}
	return slices.IndexFunc(in.fields, func(f field) bool { return f.wire == name })
}

// schema publishes the input.
func (in *inputs) schema() (operations.Schema, bool) {
	b := append([]byte(`{"type":"object","properties":`), in.properties.b...)
	b = append(b, '}')
	if len(in.required) > 0 {
		b = appendStrings(appendKey(b, "required"), in.required)
	}
	b = append(appendKey(b, "additionalProperties"), "false"...)
	b = append(b, in.variants...)
	return in.schemas.publish(b, in.properties.refs)
}

// alternatives writes the schemas that a property has in different branches of a body.
func (d *draft) alternatives(schemas []*yaml.Node) {
	var written [][]byte
	for _, schema := range schemas {
		inner := draft{schemas: d.schemas, mode: d.mode}
		inner.schema(schema)
		if !slices.ContainsFunc(written, func(other []byte) bool { return bytes.Equal(other, inner.b) }) {
			written = append(written, inner.b)
		}
		for _, ref := range inner.refs {
			d.need(ref)
		}
	}
	if len(written) == 1 {
		d.b = append(d.b, written[0]...)
		return
	}
	d.b = append(d.b, `{"anyOf":[`...)
	d.b = append(d.b, bytes.Join(written, []byte{','})...)
	d.b = append(d.b, "]}"...)
}
