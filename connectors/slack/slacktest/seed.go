package slacktest

import (
	"fmt"
	"time"
)

// seedTime is the first moment of the seed, the beginning of 2026, in seconds since 1970.
const seedTime = 1767225600

func (s *state) seedPeople() {
	for _, u := range []*user{
		{id: BotUser, handle: "patchbay", real: "Patchbay", color: "9f69e7", bot: true},
		{id: OwnerUser, handle: "ada", real: "Ada Lindqvist", email: OwnerEmail, title: "Head of Operations", color: "4bbe2e", owner: true},
		{id: AdminUser, handle: "grace", real: "Grace Okafor", email: "grace@northwind.example", title: "Support Lead", color: "e7392d", admin: true},
		{id: MemberUser, handle: "mateo", real: "Mateo Ruiz", email: "mateo@northwind.example", title: "Support Engineer", color: "3c989f"},
		{id: InviteeUser, handle: "priya", real: "Priya Nair", email: "priya@northwind.example", title: "Backend Engineer", color: "674b1b"},
		{id: GuestUser, handle: "ines", real: "Ines Costa", email: "ines@partner.example", title: "Partner", color: "e96699", guest: true},
		{id: SingleUser, handle: "yuki", real: "Yuki Tanaka", email: "yuki@partner.example", title: "Auditor", color: "684b6c", ultra: true},
		{id: DeletedUser, handle: "tom", real: "Tom Becker", email: "tom@northwind.example", color: "5b89d5", deleted: true},
		{id: Slackbot, handle: "slackbot", real: "Slackbot", color: "757575"},
	} {
		s.users[u.id] = u
		s.people = append(s.people, u.id)
	}
	s.groups = []*group{
		{id: SupportGroup, handle: "support-team", name: "Support team", about: "Answers customers", users: []string{AdminUser, MemberUser}},
		{id: OnCallGroup, handle: "on-call", name: "On call", about: "Who is woken at night", users: []string{OwnerUser, InviteeUser}},
		{id: "S0RETIRED01", handle: "launch-crew", name: "Launch crew", about: "Was for the launch", users: []string{AdminUser}, disabled: true},
	}
	s.emoji = map[string]string{
		CustomEmoji: "https://emoji.slack.example/northwind.png", "shipit": "https://emoji.slack.example/shipit.png",
		"ship-it": "alias:shipit", "party_owl": "https://emoji.slack.example/party_owl.gif",
	}
}

func (s *state) seedChannels() {
	team := []string{BotUser, OwnerUser, AdminUser, MemberUser, InviteeUser}
	people := team[1:]
	for i, ch := range []*channel{
		{id: GeneralChannel, name: "general", general: true, members: append(team[:5:5], GuestUser), topic: note{Value: "News for everybody"}},
		{id: RandomChannel, name: "random", members: team, purpose: note{Value: "Everything that is no work"}},
		{
			id: SupportChannel, name: "support", members: append(team[:5:5], GuestUser),
			topic: note{Value: "Customers first"}, purpose: note{Value: "Questions of customers"},
		},
		{id: IncidentsChannel, name: "incidents", members: team, topic: note{Value: "All systems go"}},
		{id: EngineeringChannel, name: "engineering", members: people, purpose: note{Value: "How things are built"}},
		{id: MarketingChannel, name: "marketing", members: people},
		{id: LunchChannel, name: "team-lunch", members: team},
		{id: OnboardingChannel, name: "onboarding", members: team[:4], purpose: note{Value: "The first weeks"}},
		{id: LaunchChannel, name: "launch-plan", creator: BotUser, members: team},
		{id: AtlasChannel, name: "project-atlas", creator: BotUser, members: team},
		{id: ZephyrChannel, name: "project-zephyr", creator: BotUser, archived: true, members: team},
		{id: LeadershipChannel, name: "leadership", kind: kindPrivate, members: []string{BotUser, OwnerUser, AdminUser}},
		{id: FinanceChannel, name: "finance", kind: kindPrivate, members: []string{OwnerUser, SingleUser}},
		{id: DirectChannel, kind: kindIM, user: OwnerUser, members: []string{BotUser, OwnerUser}},
		{id: GroupChannel, kind: kindMPIM, name: "mpdm-patchbay--grace--mateo-1", members: []string{BotUser, AdminUser, MemberUser}},
	} {
		s.seedChannel(ch, int64(seedTime+3600*i))
	}
}

// seedChannel adds a channel with what it leaves open. Its members are its own.
func (s *state) seedChannel(ch *channel, created int64) {
	if ch.kind == "" {
		ch.kind = kindPublic
	}
	if ch.creator == "" {
		ch.creator = OwnerUser
	}
	ch.created = created
	ch.members = append([]string{}, ch.members...)
	for _, n := range []*note{&ch.topic, &ch.purpose} {
		if n.Value != "" {
			n.Creator, n.LastSet = ch.creator, created
		}
	}
	s.addChannel(ch)
}

func (s *state) seedFiles() {
	support := s.byID[SupportChannel]
	pinned := support.message(mustStamp(PinnedTS))
	report := &file{
		id: ReportFile, name: "weekly-report.csv", title: "Weekly report", user: BotUser, created: seedTime + 46800,
		content: []byte("week,opened,closed\n2025-52,118,121\n2026-01,97,104\n"), shares: []share{{support, pinned.ts}},
	}
	pinned.files = []*file{report}
	s.files = []*file{
		{id: DeletableFile, name: "scratch.txt", title: "scratch.txt", user: BotUser, created: seedTime + 7200, content: []byte("Nothing of importance.\n")},
		{id: "F0RUNBOOK01", name: "runbook.md", title: "Runbook", user: OwnerUser, created: seedTime + 10800, content: []byte("# Runbook\n\n1. Keep calm.\n")},
		report,
	}
}

func (s *state) seedScheduled(now time.Time) {
	text := "Reminder: the survey closes today."
	s.scheduled = []*scheduled{{
		id: ScheduledMessage, channel: s.byID[SupportChannel], at: now.Add(30 * 24 * time.Hour).Unix(), created: now.Unix(),
		message: &message{user: BotUser, text: text, blocks: plainBlocks("b0001", text), plain: true},
	}}
}

// seedExtra adds channels of many names: two of eleven are archived, one of thirteen is private.
func (s *state) seedExtra(count int) {
	teams := []string{"eng", "sales", "support", "ops", "design", "data", "hr", "legal", "proj", "cust"}
	themes := []string{
		"billing", "mobile", "search", "onboarding", "payments", "inventory", "shipping", "returns", "analytics", "identity",
		"notifications", "reporting", "pricing", "partners", "events", "training", "security", "compliance", "automation",
		"integrations", "localization", "roadmap", "research", "migration", "feedback",
	}
	places := []string{"emea", "apac", "nordics", "berlin", "london", "madrid", "tokyo", "austin", "remote", "alerts"}
	for i := range count {
		ch := &channel{
			id: fmt.Sprintf("C0X%08d", i+1), kind: kindPublic, archived: i%11 < 2, members: []string{OwnerUser, AdminUser},
			name: teams[i%10] + "-" + themes[i/10%25] + "-" + places[i/250%10],
		}
		if i >= 2500 {
			ch.name += fmt.Sprintf("-%d", i/2500+1)
		}
		if i%13 == 0 {
			ch.kind, ch.members = kindPrivate, []string{BotUser, OwnerUser}
		}
		s.seedChannel(ch, int64(seedTime+86400+60*i))
	}
}

func mustStamp(text string) stamp {
	ts, ok := exactStamp(text)
	if !ok {
		panic("not a stamp: " + text)
	}
	return ts
}
