package slacktest_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// until calls until a call is refused, and gives how many were not.
func (f fixture) until(call func() answer) (passed int, refused answer) {
	f.Helper()
	for passed = range 1000 {
		if refused = call(); refused.status == http.StatusTooManyRequests {
			return passed, refused
		}
	}
	f.Fatal("no limit")
	return 0, answer{}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	outside := slacktest.Options{NonMarketplace: true}
	thread := []string{"channel", slacktest.SupportChannel, "ts", slacktest.ThreadTS}
	for _, c := range []struct {
		name, method string
		arguments    []string
		options      slacktest.Options
		passed       int
		wait         string
	}{
		{"tier 2", "conversations.list", nil, slacktest.Options{}, 22, "3"},
		{"tier 3", "conversations.history", []string{"channel", slacktest.SupportChannel}, slacktest.Options{}, 55, "2"},
		{"tier 4", "users.info", []string{"user", slacktest.OwnerUser}, slacktest.Options{}, 110, "1"},
		{"messages", "chat.postMessage", []string{"channel", slacktest.SupportChannel, "text", "x"}, slacktest.Options{}, 5, "1"},
		{"history outside the Marketplace", "conversations.history", []string{"channel", slacktest.SupportChannel}, outside, 1, "60"},
		{"replies outside the Marketplace", "conversations.replies", thread, outside, 1, "60"},
		{"refused calls count too", "users.lookupByEmail", []string{"email", "x"}, slacktest.Options{}, 55, "2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, c.options)
			call := func() answer { return f.form(c.method, c.arguments...) }
			passed, refused := f.until(call)
			if passed != c.passed || refused.header.Get("Retry-After") != c.wait || refused.body != `{"error":"ratelimited","ok":false}`+"\n" {
				t.Errorf("after %d: %v %s", passed, refused.header, refused.body)
			}
			if got := f.sandbox.Stats().OverLimit; got != 1 {
				t.Errorf("%d over the limit, want 1", got)
			}
			wait, err := time.ParseDuration(c.wait + "s")
			check(t, err)
			f.clock.advance(wait)
			if a := call(); a.status != http.StatusOK {
				t.Errorf("after waiting: %d %s", a.status, a.body)
			}
		})
	}
}

func TestLimitsApart(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	f.until(func() answer { return f.form("chat.postMessage", "channel", slacktest.SupportChannel, "text", "x") })
	if a := f.form("chat.postMessage", "channel", "#support", "text", "x"); a.status != http.StatusTooManyRequests {
		t.Errorf("by its name the channel takes more: %d", a.status)
	}
	f.ok(f.form("chat.postMessage", "channel", slacktest.RandomChannel, "text", "x"))
	f.until(func() answer { return f.form("users.list") })
	f.ok(f.send("GET", "/api/users.list", "", "Authorization", "Bearer "+slacktest.LimitedToken))
	var limited *slack.RateLimitedError
	_, err := f.client(slacktest.Token).GetUserInfoContext(t.Context(), slacktest.OwnerUser)
	check(t, err)
	if _, err = f.client(slacktest.Token).GetEmojiContext(t.Context()); err != nil {
		t.Errorf("another method of the tier: %v", err)
	}
	f.until(func() answer { return f.form("emoji.list") })
	if _, err = f.client(slacktest.Token).GetEmojiContext(t.Context()); !errors.As(err, &limited) || limited.RetryAfter != 3*time.Second {
		t.Errorf("the usual client: %v", err)
	}
	stats := f.send("GET", "/_sandbox/stats", "")
	if got := gjson.Get(stats.body, "over_limit").Int(); got != 5 {
		t.Errorf("%d over the limit: %s", got, stats.body)
	}
	f.sandbox.Reset()
	f.ok(f.form("emoji.list"))
	if stats := f.sandbox.Stats(); stats.OverLimit != 0 || stats.Writes != 0 || stats.Requests != 1 {
		t.Errorf("after the reset: %+v", stats)
	}
}

func TestNoLimits(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{NoLimits: true, NonMarketplace: true})
	for range 60 {
		f.ok(f.form("conversations.history", "channel", slacktest.GeneralChannel))
	}
}

func TestNonMarketplacePages(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{NonMarketplace: true})
	a := f.ok(f.form("conversations.history", "channel", slacktest.GeneralChannel, "limit", "100"))
	if got := len(a.get("messages").Array()); got != 15 || !a.get("has_more").Bool() {
		t.Errorf("%d messages in a page: %s", got, a.get("has_more"))
	}
}
