package slacktest

import "fmt"

// said is a message of the seed.
type said struct {
	ts, user, text string
	thread         string
	reactions      [][]string // each the emoji and who reacted with it
	pinned         bool
}

func (s *state) seedMessages() {
	s.seedChatter(GeneralChannel, 25, "Note %d: the kitchen is open again.", OwnerUser, AdminUser, MemberUser)
	s.seedChatter(RandomChannel, 6, "Picture %d of my cat.", MemberUser, InviteeUser)
	s.seedChatter(IncidentsChannel, 12, "Incident %d is resolved.", BotUser, InviteeUser)
	s.seedChatter(EngineeringChannel, 5, "Build %d is green.", InviteeUser)
	s.seedChatter(LeadershipChannel, 3, "Item %d for Monday.", OwnerUser, AdminUser)
	s.seedChatter(DirectChannel, 2, "Your report %d is ready.", BotUser)
	s.seedChatter(GroupChannel, 2, "Handover %d.", AdminUser, MemberUser)
	s.seedChatter(AtlasChannel, 2, "Milestone %d is done.", OwnerUser)
	s.seedChatter(SupportChannel, 8, "Ticket %d is waiting for an answer.", BotUser, MemberUser)
	support := s.byID[SupportChannel]
	for _, one := range supportTalk() {
		s.seedMessage(support, one)
	}
}

// supportTalk are the messages that this package names, and what belongs to them.
func supportTalk() []said {
	return []said{
		{
			ts: ThreadTS, user: AdminUser, text: "A customer cannot log in since the update. Who can take a look?",
			reactions: [][]string{{"+1", MemberUser, InviteeUser}, {CustomEmoji, OwnerUser}},
		},
		{ts: ReplyTS, user: MemberUser, text: "I can reproduce it with an old password.", thread: ThreadTS},
		{ts: "1767258600.000210", user: BotUser, text: "Linked to ticket 4711.", thread: ThreadTS},
		{ts: "1767259200.000220", user: InviteeUser, text: "The fix is out.", thread: ThreadTS, reactions: [][]string{{"tada", AdminUser}}},
		{ts: EditableTS, user: BotUser, text: "3 tickets are open."},
		{ts: DeletableTS, user: BotUser, text: "This is only a test."},
		{
			ts: ReactedTS, user: MemberUser, text: "Please check the refund of order 1042.",
			reactions: [][]string{{BotReaction, BotUser, AdminUser}, {"white_check_mark", AdminUser}},
		},
		{ts: PinnedTS, user: BotUser, text: "How we answer: <https://northwind.example/handbook|the handbook>.", pinned: true},
		{ts: PlainTS, user: InviteeUser, text: "Does anybody know when the new plan starts?"},
	}
}

// seedChatter adds messages of several users in turn, a minute apart.
func (s *state) seedChatter(id string, count int, text string, users ...string) {
	ch := s.byID[id]
	for i := range count {
		s.seedMessage(ch, said{
			ts: stamp((seedTime + 28800 + 60*int64(i)) * 1e6).String(), user: users[i%len(users)], text: fmt.Sprintf(text, i+1),
		})
	}
}

func (s *state) seedMessage(ch *channel, one said) {
	m := &message{
		ts: mustStamp(one.ts), user: one.user, text: one.text, plain: true, blocks: plainBlocks(s.blockID(), one.text),
	}
	if one.thread != "" {
		m.thread = mustStamp(one.thread)
	}
	if one.pinned {
		m.pinned = &pin{user: AdminUser, at: int64(m.ts)/1e6 + 60}
	}
	for _, r := range one.reactions {
		for _, user := range r[1:] {
			m.react(r[0], user)
		}
	}
	s.place(ch, m)
}
