package server

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/internal/embedtoken"
	"github.com/patchbay/patchbay/operations/execute"
)

const (
	pageOrigin = "https://app.example.com"
	thingsURL  = "/v1/connectors/demo/ddl/list_things_ddl"
)

// embed makes a token by the API, with members in place of the usual ones.
func (h *hub) embed(t testing.TB, change map[string]any) string {
	t.Helper()
	body := map[string]any{"endUser": "ada", "credentials": []string{"acct"}, "origins": []string{pageOrigin}}
	maps.Copy(body, change)
	sc := scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens", body: string(encode(body))}
	response, err := h.server.Test(sc.request(h))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var made struct{ ID, Token string }
	if err := json.NewDecoder(response.Body).Decode(&made); err != nil || response.StatusCode != http.StatusCreated {
		t.Fatalf("status %d (%v)", response.StatusCode, err)
	}
	return made.Token
}

func from(origin, token string, more ...string) map[string]string {
	headers := map[string]string{"Authorization": "Bearer " + token, "Origin": origin}
	for i := 0; i+1 < len(more); i += 2 {
		headers[more[i]] = more[i+1]
	}
	return headers
}

func TestEmbedTokens(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	body := `{"endUser":"ada","credentials":["acct"],"operations":["demo.*_ddl","demo.create_thing"],"origins":["https://App.example.com/"],"expiresIn":60,"calls":5}`
	made := scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens", body: body, wantStatus: 201, golden: "embed_token_create"}.run(t, h)
	id := gjson.GetBytes(made, "id").String()
	scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens", wantStatus: 200, golden: "embed_tokens", notContains: []string{"pbe_"}}.run(t, h)
	h.embed(t, map[string]any{"endUser": "bob"})
	page := scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens?limit=1", wantStatus: 200, contains: []string{`"endUser":"bob"`}}.run(t, h)
	next := gjson.GetBytes(page, "next_cursor").String()
	scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens?cursor=" + next, wantStatus: 200, contains: []string{id}, notContains: []string{"bob", "next_cursor"}}.run(t, h)
	scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens?endUser=bob", wantStatus: 200, notContains: []string{id}}.run(t, h)
	scenario{as: execute.RoleBuilder, method: "DELETE", url: "/v1/embed/tokens/" + id, wantStatus: 204}.run(t, h)
	scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens?endUser=ada", wantStatus: 200, contains: []string{`"revoked":`}}.run(t, h)
	scenario{as: execute.RoleBuilder, method: "DELETE", url: "/v1/embed/tokens/et_none", wantStatus: 404}.run(t, h)
	usual := scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens", body: `{"endUser":"x","origins":["https://a.test"]}`, wantStatus: 201}.run(t, h)
	if got := gjson.GetManyBytes(usual, "operations.0", "calls", "credentials.#"); got[0].String() != "*_ddl" || got[1].Int() != 1000 || got[2].Int() != 0 {
		t.Errorf("%s", usual)
	}
}

func TestEmbedTokensRefuse(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	whole := func(member string) string {
		body := map[string]json.RawMessage{"endUser": json.RawMessage(`"a"`), "origins": json.RawMessage(`["https://a.test"]`)}
		changed := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte("{"+member+"}"), &changed); err != nil {
			t.Fatal(err)
		}
		maps.Copy(body, changed)
		return string(encode(body))
	}
	for member, pointer := range map[string]string{
		`"endUser":""`: "/endUser", `"endUser":"a\u0007"`: "/endUser", `"origins":[]`: "/origins", `"origins":["*"]`: "/origins/0",
		`"origins":["https://a.test","http://b.test"]`: "/origins/1", `"credentials":["acct","none"]`: "/credentials/1",
		`"credentials":["theirs"]`: "/credentials/0", `"operations":["demo.no_such"]`: "/operations/0", `"operations":["nobody.*_ddl"]`: "/operations/0",
		`"operations":["demo.raw_http_request"]`: "/operations/0", `"operations":["create_thing"]`: "/operations/0", `"operations":["*"]`: "/operations/0",
		`"operations":[]`: "/operations", `"expiresIn":86401`: "/expiresIn", `"expiresIn":0`: "/expiresIn", `"calls":0`: "/calls", `"admin":true`: "/admin",
	} {
		scenario{
			name: member, as: execute.RoleBuilder, url: "/v1/embed/tokens", body: whole(member), wantStatus: 422,
			contains: []string{`"pointer":"` + pointer + `"`},
		}.run(t, h)
	}
	for _, role := range []execute.Role{execute.RoleEmbed, ""} {
		response, err := h.server.Test(scenario{as: role, url: "/v1/embed/tokens", body: whole(`"calls":1`)}.request(h))
		if err != nil || response.StatusCode < 401 || response.StatusCode > 403 {
			t.Errorf("%s: %v %v", role, response.StatusCode, err)
		}
		readAllOf(t, response)
	}
}

func TestAPageDoesWhatItsTokenAllows(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	token := h.embed(t, map[string]any{"operations": []string{"*_ddl", "demo.create_thing", "open.echo"}, "origins": []string{pageOrigin, "https://example.com"}})
	cors := map[string]string{
		"Access-Control-Allow-Origin": pageOrigin, "Access-Control-Allow-Credentials": "",
		"Access-Control-Expose-Headers": "ETag, Retry-After, X-Request-Id, Idempotency-Replayed",
	}
	for _, sc := range []scenario{
		{name: "drop-down", url: thingsURL + "?credentialId=acct", contains: []string{`"text":"Lamp"`}},
		{name: "its options", url: thingsURL + "/resolve?credentialId=acct&value=1", contains: []string{`"missing":[]`}},
		{name: "drop-down by a call", url: ddlURL, body: `{"credentialId":"acct"}`},
		{name: "write", url: createURL, body: create("")},
		{name: "what needs no credential", url: "/v1/connectors/open/operations/echo/call", body: `{}`},
		{name: "compatible", url: compatibleURL, body: `{"operation":"list_things_ddl","authId":"acct","input":{}}`, contains: []string{`"outcome":"success"`}},
		{name: "at home", url: thingsURL + "?credentialId=acct"},
	} {
		sc.headers, sc.wantStatus, sc.wantHeaders = from(pageOrigin, token), 200, cors
		if sc.name == "at home" {
			sc.headers = map[string]string{"Authorization": "Bearer " + token, "Sec-Fetch-Site": "same-origin"}
			sc.wantHeaders = nil
		}
		sc.run(t, h)
	}
	for _, record := range h.recorded.all() {
		if !strings.HasPrefix(record.Key, "et_") || record.Workspace != workspace {
			t.Errorf("recorded under %q: %+v", record.Key, record)
		}
	}
}

// TestAPageDoesNothingMore: each refusal says why, and is recorded under the token.
func TestAPageDoesNothingMore(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	narrow := h.embed(t, map[string]any{"operations": []string{"demo.list_things"}})
	lists := h.embed(t, nil)
	call := func(operation string) string { return strings.Replace(createURL, "create_thing", operation, 1) }
	readable := map[string]string{"Access-Control-Allow-Origin": pageOrigin, "Vary": "Origin"}
	for _, test := range []struct {
		name, url, body, token, origin, reason string
		headers                                []string
	}{
		{"another credential", thingsURL + "?credentialId=other", "", lists, pageOrigin, execute.ReasonCredential, nil},
		{"another workspace's credential", ddlURL, `{"credentialId":"theirs"}`, lists, pageOrigin, execute.ReasonCredential, nil},
		{"a write", createURL, create(""), lists, pageOrigin, execute.ReasonOperation, nil},
		{"a write, as if repeated", createURL, create(""), lists, pageOrigin, execute.ReasonOperation, []string{"Idempotency-Key", "k"}},
		{"a read", call("list_things"), `{"credentialId":"acct"}`, lists, pageOrigin, execute.ReasonOperation, nil},
		{"a raw request", call("raw_http_request"), `{"credentialId":"acct"}`, lists, pageOrigin, execute.ReasonOperation, nil},
		{"by its identifier", call("demo:raw-http-request"), `{"credentialId":"acct"}`, lists, pageOrigin, execute.ReasonOperation, nil},
		{"what is not there", call("nothing"), `{"credentialId":"acct"}`, lists, pageOrigin, execute.ReasonOperation, nil},
		{"a drop-down that is not there", "/v1/connectors/demo/ddl/nothing?credentialId=acct", "", lists, pageOrigin, execute.ReasonOperation, nil},
		{"a drop-down of none", "/v1/connectors/nobody/ddl/nothing", "", lists, pageOrigin, execute.ReasonOperation, nil},
		{"a drop-down", thingsURL + "?credentialId=acct", "", narrow, pageOrigin, execute.ReasonOperation, nil},
		{"another origin", thingsURL + "?credentialId=acct", "", lists, "https://evil.test", embedtoken.ReasonOrigin, nil},
		{"an origin that looks alike", thingsURL + "?credentialId=acct", "", lists, pageOrigin + ".evil.test", embedtoken.ReasonOrigin, nil},
		{"no origin", thingsURL + "?credentialId=acct", "", lists, "", embedtoken.ReasonOrigin, nil},
		{"at home elsewhere", thingsURL + "?credentialId=acct", "", lists, "", embedtoken.ReasonOrigin, []string{"Sec-Fetch-Site", "same-origin"}},
		{"the catalogue", "/v1/connectors", "", lists, pageOrigin, reasonPath, nil},
		{"credentials", "/v1/credentials", "", lists, pageOrigin, reasonPath, nil},
		{"itself", "/v1/me", "", lists, pageOrigin, reasonPath, nil},
		{"tokens", "/v1/embed/tokens", `{"endUser":"x","origins":["https://a.test"]}`, lists, pageOrigin, reasonPath, nil},
		{"compatible catalogue", "/core/v1/connectors", "", lists, pageOrigin, reasonPath, nil},
		{"compatible write", compatibleURL, `{"operation":"create_thing","authId":"acct","input":{"name":"x"}}`, lists, pageOrigin, execute.ReasonOperation, nil},
		{"compatible, what is not there", compatibleURL, `{"operation":"create_thin","authId":"acct","input":{}}`, lists, pageOrigin, execute.ReasonOperation, nil},
		{"compatible schema", compatibleURL, `{"operation":"create_thing","authId":"acct","input":{},"returnOutputSchema":true}`, lists, pageOrigin, execute.ReasonOperation, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := len(h.recorded.all())
			headers := readable
			if test.origin != pageOrigin {
				headers = map[string]string{"Access-Control-Allow-Origin": ""}
			}
			if test.reason == reasonPath {
				headers = map[string]string{"Access-Control-Allow-Origin": pageOrigin}
			}
			scenario{
				url: test.url, body: test.body, headers: from(test.origin, test.token, test.headers...), wantStatus: 403,
				contains: []string{`"reason":"` + test.reason + `"`}, notContains: []string{"did you mean"}, wantHeaders: headers,
			}.run(t, h)
			records := h.recorded.all()
			if len(records) != before+1 || records[before].Code != "forbidden" || !strings.HasPrefix(records[before].Key, "et_") {
				t.Errorf("recorded: %+v", records[before:])
			}
		})
	}
	if h.demo.created.Load() != 0 {
		t.Error("a thing was created")
	}
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	revoked, spent := h.embed(t, nil), h.embed(t, map[string]any{"calls": 2, "endUser": "bob"})
	listed := scenario{as: execute.RoleBuilder, url: "/v1/embed/tokens?endUser=ada", wantStatus: 200}.run(t, h)
	url := thingsURL + "?credentialId=acct"
	scenario{url: url, headers: from(pageOrigin, revoked), wantStatus: 200}.run(t, h)
	scenario{as: execute.RoleBuilder, method: "DELETE", url: "/v1/embed/tokens/" + gjson.GetBytes(listed, "tokens.0.id").String(), wantStatus: 204}.run(t, h)
	readable := map[string]string{"Access-Control-Allow-Origin": pageOrigin}
	scenario{url: url, headers: from(pageOrigin, revoked), wantStatus: 401, contains: []string{`"reason":"token_revoked"`}, wantHeaders: readable}.run(t, h)
	scenario{url: url, headers: from(pageOrigin, spent), wantStatus: 200}.run(t, h)
	scenario{url: ddlURL, headers: from(pageOrigin, spent), body: `{"credentialId":"acct"}`, wantStatus: 200}.run(t, h)
	scenario{url: url, headers: from(pageOrigin, spent), wantStatus: 403, contains: []string{`"reason":"budget_spent"`}, wantHeaders: readable}.run(t, h)
	scenario{url: compatibleURL, body: `{}`, headers: from(pageOrigin, spent), wantStatus: 403, contains: []string{`"reason":"budget_spent"`}}.run(t, h)
	scenario{url: url, headers: from(pageOrigin, "pbe_nonsense"), wantStatus: 401, contains: []string{`"reason":"token_invalid"`}, wantHeaders: readable}.run(t, h)
	scenario{url: url, headers: from("https://evil.test", "pbe_nonsense"), wantStatus: 401, wantHeaders: map[string]string{"Access-Control-Allow-Origin": ""}}.run(t, h)
}

func TestAnExpiredTokenIsToldSo(t *testing.T) {
	t.Parallel()
	past := newHub(t)
	_, token, err := past.tokens.Issue(t.Context(), workspace, embedtoken.Draft{
		EndUser: "ada", Origins: []string{pageOrigin}, Operations: []string{execute.AllLists}, Lifetime: -time.Second, Calls: 5,
	})
	if err != nil {
		t.Fatal(err)
	}
	scenario{
		url: thingsURL + "?credentialId=acct", headers: from(pageOrigin, token), wantStatus: 401, contains: []string{`"reason":"token_expired"`},
		wantHeaders: map[string]string{"Access-Control-Allow-Origin": pageOrigin},
	}.run(t, past)
	if records := past.recorded.all(); len(records) != 1 || records[0].Operation != "list_things_ddl" || records[0].Credential != "acct" {
		t.Errorf("recorded: %+v", records)
	}
}

func TestPreflights(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.embed(t, nil)
	for _, test := range []struct {
		name, url, origin, method string
		status                    int
		allowed                   string
	}{
		{"page's origin", thingsURL, pageOrigin, "GET", 204, pageOrigin},
		{"call", createURL, pageOrigin, "POST", 204, pageOrigin},
		{"compatible", compatibleURL, pageOrigin, "POST", 204, pageOrigin},
		{"another origin", thingsURL, "https://evil.test", "GET", 403, ""},
		{"null", thingsURL, "null", "GET", 403, ""},
		{"a very long one", thingsURL, "https://" + strings.Repeat("a", 5000), "GET", 403, ""},
		{"no origin", thingsURL, "", "GET", 405, ""},
		{"no preflight", thingsURL, pageOrigin, "", 405, ""},
		{"what pages may not use", "/v1/credentials", pageOrigin, "GET", 405, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			sc := scenario{method: "OPTIONS", url: test.url, headers: map[string]string{
				"Origin": test.origin, "Access-Control-Request-Method": test.method, "Access-Control-Request-Headers": "authorization",
			}}
			response, err := h.server.Test(sc.request(h))
			if err != nil {
				t.Fatal(err)
			}
			readAllOf(t, response)
			header := response.Header
			if response.StatusCode != test.status || header.Get("Access-Control-Allow-Origin") != test.allowed || header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%d %v", response.StatusCode, header)
			}
			if test.allowed != "" && (!strings.Contains(header.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(header.Get("Vary"), "Origin")) {
				t.Errorf("%v", header)
			}
		})
	}
}

// TestKeysAreNotForPages: an answer to an API key is for nobody's page.
func TestKeysAreNotForPages(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.embed(t, nil)
	scenario{
		as: execute.RoleBuilder, url: thingsURL + "?credentialId=acct", headers: map[string]string{"Origin": pageOrigin}, wantStatus: 200,
		wantHeaders: map[string]string{"Access-Control-Allow-Origin": ""},
	}.run(t, h)
}

// TestIdempotencyKeysOfPagesAreApart: one end user does not see the answer that another was given.
func TestIdempotencyKeysOfPagesAreApart(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	grant := []string{"demo.create_thing"}
	ada, bob := h.embed(t, map[string]any{"operations": grant}), h.embed(t, map[string]any{"operations": grant, "endUser": "bob"})
	again := h.embed(t, map[string]any{"operations": grant})
	repeat := func(headers map[string]string, want string) {
		t.Helper()
		headers["Idempotency-Key"] = "k"
		scenario{url: createURL, body: create(""), headers: headers, wantStatus: 200, wantHeaders: map[string]string{"Idempotency-Replayed": want}}.run(t, h)
	}
	repeat(from(pageOrigin, ada), "")
	repeat(from(pageOrigin, bob), "")
	repeat(map[string]string{"Authorization": "Bearer " + h.secrets[execute.RoleBuilder]}, "")
	repeat(from(pageOrigin, again), "true")
	if n := h.demo.created.Load(); n != 3 {
		t.Errorf("%d things were created, want 3", n)
	}
}
