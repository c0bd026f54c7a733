package openapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	param := func(in, name, rest string) string {
		required := ""
		if in == "path" {
			required = "required: true, "
		}
		return fmt.Sprintf("{name: %s, in: %s, %s%s}", name, in, required, rest)
	}
	list := "schema: {type: array, items: {type: string}}"
	object := "schema: {type: object, additionalProperties: {type: string}}"
	tests := []struct {
		name, path, method, params, body string
		input, want                      string
	}{
		{"no parameters", "/things", "get", "", "", `{}`, "GET /v1/things"},
		{"path", "/things/{id}/parts/{n}", "get", param("path", "id", "schema: {type: string}") + "," + param("path", "n", "schema: {type: integer}"), "",
			`{"id":"a b/c?d%","n":7}`, "GET /v1/things/a%20b%2Fc%3Fd%25/parts/7"},
		{"path list", "/things/{ids}", "get", param("path", "ids", list), "", `{"ids":["a","b,c"]}`, "GET /v1/things/a,b%2Cc"},
		{"path label", "/things/{ids}", "get", param("path", "ids", "style: label, explode: true, "+list), "", `{"ids":["a","b"]}`, "GET /v1/things/.a.b"},
		{"path matrix", "/things/{ids}", "get", param("path", "ids", "style: matrix, explode: true, "+list), "", `{"ids":["a","b"]}`, "GET /v1/things/;ids=a;ids=b"},
		{"path matrix object", "/things/{o}", "get", param("path", "o", "style: matrix, "+object), "", `{"o":{"a":"1","b":"2"}}`, "GET /v1/things/;o=a,1,b,2"},
		{"path object exploded", "/things/{o}", "get", param("path", "o", "explode: true, "+object), "", `{"o":{"a":"1"}}`, "GET /v1/things/a=1"},
		{"path of several segments", "/files/{path}", "get", param("path", "path", "x-multi-segment: true, schema: {type: string}"), "", `{"path":"a/b c/d"}`, "GET /v1/files/a/b%20c/d"},
		{"path with suffix", "/things/{id}.json", "get", param("path", "id", "schema: {type: string}"), "", `{"id":"x"}`, "GET /v1/things/x.json"},
		{"fixed query", "/things?kind=a", "get", param("query", "q", "schema: {type: string}"), "", `{"q":"b"}`, "GET /v1/things?kind=a&q=b"},
		{"query", "/things", "get", param("query", "q", "schema: {type: string}") + "," + param("query", "on", "schema: {type: boolean}"), "",
			`{"on":true,"q":"a b&c=d+é"}`, "GET /v1/things?q=a%20b%26c%3Dd%2B%C3%A9&on=true"},
		{"query null is left out", "/things", "get", param("query", "q", "schema: {type: string, nullable: true}"), "", `{"q":null}`, "GET /v1/things"},
		{"query list exploded", "/things", "get", param("query", "q", list), "", `{"q":["a","b"]}`, "GET /v1/things?q=a&q=b"},
		{"query list joined", "/things", "get", param("query", "q", "explode: false, "+list), "", `{"q":["a","b,c"]}`, "GET /v1/things?q=a,b%2Cc"},
		{"query list by spaces", "/things", "get", param("query", "q", "style: spaceDelimited, "+list), "", `{"q":["a","b"]}`, "GET /v1/things?q=a%20b"},
		{"query list by pipes", "/things", "get", param("query", "q", "style: pipeDelimited, "+list), "", `{"q":["a","b"]}`, "GET /v1/things?q=a%7Cb"},
		{"query object exploded", "/things", "get", param("query", "q", object), "", `{"q":{"a":"1","b":"2"}}`, "GET /v1/things?a=1&b=2"},
		{"query object joined", "/things", "get", param("query", "q", "explode: false, "+object), "", `{"q":{"a":"1"}}`, "GET /v1/things?q=a,1"},
		{"query deep object", "/things", "get", param("query", "filter", "style: deepObject, schema: {type: object}"), "",
			`{"filter":{"a":{"gte":1},"b":["x","y"],"c":null}}`, "GET /v1/things?filter%5Ba%5D%5Bgte%5D=1&filter%5Bb%5D=x&filter%5Bb%5D=y"},
		{"query name with brackets", "/things", "get", param("query", "'page[size]'", "schema: {type: integer}"), "", `{"page_size":5}`, "GET /v1/things?page%5Bsize%5D=5"},
		{"query as JSON", "/things", "get", param("query", "q", "content: {application/json: {schema: {type: object}}}"), "", `{"q":{"a":[1]}}`, "GET /v1/things?q=%7B%22a%22%3A%5B1%5D%7D"},
		{"query reserved", "/things", "get", param("query", "q", "allowReserved: true, schema: {type: string}"), "", `{"q":"a/b:c&d#"}`, "GET /v1/things?q=a/b:c%26d%23"},
		{"header", "/things", "get", param("header", "X-Trace", list), "", `{"X-Trace":["a","b"]}`, "GET /v1/things\nX-Trace: a,b"},
		{"cookie", "/things", "get", param("cookie", "session", "schema: {type: string}"), "", `{"session":"a b"}`, "GET /v1/things\nCookie: session=a+b"},
		{"reserved header is not the caller's", "/things", "get", param("header", "Authorization", "schema: {type: string}"), "", `{}`, "GET /v1/things"},

		{"JSON body", "/things", "post", "", "application/json: {schema: {type: object, properties: {a: {type: string}, b: {}}}}",
			`{"b":{"x":[1, 2]},"a":"q\"\u00e9"}`, "POST /v1/things\nContent-Type: application/json\n" + `{"a":"q\"\u00e9","b":{"x":[1, 2]}}`},
		{"no field of an optional body", "/things", "post", "", "application/json: {schema: {type: object, properties: {a: {type: string}}}}",
			`{}`, "POST /v1/things"},
		{"body of another JSON type", "/things", "post", "", "application/vnd.acme+json: {schema: {type: object, properties: {a: {}}}}",
			`{"a":null}`, "POST /v1/things\nContent-Type: application/vnd.acme+json\n" + `{"a":null}`},
		{"bare array", "/things", "put", "", "application/json: {schema: {type: array, items: {type: integer}}}",
			`{"body":[1,2]}`, "PUT /v1/things\nContent-Type: application/json\n[1,2]"},
		{"free object", "/things", "post", "", "application/json: {schema: {type: object}}",
			`{"body":{"any":1}}`, "POST /v1/things\nContent-Type: application/json\n" + `{"any":1}`},
		{"open object", "/things", "post", "", "application/json: {schema: {type: object, properties: {a: {}}, additionalProperties: true}}",
			`{"additional_fields":{"b":2,"a":3},"a":1}`, "POST /v1/things\nContent-Type: application/json\n" + `{"a":1,"b":2}`},
		{"DELETE with a body", "/things/{id}", "delete", param("path", "id", "schema: {type: string}"), "application/json: {schema: {type: object, required: [ids], properties: {ids: {type: array}}}}",
			`{"id":"x","ids":[1]}`, "DELETE /v1/things/x\nContent-Type: application/json\n" + `{"ids":[1]}`},
		{"names that clash", "/things/{id}", "put", param("path", "id", "schema: {type: string}") + "," + param("query", "id", "schema: {type: string}"),
			"application/json: {schema: {type: object, properties: {id: {type: string}}}}",
			`{"id":"p","query_id":"q","body_id":"b"}`, "PUT /v1/things/p?id=q\nContent-Type: application/json\n" + `{"id":"b"}`},
		{"form", "/things", "post", "", "application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {}, l: {}, o: {}}}}",
			`{"a":"x y&","l":[1,2],"o":{"k":{"m":true}}}`, "POST /v1/things\nContent-Type: application/x-www-form-urlencoded\na=x%20y%26&l=1&l=2&o%5Bk%5D%5Bm%5D=true"},
		{"text", "/things", "post", "", "text/plain: {schema: {type: string}}", `{"body":"hello\n"}`, "POST /v1/things\nContent-Type: text/plain\nhello\n"},
		{"file as body", "/things", "post", "", "application/octet-stream: {schema: {type: string, format: binary}}",
			`{"body":{"url":"data:image/png;base64,aGk="}}`, "POST /v1/things\nContent-Type: image/png\nhi"},
		{"JSON before form", "/things", "post", "", "application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {}}}}, application/json: {schema: {type: object, properties: {a: {}}}}",
			`{"a":1}`, "POST /v1/things\nContent-Type: application/json\n" + `{"a":1}`},
		{"a key given twice counts once", "/things", "post", "", "application/json: {schema: {type: object, properties: {a: {}}}}",
			`{"a":1,"\u0061":2}`, "POST /v1/things\nContent-Type: application/json\n" + `{"a":2}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := ""
			if tt.body != "" {
				body = "      requestBody: {content: {" + tt.body + "}}\n"
			}
			c, _ := load(t, document("3.0.3", "paths:\n  '"+tt.path+"':\n    "+tt.method+":\n      operationId: op\n      parameters: ["+tt.params+"]\n"+body+
				"      responses: {'200': {description: ok}}\n"), "")
			s := newService(t, answering(`{}`), "X-Trace", "Cookie", "Content-Type")
			if got := run(t, c, s, "op", tt.input, nil); got.err != nil {
				t.Fatal(got.err)
			}
			equal(t, "asked", s.asked, []string{tt.want})
		})
	}
}

func TestRequestsRefused(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.1.0", `
paths:
  /things/{id}:
    delete:
      operationId: drop
      parameters:
        - {name: id, in: path, required: true, schema: {type: [string, 'null', array]}}
        - {name: X-Note, in: header, schema: {type: string}}
  /files/{path}:
    get: {operationId: file, parameters: [{name: path, in: path, required: true, x-multi-segment: true, schema: {type: string}}]}
  /upload:
    post:
      operationId: upload
      requestBody: {content: {application/pdf: {schema: {}}}}
`), "")
	tests := []struct{ name, operation, input, pointer string }{
		{"empty path", "drop", `{"id":""}`, "/id"},
		{"no elements", "drop", `{"id":[]}`, "/id"},
		{"dots", "drop", `{"id":".."}`, "/id"},
		{"dot", "drop", `{"id":"."}`, "/id"},
		{"null", "drop", `{"id":null}`, "/id"},
		{"dots in a path of several segments", "file", `{"path":"a/../../b"}`, "/path"},
		{"empty segment", "file", `{"path":"/etc"}`, "/path"},
		{"line break in a header", "drop", `{"id":"x","X-Note":"a\r\nEvil: 1"}`, "/X-Note"},
		{"bad base64", "upload", `{"body":{"url":"data:;base64,***"}}`, "/body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newService(t, answering(`{}`))
			got := run(t, c, s, tt.operation, tt.input, nil)
			if code(got.err) != operations.CodeInvalidInput || operations.AsError(got.err).Faults[0].Pointer != tt.pointer || len(s.asked) > 0 {
				t.Errorf("got %v, asked %q", got.err, s.asked)
			}
		})
	}
	if faults := check(t, operation(t, c, "upload").Spec().Input, `{"body":{"url":"http://169.254.169.254/"}}`); len(faults) == 0 {
		t.Error("a file's url may only be a data: URL")
	}
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.0.0", `
paths:
  /things:
    post:
      operationId: op
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [avatar]
              properties:
                name: {type: string}
                tags: {type: array, items: {type: string}}
                extra: {type: object}
                avatar: {type: string, format: binary}
                pages: {type: array, items: {type: string, format: binary}}
`), "")
	var got []string
	s := newService(t, answering(`{}`))
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reader, err := r.MultipartReader()
		for err == nil {
			part, end := reader.NextPart()
			if end != nil {
				break
			}
			content := new(strings.Builder)
			if _, err := fmt.Fprint(content, part.FormName(), "|", part.FileName(), "|", part.Header.Get("Content-Type"), "|"); err != nil {
				t.Error(err)
			}
			buffer := make([]byte, 100)
			n, _ := part.Read(buffer)
			got = append(got, content.String()+string(buffer[:n]))
		}
		answering(`{}`)(w, r)
	})
	result := run(t, c, s, "op", `{"name":"A\"B","tags":["x","y"],"extra":{"k":1},
		"avatar":{"name":"me \"\r\n.png","url":"data:image/png;base64,aGVsbG8="},
		"pages":[{"url":"data:,one"},{"url":"data:text/plain,t%20wo","mime_type":"text/csv","name":"2.csv"}]}`, nil)
	if result.err != nil {
		t.Fatal(result.err)
	}
	equal(t, "parts", got, []string{
		`name|||A"B`, "tags|||x", "tags|||y", `extra||application/json|{"k":1}`, `avatar|me ".png|image/png|hello`,
		"pages|file|text/plain;charset=US-ASCII|one", "pages|2.csv|text/csv|t wo",
	})
}

func TestCredentialFields(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.0.0", `
paths:
  /inboxes/{inbox}/contacts:
    get: {operationId: op, parameters: [{name: inbox, in: path, required: true, x-credential-field: inbox_identifier, schema: {type: string}}]}
security: [{token: []}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
`), "")
	s := newService(t, answering(`{}`))
	if got := run(t, c, s, "op", `{}`, map[string]string{"inbox_identifier": "a/b"}); got.err != nil {
		t.Fatal(got.err)
	}
	if got := run(t, c, s, "op", `{}`, nil); code(got.err) != operations.CodeInvalidInput {
		t.Errorf("without the field: %v", got.err)
	}
	equal(t, "asked", s.asked, []string{"GET /v1/inboxes/a%2Fb/contacts"})
	if fields := c.Auth[0].Fields; len(fields) != 2 || fields[1].Name != "inbox_identifier" || fields[1].Secret {
		t.Errorf("fields %+v", fields)
	}
}
