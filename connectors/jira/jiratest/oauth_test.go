package jiratest_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// grant asks for a token by a form, or by JSON.
func (f fixture) grant(status int, asJSON bool, fields map[string]string) answer {
	f.Helper()
	form, object := url.Values{}, "{"
	fields["client_id"], fields["client_secret"] = jiratest.ClientID, jiratest.ClientSecret
	for name, value := range fields {
		form.Set(name, value)
		object += `"` + name + `":"` + value + `",`
	}
	if asJSON {
		return f.want(status, "POST", "/oauth/token", object[:len(object)-1]+"}", "Authorization", "")
	}
	return f.want(status, "POST", "/oauth/token", form.Encode(), "Authorization", "", "Content-Type", "application/x-www-form-urlencoded")
}

func (f fixture) with(token string) int {
	f.Helper()
	return f.send("GET", "/ex/jira/"+jiratest.CloudID+"/rest/api/3/myself", "", "Authorization", "Bearer "+token).status
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, jiratest.Options{Now: clock.now})
	code := func() map[string]string {
		return map[string]string{"grant_type": "authorization_code", "code": jiratest.AuthorizationCode, "redirect_uri": "https://hub.example/callback"}
	}
	renewal := func(token string) map[string]string {
		return map[string]string{"grant_type": "refresh_token", "refresh_token": token}
	}
	first := f.grant(200, true, code())
	f.equal(f.grant(403, true, code()), "error", "invalid_grant")
	f.equal(first, "expires_in", "3600")
	f.equal(first, "token_type", "Bearer")
	access, refresh := first.get("access_token").String(), first.get("refresh_token").String()
	if f.with(access) != 200 {
		t.Error("the access token is not taken")
	}
	for n := range 4 {
		next := f.grant(200, n%2 == 0, renewal(refresh))
		old := refresh
		if refresh = next.get("refresh_token").String(); refresh == old {
			t.Error("the refresh token stays the same")
		}
		f.equal(f.grant(403, n%2 == 1, renewal(old)), "error_description", "Unknown or invalid refresh token.")
	}
	clock.advance(time.Hour)
	if f.with(access) != 401 || f.with(jiratest.AccessToken) != 200 {
		t.Error("the token did not run out")
	}
	f.want(204, "POST", "/_sandbox/expire-token", "")
	if f.with(jiratest.AccessToken) != 401 || f.with(jiratest.ReadOnlyAccessToken) != 200 {
		t.Error("the token did not end")
	}
	f.sandbox.Reset()
	f.grant(200, false, renewal(jiratest.RefreshToken))
	f.grant(403, false, map[string]string{"grant_type": "password"})
	f.want(401, "POST", "/oauth/token", `{"grant_type":"refresh_token","refresh_token":"x","client_id":"a","client_secret":"b"}`)
	f.want(400, "POST", "/oauth/token", `{"grant_type":5}`)
	f.want(405, "GET", "/oauth/token", "")
}

func TestOAuthReachesTheSiteThroughTheGateway(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	bearer := []string{"Authorization", "Bearer " + jiratest.AccessToken}
	sites := f.want(200, "GET", "/oauth/token/accessible-resources", "", bearer...)
	f.equal(sites, "#", "1")
	f.equal(sites, "0.id", jiratest.CloudID)
	f.equal(sites, "0.scopes.0", "read:jira-work")
	f.want(401, "GET", "/oauth/token/accessible-resources", "")
	base := "/ex/jira/" + sites.get("0.id").String()
	made := f.want(201, "POST", base+"/rest/api/3/issue", `{"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Task"},"summary":"x"}}`, bearer...)
	if want := f.url + base + "/rest/api/3/issue/" + made.get("id").String(); made.get("self").String() != want {
		t.Errorf("self is %s, want %s", made.get("self"), want)
	}
	f.equal(f.want(200, "GET", made.get("self").String(), "", bearer...), "key", "OPS-13")
	page := f.want(200, "GET", base+"/rest/agile/1.0/board?maxResults=1", "", bearer...)
	f.equal(f.want(200, "GET", page.get("nextPage").String(), "", bearer...), "values.0.id", "2")
}
