package server

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/embedtoken"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/imports"
	"github.com/patchbay/patchbay/internal/mappings"
	"github.com/patchbay/patchbay/internal/overrides"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// clock is the one time of all tests.
var clock = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// hub is a server with its real parts around a connector made for tests.
type hub struct {
	server    *Server
	store     *store.Store
	vault     *credentials.Vault
	demo      *demo
	imports   *imports.Imports
	gateway   *gateway.Gateway
	overrides *overrides.Overrides
	forgotten forgotten
	tokens    *embedtoken.Tokens
	recorded  recorded
	catalogue *operations.Catalogue // of the built-in connectors
	secrets   map[execute.Role]string
	keys      map[execute.Role]store.Key

	schemas sync.Map // name → compiled, for holding answers against them
}

const workspace = "default"

// newHub makes a hub; change may alter the server's options.
func newHub(t testing.TB, change ...func(*Options)) *hub {
	t.Helper()
	h := &hub{demo: &demo{release: make(chan struct{}), started: make(chan struct{}, 100)}, secrets: map[execute.Role]string{}, keys: map[execute.Role]store.Key{}}
	var err error
	if h.store, err = store.Open(t.Context(), t.TempDir(), store.WithClock(func() time.Time { return clock })); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, role := range execute.Roles() {
		if h.keys[role], h.secrets[role], err = h.store.CreateKey(t.Context(), workspace, string(role)+"'s key", role); err != nil {
			t.Fatal(err)
		}
	}
	catalogue, err := operations.NewCatalogue([]operations.Connector{h.demo.connector(), open(), untested()})
	if err != nil {
		t.Fatal(err)
	}
	h.catalogue = catalogue
	if h.imports, err = imports.New(imports.Options{BuiltIn: catalogue, Store: h.store, Now: func() time.Time { return clock }}); err != nil {
		t.Fatal(err)
	}
	h.vault = newVault(t, h.store, h.imports)
	if h.overrides, err = overrides.New(t.Context(), overrides.Options{Store: h.store, Catalogue: h.imports}); err != nil {
		t.Fatal(err)
	}
	h.gateway = gateway.New(gateway.Options{Overrides: h.overrides})
	t.Cleanup(h.gateway.Close)
	h.tokens = newTokens(t, h.store)
	runner := execute.New(execute.Options{
		Catalogue: h.imports, Credentials: h.vault, Upstream: noUpstream{}, Recorder: &h.recorded, Now: func() time.Time { return clock },
	})
	options := Options{
		Catalogue: h.imports, Imports: h.imports, Runner: runner, Keys: h.store, Credentials: h.vault, Calls: h.store, Idempotency: h.store,
		Limits: h.gateway, Overrides: h.overrides, Cache: &h.forgotten,
		Mappings: mappings.New(mappings.Options{Store: h.store, Catalogue: h.imports}),
		Lists:    runner, EmbedTokens: h.tokens, Passes: h.tokens, Recorder: &h.recorded,
		Ready: h.store.Check, Version: "1.2.3",
	}
	for _, f := range change {
		f(&options)
	}
	if h.server, err = New(options); err != nil {
		t.Fatal(err)
	}
	return h
}

type noUpstream struct{}

func (noUpstream) Client(operations.Target) operations.Doer { return noUpstream{} }

func (noUpstream) Do(*http.Request) (*http.Response, error) {
	return nil, operations.Errorf(operations.CodeUpstreamUnreachable, "tests reach nobody")
}

// demo is a connector whose operations do what their input asks for.
type demo struct {
	created atomic.Int64
	started chan struct{} // told by each call that waits
	release chan struct{} // closed to end them
	once    sync.Once
}

func (d *demo) finish() { d.once.Do(func() { close(d.release) }) }

func (d *demo) connector() operations.Connector {
	return operations.Connector{
		Name: "demo", Title: "Demo", Description: "Does as it is told.", Version: "2.1", Docs: "https://demo.test/docs",
		Origin: "https://api.demo.test", Verify: "list_things",
		Auth: []operations.Auth{{Name: "token", Title: "Token", Fields: []operations.AuthField{
			{Name: "site", Title: "Site", Required: false},
			{Name: "access_token", Title: "Access token", Secret: true, Required: true},
		}}},
		Throttlers: []operations.Throttler{{Name: "api", TTL: operations.Seconds(time.Minute), Limit: 100, Key: "{credential}", Enabled: true}},
		Operations: []operations.Operation{
			operations.Func(listThings, d.list),
			operations.Func(createThing, d.create),
			operations.Func(waitForIt, d.wait),
			operations.Func(things, d.ddl),
			operations.Func(rawHTTP, d.list),
		},
	}
}

// open is a connector that wants no credential.
func open() operations.Connector {
	return operations.Connector{Name: "open", Title: "Open", Version: "1.0", Operations: []operations.Operation{
		operations.Func(operations.Spec{
			Name: "echo", Title: "Echo", Kind: operations.KindAction, Effect: operations.EffectRead,
			Input: operations.Schema(`{"type":"object"}`), Output: operations.Schema(`{"type":"object"}`),
		}, func(_ context.Context, call *operations.Call) (json.RawMessage, error) { return call.Input, nil }),
	}}
}

// untested is a connector that names no operation to try a credential with.
func untested() operations.Connector {
	return operations.Connector{
		Name: "untested", Title: "Untested", Version: "1.0",
		Auth: []operations.Auth{{Name: "site", Title: "Site", Fields: []operations.AuthField{{Name: "site", Title: "Site", Required: true}}}},
	}
}

var (
	listThings = operations.Spec{
		Name: "list_things", Title: "List things", Description: "Lists things, page by page.", Resource: "thing",
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Input:  operations.Schema(`{"type":"object","properties":{"limit":{"type":"integer","minimum":1}},"additionalProperties":false}`),
		Output: operations.Schema(`{"type":"object"}`),
		Sample: operations.Sample{Input: json.RawMessage(`{"limit":2}`), Output: json.RawMessage(`{"things":[{"id":1}]}`)},
		Paging: &operations.Paging{CursorInput: "cursor", CursorOutput: "next_cursor", Items: "things", MaxPages: 10},
		Cache:  operations.CacheRule{TTL: operations.Seconds(time.Minute)},
		Throttlers: []operations.Throttler{
			{Name: "lists", TTL: operations.Seconds(time.Second), Limit: 5, Burst: 2, Key: "{credential}:lists", Enabled: true},
		},
	}
	createThing = operations.Spec{
		Name: "create_thing", Title: "Create thing", Description: "Creates a thing.", Resource: "thing",
		Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"things.write"},
		Input: operations.Schema(`{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{
			"name":{"type":"string","title":"Name","minLength":1},
			"parent":{"type":"integer","exclusiveMinimum":0,"x-lookup":{"operation":"list_things_ddl","input":{}}},
			"note":{"type":["string","null"],"x-advanced":true},
			"fail":{"$ref":"#/$defs/fail"}
		},"required":["name"],"additionalProperties":false,"$defs":{"fail":{"type":"string"}}}`),
		Output:       operations.Schema(`{"type":"object","properties":{"id":{"type":"integer"}}}`),
		Sample:       operations.Sample{Input: json.RawMessage(`{"name":"Lamp"}`), Output: json.RawMessage(`{"id":1}`)},
		Compensation: &operations.Compensation{Operation: "delete_thing", Input: map[string]string{"id": "output.id"}},
		Resolve:      &operations.Resolution{Operation: "list_things", Input: json.RawMessage(`{"name":"{input.name}"}`), Found: "things.0"},
	}
	waitForIt = operations.Spec{
		Name: "wait_for_it", Title: "Wait", Kind: operations.KindAction, Effect: operations.EffectWrite,
		Input: operations.Schema(`{"type":"object"}`), Output: operations.Schema(`{"type":"object"}`),
	}
	things = operations.Spec{
		Name: "list_things_ddl", Title: "Things", Description: "Things for a drop-down.", Kind: operations.KindDDL, Effect: operations.EffectRead,
		Input: operations.Schema(`{"type":"object","additionalProperties":false}`), Output: operations.Schema(`{"type":"object"}`),
		Sample: operations.Sample{Input: json.RawMessage(`{}`), Output: json.RawMessage(`{"result":[{"text":"Lamp","value":1}]}`)},
	}
	rawHTTP = operations.Spec{
		Name: "raw_http_request", Title: "Raw HTTP request", Kind: operations.KindRawHTTP, Effect: operations.EffectDestructive,
		Input: operations.Schema(`{"type":"object"}`), Output: operations.Schema(`{"type":"object"}`),
	}
)

func (d *demo) list(_ context.Context, call *operations.Call) (json.RawMessage, error) {
	call.Usage.Requests.Add(1)
	return json.RawMessage(`{ "things": [{"id":1,"name":"<Lamp> & more"}], "big":12345678901234567890 }`), nil
}

func (d *demo) ddl(context.Context, *operations.Call) (json.RawMessage, error) {
	return json.RawMessage(`{"result":[{"text":"Lamp","value":1}]}`), nil
}

func (d *demo) wait(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	d.started <- struct{}{}
	select {
	case <-d.release:
		return json.RawMessage(`{"waited":true}`), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// create makes a thing, or fails the way its input asks for.
func (d *demo) create(_ context.Context, call *operations.Call) (json.RawMessage, error) {
	var input struct{ Name, Fail string }
	if err := json.Unmarshal(call.Input, &input); err != nil {
		return nil, err
	}
	call.Usage.Requests.Add(1)
	if input.Fail == "panic" {
		panic("as asked for")
	}
	if fault, ok := failures()[input.Fail]; ok {
		return nil, fault
	}
	d.created.Add(1)
	return encode(map[string]any{"id": 1, "name": input.Name}), nil
}

func failures() map[string]*operations.Error {
	upstream := &operations.Upstream{Status: 422, Code: "taken", RequestID: "up_1", Body: json.RawMessage(`{"error":"name taken"}`)}
	return map[string]*operations.Error{
		"rejected": {
			Code: operations.CodeUpstreamRejected, Detail: "the service answered Unprocessable Entity: name taken", Upstream: upstream,
			Faults: []operations.InputFault{{Pointer: "/name", Detail: "is taken"}},
		},
		"limited": {
			Code: operations.CodeRateLimited, Detail: "the service answered Too Many Requests", RetryAfter: 1500 * time.Millisecond,
			Upstream: &operations.Upstream{Status: 429, Body: json.RawMessage(`{"ok":false,"error":"ratelimited"}`)},
		},
		"hub_limited": {Code: operations.CodeRateLimited, Detail: "the limit api of demo is used up", RetryAfter: 61 * time.Second},
		"odd":         {Code: operations.CodeUpstreamRejected, Detail: "the service said channel_not_found", Upstream: &operations.Upstream{Status: 200, Body: json.RawMessage(`{"ok":false}`)}},
		"garbled":     {Code: operations.CodeUpstreamFailed, Detail: "the service answered nonsense", Upstream: &operations.Upstream{Status: 502, Body: json.RawMessage("<h1>\xff")}},
		"unreachable": {Code: operations.CodeUpstreamUnreachable, Detail: "the service cannot be reached"},
		"unknown":     {Code: operations.CodeOutcomeUnknown, Detail: "the service did not answer; the thing may have been made"},
		"refused":     {Code: operations.CodeDestinationRefused, Detail: "not allowed"},
	}
}
