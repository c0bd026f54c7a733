package server

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations/execute"
)

// visitors are all kinds of callers there are.
func visitors(t *testing.T, h *hub) map[string]string {
	t.Helper()
	revoked, secret, err := h.store.CreateKey(t.Context(), workspace, "revoked", execute.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.RevokeKey(t.Context(), workspace, revoked.ID); err != nil {
		t.Fatal(err)
	}
	bearers := map[string]string{
		"no key": "", "bad key": "Bearer pb_" + strings.Repeat("x", 43), "short key": "Bearer pb_", "long key": "Bearer pb_" + strings.Repeat("x", 4000),
		"other scheme": "Basic " + h.secrets[execute.RoleAdmin], "bare key": h.secrets[execute.RoleAdmin], "revoked": "Bearer " + secret,
	}
	for role, secret := range h.secrets {
		bearers[string(role)] = "Bearer " + secret
	}
	return bearers
}

// TestAccess tries every route as every visitor. What is right is said here once more, apart from the table.
func TestAccess(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	everyone := []string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/embed/v1/:file", "/v1/mappings/schema"}
	embedToo := []string{
		"GET /v1/me", "GET /v1/connectors/:connector/ddl/:list", "GET /v1/connectors/:connector/ddl/:list/resolve",
		"GET /v1/connectors/:connector/ddl/:list/match", "POST /v1/connectors/:connector/operations/:operation/call", "POST /core/v1/connectors/:connector/versions/:version/call",
	}
	adminOnly := []string{
		"POST /v1/connectors", "DELETE /v1/connectors/:connector",
		"POST /v1/credentials", "PATCH /v1/credentials/:credential", "DELETE /v1/credentials/:credential",
		"GET /v1/keys", "POST /v1/keys", "DELETE /v1/keys/:key", "GET /v1/calls",
		"PUT /v1/limits/overrides/:connector/:throttler", "DELETE /v1/limits/overrides/:connector/:throttler",
	}
	allowed := func(r route, visitor string) bool {
		name := r.method + " " + r.path
		switch {
		case slices.Contains(everyone, r.path) || visitor == "admin":
			return true
		case slices.Contains(embedToo, name):
			return visitor == "embed" || visitor == "builder"
		default:
			return visitor == "builder" && !slices.Contains(adminOnly, name)
		}
	}
	for visitor, bearer := range visitors(t, h) {
		for _, r := range h.server.table {
			t.Run(visitor+" "+r.method+" "+r.path, func(t *testing.T) {
				sc := scenario{method: r.method, url: pathParameter.ReplaceAllString(r.path, "none"), headers: map[string]string{"Authorization": bearer}}
				if r.body != "" {
					sc.body = "{}"
				}
				response, err := h.server.Test(sc.request(h))
				if err != nil {
					t.Fatal(err)
				}
				body := readAllOf(t, response)
				got, isRole := response.StatusCode, h.secrets[execute.Role(visitor)] != ""
				switch {
				case allowed(r, visitor):
					if got == http.StatusUnauthorized || got == http.StatusForbidden || got >= 500 {
						t.Errorf("refused with %d: %s", got, body)
					}
				case isRole && got != http.StatusForbidden:
					t.Errorf("status %d, want 403: %s", got, body)
				case !isRole && got != http.StatusUnauthorized:
					t.Errorf("status %d, want 401: %s", got, body)
				}
			})
		}
	}
}

func TestARouteWithoutAccessLetsNobodyIn(t *testing.T) {
	t.Parallel()
	for _, role := range append(execute.Roles(), "", "root") {
		if nobody.includes(role) || anyone.includes("") {
			t.Errorf("%q got in", role)
		}
	}
	for _, r := range newHub(t).server.table {
		if r.access == nobody {
			t.Errorf("%s %s: name who may use it", r.method, r.path)
		}
	}
}

func TestEmbedCallsDDLOnly(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	scenario{as: execute.RoleEmbed, url: ddlURL, body: `{"credentialId":"acct"}`, wantStatus: 200}.run(t, h)
	scenario{as: execute.RoleEmbed, url: createURL, body: create(""), wantStatus: 403, golden: "call_forbidden"}.run(t, h)
	scenario{as: execute.RoleEmbed, url: compatibleURL, body: `{"operation":"create_thing","authId":"acct","input":{"name":"x"}}`, wantStatus: 403}.run(t, h)
}

// TestOpenAPI: the description has every route and no other, and its references lead somewhere.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	body := scenario{url: "/openapi.json", wantStatus: 200, golden: "openapi"}.run(t, h)
	var document struct {
		OpenAPI    string
		Info       struct{ Version string }
		Paths      map[string]map[string]json.RawMessage
		Components map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatal(err)
	}
	if document.OpenAPI != "3.1.0" || document.Info.Version != "1.2.3" {
		t.Errorf("it is %s of version %s", document.OpenAPI, document.Info.Version)
	}
	identifiers := map[string]bool{}
	for _, r := range h.server.table {
		identifiers[r.identifier()] = true
	}
	if len(identifiers) != len(h.server.table) {
		t.Errorf("two operations have one operationId: %v", identifiers)
	}
	described, registered := map[string]bool{}, map[string]bool{}
	for path, methods := range document.Paths {
		for method := range methods {
			described[strings.ToUpper(method)+" "+path] = true
		}
	}
	for _, r := range h.server.app.GetRoutes(true) {
		if r.Method != http.MethodHead && r.Method != http.MethodOptions {
			registered[r.Method+" "+pathParameter.ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	if !maps.Equal(described, registered) {
		t.Errorf("described: %v\nregistered: %v", described, registered)
	}
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	references(whole, used)
	for ref := range used {
		if !leadsSomewhere(whole, ref) {
			t.Errorf("%s leads nowhere", ref)
		}
	}
	for _, kind := range []string{"schemas", "parameters", "responses"} {
		for name := range document.Components[kind] {
			if !used["#/components/"+kind+"/"+name] {
				t.Errorf("nothing uses %s %s", kind, name)
			}
		}
	}
}

// references gathers all $ref.
func references(v any, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			references(item, into)
		}
	case map[string]any:
		for name, value := range v {
			if ref, ok := value.(string); ok && name == "$ref" {
				into[ref] = true
			}
			references(value, into)
		}
	}
}

func leadsSomewhere(document any, ref string) bool {
	rest, local := strings.CutPrefix(ref, "#/")
	for _, token := range strings.Split(rest, "/") {
		object, ok := document.(map[string]any)
		if !ok {
			return false
		}
		if document, ok = object[token]; !ok {
			return false
		}
	}
	return local
}
