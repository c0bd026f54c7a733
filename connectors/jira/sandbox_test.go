package jira_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/conformance"
)

// TestConformance runs every operation with its own sample, once for each way to log in.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{jira.Basic, jira.PersonalAccessToken, jira.OAuth2} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			var s *service
			conformance.Runs(t, offered(t, scheme), conformance.Harness{
				Fresh: func(t *testing.T) { s = sandboxed(t, scheme) },
				Call: func(t *testing.T, operation string, input json.RawMessage) conformance.Answer {
					t.Helper()
					got := s.call(t, operation, translated(scheme, string(input)))
					answer := conformance.Answer{Output: got.output, Warnings: got.warnings, Whole: got.output}
					if got.err != nil {
						answer.Code, answer.Faults, answer.Whole = got.err.Code, got.err.Faults, []byte(got.err.Error())
					}
					return answer
				},
				Secrets: []string{jiratest.APIToken, jiratest.PersonalAccessToken, jiratest.AccessToken},
			})
		})
	}
}

// offered is the connector with the operations that a scheme will do for.
func offered(t testing.TB, scheme string) operations.Connector {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	connector, err := all.Connector("jira")
	if err != nil {
		t.Fatal(err)
	}
	connector.Operations = slices.DeleteFunc(slices.Clone(connector.Operations), func(o operations.Operation) bool {
		auth := o.Spec().Auth
		return len(auth) > 0 && !slices.Contains(auth, scheme)
	})
	return connector
}
