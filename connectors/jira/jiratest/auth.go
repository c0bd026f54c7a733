package jiratest

import (
	"net/http"
	"slices"
	"strings"
)

// who sends a request, and how they came in.
type who struct {
	account    string // account id; "" is nobody
	dataCenter bool   // came in as on Data Center
	readOnly   bool   // an OAuth token without scopes for changes
	tenant     string // whose budget it is
}

// logins are user and password of HTTP Basic, and what they let in.
func logins() map[[2]string]who {
	return map[[2]string]who{
		{Email, APIToken}:             {account: AccountID, tenant: "cloud"},
		{ReaderEmail, ReaderAPIToken}: {account: Reader, tenant: "cloud"},
		{Username, Password}:          {account: AccountID, dataCenter: true, tenant: "data center"},
	}
}

// identify finds out who sends a request. OAuth tokens are good below /ex/jira/{cloudId} and nowhere else.
func (s *Sandbox) identify(r *http.Request, at place) (who, error) {
	authorization := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(authorization, " ")
	token = strings.TrimSpace(token)
	bearer := strings.EqualFold(scheme, "Bearer")
	if at.cloudID != "" {
		return s.identifyOAuth(bearer, token, at.cloudID)
	}
	if name, password, given := r.BasicAuth(); given {
		if caller, known := logins()[[2]string{name, password}]; known {
			return caller, nil
		}
		return who{}, unauthenticated(true)
	}
	switch {
	case bearer && token == PersonalAccessToken:
		return who{account: AccountID, dataCenter: true, tenant: "data center"}, nil
	case bearer && token == ReaderPersonalAccessToken:
		return who{account: Reader, dataCenter: true, tenant: "data center"}, nil
	case authorization == "" && slices.Equal(at.segments, []string{"api", "serverInfo"}):
		return who{tenant: "nobody"}, nil
	}
	return who{}, unauthenticated(authorization != "")
}

func (s *Sandbox) identifyOAuth(bearer bool, token, cloudID string) (who, error) {
	g, state := s.tokens.check(token)
	switch {
	case !bearer || state != tokenGood:
		refused := gateway(http.StatusUnauthorized, "Unauthorized")
		refused.header = map[string]string{"WWW-Authenticate": `Bearer realm="api.atlassian.com"`}
		return who{}, refused
	case cloudID != CloudID:
		return who{}, gateway(http.StatusNotFound, "No message available")
	}
	return who{account: AccountID, readOnly: g.readOnly, tenant: "cloud"}, nil
}

// unauthenticated is what whoever has no login or a wrong one is told.
func unauthenticated(tried bool) *refusal {
	refused := refuse(http.StatusUnauthorized, "You are not authenticated. Authentication required to perform this operation.")
	refused.header = map[string]string{"WWW-Authenticate": `OAuth realm="https%3A%2F%2Fnorthwind.atlassian.net"`}
	if tried {
		refused.header["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
	}
	return refused
}

// mayWrite tells whether the caller may use a route that changes something.
func (w who) mayWrite(found *route) error {
	if found.method == http.MethodGet || found.is(reads) {
		return nil
	}
	switch {
	case w.readOnly:
		return gateway(http.StatusUnauthorized, "Unauthorized; scope does not match")
	case w.account == AccountID:
		return nil
	case found.is(admins):
		return forbidden("You must have global or project administrator rights in order to do this.")
	}
	return forbidden("You do not have permission to perform this operation.")
}
