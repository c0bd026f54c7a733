package jiratest

import (
	"fmt"
	"sync"
	"time"
)

// maxTokens bounds how many renewed access tokens are good at a time.
const maxTokens = 100

// tokens is what OAuth let in.
type tokens struct {
	now      func() time.Time
	lifetime time.Duration

	mu      sync.Mutex
	access  map[string]grant
	refresh string // the one that is good
	code    string // the authorization code that is good; "" once it is used
	minted  int
}

// grant is what an access token is good for.
type grant struct {
	until    time.Time // zero: for ever
	readOnly bool
}

func newTokens(now func() time.Time, lifetime time.Duration) *tokens {
	t := &tokens{now: now, lifetime: lifetime}
	t.reset()
	return t
}

func (t *tokens) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.access = map[string]grant{
		AccessToken: {}, ReadOnlyAccessToken: {readOnly: true}, ExpiredAccessToken: {until: time.Unix(1, 0)},
	}
	t.refresh, t.code, t.minted = RefreshToken, AuthorizationCode, 0
}

// expire ends every access token that may write.
func (t *tokens) expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for token, g := range t.access {
		if !g.readOnly {
			t.access[token] = grant{until: time.Unix(1, 0)}
		}
	}
}

type tokenState int

const (
	tokenUnknown tokenState = iota
	tokenExpired
	tokenGood
)

func (t *tokens) check(token string) (grant, tokenState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, known := t.access[token]
	switch {
	case !known:
		return grant{}, tokenUnknown
	case !g.until.IsZero() && !t.now().Before(g.until):
		return grant{}, tokenExpired
	}
	return g, tokenGood
}

// renew gives an access token and the next refresh token, and ends the refresh token used.
func (t *tokens) renew(refresh string) (access, next string, good bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if refresh == "" || refresh != t.refresh {
		return "", "", false
	}
	access, next = t.mint()
	return access, next, true
}

// exchange gives tokens for an authorization code, which is good once.
func (t *tokens) exchange(code string) (access, refresh string, good bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if code == "" || code != t.code {
		return "", "", false
	}
	t.code = ""
	access, refresh = t.mint()
	return access, refresh, true
}

func (t *tokens) mint() (access, refresh string) {
	t.minted++
	delete(t.access, accessName(t.minted-maxTokens))
	access, t.refresh = accessName(t.minted), fmt.Sprintf("%s-%d", RefreshToken, t.minted)
	t.access[access] = grant{until: t.now().Add(t.lifetime)}
	return access, t.refresh
}

func accessName(number int) string { return fmt.Sprintf("%s-%d", AccessToken, number) }
