package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// openAt serves a hub whose connector lies at a service of the test's own.
func openAt(t testing.TB, connector string, service http.Handler) *client {
	t.Helper()
	upstream := httptest.NewServer(service)
	t.Cleanup(upstream.Close)
	c := console{in: strings.NewReader(""), out: io.Discard, err: io.Discard, environment: []string{
		"PATCHBAY_ADMIN_KEY=" + testKey, "PATCHBAY_" + strings.ToUpper(connector) + "_BASE_URL=" + upstream.URL,
	}}
	h, err := newHub(t.Context(), c, config{Data: t.TempDir(), serving: true, LogLevel: warnings})
	if err != nil {
		t.Fatal(err)
	}
	return serveTestHub(t, h)
}

// output makes one call that has to go well.
func output(t testing.TB, at *client, operation, credential, input string) gjson.Result {
	t.Helper()
	connector, name, _ := strings.Cut(operation, ".")
	answer, err := at.do(t.Context(), http.MethodPost, operationPath(connector, name)+"/call",
		map[string]any{"credentialId": credential, "input": json.RawMessage(input)})
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	return gjson.GetBytes(answer, "output")
}

func mustDo(t testing.TB, at *client, method, path string, body map[string]any) {
	t.Helper()
	if _, err := at.do(t.Context(), method, path, body); err != nil {
		t.Fatal(err)
	}
}

// TestSiteIsChosenFromADropDown makes an OAuth credential of Jira before its site is known.
func TestSiteIsChosenFromADropDown(t *testing.T) {
	t.Parallel()
	at := openAt(t, "jira", jiratest.New(jiratest.Options{}))
	mustDo(t, at, http.MethodPost, "/v1/credentials", map[string]any{
		"id": "team", "connector": "jira", "scheme": jira.OAuth2,
		"fields": map[string]string{"cloud_id": "none"}, "secrets": map[string]string{"access_token": jiratest.AccessToken},
	})
	site := output(t, at, "jira.list_sites_ddl", "team", `{}`).Get("result.0.value").String()
	mustDo(t, at, http.MethodPatch, "/v1/credentials/team", map[string]any{"fields": map[string]string{"cloud_id": site}})
	if me := output(t, at, "jira.get_myself", "team", `{}`); me.Get("account_id").String() != jiratest.AccountID {
		t.Errorf("at site %s: %s", site, me.Raw)
	}
}

// TestWritesToOneIssueGoOneByOne comments on one issue from many sides. Jira refuses writes that cross one another.
func TestWritesToOneIssueGoOneByOne(t *testing.T) {
	t.Parallel()
	sandbox := jiratest.New(jiratest.Options{WriteTime: 5 * time.Millisecond})
	at := openAt(t, "jira", sandbox)
	mustDo(t, at, http.MethodPost, "/v1/credentials", map[string]any{
		"id": "team", "connector": "jira", "fields": map[string]string{"site_url": "https://jira.example", "email": jiratest.Email},
		"secrets": map[string]string{"api_token": jiratest.APIToken},
	})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			output(t, at, "jira.add_comment", "team", fmt.Sprintf(`{"issue_key":"PROJ-1","body":"side %d"}`, i))
		})
	}
	all.Wait()
	if n := sandbox.Conflicts(); n != 0 {
		t.Errorf("%d writes crossed one another", n)
	}
}

// TestChangedCredentialShowsNothingOfTheOldOne gives a credential the secret of another account, and deletes it: what was
// read with the first is not served again.
func TestChangedCredentialShowsNothingOfTheOldOne(t *testing.T) {
	t.Parallel()
	sandbox := slacktest.New(slacktest.Options{})
	at := openAt(t, "slack", sandbox)
	account := map[string]any{"id": "team", "connector": "slack", "secrets": map[string]string{"access_token": slacktest.Token}}
	asked := func() int64 {
		output(t, at, "slack.list_users_ddl", "team", `{}`)
		return sandbox.Stats().Requests
	}
	mustDo(t, at, http.MethodPost, "/v1/credentials", account)
	first := asked()
	if again := asked(); again != first {
		t.Fatalf("%d requests, then %d: nothing is cached", first, again)
	}
	mustDo(t, at, http.MethodPatch, "/v1/credentials/team", map[string]any{"secrets": map[string]string{"access_token": slacktest.Token}})
	second := asked()
	mustDo(t, at, http.MethodDelete, "/v1/credentials/team", nil)
	mustDo(t, at, http.MethodPost, "/v1/credentials", account)
	if third := asked(); second == first || third == second {
		t.Errorf("%d requests, %d after the change, %d after it was made anew", first, second, third)
	}
}
