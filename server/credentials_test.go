package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations/execute"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	const one = "/v1/credentials/acct"
	for _, sc := range []scenario{
		{name: "list", url: "/v1/credentials", wantStatus: 200, golden: "credentials"},
		{name: "list for a builder", as: execute.RoleBuilder, url: "/v1/credentials", wantStatus: 200, contains: []string{`"id":"acct"`}},
		{name: "list of a connector", url: "/v1/credentials?connector=untested", wantStatus: 200, contains: []string{`"id":"other"`}, notContains: []string{"acct"}},
		{name: "list of none", url: "/v1/credentials?connector=nope", wantStatus: 200, contains: []string{`{"credentials":[]}`}},
		{name: "get", url: one, wantStatus: 200, golden: "credential"},
		{name: "get of another workspace", url: "/v1/credentials/theirs", wantStatus: 404, contains: []string{"there is no such credential"}},
		{name: "patch of another workspace", method: "PATCH", url: "/v1/credentials/theirs", body: `{"name":"mine"}`, wantStatus: 404},
		{name: "delete of another workspace", method: "DELETE", url: "/v1/credentials/theirs", wantStatus: 404},
		{name: "test of another workspace", method: "POST", url: "/v1/credentials/theirs/test", wantStatus: 404},
		{name: "create", url: "/v1/credentials", body: `{"connector":"demo","fields":{"site":"eu"},"secrets":{"access_token":"example-token"}}`, wantStatus: 201, golden: "credential_create"},
		{name: "create with an id", url: "/v1/credentials", body: `{"id":"mine","connector":"demo","name":"Mine","secrets":{"access_token":"example-token"}}`, wantStatus: 201, wantHeaders: map[string]string{"Location": "/v1/credentials/mine"}},
		{name: "taken id", url: "/v1/credentials", body: `{"id":"acct","connector":"demo","secrets":{"access_token":"example-token"}}`, wantStatus: 409, contains: []string{`"code":"conflict"`}},
		{name: "secret missing", url: "/v1/credentials", body: `{"connector":"demo","fields":{"access_token":"example-token"}}`, wantStatus: 422, golden: "credential_invalid"},
		{name: "unknown fields", url: "/v1/credentials", body: `{"connector":"demo","workspace":"elsewhere","secrets":{"access_token":5}}`, wantStatus: 422, contains: []string{`"pointer":"/workspace"`, `"pointer":"/secrets/access_token"`}},
		{name: "unknown connector", url: "/v1/credentials", body: `{"connector":"dem"}`, wantStatus: 422, contains: []string{`"suggestions":["demo"]`}},
		{name: "body of nothing", url: "/v1/credentials", body: `null`, wantStatus: 422},
		{name: "rename", method: "PATCH", url: one, body: `{"name":"Renamed"}`, wantStatus: 200, contains: []string{`"name":"Renamed"`, `"version":2`}},
		{name: "connector cannot be changed", method: "PATCH", url: one, body: `{"connector":"untested"}`, wantStatus: 422, contains: []string{`"pointer":"/connector"`}},
		{name: "try out", method: "POST", url: one + "/test", as: execute.RoleBuilder, wantStatus: 200, golden: "credential_test"},
		{name: "nothing to try it with", method: "POST", url: "/v1/credentials/other/test", wantStatus: 501, contains: []string{`"code":"not_configured"`}},
		{name: "delete", method: "DELETE", url: one, wantStatus: 204},
		{name: "gone", url: one, wantStatus: 404},
	} {
		t.Run(sc.name, func(t *testing.T) {
			if sc.as == "" {
				sc.as = execute.RoleAdmin
			}
			sc.notContains = append(sc.notContains, secretOfAccount, "example-token", "sealed")
			sc.run(t, h)
		})
	}
}

// TestLog: one line per request, and nothing in it that may be a secret.
func TestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := newHub(t, func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	scenario{
		as: execute.RoleAdmin, url: "/v1/credentials?token=in-the-query", wantStatus: 201, headers: map[string]string{"X-Api-Key": "in-a-header"},
		body: `{"connector":"demo","secrets":{"access_token":"in-the-body"}}`,
	}.run(t, h)
	scenario{url: "/v1/connectors/in-the-path", wantStatus: 401}.run(t, h)
	scenario{url: "/nowhere/in-the-path", wantStatus: 404}.run(t, h)
	scenario{url: "/healthz", wantStatus: 200}.run(t, h)
	for _, secret := range []string{"in-the-", h.secrets[execute.RoleAdmin]} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3:\n%s", len(lines), log.String())
	}
	var first struct {
		Method, Route, Request, Key string
		Status, Bytes               int
		Duration                    int64
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if first.Method != "POST" || first.Route != "/v1/credentials" || first.Status != 201 || first.Key != h.keys[execute.RoleAdmin].ID ||
		first.Request != "req_test" || first.Bytes == 0 || first.Duration == 0 {
		t.Errorf("the first line is %s", lines[0])
	}
	for i, want := range []string{`"code":"unauthenticated"`, `"route":"(none)"`} {
		if !strings.Contains(lines[i+1], want) {
			t.Errorf("line %d lacks %s: %s", i+1, want, lines[i+1])
		}
	}
}
