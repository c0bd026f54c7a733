package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, sc := range []scenario{
		{name: "me", as: execute.RoleEmbed, url: "/v1/me", wantStatus: 200, golden: "me", notContains: []string{"pb_secret"}},
		{name: "list", url: "/v1/keys", wantStatus: 200, golden: "keys", notContains: []string{`"secret"`, `"hash"`}},
		{name: "create", url: "/v1/keys", body: `{"name":"CI","role":"embed"}`, wantStatus: 201, golden: "key_create"},
		{name: "unknown role", url: "/v1/keys", body: `{"name":"CI","role":"root"}`, wantStatus: 422, golden: "key_invalid"},
		{name: "unknown and missing fields", url: "/v1/keys", body: `{"Name":"CI","role":"embed","workspace":"other"}`, wantStatus: 422, contains: []string{`"pointer":"/workspace"`, `"pointer":"/Name"`, `"pointer":"/name"`}},
		{name: "long name", url: "/v1/keys", body: `{"name":"` + strings.Repeat("x", 201) + `","role":"embed"}`, wantStatus: 422, contains: []string{`"pointer":"/name"`}},
		{name: "malformed", url: "/v1/keys", body: `{"name":}`, wantStatus: 400},
		{name: "too deep", url: "/v1/keys", body: strings.Repeat(`{"name":`, 100), wantStatus: 400, contains: []string{"64 levels"}},
		{name: "unknown key", method: "DELETE", url: "/v1/keys/key_none", wantStatus: 404},
	} {
		t.Run(sc.name, func(t *testing.T) {
			if sc.as == "" {
				sc.as = execute.RoleAdmin
			}
			sc.run(t, h)
		})
	}
}

func TestKeyLife(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	var made struct{ ID, Secret string }
	body := scenario{as: execute.RoleAdmin, url: "/v1/keys", body: `{"name":"CI","role":"builder"}`, wantStatus: 201}.run(t, h)
	if err := json.Unmarshal(body, &made); err != nil {
		t.Fatal(err)
	}
	asMade := map[string]string{"Authorization": "bearer  " + made.Secret}
	scenario{url: "/v1/me", headers: asMade, wantStatus: 200, contains: []string{made.ID, `"role":"builder"`}, notContains: []string{made.Secret}}.run(t, h)
	scenario{as: execute.RoleAdmin, method: "DELETE", url: "/v1/keys/" + made.ID, wantStatus: 204}.run(t, h)
	scenario{url: "/v1/me", headers: asMade, wantStatus: 401, golden: "unauthenticated", wantHeaders: map[string]string{"WWW-Authenticate": `Bearer realm="patchbay"`}}.run(t, h)
	scenario{as: execute.RoleAdmin, url: "/v1/keys", wantStatus: 200, contains: []string{`"revoked"`}, notContains: []string{made.Secret}}.run(t, h)
}

func TestKeysOfAnotherWorkspace(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	theirs, _, err := h.store.CreateKey(t.Context(), "elsewhere", "theirs", execute.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	scenario{as: execute.RoleAdmin, url: "/v1/keys", wantStatus: 200, notContains: []string{theirs.ID}}.run(t, h)
	scenario{as: execute.RoleAdmin, method: "DELETE", url: "/v1/keys/" + theirs.ID, wantStatus: 404}.run(t, h)
}

func TestCallRecords(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	recorder := h.store.NewRecorder(store.RecorderOptions{})
	for i := range 5 {
		record := execute.Record{RequestID: fmt.Sprintf("req_%d", i), Time: clock, Workspace: workspace, Key: "key_x", Connector: "demo", Operation: "create_thing", Cached: execute.Miss}
		if i%2 == 1 {
			record.Code = operations.CodeRateLimited
		}
		recorder.Record(record)
	}
	recorder.Record(execute.Record{RequestID: "req_theirs", Time: clock, Workspace: "elsewhere"})
	if err := recorder.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, sc := range []scenario{
		{name: "page", url: "/v1/calls?limit=2", wantStatus: 200, golden: "calls", notContains: []string{"req_theirs"}},
		{name: "next page", url: "/v1/calls?limit=2&cursor=4", wantStatus: 200, contains: []string{"req_2", "req_1", `"next_cursor":"2"`}, notContains: []string{"req_3"}},
		{name: "last page", url: "/v1/calls?limit=2&cursor=2", wantStatus: 200, contains: []string{"req_0"}, notContains: []string{"next_cursor"}},
		{name: "exactly full page", url: "/v1/calls?limit=5", wantStatus: 200, contains: []string{"req_0", "req_4"}, notContains: []string{"next_cursor"}},
		{name: "by code", url: "/v1/calls?code=rate_limited", wantStatus: 200, contains: []string{"req_1", "req_3"}, notContains: []string{"req_0"}},
		{name: "successes", url: "/v1/calls?code=ok", wantStatus: 200, contains: []string{"req_0"}, notContains: []string{"req_1"}},
		{name: "none", url: "/v1/calls?connector=slack", wantStatus: 200, contains: []string{`{"calls":[]}`}},
		{name: "bad limit", url: "/v1/calls?limit=201", wantStatus: 422, contains: []string{"from 1 to 200"}},
		{name: "bad cursor", url: "/v1/calls?cursor=-1", wantStatus: 422},
	} {
		t.Run(sc.name, func(t *testing.T) {
			sc.as = execute.RoleAdmin
			sc.run(t, h)
		})
	}
}
