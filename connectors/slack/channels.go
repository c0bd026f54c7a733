package slack

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func channels() []operations.Operation {
	return []operations.Operation{
		listChannels(), getChannel(), createChannel(), renameChannel(), archiveChannel(), unarchiveChannel(), setChannelTopic(), setChannelPurpose(),
	}
}

// channelOutput is an answer with the channel in it.
type channelOutput struct {
	done
	Channel channel `json:"channel"`
}

type listChannelsInput struct {
	Types           []string `json:"types,omitempty" doc:"which kinds of conversation" enum:"public_channel,private_channel,mpim,im" default:"[\"public_channel\",\"private_channel\"]" minItems:"1" maxItems:"4"`
	ExcludeArchived bool     `json:"exclude_archived,omitempty" doc:"leave archived ones out"`
	page
}

type listChannelsOutput struct {
	done
	Channels []channel `json:"channels"`
	next
}

func listChannels() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_channels", Title: "List channels", Docs: method("conversations.list"),
		Description: "Lists channels, and on demand direct messages, that the token sees: all public ones, and of the others those that the bot is in.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectRead,
		Scopes: []string{"channels:read", "groups:read"}, Paging: paging("channels"),
		Sample: operations.NewSample(
			`{"types": ["public_channel"], "exclude_archived": true, "limit": 1}`,
			`{"ok": true, "channels": [{"id": "C0GENERAL01", "name": "general", "is_channel": true, "is_private": false, "is_archived": false,
			  "is_member": true, "is_general": true, "created": 1767225600, "creator": "U0ADALIND01", "num_members": 6,
			  "topic": {"value": "News for everybody", "creator": "U0ADALIND01", "last_set": 1767225600}}],
			  "next_cursor": "dGVhbTpDMFJBTkRPTTAwMQ=="}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listChannelsInput) (listChannelsOutput, error) {
		s := dial(call)
		_, _, err := s.api.GetConversationsContext(ctx, &slack.GetConversationsParameters{
			Types: in.Types, ExcludeArchived: in.ExcludeArchived, Cursor: in.Cursor, Limit: in.Limit, TeamID: call.Field["team_id"],
		})
		return result[listChannelsOutput](s, err)
	})
}

type getChannelInput struct {
	Channel           string `json:"channel" doc:"a channel or direct message" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
	IncludeNumMembers bool   `json:"include_num_members,omitempty" doc:"count who is in it"`
	IncludeLocale     bool   `json:"include_locale,omitempty" doc:"its language"`
}

func getChannel() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_channel", Title: "Get channel", Docs: method("conversations.info"),
		Description: "Gives one channel or direct message.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"channels:read", "groups:read"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "include_num_members": true}`,
			`{"ok": true, "channel": {"id": "C0SUPPORT01", "name": "support", "is_channel": true, "is_private": false, "is_archived": false,
			  "is_member": true, "created": 1767232800, "creator": "U0ADALIND01", "num_members": 6}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in getChannelInput) (channelOutput, error) {
		s := dial(call)
		_, err := s.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{
			ChannelID: in.Channel, IncludeNumMembers: in.IncludeNumMembers, IncludeLocale: in.IncludeLocale,
		})
		return result[channelOutput](s, err)
	})
}

type createChannelInput struct {
	Name      string `json:"name" doc:"lower case, without spaces or dots" minLength:"1" maxLength:"80"`
	IsPrivate bool   `json:"is_private,omitempty" doc:"only who is invited sees it"`
}

func createChannel() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "create_channel", Title: "Create channel", Docs: method("conversations.create"),
		Description: "Creates a channel, public or private, with the bot in it.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Compensation: &operations.Compensation{Operation: "archive_channel", Input: map[string]string{"channel": "output.channel.id"}},
		Sample: operations.NewSample(
			`{"name": "customer-acme"}`,
			`{"ok": true, "channel": {"id": "C1000000075", "name": "customer-acme", "is_channel": true, "is_private": false, "is_archived": false,
			  "is_member": true, "created": 1768903200, "creator": "U0PATCHBAY1"}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in createChannelInput) (channelOutput, error) {
		s := dial(call)
		_, err := s.api.CreateConversationContext(ctx, slack.CreateConversationParams{
			ChannelName: in.Name, IsPrivate: in.IsPrivate, TeamID: call.Field["team_id"],
		})
		return result[channelOutput](s, err)
	})
}

type renameChannelInput struct {
	Channel string `json:"channel" doc:"the channel" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
	Name    string `json:"name" doc:"lower case, without spaces or dots" minLength:"1" maxLength:"80"`
}

func renameChannel() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "rename_channel", Title: "Rename channel", Docs: method("conversations.rename"),
		Description: "Gives a channel another name. A bot may rename only what it has created.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Sample: operations.NewSample(
			`{"channel": "C0LAUNCHP01", "name": "launch-2026"}`,
			`{"ok": true, "channel": {"id": "C0LAUNCHP01", "name": "launch-2026", "is_channel": true, "is_private": false, "is_archived": false,
			  "is_member": true, "created": 1767254400, "creator": "U0PATCHBAY1"}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in renameChannelInput) (channelOutput, error) {
		s := dial(call)
		_, err := s.api.RenameConversationContext(ctx, in.Channel, in.Name)
		return result[channelOutput](s, err)
	})
}

type archiveChannelInput struct {
	Channel string `json:"channel" doc:"the channel" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
}

func archiveChannel() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "archive_channel", Title: "Archive channel", Docs: method("conversations.archive"),
		Description: "Closes a channel for good: it can be read, and nothing more is said in it. Everybody leaves it.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Compensation: &operations.Compensation{Operation: "unarchive_channel", Input: map[string]string{"channel": "input.channel"}},
		Sample:       operations.NewSample(`{"channel": "C0ATLAS0001"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in archiveChannelInput) (done, error) {
		s := dial(call)
		return result[done](s, s.api.ArchiveConversationContext(ctx, in.Channel))
	})
}

type unarchiveChannelInput struct {
	Channel string `json:"channel" doc:"the archived channel" minLength:"1" maxLength:"64"`
}

func unarchiveChannel() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "unarchive_channel", Title: "Unarchive channel", Docs: method("conversations.unarchive"),
		Description: "Opens an archived channel again. Slack lets users' tokens do that; it may refuse a bot's.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Compensation: &operations.Compensation{Operation: "archive_channel", Input: map[string]string{"channel": "input.channel"}},
		Sample:       operations.NewSample(`{"channel": "C0ZEPHYR001"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in unarchiveChannelInput) (done, error) {
		s := dial(call)
		return result[done](s, s.api.UnArchiveConversationContext(ctx, in.Channel))
	})
}

type setChannelTopicInput struct {
	Channel string `json:"channel" doc:"the channel" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
	Topic   string `json:"topic" doc:"plain text; empty takes it away" maxLength:"250"`
}

func setChannelTopic() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "set_channel_topic", Title: "Set channel topic", Docs: method("conversations.setTopic"),
		Description: "Sets the line that stands at the top of a channel.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "topic": "On call this week: Mateo"}`,
			`{"ok": true, "channel": {"id": "C0SUPPORT01", "name": "support", "topic": {"value": "On call this week: Mateo", "creator": "U0PATCHBAY1",
			  "last_set": 1768903200}}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in setChannelTopicInput) (channelOutput, error) {
		s := dial(call)
		_, err := s.api.SetTopicOfConversationContext(ctx, in.Channel, in.Topic)
		return result[channelOutput](s, err)
	})
}

type setChannelPurposeInput struct {
	Channel string `json:"channel" doc:"the channel" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
	Purpose string `json:"purpose" doc:"plain text; empty takes it away" maxLength:"250"`
}

type setChannelPurposeOutput struct {
	done
	Purpose string  `json:"purpose,omitempty" doc:"as it is now"`
	Channel channel `json:"channel,omitzero"`
}

func setChannelPurpose() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "set_channel_purpose", Title: "Set channel purpose", Docs: method("conversations.setPurpose"),
		Description: "Sets a channel's description.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "purpose": "Where everybody asks for help"}`,
			`{"ok": true, "purpose": "Where everybody asks for help"}`,
		),
	}, func(ctx context.Context, call *operations.Call, in setChannelPurposeInput) (setChannelPurposeOutput, error) {
		s := dial(call)
		_, err := s.api.SetPurposeOfConversationContext(ctx, in.Channel, in.Purpose)
		return result[setChannelPurposeOutput](s, err)
	})
}
