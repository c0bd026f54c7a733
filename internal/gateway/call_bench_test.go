package gateway

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
	"github.com/patchbay/patchbay/operations/openapi"
)

// readily answers 2 KB without a network.
type readily []byte

func (r readily) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(r)),
		Body: io.NopCloser(bytes.NewReader(r)), Request: request,
	}, nil
}

// account opens one and the same credential.
type account struct{ *operations.Credential }

func (a account) Open(context.Context, string, string) (*operations.Credential, error) {
	return a.Credential, nil
}

// BenchmarkCall is a call from the executor to the transport, which answers at once, or out of the cache: what the hub
// itself costs between its server and the wire.
func BenchmarkCall(b *testing.B) {
	const document = `openapi: 3.1.0
info: {title: Acme, version: "1"}
servers: [{url: http://acme.example}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
security: [{token: []}]
paths:
  /thing:
    get:
      operationId: getThing
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1, maximum: 9}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /kept:
    get:
      operationId: getKept
      x-cache: {ttl: 3600}
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1, maximum: 9}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
`
	connector, _, err := openapi.Load(b.Context(), openapi.Source{Document: []byte(document)}, openapi.Options{Name: "acme"})
	if err != nil {
		b.Fatal(err)
	}
	catalogue, err := operations.NewCatalogue([]operations.Connector{connector})
	if err != nil {
		b.Fatal(err)
	}
	transport := NewTransport(TransportOptions{OnlyStandard: true})
	answer := readily(`{"id":1,"text":"` + strings.Repeat("lorem ipsum ", 165) + `"}`)
	transport.trusted.standard.RegisterProtocol("http", answer)
	transport.guarded.standard.RegisterProtocol("http", answer)
	x := execute.New(execute.Options{
		Catalogue: catalogue, Upstream: New(Options{Transport: transport}), CheckOutput: time.Hour, Cache: NewMemoryCache(1 << 20),
		Credentials: account{&operations.Credential{
			ID: "acme", Workspace: "ws1", Connector: "acme", Scheme: connector.Auth[0].Name, Secrets: operations.Secrets{"token": "t-1"}, Kept: &operations.Kept{},
		}},
	})
	for _, operation := range []string{"get_thing", "get_kept"} {
		request := execute.Request{
			ID: "r1", Caller: execute.Caller{Workspace: "ws1", Key: "k1", Role: execute.RoleBuilder}, Connector: "acme",
			Operation: operation, Credential: "acme", Input: []byte(`{"size":2}`),
		}
		b.Run(operation, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Call(b.Context(), request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
