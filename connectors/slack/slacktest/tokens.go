package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxGrants bounds how many tokens, and how many codes, are kept at a time; the oldest go first.
const maxGrants = 100

// tokenLifetime is how long a token lasts that is rotated.
//
// Source: https://docs.slack.dev/authentication/using-token-rotation
const tokenLifetime = 12 * time.Hour

// grant is what an access token is good for.
type grant struct {
	token   string
	scopes  []string
	until   time.Time // zero: for ever
	revoked bool
}

// code is an authorization that has not been exchanged yet.
type code struct {
	text      string
	redirect  string // where it was sent; "": anywhere
	challenge string // of PKCE; "": none
	used      bool
}

// tokens is who may come in.
type tokens struct {
	access  []*grant
	refresh []string
	codes   []*code
	minted  int
}

func newTokens() *tokens {
	ended := time.Unix(1, 0)
	return &tokens{
		access: []*grant{
			{token: Token, scopes: allScopes()}, {token: LimitedToken, scopes: []string{"users:read"}},
			{token: RevokedToken, revoked: true}, {token: ExpiredToken, until: ended},
		},
		refresh: []string{RefreshToken},
		codes:   []*code{{text: AuthCode}},
	}
}

// allScopes are those that the app was granted.
func allScopes() []string {
	read, manage, history := readScopes(), manageScopes(), historyScopes()
	return slices.Concat(
		[]string{"chat:write", "chat:write.customize", "channels:join"}, read[:], manage[:], history[:],
		[]string{
			"reactions:read", "reactions:write", "users:read", "users:read.email", "usergroups:read", "emoji:read",
			"files:read", "files:write", "pins:read", "pins:write", "team:read",
		})
}

// check finds the token that a call came with: as a parameter of the body, or else in the header. One in the query does
// not count, as for every app made since 2021.
func (t *tokens) check(c *call) (*grant, error) {
	token := c.text("token")
	if scheme, bearer, found := strings.Cut(c.request.Header.Get("Authorization"), " "); token == "" && found &&
		strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(bearer)
	}
	if token == "" {
		if c.inQuery {
			return nil, refuse("invalid_auth")
		}
		return nil, refuse("not_authed")
	}
	i := slices.IndexFunc(t.access, func(g *grant) bool { return g.token == token })
	switch {
	case i < 0:
		return nil, refuse("invalid_auth")
	case t.access[i].revoked:
		return nil, refuse("token_revoked")
	case !t.access[i].until.IsZero() && !c.now.Before(t.access[i].until):
		return nil, refuse("token_expired")
	}
	return t.access[i], nil
}

// has tells whether a scope was granted.
func (g *grant) has(scope string) bool { return slices.Contains(g.scopes, scope) }

// allow refuses unless one of the scopes was granted.
func (g *grant) allow(scopes ...string) error {
	if len(scopes) == 0 || slices.ContainsFunc(scopes, g.has) {
		return nil
	}
	return &refusal{code: "missing_scope", more: record{
		"needed": strings.Join(scopes, ","), "provided": strings.Join(g.scopes, ","),
	}}
}

// expire ends every token but LimitedToken.
func (t *tokens) expire() {
	for _, g := range t.access {
		if g.token != LimitedToken {
			g.until = time.Unix(1, 0)
		}
	}
}

// mint makes an access token, and the refresh token that renews it.
func (t *tokens) mint(now time.Time) (access, refresh string) {
	t.minted++
	access = fmt.Sprintf("xoxe.xoxb-1-sandbox-slack-%d", t.minted)
	refresh = fmt.Sprintf("%s-%d", RefreshToken, t.minted)
	t.access = append(t.access, &grant{token: access, scopes: allScopes(), until: now.Add(tokenLifetime)})
	t.refresh = append(t.refresh, refresh)
	if len(t.access) > maxGrants {
		t.access = slices.Delete(t.access, 4, 5) // behind those of the seed
	}
	if len(t.refresh) > maxGrants {
		t.refresh = slices.Delete(t.refresh, 0, 1)
	}
	return access, refresh
}

// authorize makes a code.
func (t *tokens) authorize(redirect, challenge string) string {
	t.minted++
	text := fmt.Sprintf("%s-%d", AuthCode, t.minted)
	t.codes = append(t.codes, &code{text: text, redirect: redirect, challenge: challenge})
	if len(t.codes) > maxGrants {
		t.codes = slices.Delete(t.codes, 0, 1)
	}
	return text
}
