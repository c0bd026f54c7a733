package rawhttp_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	const get = `"method":"GET"`
	note := map[string]any{"note": map[string]any{"@id": "1", "to": []any{"a", "b"}}}
	const noteXML = `<?xml version="1.0"?><note id="1"><to>a</to><to>b</to></note>`
	tests := []struct {
		name, input string
		contentType string
		body        string
		want        any
		encoding    string
		warnings    int
	}{
		{"JSON", get, "application/json; charset=utf-8", ` {"a":[1,null]} `, map[string]any{"a": []any{1.0, nil}}, "", 0},
		{"JSON of a vendor", get, "application/vnd.api+JSON", `{"a":1}`, map[string]any{"a": 1.0}, "", 0},
		{"a JSON scalar", get, "application/json", `"x"`, "x", "", 0},
		{"JSON with a mark before it", get, "application/json", "\ufeff{}", map[string]any{}, "", 0},
		{"JSON with a broken character", get, "application/json", "{\"a\":\"x\xff\"}", map[string]any{"a": "x\ufffd"}, "", 0},
		{"JSON that is none", get, "application/json", `{"a":`, `{"a":`, "", 1},
		{"JSON, too deep", get, "application/json", strings.Repeat("[", 63) + strings.Repeat("]", 63), strings.Repeat("[", 63) + strings.Repeat("]", 63), "", 1},
		{"JSON as text", get + `,"parse_response":"false"`, "application/json", `{"a":1}`, `{"a":1}`, "", 0},
		{"JSON as text, by a boolean", get + `,"parse_response":false`, "application/json", `{"a":1}`, `{"a":1}`, "", 0},
		{"JSON wanted, whatever it is called", get + `,"parse_response":"json"`, "text/html", `{"a":1}`, map[string]any{"a": 1.0}, "", 0},
		{"JSON wanted, text came", get + `,"parse_response":"json"`, "text/html", `hello`, `hello`, "", 1},
		{"XML", get, "text/xml", noteXML, note, "", 0},
		{"XML of a vendor, by a boolean", get + `,"parse_response":true`, "application/atom+xml", noteXML, note, "", 0},
		{"XML wanted", get + `,"parse_response":"xml"`, "text/plain", noteXML, note, "", 0},
		{"XML left alone where JSON is wanted", get + `,"parse_response":"json"`, "text/xml", noteXML, noteXML, "", 1},
		{"XML that is none", get, "text/xml", `<a>`, `<a>`, "", 1},
		{"text", get, "text/html", `<p>{"a":1}</p>`, `<p>{"a":1}</p>`, "", 0},
		{"a malformed content type", get, "application/json;;x", `{"a":1}`, map[string]any{"a": 1.0}, "", 0},
		{"nothing declared, an object", get, "", `{"a":1}`, map[string]any{"a": 1.0}, "", 0},
		{"nothing declared, a number", get, "", `1`, `1`, "", 0},
		{"nothing at all", get, "application/json", ``, ``, "", 0},
		{"bytes", get, "image/png", "\x89PNG", base64.StdEncoding.EncodeToString([]byte("\x89PNG")), "base64", 1},
		{"XML in another character set", get, "text/xml", "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xe9</a>",
			base64.StdEncoding.EncodeToString([]byte("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xe9</a>")), "base64", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{tt.contentType}
				if tt.contentType == "" {
					w.Header()["Content-Type"] = nil
				}
				_, _ = io.WriteString(w, tt.body)
			})
			result := h.raw(t, `{`+tt.input+`,"url":{"endpoint":"/x"},"include_raw_body":true}`)
			got := responseOf(t, result)
			if diff := cmp.Diff(tt.want, got.Body); diff != "" || got.BodyEncoding != tt.encoding {
				t.Errorf("encoding %q, want %q; body (-want +got):\n%s", got.BodyEncoding, tt.encoding, diff)
			}
			wantRaw := strings.ToValidUTF8(tt.body, "\ufffd")
			if tt.encoding != "" {
				wantRaw = base64.StdEncoding.EncodeToString([]byte(tt.body))
			}
			if got.RawBody == nil || *got.RawBody != wantRaw {
				t.Errorf("raw_body %v, want %q", got.RawBody, wantRaw)
			}
			if len(result.Meta.Warnings) != tt.warnings {
				t.Errorf("warnings %q, want %d", result.Meta.Warnings, tt.warnings)
			}
		})
	}
}

func TestAnswerKeepsNumbersAndOrder(t *testing.T) {
	t.Parallel()
	const body = `{"z":12345678901234567890.10,"a":"<&>"}`
	h := newHub(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
	result := h.raw(t, `{"method":"GET","url":{"endpoint":"/x"}}`)
	if !strings.Contains(string(result.Output), `"body":`+body) {
		t.Errorf("output %s", result.Output)
	}
}

func TestAnyStatusIsAnAnswer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 301, 401, 404, 422, 429, 500, 503} {
		h := newHub(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/acme/elsewhere")
			w.Header().Add("X-Two", "1")
			w.Header().Add("X-Two", "2")
			w.WriteHeader(status)
		})
		got := responseOf(t, h.raw(t, `{"method":"DELETE","url":{"endpoint":"/x"},"body":{"none":null}}`))
		if got.StatusCode != status || got.Headers["x-two"] != "1, 2" || got.Headers["location"] != "/acme/elsewhere" || got.RawBody != nil {
			t.Errorf("status %d: %+v", status, got)
		}
	}
}

// sized answers every request with so many bytes of text.
type sized int

func (s sized) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusCreated, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", int(s))))}, nil
}

func TestAnswerTooLarge(t *testing.T) {
	t.Parallel()
	const bound = 6080 << 10
	tests := []struct {
		name, method, extra string
		size                int
		tooLarge            bool
	}{
		{"within", "GET", ``, bound - 100, false},
		{"beyond", "GET", ``, bound + 1, true},
		{"beyond with what is around it", "GET", ``, bound, true},
		{"beyond with the raw body", "GET", `,"include_raw_body":true`, bound/2 + 1000, true},
		{"of a write", "POST", ``, bound + 1, true},
	}
	base, err := operations.NewBase(acme(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			input := `{"method":"` + tt.method + `","url":{"endpoint":"/x"},"body":{"none":null}` + tt.extra + `}`
			call := &operations.Call{Input: json.RawMessage(input), Base: base, HTTP: sized(tt.size)}
			output, err := acme().Operations[0].Run(t.Context(), call)
			if !tt.tooLarge {
				if err != nil || len(output) > bound {
					t.Errorf("%d bytes, %v", len(output), err)
				}
				return
			}
			e := wantCode(t, err, operations.CodeTooLarge)
			if done := strings.Contains(e.Detail, "do not simply repeat"); done != (tt.method == "POST") || e.Upstream.Status != http.StatusCreated {
				t.Errorf("error %v, upstream %+v", e, e.Upstream)
			}
		})
	}
}
