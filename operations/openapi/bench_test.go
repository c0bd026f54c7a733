package openapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

// thousand is a document of 1,000 operations over 200 schemas that refer to one another.
func thousand() []byte {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.1.0","info":{"title":"Big","version":"1"},"servers":[{"url":"https://api.big.example"}],"paths":{`)
	for i := range 500 {
		fmt.Fprintf(&b, `"/things%d/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
			"get":{"operationId":"get%d","responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/S%d"}}}}}},
			"put":{"operationId":"put%d","requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/S%d"}}}},"responses":{"204":{"description":"ok"}}}},`,
			i, i, i%200, i, i%200)
	}
	b.WriteString(`"/last":{"get":{}}},"components":{"schemas":{`)
	for i := range 200 {
		fmt.Fprintf(&b, `"S%d":{"type":"object","required":["name"],"properties":{"name":{"type":"string","example":"Ann"},"size":{"type":"integer"},"tags":{"type":"array","items":{"type":"string"}}`, i)
		if i%10 > 0 {
			fmt.Fprintf(&b, `,"inner":{"$ref":"#/components/schemas/S%d"}`, i-1)
		}
		b.WriteString("}},")
	}
	b.WriteString(`"Last":{}}}}`)
	return []byte(b.String())
}

func BenchmarkLoad(b *testing.B) {
	document := thousand()
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := openapi.Load(b.Context(), openapi.Source{Document: document}, openapi.Options{Name: "big"}); err != nil {
			b.Fatal(err)
		}
	}
}

// canned answers every request the same, without a network.
type canned string

func (c canned) Do(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(c))),
	}, nil
}

func BenchmarkCall(b *testing.B) {
	c, _, err := openapi.Load(b.Context(), openapi.Source{Document: thousand()}, openapi.Options{Name: "big"})
	if err != nil {
		b.Fatal(err)
	}
	base, err := operations.NewBase(c, "", nil)
	if err != nil {
		b.Fatal(err)
	}
	o := operation(b, c, "put499")
	call := &operations.Call{
		Input: json.RawMessage(`{"id":"a b","name":"Ann","size":3,"tags":["x","y"]}`), Base: base,
		HTTP: canned(`{"name":"Ann","size":3,"tags":["x","y"],"text":"` + strings.Repeat("x", 2000) + `"}`), Usage: &operations.Usage{},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.Run(context.Background(), call); err != nil {
			b.Fatal(err)
		}
	}
}
