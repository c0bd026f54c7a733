package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxText        = 40_000 // characters of a message
	maxAttachments = 100
)

// postMessage is chat.postMessage.
//
// Source: https://docs.slack.dev/reference/methods/chat.postMessage
func (c *call) postMessage() (record, error) {
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
	c.post(ch, m, c.now)
	return record{"channel": ch.id, "ts": m.ts, "message": c.show(ch, m)}, nil
}

// target is where a message is to go: a conversation by its id, a channel by its name, or the direct messages with a
// user.
func (c *call) target() (*channel, error) {
	if err := c.need("channel"); err != nil {
		return nil, err
	}
	ch := c.named(c.text("channel"))
	if u := c.users[c.text("channel")]; u != nil && !u.deleted && u.id != BotUser {
		ch, _ = c.direct([]string{u.id}, c.now)
	}
	switch {
	case ch == nil || !ch.visible():
		return nil, refuse("channel_not_found")
	case ch.archived:
		return nil, refuse("is_archived")
	case !ch.has(BotUser):
		return nil, refuse("not_in_channel")
	default:
		return ch, nil
	}
}

// compose makes a message of the call's arguments.
func (c *call) compose() (*message, error) {
	m := &message{user: BotUser, text: c.text("text"), broadcast: c.flag("reply_broadcast", false)}
	if utf8.RuneCountInString(m.text) > maxText {
		return nil, refuse("msg_too_long")
	}
	var err error
	if m.blocks, err = c.blocks(); err != nil {
		return nil, err
	}
	if m.attachments, err = c.attachments(); err != nil {
		return nil, err
	}
	if m.metadata, err = c.metadata(); err != nil {
		return nil, err
	}
	if strings.TrimSpace(m.text) == "" && m.blocks == nil && m.attachments == nil {
		return nil, refuse("no_text")
	}
	if m.blocks == nil && m.text != "" {
		m.blocks, m.plain = plainBlocks(c.blockID(), m.text), true
	}
	return m, c.disguise(m)
}

func (s *state) blockID() string {
	s.made++
	return fmt.Sprintf("b%04d", s.made)
}

// disguise gives a message another name and another picture than the bot's.
func (c *call) disguise(m *message) error {
	name, emoji, url := c.text("username"), c.text("icon_emoji"), c.text("icon_url")
	if name == "" && emoji == "" && url == "" {
		return nil
	}
	m.subtype, m.username = "bot_message", name
	switch {
	case emoji != "":
		m.icons = record{"emoji": ":" + strings.Trim(emoji, ":") + ":"}
	case url != "":
		m.icons = record{"image_48": url}
	}
	return c.grant.allow("chat:write.customize")
}

// reply puts a message in the thread that the call names.
func (c *call) reply(ch *channel, m *message) error {
	text := c.text("thread_ts")
	if text == "" {
		return nil
	}
	ts, ok := exactStamp(text)
	if !ok {
		return refuse("invalid_thread_ts")
	}
	root := ch.message(ts)
	switch {
	case root == nil:
		return refuse("thread_not_found")
	case root.subtype == "tombstone" || strings.HasPrefix(root.subtype, "channel_"):
		return refuse("cannot_reply_to_message")
	case root.isReply():
		ts = root.thread
	}
	m.thread = ts
	if m.broadcast {
		m.subtype = "thread_broadcast"
	}
	return nil
}

func (c *call) attachments() (any, error) {
	document, ok := c.document("attachments")
	if !ok || document == nil {
		return nil, unlessRead(ok, "invalid_attachments")
	}
	list, ok := document.([]any)
	switch {
	case !ok || slices.ContainsFunc(list, isNoObject):
		return nil, refuse("invalid_attachments")
	case len(list) > maxAttachments:
		return nil, refuse("too_many_attachments")
	case len(list) == 0:
		return nil, nil
	default:
		return list, nil
	}
}

func (c *call) metadata() (any, error) {
	document, ok := c.document("metadata")
	if !ok || document == nil {
		return nil, unlessRead(ok, "invalid_metadata_format")
	}
	object, _ := document.(record)
	kind, _ := object["event_type"].(string)
	_, payload := object["event_payload"].(record)
	switch {
	case object == nil:
		return nil, refuse("invalid_metadata_format")
	case len(object) == 0: // as clients send it that have none
		return nil, nil
	case kind == "" || !payload:
		return nil, refuse("invalid_metadata_schema")
	default:
		return object, nil
	}
}

func unlessRead(read bool, code string) error {
	if read {
		return nil
	}
	return refuse(code)
}

func isNoObject(v any) bool {
	_, ok := v.(record)
	return !ok
}

// postEphemeral is chat.postEphemeral: nothing of it is kept.
func (c *call) postEphemeral() (record, error) {
	if err := c.need("channel", "user"); err != nil {
		return nil, err
	}
	ch, err := c.target()
	if err != nil {
		return nil, err
	}
	if _, err := c.compose(); err != nil {
		return nil, err
	}
	if !ch.has(c.text("user")) {
		return nil, refuse("user_not_in_channel")
	}
	return record{"message_ts": stampOf(c.now.Add(time.Microsecond))}, nil
}
