package server

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// BenchmarkCall is a call of 1 KB through the whole server, without the network: with the real executor, and with one
// that does nothing, which shows what the server itself costs.
func BenchmarkCall(b *testing.B) {
	body := `{"credentialId":"acct","input":{"name":"` + strings.Repeat("x", 1000) + `"}}`
	for name, change := range map[string]func(*Options){
		"executor": func(*Options) {},
		"server":   func(o *Options) { o.Runner = runnerFunc(nothing) },
	} {
		b.Run(name, func(b *testing.B) {
			h := newHub(b, change)
			handler := h.server.app.Handler()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var ctx fasthttp.RequestCtx
				for pb.Next() {
					ctx.Request.Reset()
					ctx.Response.Reset()
					ctx.Request.Header.SetMethod("POST")
					ctx.Request.SetRequestURI(createURL)
					ctx.Request.Header.SetContentType("application/json")
					ctx.Request.Header.Set("Authorization", "Bearer "+h.secrets[execute.RoleBuilder])
					ctx.Request.SetBodyStream(strings.NewReader(body), len(body))
					handler(&ctx)
					if ctx.Response.StatusCode() != 200 {
						b.Fatalf("status %d: %s", ctx.Response.StatusCode(), ctx.Response.Body())
					}
				}
			})
		})
	}
}

// FuzzLegacySchema: any schema object comes out as JSON.
func FuzzLegacySchema(f *testing.F) {
	for _, spec := range []operations.Spec{listThings, createThing} {
		f.Add([]byte(spec.Input))
	}
	f.Add([]byte(`{"x-advanced":["a"],"properties":{"a":{"x-advanced":true},"b":[1]},"allOf":{"c":1},"items":3,"prefixItems":"x","$ref":5,"enum":[]}`))
	f.Fuzz(func(t *testing.T, schema []byte) {
		if _, err := operations.Decode(schema); err != nil || !gjson.ParseBytes(schema).IsObject() {
			return
		}
		if got := legacySchema(schema, draft04); !json.Valid(got) {
			t.Errorf("%s came out as %s", schema, got)
		}
	})
}
