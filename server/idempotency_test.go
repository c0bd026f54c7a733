package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// once is a call of create_thing with an idempotency key.
func once(key, body string) scenario {
	return scenario{
		as: execute.RoleBuilder, url: createURL, body: body, wantStatus: 200,
		headers: map[string]string{"Idempotency-Key": key},
	}
}

func TestSameKeyGivesTheFirstAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"success":           {create(""), 200},
		"refused afterward": {`{"credentialId":"acct","input":{"name":"Lamp","fail":"unknown"}}`, 504},
		"fault of the hub":  {create("panic"), 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t)
			sc := once("k1", c.body)
			sc.wantStatus = c.status
			first := sc.run(t, h)
			sc.headers["X-Request-Id"] = "req_second"
			sc.wantHeaders = map[string]string{"Idempotency-Replayed": "true", "X-Request-Id": "req_second"}
			second := sc.run(t, h)
			if !bytes.Equal(first, second) {
				t.Errorf("the second answer differs:\n%s\n%s", first, second)
			}
			if n := h.demo.created.Load(); n > 1 {
				t.Errorf("%d things were made", n)
			}
		})
	}
}

func TestSameRequestIsRecognised(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	once("k", `{"credentialId":"acct","input":{"name":"Lamp","parent":1}}`).run(t, h)
	reordered := once("k", `{"input": {"parent":1, "name":"Lamp"}, "credentialId":"acct", "timeoutMs": 9}`)
	reordered.wantHeaders = map[string]string{"Idempotency-Replayed": "true"}
	reordered.run(t, h)
	reordered.url = "/v1/connectors/demo/operations/demo:create-thing/call"
	reordered.run(t, h)

	other := once("k", `{"credentialId":"acct","input":{"name":"Lamp","parent":2}}`)
	other.wantStatus, other.contains = 422, []string{"was used for another call"}
	other.run(t, h)
	if n := h.demo.created.Load(); n != 1 {
		t.Errorf("%d things were made, want 1", n)
	}
}

func TestKeyIsGivenBackWhenNothingWasDone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"invalid input":     {`{"credentialId":"acct","input":{}}`, 422},
		"unknown account":   {`{"credentialId":"nobody","input":{"name":"Lamp"}}`, 404},
		"service's limit":   {create("limited"), 429},
		"hub's limit":       {create("hub_limited"), 429},
		"not sent":          {create("unreachable"), 502},
		"refused at once":   {create("rejected"), 422},
		"guarded":           {create("refused"), 403},
		"malformed request": {`{`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t)
			failing := once("k", c.body)
			failing.wantStatus = c.status
			failing.run(t, h)
			once("k", create("")).run(t, h)
			if n := h.demo.created.Load(); n != 1 {
				t.Errorf("%d things were made, want 1", n)
			}
		})
	}
}

// TestKeyOfACallThatWasNotSent: its time was up before any request left, so it may come again.
func TestKeyOfACallThatWasNotSent(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	sc := once("k", `{"credentialId":"acct","timeoutMs":1}`)
	sc.url, sc.wantStatus = "/v1/connectors/demo/operations/wait_for_it/call", 504
	sc.run(t, h)
	h.demo.finish()
	sc.body, sc.wantStatus = `{"credentialId":"acct"}`, 200
	sc.run(t, h)
}

func TestDidNothing(t *testing.T) {
	t.Parallel()
	for _, info := range operations.Codes() {
		one := didNothing(&operations.Error{Code: info.Code}, 1)
		two := didNothing(&operations.Error{Code: info.Code}, 2)
		if two && !one {
			t.Errorf("%s: more requests cannot make it surer", info.Code)
		}
		if one && info.Status >= 500 && !info.Retryable && info.Code != operations.CodeNotConfigured {
			t.Errorf("%s: a fault that must not be repeated gave the key back", info.Code)
		}
	}
	if didNothing(&operations.Error{Code: operations.CodeUpstreamRejected}, 2) {
		t.Error("an operation of two requests may have written with the first")
	}
}

func TestKeyInFlight(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	wait := once("k", `{"credentialId":"acct","input":{}}`)
	wait.url = "/v1/connectors/demo/operations/wait_for_it/call"
	first := make(chan []byte)
	go func() { first <- wait.run(t, h) }()
	<-h.demo.started
	meanwhile := wait
	meanwhile.wantStatus, meanwhile.contains = 409, []string{`"code":"conflict"`, "still under way", `"retry_after":2`}
	meanwhile.wantHeaders = map[string]string{"Retry-After": "2"}
	meanwhile.run(t, h)
	keyScenario("GET", "k", 200, `"state":"in_flight"`).run(t, h)
	keyScenario("DELETE", "k", 409, "still under way").run(t, h)
	h.demo.finish()
	answer := <-first
	if again := wait.run(t, h); !bytes.Equal(answer, again) {
		t.Errorf("the answer afterwards differs: %s, %s", answer, again)
	}
}

func TestClaimLeftByACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stopped := store.WithClock(func() time.Time { return clock })
	crashed, err := store.Open(t.Context(), dir, stopped)
	if err != nil {
		t.Fatal(err)
	}
	h := newHub(t)
	hash := requestHash(h.catalogue, &mappedInput{}, execute.Request{
		Connector: "demo", Operation: "create_thing", Credential: "acct", Input: []byte(`{"fail":"","name":"Lamp"}`),
	})
	if _, err := crashed.ClaimIdempotency(t.Context(), workspace, "k", hash); err != nil {
		t.Fatal(err)
	}
	if err := crashed.Close(); err != nil {
		t.Fatal(err)
	}
	restarted, err := store.Open(t.Context(), dir, stopped)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = restarted.Close() })
	h.server.Idempotency = restarted
	sc := once("k", create(""))
	sc.wantStatus, sc.golden = 504, "call_left_over"
	for range 2 {
		sc.run(t, h)
	}
	if n := h.demo.created.Load(); n != 0 {
		t.Errorf("%d things were made, want none", n)
	}
	shown := keyScenario("GET", "k", 200, `"state":"unknown"`)
	shown.golden = "idempotency_key"
	shown.run(t, h)
	keyScenario("DELETE", "k", 204).run(t, h)
	keyScenario("GET", "k", 404, "it is free").run(t, h)
	keyScenario("DELETE", "k", 404).run(t, h)
	once("k", create("")).run(t, h)
	if n := h.demo.created.Load(); n != 1 {
		t.Errorf("%d things were made, want one", n)
	}
}

// keyScenario asks about an idempotency key.
func keyScenario(method, key string, status int, contains ...string) scenario {
	return scenario{as: execute.RoleBuilder, method: method, url: "/v1/idempotency/" + url.PathEscape(key), wantStatus: status, contains: contains}
}

// TestOddKeys: whatever may be a key can be asked about, and is nobody else's.
func TestOddKeys(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, key := range []string{"a/b", "a b?c=d#e", "100%", "%2F", "key:1"} {
		once(key, create("")).run(t, h)
		keyScenario("GET", key, 200, `"state":"done"`, string(encode(key))).run(t, h)
		keyScenario("DELETE", key, 204).run(t, h)
	}
	if n := h.demo.created.Load(); n != 5 {
		t.Errorf("%d things were made, want 5", n)
	}
	embed := keyScenario("GET", "a", 403)
	embed.as = execute.RoleEmbed
	embed.run(t, h)
}

// TestUnknownOutcomesNameTheCallThatFindsOut, with and without an idempotency key.
func TestUnknownOutcomesNameTheCallThatFindsOut(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	const body = `{"credentialId":"acct","input":{"name":"Lamp","fail":"unknown"}}`
	const resolve = `"resolve":{"operation":"demo.list_things","input":{"name":"Lamp"},"found":"things.0"}`
	for range 2 {
		sc := once("k", body)
		sc.wantStatus, sc.contains = 504, []string{resolve}
		sc.run(t, h)
	}
	scenario{as: execute.RoleBuilder, url: createURL, body: body, wantStatus: 504, contains: []string{resolve}}.run(t, h)
	scenario{as: execute.RoleBuilder, url: createURL, body: create("rejected"), wantStatus: 422, notContains: []string{"resolve"}}.run(t, h)
}

func TestKeyBounds(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	once(strings.Repeat("k", 255), create("")).run(t, h)
	for _, key := range []string{strings.Repeat("k", 256), "ключ"} {
		sc := once(key, create(""))
		sc.wantStatus, sc.contains = 422, []string{"idempotency key"}
		sc.run(t, h)
	}
}

func TestReadsNeedNoKey(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, body := range []string{`{"credentialId":"acct","input":{"limit":1}}`, `{"credentialId":"acct","input":{"limit":2}}`} {
		sc := once("same", body)
		sc.url = listURL
		sc.run(t, h)
	}
}

// TestEmbedNeverSeesAnothersAnswer: a key that may not run the operation must not get at its stored answer either.
func TestEmbedNeverSeesAnothersAnswer(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	sc := once("k", create(""))
	sc.run(t, h)
	sc.as, sc.wantStatus = execute.RoleEmbed, 403
	sc.run(t, h)
}

// forgetful cannot store answers.
type forgetful struct{ Idempotency }

func (forgetful) CompleteIdempotency(context.Context, store.Claim, []byte) error {
	return errors.New("the disk is full")
}

func TestAnswerIsGivenEvenIfItCannotBeStored(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.server.Idempotency = forgetful{h.store}
	once("k", create("")).run(t, h)
	again := once("k", create(""))
	again.wantStatus = 409
	again.run(t, h)
}

func TestStoredAnswersComeBack(t *testing.T) {
	t.Parallel()
	for _, a := range []answer{{200, "application/json", []byte("{\n}")}, {504, "application/problem+json", []byte{}}} {
		got, err := unpack(a.pack())
		if err != nil || got.status != a.status || got.contentType != a.contentType || !bytes.Equal(got.body, a.body) {
			t.Errorf("%v came back as %v, %v", a, got, err)
		}
	}
	for _, bad := range []string{"", "200", "x y\n", "200\n{}", http.StatusText(200)} {
		if _, err := unpack([]byte(bad)); err == nil {
			t.Errorf("%q was taken for an answer", bad)
		}
	}
}
