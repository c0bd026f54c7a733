package slack

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/slack-go/slack"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

type listChannelsDDLInput struct {
	ddl.Input
	IsMember bool `json:"is_member,omitempty" doc:"only those that the bot is in"`
}

type channelOption struct {
	ddl.Option
	IsPrivate bool `json:"is_private"`
	IsMember  bool `json:"is_member" doc:"whether the bot is in it"`
}

func listChannelsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_channels_ddl", Title: "List channels", Docs: method("conversations.list"),
		Description: "The channels that the token sees, public and private, without archived ones.",
		Resource:    "channel", Scopes: []string{"channels:read", "groups:read"}, Timeout: listTime,
		Sample: operations.NewSample(
			`{"search": "sup"}`,
			`{"result": [{"text": "#support", "value": "C0SUPPORT01", "is_private": false, "is_member": true}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listChannelsDDLInput) ([]channelOption, bool, error) {
		return allChannels(ctx, call, in.IsMember)
	})
}

// listedChannel is as much of a channel as an option shows.
type listedChannel struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	IsPrivate bool   `json:"is_private"`
	IsMember  bool   `json:"is_member"`
}

// allChannels lists the channels there are, by name. A token that may not see private ones gets the others.
func allChannels(ctx context.Context, call *operations.Call, members bool) ([]channelOption, bool, error) {
	types := []string{"public_channel", "private_channel"}
	var options []channelOption
	shown := 0
	truncated, err := pages(call, func(cursor string) (string, error) {
		found, next, err := somePage(ctx, call, types, cursor)
		if lacksPrivate(err) && len(types) > 1 {
			call.Warn("private channels are left out: the token lacks the scope groups:read")
			types = types[:1]
			found, next, err = somePage(ctx, call, types, cursor)
		}
		for _, c := range found {
			if c.IsMember || !members {
				options = append(options, channelOption{
					Option: ddl.Option{Text: c.text(), Value: c.ID}, IsPrivate: c.IsPrivate, IsMember: c.IsMember,
				})
			}
		}
		ddl.Yield(call, options[shown:])
		shown = len(options)
		return next, err
	})
	slices.SortStableFunc(options, func(a, b channelOption) int { return cmp.Compare(a.Text, b.Text) })
	return options, truncated, err
}

func somePage(ctx context.Context, call *operations.Call, types []string, cursor string) ([]listedChannel, string, error) {
	s := dial(call)
	_, _, err := s.api.GetConversationsContext(ctx, &slack.GetConversationsParameters{
		Types: types, ExcludeArchived: true, Cursor: cursor, Limit: listPage, TeamID: call.Field["team_id"],
	})
	answer, err := result[struct {
		Channels []listedChannel `json:"channels"`
		next
	}](s, err)
	return answer.Channels, answer.NextCursor, err
}

// lacksPrivate tells whether Slack refused for want of the right to see private channels, and of that alone.
func lacksPrivate(err error) bool {
	var refusal *operations.Error
	return errors.As(err, &refusal) && refusal.Upstream != nil && refusal.Upstream.Code == "missing_scope" &&
		gjson.GetBytes(refusal.Upstream.Body, "needed").String() == "groups:read"
}

func (c listedChannel) text() string {
	text := "#" + cmp.Or(c.Name, c.ID)
	if c.IsPrivate {
		text += " (private)"
	}
	return text
}

type destinationOption struct {
	ddl.Option
	Kind string `json:"kind" enum:"channel,user"`
}

func listUsersAndConversationsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_users_and_conversations_ddl", Title: "List users and conversations", Docs: method("conversations.list"),
		Description: "Where a message can go: channels, public and private, then people.",
		Resource:    "channel", Scopes: []string{"channels:read", "groups:read", "users:read"}, Timeout: listTime,
		Sample: operations.NewSample(
			`{"search": "gen"}`,
			`{"result": [{"text": "#general", "value": "C0GENERAL01", "kind": "channel"}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, _ ddlInput) ([]destinationOption, bool, error) {
		channels, moreChannels, err := allChannels(ctx, ddl.Quiet(call), false)
		if err != nil {
			return nil, false, err
		}
		options := make([]destinationOption, 0, 2*len(channels))
		for _, c := range channels {
			options = append(options, destinationOption{c.Option, "channel"})
		}
		ddl.Yield(call, options)
		users, moreUsers, err := allUsers(ctx, ddl.Quiet(call), false)
		for _, u := range users {
			options = append(options, destinationOption{u.Option, "user"})
		}
		return options, moreChannels || moreUsers, err
	})
}
