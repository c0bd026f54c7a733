package openapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

// load makes a connector of a document, with an overlay if that is not empty.
func load(t testing.TB, document, overlay string) (operations.Connector, *openapi.Report) {
	t.Helper()
	source := openapi.Source{Document: []byte(document)}
	if overlay != "" {
		source.Overlay = []byte(overlay)
	}
	c, report, err := openapi.Load(t.Context(), source, openapi.Options{Name: "acme"})
	if err != nil {
		t.Fatalf("loading: %v", err)
	}
	return c, report
}

// document puts paths, and what else is given, into a small OpenAPI document.
func document(version, rest string) string {
	return "openapi: " + version + "\ninfo: {title: Acme, version: '1.2'}\nservers: [{url: 'https://api.acme.example/v1'}]\n" + rest
}

func operation(t testing.TB, c operations.Connector, name string) operations.Operation {
	t.Helper()
	for _, o := range c.Operations {
		if o.Spec().Name == name {
			return o
		}
	}
	t.Fatalf("there is no operation %s in %v", name, names(c))
	return nil
}

func names(c operations.Connector) []string {
	var list []string
	for _, o := range c.Operations {
		list = append(list, o.Spec().Name)
	}
	return list
}

// service is an upstream that keeps what it was asked.
type service struct {
	*httptest.Server
	asked []string // "POST /v1/things?a=b" with headers that were looked at and the body, on lines
	show  []string // headers to keep
}

// newService answers every request by the function, below a path prefix.
func newService(t testing.TB, answer http.HandlerFunc, show ...string) *service {
	t.Helper()
	s := &service{show: show}
	s.Server = httptest.NewServer(http.StripPrefix("/behind/proxy", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading the request: %v", err)
		}
		asked := r.Method + " " + strings.TrimPrefix(r.RequestURI, "/behind/proxy")
		for _, name := range s.show {
			if value := r.Header.Values(name); len(value) > 0 {
				asked += "\n" + name + ": " + strings.Join(value, " | ")
			}
		}
		if len(body) > 0 {
			asked += "\n" + string(body)
		}
		s.asked = append(s.asked, asked)
		answer(w, r)
	})))
	t.Cleanup(s.Close)
	return s
}

func answering(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, body)
	}
}

// result is what became of a call.
type result struct {
	output   string
	warnings []string
	err      error
}

// run calls an operation as the executor does: the input is validated before, the output after.
func run(t testing.TB, c operations.Connector, s *service, name, input string, fields map[string]string) result {
	t.Helper()
	o := operation(t, c, name)
	if faults := check(t, o.Spec().Input, input); len(faults) > 0 {
		t.Fatalf("input %s: %v", input, faults)
	}
	base, err := operations.NewBase(c, s.URL+"/behind/proxy", fields)
	if err != nil {
		t.Fatalf("making the base: %v", err)
	}
	call := &operations.Call{
		Input: json.RawMessage(input), Base: base, HTTP: s.Client(), Field: fields, ReadError: c.ReadError, Usage: &operations.Usage{},
	}
	output, err := o.Run(context.WithoutCancel(t.Context()), call)
	if err == nil {
		if faults := check(t, o.Spec().Output, string(output)); len(faults) > 0 {
			t.Errorf("output %s: %v", output, faults)
		}
	}
	return result{string(output), call.Usage.Warnings(), err}
}

func check(t testing.TB, schema operations.Schema, document string) []operations.InputFault {
	t.Helper()
	validator, err := schema.Compile()
	if err != nil {
		t.Fatalf("compiling %s: %v", schema, err)
	}
	decoded, err := operations.Decode([]byte(document))
	if err != nil {
		t.Fatalf("decoding %s: %v", document, err)
	}
	return validator.Faults(decoded)
}

// checkSpecs wants the schemas of every operation to compile and its samples to fit them.
func checkSpecs(t *testing.T, c operations.Connector) {
	t.Helper()
	if _, err := operations.NewCatalogue([]operations.Connector{c}); err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations {
		spec := o.Spec()
		if faults := check(t, spec.Input, string(spec.Sample.Input)); len(faults) > 0 {
			t.Errorf("%s: sample input %s: %v", spec.Name, spec.Sample.Input, faults)
		}
		if faults := check(t, spec.Output, string(spec.Sample.Output)); len(faults) > 0 {
			t.Errorf("%s: sample output %s: %v", spec.Name, spec.Sample.Output, faults)
		}
		if spec.Title == "" || len(spec.Description) < 10 || spec.Kind == "" || spec.Effect == "" {
			t.Errorf("%s: title, description, kind or effect is missing", spec.Name)
		}
	}
}

// issues are those of a report that hold the text.
func issues(r *openapi.Report, text string) []string {
	var list []string
	for _, i := range r.Issues {
		if s := i.String(); strings.Contains(s, text) {
			list = append(list, s)
		}
	}
	return list
}

func wantIssue(t *testing.T, r *openapi.Report, text string) {
	t.Helper()
	if len(issues(r, text)) != 1 {
		t.Errorf("want one issue with %q, got %v", text, r.Issues)
	}
}

func code(err error) operations.Code {
	if err == nil {
		return ""
	}
	return operations.AsError(err).Code
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}
