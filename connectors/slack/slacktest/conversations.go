package slacktest

import (
	"slices"
)

// listConversations is conversations.list. As with the service, a page may hold less than was asked for where archived
// channels are left out.
//
// Source: https://docs.slack.dev/reference/methods/conversations.list
func (c *call) listConversations() (record, error) { return c.conversations((*channel).visible) }

// listConversationsOf is users.conversations. Of another user's it tells those that the bot knows of.
func (c *call) listConversationsOf() (record, error) {
	user := c.text("user")
	if user == "" {
		user = BotUser
	}
	if c.users[user] == nil {
		return nil, refuse("user_not_found")
	}
	return c.conversations(func(ch *channel) bool { return ch.visible() && ch.has(user) })
}

func (c *call) conversations(wanted func(*channel) bool) (record, error) {
	kinds, err := c.kinds()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(100)
	if err != nil {
		return nil, err
	}
	var found []*channel
	for _, ch := range c.channels {
		if slices.Contains(kinds, ch.kind) && wanted(ch) {
			found = append(found, ch)
		}
	}
	page, next, err := paged(c, found, limit, func(ch *channel) string { return ch.id })
	if err != nil {
		return nil, err
	}
	withoutArchived := c.flag("exclude_archived", false)
	shown := make([]any, 0, len(page))
	for _, ch := range page {
		if ch.archived && withoutArchived {
			continue
		}
		more := extras{}
		if c.method == "conversations.list" {
			more.Members = len(ch.members)
		}
		shown = append(shown, ch.show(more))
	}
	return record{"channels": shown, "response_metadata": metadata(next)}, nil
}

// kinds reads the argument types.
func (c *call) kinds() ([]string, error) {
	kinds := c.list("types")
	if len(kinds) == 0 {
		kinds = []string{kindPublic}
	}
	for _, kind := range kinds {
		if !slices.Contains([]string{kindPublic, kindPrivate, kindMPIM, kindIM}, kind) {
			return nil, refuse("invalid_types")
		}
		if err := c.grant.allow((&channel{kind: kind}).scope(readScopes())); err != nil {
			return nil, err
		}
	}
	return kinds, nil
}

// showConversation is conversations.info.
func (c *call) showConversation() (record, error) {
	ch, err := c.find(readScopes())
	if err != nil {
		return nil, err
	}
	more := extras{}
	if ch.has(BotUser) {
		more.LastRead = new(stamp)
	}
	if c.flag("include_num_members", false) {
		more.Members = len(ch.members)
	}
	if c.flag("include_locale", false) {
		more.Locale = locale
	}
	return record{"channel": ch.show(more)}, nil
}

// listMembers is conversations.members.
func (c *call) listMembers() (record, error) {
	ch, err := c.find(readScopes())
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(100)
	if err != nil {
		return nil, err
	}
	page, next, err := paged(c, ch.members, limit, itself)
	if err != nil {
		return nil, err
	}
	return record{"members": append([]string{}, page...), "response_metadata": metadata(next)}, nil
}
