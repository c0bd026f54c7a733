package gateway

import (
	"context"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// maxLesson bounds how long what a service says of its count is believed. After it one more request finds out.
const maxLesson = time.Hour

// learn takes over what an answer says of the service's limits, for the narrowest bucket of the request: a refusal pauses
// it, a budget that is more than half spent is held to. Budgets with more left would cost a limiter on another machine a
// trip for each answer, and hold nobody back. others are the requests under way beside this one.
func (g *Gateway) learn(ctx context.Context, limits *limits, meters *meters, response *http.Response, others int) {
	if response.StatusCode != http.StatusTooManyRequests && !operations.TellsBudget(response.Header) {
		return
	}
	bucket := limits.narrowest()
	now := g.now()
	if response.StatusCode == http.StatusTooManyRequests {
		if wait, ok := operations.RetryAfter(response.Header, now); ok {
			meters.retryAfter.Inc()
			g.limiter.Pause(ctx, Pause{Key: bucket.Key, Until: now.Add(wait), Reason: "the service has asked for a pause"})
			return
		}
	}
	budget, ok := operations.ReadBudget(response.Header, now)
	if !ok || budget.Limit > 0 && budget.Remaining > budget.Limit/2 {
		return
	}
	if budget.Remaining == 0 {
		meters.budget.Inc()
	}
	g.limiter.Learn(ctx, Lesson{
		Key: bucket.Key, Limit: budget.Limit, Remaining: budget.Remaining, UnderWay: others,
		Reset: now.Add(min(budget.Reset, maxLesson)),
	})
}
