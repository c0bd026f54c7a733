package openapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, responses          string
		status                   int
		contentType, body, extra string
		want                     string
	}{
		{"object, byte for byte", `'200': {description: ok, content: {application/json: {schema: {type: object}}}}`, 200, "application/json; charset=utf-8", "{\"a\" : 1.50}\n", "", `{"a" : 1.50}`},
		{"array", `'200': {description: ok, content: {application/json: {schema: {type: array}}}}`, 200, "application/json", "[1, 2]", "", `{"result":[1, 2]}`},
		{"text in JSON", `'200': {description: ok, content: {application/json: {schema: {type: string}}}}`, 200, "application/json", `"x"`, "", `{"result":"x"}`},
		{"no content type", `'200': {description: ok}`, 200, "", `{"a":1}`, "", `{"a":1}`},
		{"nothing", `'204': {description: done}`, 204, "", "", "", `{"done":true}`},
		{"object or nothing", `'200': {description: ok, content: {application/json: {schema: {type: object, required: [a], properties: {a: {}}}}}}, '204': {description: done}`, 204, "", "", "", `{"done":true}`},
		{"text", `'200': {description: ok, content: {text/csv: {schema: {type: string}}}}`, 200, "text/csv", "a,\"b\"\n", "", `{"result":"a,\"b\"\n"}`},
		{"file", `'200': {description: ok, content: {application/pdf: {schema: {type: string, format: binary}}}}`, 200, "application/pdf", "hi", `attachment; filename="a.pdf"`,
			`{"file":{"name":"a.pdf","url":"data:application/pdf;base64,aGk=","mime_type":"application/pdf"}}`},
		{"any success", `2XX: {description: ok, content: {'*/*': {schema: {type: array}}}}`, 201, "application/json", "[]", "", `{"result":[]}`},
		{"only a default", `default: {description: ok, content: {application/json: {schema: {type: array}}}}`, 200, "application/json", "[]", "", `{"result":[]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := load(t, document("3.0.0", "paths: {/a: {get: {operationId: op, responses: {"+tt.responses+"}}}}\n"), "")
			checkSpecs(t, c)
			s := newService(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				if tt.contentType != "" {
					w.Header().Set("Content-Type", tt.contentType)
				}
				if tt.extra != "" {
					w.Header().Set("Content-Disposition", tt.extra)
				}
				w.WriteHeader(tt.status)
				if _, err := w.Write([]byte(tt.body)); err != nil && tt.body != "" {
					t.Error(err)
				}
			})
			got := run(t, c, s, "op", `{}`, nil)
			if got.err != nil || got.output != tt.want {
				t.Errorf("got %s %v\nwant %s", got.output, got.err, tt.want)
			}
		})
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"": "application/json", "content: {application/vnd.api+json: {schema: {type: object}}}": "application/vnd.api+json",
		"content: {'*/*': {schema: {type: object}}}": "application/json", "content: {text/csv: {}, application/json: {}}": "application/json",
		"content: {'image/*': {}}": "*/*", "content: {text/csv: {}}": "text/csv",
	} {
		c, _ := load(t, document("3.0.0", "paths: {/a: {get: {operationId: op, responses: {'200': {description: ok, "+content+"}}}}}\n"), "")
		s := newService(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", strings.Replace(want, "*/*", "image/png", 1))
			if _, err := w.Write([]byte("{}")); err != nil {
				t.Error(err)
			}
		}, "Accept")
		if got := run(t, c, s, "op", `{}`, nil); got.err != nil {
			t.Error(got.err)
		}
		equal(t, content, s.asked, []string{"GET /v1/a\nAccept: " + want})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, words, body, code, detail, request string }{
		{"message", "", `{"message":"no such thing"}`, "", "the service answered Not Found: no such thing", "r1"},
		{"nested", "", `{"error":{"code":"gone","message":"it went"},"request_id":"r2"}`, "gone", "the service answered Not Found: it went", "r2"},
		{"list", "", `{"errors":[{"code":7,"detail":"seven"}]}`, "7", "the service answered Not Found: seven", "r1"},
		{"plain", "", `oops`, "", "the service answered Not Found", "r1"},
		{"as the document says", "x-errors: {code: fault.no, message: [fault.text, fault.alt], request_id_header: X-Other}\n", `{"message":"not this","fault":{"no":"E1","alt":"that"}}`, "E1", "the service answered Not Found: that", "r9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := load(t, document("3.0.0", tt.words+anyPath), "")
			s := newService(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "r1")
				w.Header().Set("X-Other", "r9")
				w.WriteHeader(http.StatusNotFound)
				if _, err := w.Write([]byte(tt.body)); err != nil {
					t.Error(err)
				}
			})
			e := operations.AsError(run(t, c, s, "get_a", `{}`, nil).err)
			got := []string{string(e.Code), e.Upstream.Code, e.Detail, e.Upstream.RequestID}
			if diff := cmp.Diff([]string{string(operations.CodeUpstreamNotFound), tt.code, tt.detail, tt.request}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestBulk(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.0.0", `
paths:
  /a:
    post:
      operationId: op
      x-bulk: {items: data, error: error, message: [error.message]}
      requestBody: {content: {application/json: {schema: {type: array}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
`), "")
	for body, want := range map[string][]string{
		`{"data":[{"data":1},{"error":{"message":"taken"}},{"error":null},{"error":{"id":3}}]}`: {"2 of 4 failed; the first: taken"},
		`{"data":[{"data":1}]}`: nil,
		`{"data":"?"}`:          nil,
	} {
		s := newService(t, answering(body))
		got := run(t, c, s, "op", `{"body":[]}`, nil)
		equal(t, body, got.warnings, want)
		if got.output != body {
			t.Errorf("output %s", got.output)
		}
	}
}
