package openapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

// FuzzLoad loads any document with any overlay, which must end in time, in a connector whose schemas compile or in a
// typed error.
func FuzzLoad(f *testing.F) {
	seeds := []string{
		document("3.0.0", overlaid), document("3.1.0", proposable), "openapi: 3.0.0\n" + anyPath,
		listDocument("{name: key, in: query, schema: {type: string}}", thingsSchema, "{type: cursor, param: key, next: meta.cursor, items: data}"),
		"a: &a [*a]\n", `{"openapi":"3.1.0","paths":{"/a":{"get":{"parameters":[{"$ref":"#/paths/~1a/get/parameters/0"}]}}}}`,
		`{"swagger":"2.0","paths":{"/a/{b}":{"post":{"parameters":[{"in":"formData","name":"f","type":"file"},{"in":"body","name":"b","schema":{"$ref":"#"}}]}}}}`,
		`{"openapi":"3.0.0","paths":{"/a":{"put":{"requestBody":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/x"}],"discriminator":{"propertyName":"t"}}}}},"responses":{"200":{"content":{"*/*":{"schema":{"$ref":"#/x"}}}}}}}},"x":{"allOf":[{"$ref":"#/x"}],"minimum":1e999999,"pattern":"("}}`,
	}
	for _, name := range []string{"testdata/animals.yaml", "testdata/animals.overlay.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, string(data))
	}
	for _, seed := range seeds {
		f.Add([]byte(seed), []byte(nil))
		f.Add([]byte(seed), []byte(overlayHead+"  - {target: $.paths.*.*, update: {x-ddl: {text: a, value: b}, x-paging: {type: link}}}\n"))
	}
	f.Fuzz(func(t *testing.T, document, overlay []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		c, report, err := openapi.Load(ctx, openapi.Source{Document: document, Overlay: overlay}, openapi.Options{Name: "acme"})
		if proposal, err := openapi.Propose(ctx, document); err == nil && len(overlay) == 0 {
			if _, _, err := openapi.Load(ctx, openapi.Source{Document: document, Overlay: proposal}, openapi.Options{Name: "acme"}); err != nil {
				t.Errorf("what was proposed is refused: %v\n%s", err, proposal)
			}
		}
		var typed *operations.Error
		if err != nil {
			if !errors.As(err, &typed) {
				t.Errorf("an error without a type: %v", err)
			}
			return
		}
		if len(report.Issues) > 1000 {
			t.Errorf("%d issues", len(report.Issues))
		}
		if _, err := operations.NewCatalogue([]operations.Connector{c}); err != nil {
			t.Error(err)
		}
		for _, o := range c.Operations[:min(len(c.Operations), 50)] {
			spec := o.Spec()
			for _, schema := range []operations.Schema{spec.Input, spec.Output} {
				if _, err := schema.Compile(); err != nil {
					t.Errorf("%s: %v\n%s", spec.Name, err, schema)
				}
			}
			if !json.Valid(spec.Sample.Input) || !json.Valid(spec.Sample.Output) {
				t.Errorf("%s: samples %s %s", spec.Name, spec.Sample.Input, spec.Sample.Output)
			}
		}
	})
}

// recorded keeps the URL it was asked for and answers as it is told.
type recorded struct {
	asked []*url.URL
	body  []byte
	link  string
}

func (r *recorded) Do(request *http.Request) (*http.Response, error) {
	r.asked = append(r.asked, request.URL)
	return &http.Response{
		StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(r.body)),
		Header: http.Header{"Content-Type": {"application/json"}, "Link": {r.link}},
	}, nil
}

// FuzzRun runs operations on any input against a service that answers anything. Requests stay below the path of
// their operation, on the connector's origin, and a JSON answer stays JSON.
func FuzzRun(f *testing.F) {
	f.Add([]byte(`{"id":"a/../b","q":[1,{"a":null}],"h":"x","name":"n"}`), []byte(`{"data":[{"id":1,"name":"x"}],"meta":{"next":"/v1/a?b"}}`), "")
	f.Add([]byte(`{"id":"..","cursor":"?a#b","all_pages":true,"search":"x"}`), []byte(` [ ] `), `<?page=2>; rel=next`)
	f.Add([]byte(`{"id":"%2e%2e","cursor":"https://evil.example/","name":{"k":["v"]}}`), []byte(`{ }`), `<//evil.example>; rel="next"`)
	c, _, err := openapi.Load(f.Context(), openapi.Source{Document: []byte(document("3.0.0", `
paths:
  /a/{id}/b:
    get:
      operationId: list
      x-paging: {type: link, items: data}
      x-ddl: {items: data, text: ['{name}', id], value: id, input: {h: y}}
      parameters: [{name: id, in: path, required: true, schema: {}}, {name: q, in: query, style: deepObject, schema: {}}, {name: h, in: header, schema: {}}]
    put:
      operationId: put
      parameters: [{name: id, in: path, required: true, schema: {}}, {name: h, in: cookie, schema: {}}]
      requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, properties: {name: {}, q: {type: string, format: binary}}}}}}
    post:
      operationId: post
      parameters: [{name: id, in: path, required: true, schema: {}}]
      x-paging: {type: next, items: data, next: meta.next}
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {name: {}, q: {}}, additionalProperties: true}}}}
`))}, openapi.Options{Name: "acme"})
	if err != nil {
		f.Fatal(err)
	}
	base, err := operations.NewBase(c, "", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, input, answer []byte, link string) {
		if _, err := operations.Decode(input); err != nil {
			return
		}
		for _, o := range c.Operations {
			service := &recorded{body: answer, link: link}
			call := &operations.Call{Input: input, Base: base, HTTP: service, Usage: &operations.Usage{}}
			output, err := o.Run(t.Context(), call)
			if err == nil && json.Valid(answer) && !json.Valid(output) {
				t.Errorf("%s made %s of %s", o.Spec().Name, output, answer)
			}
			for i, asked := range service.asked {
				if asked.Host != "api.acme.example" || asked.Scheme != "https" || asked.User != nil {
					t.Errorf("%s asked %s", o.Spec().Name, asked)
				}
				segments := strings.Split(asked.EscapedPath(), "/")
				followed := i > 0 || gjson.GetBytes(input, "cursor").Exists()
				if !followed && (len(segments) != 5 || segments[2] != "a" || segments[4] != "b" || segments[3] == "" || segments[3] == "." || segments[3] == "..") {
					t.Errorf("%s asked %s", o.Spec().Name, asked)
				}
			}
		}
	})
}
