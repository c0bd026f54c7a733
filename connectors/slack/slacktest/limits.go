package slacktest

import (
	"net/http"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// tier says how often a method may be called, by each token for itself.
//
// Source: https://docs.slack.dev/apis/web-api/rate-limits
type tier int

const (
	tierSpecial tier = iota // some hundred calls a minute
	tier1
	tier2
	tier3
	tier4
	tierPost    // a message a second in each channel
	tierHistory // as tier3, and as tier1 for apps outside the Marketplace
)

// limits keeps the rates of all methods.
type limits struct {
	off    bool
	strict bool // history as for apps outside the Marketplace
	rates  map[tier]*sandbox.RateLimit
}

func newLimits(options Options) *limits {
	rate := func(limit, burst int, window time.Duration) *sandbox.RateLimit {
		return &sandbox.RateLimit{Limit: limit, Burst: burst, Window: window, Now: options.Now}
	}
	return &limits{
		off: options.NoLimits, strict: options.NonMarketplace,
		// A tenth more at once than in a minute: what keeps the limit when it leaves may come closer together.
		rates: map[tier]*sandbox.RateLimit{
			tierSpecial: rate(300, 330, time.Minute), tier1: rate(1, 1, time.Minute), tier2: rate(20, 22, time.Minute),
			tier3: rate(50, 55, time.Minute), tier4: rate(100, 110, time.Minute), tierPost: rate(1, 5, time.Second),
		},
	}
}

// take counts a call and refuses it if there were too many.
func (l *limits) take(c *call, of tier, whose string) error {
	if l.off {
		return nil
	}
	key := c.method + " " + whose
	switch {
	case of == tierPost:
		key += " " + c.channelKey(c.text("channel"))
	case of == tierHistory && l.strict:
		of = tier1
	case of == tierHistory:
		of = tier3
	}
	rate := l.rates[of]
	state, ok := rate.Take(key)
	if ok {
		return nil
	}
	token := rate.Window / time.Duration(rate.Limit)
	wait := state.Reset.Sub(c.now) - token*time.Duration(rate.Burst-1) // until there is room for one more
	return &refusal{code: "ratelimited", status: http.StatusTooManyRequests, wait: max(wait, time.Second)}
}

// refused is how many calls were over a limit.
func (l *limits) refused() (sum int64) {
	for _, rate := range l.rates {
		sum += rate.Refused()
	}
	return sum
}

func (l *limits) reset() {
	for _, rate := range l.rates {
		rate.Reset()
	}
}
