package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

func TestLifeOfACredential(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(outreachtest.New(outreachtest.Options{}))
	t.Cleanup(service.Close)
	env := []string{"PATCHBAY_OUTREACH_BASE_URL=" + service.URL, "PATCHBAY_DATA=" + t.TempDir()}
	secrets := filepath.Join(t.TempDir(), "outreach.env")
	content := "# of the sandbox\naccess_token = " + outreachtest.AccessToken + "\n\nclient_secret=hunter2hunter2\n"
	if err := os.WriteFile(secrets, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}

	var shown strings.Builder
	note := func(got ran) string {
		shown.WriteString(got.out + got.err)
		return got.out
	}
	added := note(must(t, env, "", "credential", "add", "outreach", "--id", "sales", "--name", "Sales team", "--secrets-file", secrets))
	if added != "sales\n" {
		t.Errorf("add prints %q", added)
	}
	contains(t, note(must(t, env, "", "credential", "list")), "sales", "Sales team", "access_token, client_secret")
	contains(t, note(must(t, env, "", "credential", "test", "sales")), "ok sales", "list_users")
	if !gjson.Get(note(must(t, env, "", "credential", "test", "sales", "--json")), "ok").Bool() {
		t.Error("test --json does not say ok")
	}
	must(t, env, `{"access_token":"`+outreachtest.ExpiredToken+`"}`, "credential", "add", "outreach", "--id", "old")
	got := try(t, env, "", "credential", "test", "old")
	note(got)
	if got.code != exitFailed || !strings.Contains(got.err, "credential_rejected") {
		t.Errorf("test of an old token: exit %d, %s", got.code, got.err)
	}
	if removed := note(must(t, env, "", "credential", "remove", "old", "--json")); gjson.Get(removed, "id").String() != "old" {
		t.Errorf("remove --json prints %s", removed)
	}
	if got := try(t, env, "", "credential", "remove", "old"); got.code != exitFailed {
		t.Errorf("removing it again: exit %d", got.code)
	}
	list := note(must(t, env, "", "credential", "list", "--json"))
	if n := len(gjson.Get(list, "credentials").Array()); n != 1 {
		t.Errorf("%d credentials are left, want 1: %s", n, list)
	}
	for _, secret := range []string{outreachtest.AccessToken, "hunter2hunter2"} {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("a secret is shown:\n%s", shown.String())
		}
	}
}

func TestCredentialThatDoesNotFit(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, stdin string
		args        []string
		code        int
		says        string
	}{
		{"secret as an argument", "", []string{"--field", "access_token=hunter2"}, exitUsage, "--field access_token"},
		{"misspelt secret as an argument", "", []string{"--field", "acces_token=hunter2"}, exitUsage, "--field acces_token"},
		{"unknown scheme", "{}", []string{"--scheme", "basic"}, exitUsage, "oauth2"},
		{"nothing given", "", nil, exitFailed, "/secrets/access_token"},
		{"unknown field", "access_token=hunter2\nfoo=hunter2", nil, exitFailed, "/secrets/foo"},
		{"no lines", "hunter2", nil, exitUsage, "line 1"},
		{"nested", `{"access_token":{"a":"hunter2"}}`, nil, exitUsage, "object of strings"},
		{"missing file", "", []string{"--secrets-file", "/nowhere"}, exitUsage, "/nowhere"},
		{"odd id", "access_token=hunter2", []string{"--id", "No!"}, exitFailed, "/id"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := try(t, []string{"PATCHBAY_DATA=" + t.TempDir()}, c.stdin, append([]string{"credential", "add", "outreach"}, c.args...)...)
			if got.code != c.code || got.out != "" {
				t.Errorf("exit %d, stdout %q", got.code, got.out)
			}
			contains(t, got.err, c.says)
			if strings.Contains(got.err, "hunter2") {
				t.Errorf("a secret is shown: %s", got.err)
			}
		})
	}
}

func TestReadValuesTakesFieldsApart(t *testing.T) {
	t.Parallel()
	scheme := operations.Auth{Name: "basic", Fields: []operations.AuthField{{Name: "site"}, {Name: "user"}, {Name: "token", Secret: true}}}
	c := console{in: strings.NewReader("user=ada\ntoken=hunter2=")}
	fields, secrets, err := c.readValues(t.Context(), scheme, map[string]string{"site": "acme"}, "")
	if err != nil || fields["site"] != "acme" || fields["user"] != "ada" || len(fields) != 2 || secrets["token"] != "hunter2=" || len(secrets) != 1 {
		t.Errorf("fields %v, secrets %v, %v", fields, secrets, err)
	}
	c.in = strings.NewReader("site=other")
	if _, _, err := c.readValues(t.Context(), scheme, map[string]string{"site": "acme"}, ""); err == nil {
		t.Error("a field given twice is taken")
	}
}

func FuzzParseSecrets(f *testing.F) {
	for _, seed := range []string{`{"a":"b"}`, "a=b\n#c\n", "a", "=", "\ufeffa=b", `{"a":"b","a":"c"}`, "a=b\r\na=c", `{"a":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		values, err := parseSecrets(content)
		if err != nil && values != nil {
			t.Error("values beside an error")
		}
		if _, empty := values[""]; empty && !strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(string(content), "\ufeff")), "{") {
			t.Error("a value without a name")
		}
	})
}

func TestLifeOfAKey(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + t.TempDir()}
	made := must(t, env, "", "key", "create", "--role", "builder", "--name", "team")
	if !strings.HasPrefix(made.out, keyPrefix) || strings.Count(made.out, "\n") != 1 {
		t.Errorf("create prints %q", made.out)
	}
	list := must(t, env, "", "key", "list")
	contains(t, list.out, "builder", "team", "valid")
	if strings.Contains(list.out, strings.TrimSpace(made.out)) {
		t.Error("list shows the secret")
	}
	id := gjson.Get(must(t, env, "", "key", "list", "--json").out, "keys.0.id").String()
	must(t, env, "", "key", "revoke", id)
	contains(t, must(t, env, "", "key", "list").out, "revoked")
	if got := try(t, env, "", "key", "revoke", "key_nobody"); got.code != exitFailed {
		t.Errorf("revoking nothing: exit %d", got.code)
	}
}

// TestEverySandboxHasItsCredential also finds a connector that was added without one.
func TestEverySandboxHasItsCredential(t *testing.T) {
	t.Parallel()
	for _, connector := range connectors.All(platform.Options{}) {
		i := slices.IndexFunc(sandboxes(), func(s sandbox) bool { return s.connector == connector.Name })
		if connector.Origin == "" {
			continue
		}
		if i < 0 {
			t.Errorf("%s has no sandbox", connector.Name)
			continue
		}
		s := sandboxes()[i]
		scheme, known := connector.Scheme(s.scheme)
		if !known {
			t.Errorf("%s has no scheme %q", connector.Name, s.scheme)
		}
		for _, field := range scheme.Fields {
			if field.Required && s.fields[field.Name]+s.secrets[field.Name] == "" {
				t.Errorf("the credential of the sandbox of %s lacks %s", connector.Name, field.Name)
			}
		}
	}
}
