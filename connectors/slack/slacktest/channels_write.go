package slacktest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName  = 80  // characters of a channel's name
	maxTopic = 250 // characters of a topic or a purpose
)

// createConversation is conversations.create.
//
// Source: https://docs.slack.dev/reference/methods/conversations.create
func (c *call) createConversation() (record, error) {
	ch := &channel{
		name: c.text("name"), kind: kindPublic, created: c.now.Unix(), creator: BotUser, members: []string{BotUser},
	}
	if c.flag("is_private", false) {
		ch.kind = kindPrivate
	}
	if err := c.grant.allow(ch.scope(manageScopes())); err != nil {
		return nil, err
	}
	if err := c.checkName(ch.name); err != nil {
		return nil, err
	}
	if len(c.channels) >= maxChannels {
		return nil, refuse("too_many_convos_for_team")
	}
	ch.id = c.id("C")
	c.addChannel(ch)
	return record{"channel": ch.show(extras{})}, nil
}

// checkName holds a name to the rules, and to be free.
func (c *call) checkName(name string) error {
	isWord := func(r rune) bool {
		return unicode.IsLetter(r) && !unicode.IsUpper(r) || unicode.IsDigit(r) || unicode.IsMark(r)
	}
	switch {
	case name == "":
		return refuse("invalid_name_required")
	case utf8.RuneCountInString(name) > maxName:
		return refuse("invalid_name_maxlength")
	case strings.ContainsFunc(name, func(r rune) bool { return !isWord(r) && r != '-' && r != '_' }):
		return refuse("invalid_name_specials")
	case !strings.ContainsFunc(name, isWord):
		return refuse("invalid_name_punctuation")
	case c.byName[name] != nil:
		return refuse("name_taken")
	default:
		return nil
	}
}

// renameConversation is conversations.rename: for channels that the bot made.
func (c *call) renameConversation() (record, error) {
	ch, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if ch.creator != BotUser {
		return nil, refuse("not_authorized")
	}
	name := c.text("name")
	if err := c.checkName(name); err != nil {
		return nil, err
	}
	delete(c.byName, ch.name)
	c.byName[name] = ch
	c.note(ch, "channel_name", BotUser, `has renamed the channel from "`+ch.name+`" to "`+name+`"`, c.now)
	const most = 20
	ch.previous = append([]string{ch.name}, ch.previous[:min(len(ch.previous), most-1)]...)
	ch.name = name
	return record{"channel": ch.show(extras{Members: len(ch.members)})}, nil
}

// archiveConversation is conversations.archive.
func (c *call) archiveConversation() (record, error) {
	ch, err := c.find(manageScopes())
	switch {
	case err != nil:
		return nil, err
	case ch.general:
		return nil, refuse("cant_archive_general")
	case ch.archived:
		return nil, refuse("already_archived")
	}
	if ch, err = c.changeable(); err != nil {
		return nil, err
	}
	c.note(ch, "channel_archive", BotUser, "archived the channel", c.now)
	ch.archived = true
	return record{}, nil
}

// unarchiveConversation is conversations.unarchive.
func (c *call) unarchiveConversation() (record, error) {
	ch, err := c.find(manageScopes())
	switch {
	case err != nil:
		return nil, err
	case !ch.isNamed():
		return nil, refuse("method_not_supported_for_channel_type")
	case !ch.archived:
		return nil, refuse("not_archived")
	}
	ch.archived = false
	c.note(ch, "channel_unarchive", BotUser, "un-archived the channel", c.now)
	return record{}, nil
}

// setTopic is conversations.setTopic.
func (c *call) setTopic() (record, error) {
	return c.describe("topic", func(ch *channel, topic note) { ch.topic = topic })
}

// setPurpose is conversations.setPurpose.
func (c *call) setPurpose() (record, error) {
	return c.describe("purpose", func(ch *channel, purpose note) { ch.purpose = purpose })
}

func (c *call) describe(what string, set func(*channel, note)) (record, error) {
	text := c.text(what)
	ch, err := c.changeable()
	switch {
	case err != nil:
		return nil, err
	case !c.given(what):
		return nil, c.need(what)
	case utf8.RuneCountInString(text) > maxTopic:
		return nil, refuse("too_long")
	}
	set(ch, note{Value: text, Creator: BotUser, LastSet: c.now.Unix()})
	c.note(ch, "channel_"+what, BotUser, "set the channel "+what+": "+text, c.now)
	return record{"channel": ch.show(extras{}), what: text}, nil
}
