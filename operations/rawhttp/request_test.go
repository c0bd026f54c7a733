package rawhttp_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/operations"
)

func TestDestination(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, input, want string }{
		{"endpoint", `"url":{"endpoint":"/field"}`, "/api/v2/field"},
		{"without a slash", `"url":{"endpoint":"field"}`, "/api/v2/field"},
		{"empty: the base URL", `"url":{"endpoint":""}`, "/api/v2"},
		{"only a query", `"url":{"endpoint":"?a=b"}`, "/api/v2?a=b"},
		{"with a colon", `"url":{"endpoint":"issues:search"}`, "/api/v2/issues:search"},
		{"with the base path", `"url":{"endpoint":"/api/v2/field/"}`, "/api/v2/field/"},
		{"an at sign", `"url":{"endpoint":"@evil.tld"}`, "/api/v2/@evil.tld"},
		{"whole, at the vendor", `"url":{"full_url":"https://api.acme.example/api/v2/x%2Fy"}`, "/api/v2/x%2Fy"},
		{"whole, outside of the base path", `"url":{"full_url":"HTTPS://API.acme.example:443/other"}`, "/other"},
		{"parameters", `"url":{"endpoint":"/x"},"query_parameters":[{"key":"filter[a]","value":"b c&d"},{"key":"n","value":3},{"key":"t","value":true}]`,
			"/api/v2/x?filter%5Ba%5D=b+c%26d&n=3&t=true"},
		{"the last parameter counts", `"url":{"endpoint":"/x?a=0&b=%5B&a=00&%zz"},"query_parameters":[{"key":"a","value":"1"},{"key":"c","value":""},{"key":"a","value":"2"}]`,
			"/api/v2/x?b=%5B&%zz&c=&a=2"},
		{"an escaped name in the URL", `"url":{"endpoint":"/x?page%5Bsize%5D=1"},"query_parameters":[{"key":"page[size]","value":"2"}]`,
			"/api/v2/x?page%5Bsize%5D=2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, ok)
			h.raw(t, `{"method":"GET",`+tt.input+`}`)
			if got := h.sent()[0].URI; got != prefix+tt.want {
				t.Errorf("sent to %s, want %s", got, prefix+tt.want)
			}
		})
	}
}

func TestRequestRefuses(t *testing.T) {
	t.Parallel()
	const get, post = `"method":"GET","url":{"endpoint":"/x"}`, `"method":"POST","url":{"endpoint":"/x"}`
	tests := []struct {
		name, input string
		want        []string
	}{
		{"nothing", ``, []string{"/method", "/url"}},
		{"a method it does not know", `"method":"TRACE","url":{"endpoint":"/x"}`, []string{"/method"}},
		{"a whole address as an endpoint", `"method":"GET","url":{"endpoint":" HTTPS://api.acme.example/x"}`, []string{"/url/endpoint"}},
		{"an endpoint as a whole address", `"method":"GET","url":{"full_url":"/x"}`, []string{"/url/full_url"}},
		{"both", `"method":"GET","url":{"endpoint":"/x","full_url":"https://api.acme.example"}`, []string{"/url"}},
		{"neither", `"method":"GET","url":{}`, []string{"/url"}},
		{"an endpoint that is no URL", `"method":"GET","url":{"endpoint":"/%zz"}`, []string{"/url/endpoint"}},
		{"reserved headers", get + `,"headers":[{"key":"authorization","value":"x"},{"key":"Host","value":"x"},{"key":"Content-Length","value":"1"},
			{"key":"X-Fine","value":"x"},{"key":"Transfer-Encoding","value":"x"},{"key":"Connection","value":"x"},{"key":"Upgrade","value":"x"},{"key":"TE","value":"x"},
			{"key":"Trailer","value":"x"},{"key":"Proxy-Anything","value":"x"},{"key":"API_access_token","value":"x"},{"key":"Keep-Alive","value":"x"}]`,
			[]string{"/headers/0/key", "/headers/1/key", "/headers/2/key", "/headers/4/key", "/headers/5/key", "/headers/6/key", "/headers/7/key",
				"/headers/8/key", "/headers/9/key", "/headers/10/key", "/headers/11/key"}},
		{"malformed headers", get + `,"headers":[{"key":"a b","value":"x"},{"key":"A","value":"x\r\nHost: y"},{"key":"B:","value":""},{"key":"C","value":"\u0000"}]`,
			[]string{"/headers/0/key", "/headers/1/value", "/headers/2/key", "/headers/3/value"}},
		{"no body", post, []string{"/body"}},
		{"an empty body", post + `,"body":{}`, []string{"/body"}},
		{"two bodies", post + `,"body":{"raw":"x","none":null}`, []string{"/body"}},
		{"a body of another form", post + `,"body":{"xml":"x"}`, []string{"/body", "/body/xml"}},
		{"a raw body of the wrong type", post + `,"body":{"raw":3}`, []string{"/body/raw"}},
		{"a type that does not fit", post + `,"headers":[{"key":"Content-Type","value":"text/plain"}],"body":{"form_data":{"a":"b"}}`, []string{"/headers"}},
		{"a boundary that does not fit", post + `,"headers":[{"key":"Content-Type","value":"multipart/form-data; boundary=\"a;b\""}],"body":{"form_data":{"a":"b"}}`, []string{"/headers"}},
		{"an empty parameter", get + `,"query_parameters":[{"key":"","value":"x"}]`, []string{"/query_parameters/0/key"}},
		{"everything at once", `"method":"POST","url":{"endpoint":"http://x"},"headers":[{"key":"Host","value":"x"}],"body":{"binary":{"url":"data:x"}}`,
			[]string{"/url/endpoint", "/headers/0/key", "/body/binary/url"}},
		{"a file from elsewhere", post + `,"body":{"binary":{"url":"http://169.254.169.254/latest"}}`, []string{"/body/binary/url"}},
		{"a file from a look-alike", post + `,"body":{"form_data":{"a/b":{"url":"https://api.acme.example@evil.tld/x"}}}`, []string{"/body/form_data/a~1b/url"}},
		{"a file by path", post + `,"body":{"binary":{"url":"/x"}}`, []string{"/body/binary/url"}},
		{"a file of the machine", post + `,"body":{"binary":{"url":"file:///etc/passwd"}}`, []string{"/body/binary/url"}},
		{"malformed base64", post + `,"body":{"binary":{"url":"data:;base64,!"}}`, []string{"/body/binary/url"}},
		{"a malformed percent sign", post + `,"body":{"binary":{"url":"data:,%zz"}}`, []string{"/body/binary/url"}},
		{"a malformed media type in the URL", post + `,"body":{"binary":{"url":"data:text/plain;\r\nX:y,z"}}`, []string{"/body/binary/url"}},
		{"a malformed media type", post + `,"body":{"form_data":{"f":{"url":"data:,x","mime_type":"text/plain;\r\n a=b"}}}`, []string{"/body/form_data/f/mime_type"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, ok)
			_, err := h.call(t, "raw_http_request", `{`+tt.input+`}`)
			wantFaults(t, err, tt.want...)
			if len(h.sent()) > 0 {
				t.Errorf("the service was sent %+v", h.sent())
			}
		})
	}
}

func TestRequestStaysOnItsOrigin(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://api.acme.example.evil.tld/api/v2", "https://api.acme.example@evil.tld/", "http://169.254.169.254/", "http://api.acme.example/",
		"http://[::ffff:127.0.0.1]/x", "https://evil.tld/https://api.acme.example/", "http://127.0.0.1/acme",
	} {
		h := newHub(t, ok)
		_, err := h.call(t, "raw_http_request", fmt.Sprintf(`{"method":"GET","url":{"full_url":%q}}`, address))
		refusal := wantCode(t, err, operations.CodeDestinationRefused)
		if len(refusal.Faults) != 1 || refusal.Faults[0].Pointer != "/url/full_url" || len(h.sent()) > 0 {
			t.Errorf("%s: faults %v, sent %v", address, refusal.Faults, h.sent())
		}
	}
	_, err := newHub(t, ok).call(t, "raw_http_request", `{"method":"GET","url":{"endpoint":"//evil.tld/x"}}`)
	wantCode(t, err, operations.CodeDestinationRefused)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, headers string
		want          map[string]string // "": not sent
		warnings      int
	}{
		{"what the service expects", ``, map[string]string{"Accept": acmeType, "Content-Type": acmeType}, 0},
		{"the caller's own, in any case", `{"key":"accept","value":"text/csv"},{"key":"CONTENT-TYPE","value":"text/x"}`,
			map[string]string{"Accept": "text/csv", "Content-Type": "text/x"}, 0},
		{"the last counts", `{"key":"X-A","value":"1"},{"key":"x-a","value":2}`, map[string]string{"X-A": "2"}, 0},
		{"a cookie", `{"key":"Cookie","value":"a=b"}`, map[string]string{"Cookie": "a=b"}, 0},
		{"compression is the hub's", `{"key":"accept-encoding","value":"br"}`, map[string]string{"Accept-Encoding": "gzip"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, ok)
			result := h.raw(t, `{"method":"GET","url":{"endpoint":"/x"},"headers":[`+tt.headers+`]}`)
			for name, want := range tt.want {
				if got := h.sent()[0].Header.Values(name); strings.Join(got, "|") != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if len(result.Meta.Warnings) != tt.warnings {
				t.Errorf("warnings %q", result.Meta.Warnings)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	png := base64.StdEncoding.EncodeToString([]byte("\x89PNG\x00"))
	tests := []struct{ name, headers, body, wantType, wantBody string }{
		{"none", ``, `{"none":null}`, acmeType, ""},
		{"a raw object keeps its numbers", ``, `{"raw":{"n":12345678901234567890.10,"b":[1]}}`, acmeType, `{"n":12345678901234567890.10,"b":[1]}`},
		{"a raw list", ``, `{"raw":[1,2]}`, acmeType, `[1,2]`},
		{"raw text", ``, `{"raw":"{\"a\":\"é\"}"}`, acmeType, `{"a":"é"}`},
		{"raw text of a type", `{"key":"content-type","value":"text/csv"}`, `{"raw":"a,b"}`, "text/csv", "a,b"},
		{"a form", ``, `{"form_urlencoded":{"z":"1 &","a":true,"n":1.50}}`, "application/x-www-form-urlencoded", "z=1+%26&a=true&n=1.50"},
		{"a form of a type", `{"key":"content-Type","value":"application/x-www-form-urlencoded; charset=utf-8"}`, `{"form_urlencoded":{"a":"b"}}`,
			"application/x-www-form-urlencoded; charset=utf-8", "a=b"},
		{"binary", ``, `{"binary":{"url":"data:image/png;base64,` + png + `"}}`, "image/png", "\x89PNG\x00"},
		{"binary, with a type", ``, `{"binary":{"url":"DATA:image/png;Base64,` + strings.TrimRight(png, "=") + `","mime_type":"image/x","name":"a","expires":1}}`, "image/x", "\x89PNG\x00"},
		{"binary, the caller's type", `{"key":"Content-Type","value":"image/y"}`, `{"binary":{"url":"data:,x"}}`, "image/y", "x"},
		{"binary, plain", ``, `{"binary":{"url":"data:,a%20+b"}}`, "text/plain;charset=US-ASCII", "a +b"},
		{"binary, a character set", ``, `{"binary":{"url":"data:;charset=utf-8,%C3%A9"}}`, "text/plain;charset=utf-8", "é"},
		{"empty binary", ``, `{"binary":{"url":"data:,"}}`, "text/plain;charset=US-ASCII", ""},
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		for _, tt := range tests {
			t.Run(method+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				h := newHub(t, ok)
				h.raw(t, `{"method":"`+method+`","url":{"endpoint":"/x"},"headers":[`+tt.headers+`],"body":`+tt.body+`}`)
				want := seen{Method: method, URI: prefix + "/api/v2/x", Body: tt.wantBody}
				if diff := cmp.Diff(want, h.sent()[0], cmpopts.IgnoreFields(seen{}, "Header")); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if got := h.sent()[0].Header.Values("Content-Type"); len(got) != 1 || got[0] != tt.wantType {
					t.Errorf("Content-Type %q, want %q", got, tt.wantType)
				}
			})
		}
	}
}

func TestBodyIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
		for body, warnings := range map[string]int{`{"raw":"x"}`: 1, `{"none":null}`: 0} {
			h := newHub(t, ok)
			result := h.raw(t, `{"method":"`+method+`","url":{"endpoint":"/x"},"body":`+body+`}`)
			if h.sent()[0].Body != "" || len(result.Meta.Warnings) != warnings {
				t.Errorf("%s: sent %q, warnings %q", method, h.sent()[0].Body, result.Meta.Warnings)
			}
		}
	}
}

// part is a part of a multipart body.
type part struct{ Name, File, Type, Body string }

func parts(t *testing.T, s seen) (parts []part, boundary string) {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(s.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		t.Fatalf("Content-Type %q: %v", s.Header.Get("Content-Type"), err)
	}
	reader := multipart.NewReader(strings.NewReader(s.Body), parameters["boundary"])
	for {
		p, err := reader.NextPart()
		if err == io.EOF {
			return parts, parameters["boundary"]
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(body)})
	}
}

func TestFormData(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/files/7") {
			w.Header().Set("Content-Type", "text/csv")
			_, _ = io.WriteString(w, "a,b")
		}
	})
	h.raw(t, `{"method":"POST","url":{"endpoint":"/x"},"body":{"form_data":{
		"text":"é","n":1.50,"on":true,
		"file":{"url":"data:image/png;base64,AAE=","name":"a\"b.png"},
		"own":{"url":"https://api.acme.example/files/7","name":"x.csv"},
		"nameless":{"url":"data:,x","mime_type":"text/x"}}}}`)
	if len(h.sent()) != 2 || h.sent()[0].Method != http.MethodGet || h.sent()[0].URI != prefix+"/files/7" {
		t.Fatalf("sent %+v", h.sent())
	}
	want := []part{
		{"text", "", "", "é"}, {"n", "", "", "1.50"}, {"on", "", "", "true"}, {"file", `a"b.png`, "image/png", "\x00\x01"},
		{"own", "x.csv", "text/csv", "a,b"}, {"nameless", "file", "text/x", "x"},
	}
	got, _ := parts(t, h.sent()[1])
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFormDataBoundary(t *testing.T) {
	t.Parallel()
	for declared, want := range map[string]string{"multipart/form-data": "", "Multipart/Form-Data; boundary=abc": "abc"} {
		h := newHub(t, ok)
		h.raw(t, `{"method":"POST","url":{"endpoint":"/x"},"headers":[{"key":"content-type","value":"`+declared+`"}],"body":{"form_data":{"a":"b"}}}`)
		got, boundary := parts(t, h.sent()[0])
		if diff := cmp.Diff([]part{{"a", "", "", "b"}}, got); diff != "" || boundary == "" || want != "" && boundary != want {
			t.Errorf("boundary %q, want %q (-want +got):\n%s", boundary, want, diff)
		}
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHub(t, http.NotFound)
	_, err := h.call(t, "raw_http_request", `{"method":"POST","url":{"endpoint":"/x"},"body":{"binary":{"url":"https://api.acme.example/files/7"}}}`)
	missing := wantCode(t, err, operations.CodeUpstreamNotFound)
	if len(h.sent()) != 1 || len(missing.Faults) != 1 || missing.Faults[0].Pointer != "/body/binary/url" {
		t.Errorf("sent %+v, faults %v", h.sent(), missing.Faults)
	}
}

func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 4<<20+1)) })
	const own = `{"url":"https://api.acme.example/files/7"}`
	_, err := h.call(t, "raw_http_request", `{"method":"POST","url":{"endpoint":"/x"},"body":{"form_data":{"a":`+own+`,"b":`+own+`,"c":`+own+`}}}`)
	wantCode(t, err, operations.CodeTooLarge)
	if len(h.sent()) != 2 {
		t.Errorf("%d requests: files are fetched although the body is too large already", len(h.sent()))
	}
}

// TestWild sends what embedded scripts are known to send, with fields of another operation among it.
func TestWild(t *testing.T) {
	t.Parallel()
	h := newHub(t, ok)
	result := h.raw(t, `{"method":"GET","url":{"endpoint":"/field"},"headers":[{"key":"Content-Type","value":"application/json"}],
		"query_parameters":[],"body":{"none":null},"parse_response":true,"include_raw_body":false,"status_code":{"range":{"from":200,"to":299}},
		"follow_redirect":true,"auth":{"none":null}}`)
	want := response{StatusCode: 200, Body: map[string]any{"ok": true}}
	if diff := cmp.Diff(want, responseOf(t, result), cmpopts.IgnoreFields(response{}, "Headers")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(result.Meta.Warnings) != 3 {
		t.Errorf("a warning for each of 3 unknown fields, got %q", result.Meta.Warnings)
	}
	if got := h.sent()[0].Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
}

// TestAKeyNamedTwice guards against one reader of the input taking the first of two and another the last.
func TestAKeyNamedTwice(t *testing.T) {
	t.Parallel()
	h := newHub(t, ok)
	_, err := h.call(t, "raw_http_request", `{"method":"GET","url":{"endpoint":"/x"},"url":{"endpoint":"/y"}}`)
	wantCode(t, err, operations.CodeMalformedRequest)
	if len(h.sent()) > 0 {
		t.Errorf("sent %+v", h.sent())
	}
}
