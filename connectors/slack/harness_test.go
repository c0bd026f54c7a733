package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/slack"
	"github.com/patchbay/patchbay/connectors/slack/slacktest"
	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

var catalogue = sync.OnceValues(func() (*operations.Catalogue, error) {
	return operations.NewCatalogue([]operations.Connector{slack.Connector()})
})

// epoch is what the clock of all tests says.
func epoch() time.Time { return time.Date(2026, 1, 20, 10, 0, 0, 0, time.UTC) }

// service is an API below a path prefix, with the token that calls are signed with.
type service struct {
	url, token string
	fields     map[string]string // of the credential
}

func serve(t testing.TB, handler http.Handler) *service {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/slack", handler))
	t.Cleanup(server.Close)
	return &service{url: server.URL + "/slack", token: slacktest.Token}
}

func sandboxed(t testing.TB) *service {
	t.Helper()
	return serve(t, slacktest.New(slacktest.Options{Prefix: "/slack", NoLimits: true, Now: epoch}))
}

// exchange is a request as it arrived.
type exchange struct {
	method, path, authorization string
	form                        url.Values // of query and body
}

// scripted answers every request with the given body and keeps the last one.
func scripted(t testing.TB, status int, header http.Header, body string) (*service, *exchange) {
	t.Helper()
	seen := &exchange{}
	var mu sync.Mutex
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		*seen = exchange{method: r.Method, path: r.URL.Path, authorization: r.Header.Get("Authorization"), form: r.Form}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	return s, seen
}

// signer puts on the token, as the gateway does.
type signer struct{ token string }

func (s signer) Do(request *http.Request) (*http.Response, error) {
	signed := request.Clone(request.Context())
	signed.Header.Set("Authorization", "Bearer "+s.token)
	return http.DefaultClient.Do(signed)
}

// outcome is what a call came to.
type outcome struct {
	output   json.RawMessage
	err      *operations.Error
	warnings []string
}

// call runs one operation as the executor does: the input checked, then run.
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
	connector, operation, err := all.Operation("slack", name)
	if err != nil {
		return nil, err
	}
	spec := operation.Spec()
	if faults, err := check(spec.Input, input); err != nil || len(faults) > 0 {
		return nil, errors.Join(err, &operations.Error{Code: operations.CodeInvalidInput, Faults: faults})
	}
	base, err := operations.NewBase(connector, s.url, s.fields)
	if err != nil {
		return nil, err
	}
	call := &operations.Call{
		Input: input, Base: base, HTTP: signer{s.token}, Field: s.fields, ReadError: connector.ReadError, Usage: usage, Effect: spec.Effect, Now: epoch,
	}
	if !spec.WholeList {
		return operation.Run(ctx, call)
	}
	cut, rest, err := ddl.Split(input)
	if err != nil {
		return nil, err
	}
	call.Input = rest
	list, err := operation.Run(ctx, call)
	if err != nil {
		return nil, err
	}
	return cut.Of(list)
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
