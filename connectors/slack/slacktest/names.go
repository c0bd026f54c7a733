package slacktest

// What the sandbox accepts. None of it opens anything but a sandbox.
const (
	Token        = "xoxb-sandbox-slack-token"    // a bot's; has every scope but chat:write.public; does not run out by itself
	LimitedToken = "xoxb-sandbox-slack-limited"  // the same bot's; has the scope users:read only
	RevokedToken = "xoxb-sandbox-slack-revoked"  // always answered as revoked
	ExpiredToken = "xoxb-sandbox-slack-expired"  // always answered as run out
	RefreshToken = "xoxe-sandbox-slack-refresh"  // the first one; each renewal gives the next
	AuthCode     = "sandbox-slack-code"          // of an authorization with any redirect_uri; good for once
	ClientID     = "sandbox-slack-client"        // of the app
	ClientSecret = "sandbox-slack-client-secret" // of the app
)

// The workspace and the app that the tokens belong to.
const (
	TeamID   = "T0NORTHWIND"
	TeamName = "Northwind"
	TeamURL  = "https://northwind.slack.example/"
	AppID    = "A0PATCHBAY1"
	BotID    = "B0PATCHBAY1"
)

// Users of the seed. All but the bot, the deactivated one and Slackbot are people; two of them are guests.
const (
	BotUser     = "U0PATCHBAY1" // whom the tokens act for
	OwnerUser   = "U0ADALIND01" // Ada Lindqvist, ada@northwind.example; owner of the workspace
	AdminUser   = "U0GRACEOK01" // Grace Okafor, grace@northwind.example; admin
	MemberUser  = "U0MATEORU01" // Mateo Ruiz, mateo@northwind.example; in OnboardingChannel, to be removed from it
	InviteeUser = "U0PRIYANA01" // Priya Nair, priya@northwind.example; not in OnboardingChannel, to be added to it
	GuestUser   = "U0INESCOS01" // Ines Costa, ines@partner.example; guest in several channels
	SingleUser  = "U0YUKITAN01" // Yuki Tanaka, yuki@partner.example; guest in one channel
	DeletedUser = "U0TOMBECK01" // Tom Becker, tom@northwind.example; deactivated
	Slackbot    = "USLACKBOT"
)

// OwnerEmail is the address of OwnerUser.
const OwnerEmail = "ada@northwind.example"

// Channels of the seed. The bot is in those that do not say otherwise.
const (
	GeneralChannel     = "C0GENERAL01" // #general: everybody is in it; nobody leaves it
	RandomChannel      = "C0RANDOM001" // #random
	SupportChannel     = "C0SUPPORT01" // #support: most messages of the seed
	IncidentsChannel   = "C0INCIDEN01" // #incidents
	EngineeringChannel = "C0ENGINEE01" // #engineering: the bot is not in it
	MarketingChannel   = "C0MARKETI01" // #marketing: the bot is not in it, and may join
	LunchChannel       = "C0TEAMLUN01" // #team-lunch: for the bot to leave
	OnboardingChannel  = "C0ONBOARD01" // #onboarding: InviteeUser may be added, MemberUser removed
	LaunchChannel      = "C0LAUNCHP01" // #launch-plan: created by the bot, which may rename it
	AtlasChannel       = "C0ATLAS0001" // #project-atlas: for the bot to archive
	ZephyrChannel      = "C0ZEPHYR001" // #project-zephyr: archived
	LeadershipChannel  = "C0LEADERS01" // #leadership: private
	FinanceChannel     = "C0FINANCE01" // #finance: private and without the bot, which cannot see it
	DirectChannel      = "D0ADALIND01" // the bot's direct messages with OwnerUser
	GroupChannel       = "G0THREEOF01" // direct messages of the bot, AdminUser and MemberUser
)

// Messages of the seed, all in SupportChannel, by their ts.
const (
	ThreadTS    = "1767258000.000100" // of AdminUser; has three replies, and two kinds of reactions
	ReplyTS     = "1767258300.000200" // the first of these replies, of MemberUser
	EditableTS  = "1767261600.000300" // of the bot; for it to edit
	DeletableTS = "1767265200.000400" // of the bot; for it to delete
	ReactedTS   = "1767268800.000500" // the bot reacted with BotReaction, which it may remove
	PinnedTS    = "1767272400.000600" // is pinned, and may be unpinned
	PlainTS     = "1767276000.000700" // of InviteeUser; no reaction, no pin, no thread: for adding them
)

// BotReaction is the emoji with which the bot reacted to ReactedTS.
const BotReaction = "eyes"

// CustomEmoji is an emoji of the workspace's own.
const CustomEmoji = "northwind"

// Groups, files and a scheduled message of the seed.
const (
	SupportGroup = "S0SUPPORT01" // @support-team: AdminUser, MemberUser
	OnCallGroup  = "S0ONCALL001" // @on-call: OwnerUser, InviteeUser

	ReportFile    = "F0REPORT001" // weekly-report.csv of the bot, shared in SupportChannel
	DeletableFile = "F0SCRATCH01" // scratch.txt of the bot, for it to delete

	// ScheduledMessage is to be posted in SupportChannel, 30 days after the sandbox began; it may be deleted.
	ScheduledMessage = "Q0REMINDER1"
)
