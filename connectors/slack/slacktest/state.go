package slacktest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bounds of what a sandbox keeps.
const (
	maxChannels  = 2*maxExtraChannels + 100
	maxMessages  = 20_000
	maxVolume    = 16 << 20 // bytes of the calls that messages came with
	maxScheduled = 500
	maxFiles     = 500
)

// state is a workspace.
type state struct {
	tokens *tokens

	people   []string // ids of all users, in their order
	users    map[string]*user
	channels []*channel // in the order in which they were made
	byID     map[string]*channel
	byName   map[string]*channel // public and private channels
	groups   []*group
	emoji    map[string]string

	scheduled []*scheduled
	files     []*file
	uploads   map[string]*upload

	made     int // things made so far, for their ids
	messages int // messages that there are
	volume   int // bytes of the calls that they came with
}

func newState(now time.Time, extra int) *state {
	s := &state{
		tokens: newTokens(), users: map[string]*user{}, byID: make(map[string]*channel, extra+20),
		byName: make(map[string]*channel, extra+20), uploads: map[string]*upload{},
	}
	s.seedPeople()
	s.seedChannels()
	s.seedMessages()
	s.seedFiles()
	s.seedScheduled(now)
	s.seedExtra(extra)
	return s
}

// id makes an id: a letter for the kind of thing, and ten more characters.
func (s *state) id(kind string) string {
	s.made++
	return fmt.Sprintf("%s1%09d", kind, s.made)
}

func (s *state) addChannel(ch *channel) {
	s.channels = append(s.channels, ch)
	s.byID[ch.id] = ch
	if ch.name != "" {
		s.byName[ch.name] = ch
	}
}

// named finds a channel by id, or by its name with or without "#".
func (s *state) named(text string) *channel {
	if ch := s.byID[text]; ch != nil {
		return ch
	}
	return s.byName[strings.TrimPrefix(text, "#")]
}

// channelKey is the same for all ways to name a channel.
func (s *state) channelKey(text string) string {
	if ch := s.named(text); ch != nil {
		return ch.id
	}
	return text
}

// direct finds or makes the direct messages of the bot with others.
func (s *state) direct(others []string, now time.Time) (ch *channel, made bool) {
	members := slices.Concat([]string{BotUser}, others)
	slices.Sort(members)
	members = slices.Compact(members)
	for _, ch := range s.channels {
		if (ch.kind == kindIM || ch.kind == kindMPIM) && slices.Equal(slices.Sorted(slices.Values(ch.members)), members) {
			return ch, false
		}
	}
	ch = &channel{kind: kindIM, created: now.Unix(), creator: BotUser, members: members}
	if len(members) <= 2 {
		ch.id, ch.user = s.id("D"), others[0]
	} else {
		ch.id, ch.kind, ch.name = s.id("G"), kindMPIM, s.groupName(members)
	}
	s.addChannel(ch)
	return ch, true
}

func (s *state) groupName(members []string) string {
	handles := make([]string, len(members))
	for i, id := range members {
		handles[i] = s.users[id].handle
	}
	return "mpdm-" + strings.Join(handles, "--") + "-1"
}

// post adds a message to a channel and gives it its stamp: now, or just after the last one.
func (s *state) post(ch *channel, m *message, now time.Time) {
	m.ts = stampOf(now)
	if n := len(ch.messages); n > 0 {
		m.ts = max(m.ts, ch.messages[n-1].ts+1)
	}
	s.place(ch, m)
}

// place adds a message that has its stamp. It is the youngest of its channel.
func (s *state) place(ch *channel, m *message) {
	s.messages++
	ch.messages = append(ch.messages, m)
	if m.thread == 0 {
		return
	}
	if root := ch.message(m.thread); root != nil && root != m {
		root.thread = root.ts
		root.replies = append(root.replies, m)
	}
}

// message finds a message by its stamp.
func (ch *channel) message(ts stamp) *message {
	i, found := slices.BinarySearchFunc(ch.messages, ts, func(m *message, ts stamp) int { return cmp.Compare(m.ts, ts) })
	if !found {
		return nil
	}
	return ch.messages[i]
}

// claim takes the room that so many messages of a call need, if there is as much.
func (c *call) claim(messages int) error {
	if c.messages+messages > maxMessages || c.volume+c.size > maxVolume {
		return refuse("message_limit_exceeded")
	}
	c.volume += c.size
	return nil
}

// note adds a message of the workspace's own: who joined, what the topic is now.
func (s *state) note(ch *channel, subtype, user, text string, now time.Time) {
	if s.messages < maxMessages {
		s.post(ch, &message{subtype: subtype, user: user, text: text}, now)
	}
}
