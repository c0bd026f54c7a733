package openapi_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

func TestNamesOfOperations(t *testing.T) {
	t.Parallel()
	c, report := load(t, document("3.0.0", `
paths:
  /users/{userId}/posts:
    get: {}
    post: {operationId: listHTTPThings2Go}
  /a: {get: {operationId: 'repos/list-for-org'}, put: {operationId: listThings}, post: {operationId: list_things}, delete: {operationId: listThings}, patch: {operationId: 'Añadir Ünïts'}}
  /b: {get: {operationId: raw_http_request}, post: {operationId: 日本}, put: {x-name: b_it, operationId: c}, delete: {operationId: things_ddl}, options: {}, trace: {}}
  /c: {get: {operationId: `+long+`}, put: {operationId: `+long+`2}, post: {operationId: hidden, x-hidden: true}}
  x-other: {}
  /d#e: {get: {}}
  /../f: {get: {}}
  /%2e%2e/g: {get: {}}
  h: {get: {}}
`), "")
	equal(t, "names", names(c), []string{
		"get_users_user_id_posts", "list_http_things2_go", "repos_list_for_org", "list_things", "post_a", "delete_a", "anadir_units",
		"get_b", "post_b", "b_it", "delete_b", "this_operation_has_a_name_that_goes_on_and_on_until_it_is_much_too_long_58f67cb1",
		"this_operation_has_a_name_that_goes_on_and_on_until_it_is_much_too_long_9d39d54c",
	})
	wantIssue(t, report, `DELETE /a: approximated: the operationId "listThings" is there already at line 9`)
	if n := len(issues(report, "the path cannot be one of a request")); n != 4 {
		t.Errorf("%d odd paths: %v", n, report.Issues)
	}
	if n := len(issues(report, "the method is not one of an operation")); n != 2 {
		t.Errorf("%d odd methods: %v", n, report.Issues)
	}
}

const long = "this-operation-has-a-name-that-goes-on-and-on-until-it-is-much-too-long-for-any-list-of-operations"

func TestSpecs(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.1.0", `
externalDocs: {url: 'https://docs.acme.example'}
security: [{oauth: [read]}, {key: []}]
x-throttle: [{name: all, ttl: 1, limit: 10, burst: 4}, {name: one thing, concurrent: 1, match: 'PUT|DELETE /v1/things/*', key: '{credential}/{input.id}'}, {name: odd, ttl: 1, limit: 1, key: '{planet}'}]
x-verify: whoami
paths:
  /v1/things:
    get: {summary: List things., description: "Lists.", operationId: list, x-cache: {ttl: 2.5, not_found: 4, vary: [q]}, parameters: [{name: q, in: query, schema: {}}], deprecated: true}
    post: {tags: [Great Things], operationId: make, x-effect: read, x-title: Make it, externalDocs: {url: 'https://docs.acme.example/make'},
      x-throttle: [{name: slow, ttl: 60, limit: 1, key: '{workspace}', enabled: false}], x-compensation: {operation: drop, input: {id: output.id}}, security: [{oauth: [write, read]}]}
    delete: {operationId: drop, x-resource: things, security: [], x-resolve: {operation: list, input: {q: '{input.q}'}, found: '0'}}
  /whoami: {get: {operationId: whoami}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Api-Key}
    oauth: {type: oauth2, flows: {authorizationCode: {authorizationUrl: 'https://a.example/auth', tokenUrl: 'https://a.example/token', scopes: {read: r, write: w}}}}
`), "")
	type short struct {
		Name, Title, Description, Docs, Resource string
		Effect                                   operations.Effect
		Auth, Scopes                             []string
		Cache                                    operations.CacheRule
		Throttlers                               []operations.Throttler
		Compensation                             *operations.Compensation
		Deprecated                               string
	}
	var got []short
	for _, o := range c.Operations {
		s := o.Spec()
		got = append(got, short{s.Name, s.Title, s.Description, s.Docs, s.Resource, s.Effect, s.Auth, s.Scopes, s.Cache, s.Throttlers, s.Compensation, s.Metadata["deprecated"]})
	}
	want := []short{
		{Name: "list", Title: "List things", Description: "Lists. (GET /v1/things)", Resource: "things", Effect: "read", Scopes: []string{"read"},
			Cache: operations.CacheRule{TTL: operations.Seconds(2.5e9), NotFound: operations.Seconds(4e9), Vary: []string{"q"}}, Deprecated: "true"},
		{Name: "make", Title: "Make it", Description: "Make it (POST /v1/things)", Docs: "https://docs.acme.example/make", Resource: "great_things", Effect: "read",
			Auth: []string{"oauth"}, Scopes: []string{"read", "write"},
			Throttlers:   []operations.Throttler{{Name: "slow", TTL: operations.Seconds(60e9), Limit: 1, Key: "{workspace}"}},
			Compensation: &operations.Compensation{Operation: "drop", Input: map[string]string{"id": "output.id"}}},
		{Name: "drop", Title: "Drop", Description: "Drop (DELETE /v1/things)", Resource: "things", Effect: "destructive"},
		{Name: "whoami", Title: "Whoami", Description: "Whoami (GET /whoami)", Resource: "whoami", Effect: "read", Scopes: []string{"read"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	resolve := &operations.Resolution{Operation: "list", Input: json.RawMessage(`{"q":"{input.q}"}`), Found: "0"}
	if diff := cmp.Diff(resolve, c.Operations[2].Spec().Resolve); diff != "" {
		t.Errorf("resolution of drop -want +got:\n%s", diff)
	}
	if c.Verify != "whoami" || c.Docs != "https://docs.acme.example" || c.Version != "1.2" || c.Title != "Acme" || c.Origin != "https://api.acme.example" || c.BasePath != "/v1" {
		t.Errorf("connector %+v", c)
	}
	throttlers := []operations.Throttler{
		{Name: "all", TTL: operations.Seconds(1e9), Limit: 10, Burst: 4, Key: "{workspace}/{credential}", Enabled: true},
		{Name: "one thing", Concurrent: 1, Match: "PUT|DELETE /v1/things/*", Key: "{credential}/{input.id}", Enabled: true},
	}
	if diff := cmp.Diff(throttlers, c.Throttlers); diff != "" {
		t.Errorf("throttlers -want +got:\n%s", diff)
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	secret := func(name, title string, required bool) operations.AuthField {
		return operations.AuthField{Name: name, Title: title, Secret: true, Required: required}
	}
	bearer := []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {token}"}}
	oauthFields := []operations.AuthField{
		secret("access_token", "Access token", false), secret("refresh_token", "Refresh token", false),
		{Name: "client_id", Title: "Client id"}, secret("client_secret", "Client secret", false),
	}
	tests := []struct {
		name, scheme string
		want         operations.Auth
		issue        string
	}{
		{"key in a header", `{type: apiKey, in: header, name: X-Api-Key, description: Ask us.}`,
			operations.Auth{Description: "Ask us.", Fields: []operations.AuthField{secret("api_key", "Api key", true)}, Headers: []operations.AuthHeader{{Name: "X-Api-Key", Value: "{api_key}"}}}, ""},
		{"raw token", `{type: apiKey, in: header, name: Authorization}`,
			operations.Auth{Fields: []operations.AuthField{secret("token", "Token", true)}, Headers: []operations.AuthHeader{{Name: "Authorization", Value: "{token}"}}}, ""},
		{"key in a cookie", `{type: apiKey, in: cookie, name: sid}`,
			operations.Auth{Fields: []operations.AuthField{secret("sid", "Sid", true)}, Headers: []operations.AuthHeader{{Name: "Cookie", Value: "sid={sid}"}}}, ""},
		{"bearer", `{type: http, scheme: Bearer, x-title: Our token, x-fields: [{name: region, title: Region, required: true}]}`,
			operations.Auth{Title: "Our token", Fields: []operations.AuthField{secret("token", "Token", true), {Name: "region", Title: "Region", Required: true}}, Headers: bearer}, ""},
		{"basic", `{type: http, scheme: basic}`,
			operations.Auth{Fields: []operations.AuthField{{Name: "username", Title: "Username", Required: true}, secret("password", "Password", false)}, Basic: &operations.BasicAuth{User: "username", Password: "password"}}, ""},
		{"client credentials", `{type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {a: ''}}}}`,
			operations.Auth{Fields: oauthFields, Headers: []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {access_token}"}}, OAuth2: &operations.OAuth2{TokenURL: "/token", Scopes: []string{"a"}}}, ""},
		{"implicit", `{type: oauth2, flows: {implicit: {authorizationUrl: 'https://a.example'}}}`, operations.Auth{Fields: []operations.AuthField{secret("token", "Token", true)}, Headers: bearer}, "a token is to be entered"},
		{"OpenID Connect", `{type: openIdConnect, openIdConnectUrl: 'https://a.example'}`, operations.Auth{Fields: []operations.AuthField{secret("token", "Token", true)}, Headers: bearer}, "OpenID Connect"},
		{"key in the query", `{type: apiKey, in: query, name: key}`, operations.Auth{}, "puts its key into the query"},
		{"a header with a line break", `{type: apiKey, in: header, name: "a\r\nb"}`, operations.Auth{}, "puts its key into the header"},
		{"certificates", `{type: mutualTLS}`, operations.Auth{}, "that the hub cannot sign with: mutualTLS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, report := load(t, document("3.1.0", anyPath+"components: {securitySchemes: {myKey: "+tt.scheme+"}}\n"), "")
			if tt.issue != "" {
				wantIssue(t, report, tt.issue)
			}
			if len(tt.want.Fields) == 0 {
				if len(c.Auth) > 0 {
					t.Errorf("auth %+v", c.Auth)
				}
				return
			}
			tt.want.Name = "my_key"
			if tt.want.Title == "" {
				tt.want.Title = "My key"
			}
			if diff := cmp.Diff([]operations.Auth{tt.want}, c.Auth); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSecuritySchemesTogether(t *testing.T) {
	t.Parallel()
	c, _ := load(t, document("3.0.0", anyPath+`
security: [{appKey: [], apiKey: []}, {}, {basic: []}]
components:
  securitySchemes:
    apiKey: {type: apiKey, in: header, name: DD-API-KEY}
    appKey: {type: apiKey, in: header, name: DD-APPLICATION-KEY}
    basic: {type: http, scheme: basic}
    unused: {type: http, scheme: bearer}
`), "")
	if len(c.Auth) != 2 || c.Auth[0].Name != "api_key_and_app_key" || len(c.Auth[0].Headers) != 2 || c.Auth[1].Name != "basic" {
		t.Errorf("auth %+v", c.Auth)
	}
}

func TestServers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, document, server  string
		origin, base, reachable string // reachable: what the address is with the fields site=acme and base_url=https://own.example/x
		fields                  []string
	}{
		{"plain", "openapi: 3.0.0\nservers: [{url: 'https://a.example/api/v2/'}]\n", "", "https://a.example", "/api/v2", "https://a.example/api/v2/a", nil},
		{"no server", "openapi: 3.0.0\n", "", "{base_url}", "", "https://own.example/x/a", []string{"base_url"}},
		{"relative", "openapi: 3.0.0\nservers: [{url: '/api/v3?x#y'}]\n", "", "{base_url}", "/api/v3", "https://own.example/x/api/v3/a", []string{"base_url"}},
		{"host with a variable", "openapi: 3.0.0\nservers: [{url: 'https://{site}.a.example/{version}', variables: {site: {default: demo, description: Yours.}, version: {default: v1}}}]\n", "",
			"https://{site}.a.example", "/v1", "https://acme.a.example/v1/a", []string{"site"}},
		{"whole URL as a variable", "openapi: 3.0.0\nservers: [{url: '{base_url}/api', variables: {base_url: {default: 'https://a.example'}}}]\n", "", "{base_url}", "/api", "https://own.example/x/api/a", []string{"base_url"}},
		{"variable that nothing declares", "openapi: 3.0.0\nservers: [{url: 'https://{site}.a.example'}]\n", "", "https://{site}.a.example", "", "https://acme.a.example/a", []string{"site"}},
		{"scheme as a variable", "openapi: 3.0.0\nservers: [{url: '{proto}://a.example', variables: {proto: {default: http, enum: [http, https]}}}]\n", "", "https://a.example", "", "https://a.example/a", nil},
		{"given by the caller", "openapi: 3.0.0\nservers: [{url: 'https://a.example'}]\n", "https://b.example/c", "https://b.example", "/c", "https://b.example/c/a", nil},
		{"Swagger", "swagger: '2.0'\nhost: a.example:8443\nbasePath: /v1/\nschemes: [http, https]\n", "", "https://a.example:8443", "/v1", "https://a.example:8443/v1/a", nil},
		{"Swagger over http", "swagger: '2.0'\nhost: a.example\nschemes: [http]\n", "", "http://a.example", "", "http://a.example/a", nil},
		{"Swagger without a host", "swagger: '2.0'\nbasePath: /v1\n", "", "{base_url}", "/v1", "https://own.example/x/v1/a", []string{"base_url"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := openapi.Load(t.Context(), openapi.Source{Document: []byte(tt.document + anyPath)}, openapi.Options{Name: "acme", Server: tt.server})
			if err != nil {
				t.Fatal(err)
			}
			if c.Origin != tt.origin || c.BasePath != tt.base {
				t.Errorf("address %q %q", c.Origin, c.BasePath)
			}
			var fields []string
			for _, auth := range c.Auth {
				for _, field := range auth.Fields {
					fields = append(fields, field.Name)
				}
			}
			equal(t, "fields", fields, tt.fields)
			base, err := operations.NewBase(c, "", map[string]string{"site": "acme", "base_url": "https://own.example/x"})
			if err != nil || base.URL("/a") != tt.reachable {
				t.Errorf("URL %s %v", base.URL("/a"), err)
			}
		})
	}
}

func TestServersOfTheirOwn(t *testing.T) {
	t.Parallel()
	c, report := load(t, document("3.0.0", `
paths:
  /a: {get: {operationId: same, servers: [{url: 'https://api.acme.example/v1'}]}, put: {operationId: other, servers: [{url: 'https://uploads.acme.example'}]}}
  /b: {servers: [{url: 'https://evil.example'}], get: {operationId: elsewhere}}
`), "")
	equal(t, "operations", names(c), []string{"same"})
	if n := len(issues(report, "it has a server of its own")); n != 2 {
		t.Errorf("issues %v", report.Issues)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	auth := []operations.Auth{{Name: "mine", Title: "Mine", Fields: []operations.AuthField{{Name: "t"}}}}
	c, _, err := openapi.Load(t.Context(), openapi.Source{Document: []byte(document("3.0.0", anyPath+"security: [{x: []}]\ncomponents: {securitySchemes: {x: {type: http, scheme: basic}}}"))}, openapi.Options{
		Name: "acme", Title: "T", Description: "D", Version: "9", Docs: "https://d.example", Auth: auth,
		Throttlers: []operations.Throttler{{Name: "x"}},
		Samples:    fstest.MapFS{"get_a.json": {Data: []byte(`{"input":{},"output":{"from":"file"}}`)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	spec := operation(t, c, "get_a").Spec()
	if c.Title != "T" || c.Description != "D" || c.Version != "9" || c.Docs != "https://d.example" || c.Auth[0].Name != "mine" || c.Throttlers[0].Name != "x" ||
		string(spec.Sample.Output) != `{"from":"file"}` || spec.Metadata["sample"] != "" || spec.Auth != nil {
		t.Errorf("connector %+v, spec %+v", c, spec)
	}
}
