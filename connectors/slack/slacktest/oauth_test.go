package slacktest_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

func TestOAuth(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	at := slack.OAuthOptionAPIURL(f.url + "/api/")
	first, err := slack.GetOAuthV2ResponseContext(t.Context(), http.DefaultClient, slacktest.ClientID, slacktest.ClientSecret,
		slacktest.AuthCode, "https://hub.example/callback", at)
	check(t, err)
	if first.ExpiresIn != 43200 || first.TokenType != "bot" || first.Team.ID != slacktest.TeamID || first.BotUserID != slacktest.BotUser {
		t.Errorf("got %+v", first)
	}
	_, err = f.client(first.AccessToken).AuthTestContext(t.Context())
	check(t, err)
	second, err := slack.RefreshOAuthV2TokenContext(t.Context(), http.DefaultClient, slacktest.ClientID, slacktest.ClientSecret, first.RefreshToken, at)
	check(t, err)
	if second.AccessToken == first.AccessToken || second.RefreshToken == first.RefreshToken {
		t.Errorf("nothing was rotated: %+v", second)
	}
	_, err = slack.RefreshOAuthV2TokenContext(t.Context(), http.DefaultClient, slacktest.ClientID, slacktest.ClientSecret, first.RefreshToken, at)
	if err == nil || err.Error() != "invalid_refresh_token" {
		t.Errorf("a refresh token for the second time: %v", err)
	}
	f.clock.advance(12 * time.Hour)
	if _, err = f.client(second.AccessToken).AuthTestContext(t.Context()); err == nil || err.Error() != "token_expired" {
		t.Errorf("after twelve hours: %v", err)
	}
	_, err = slack.RefreshOAuthV2TokenContext(t.Context(), http.DefaultClient, slacktest.ClientID, slacktest.ClientSecret, second.RefreshToken, at)
	check(t, err)
}

func TestOAuthRefusals(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	client := []string{"client_id", slacktest.ClientID, "client_secret", slacktest.ClientSecret}
	for _, c := range []struct {
		code      string
		arguments []string
	}{
		{"invalid_client_id", []string{"code", slacktest.AuthCode}},
		{"bad_client_secret", []string{"client_id", slacktest.ClientID, "client_secret", "x"}},
		{"invalid_code", client},
		{"invalid_code", append(client[:4:4], "code", "x")},
		{"invalid_grant_type", append(client[:4:4], "grant_type", "password")},
		{"invalid_refresh_token", append(client[:4:4], "grant_type", "refresh_token", "refresh_token", "x")},
	} {
		f.refused(c.code, f.form("oauth.v2.access", c.arguments...))
	}
	f.ok(f.form("oauth.v2.access", append(client, "code", slacktest.AuthCode)...))
	f.refused("code_already_used", f.form("oauth.v2.access", append(client, "code", slacktest.AuthCode)...))
}

// TestAuthorize goes the whole way of a person who lets the app in, with a proof of who asked.
func TestAuthorize(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	verifier, err := slack.GenerateCodeVerifier()
	check(t, err)
	query := url.Values{
		"client_id": {slacktest.ClientID}, "redirect_uri": {"https://hub.example/callback?a=b"}, "state": {"s t"},
		"code_challenge": {slack.GenerateCodeChallenge(verifier)}, "code_challenge_method": {"S256"},
	}
	a := f.send("GET", "/oauth/v2/authorize?"+query.Encode(), "")
	back, err := url.Parse(a.header.Get("Location"))
	check(t, err)
	if a.status != http.StatusFound || back.Host != "hub.example" || back.Query().Get("a") != "b" || back.Query().Get("state") != "s t" {
		t.Fatalf("got %d %s", a.status, back)
	}
	exchange := func(redirect, verifier string) answer {
		basic := &http.Request{Header: http.Header{}}
		basic.SetBasicAuth(slacktest.ClientID, slacktest.ClientSecret)
		form := url.Values{"code": {back.Query().Get("code")}, "redirect_uri": {redirect}, "code_verifier": {verifier}}
		return f.send("POST", "/api/oauth.v2.access", form.Encode(), "Content-Type", "application/x-www-form-urlencoded",
			"Authorization", basic.Header.Get("Authorization"))
	}
	f.refused("bad_redirect_uri", exchange("https://elsewhere.example/", verifier))
	f.refused("invalid_code_verifier", exchange("https://hub.example/callback?a=b", "x"))
	f.ok(exchange("https://hub.example/callback?a=b", verifier))
	if a := f.send("GET", "/oauth/v2/authorize?client_id="+slacktest.ClientID+"&redirect_uri=javascript:x", ""); a.status != http.StatusBadRequest {
		t.Errorf("to another scheme: %d", a.status)
	}
}

func TestExpireToken(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	f.send("POST", "/_sandbox/expire-token", "")
	f.refused("token_expired", f.form("auth.test"))
	a := f.ok(f.form("oauth.v2.access", "client_id", slacktest.ClientID, "client_secret", slacktest.ClientSecret,
		"grant_type", "refresh_token", "refresh_token", slacktest.RefreshToken))
	f.ok(f.send("GET", "/api/auth.test", "", "Authorization", "Bearer "+a.get("access_token").String()))
	f.sandbox.Reset()
	f.ok(f.form("auth.test"))
}
