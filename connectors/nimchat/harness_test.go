package nimchat_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/nimchat"
	"github.com/patchbay/patchbay/connectors/nimchat/nimchattest"
	"github.com/patchbay/patchbay/operations"
)

var catalogue = sync.OnceValues(func() (*operations.Catalogue, error) {
	return operations.NewCatalogue([]operations.Connector{nimchat.Connector()})
})

// service is an API below a path prefix, with the credentials that it knows.
type service struct {
	url    string
	fields map[string]string // of the credential
}

func serve(t testing.TB, handler http.Handler) *service {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/chat", handler))
	t.Cleanup(server.Close)
	return &service{url: server.URL + "/chat"}
}

func sandboxed(t testing.TB) *service {
	return serve(t, nimchattest.New(nimchattest.Options{
		Prefix: "/chat", Now: func() time.Time { return time.Date(2026, 1, 20, 10, 0, 0, 0, time.UTC) },
	}))
}

// signer puts on the token of a kind of credential.
type signer struct{ kind string }

func (s signer) Do(request *http.Request) (*http.Response, error) {
	if token := map[string]string{nimchat.User: nimchattest.UserToken, nimchat.Platform: nimchattest.PlatformToken}[s.kind]; token != "" {
		request.Header.Set("api_access_token", token)
	}
	return http.DefaultClient.Do(request)
}

// outcome is what a call came to.
type outcome struct {
	output   json.RawMessage
	err      *operations.Error
	warnings []string
}

// call runs one operation as the executor does: the input checked, then run, signed as the operation wants it.
func (s *service) call(t testing.TB, name, input string) outcome {
	t.Helper()
	usage := &operations.Usage{}
	output, err := s.run(t.Context(), usage, name, json.RawMessage(input))
	result := outcome{output: output, warnings: usage.Warnings()}
	if err != nil && !errors.As(err, &result.err) {
		t.Fatalf("%s: %v is not an *operations.Error", name, err)
	}
	return result
}

func (s *service) run(ctx context.Context, usage *operations.Usage, name string, input json.RawMessage) (json.RawMessage, error) {
	all, err := catalogue()
	if err != nil {
		return nil, err
	}
	connector, operation, err := all.Operation("nimchat", name)
	if err != nil {
		return nil, err
	}
	spec := operation.Spec()
	if faults, err := check(spec.Input, input); err != nil || len(faults) > 0 {
		return nil, errors.Join(err, &operations.Error{Code: operations.CodeInvalidInput, Faults: faults})
	}
	base, err := operations.NewBase(connector, "", map[string]string{"base_url": s.url})
	if err != nil {
		return nil, err
	}
	kind := nimchat.User
	if len(spec.Auth) > 0 {
		kind = spec.Auth[0]
	}
	return operation.Run(ctx, &operations.Call{
		Input: input, Base: base, HTTP: signer{kind}, Field: s.fields, ReadError: connector.ReadError, Usage: usage, Effect: spec.Effect, Now: time.Now,
		Invoke: func(ctx context.Context, name string, input json.RawMessage) (json.RawMessage, error) {
			return s.run(ctx, usage, name, input)
		},
	})
}

func check(schema operations.Schema, document []byte) ([]operations.InputFault, error) {
	validator, err := schema.Compile()
	if err != nil {
		return nil, err
	}
	decoded, err := operations.Decode(document)
	if err != nil {
		return nil, err
	}
	return validator.Faults(decoded), nil
}

// specs lists what the connector offers.
func specs(t testing.TB) []operations.Spec {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	connector, err := all.Connector("nimchat")
	if err != nil {
		t.Fatal(err)
	}
	var list []operations.Spec
	for operation := range slices.Values(connector.Operations) {
		list = append(list, operation.Spec())
	}
	return list
}
