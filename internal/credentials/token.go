package credentials

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/patchbay/patchbay/operations"
)

// tokens are what a token endpoint gave.
type tokens struct {
	access, refresh string    // refresh may be the old one
	expires         time.Time // zero: not told
}

func (t tokens) expiry() string {
	if t.expires.IsZero() {
		return ""
	}
	return t.expires.UTC().Format(time.RFC3339)
}

// request asks the token endpoint for new tokens.
// See https://datatracker.ietf.org/doc/html/rfc6749#section-6.
func (v *Vault) request(ctx context.Context, r renewal, current *operations.Credential) (tokens, error) {
	if v.HTTP == nil {
		return tokens{}, operations.Errorf(operations.CodeNotConfigured, "this installation cannot renew access tokens")
	}
	address, trusted := tokenURL(r.target, r.oauth, current.Fields)
	client := *v.HTTP(trusted)
	// A redirect would take the refresh token and the client's secret elsewhere.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	config := oauth2.Config{
		ClientID:     cmp.Or(current.Secrets[clientID], current.Fields[clientID]),
		ClientSecret: cmp.Or(current.Secrets[clientSecret], current.Fields[clientSecret]),
		Endpoint:     oauth2.Endpoint{TokenURL: address, AuthStyle: oauth2.AuthStyleInParams},
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &client)
	old := current.Secrets[refreshToken]
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: old}).Token()
	if err != nil {
		return tokens{}, v.renewalError(err)
	}
	if !isToken(token.AccessToken) || token.RefreshToken != old && !isToken(token.RefreshToken) {
		return tokens{}, noToken()
	}
	renewed := tokens{access: token.AccessToken, refresh: token.RefreshToken, expires: token.Expiry}
	if token.ExpiresIn > 0 {
		renewed.expires = v.Now().Add(time.Duration(min(token.ExpiresIn, maxLifetime)) * time.Second)
	}
	return renewed, nil
}

// maxLifetime is what is believed of expires_in, in seconds: ten years.
const maxLifetime = 10 * 365 * 24 * 60 * 60

// tokenURL resolves the connector's token URL. One that lies at the service itself follows the service's origin where
// the operator has named another; only that one is the operator's word.
func tokenURL(target operations.Target, oauth operations.OAuth2, fields map[string]string) (address string, trusted bool) {
	address = operations.Expand(oauth.TokenURL, fields)
	if strings.HasPrefix(address, "/") {
		return target.Base.Root(address), target.Trusted
	}
	if own, err := target.Base.Link(address); err == nil {
		return own.String(), target.Trusted
	}
	return address, false
}

// isToken tells whether a token can be put into a header and a form: visible ASCII, not too long.
// See https://datatracker.ietf.org/doc/html/rfc6749#appendix-A.12.
func isToken(s string) bool {
	return s != "" && len(s) <= maxValue && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func noToken() *operations.Error {
	return operations.Errorf(operations.CodeUpstreamFailed, "the service's answer to the renewal of the access token holds no usable token")
}

// renewalError turns a failed renewal into the hub's error. The library's own text is left behind: it quotes the answer,
// and that can hold tokens.
func (v *Vault) renewalError(err error) *operations.Error {
	var typed *operations.Error
	var refused *oauth2.RetrieveError
	var network *url.Error
	switch {
	case errors.As(err, &typed):
		return typed
	case errors.As(err, &refused):
		return v.refusal(refused)
	case errors.As(err, &network) && network.Timeout():
		return operations.Errorf(operations.CodeUpstreamTimeout, "the service did not renew the access token in time: %w", network.Err)
	case errors.As(err, &network):
		return operations.Errorf(operations.CodeUpstreamUnreachable, "the service could not be reached to renew the access token: %w", network.Err)
	default:
		return noToken()
	}
}

// errorCode matches the error codes of OAuth2 and of those services that have their own. Anything else is not shown.
var errorCode = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,63}$`)

// troubles are error codes that speak of the service, not of the credential: those of OAuth2, and Slack's, which come with
// status 200 (https://docs.slack.dev/reference/methods/oauth.v2.access#errors).
var troubles = []string{"server_error", "temporarily_unavailable", "internal_error", "fatal_error", "service_unavailable"}

func (v *Vault) refusal(refused *oauth2.RetrieveError) *operations.Error {
	status := refused.Response.StatusCode
	code := strings.ToLower(refused.ErrorCode)
	if !errorCode.MatchString(code) {
		code = ""
	}
	e := &operations.Error{Upstream: &operations.Upstream{Status: status, Code: code}}
	switch {
	case status == http.StatusTooManyRequests || code == "ratelimited" || code == "rate_limited" || code == "slow_down":
		e.Code, e.Detail = operations.CodeRateLimited, "the service renews no more access tokens for now; try again later"
		e.RetryAfter, _ = operations.RetryAfter(refused.Response.Header, v.Now())
	case status >= 500 || status == http.StatusRequestTimeout || slices.Contains(troubles, code):
		e.Code, e.Detail = operations.CodeUpstreamFailed, "the service failed to renew the access token; try again later"
	case code == "" && !slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden}, status):
		e.Code, e.Detail = operations.CodeUpstreamFailed, "the service's answer to the renewal of the access token makes no sense"
	case code == "invalid_client":
		e.Code, e.Detail = operations.CodeCredentialRejected, "the service does not accept the client id and secret; check them"
	default: // invalid_grant, and what services say in its place
		e.Code, e.Detail = operations.CodeCredentialRejected, "the service does not accept the refresh token any more; connect the account again"
	}
	return e
}
