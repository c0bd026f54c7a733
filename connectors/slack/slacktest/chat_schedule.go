package slacktest

import (
	"cmp"
	"slices"
	"time"
)

// maxAhead is how far ahead a message may be scheduled.
const maxAhead = 120 * 24 * time.Hour

// scheduled is a message that is to be posted.
type scheduled struct {
	id      string
	channel *channel
	at      int64
	created int64
	message *message
}

// scheduleMessage is chat.scheduleMessage.
//
// Source: https://docs.slack.dev/reference/methods/chat.scheduleMessage
func (c *call) scheduleMessage() (record, error) {
	if err := c.need("channel", "post_at"); err != nil {
		return nil, err
	}
	at, ok := c.number("post_at", 0)
	switch {
	case !ok:
		return nil, refuse("invalid_time")
	case at <= c.now.Unix():
		return nil, refuse("time_in_past")
	case at > c.now.Add(maxAhead).Unix():
		return nil, refuse("time_too_far")
	case len(c.scheduled) >= maxScheduled:
		return nil, refuse("restricted_too_many")
	}
	ch, err := c.target()
	if err != nil {
		return nil, err
	}
	m, err := c.compose()
	if err != nil {
		return nil, err
	}
	if err := c.reply(ch, m); err != nil {
		return nil, err
	}
	if err := c.claim(1); err != nil {
		return nil, err
	}
	planned := &scheduled{id: c.id("Q"), channel: ch, at: at, created: c.now.Unix(), message: m}
	c.state.scheduled = append(c.state.scheduled, planned)
	shown := c.show(ch, m)
	delete(shown, "ts")
	shown["type"], shown["subtype"] = "delayed_message", "bot_message"
	return record{"channel": ch.id, "scheduled_message_id": planned.id, "post_at": at, "message": shown}, nil
}

// listScheduledMessages is chat.scheduledMessages.list.
func (c *call) listScheduledMessages() (record, error) {
	wanted := c.text("channel")
	if ch := c.byID[wanted]; wanted != "" && (ch == nil || !ch.visible()) {
		return nil, refuse("invalid_channel")
	}
	oldest, okOldest := c.number("oldest", 0)
	latest, okLatest := c.number("latest", 1<<40)
	limit, err := c.limit(100)
	switch {
	case err != nil:
		return nil, err
	case !okOldest || !okLatest || oldest > latest:
		return nil, refuse("invalid_arguments")
	}
	var found []*scheduled
	for _, planned := range c.scheduled {
		if planned.at >= oldest && planned.at <= latest && (wanted == "" || planned.channel.id == wanted) {
			found = append(found, planned)
		}
	}
	page, next, err := paged(c, found, limit, func(planned *scheduled) string { return planned.id })
	if err != nil {
		return nil, err
	}
	shown := make([]record, len(page))
	for i, planned := range page {
		shown[i] = record{
			"id": planned.id, "channel_id": planned.channel.id, "post_at": planned.at, "date_created": planned.created,
			"text": planned.message.text,
		}
	}
	return record{"scheduled_messages": shown, "response_metadata": metadata(next)}, nil
}

// deleteScheduledMessage is chat.deleteScheduledMessage.
func (c *call) deleteScheduledMessage() (record, error) {
	if err := c.need("channel", "scheduled_message_id"); err != nil {
		return nil, err
	}
	ch := c.named(c.text("channel"))
	if ch == nil || !ch.visible() {
		return nil, refuse("channel_not_found")
	}
	i := slices.IndexFunc(c.scheduled, func(planned *scheduled) bool {
		return planned.id == c.text("scheduled_message_id") && planned.channel == ch
	})
	if i < 0 {
		return nil, refuse("invalid_scheduled_message_id")
	}
	c.state.scheduled = slices.Delete(c.scheduled, i, i+1)
	return record{}, nil
}

// deliver posts what was scheduled and is due.
func (c *call) deliver() {
	var due []*scheduled
	c.state.scheduled = slices.DeleteFunc(c.scheduled, func(planned *scheduled) bool {
		if planned.at <= c.now.Unix() {
			due = append(due, planned)
			return true
		}
		return false
	})
	slices.SortStableFunc(due, func(a, b *scheduled) int { return cmp.Compare(a.at, b.at) })
	for _, planned := range due {
		if planned.channel.has(BotUser) && !planned.channel.archived && c.messages < maxMessages {
			c.post(planned.channel, planned.message, time.Unix(planned.at, 0))
		}
	}
}
