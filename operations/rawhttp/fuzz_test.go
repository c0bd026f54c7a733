package rawhttp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// watch answers every request and wants it to be fit to send: on the base's own origin, with headers that HTTP
// allows and none that is the hub's to set.
type watch struct {
	t    *testing.T
	base operations.Base
}

func (w watch) Do(r *http.Request) (*http.Response, error) {
	if !w.base.Owns(r.URL) || r.Host != r.URL.Host {
		w.t.Errorf("a request to %s (host %s)", r.URL, r.Host)
	}
	if strings.ContainsFunc(r.URL.RequestURI(), func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
		w.t.Errorf("%q cannot stand in a request line", r.URL.RequestURI())
	}
	for name, values := range r.Header {
		switch strings.ToLower(name) {
		case "authorization", "host", "content-length", "connection", "transfer-encoding", "api_access_token":
			w.t.Errorf("the header %s is the hub's", name)
		}
		if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") || len(values) != 1 {
			w.t.Errorf("the header %q: %q", name, values)
		}
	}
	var sent bytes.Buffer
	if err := r.Write(&sent); err != nil {
		w.t.Errorf("the request cannot be written: %v", err)
	}
	answer := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: http.StatusOK, Header: answer, Body: io.NopCloser(strings.NewReader(`{"a":1}`))}, nil
}

// FuzzRequest builds requests from any JSON at all, valid or not for the operation.
func FuzzRequest(f *testing.F) {
	for _, input := range []string{
		`{"method":"GET","url":{"endpoint":"/x?a=b"},"query_parameters":[{"key":"a","value":"ü"}],"parse_response":true}`,
		`{"method":"POST","url":{"full_url":"https://api.acme.example/x"},"headers":[{"key":"Content-Type","value":"multipart/form-data; boundary=x"}],
			"body":{"form_data":{"a":"b","f":{"url":"data:;base64,AAE=","name":"\r\n\"x","mime_type":"a/b"}}}}`,
		`{"method":"PUT","url":{"endpoint":"//evil.tld"},"body":{"binary":{"url":"https://api.acme.example/f"}}}`,
		`{"method":"PATCH","url":{"endpoint":"@evil"},"body":{"raw":{"a":[1]}},"include_raw_body":true}`,
		`{"method":"DELETE","url":{"endpoint":""},"body":{"form_urlencoded":{"a":null,"":3}}}`,
		`{"method":"A B\r\n","url":null,"headers":[{"key":"A\r\n","value":"x"}],"body":{"none":null}}`,
		`[]`, `null`, `{"headers":{}}`, `{"url":{"endpoint":"/","full_url":""}}`, `{"METHOD":"PUT","Url":{"ENDPOINT":"/x"},"body":{"raw":null}}`,
	} {
		f.Add([]byte(input))
	}
	connector := acme()
	base, err := operations.NewBase(connector, "http://127.0.0.1:9/acme", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if !json.Valid(input) {
			return
		}
		for _, operation := range connector.Operations {
			call := &operations.Call{Input: input, Base: base, HTTP: watch{t, base}, Usage: &operations.Usage{}}
			output, err := operation.Run(t.Context(), call)
			if err != nil {
				if code := operations.AsError(err).Code; code == operations.CodeInternal {
					t.Errorf("%s: %v", input, err)
				}
				continue
			}
			if !json.Valid(output) || output[0] != '{' {
				t.Errorf("output %q", output)
			}
		}
	})
}

func BenchmarkRequest(b *testing.B) {
	operation := acme().Operations[0]
	base, err := operations.NewBase(acme(), "", nil)
	if err != nil {
		b.Fatal(err)
	}
	call := &operations.Call{Base: base, HTTP: canned{}, Usage: &operations.Usage{},
		Input: json.RawMessage(`{"method":"POST","url":{"endpoint":"/things"},"headers":[{"key":"Accept","value":"text/csv"}],"body":{"raw":{"a":1}}}`)}
	for b.Loop() {
		if _, err := operation.Run(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}

// canned answers every request alike.
type canned struct{}

func (canned) Do(*http.Request) (*http.Response, error) {
	body := `{"data":[` + strings.Repeat(`{"id":1,"name":"thing"},`, 80) + `{}]}`
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}
