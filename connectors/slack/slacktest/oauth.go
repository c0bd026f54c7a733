package slacktest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// authTest is auth.test.
func (c *call) authTest() (record, error) {
	return record{
		"url": TeamURL, "team": TeamName, "user": c.users[BotUser].handle, "team_id": TeamID, "user_id": BotUser,
		"bot_id": BotID, "is_enterprise_install": false,
	}, nil
}

// apiTest is api.test: it gives back what it was given.
func (c *call) apiTest() (record, error) {
	given := record{}
	for name := range c.values {
		if name != "token" {
			given[name] = c.values[name]
		}
	}
	if code := c.text("error"); code != "" {
		return nil, &refusal{code: code, more: record{"args": given}}
	}
	return record{"args": given}, nil
}

// authRevoke is auth.revoke. With test it revokes nothing.
func (c *call) authRevoke() (record, error) {
	revoke := !c.flag("test", false)
	c.grant.revoked = c.grant.revoked || revoke
	return record{"revoked": revoke}, nil
}

// oauthAccess is oauth.v2.access, with a code or a refresh token.
//
// Source: https://docs.slack.dev/reference/methods/oauth.v2.access
func (c *call) oauthAccess() (record, error) {
	if err := c.client(); err != nil {
		return nil, err
	}
	var err error
	switch kind := c.text("grant_type"); {
	case kind == "refresh_token":
		err = c.useRefreshToken(c.text("refresh_token"))
	case kind == "" || kind == "authorization_code":
		err = c.useCode(c.text("code"))
	default:
		err = refuse("invalid_grant_type")
	}
	if err != nil {
		return nil, err
	}
	access, refresh := c.tokens.mint(c.now)
	return record{
		"app_id": AppID, "authed_user": record{"id": OwnerUser}, "scope": strings.Join(allScopes(), ","),
		"token_type": "bot", "access_token": access, "bot_user_id": BotUser, "refresh_token": refresh,
		"expires_in": int(tokenLifetime / time.Second), "team": record{"id": TeamID, "name": TeamName},
		"enterprise": nil, "is_enterprise_install": false,
	}, nil
}

// client checks who asks: by Basic authentication, or by the form.
func (c *call) client() error {
	id, secret, basic := c.request.BasicAuth()
	if !basic {
		id, secret = c.text("client_id"), c.text("client_secret")
	}
	switch {
	case id != ClientID:
		return refuse("invalid_client_id")
	case secret != ClientSecret:
		return refuse("bad_client_secret")
	default:
		return nil
	}
}

func (c *call) useRefreshToken(token string) error {
	i := slices.Index(c.tokens.refresh, token)
	if i < 0 {
		return refuse("invalid_refresh_token")
	}
	c.tokens.refresh = slices.Delete(c.tokens.refresh, i, i+1)
	return nil
}

func (c *call) useCode(text string) error {
	i := slices.IndexFunc(c.tokens.codes, func(known *code) bool { return known.text == text })
	if i < 0 {
		return refuse("invalid_code")
	}
	known := c.tokens.codes[i]
	switch {
	case known.used:
		return refuse("code_already_used")
	case known.redirect != "" && known.redirect != c.text("redirect_uri"):
		return refuse("bad_redirect_uri")
	case known.challenge != "" && known.challenge != challengeOf(c.text("code_verifier")):
		return refuse("invalid_code_verifier")
	}
	known.used = true
	return nil
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// serveAuthorize is the page at which a person would let the app in; here it always does.
func (s *Sandbox) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	redirect := query.Get("redirect_uri")
	target, err := url.Parse(redirect)
	if err != nil || target.Host == "" || target.Scheme != "https" && target.Scheme != "http" ||
		query.Get("client_id") != ClientID || len(redirect) > maxURL || len(query.Get("code_challenge")) > maxURL {
		http.Error(w, "client_id or redirect_uri is not right.", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	text := s.state.tokens.authorize(redirect, query.Get("code_challenge"))
	s.mu.Unlock()
	answer := target.Query()
	answer.Set("code", text)
	answer.Set("state", query.Get("state"))
	target.RawQuery = answer.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

const maxURL = 2 << 10
