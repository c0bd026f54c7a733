package jiratest

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const maxForm = 16 << 10

// scopes of an access token that may do everything.
func scopes(readOnly bool) []string {
	all := []string{"read:jira-work", "read:jira-user"}
	if readOnly {
		return all
	}
	return append(all, "write:jira-work", "manage:jira-project", "offline_access")
}

// serveToken is POST /oauth/token: an authorization code or a refresh token for an access token and the next refresh
// token. The body is JSON or a form.
// Source: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
func (s *Sandbox) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		oauthError(w, http.StatusMethodNotAllowed, "invalid_request", "Use POST.")
		return
	}
	form, readable := readGrant(r)
	switch {
	case !readable:
		oauthError(w, http.StatusBadRequest, "invalid_request", "The request cannot be read.")
	case form("client_id") != ClientID || form("client_secret") != ClientSecret:
		oauthError(w, http.StatusUnauthorized, "access_denied", "Unauthorized")
	case form("grant_type") == "refresh_token":
		access, refresh, good := s.tokens.renew(form("refresh_token"))
		s.grant(w, access, refresh, good, "Unknown or invalid refresh token.")
	case form("grant_type") == "authorization_code":
		access, refresh, good := s.tokens.exchange(form("code"))
		s.grant(w, access, refresh, good, "Invalid authorization code")
	default:
		oauthError(w, http.StatusForbidden, "unsupported_grant_type", "Unsupported grant type.")
	}
}

// readGrant reads a token request; client_id and client_secret may also come by HTTP Basic.
func readGrant(r *http.Request) (get func(string) string, readable bool) {
	body, err := sandbox.ReadBody(r, maxForm)
	if err != nil {
		return nil, false
	}
	values := url.Values{}
	if mediaTypeOf(r) == "application/json" {
		var fields map[string]string
		if err := json.Unmarshal(body, &fields); err != nil {
			return nil, false
		}
		for name, value := range fields {
			values.Set(name, value)
		}
	} else if values, err = url.ParseQuery(string(body)); err != nil {
		return nil, false
	}
	if id, secret, given := r.BasicAuth(); given {
		values.Set("client_id", id)
		values.Set("client_secret", secret)
	}
	return values.Get, true
}

func (s *Sandbox) grant(w http.ResponseWriter, access, refresh string, good bool, otherwise string) {
	if !good {
		oauthError(w, http.StatusForbidden, "invalid_grant", otherwise)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	sandbox.WriteJSON(w, http.StatusOK, mediaType, record{
		"access_token": access, "refresh_token": refresh, "token_type": "Bearer",
		"expires_in": int(s.options.TokenLifetime / time.Second), "scope": strings.Join(scopes(false), " "),
	})
}

// serveResources is GET /oauth/token/accessible-resources: the sites that a token is for.
func (s *Sandbox) serveResources(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	g, state := s.tokens.check(strings.TrimSpace(token))
	switch {
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		gateway(http.StatusMethodNotAllowed, "Method Not Allowed").write(w)
	case !strings.EqualFold(scheme, "Bearer") || state != tokenGood:
		gateway(http.StatusUnauthorized, "Unauthorized").write(w)
	default:
		sandbox.WriteJSON(w, http.StatusOK, mediaType, []record{{
			"id": CloudID, "name": "northwind", "url": "https://northwind.atlassian.net", "scopes": scopes(g.readOnly),
			"avatarUrl": "https://site-admin-avatars-cdn.prod.public.atl-paas.net/avatars/240/site.png",
		}})
	}
}

func oauthError(w http.ResponseWriter, status int, code, description string) {
	sandbox.WriteJSON(w, status, mediaType, record{"error": code, "error_description": description})
}

func mediaTypeOf(r *http.Request) string {
	declared, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return declared
}
