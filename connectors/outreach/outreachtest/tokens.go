package outreachtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// What the sandbox accepts. None of it opens anything but a sandbox.
const (
	AccessToken   = "sandbox-outreach-token"         // may do everything; does not run out by itself
	ReadOnlyToken = "sandbox-outreach-readonly"      // has only the scopes that end in .read
	ExpiredToken  = "sandbox-outreach-expired"       // always answered as run out
	RefreshToken  = "sandbox-outreach-refresh"       // the first one; each renewal gives the next
	ClientID      = "sandbox-outreach-client"        // of the application
	ClientSecret  = "sandbox-outreach-client-secret" // of the application
)

// maxTokens bounds how many access tokens are valid at a time, as the service does for refresh tokens.
const maxTokens = 100

// tokens is who may come in.
type tokens struct {
	now      func() time.Time
	lifetime time.Duration
	interval time.Duration // one renewal in each; 0: no limit

	mu       sync.Mutex
	access   map[string]grant
	refresh  string // the one that is good
	minted   int
	lastMint time.Time
}

// grant is what an access token is good for.
type grant struct {
	until    time.Time // zero: for ever
	readOnly bool
	number   int // of the renewal it comes from
}

func newTokens(now func() time.Time, lifetime, interval time.Duration) *tokens {
	t := &tokens{now: now, lifetime: lifetime, interval: interval}
	t.reset()
	return t
}

func (t *tokens) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.access = map[string]grant{
		AccessToken: {}, ReadOnlyToken: {readOnly: true}, ExpiredToken: {until: time.Unix(1, 0)},
	}
	t.refresh, t.minted, t.lastMint = RefreshToken, 0, time.Time{}
}

// expire ends every access token that may write.
func (t *tokens) expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for token, g := range t.access {
		if !g.readOnly {
			g.until = time.Unix(1, 0)
			t.access[token] = g
		}
	}
}

type tokenState int

const (
	tokenUnknown tokenState = iota
	tokenExpired
	tokenGood
)

// check reads an Authorization header.
func (t *tokens) check(authorization string) (grant, tokenState) {
	scheme, token, _ := strings.Cut(authorization, " ")
	t.mu.Lock()
	defer t.mu.Unlock()
	g, known := t.access[strings.TrimSpace(token)]
	switch {
	case !known || !strings.EqualFold(scheme, "bearer"):
		return grant{}, tokenUnknown
	case !g.until.IsZero() && !t.now().Before(g.until):
		return grant{}, tokenExpired
	default:
		return g, tokenGood
	}
}

type mintResult int

const (
	mintDone mintResult = iota
	mintTooSoon
	mintBadToken
)

// mint renews: it gives an access token and the next refresh token, and ends the refresh token used. Where it is too
// soon, wait tells for how long.
func (t *tokens) mint(refresh string) (access, next string, wait time.Duration, result mintResult) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if refresh != t.refresh {
		return "", "", 0, mintBadToken
	}
	if since := now.Sub(t.lastMint); t.interval > 0 && t.minted > 0 && since < t.interval {
		return "", "", t.interval - since, mintTooSoon
	}
	t.minted++
	t.lastMint = now
	t.refresh = fmt.Sprintf("%s-%d", RefreshToken, t.minted)
	access = fmt.Sprintf("%s-%d", AccessToken, t.minted)
	t.access[access] = grant{until: now.Add(t.lifetime), number: t.minted}
	t.forget()
	return access, t.refresh, 0, mintDone
}

// forget drops the oldest renewal's token where there are too many.
func (t *tokens) forget() {
	if len(t.access) <= maxTokens {
		return
	}
	oldest := slices.MinFunc(slices.Collect(maps.Keys(t.access)), func(a, b string) int {
		return age(t.access[a]) - age(t.access[b])
	})
	delete(t.access, oldest)
}

func age(g grant) int {
	if g.number == 0 {
		return 1 << 30
	}
	return g.number
}
