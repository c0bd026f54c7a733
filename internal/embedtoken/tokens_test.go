package embedtoken_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/embedtoken"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// clock is one that tests set.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time       { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

func newMasterKey(t testing.TB) credentials.MasterKey {
	t.Helper()
	text, err := credentials.GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := credentials.ParseMasterKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func openStore(t testing.TB, c *clock) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), store.WithClock(c.now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// node is one of the hubs that share a store and a master key.
func node(t testing.TB, s embedtoken.Store, key credentials.MasterKey, c *clock) *embedtoken.Tokens {
	t.Helper()
	keys, err := key.TokenKeys(embedtoken.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := embedtoken.New(embedtoken.Options{Keys: keys, Store: s, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tokens.Close)
	return tokens
}

func draft() embedtoken.Draft {
	return embedtoken.Draft{
		EndUser: "ada", Credentials: []string{"acct", "acct"}, Operations: []string{execute.AllLists},
		Origins: []string{"HTTPS://App.Example.com:443/", "http://localhost:5173"}, Lifetime: time.Minute, Calls: 3, MadeBy: "key_1",
	}
}

func issue(t testing.TB, tokens *embedtoken.Tokens, d embedtoken.Draft) (store.EmbedToken, string) {
	t.Helper()
	made, token, err := tokens.Issue(t.Context(), store.DefaultWorkspace, d)
	if err != nil {
		t.Fatal(err)
	}
	return made, token
}

func wantReason(t *testing.T, err error, code operations.Code, reason string) {
	t.Helper()
	if e := operations.AsError(err); e == nil || e.Code != code || e.Reason != reason {
		t.Errorf("%v, want %s because of %s", err, code, reason)
	}
}

func TestATokenSaysWhatItAllowsOnAllNodes(t *testing.T) {
	t.Parallel()
	c, key := newClock(), newMasterKey(t)
	s := openStore(t, c)
	made, token := issue(t, node(t, s, key, c), draft())
	pass, err := node(t, s, key, c).Open(token)
	want := embedtoken.Pass{
		ID: made.ID, Workspace: store.DefaultWorkspace, Expires: c.now().Add(time.Minute),
		Grant:   execute.Grant{EndUser: "ada", Credentials: []string{"acct"}, Operations: []string{execute.AllLists}},
		Origins: []string{"https://app.example.com", "http://localhost:5173"},
	}
	if diff := cmp.Diff(want, pass); err != nil || diff != "" {
		t.Errorf("(%v, -want +got)\n%s", err, diff)
	}
	listed, err := s.ListEmbedTokens(t.Context(), store.DefaultWorkspace, store.EmbedTokenFilter{EndUser: "ada", Limit: 5})
	if diff := cmp.Diff([]store.EmbedToken{made}, listed); err != nil || diff != "" {
		t.Errorf("listed (%v, -want +got)\n%s", err, diff)
	}
}

func TestATokenEnds(t *testing.T) {
	t.Parallel()
	c, key := newClock(), newMasterKey(t)
	tokens := node(t, openStore(t, c), key, c)
	made, token := issue(t, tokens, draft())
	c.pass(time.Minute - time.Nanosecond)
	if _, err := tokens.Open(token); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Nanosecond)
	pass, err := tokens.Open(token)
	wantReason(t, err, operations.CodeUnauthenticated, embedtoken.ReasonExpired)
	if pass.ID != made.ID {
		t.Error("whose token it was is not told")
	}
	if known, err := tokens.Names(t.Context(), "http://localhost:5173"); known || err != nil {
		t.Errorf("its origin is still known (%v)", err)
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	c, key := newClock(), newMasterKey(t)
	s := openStore(t, c)
	tokens := node(t, s, key, c)
	_, token := issue(t, tokens, draft())
	_, foreign := issue(t, node(t, s, newMasterKey(t), c), draft())
	keys, err := key.TokenKeys("something else")
	if err != nil {
		t.Fatal(err)
	}
	other, err := embedtoken.New(embedtoken.Options{Keys: keys, Store: s, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	_, purpose := issue(t, other, draft())
	parts := strings.Split(strings.TrimPrefix(token, embedtoken.Prefix), ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	widened := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), "acct", "boss", 1)))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"patchbay-embed+jwt"}`))
	for name, forged := range map[string]string{
		"another key": foreign, "another purpose": purpose, "widened": embedtoken.Prefix + parts[0] + "." + widened + "." + parts[2],
		"unsigned": embedtoken.Prefix + none + "." + parts[1] + ".", "no prefix": strings.TrimPrefix(token, embedtoken.Prefix), "cut": token[:len(token)-2],
		"empty": "", "long": token + strings.Repeat("A", 10_000), "an API key": "pb_" + strings.Repeat("x", 43),
	} {
		pass, err := tokens.Open(forged)
		if pass.ID != "" {
			t.Errorf("%s: it is told whose it is", name)
		}
		wantReason(t, err, operations.CodeUnauthenticated, embedtoken.ReasonInvalid)
	}
}

func TestRevocationReachesOtherNodesWithinASecond(t *testing.T) {
	t.Parallel()
	c, key := newClock(), newMasterKey(t)
	s := openStore(t, c)
	here, there := node(t, s, key, c), node(t, s, key, c)
	d := draft()
	d.Calls = 1000
	made, _ := issue(t, here, d)
	for _, at := range []*embedtoken.Tokens{here, there} {
		if err := at.Spend(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := here.Revoke(t.Context(), "another workspace", made.ID); operations.AsError(err) == nil || operations.AsError(err).Code != operations.CodeNotFound {
		t.Errorf("another workspace: %v", err)
	}
	if err := here.Revoke(t.Context(), store.DefaultWorkspace, made.ID); err != nil {
		t.Fatal(err)
	}
	wantReason(t, here.Spend(t.Context(), made.ID), operations.CodeUnauthenticated, embedtoken.ReasonRevoked)
	c.pass(time.Second)
	wantReason(t, there.Spend(t.Context(), made.ID), operations.CodeUnauthenticated, embedtoken.ReasonRevoked)
	if known, err := there.Names(t.Context(), "https://app.example.com"); known || err != nil {
		t.Errorf("its origin is still known (%v)", err)
	}
}

// TestTheBudgetIsOneOnAllNodes spends a budget from two nodes at once, neither of which may spend more than there is.
func TestTheBudgetIsOneOnAllNodes(t *testing.T) {
	t.Parallel()
	c, key := newClock(), newMasterKey(t)
	s := openStore(t, c)
	nodes := []*embedtoken.Tokens{node(t, s, key, c), node(t, s, key, c)}
	d := draft()
	d.Calls = 200
	made, _ := issue(t, nodes[0], d)
	var spent atomic.Int64
	var all sync.WaitGroup
	for i := range 300 {
		all.Go(func() {
			err := nodes[i%2].Spend(t.Context(), made.ID)
			if err == nil {
				spent.Add(1)
				return
			}
			wantReason(t, err, operations.CodeForbidden, embedtoken.ReasonBudget)
		})
	}
	all.Wait()
	if n := spent.Load(); n > d.Calls || n < d.Calls-d.Calls/20 { // what one node had set aside when the other came to the end
		t.Errorf("%d calls were spent of %d", n, d.Calls)
	}
}

func TestSmallBudgetsAreCountedToTheCall(t *testing.T) {
	t.Parallel()
	c, key := newClock(), newMasterKey(t)
	s := openStore(t, c)
	made, _ := issue(t, node(t, s, key, c), draft())
	for range 3 { // each time by a node that has just started
		if err := node(t, s, key, c).Spend(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
	}
	wantReason(t, node(t, s, key, c).Spend(t.Context(), made.ID), operations.CodeForbidden, embedtoken.ReasonBudget)
}

func TestOriginsOfTokens(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]string{
		"https://app.example.com": "https://app.example.com", "HTTPS://APP.example.com:443/": "https://app.example.com",
		"https://app.example.com:8443": "https://app.example.com:8443", "http://localhost:3000": "http://localhost:3000",
		"http://127.0.0.1": "http://127.0.0.1", "http://[::1]:80": "http://[::1]", "http://page.localhost": "http://page.localhost",
		"http://app.example.com": "", "https://": "", "app.example.com": "", "null": "", "*": "", "https://*.example.com": "",
		"https://app.example.com/path": "", "https://app.example.com?x": "", "https://app.example.com#": "", "https://a@example.com": "",
		"ftp://example.com": "", "https://bücher.example": "", "javascript:alert(1)": "", "https://" + strings.Repeat("a", 400) + ".com": "",
		"http://127.0.0.1.example.com": "",
	} {
		got, fault := embedtoken.CanonicalOrigin(origin)
		if got != want || (fault == "") != (want != "") {
			t.Errorf("%s: %q %q, want %q", origin, got, fault, want)
		}
	}
}

// broken is a store that is out of reach.
type broken struct{ embedtoken.Store }

func (broken) EmbedTokenLives(context.Context, string) (bool, error) {
	return false, errors.New("gone")
}

func TestAStoreOutOfReachLetsNobodyIn(t *testing.T) {
	t.Parallel()
	c := newClock()
	if err := node(t, broken{}, newMasterKey(t), c).Spend(t.Context(), "et_1"); err == nil {
		t.Error("a call was let in")
	}
}

func FuzzOpen(f *testing.F) {
	c := newClock()
	tokens := node(f, openStore(f, c), newMasterKey(f), c)
	_, token := issue(f, tokens, draft())
	f.Add(token)
	f.Add("pbe_eyJhbGciOiJub25lIn0.e30.")
	f.Add("pbe_..")
	f.Fuzz(func(t *testing.T, text string) {
		pass, err := tokens.Open(text)
		if err == nil && text != token || err != nil && pass.ID != "" {
			t.Errorf("%q passed as %v (%v)", text, pass, err)
		}
	})
}

func FuzzCanonicalOrigin(f *testing.F) {
	f.Add("https://app.example.com:8443")
	f.Add("http://[::1]:80")
	f.Fuzz(func(t *testing.T, origin string) {
		canonical, fault := embedtoken.CanonicalOrigin(origin)
		if (canonical == "") == (fault == "") {
			t.Errorf("%q: %q %q", origin, canonical, fault)
		}
		if canonical == "" {
			return
		}
		if again, _ := embedtoken.CanonicalOrigin(canonical); again != canonical {
			t.Errorf("%q is %q, and that is %q", origin, canonical, again)
		}
	})
}

func BenchmarkOpenAndSpend(b *testing.B) {
	c := newClock()
	tokens := node(b, openStore(b, c), newMasterKey(b), c)
	d := draft()
	d.Calls, d.Lifetime = 1_000_000, time.Hour
	made, token := issue(b, tokens, d)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokens.Open(token); err != nil {
			b.Fatal(err)
		}
		if err := tokens.Spend(b.Context(), made.ID); err != nil {
			b.Fatal(err)
		}
	}
}
