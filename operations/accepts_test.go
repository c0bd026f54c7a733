package operations_test

import (
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// forms are schemas of which each holds the keywords that are judged while reading, and some that cannot be.
var forms = []string{
	`{"type":"object","properties":{"size":{"type":"integer","minimum":1,"maximum":9}},"additionalProperties":false}`,
	`{"type":"object","required":["a","b"],"properties":{"a":{"type":"string","minLength":2,"maxLength":4},"b":{"type":["string","null"],"enum":["x","yes"]},"c":{"type":"number","minimum":-1.5,"maximum":2.25}}}`,
	`{"type":"object","properties":{"list":{"type":"array","items":{"type":"string","pattern":"^a+$"},"minItems":1,"maxItems":2},"any":true,"deep":{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"]}}}`,
	`{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"t","x-lookup":{"operation":"o"},"properties":{"a":{"description":"d","default":1,"examples":[1]},"b":false,"c":{"format":"date"},"d":{"$ref":"#/$defs/d"}},"$defs":{"d":{"type":"integer"}},"required":["a","a"]}`,
	`{"type":"object","additionalProperties":{"type":"integer"},"properties":{"a":{"type":"integer","format":"int64"},"é":{"enum":["é"]}}}`,
	`{"type":"object","properties":{"a\\n":{"type":"integer"}}}`,
	`{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]},"b":{"type":"array"},"c":{"enum":[1,"x"]},"d":{"const":"x"},"e":{"multipleOf":2},"f":{"exclusiveMinimum":0}}}`,
	`{"type":"object","additionalProperties":false}`, `{"type":"object","required":["a"]}`, `true`, `false`, `{}`,
	`{"properties":{"n":{"minimum":0.1,"maximum":123456789012345}},"minProperties":1}`, `{"properties":{"n":{"minimum":1e3}}}`,
	`{"properties":{"a":{"items":{"items":{"type":"integer"}},"type":"array"}},"dependentRequired":{"a":["b"]}}`,
}

var inputs = []string{
	`{}`, `{"size":2}`, ` { "size" : 9 } `, `{"size":0}`, `{"size":10}`, `{"size":2.0}`, `{"size":2.5}`, `{"size":"2"}`, `{"size":2,"size":3}`, `{"size":1e0}`, `{"size":9007199254740993}`,
	`{"a":"ab","b":"x"}`, `{"a":"é","b":"x"}`, `{"a":"éé","b":null}`, `{"a":"abcde","b":"x"}`, `{"a":"a\u0062","b":"y\u0065s"}`, `{"\u0061":"ab","b":"x"}`, `{"a":"ab"}`,
	`{"a":"ab","b":"z"}`, `{"a":"ab","b":"x","c":-1.5}`, `{"a":"ab","b":"x","c":2.2500000000000001}`, `{"a":"ab","b":"x","c":2.250000001}`, `{"a":"ab","b":"x","d":1}`,
	`{"list":["a","aa"]}`, `{"list":[]}`, `{"list":["b"]}`, `{"list":["a","a","a"]}`, `{"list":["a"],"any":{"x":[1,2]}}`, `{"any":"x","deep":{"x":true}}`, `{"deep":{}}`, `{"deep":{"x":1}}`,
	`{"a":1}`, `{"a":[1,{"b":2}]}`, `{"a":1,"b":1}`, `{"a":1,"c":"2024-01-01"}`, `{"a":1,"c":"no"}`, `{"a":1,"d":"x"}`, `{"a":1,"d":1}`, `{"a":1,"a":"x"}`, `{"a\n":"x"}`, `{"a\n":1}`, `{"é":"é"}`, `{"z":"x"}`, `{"z":1}`,
	"{\"a\":\"\xff\xff\",\"b\":\"x\"}", `{"n":0.1}`, `{"n":0.09}`, `{"n":123456789012346}`, `{"n":-0}`, `{"n":00}`, `[]`, `"x"`, `null`, `{`, `{"a":"ab","b":"x"`, `{"a":1}{}`, ``,
	`{"a":[[1]]}`, `{"a":[["x"]]}`, `{"size":1` + "\x00" + `}`, `{"size":true}`, `{"size":null}`, `{"a":"x","b":[],"c":"x","d":"x","e":2,"f":1}`,
}

// accepted compares what Accepts says with the truth.
func accepted(t *testing.T, schema, input []byte) (accepts, fits bool) {
	t.Helper()
	validator, err := operations.Schema(schema).Compile()
	if err != nil {
		return false, false
	}
	document, err := operations.DecodeInput(input)
	fits = err == nil && len(validator.Faults(document)) == 0
	accepts = validator.Accepts(input)
	if accepts && !fits {
		t.Errorf("%s accepts %q: %v", schema, input, err)
	}
	return accepts, fits
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	for _, schema := range forms {
		for _, input := range inputs {
			accepted(t, []byte(schema), []byte(input))
		}
	}
	for _, c := range []struct{ schema, input string }{
		{forms[0], `{"size":2}`}, {forms[0], `{}`}, {forms[1], `{"b":"yes","a":"éé","c":0}`}, {forms[2], `{"list":["aaa"],"any":1.5,"deep":{"x":false}}`},
		{forms[7], `{}`}, {forms[4], `{"a":12,"é":"é"}`},
	} {
		if accepts, fits := accepted(t, []byte(c.schema), []byte(c.input)); !accepts || !fits {
			t.Errorf("%s: %s is not accepted", c.schema, c.input)
		}
	}
}

func FuzzAccepts(f *testing.F) {
	for i, schema := range forms {
		f.Add([]byte(schema), []byte(inputs[i%len(inputs)]))
	}
	for i, input := range inputs {
		f.Add([]byte(forms[i%len(forms)]), []byte(input))
	}
	f.Fuzz(func(t *testing.T, schema, input []byte) {
		if len(schema)+len(input) < 4<<10 {
			accepted(t, schema, input)
		}
	})
}

func BenchmarkAccepts(b *testing.B) {
	validator, err := operations.Schema(forms[0]).Compile()
	if err != nil {
		b.Fatal(err)
	}
	input := []byte(`{"size":2}`)
	b.Run("reading", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !validator.Accepts(input) {
				b.Fatal("refused")
			}
		}
	})
	b.Run("decoded", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			document, err := operations.DecodeInput(input)
			if err != nil || validator.Faults(document) != nil {
				b.Fatal("refused")
			}
		}
	})
}
