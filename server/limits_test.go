package server

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// addCredential stores one more credential of the demo connector.
func (h *hub) addCredential(t *testing.T, id string) {
	t.Helper()
	draft := credentials.Draft{ID: id, Connector: "demo", Name: id, Secrets: map[string]string{"access_token": "hunter2-" + id}}
	if _, err := h.vault.Create(t.Context(), workspace, draft); err != nil {
		t.Fatal(err)
	}
}

const setURL = "/v1/limits/overrides/demo/api"

func TestLimits(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	scenario{as: execute.RoleBuilder, url: "/v1/limits?credentialId=acct", wantStatus: 200, golden: "limits"}.run(t, h)
	for _, sc := range []scenario{
		{name: "unknown credential", url: "/v1/limits?credentialId=nobody", wantStatus: 404},
		{name: "of another connector", url: "/v1/limits?credentialId=acct&connector=open", wantStatus: 422, contains: []string{"belongs to the connector demo"}},
		{name: "unknown connector", url: "/v1/limits?connector=demmo", wantStatus: 404, contains: []string{"demo"}},
		{name: "bad page", url: "/v1/limits?limit=0", wantStatus: 422, contains: []string{"limit"}},
		{name: "of a connector", url: "/v1/limits?connector=demo", wantStatus: 200, contains: []string{`"credentialId":"acct"`}},
		{name: "that needs no credential", url: "/v1/limits?connector=open", wantStatus: 200, contains: []string{`{"limits":[],"breakers":[]}`}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as = execute.RoleBuilder
			sc.run(t, h)
		})
	}
}

func TestLimitsPageByPage(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	want := []string{"acct"}
	for _, id := range []string{"b3", "b1", "b2", "b4"} {
		h.addCredential(t, id)
	}
	want = append(want, "b1", "b2", "b3", "b4")
	var got []string
	for url, pages := "/v1/limits?limit=2", 0; url != ""; pages++ {
		var page struct {
			Limits []struct{ CredentialID, Name string }
			Next   string `json:"next_cursor"`
		}
		body := scenario{as: execute.RoleAdmin, url: url, wantStatus: 200}.run(t, h)
		if err := json.Unmarshal(body, &page); err != nil || pages > 3 {
			t.Fatalf("%d pages, %v", pages, err)
		}
		for _, l := range page.Limits {
			if l.CredentialID != "" && !slices.Contains(got, l.CredentialID) {
				got = append(got, l.CredentialID)
			}
		}
		url = ""
		if page.Next != "" {
			url = "/v1/limits?limit=2&cursor=" + page.Next
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
}

// TestLimitsTellOfPausesAndBreakers: what the governor knows is shown, whatever it is.
func TestLimitsTellOfPausesAndBreakers(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(o *Options) { o.Limits = governor{} })
	scenario{as: execute.RoleBuilder, url: "/v1/limits?credentialId=acct", wantStatus: 200, golden: "limits_held_up"}.run(t, h)
}

// governor holds everything up.
type governor struct{}

func (governor) Limits(_ context.Context, connector operations.Connector, credential *operations.Credential) (gateway.Holding, error) {
	left := 0
	return gateway.Holding{
		Limits: []gateway.LimitState{{
			Name: "api", Operation: "create_thing", Match: "POST /things", Method: "POST", Limit: 100, WindowSeconds: operations.Seconds(90 * time.Second),
			Burst: 5, Concurrent: 2, Overridden: true, Left: &left, Reset: clock.Add(time.Minute), PausedUntil: clock.Add(time.Hour),
			Reason: "the service has asked for a pause", UnderWay: 2, Waiting: 7,
		}},
		Breakers: []gateway.BreakerState{{
			Connector: connector.Name, Origin: "https://api.demo.test", Workspace: credential.Workspace, Credential: credential.ID,
			State: "open", Failures: 10, Until: clock.Add(10 * time.Second), Reason: "status 503",
		}},
	}, nil
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	put := func(url, body string, status int, golden string, contains ...string) {
		t.Helper()
		scenario{as: execute.RoleAdmin, method: http.MethodPut, url: url, body: body, wantStatus: status, golden: golden, contains: contains}.run(t, h)
	}
	limits := func(contains ...string) {
		t.Helper()
		scenario{as: execute.RoleBuilder, url: "/v1/limits?credentialId=acct", wantStatus: 200, contains: contains}.run(t, h)
	}
	limits(`"name":"api","limit":100,"windowSeconds":60,"left":100`)
	put(setURL, `{"limit":40}`, 200, "limit_override")
	limits(`"name":"api","limit":40,"windowSeconds":60,"overridden":true,"left":40`)
	put(setURL+"?credentialId=acct", `{"limit":30,"burst":10,"ttl":1.5}`, 200, "")
	limits(`"name":"api","limit":30,"windowSeconds":1.5,"burst":10,"overridden":true,"left":10`)
	put("/v1/limits/overrides/demo/lists?operation=demo:list-things", `{"enabled":false}`, 200, "", `"operation":"list_things"`)
	scenario{as: execute.RoleBuilder, url: "/v1/limits/overrides", wantStatus: 200, golden: "limit_overrides"}.run(t, h)
	scenario{as: execute.RoleBuilder, url: "/v1/limits/overrides?credentialId=acct", wantStatus: 200, notContains: []string{"lists"}}.run(t, h)
	scenario{as: execute.RoleBuilder, url: "/v1/limits/overrides?connector=open", wantStatus: 200, contains: []string{`"overrides":[]`}}.run(t, h)

	unset := scenario{as: execute.RoleAdmin, method: http.MethodDelete, url: setURL + "?credentialId=acct", wantStatus: 204}
	unset.run(t, h)
	limits(`"name":"api","limit":40`)
	unset.wantStatus, unset.contains = 404, []string{"nothing is set"}
	unset.run(t, h)
	unset.url, unset.wantStatus, unset.contains = setURL, 204, nil
	unset.run(t, h)
	limits(`"name":"api","limit":100,"windowSeconds":60,"left":100`)
}

func TestOverridesThatDoNotFit(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, sc := range []scenario{
		{name: "nothing set", url: setURL, body: `{}`, wantStatus: 422},
		{name: "below the bound", url: setURL, body: `{"limit":-1}`, wantStatus: 422, golden: "limit_override_invalid"},
		{name: "many faults", url: setURL, body: `{"limit":-1,"ttl":0,"enabled":"no","color":1}`, wantStatus: 422,
			contains: []string{`"/limit"`, `"/ttl"`, `"/enabled"`, `"/color"`}},
		{name: "null", url: setURL, body: `{"limit":null}`, wantStatus: 422, contains: []string{`"/limit"`}},
		{name: "fraction", url: setURL, body: `{"limit":1.5}`, wantStatus: 422, contains: []string{`"/limit"`}},
		{name: "burst above the limit", url: setURL, body: `{"burst":101}`, wantStatus: 422, contains: []string{`"/burst"`}},
		{name: "no JSON", url: setURL, body: `{`, wantStatus: 400},
		{name: "unknown limit", url: "/v1/limits/overrides/demo/apu", body: `{"limit":5}`, wantStatus: 404, contains: []string{`"suggestions":["api"]`}},
		{name: "unknown connector", url: "/v1/limits/overrides/demmo/api", body: `{"limit":5}`, wantStatus: 404},
		{name: "unknown operation", url: setURL + "?operation=none", body: `{"limit":5}`, wantStatus: 404},
		{name: "unknown credential", url: setURL + "?credentialId=nobody", body: `{"limit":5}`, wantStatus: 404},
		{name: "connector without credentials", url: "/v1/limits/overrides/open/api", body: `{"limit":5}`, wantStatus: 422},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as, sc.method = execute.RoleAdmin, http.MethodPut
			sc.run(t, h)
		})
	}
}

// forgotten notes what was to be forgotten.
type forgotten struct {
	mu    sync.Mutex
	calls []string
}

func (f *forgotten) Forget(_ context.Context, workspace, credential, connector, resource string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, strings.Join([]string{workspace, credential, connector, resource}, "/"))
}

func TestForget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query  string
		status int
		want   []string
	}{
		{"credentialId=acct", 204, []string{"default/acct/demo/"}},
		{"credentialId=acct&connector=demo&resource=thing", 204, []string{"default/acct/demo/thing"}},
		{"connector=demo&resource=thing", 204, []string{"default//demo/thing", "default/acct/demo/thing", "default/b1/demo/thing"}},
		{"connector=open", 204, []string{"default//open/"}},
		{"", 422, nil},
		{"resource=thing", 422, nil},
		{"credentialId=nobody", 404, nil},
		{"credentialId=acct&connector=open", 422, nil},
		{"connector=demmo", 404, nil},
		{"connector=demo&resource=" + strings.Repeat("x", maxResource+1), 422, nil},
	} {
		t.Run(c.query, func(t *testing.T) {
			t.Parallel()
			h := newHub(t)
			h.addCredential(t, "b1")
			scenario{as: execute.RoleBuilder, method: http.MethodDelete, url: "/v1/cache?" + c.query, wantStatus: c.status}.run(t, h)
			slices.Sort(h.forgotten.calls)
			if diff := cmp.Diff(c.want, h.forgotten.calls); diff != "" {
				t.Errorf("forgotten (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPartsThatAreLacking(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(o *Options) { o.Limits, o.Overrides, o.Cache = nil, nil, nil })
	for _, sc := range []scenario{
		{url: "/v1/limits"}, {url: "/v1/limits/overrides"}, {method: "DELETE", url: setURL}, {method: "DELETE", url: "/v1/cache?connector=demo"},
		{method: "PUT", url: setURL, body: `{"limit":1}`},
	} {
		sc.as, sc.wantStatus = execute.RoleAdmin, 501
		sc.run(t, h)
	}
}

func TestReadyTellsOfParts(t *testing.T) {
	t.Parallel()
	h := newHub(t, func(o *Options) {
		o.Parts = []Part{{"store", Fixed("sqlite")}, {"limiter", func() Condition {
			return Condition{Backend: "redis", Degraded: true, Since: clock, Reason: "Redis is unreachable"}
		}}}
	})
	scenario{url: "/readyz", wantStatus: 200, golden: "readyz_degraded"}.run(t, h)
}
