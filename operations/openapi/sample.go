package openapi

import (
	"encoding/json"
	"io/fs"

	"github.com/tidwall/gjson"
	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// exampleOf is the example that a parameter or a media type gives: its own, or the first of several.
func exampleOf(d *document, n *yaml.Node) *yaml.Node {
	if example := child(n, "example"); example != nil {
		return example
	}
	for _, named := range pairs(child(n, "examples")) {
		if value := child(d.deref(named), "value"); value != nil {
			return value
		}
	}
	return nil
}

// sample finds the sample of an operation: a file of Options.Samples, x-sample, examples of the document; what they
// do not have, or have against the schema, is made of the schema, and marked so in the metadata.
func (l *loader) sample(in *inputs, answers []answer, metadata map[string]string) (operations.Sample, map[string]string) {
	given := l.givenSample(in.entry)
	g := &synthesiser{document: l.document, mode: forInput}
	if len(given.Input) == 0 {
		given.Input = in.sampleInput(g)
	}
	if len(given.Output) == 0 {
		g.mode = forOutput
		given.Output = l.sampleOutput(g, answers)
	}
	if g.made {
		if metadata == nil {
			metadata = map[string]string{}
		}
		metadata["sample"] = "synthesised"
	}
	return given, metadata
}

func (l *loader) givenSample(e entry) operations.Sample {
	var sample operations.Sample
	if l.options.Samples != nil {
		data, err := fs.ReadFile(l.options.Samples, e.name+".json")
		if err == nil && json.Unmarshal(data, &sample) == nil {
			return sample
		}
		if err == nil {
			l.report.add(Skipped, e.where, nil, "its sample file is not a sample")
		}
	}
	l.vocabulary.read(e.where, e.node, "x-sample", &sample)
	return sample
}

// sampleInput gives the required fields, and those that the document has an example of.
func (in *inputs) sampleInput(g *synthesiser) json.RawMessage {
	b := []byte{'{'}
	var whole []byte
	if in.laidOpen.schema != nil && (in.laidOpen.required || in.laidOpen.example != nil) {
		whole = g.value(nil, in.laidOpen.schema, in.laidOpen.example, 0)
	}
	members := gjson.ParseBytes(whole).Map()
	for _, s := range in.sources {
		if member, made := members[s.property]; s.property != "" && !s.file {
			if made {
				b = append(appendKey(b, s.name), member.Raw...)
			}
			continue
		}
		example := s.example
		if example == nil && s.schema != nil && s.required {
			example = child(s.schema, "example")
		}
		if example == nil && !s.required {
			continue
		}
		b = appendKey(b, s.name)
		if s.file {
			b = append(b, `{"name":"hello.txt","url":"data:text/plain;base64,aGVsbG8=","mime_type":"text/plain"}`...)
			g.made = true
			continue
		}
		b = g.value(b, s.schema, example, 0)
	}
	b = append(b, '}')
	if len(b) > maxSample {
		return json.RawMessage("{}")
	}
	return b
}

func (l *loader) sampleOutput(g *synthesiser, answers []answer) json.RawMessage {
	if len(answers) == 0 {
		g.made = true
		return json.RawMessage("{}")
	}
	a := answers[0]
	switch {
	case a.encoding == noBody, a.schema == nil && a.example == nil && a.encoding == jsonBody:
		return json.RawMessage(`{"done":true}`)
	case a.encoding == textBody:
		return append(appendString([]byte(`{"result":`), str(a.example)), '}')
	case a.encoding == fileBody:
		return json.RawMessage(`{"file":{"url":"data:text/plain;base64,aGVsbG8=","mime_type":"text/plain"}}`)
	}
	b := g.value(nil, a.schema, a.example, 0)
	if len(b) > maxSample {
		smaller := synthesiser{document: g.document, mode: g.mode, made: true, brief: true}
		g.made = true
		b = smaller.value(nil, a.schema, nil, 0)
	}
	if !gjson.ParseBytes(b).IsObject() {
		b = append(append([]byte(`{"result":`), b...), '}')
	}
	return b
}
