package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// serveSandboxes starts a hub with sandboxes on a data folder and gives the environment with which it is asked.
func serveSandboxes(t *testing.T, data string) []string {
	t.Helper()
	hub := start(t, []string{"PATCHBAY_ADMIN_KEY=" + testKey}, "serve", "--sandbox", "--addr", "127.0.0.1:0", "--data", data)
	env := []string{"PATCHBAY_SERVER=" + hub.address(t), "PATCHBAY_KEY=" + testKey}
	t.Cleanup(func() {
		if code := hub.end(t); code != exitDone {
			t.Errorf("the hub ends with %d", code)
		}
	})
	return env
}

const hourly = "outreach-user-hour"

func TestLimitsOfARunningHub(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	env := serveSandboxes(t, data)
	must(t, env, "", "call", "outreach.list_users", "--credential", "sandbox-outreach", "--input", "{}")
	shown := must(t, env, "", "limits", "--credential", "sandbox-outreach").out
	contains(t, shown, "CREDENTIAL", hourly, "10000 requests in 1h", "all back at")
	contains(t, must(t, env, "", "limits", "--connector", "jira").out, "sandbox-jira", "jira-burst")

	set := must(t, env, "", "limits", "set", "outreach", hourly, "--limit", "2000", "--json").out
	if gjson.Get(set, "limit").Int() != 2000 || gjson.Get(set, "throttler").String() != hourly {
		t.Errorf("set prints %s", set)
	}
	contains(t, must(t, env, "", "limits", "--credential", "sandbox-outreach").out, hourly+" *", "2000 requests in 1h", "2000")
	contains(t, must(t, env, "", "limits", "list").out, "all credentials", `{"limit":2000}`)
	contains(t, must(t, append(env, "PATCHBAY_BURST=7"), "", "limits", "set", "outreach", hourly, "--ttl", "30m", "--enabled=false", "--credential", "sandbox-outreach").out, hourly+" set")
	contains(t, must(t, env, "", "limits", "list").out, "sandbox-outreach", `{"burst":7,"ttl":1800,"enabled":false}`)
	if out := must(t, env, "", "limits", "--credential", "sandbox-outreach").out; strings.Contains(out, hourly) {
		t.Errorf("a limit that is switched off is shown: %s", out)
	}
	for _, args := range [][]string{{"--credential", "sandbox-outreach"}, nil} {
		must(t, env, "", append([]string{"limits", "unset", "outreach", hourly}, args...)...)
	}
	if got := try(t, env, "", "limits", "unset", "outreach", hourly); got.code != exitFailed {
		t.Errorf("unset again: exit %d", got.code)
	}
	contains(t, must(t, env, "", "limits", "--credential", "sandbox-outreach").out, "10000 requests in 1h", "all back at") // the count goes on
}

// TestLimitsAreSetOnTheDataFolder: a hub that runs beside takes over what is set there.
func TestLimitsAreSetOnTheDataFolder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	env := serveSandboxes(t, data)
	must(t, []string{"PATCHBAY_DATA=" + data}, "", "limits", "set", "slack", "conversations.history-distributed", "--enabled")
	late := time.Now().Add(20 * time.Second)
	for {
		out := must(t, env, "", "limits", "--credential", "sandbox-slack").out
		if strings.Contains(out, "conversations.history-distributed *") {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("the running hub knows nothing of it: %s", out)
		}
	}
}

func TestLimitsWrongUsage(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + t.TempDir()}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"limits", "set", "outreach", hourly}, exitUsage, "say what to set"},
		{[]string{"limits", "set", "outreach"}, exitUsage, "CONNECTOR LIMIT"},
		{[]string{"limits", "set", "outreach", hourly, "--limit", "many"}, exitUsage, "--limit"},
		{[]string{"limits", "sett"}, exitUsage, "did you mean set"},
		{[]string{"cache", "clear", "--connector", "outreach"}, exitUsage, "--server"},
		{[]string{"cache", "clear", "--server", "http://127.0.0.1:1"}, exitUsage, "--credential or --connector"},
		{[]string{"idempotency", "show"}, exitUsage, "KEY"},
	} {
		got := try(t, env, "", c.args...)
		if got.code != c.code {
			t.Errorf("%v: exit %d", c.args, got.code)
		}
		contains(t, got.err, c.says)
	}
	must(t, env, "", "key", "create", "--role", "builder", "--name", "begins the data folder")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"limits", "set", "outreach", "hour", "--limit", "5"}, "did you mean " + hourly},
		{[]string{"limits", "set", "outreach", hourly, "--limit", "-1"}, "/limit"},
		{[]string{"limits", "--credential", "nobody"}, "not_found"},
		{[]string{"idempotency", "free", "k"}, "it is free"},
	} {
		got := try(t, env, "", c.args...)
		if got.code != exitFailed {
			t.Errorf("%v: exit %d", c.args, got.code)
		}
		contains(t, got.err, c.says)
	}
}

func TestCacheClear(t *testing.T) {
	t.Parallel()
	env := serveSandboxes(t, t.TempDir())
	cached := func(want string) {
		t.Helper()
		out := must(t, env, "", "call", "outreach.list_users_ddl", "--credential", "sandbox-outreach", "--input", "{}", "--json").out
		if got := gjson.Get(out, "meta.cached").String(); got != want {
			t.Errorf("cached is %q, want %q: %.300s", got, want, out)
		}
	}
	cached("miss")
	cached("fresh")
	must(t, env, "", "cache", "clear", "--connector", "outreach", "--resource", "prospect")
	cached("fresh")
	contains(t, must(t, env, "", "cache", "clear", "--credential", "sandbox-outreach").out, "cache cleared")
	cached("miss")
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	env := serveSandboxes(t, t.TempDir())
	hub := &client{base: strings.TrimPrefix(env[0], "PATCHBAY_SERVER="), key: testKey, http: http.DefaultClient}
	create := func() string {
		t.Helper()
		answer, err := hub.do(t.Context(), http.MethodPost, "/v1/connectors/outreach/operations/create_prospect/call", map[string]any{
			"credentialId": "sandbox-outreach", "input": map[string]any{"attributes": map[string]any{"first_name": "Ada"}},
		}, "Idempotency-Key", "order/1")
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	first := create()
	if create() != first {
		t.Error("the second answer is another")
	}
	contains(t, must(t, env, "", "idempotency", "show", "order/1").out, "order/1", "has its answer", "done")
	if state := gjson.Get(must(t, env, "", "idempotency", "show", "order/1", "--json").out, "state").String(); state != "done" {
		t.Errorf("state %q", state)
	}
	contains(t, must(t, env, "", "idempotency", "free", "order/1").out, "freed")
	if create() == first {
		t.Error("the key was freed, and yet the first answer came")
	}
}

func TestReadyTellsOfTheParts(t *testing.T) {
	t.Parallel()
	env := serveSandboxes(t, t.TempDir())
	hub := &client{base: strings.TrimPrefix(env[0], "PATCHBAY_SERVER="), http: http.DefaultClient}
	answer, err := hub.do(t.Context(), http.MethodGet, "/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"status":"ok","degraded":false,"parts":[{"name":"store","backend":"sqlite","degraded":false},` +
		`{"name":"limiter","backend":"memory","degraded":false},{"name":"cache","backend":"memory","degraded":false}]}`
	if string(answer) != want {
		t.Errorf("got %s, want %s", answer, want)
	}
}
