package openapi

import (
	"bytes"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// commonInputs are what every drop-down takes.
var commonInputs = [...]struct{ name, schema string }{
	{"search", `{"type":"string","maxLength":200,"description":"Only options whose text holds this."}`},
	{cursorInput, `{"type":"string","maxLength":8192,"description":"The next_cursor of an earlier answer."}`},
	{limitInput, `{"type":"integer","minimum":1,"maximum":1000,"default":100,"description":"Options on a page."}`},
	{"refresh", `{"type":"boolean","description":"Read the list anew; one that is some seconds old at most is given as it is."}`},
}

// input publishes what a drop-down takes.
func (d *ddl) input(in *inputs) (operations.Schema, bool) {
	w := draft{schemas: in.schemas, mode: forInput}
	w.b = append(w.b, `{"type":"object","properties":{`...)
	var required []string
	taken := map[string]bool{}
	for _, s := range in.sources {
		at := in.field(s.name)
		if at == d.search || d.fixed[at].Exists() || !s.required && !slices.Contains(d.words.Inputs, s.name) {
			continue
		}
		taken[s.name] = true
		w.b = appendKey(w.b, s.name)
		w.schema(s.schema)
		if s.required {
			required = append(required, s.name)
		}
	}
	for _, common := range commonInputs {
		if taken[common.name] {
			d.odd = true
			continue
		}
		w.b = append(appendKey(w.b, common.name), common.schema...)
	}
	w.b = append(w.b, '}')
	if len(required) > 0 {
		w.b = appendStrings(appendKey(w.b, "required"), required)
	}
	return in.schemas.publish(append(w.b, `,"additionalProperties":false`...), w.refs)
}

func (d *ddl) output() operations.Schema {
	b := []byte(`{"type":"object","properties":{"result":{"type":"array","items":{"type":"object","properties":{` +
		`"text":{"type":"string"},"value":{"type":["string","number"]}`)
	for _, name := range d.extra {
		b = append(appendKey(b, name), "true"...)
	}
	return operations.Schema(append(b, `},"required":["text","value"]}},"next_cursor":{"type":"string","description":"`+nextCursorText+
		`"},"truncated":{"type":"boolean","description":"Not everything was searched; go on with next_cursor."},`+
		`"stale":{"type":"boolean","description":"An older list, while a new one is being fetched."}},"required":["result"]}`...))
}

// sample is made of the list's.
func (d *ddl) sample() operations.Sample {
	list := d.list.spec.Sample
	body := []byte(list.Output)
	if d.list.array {
		body = []byte(gjson.GetBytes(body, "result").Raw)
	}
	found := options{ddl: d, left: defaultOptions, b: []byte(`{"result":[`)}
	found.add(body, 0)
	output := found.page("", false)
	if bytes.Equal(output, []byte(`{"result":[]}`)) {
		output = []byte(`{"result":[{"text":"Example","value":"1"}]}`)
	}
	input := []byte{'{'}
	required := gjson.GetBytes(d.spec.Input, "required").Array()
	gjson.ParseBytes(list.Input).ForEach(func(key, value gjson.Result) bool {
		if slices.ContainsFunc(required, func(name gjson.Result) bool { return name.Str == key.Str }) {
			input = append(appendKey(input, key.Str), value.Raw...)
		}
		return true
	})
	return operations.Sample{Input: append(input, '}'), Output: output}
}
