package execute

import (
	"bytes"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestIsCanonical(t *testing.T) {
	t.Parallel()
	tests := []struct {
		document string
		want     bool
	}{
		{`{}`, true}, {`[]`, true}, {`"a"`, true}, {`1.50e2`, true}, {`null`, true},
		{`{"a":{"a":[1,"x",{}],"b":true},"b":"ü"}`, true},
		{`{"b":1,"a":2}`, false}, {`{"a":1,"a":2}`, false}, {`{"a": 1}`, false}, {"{\n}", false},
		{`{"a":"<"}`, false}, {`{"a":"\u0041"}`, false}, {"\"\u2028\"", false}, {"\"\xff\"", false},
		{``, false}, {`{`, false}, {`{"a"}`, false}, {`{"a":1`, false}, {`[1`, false}, {`[1,]`, false}, {`{}x`, false},
		{strings.Repeat("[", 100) + strings.Repeat("]", 100), false},
	}
	for _, test := range tests {
		if got := isCanonical([]byte(test.document)); got != test.want {
			t.Errorf("%s: %v, want %v", test.document, got, test.want)
		}
	}
}

// FuzzIsCanonical: what is taken for canonical without being decoded must be what decoding makes of it; otherwise two
// ways to write one input would have two answers.
func FuzzIsCanonical(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":"ü"}],"c":null}`, `{"b":1,"a":2}`, `[1e400,-0,01]`, "\"\x7f\u2029\"", `{"":{}}`, `tru`, `1]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		if isCanonical(document) && !bytes.Equal(operations.Canonical(document), document) {
			t.Errorf("%q is not %q", document, operations.Canonical(document))
		}
	})
}

func benchRun(input string) (*run, []byte) {
	connector := &operations.Connector{Name: "outreach", Version: "1.0", Origin: "https://api.outreach.example", BasePath: "/api/v2"}
	base, err := operations.NewBase(*connector, "", nil)
	if err != nil {
		panic(err)
	}
	return &run{
		plan: plan{&operations.Entry{Connector: connector, Spec: operations.Spec{Name: "list_prospects", Resource: "prospect", Version: 1}}},
		base: base, caller: Caller{Workspace: "default"}, credential: &operations.Credential{ID: "cr_01J8ZQ3F6E"},
	}, []byte(input)
}

func BenchmarkSlotOf(b *testing.B) {
	for name, input := range map[string]string{
		"empty":         `{}`,
		"canonical 1KB": `{"filter":{"name":"` + strings.Repeat("x", 900) + `","size":12},"limit":100,"sort":["name","-size"]}`,
		"other 1KB":     `{"limit":100,"filter":{"size":12, "name":"` + strings.Repeat("x", 900) + `"},"sort":["name","-size"]}`,
	} {
		b.Run(name, func(b *testing.B) {
			r, input := benchRun(input)
			b.ReportAllocs()
			for b.Loop() {
				slotOf(r, input)
			}
		})
	}
}
