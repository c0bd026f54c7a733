package jira_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/operations"
)

var catalogue = sync.OnceValues(func() (*operations.Catalogue, error) {
	return operations.NewCatalogue([]operations.Connector{jira.Connector()})
})

// noon is when tests happen.
func noon() time.Time { return time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC) }

// service is a Jira below a path prefix, asked with a credential of one scheme.
type service struct {
	url    string
	scheme string
}

func serve(t testing.TB, scheme string, handler http.Handler) *service {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/tracker", handler))
	t.Cleanup(server.Close)
	return &service{url: server.URL + "/tracker", scheme: scheme}
}

func sandboxed(t testing.TB, scheme string) *service {
	return serve(t, scheme, jiratest.New(jiratest.Options{Prefix: "/tracker", Now: noon}))
}

// fields are those of the credential that are not secret.
func (s *service) fields() map[string]string {
	return map[string]map[string]string{
		jira.Basic:               {"site_url": s.url, "email": jiratest.Email},
		jira.PersonalAccessToken: {"base_url": s.url},
		jira.OAuth2:              {"cloud_id": jiratest.CloudID},
	}[s.scheme]
}

// override is the origin in place of the vendor's, where the credential names none.
func (s *service) override() string {
	if s.scheme == jira.OAuth2 {
		return s.url
	}
	return ""
}

// Do signs a request as the gateway does.
func (s *service) Do(request *http.Request) (*http.Response, error) {
	switch s.scheme {
	case jira.Basic:
		request.SetBasicAuth(jiratest.Email, jiratest.APIToken)
	case jira.PersonalAccessToken:
		request.Header.Set("Authorization", "Bearer "+jiratest.PersonalAccessToken)
	case jira.OAuth2:
		request.Header.Set("Authorization", "Bearer "+jiratest.AccessToken)
	}
	return http.DefaultClient.Do(request)
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

// must is call where nothing goes wrong.
func (s *service) must(t testing.TB, name, input string) json.RawMessage {
	t.Helper()
	got := s.call(t, name, input)
	if got.err != nil {
		t.Fatalf("%s %s: %v %v", name, input, got.err, got.err.Faults)
	}
	return got.output
}

func (s *service) run(ctx context.Context, usage *operations.Usage, name string, input json.RawMessage) (json.RawMessage, error) {
	all, err := catalogue()
	if err != nil {
		return nil, err
	}
	connector, operation, err := all.Operation("jira", name)
	if err != nil {
		return nil, err
	}
	spec := operation.Spec()
	if faults, err := check(spec.Input, input); err != nil || len(faults) > 0 {
		return nil, errors.Join(err, &operations.Error{Code: operations.CodeInvalidInput, Detail: "does not fit", Faults: faults})
	}
	base, err := operations.NewBase(connector.For(s.scheme), s.override(), s.fields())
	if err != nil {
		return nil, err
	}
	return operation.Run(ctx, &operations.Call{
		Input: input, Base: base, HTTP: s, Field: s.fields(), ReadError: connector.ReadError, Usage: usage, Effect: spec.Effect, Now: noon,
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
