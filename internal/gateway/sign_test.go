package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// echoHeaders answers with what it was signed with.
func echoHeaders(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Org"} {
		for _, value := range r.Header.Values(name) {
			w.Header().Add("Echo-"+name, value)
		}
	}
}

func TestSigning(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, echoHeaders)
	key := operations.Auth{
		Name: "key", Headers: []operations.AuthHeader{{Name: "x-api-key", Value: "{api_key}"}, {Name: "X-Org", Value: "org-{org}"}},
		Fields: []operations.AuthField{{Name: "api_key", Required: true}, {Name: "org"}},
	}
	basic := operations.Auth{Name: "basic", Basic: &operations.BasicAuth{User: "email", Password: "api_token"}}
	for _, test := range []struct {
		name       string
		auth       operations.Auth
		credential *operations.Credential
		given      http.Header
		want       http.Header
		code       operations.Code
	}{
		{
			name: "headers of fields and secrets", auth: key,
			credential: &operations.Credential{Fields: map[string]string{"org": "7"}, Secrets: operations.Secrets{"api_key": "k"}},
			want:       http.Header{"Echo-X-Api-Key": {"k"}, "Echo-X-Org": {"org-7"}},
		},
		{
			name: "optional field missing", auth: key, credential: &operations.Credential{Secrets: operations.Secrets{"api_key": "k"}},
			want: http.Header{"Echo-X-Api-Key": {"k"}},
		},
		{
			name: "required field missing", auth: key, credential: &operations.Credential{Fields: map[string]string{"org": "7"}},
			code: operations.CodeCredentialRejected,
		},
		{
			name: "field that is no header", auth: key, credential: &operations.Credential{Secrets: operations.Secrets{"api_key": "a\r\nsecret: b"}},
			code: operations.CodeCredentialRejected,
		},
		{
			name: "basic", auth: basic,
			credential: &operations.Credential{Fields: map[string]string{"email": "a@b.c"}, Secrets: operations.Secrets{"api_token": "t"}},
			want:       http.Header{"Echo-Authorization": {"Basic YUBiLmM6dA=="}},
		},
		{
			name: "the signature wins", auth: basic,
			credential: &operations.Credential{Fields: map[string]string{"email": "a@b.c"}, Secrets: operations.Secrets{"api_token": "t"}},
			given:      http.Header{"Authorization": {"Bearer mine"}, "authorization": {"Bearer mine too"}, "aUTHORIZATION": {"x"}},
			want:       http.Header{"Echo-Authorization": {"Basic YUBiLmM6dA=="}},
		},
		{
			name: "no Authorization beside another signature", auth: key,
			credential: &operations.Credential{Secrets: operations.Secrets{"api_key": "k"}},
			given:      http.Header{"Authorization": {"Bearer mine"}, "X-API-KEY": {"mine"}},
			want:       http.Header{"Echo-X-Api-Key": {"k"}},
		},
		{name: "no credential", auth: key, given: http.Header{"X-Org": {"8"}}, want: http.Header{"Echo-X-Org": {"8"}}},
		{
			name: "scheme that is gone", auth: key, credential: &operations.Credential{Scheme: "old"}, code: operations.CodeCredentialRejected,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, _ := newGateway(t, gateway.Options{})
			to := target(t, service.URL)
			to.Connector.Auth, to.Credential = []operations.Auth{test.auth}, test.credential
			request := newRequest(t, "GET", to.Base.URL("/things"), "")
			for name, values := range test.given {
				request.Header[name] = values
			}
			before := request.Header.Clone()
			response, err := g.Client(to).Do(request)
			if code := codeOf(t, err); code != test.code {
				t.Fatalf("got %v, want code %q", err, test.code)
			}
			if !cmp.Equal(before, request.Header) {
				t.Errorf("the caller's headers were changed: %v", request.Header)
			}
			if err != nil {
				return
			}
			defer response.Body.Close()
			got := http.Header{}
			for _, name := range []string{"Echo-Authorization", "Echo-X-Api-Key", "Echo-X-Org"} {
				if values := response.Header.Values(name); values != nil {
					got[name] = values
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("signed with (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, response.Request.Header); diff != "" {
				t.Errorf("the answer's request shows more than was given (-want +got):\n%s", diff)
			}
		})
	}
}

// vault gives a new token each time it is asked.
type vault struct {
	asked    atomic.Int64
	rejected string
	err      error
	expires  string
}

func (v *vault) Refresh(_ context.Context, target operations.Target, rejected string) (*operations.Credential, error) {
	v.asked.Add(1)
	v.rejected = rejected
	if v.err != nil {
		return nil, v.err
	}
	renewed := *target.Credential
	renewed.Secrets = operations.Secrets{"access_token": "new"}
	renewed.Fields = map[string]string{"expires_at": v.expires}
	return &renewed, nil
}

// tokenService accepts one token.
func tokenService(t *testing.T, good string) *upstream {
	return newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "Bearer "+good {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = w.Write(body)
	})
}

func oauth2Target(t *testing.T, origin, expires string) operations.Target {
	to := target(t, origin)
	to.Connector.Auth[0].OAuth2 = &operations.OAuth2{TokenURL: "/oauth/token"}
	to.Credential.Secrets = operations.Secrets{"access_token": "old"}
	to.Credential.Fields = map[string]string{"expires_at": expires}
	return to
}

func TestRefreshAfterRefusal(t *testing.T) {
	t.Parallel()
	fault := operations.Errorf(operations.CodeCredentialRejected, "connect the account again")
	for _, test := range []struct {
		name     string
		good     string
		vault    *vault
		plain    bool // the scheme is not OAuth2
		status   int
		code     operations.Code
		requests int64
		asked    int64
	}{
		{"new token works", "new", &vault{}, false, 200, "", 2, 1},
		{"new token refused too", "other", &vault{}, false, 401, "", 2, 1},
		{"refresh fails", "new", &vault{err: fault}, false, 0, operations.CodeCredentialRejected, 1, 1},
		{"refresh fails oddly", "new", &vault{err: errors.New("secret disk")}, false, 0, operations.CodeInternal, 1, 1},
		{"token is good", "old", &vault{}, false, 200, "", 1, 0},
		{"no OAuth2", "new", &vault{}, true, 401, "", 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := tokenService(t, test.good)
			g, _ := newGateway(t, gateway.Options{Refresher: test.vault})
			to := oauth2Target(t, service.URL, "")
			if test.plain {
				to.Connector.Auth[0].OAuth2 = nil
			}
			client := g.Client(to)
			status, body, err := do(client, newRequest(t, "POST", to.Base.URL("/things"), "payload"))
			if code := codeOf(t, err); status != test.status || code != test.code {
				t.Errorf("got %d, %v; want %d, %q", status, err, test.status, test.code)
			}
			if err == nil && body != "payload" {
				t.Errorf("body %q", body)
			}
			if n := service.requests.Load(); n != test.requests || to.Usage.Requests.Load() != n || to.Usage.Retries.Load() != n-1 {
				t.Errorf("%d requests, counted as %d and %d retries; want %d", n, to.Usage.Requests.Load(), to.Usage.Retries.Load(), test.requests)
			}
			if n := test.vault.asked.Load(); n != test.asked || n > 0 && test.vault.rejected != "old" {
				t.Errorf("refreshed %d times, of %q; want %d", n, test.vault.rejected, test.asked)
			}
			_, _, _ = do(client, newRequest(t, "POST", to.Base.URL("/things"), "payload"))
			if n := test.vault.asked.Load(); n != test.asked {
				t.Errorf("refreshed %d times in one call, want %d", n, test.asked)
			}
		})
	}
}

func TestRefreshIsAskedOnceForRequestsAtOnce(t *testing.T) {
	t.Parallel()
	const many = 8
	var together sync.WaitGroup
	together.Add(many)
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer new" {
			together.Done()
			together.Wait()
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	v := &vault{}
	g, _ := newGateway(t, gateway.Options{Refresher: v})
	to := oauth2Target(t, service.URL, "")
	client := g.Client(to)
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			status, _, err := do(client, newRequest(t, "GET", to.Base.URL("/things"), ""))
			if err != nil || status != 200 {
				t.Errorf("got %d, %v", status, err)
			}
		})
	}
	all.Wait()
	if n := v.asked.Load(); n != 1 {
		t.Errorf("refreshed %d times", n)
	}
}

func TestRefreshAheadOfExpiry(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
	fault := operations.Errorf(operations.CodeUpstreamUnreachable, "no connection")
	for _, test := range []struct {
		name     string
		expires  string
		good     string
		vault    *vault
		code     operations.Code
		requests int64
		asked    int64
	}{
		{"far off", in(time.Hour), "old", &vault{}, "", 1, 0},
		{"near", in(30 * time.Second), "new", &vault{}, "", 1, 1},
		{"past", in(-time.Hour), "new", &vault{}, "", 1, 1},
		{"new one expires soon too", in(-time.Hour), "new", &vault{expires: in(time.Second)}, "", 1, 1},
		{"near, refresh fails", in(30 * time.Second), "old", &vault{err: fault}, "", 1, 1},
		{"past, refresh fails", in(-time.Hour), "old", &vault{err: fault}, operations.CodeUpstreamUnreachable, 0, 1},
		{"not a time", "tomorrow", "old", &vault{}, "", 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := tokenService(t, test.good)
			g, _ := newGateway(t, gateway.Options{Refresher: test.vault})
			to := oauth2Target(t, service.URL, test.expires)
			client := g.Client(to)
			status, _, err := do(client, newRequest(t, "GET", to.Base.URL("/things"), ""))
			if code := codeOf(t, err); code != test.code || err == nil && status != 200 {
				t.Errorf("got %d, %v; want code %q", status, err, test.code)
			}
			if service.requests.Load() != test.requests || test.vault.asked.Load() != test.asked {
				t.Errorf("%d requests, %d refreshes; want %d, %d", service.requests.Load(), test.vault.asked.Load(), test.requests, test.asked)
			}
			_, _, _ = do(client, newRequest(t, "GET", to.Base.URL("/things"), ""))
			if n := test.vault.asked.Load(); n != test.asked {
				t.Errorf("refreshed %d times in one call, want %d", n, test.asked)
			}
			if to.Credential.Secrets["access_token"] != "old" {
				t.Error("the credential given was changed")
			}
		})
	}
}
