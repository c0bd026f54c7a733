package slacktest

import (
	"regexp"
	"slices"
	"strings"
)

const maxReactions = 50 // kinds of them on one message

// item gives the message that the arguments channel and timestamp name, in a conversation of which the bot is a member.
func (c *call) item() (*channel, *message, error) {
	if c.text("channel") == "" || c.text("timestamp") == "" {
		return nil, nil, refuse("no_item_specified")
	}
	ch := c.byID[c.text("channel")]
	ts, ok := exactStamp(c.text("timestamp"))
	switch {
	case ch == nil || !ch.visible():
		return nil, nil, refuse("channel_not_found")
	case !ok:
		return nil, nil, refuse("bad_timestamp")
	case !ch.has(BotUser):
		return nil, nil, refuse("not_in_channel")
	}
	m := ch.message(ts)
	if m == nil || m.subtype == "tombstone" {
		return nil, nil, refuse("message_not_found")
	}
	return ch, m, nil
}

// addReaction is reactions.add.
//
// Source: https://docs.slack.dev/reference/methods/reactions.add
func (c *call) addReaction() (record, error) {
	name, err := c.emojiName()
	if err != nil {
		return nil, err
	}
	ch, m, err := c.item()
	if err != nil {
		return nil, err
	}
	known := m.reaction(name)
	switch {
	case ch.archived:
		return nil, refuse("is_archived")
	case known != nil && slices.Contains(known.Users, BotUser):
		return nil, refuse("already_reacted")
	case known == nil && len(m.reactions) >= maxReactions:
		return nil, refuse("too_many_emoji")
	}
	m.react(name, BotUser)
	return record{}, nil
}

func (m *message) reaction(name string) *reaction {
	if i := slices.IndexFunc(m.reactions, func(r *reaction) bool { return r.Name == name }); i >= 0 {
		return m.reactions[i]
	}
	return nil
}

func (m *message) react(name, user string) {
	r := m.reaction(name)
	if r == nil {
		r = &reaction{Name: name}
		m.reactions = append(m.reactions, r)
	}
	r.Users = append(r.Users, user)
	r.Count = len(r.Users)
}

// removeReaction is reactions.remove.
func (c *call) removeReaction() (record, error) {
	name, err := c.emojiName()
	if err != nil {
		return nil, err
	}
	_, m, err := c.item()
	if err != nil {
		return nil, err
	}
	r := m.reaction(name)
	if r == nil || !slices.Contains(r.Users, BotUser) {
		return nil, refuse("no_reaction")
	}
	r.Users = slices.DeleteFunc(r.Users, func(user string) bool { return user == BotUser })
	r.Count = len(r.Users)
	m.reactions = slices.DeleteFunc(m.reactions, func(r *reaction) bool { return r.Count == 0 })
	return record{}, nil
}

// getReactions is reactions.get.
func (c *call) getReactions() (record, error) {
	ch, m, err := c.item()
	if err != nil {
		return nil, err
	}
	return record{"type": "message", "channel": ch.id, "message": c.showLinked(ch, m)}, nil
}

var skinTone = regexp.MustCompile(`::skin-tone-[2-6]$`)

// emojiName gives the argument name, if there is such an emoji, in the one way to write it.
func (c *call) emojiName() (string, error) {
	name := c.text("name")
	plain := skinTone.ReplaceAllString(name, "")
	switch {
	case name == "":
		return "", c.need("name")
	case strings.HasPrefix(plain, "thumbs"):
		plain = map[string]string{"thumbsup": "+1", "thumbsdown": "-1"}[plain]
		name = plain + skinTone.FindString(name)
	}
	if _, custom := c.emoji[plain]; !custom && !slices.Contains(standardEmoji(), plain) {
		return "", refuse("invalid_name")
	}
	return name, nil
}

// addPin is pins.add.
func (c *call) addPin() (record, error) {
	ch, m, err := c.item()
	switch {
	case err != nil:
		return nil, err
	case ch.archived:
		return nil, refuse("is_archived")
	case m.pinned != nil:
		return nil, refuse("already_pinned")
	}
	m.pinned = &pin{user: BotUser, at: c.now.Unix()}
	return record{}, nil
}

// removePin is pins.remove.
func (c *call) removePin() (record, error) {
	_, m, err := c.item()
	switch {
	case err != nil:
		return nil, err
	case m.pinned == nil:
		return nil, refuse("no_pin")
	}
	m.pinned = nil
	return record{}, nil
}

// listPins is pins.list: the youngest message first.
func (c *call) listPins() (record, error) {
	if err := c.need("channel"); err != nil {
		return nil, err
	}
	ch := c.byID[c.text("channel")]
	if ch == nil || !ch.visible() {
		return nil, refuse("channel_not_found")
	}
	items := []record{}
	for _, m := range slices.Backward(ch.messages) {
		if m.pinned != nil {
			items = append(items, record{
				"type": "message", "channel": ch.id, "created": m.pinned.at, "created_by": m.pinned.user,
				"message": c.showLinked(ch, m),
			})
		}
	}
	return record{"items": items}, nil
}
