package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// canned answers every request with the same body.
type canned struct{ body []byte }

func (c canned) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		_, _ = io.Copy(io.Discard, request.Body)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c.body)), Request: request}, nil
}

func TestTakeTokenOut(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for _, tc := range []struct{ kind, query, body, wantQuery, wantBody string }{
		{form, "", "channel=C1&text=x&token=", "", "channel=C1&text=x"},
		{form, "token=xoxb&channel=C1", "token=&ts=1", "channel=C1", "ts=1"},
		{form, "", "token=", "", ""},
		{form, "", "text=token%3D1&xtoken=2", "", "text=token%3D1&xtoken=2"},
		{"application/octet-stream", "", "token=a&b", "", "token=a&b"},
	} {
		request, err := http.NewRequest(http.MethodPost, "https://slack.com/api/x?"+tc.query, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", tc.kind)
		request.Header.Set("Authorization", "Bearer ")
		if err := takeTokenOut(request); err != nil {
			t.Fatal(err)
		}
		for range 2 { // as it is, and as it is sent again
			body, err := io.ReadAll(request.Body)
			if err != nil || string(body) != tc.wantBody || request.URL.RawQuery != tc.wantQuery || request.ContentLength != int64(len(tc.wantBody)) {
				t.Errorf("%+v: query %q, body %q of %d, %v", tc, request.URL.RawQuery, body, request.ContentLength, err)
			}
			if request.Body, err = request.GetBody(); err != nil {
				t.Fatal(err)
			}
		}
		if request.Header.Get("Authorization") != "" {
			t.Error("the empty token is still in the header")
		}
	}
}

func FuzzWithoutToken(f *testing.F) {
	for _, seed := range []string{"", "token=", "a=1&token=x&b=2", "token", "&&token=&", "a=token%3D", "%zz=1&token=2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		want, err := url.ParseQuery(form)
		if err != nil {
			t.Skip()
		}
		got, err := url.ParseQuery(withoutToken(form))
		if err != nil {
			t.Fatal(err)
		}
		if token := want["token"]; !strings.Contains(form, "%") && strings.Join(token, "") != "" {
			if _, left := got["token"]; left {
				t.Errorf("%q keeps a token", form)
			}
		}
		delete(want, "token")
		delete(got, "token")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", form, diff)
		}
	})
}

// FuzzAnswer holds that whatever a service sends comes to an output or to an error that can be shown.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `{"ok":true}`, `{"ok":true,"channels":[{"id":1}],"response_metadata":{"next_cursor":"x"}}`, `{"ok":true,"channels":null}`,
		`{"ok":false,"error":"missing_scope","needed":"a","provided":"b"}`, `{"ok":false,"error":["x"]}`, "{\"ok\":false,\"error\":\"\xff\"}",
		`{"ok":false,"error":"invalid_blocks","errors":[{"pointer":"/0"},"x [json-pointer:/channel/0]"],"response_metadata":{"messages":["[ERROR] [json-pointer:/blocks"]}}`,
		`{"ok":true,"warning":"a,b","response_metadata":{"warnings":["c"],"messages":[1]}}`,
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	base, err := operations.NewBase(Connector(), "", nil)
	if err != nil {
		f.Fatal(err)
	}
	operation := listChannels()
	f.Fuzz(func(t *testing.T, body []byte, read bool) {
		usage := &operations.Usage{}
		call := &operations.Call{
			Input: json.RawMessage(`{"limit":1,"channel":"C1","blocks":[]}`), Base: base, HTTP: canned{body}, Effect: operations.EffectWrite, Usage: usage,
		}
		if read {
			call.Effect = operations.EffectRead
		}
		output, err := operation.Run(t.Context(), call)
		if err == nil {
			if !json.Valid(output) || !gjson.ParseBytes(output).IsObject() {
				t.Errorf("output %s", output)
			}
			return
		}
		typed := operations.AsError(err)
		if typed.Code == operations.CodeInternal || !utf8.ValidString(typed.Detail) || len(typed.Detail) > 40*maxText {
			t.Errorf("error %s %q", typed.Code, typed.Detail)
		}
		if _, err := json.Marshal(typed.Upstream); err != nil {
			t.Error(err)
		}
		for _, fault := range typed.Faults {
			if !strings.HasPrefix(fault.Pointer, "/") || !utf8.ValidString(fault.Pointer+fault.Detail) {
				t.Errorf("fault %+v", fault)
			}
		}
	})
}

func FuzzInputPointer(f *testing.F) {
	for _, seed := range []string{"", "/", "/blocks/0/text", "/timestamp", "/*", "/a.b", "/channel/@this", "//", "/blocks~1x", "\xff"} {
		f.Add(seed)
	}
	input := json.RawMessage(`{"channel":"C1","ts":"1.2","blocks":[{"type":"divider"}]}`)
	f.Fuzz(func(t *testing.T, pointer string) {
		got := inputPointer(pointer, input)
		first, _, _ := strings.Cut(strings.TrimPrefix(got, "/"), "/")
		if got != "" && first != "channel" && first != "ts" && first != "blocks" {
			t.Errorf("%q becomes %q, which the input does not have", pointer, got)
		}
	})
}

// BenchmarkPostMessage is what an operation costs beside the request itself.
func BenchmarkPostMessage(b *testing.B) {
	base, err := operations.NewBase(Connector(), "", nil)
	if err != nil {
		b.Fatal(err)
	}
	operation := postMessage()
	call := &operations.Call{
		Input: operation.Spec().Sample.Input, Base: base, HTTP: canned{operation.Spec().Sample.Output}, Effect: operations.EffectWrite,
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := operation.Run(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkConnector is what the connector costs at the start of the hub.
func BenchmarkConnector(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Connector()
	}
}
