package outreachtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const maxForm = 16 << 10

// serveToken is POST /oauth/token with grant_type=refresh_token.
// Source: https://developers.outreach.io/api/oauth
func (s *Sandbox) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		oauthError(w, http.StatusMethodNotAllowed, "invalid_request", "Use POST.")
		return
	}
	body, err := sandbox.ReadBody(r, maxForm)
	if err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "The request cannot be read.")
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "The request is not a form.")
		return
	}
	switch {
	case !knownClient(r, form):
		oauthError(w, http.StatusUnauthorized, "invalid_client", "Client authentication failed.")
	case form.Get("grant_type") != "refresh_token":
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "Only refresh_token is supported here.")
	default:
		s.renew(w, form.Get("refresh_token"))
	}
}

func knownClient(r *http.Request, form url.Values) bool {
	if id, secret, ok := r.BasicAuth(); ok {
		return id == ClientID && secret == ClientSecret
	}
	return form.Get("client_id") == ClientID && form.Get("client_secret") == ClientSecret
}

func (s *Sandbox) renew(w http.ResponseWriter, refresh string) {
	access, next, wait, result := s.tokens.mint(refresh)
	switch result {
	case mintBadToken:
		oauthError(w, http.StatusBadRequest, "invalid_grant",
			"The provided authorization grant is invalid, expired or revoked.")
	case mintTooSoon:
		w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		oauthError(w, http.StatusTooManyRequests, "rate_limit_exceeded", "Only one token may be granted in 60 seconds.")
	case mintDone:
		w.Header().Set("Cache-Control", "no-store")
		sandbox.WriteJSON(w, http.StatusOK, "application/json", map[string]any{
			"access_token": access, "token_type": "Bearer", "expires_in": int(s.tokens.lifetime / time.Second),
			"refresh_token": next, "scope": s.scopes(), "created_at": s.options.Now().Unix(),
		})
	}
}

// scopes lists what a token that may do everything was granted.
func (s *Sandbox) scopes() string {
	var scopes []string
	for path := range s.surface.byPath {
		scopes = append(scopes, path+".all")
	}
	slices.Sort(scopes)
	return strings.Join(scopes, " ")
}

func oauthError(w http.ResponseWriter, status int, code, description string) {
	sandbox.WriteJSON(w, status, "application/json", map[string]string{"error": code, "error_description": description})
}
