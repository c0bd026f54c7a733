package server

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations"
)

func TestQueryInput(t *testing.T) {
	t.Parallel()
	schema := `{"type":"object","$defs":{"id":{"type":"integer"}},"properties":{
		"text":{"type":"string"},"either":{"type":["integer","string"]},"count":{"type":"integer"},"part":{"type":["number","null"]},"on":{"type":"boolean"},
		"list":{"type":"array","items":{"$ref":"#/$defs/id"}},"names":{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]},
		"deep":{"type":"object"},"ref":{"$ref":"#/$defs/id"},"any":{},"a.b":{"type":"integer"}}}`
	for query, want := range map[string]string{
		"":                             `{}`,
		"text=12&either=12&count=12":   `{"text":"12","either":"12","count":12}`,
		"part=1.5&on=true":             `{"part":1.5,"on":true}`,
		"part=null&on=yes":             `{"part":null,"on":"yes"}`,
		"list=1&list=2&list=x":         `{"list":[1,2,"x"]}`,
		"names=a":                      `{"names":["a"]}`,
		"deep=%7B%22a%22%3A%5B1%5D%7D": `{"deep":{"a":[1]}}`,
		"deep=%7B":                     `{"deep":"{"}`,
		"ref=7&any=7&any2=%5B1%5D":     `{"ref":7,"any":"7","any2":[1]}`,
		"a.b=3&%22=1":                  `{"a.b":3,"\"":"1"}`,
		"count=1e400":                  `{"count":1e400}`,
		"text=%ff":                     `{"text":"�"}`,
		"credentialId=x&text=a+b":      `{"text":"a b"}`,
	} {
		q := queryOf(t, query, schema)
		got, err := q.input()
		if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
			t.Errorf("%s (%v, -want +got):\n%s", query, err, diff)
		}
	}
	if _, err := queryOf(t, "text=1&text=2", schema).input(); err == nil {
		t.Error("a text given twice is let through")
	}
}

func queryOf(t testing.TB, query, schema string) queried {
	t.Helper()
	var parameters fasthttp.Args
	parameters.Parse(query)
	return readQuery(&parameters, operations.Schema(schema), "credentialId")
}

// FuzzQueryInput: any query makes JSON, or a fault.
func FuzzQueryInput(f *testing.F) {
	f.Add("a=1&a=2&b=%7B%7D&c=null", `{"properties":{"a":{"type":"array","items":{"type":"integer"}},"b":{"type":"object"}}}`)
	f.Add("r=1", `{"properties":{"r":{"$ref":"#/$defs/r"}},"$defs":{"r":{"anyOf":[{"$ref":"#/$defs/r"}]}}}`)
	f.Fuzz(func(t *testing.T, query, schema string) {
		if !json.Valid([]byte(schema)) {
			return
		}
		if input, err := queryOf(t, query, schema).input(); err == nil && !json.Valid(input) {
			t.Errorf("%s", input)
		}
	})
}
