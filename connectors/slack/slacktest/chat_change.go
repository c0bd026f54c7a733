package slacktest

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// own gives a message of the bot's own, by the arguments channel and ts. Of somebody else's it refuses with a code.
func (c *call) own(code string) (*channel, *message, error) {
	if err := c.need("channel", "ts"); err != nil {
		return nil, nil, err
	}
	ch := c.named(c.text("channel"))
	if ch == nil || !ch.visible() {
		return nil, nil, refuse("channel_not_found")
	}
	ts, ok := exactStamp(c.text("ts"))
	m := ch.message(ts)
	switch {
	case !ok || m == nil || m.subtype == "tombstone":
		return nil, nil, refuse("message_not_found")
	case ch.archived:
		return nil, nil, refuse("is_archived")
	case m.user != BotUser:
		return nil, nil, refuse(code)
	default:
		return ch, m, nil
	}
}

// updateMessage is chat.update. Blocks and attachments stay if the call has none; empty arrays take them away.
//
// Source: https://docs.slack.dev/reference/methods/chat.update
func (c *call) updateMessage() (record, error) {
	ch, m, err := c.own("cant_update_message")
	if err != nil {
		return nil, err
	}
	changed, err := c.compose()
	if err != nil {
		return nil, err
	}
	if err := c.claim(0); err != nil {
		return nil, err
	}
	if c.given("text") {
		m.text = changed.text
	}
	if m.plain || c.given("blocks") {
		m.blocks, m.plain = changed.blocks, changed.plain
	}
	if c.given("attachments") {
		m.attachments = changed.attachments
	}
	if changed.metadata != nil {
		m.metadata = changed.metadata
	}
	m.edited = &edit{User: BotUser, TS: stampOf(c.now) / 1e6 * 1e6}
	return record{"channel": ch.id, "ts": m.ts, "text": m.text, "message": c.show(ch, m)}, nil
}

// deleteMessage is chat.delete. Where there are replies, something stays in place of their message.
func (c *call) deleteMessage() (record, error) {
	ch, m, err := c.own("cant_delete_message")
	if err != nil {
		return nil, err
	}
	ts := m.ts
	if len(m.replies) > 0 {
		*m = message{
			ts: ts, thread: ts, replies: m.replies, subtype: "tombstone", user: Slackbot, text: "This message was deleted.",
		}
	} else {
		c.remove(ch, m)
	}
	return record{"channel": ch.id, "ts": ts}, nil
}

func (s *state) remove(ch *channel, m *message) {
	isIt := func(other *message) bool { return other == m }
	ch.messages = slices.DeleteFunc(ch.messages, isIt)
	s.messages--
	if root := ch.message(m.thread); root != nil {
		root.replies = slices.DeleteFunc(root.replies, isIt)
		if len(root.replies) == 0 {
			root.thread = 0
		}
	}
}

// getPermalink is chat.getPermalink.
func (c *call) getPermalink() (record, error) {
	if err := c.need("channel", "message_ts"); err != nil {
		return nil, err
	}
	ch := c.byID[c.text("channel")]
	if ch == nil || !ch.visible() {
		return nil, refuse("channel_not_found")
	}
	ts, ok := exactStamp(c.text("message_ts"))
	m := ch.message(ts)
	if !ok || m == nil {
		return nil, refuse("message_not_found")
	}
	return record{"channel": ch.id, "permalink": permalink(ch, m)}, nil
}

func permalink(ch *channel, m *message) string {
	link := TeamURL + "archives/" + ch.id + "/p" + strings.ReplaceAll(m.ts.String(), ".", "")
	if m.isReply() {
		link += "?" + url.Values{"thread_ts": {m.thread.String()}, "cid": {ch.id}}.Encode()
	}
	return link
}

// showLinked is show with the message's link.
func (c *call) showLinked(ch *channel, m *message) record {
	shown := c.show(ch, m)
	maps.Copy(shown, record{"permalink": permalink(ch, m)})
	return shown
}
