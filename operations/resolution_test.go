package operations_test

import (
	"encoding/json"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestEnquiry(t *testing.T) {
	t.Parallel()
	const byMail = `{"filters":[{"field":"emails","criteria":"{input.attributes.emails.0}"}],"page_size":2,"note":"{not a path}"}`
	for name, c := range map[string]struct{ template, input, want string }{
		"text":     {byMail, `{"attributes":{"emails":["a\"b@x.test"]}}`, `{"filters":[{"criteria":"a\"b@x.test","field":"emails"}],"note":"{not a path}","page_size":2}`},
		"no list":  {byMail, `{"attributes":{"emails":[]}}`, ""},
		"no value": {byMail, `{"attributes":{"emails":[""]}}`, ""},
		"null":     {`{"id":"{input.id}"}`, `{"id":null}`, ""},
		"number":   {`{"id":"{input.id}"}`, `{"id":12345678901234567890}`, `{"id":12345678901234567890}`},
		"object":   {`{"id":"{input.ref}"}`, `{"ref":{"a":[1,{"b":"{input.ref}"}]}}`, `{"id":{"a":[1,{"b":"{input.ref}"}]}}`},
		"none":     {`{}`, `{}`, `{}`},
		"no JSON":  {`{`, `{}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := operations.Resolution{Operation: "list_things", Input: json.RawMessage(c.template), Found: "data.0"}
			got, ok := r.Enquiry("demo", json.RawMessage(c.input))
			if ok != (c.want != "") || string(got.Input) != c.want {
				t.Errorf("got %s (%t), want %s", got.Input, ok, c.want)
			}
			if ok && (got.Operation != "demo.list_things" || got.Found != "data.0") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func FuzzEnquiry(f *testing.F) {
	f.Add(`{"id":"{input.id}"}`, `{"id":1}`)
	f.Add(`{"a":["{input.a.#(b==1).c}"]}`, `{"a":[{"b":1,"c":"x"}]}`)
	f.Add(`{"a":"{input.@this}"}`, `[`)
	f.Fuzz(func(t *testing.T, template, input string) {
		r := operations.Resolution{Operation: "o", Input: json.RawMessage(template)}
		if got, ok := r.Enquiry("c", json.RawMessage(input)); ok && !json.Valid(got.Input) {
			t.Errorf("%q and %q make %q", template, input, got.Input)
		}
	})
}
