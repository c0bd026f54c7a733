package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/conformance"
)

const (
	testKey    = "pb_a_key_for_the_tests_only"
	catalogues = "../../testdata/catalogue"
)

// TestConformance runs every operation of every connector through the HTTP API of a hub, against its sandbox.
func TestConformance(t *testing.T) {
	t.Parallel()
	hub, at := openTestHub(t)
	for _, connector := range connectors.All(platform.Options{}) {
		t.Run(connector.Name, func(t *testing.T) {
			conformance.Declared(t, connector, conformance.Catalogue(t, filepath.Join(catalogues, connector.Name+".json")))
			if len(connector.Auth) > 0 && len(sandboxesFor(connector.Name)) == 0 {
				t.Fatal("the connector has no sandbox")
			}
			conformance.Runs(t, connector, harness(hub, at, connector))
		})
	}
}

// TestEveryConnectorHasACatalogue compares the list of connectors with testdata/catalogue, both ways.
func TestEveryConnectorHasACatalogue(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(catalogues, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var required, offered []string
	for _, file := range files {
		required = append(required, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	for _, connector := range connectors.All(platform.Options{}) {
		offered = append(offered, connector.Name)
	}
	slices.Sort(offered)
	if diff := cmp.Diff(required, offered); diff != "" {
		t.Errorf("connectors differ from their catalogues (-required +offered):\n%s", diff)
	}
}

// openTestHub serves a hub with its sandboxes on a loopback port, for one test.
func openTestHub(t testing.TB) (*hub, *client) {
	t.Helper()
	c := console{in: strings.NewReader(""), out: io.Discard, err: io.Discard, environment: []string{"PATCHBAY_ADMIN_KEY=" + testKey}}
	h, err := newHub(t.Context(), c, config{Data: t.TempDir(), Sandbox: true, serving: true, LogLevel: warnings})
	if err != nil {
		t.Fatal(err)
	}
	return h, serveTestHub(t, h)
}

// harness lets the conformance suite speak to a hub as any client does, with a credential that the operation accepts.
func harness(h *hub, at *client, c operations.Connector) conformance.Harness {
	credentials, secrets := map[string]string{}, []string(nil)
	for _, s := range slices.Backward(sandboxesFor(c.Name)) {
		secrets = slices.AppendSeq(secrets, maps.Values(s.secrets))
		for _, operation := range c.Operations {
			if spec := operation.Spec(); len(spec.Auth) == 0 || slices.Contains(spec.Auth, s.scheme) {
				credentials[spec.Name] = s.credentialID()
			}
		}
	}
	return conformance.Harness{
		Secrets: secrets,
		Fresh: func(t *testing.T) {
			t.Helper()
			if len(c.Auth) == 0 {
				return // the hub's own: its samples do not meet
			}
			response, err := http.Post(h.ground.origins[c.Name]+"/_sandbox/reset", "application/json", nil)
			if err != nil || response.Body.Close() != nil || response.StatusCode >= 300 {
				t.Fatalf("resetting the sandbox: %v %v", response, err)
			}
		},
		Call: func(t *testing.T, operation string, input json.RawMessage) conformance.Answer {
			t.Helper()
			path := "/v1/connectors/" + c.Name + "/operations/" + url.PathEscape(operation) + "/call"
			body := map[string]any{"credentialId": credentials[operation], "input": input}
			answer, err := at.do(t.Context(), http.MethodPost, path, body, "Cache-Control", "no-cache")
			return answerOf(t, answer, err)
		},
		List: func(t *testing.T, operation, what string, query url.Values) conformance.Answer {
			t.Helper()
			query.Set("credentialId", credentials[operation])
			path := "/v1/connectors/" + c.Name + "/ddl/" + url.PathEscape(operation)
			if what != "" {
				path += "/" + what
			}
			answer, err := at.do(t.Context(), http.MethodGet, path+"?"+query.Encode(), nil)
			listed := answerOf(t, answer, err)
			listed.Output = answer
			return listed
		},
	}
}

func answerOf(t *testing.T, answer json.RawMessage, err error) conformance.Answer {
	t.Helper()
	var refused *problem
	if errors.As(err, &refused) {
		out := conformance.Answer{Code: refused.Code, Whole: refused.raw}
		for _, fault := range refused.Errors {
			out.Faults = append(out.Faults, operations.InputFault{Pointer: strings.TrimPrefix(fault.Pointer, "/input"), Detail: fault.Detail})
		}
		return out
	}
	if err != nil {
		t.Fatal(err)
	}
	var success struct {
		Output json.RawMessage `json:"output"`
		Meta   struct {
			Warnings []string `json:"warnings"`
		} `json:"meta"`
	}
	if err := json.Unmarshal(answer, &success); err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	return conformance.Answer{Output: success.Output, Warnings: success.Meta.Warnings, Whole: answer}
}
