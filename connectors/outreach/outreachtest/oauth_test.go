package outreachtest_test

import (
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// renew asks for a new access token.
func (f fixture) renew(refresh string, change ...string) answer {
	f.Helper()
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refresh},
		"client_id": {outreachtest.ClientID}, "client_secret": {outreachtest.ClientSecret},
	}
	for i := 0; i+1 < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return f.send("POST", "/oauth/token", form.Encode(), "Authorization", "", "Content-Type", "application/x-www-form-urlencoded")
}

func (f fixture) with(token string) int {
	f.Helper()
	return f.send("GET", "/api/v2/stages", "", "Authorization", "Bearer "+token).status
}

func TestTokensAreRenewedAndRunOut(t *testing.T) {
	t.Parallel()
	clock := clockAt(2026, time.March, 1, 12, 0, 0)
	f := start(t, outreachtest.Options{Now: clock.now})
	if a := f.send("POST", "/_sandbox/expire-token", ""); a.status != 204 {
		t.Fatal(a.status, a.body)
	}
	if status := f.with(outreachtest.AccessToken); status != 401 {
		t.Errorf("the expired token: got %d, want 401", status)
	}
	if status := f.with(outreachtest.ReadOnlyToken); status != 200 {
		t.Errorf("the read-only token: got %d, want 200", status)
	}
	first := f.renew(outreachtest.RefreshToken)
	access, refresh := first.get("access_token").String(), first.get("refresh_token").String()
	expect(t, first, map[string]string{"token_type": `"Bearer"`, "expires_in": "7200", "created_at": "1772366400"})
	if first.status != 200 || access == "" || refresh == outreachtest.RefreshToken || !first.get("scope").Exists() {
		t.Fatalf("got %d %s", first.status, first.body)
	}
	if a := f.renew(outreachtest.RefreshToken); a.status != 400 || a.get("error").String() != "invalid_grant" {
		t.Errorf("the old refresh token: got %d %s", a.status, a.body)
	}
	clock.advance(2*time.Hour - time.Second)
	if status := f.with(access); status != 200 {
		t.Errorf("after less than two hours: got %d", status)
	}
	clock.advance(time.Second)
	if status := f.with(access); status != 401 {
		t.Errorf("after two hours: got %d", status)
	}
	second := f.renew(refresh)
	if token := second.get("access_token").String(); second.status != 200 || f.with(token) != 200 {
		t.Errorf("the second renewal: got %d %s", second.status, second.body)
	}
	f.sandbox.Reset()
	if f.with(outreachtest.AccessToken) != 200 || f.with(second.get("access_token").String()) != 401 {
		t.Error("the reset did not bring back the first tokens only")
	}
	f.sandbox.ExpireToken()
	if status := f.with(outreachtest.AccessToken); status != 401 {
		t.Errorf("expired by method: got %d", status)
	}
}

func TestTokenRequestsAreChecked(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	for name, test := range map[string]struct {
		answer answer
		status int
		code   string
	}{
		"wrong secret":   {f.renew(outreachtest.RefreshToken, "client_secret", "x"), 401, "invalid_client"},
		"wrong client":   {f.renew(outreachtest.RefreshToken, "client_id", "x"), 401, "invalid_client"},
		"other grant":    {f.renew(outreachtest.RefreshToken, "grant_type", "password"), 400, "unsupported_grant_type"},
		"unknown token":  {f.renew("x"), 400, "invalid_grant"},
		"no token":       {f.renew(""), 400, "invalid_grant"},
		"no form":        {f.send("POST", "/oauth/token", "%zz"), 400, "invalid_request"},
		"too large":      {f.send("POST", "/oauth/token", string(make([]byte, 20<<10))), 400, "invalid_request"},
		"by GET":         {f.send("GET", "/oauth/token", ""), 405, "invalid_request"},
		"all this ended": {f.renew(outreachtest.RefreshToken), 200, ""},
	} {
		if got := test.answer.get("error").String(); test.answer.status != test.status || got != test.code {
			t.Errorf("%s: got %d %s", name, test.answer.status, test.answer.body)
		}
	}
}

func TestClientMayIdentifyByBasicAuth(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {outreachtest.RefreshToken}}.Encode()
	const good = "Basic c2FuZGJveC1vdXRyZWFjaC1jbGllbnQ6c2FuZGJveC1vdXRyZWFjaC1jbGllbnQtc2VjcmV0"
	if a := f.send("POST", "/oauth/token", form, "Authorization", "Basic YTpi"); a.status != 401 {
		t.Errorf("wrong: got %d", a.status)
	}
	if a := f.send("POST", "/oauth/token", form, "Authorization", good); a.status != 200 {
		t.Errorf("right: got %d %s", a.status, a.body)
	}
}

func TestOneRenewalInAWhile(t *testing.T) {
	t.Parallel()
	clock := clockAt(2026, time.March, 1, 12, 0, 0)
	f := start(t, outreachtest.Options{Now: clock.now, MintInterval: time.Minute})
	refresh := f.renew(outreachtest.RefreshToken).get("refresh_token").String()
	clock.advance(20 * time.Second)
	if a := f.renew(refresh); a.status != 429 || a.header.Get("Retry-After") != "40" {
		t.Errorf("too soon: got %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	clock.advance(40 * time.Second)
	if a := f.renew(refresh); a.status != 200 {
		t.Errorf("a minute later: got %d %s", a.status, a.body)
	}
}

// TestOneOfManyRenewalsWins lets many use the same refresh token at a time.
func TestOneOfManyRenewalsWins(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	won := make(chan string, 20)
	var group sync.WaitGroup
	for range cap(won) {
		group.Go(func() {
			if a := f.renew(outreachtest.RefreshToken); a.status == 200 {
				won <- a.get("refresh_token").String()
			}
		})
	}
	group.Wait()
	if len(won) != 1 {
		t.Fatalf("%d renewals went well, want 1", len(won))
	}
	next := <-won
	for range 150 {
		next = f.renew(next).get("refresh_token").String()
	}
	if f.with(outreachtest.AccessToken) != 200 {
		t.Error("many renewals pushed out the first access token")
	}
}
