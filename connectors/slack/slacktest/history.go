package slacktest

import "slices"

// nonMarketplacePage is how much a page of messages holds, usually and at most, for apps outside the Marketplace.
const nonMarketplacePage = 15

// period is a stretch of time, with or without its ends.
type period struct {
	oldest, latest stamp
	inclusive      bool
}

func (p period) has(ts stamp) bool {
	return ts > p.oldest && ts < p.latest || p.inclusive && (ts == p.oldest || ts == p.latest)
}

func (c *call) period() (period, error) {
	p := period{latest: 1 << 62, inclusive: c.flag("inclusive", false)}
	var ok bool
	if text := c.text("oldest"); text != "" {
		if p.oldest, ok = roughStamp(text); !ok {
			return p, refuse("invalid_ts_oldest")
		}
	}
	if text := c.text("latest"); text != "" && text != "now" {
		if p.latest, ok = roughStamp(text); !ok {
			return p, refuse("invalid_ts_latest")
		}
	}
	return p, nil
}

// listMessages is conversations.history: the youngest first, and of replies only those that were sent to the channel too.
//
// Source: https://docs.slack.dev/reference/methods/conversations.history
func (c *call) listMessages() (record, error) {
	ch, err := c.inside(historyScopes())
	if err != nil {
		return nil, err
	}
	p, err := c.period()
	if err != nil {
		return nil, err
	}
	var found []*message
	for _, m := range slices.Backward(ch.messages) {
		if p.has(m.ts) && (!m.isReply() || m.broadcast) {
			found = append(found, m)
		}
	}
	answer, err := c.messagePage(ch, found, 100)
	if err == nil {
		answer["pin_count"] = len(slices.DeleteFunc(slices.Clone(ch.messages), func(m *message) bool { return m.pinned == nil }))
		answer["channel_actions_ts"], answer["channel_actions_count"] = nil, 0
	}
	return answer, err
}

// listReplies is conversations.replies: a message and what was replied to it, the oldest first.
func (c *call) listReplies() (record, error) {
	if err := c.need("channel", "ts"); err != nil {
		return nil, err
	}
	ch, err := c.inside(historyScopes())
	if err != nil {
		return nil, err
	}
	p, err := c.period()
	if err != nil {
		return nil, err
	}
	ts, ok := exactStamp(c.text("ts"))
	root := ch.message(ts)
	if !ok || root == nil {
		return nil, refuse("thread_not_found")
	}
	found := []*message{root}
	for _, reply := range root.replies {
		if p.has(reply.ts) {
			found = append(found, reply)
		}
	}
	return c.messagePage(ch, found, maxPage)
}

// messagePage is a page of messages. There is no cursor behind the last one, not even an empty one.
func (c *call) messagePage(ch *channel, all []*message, usual int) (record, error) {
	if c.strict {
		usual = nonMarketplacePage
	}
	limit, err := c.limit(usual)
	if err != nil {
		return nil, err
	}
	if c.strict {
		limit = min(limit, nonMarketplacePage)
	}
	page, next, err := paged(c, all, limit, func(m *message) string { return m.ts.String() })
	if err != nil {
		return nil, err
	}
	shown := make([]record, len(page))
	for i, m := range page {
		shown[i] = c.show(ch, m)
		if !c.flag("include_all_metadata", false) {
			delete(shown[i], "metadata")
		}
	}
	answer := record{"messages": shown, "has_more": next != ""}
	if next != "" {
		answer["response_metadata"] = metadata(next)
	}
	return answer, nil
}
