package slacktest

import (
	"slices"
)

const (
	maxInvited = 100
	maxDirect  = 8 // users of direct messages, besides the bot
)

// join is conversations.join.
func (c *call) join() (record, error) {
	if err := c.need("channel"); err != nil {
		return nil, err
	}
	ch := c.byID[c.text("channel")]
	switch {
	case ch == nil || !ch.visible():
		return nil, refuse("channel_not_found")
	case ch.kind != kindPublic:
		return nil, refuse("method_not_supported_for_channel_type")
	case ch.archived:
		return nil, refuse("is_archived")
	case ch.has(BotUser):
		return withWarnings(record{"channel": ch.show(extras{})}, []string{"already_in_channel"}), nil
	}
	ch.members = append(ch.members, BotUser)
	c.note(ch, "channel_join", BotUser, "<@"+BotUser+"> has joined the channel", c.now)
	return record{"channel": ch.show(extras{})}, nil
}

// leave is conversations.leave. To leave where one is not is no error.
func (c *call) leave() (record, error) {
	ch, err := c.find(manageScopes())
	switch {
	case err != nil:
		return nil, err
	case !ch.isNamed():
		return nil, refuse("method_not_supported_for_channel_type")
	case ch.general:
		return nil, refuse("cant_leave_general")
	case ch.archived:
		return nil, refuse("is_archived")
	case !ch.has(BotUser):
		return record{"not_in_channel": true}, nil
	case len(ch.members) == 1:
		return nil, refuse("last_member")
	}
	c.drop(ch, BotUser)
	return record{}, nil
}

func (c *call) drop(ch *channel, user string) {
	ch.members = slices.DeleteFunc(ch.members, func(member string) bool { return member == user })
	c.note(ch, "channel_leave", user, "<@"+user+"> has left the channel", c.now)
}

// invite is conversations.invite. Unless it is forced, it adds all users or none.
//
// Source: https://docs.slack.dev/reference/methods/conversations.invite
func (c *call) invite() (record, error) {
	ch, err := c.changeable()
	if err != nil {
		return nil, err
	}
	users := c.list("users")
	switch {
	case len(users) == 0:
		return nil, refuse("no_user")
	case len(users) > maxInvited:
		return nil, refuse("too_many_users")
	}
	var faults []record
	var able []string
	for _, user := range users {
		switch code := c.whyNot(ch, user); {
		case code != "":
			faults = append(faults, record{"user": clip(user), "ok": false, "error": code})
		case !slices.Contains(able, user):
			able = append(able, user)
		}
	}
	if faults != nil && !c.flag("force", false) || len(able) == 0 {
		code, _ := faults[0]["error"].(string)
		return nil, &refusal{code: code, more: record{"errors": faults}}
	}
	for _, user := range able {
		ch.members = append(ch.members, user)
		c.note(ch, "channel_join", user, "<@"+user+"> has joined the channel", c.now)
	}
	answer := record{"channel": ch.show(extras{})}
	if faults != nil {
		answer["errors"] = faults
	}
	return answer, nil
}

// whyNot tells why a user cannot be added to a channel, "" if it can.
func (c *call) whyNot(ch *channel, id string) string {
	u := c.users[id]
	switch {
	case u == nil:
		return "user_not_found"
	case u.id == BotUser:
		return "cant_invite_self"
	case ch.has(u.id):
		return "already_in_channel"
	case u.deleted || u.id == Slackbot:
		return "cant_invite"
	case u.ultra:
		return "ura_max_channels"
	default:
		return ""
	}
}

// kick is conversations.kick.
func (c *call) kick() (record, error) {
	ch, err := c.changeable()
	if err != nil {
		return nil, err
	}
	user := c.text("user")
	switch {
	case user == "":
		return nil, c.need("user")
	case c.users[user] == nil:
		return nil, refuse("user_not_found")
	case user == BotUser:
		return nil, refuse("cant_kick_self")
	case ch.general:
		return nil, refuse("cant_kick_from_general")
	case !ch.has(user):
		return nil, refuse("not_in_channel")
	}
	c.drop(ch, user)
	return record{"errors": record{}}, nil // an object, although it is an array where there are any
}

// openConversation is conversations.open: direct messages with users, or those that there are by their id.
func (c *call) openConversation() (record, error) {
	ch, made := c.byID[c.text("channel")], false
	users := slices.DeleteFunc(c.list("users"), func(user string) bool { return user == BotUser })
	switch {
	case c.text("channel") != "" && (ch == nil || ch.isNamed() || !ch.visible()):
		return nil, refuse("channel_not_found")
	case ch == nil && len(users) == 0:
		return nil, refuse("users_list_not_supplied")
	case len(users) > maxDirect:
		return nil, refuse("too_many_users")
	}
	for _, user := range users {
		switch u := c.users[user]; {
		case u == nil:
			return nil, refuse("user_not_found")
		case u.deleted:
			return nil, refuse("user_disabled")
		}
	}
	if ch == nil {
		if len(c.channels) >= maxChannels {
			return nil, refuse("too_many_convos_for_team")
		}
		ch, made = c.direct(users, c.now)
	}
	answer := record{"channel": record{"id": ch.id}}
	if c.flag("return_im", false) {
		answer["channel"] = ch.show(extras{})
	}
	if !made {
		answer["no_op"], answer["already_open"] = true, true
	}
	return answer, nil
}
