package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

func TestCallOnASandbox(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "input.json")
	if err := os.WriteFile(file, []byte(`{"page_size":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, stdin string
		args        []string
	}{
		{"argument", "", []string{"--input", `{"page_size":1}`}},
		{"file", "", []string{"--input", "@" + file}},
		{"stdin", `{"page_size":1}`, []string{"--input", "-"}},
		{"options", "", []string{"-i", `{"page_size":1}`, "--no-cache", "--timeout", "20s", "--credential", "sandbox-outreach"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := must(t, nil, c.stdin, append([]string{"call", "outreach.list_users", "--sandbox"}, c.args...)...)
			if n := len(gjson.Get(got.out, "data").Array()); n != 1 || got.err != "" {
				t.Errorf("%d users, stderr %q\n%s", n, got.err, got.out)
			}
		})
	}
}

// TestFlagWinsOverTheVariableOfAnother has a shell set up for a hub, and a sandbox asked for by name.
func TestFlagWinsOverTheVariableOfAnother(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_SERVER=http://127.0.0.1:1", "PATCHBAY_KEY=pb_x", "PATCHBAY_MASTER_KEY=of another hub", "PATCHBAY_DATA=/nowhere"}
	must(t, env, "", "call", "outreach.list_users", "--sandbox")
	if got := try(t, append(env, "PATCHBAY_SANDBOX=1"), "", "call", "outreach.list_users", "--server", "http://127.0.0.1:2"); got.code != exitUnreachable {
		t.Errorf("exit %d, %s", got.code, got.err)
	}
}

func TestCallTellsWhatItCost(t *testing.T) {
	t.Parallel()
	got := must(t, nil, "", "call", "outreach.list_users", "--sandbox", "-v")
	contains(t, got.err, "req_", "1 requests", "cache: miss")
	got = must(t, nil, "", "call", "outreach.list_users", "--sandbox", "--json")
	answer := decode[callAnswer](t, got.out)
	if answer.Meta.Operation != "list_users" || !gjson.GetBytes(answer.Output, "data").IsArray() {
		t.Errorf("meta %+v, output %.80s", answer.Meta, answer.Output)
	}
}

func TestCallThatFails(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, operation, input, code string
		says                         []string
	}{
		{"fault", "list_users", `{"page_sise":1}`, "invalid_input", []string{"/input/page_sise", "is not a known field"}},
		{"not there", "get_prospect", `{"prospect_id":999999999}`, "upstream_not_found", []string{"the service answered 404", "resourceNotFound"}},
		{"misspelt", "list_userz", `{}`, "not_found", []string{"list_users"}},
		{"refused", "execute_link", `{"link":"http://169.254.169.254/"}`, "destination_refused", []string{"is not allowed"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"call", "outreach." + c.operation, "--sandbox", "--input", c.input}
			got := try(t, nil, "", args...)
			if got.code != exitFailed || got.out != "" {
				t.Errorf("exit %d, stdout %q", got.code, got.out)
			}
			contains(t, got.err, append(c.says, c.code, "req_")...)

			got = try(t, nil, "", append(args, "--json")...)
			if code := gjson.Get(got.out, "code").String(); got.code != exitFailed || code != c.code || got.err != "" {
				t.Errorf("exit %d, code %q, stderr %q", got.code, code, got.err)
			}
		})
	}
}

func TestCallOnADataFolder(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(outreachtest.New(outreachtest.Options{}))
	t.Cleanup(service.Close)
	data := t.TempDir()
	env := []string{"PATCHBAY_OUTREACH_BASE_URL=" + service.URL, "PATCHBAY_DATA=" + data}
	secrets := `{"access_token":"` + outreachtest.AccessToken + `"}`

	must(t, env, "", "key", "create", "--role", "embed", "--name", "begins the folder")
	got := try(t, env, "", "call", "outreach.list_users")
	if got.code != exitUsage || !strings.Contains(got.err, "patchbay credential add outreach") {
		t.Errorf("without a credential: exit %d, %s", got.code, got.err)
	}
	must(t, env, secrets, "credential", "add", "outreach", "--id", "one")
	must(t, env, "", "call", "outreach.list_users")
	must(t, env, secrets, "credential", "add", "outreach", "--id", "two")
	got = try(t, env, "", "call", "outreach.list_users")
	if got.code != exitUsage || !strings.Contains(got.err, "one, two") {
		t.Errorf("with two credentials: exit %d, %s", got.code, got.err)
	}
	must(t, env, "", "call", "outreach.list_users", "--credential", "two")
}

func TestCallOnARunningHub(t *testing.T) {
	t.Parallel()
	hub := start(t, []string{"PATCHBAY_ADMIN_KEY=pb_0123456789abcdef"}, "serve", "--sandbox", "--addr", "127.0.0.1:0", "--data", t.TempDir())
	server := "PATCHBAY_SERVER=" + hub.address(t)

	env := []string{server, "PATCHBAY_KEY=pb_0123456789abcdef"}
	must(t, env, "", "call", "outreach.list_users")
	contains(t, must(t, env, "", "connectors").out, "outreach")
	embedded := strings.TrimSpace(must(t, env, "", "key", "create", "--role", "embed", "--name", "page").out)

	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte(embedded+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, []string{server}, "", "call", "outreach.list_users_ddl", "--credential", "sandbox-outreach", "--key-file", keyFile)
	if got := try(t, []string{server}, "", "call", "outreach.list_users", "--key-file", keyFile); got.code != exitFailed {
		t.Errorf("a key for lists only: exit %d, %s", got.code, got.err)
	}
	if got := try(t, []string{server, "PATCHBAY_KEY=pb_wrong_wrong_wrong_wrong"}, "", "connectors"); got.code != exitFailed ||
		!strings.Contains(got.err, "unauthenticated") || strings.Contains(got.err, "pb_wrong") {
		t.Errorf("a wrong key: exit %d, %s", got.code, got.err)
	}
	if code := hub.end(t); code != exitDone {
		t.Errorf("the hub ended with %d: %s", code, hub.err)
	}
}

func TestHubThatCannotBeReached(t *testing.T) {
	t.Parallel()
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" && r.URL.Path == "/elsewhere" {
			t.Error("the key was taken elsewhere by a redirect")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(odd.Close)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, url := range []string{odd.URL, closed.URL} {
		got := try(t, []string{"PATCHBAY_KEY=pb_x"}, "", "connectors", "--server", url)
		if got.code != exitUnreachable || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s: exit %d, %s", url, got.code, got.err)
		}
		got = try(t, []string{"PATCHBAY_KEY=pb_x"}, "", "connectors", "--server", url, "--json")
		if code := gjson.Get(got.out, "code").String(); got.code != exitUnreachable || code != "hub_unreachable" {
			t.Errorf("%s: exit %d, code %q", url, got.code, code)
		}
	}
}

// BenchmarkFirstAnswer is a whole command on an existing data folder, from its start to its output.
func BenchmarkFirstAnswer(b *testing.B) {
	folder := []string{"PATCHBAY_DATA=" + b.TempDir()}
	quiet := console{in: strings.NewReader(""), out: new(strings.Builder), err: new(strings.Builder), environment: folder}
	if code := run(b.Context(), []string{"key", "create", "--role", "embed", "--name", "x"}, quiet); code != exitDone {
		b.Fatalf("exit %d: %s", code, quiet.err)
	}
	for b.Loop() {
		if code := run(b.Context(), []string{"key", "list"}, quiet); code != exitDone {
			b.Fatalf("exit %d: %s", code, quiet.err)
		}
	}
}

func TestCallPrintsAPart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query, out, err string
		code            int
	}{
		{query: "data.0.id", out: "1\n"},
		{query: "data.0.attributes.name", out: "Giulia Tanaka\n"},
		{query: "data.#.type", out: "[\"user\"]\n"},
		{query: "data.9.id", code: exitFailed, err: `the output has nothing at "data.9.id"`},
	}
	for _, test := range tests {
		got := try(t, nil, "", "call", "outreach.list_users", "--sandbox", "--input", `{"page_size":1}`, "--query", test.query)
		if got.code != test.code || got.out != test.out {
			t.Errorf("%s: exit %d, %q; want %d, %q", test.query, got.code, got.out, test.code, test.out)
		}
		contains(t, got.err, test.err)
	}
	if got := try(t, nil, "", "call", "outreach.list_users", "--sandbox", "--json", "-q", "data"); got.code != exitUsage {
		t.Errorf("--json with --query: exit %d", got.code)
	}
}
