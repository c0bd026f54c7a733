package server

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// BenchmarkCall is a call of 1 KB through the whole server, without the network: with the real executor; with one that
// does nothing, which shows what the server itself costs; and with one that answers 2 KB to a server that logs.
func BenchmarkCall(b *testing.B) {
	body := `{"credentialId":"acct","input":{"name":"` + strings.Repeat("x", 1000) + `"}}`
	for name, change := range map[string]func(*Options){
		"executor": func(*Options) {},
		"server":   func(o *Options) { o.Runner = runnerFunc(nothing) },
		"logged":   logged,
	} {
		b.Run(name, func(b *testing.B) {
			h := newHub(b, change)
			h.server.app.Handler() // makes it ready
			handler := h.server.app.Server().Handler
			bearer := "Bearer " + h.secrets[execute.RoleBuilder]
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var ctx fasthttp.RequestCtx
				var stream strings.Reader
				for pb.Next() {
					ctx.Request.Reset()
					ctx.Response.Reset()
					ctx.ResetUserValues()
					stream.Reset(body)
					ctx.Request.Header.SetMethod("POST")
					ctx.Request.SetRequestURI(createURL)
					ctx.Request.Header.SetContentType("application/json")
					ctx.Request.Header.Set("Authorization", bearer)
					ctx.Request.SetBodyStream(&stream, len(body))
					handler(&ctx)
					if ctx.Response.StatusCode() != 200 {
						b.Fatalf("status %d: %s", ctx.Response.StatusCode(), ctx.Response.Body())
					}
				}
			})
		})
	}
}

// logged makes a server write its log, and answer calls with 2 KB.
func logged(o *Options) {
	o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	o.AccessLog = NewAccessLog(io.Discard, false)
	output := json.RawMessage(`{"name":"` + strings.Repeat("x", 2000) + `"}`)
	o.Runner = runnerFunc(func(_ context.Context, request execute.Request) (execute.Result, error) {
		return execute.Result{Output: output, Meta: execute.Meta{
			RequestID: request.ID, Connector: request.Connector, Operation: request.Operation, Cached: execute.Fresh, AgeSeconds: 12.345, DurationMs: 0.02,
		}}, nil
	})
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
