package slacktest

import "slices"

// Kinds of conversations, as the argument types has them.
const (
	kindPublic  = "public_channel"
	kindPrivate = "private_channel"
	kindMPIM    = "mpim"
	kindIM      = "im"
)

// channel is a conversation of any kind.
type channel struct {
	id, name, kind string
	created        int64 // in seconds since 1970
	creator        string
	user           string // whom direct messages are with
	archived       bool
	general        bool
	topic, purpose note
	previous       []string // names that it had
	members        []string
	messages       []*message // by their stamps
}

// note is a topic or a purpose.
type note struct {
	Value   string `json:"value"`
	Creator string `json:"creator"`
	LastSet int64  `json:"last_set"`
}

func (ch *channel) has(user string) bool { return slices.Contains(ch.members, user) }

func (ch *channel) isNamed() bool { return ch.kind == kindPublic || ch.kind == kindPrivate }

// scope picks the one of several scopes, one for each kind, that a conversation takes.
func (ch *channel) scope(scopes perKind) string {
	return scopes[slices.Index([]string{kindPublic, kindPrivate, kindMPIM, kindIM}, ch.kind)]
}

// visible tells whether the bot may know of a conversation.
func (ch *channel) visible() bool { return ch.kind == kindPublic || ch.has(BotUser) }

// find gives the conversation that the argument channel names.
func (c *call) find(scopes perKind) (*channel, error) {
	if err := c.need("channel"); err != nil {
		return nil, err
	}
	ch := c.byID[c.text("channel")]
	if ch == nil || !ch.visible() {
		return nil, refuse("channel_not_found")
	}
	return ch, c.grant.allow(ch.scope(scopes))
}

// inside gives the conversation that the argument channel names, if the bot is in it.
func (c *call) inside(scopes perKind) (*channel, error) {
	ch, err := c.find(scopes)
	if err == nil && !ch.has(BotUser) {
		err = refuse("not_in_channel")
	}
	return ch, err
}

// changeable gives a public or private channel that is in use, of which the bot is a member.
func (c *call) changeable() (*channel, error) {
	ch, err := c.find(manageScopes())
	switch {
	case err != nil:
		return nil, err
	case !ch.isNamed():
		return nil, refuse("method_not_supported_for_channel_type")
	case ch.archived:
		return nil, refuse("is_archived")
	case !ch.has(BotUser):
		return nil, refuse("not_in_channel")
	default:
		return ch, nil
	}
}
