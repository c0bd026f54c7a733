package slack

import (
	"context"

	"github.com/slack-go/slack"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

func members() []operations.Operation {
	return []operations.Operation{
		joinChannel(), leaveChannel(), addMember(), removeMember(), listChannelMembers(), listUserChannels(), openDirectMessage(),
	}
}

type joinChannelInput struct {
	Channel string `json:"channel" doc:"Channel ID to join" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
}

type joinChannelOutput struct {
	done
	Channel channel `json:"channel" doc:"Channel object that was joined"`
}

func joinChannel() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "join_channel", Title: "Join channel", Docs: method("conversations.join"),
		Description: "Lets the bot join a public channel. Into a private one it must be invited by somebody who is there.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:join"},
		Compensation: &operations.Compensation{Operation: "leave_channel", Input: map[string]string{"channel": "output.channel.id"}},
		Sample: operations.NewSample(
			`{"channel": "C0MARKETI01"}`,
			`{"ok": true, "channel": {"id": "C0MARKETI01", "name": "marketing", "is_channel": true, "is_private": false, "is_archived": false,
			  "is_member": true, "created": 1767243600, "creator": "U0ADALIND01"}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in joinChannelInput) (joinChannelOutput, error) {
		s := dial(call)
		_, _, _, err := s.api.JoinConversationContext(ctx, in.Channel)
		return result[joinChannelOutput](s, err)
	})
}

type leaveChannelInput struct {
	Channel string `json:"channel" doc:"Channel ID to leave" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
}

func leaveChannel() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "leave_channel", Title: "Leave channel", Docs: method("conversations.leave"),
		Description: "Lets the bot leave a channel. Into a private one it comes back only by invitation.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Compensation: &operations.Compensation{Operation: "join_channel", Input: map[string]string{"channel": "input.channel"}},
		Sample:       operations.NewSample(`{"channel": "C0TEAMLUN01"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in leaveChannelInput) (done, error) {
		s := dial(call)
		_, err := s.api.LeaveConversationContext(ctx, in.Channel)
		if gjson.GetBytes(s.answer, "not_in_channel").Bool() {
			call.Warn("the bot was not in the channel")
		}
		return result[done](s, err)
	})
}

type addMemberInput struct {
	Channel string `json:"channel" doc:"Channel ID" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
	User    string `json:"user" doc:"User ID to add" lookup:"list_users_ddl" minLength:"1" maxLength:"64"`
}

func addMember() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "add_member", Title: "Add member", Docs: method("conversations.invite"),
		Description: "Invites a user to a channel. The bot must be in it.",
		Resource:    "member", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Compensation: &operations.Compensation{
			Operation: "remove_member", Input: map[string]string{"channel": "input.channel", "user": "input.user"},
		},
		Sample: operations.NewSample(`{"channel": "C0ONBOARD01", "user": "U0PRIYANA01"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in addMemberInput) (done, error) {
		s := dial(call)
		_, err := s.api.InviteUsersToConversationContext(ctx, in.Channel, in.User)
		return result[done](s, err)
	})
}

type removeMemberInput struct {
	Channel string `json:"channel" doc:"Channel ID" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
	User    string `json:"user" doc:"User ID to remove" lookup:"list_channel_members_ddl channel=channel" minLength:"1" maxLength:"64"`
}

func removeMember() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "remove_member", Title: "Remove member", Docs: method("conversations.kick"),
		Description: "Removes a user from a channel. The bot must be in it, and the workspace's settings must allow it.",
		Resource:    "member", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"channels:manage", "groups:write"},
		Compensation: &operations.Compensation{
			Operation: "add_member", Input: map[string]string{"channel": "input.channel", "user": "input.user"},
		},
		Sample: operations.NewSample(`{"channel": "C0ONBOARD01", "user": "U0MATEORU01"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in removeMemberInput) (done, error) {
		s := dial(call)
		return result[done](s, s.api.KickUserFromConversationContext(ctx, in.Channel, in.User))
	})
}

type listChannelMembersInput struct {
	Channel string `json:"channel" doc:"whose members" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
	page
}

type listChannelMembersOutput struct {
	done
	Members []string `json:"members" doc:"ids of users"`
	next
}

func listChannelMembers() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_channel_members", Title: "List channel members", Docs: method("conversations.members"),
		Description: "Lists who is in a channel or direct message, by their ids. get_user tells more of each.",
		Resource:    "member", Kind: operations.KindAction, Effect: operations.EffectRead,
		Scopes: []string{"channels:read", "groups:read"}, Paging: paging("members"),
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "limit": 2}`,
			`{"ok": true, "members": ["U0PATCHBAY1", "U0ADALIND01"], "next_cursor": "dXNlcjpVMEdSQUNFT0swMQ=="}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listChannelMembersInput) (listChannelMembersOutput, error) {
		s := dial(call)
		_, _, err := s.api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{
			ChannelID: in.Channel, Cursor: in.Cursor, Limit: in.Limit,
		})
		return result[listChannelMembersOutput](s, err)
	})
}

type listUserChannelsInput struct {
	User string `json:"user,omitempty" doc:"whose channels; the bot's own if left out" lookup:"list_users_ddl" maxLength:"64"`
	listChannelsInput
}

func listUserChannels() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_user_channels", Title: "List a user's channels", Docs: method("users.conversations"),
		Description: "Lists the channels that a user, or the bot itself, is in. Of private ones, those that the bot is in too.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectRead,
		Scopes: []string{"channels:read", "groups:read"}, Paging: paging("channels"),
		Sample: operations.NewSample(
			`{"user": "U0GRACEOK01", "types": ["public_channel"], "limit": 1}`,
			`{"ok": true, "channels": [{"id": "C0GENERAL01", "name": "general", "is_channel": true, "is_private": false, "is_archived": false,
			  "is_general": true, "created": 1767225600, "creator": "U0ADALIND01"}], "next_cursor": "dGVhbTpDMFJBTkRPTTAwMQ=="}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listUserChannelsInput) (listChannelsOutput, error) {
		s := dial(call)
		_, _, err := s.api.GetConversationsForUserContext(ctx, &slack.GetConversationsForUserParameters{
			UserID: in.User, Types: in.Types, ExcludeArchived: in.ExcludeArchived, Cursor: in.Cursor, Limit: in.Limit, TeamID: call.Field["team_id"],
		})
		return result[listChannelsOutput](s, err)
	})
}

type openDirectMessageInput struct {
	Users []string `json:"users" doc:"with whom: one to eight" lookup:"list_users_ddl" minItems:"1" maxItems:"8" minLength:"1" maxLength:"64"`
}

type openDirectMessageOutput struct {
	done
	Channel     channel `json:"channel" doc:"its id is the channel to post to"`
	NoOp        bool    `json:"no_op,omitempty" doc:"nothing had to be done"`
	AlreadyOpen bool    `json:"already_open,omitempty"`
}

func openDirectMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "open_direct_message", Title: "Open direct message", Docs: method("conversations.open"),
		Description: "Opens a direct message with one person or several, or gives the one that there is.",
		Resource:    "channel", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"im:write", "mpim:write"},
		Sample: operations.NewSample(
			`{"users": ["U0GRACEOK01"]}`,
			`{"ok": true, "channel": {"id": "D1000000075", "is_im": true, "user": "U0GRACEOK01", "created": 1768903200}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in openDirectMessageInput) (openDirectMessageOutput, error) {
		s := dial(call)
		_, _, _, err := s.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: in.Users, ReturnIM: true})
		return result[openDirectMessageOutput](s, err)
	})
}
