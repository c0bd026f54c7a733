package operations_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	nest := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		name, data string
		want       any // nil: refused
	}{
		{"an object", `{"a":[1,"x",true,null]}`, map[string]any{"a": []any{json.Number("1"), "x", true, nil}}},
		{"white space around", " \n 1 \t", json.Number("1")},
		{"a big whole number is kept", `12345678901234567890123`, json.Number("12345678901234567890123")},
		{"a number beyond float64 is kept", `1e400`, json.Number("1e400")},
		{"digits are kept", `0.10000000000000000000001`, json.Number("0.10000000000000000000001")},
		{"leading zeros of an exponent", `1E+0000007`, json.Number("1E+0000007")},
		{"the last of two keys", `{"a":1,"a":2}`, map[string]any{"a": json.Number("2")}},
		{"brackets in strings", `"` + strings.Repeat("[", 1000) + `"`, strings.Repeat("[", 1000)},
		{"escaped quotes", `"\"[[\\"`, `"[[\`},

		{"nothing", ``, nil},
		{"only white space", ` `, nil},
		{"cut off", `{"a":[1,`, nil},
		{"cut off in a string", `{"a":"b`, nil},
		{"cut off after a backslash", `"\`, nil},
		{"two documents", `{"a":1}{"a":2}`, nil},
		{"two documents, apart", "{}\n{}", nil},
		{"something after it", `{} x`, nil},
		{"not JSON", `hello`, nil},
		{"a comma at the end", `[1,]`, nil},
		{"single quotes", `{'a':1}`, nil},
		{"NaN", `NaN`, nil},
		{"one level too deep", nest(operations.MaxDepth + 1), nil},
		{"ten thousand levels", nest(10_000), nil},
		{"objects, ten thousand levels", strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), nil},
		{"ten megabytes of brackets", strings.Repeat("[", 10<<20), nil},
		{"an exponent that would take minutes", `1e99999`, nil},
		{"a small one", `[1e-99999]`, nil},
		{"an exponent beyond any", `{"a":1e1000001}`, nil},
		{"too many digits", strings.Repeat("9", 513), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := operations.Decode([]byte(tt.data))
			if tt.want == nil {
				wantCode(t, err, operations.CodeMalformedRequest)
				return
			}
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	}
	if _, err := operations.Decode([]byte(nest(operations.MaxDepth))); err != nil {
		t.Errorf("%d levels: %v", operations.MaxDepth, err)
	}
}

func TestDecodeInput(t *testing.T) {
	t.Parallel()
	good := []string{`{}`, `[]`, `"a:b"`, `{"a":{"a":1},"b":[{"a":1},{"a":2}],"":":","\"":"\\"}`, `{"a:":1,"a":2}`}
	for _, data := range good {
		if _, err := operations.DecodeInput([]byte(data)); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
	bad := []string{`{"a":1,"a":1}`, `{"a":1,"\u0061":2}`, `[{"x":{"a":1,"b":2,"a":3}}]`, `{"":1,"":2}`, `{"a":`}
	for _, data := range bad {
		_, err := operations.DecodeInput([]byte(data))
		t.Run(data, func(t *testing.T) {
			t.Parallel()
			wantCode(t, err, operations.CodeMalformedRequest)
		})
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	tests := map[string]int{
		``: 0, `1`: 0, `[]`: 1, `{"a":[{}]}`: 3, `"[[["`: 0, `"\"["`: 0, `]]][`: 0, `[[`: 2,
		strings.Repeat("[", 1000): operations.MaxDepth + 1,
	}
	for data, want := range tests {
		if got := operations.Depth([]byte(data)); got != want {
			t.Errorf("Depth(%.20s) = %d, want %d", data, got, want)
		}
	}
}

// FuzzDecode feeds foreign bytes through decoding and checking, as every input of a call goes.
func FuzzDecode(f *testing.F) {
	for _, data := range []string{
		`{"name":"x","size":3,"tags":["a"],"url":{"endpoint":"/x"}}`, `{"size":1e1000001}`, `{"size":1.0}`, `[[[`, `{"a":1,"a":2}`,
		`{"url":{"endpoint":1,"full_url":""}}`, `"\ud800"`, `{"tags":[1,2,3,null,{}]}`, "{\"\xff\":1}", `{"when":"2020-01-01T00:00:00Z"}`,
	} {
		f.Add([]byte(data))
	}
	validator := compile(f, formSchema)
	f.Fuzz(func(t *testing.T, data []byte) {
		document, err := operations.DecodeInput(data)
		if err != nil {
			wantCode(t, err, operations.CodeMalformedRequest)
			return
		}
		if !json.Valid(data) || operations.Depth(data) > operations.MaxDepth {
			t.Errorf("accepted %q", data)
		}
		encoded, err := json.Marshal(document)
		if err != nil {
			t.Fatalf("encoding again: %v", err)
		}
		again, err := operations.DecodeInput(encoded)
		if err != nil || !cmp.Equal(document, again) {
			t.Errorf("%q decoded, encoded and decoded is %v: %v", data, again, err)
		}
		for _, fault := range validator.Faults(document) {
			if fault.Detail == "" || fault.Pointer != "" && fault.Pointer[0] != '/' {
				t.Errorf("fault %+v of %q", fault, data)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	one := []byte(`{"id":123,"attributes":{"firstName":"John","tags":["a","b"],"score":1.5,"company":"Acme: a [big] one"}}`)
	data := append(append([]byte(`{"data":[`), bytes.TrimSuffix(bytes.Repeat(append(one, ','), 10), []byte(","))...), "]}"...)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := operations.DecodeInput(data); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		` {"b": 2, "a": [1, {"d": 1e2, "c": null}]} `: `{"a":[1,{"c":null,"d":1e2}],"b":2}`,
		`12345678901234567890.10`:                     `12345678901234567890.10`,
		`{"a":`:                                       `{"a":`,
	} {
		if got := string(operations.Canonical([]byte(document))); got != want {
			t.Errorf("Canonical(%s) = %s, want %s", document, got, want)
		}
	}
}
