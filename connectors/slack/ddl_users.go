package slack

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

type listUsersDDLInput struct {
	ddl.Input
	IncludeBots bool `json:"include_bots,omitempty" doc:"bots and apps too"`
}

type userOption struct {
	ddl.Option
	Name  string `json:"name" doc:"the handle"`
	IsBot bool   `json:"is_bot"`
}

func listUsersDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_users_ddl", Title: "List users", Docs: method("users.list"),
		Description: "The people of the workspace, and on demand bots, without deactivated ones.",
		Resource:    "user", Scopes: []string{"users:read"}, Timeout: listTime,
		Sample: operations.NewSample(
			`{"search": "ada"}`,
			`{"result": [{"text": "Ada Lindqvist (@ada)", "value": "U0ADALIND01", "name": "ada", "is_bot": false}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listUsersDDLInput) ([]userOption, bool, error) {
		return allUsers(ctx, call, in.IncludeBots)
	})
}

// listedUser is as much of a user as an option shows.
type listedUser struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	RealName string `json:"real_name"`
	Deleted  bool   `json:"deleted"`
	IsBot    bool   `json:"is_bot"`
	Profile  struct {
		RealName    string `json:"real_name"`
		DisplayName string `json:"display_name"`
	} `json:"profile"`
}

// allUsers lists who is there, by name.
func allUsers(ctx context.Context, call *operations.Call, bots bool) ([]userOption, bool, error) {
	var options []userOption
	shown := 0
	s := dial(call)
	truncated, err := pages(call, func(cursor string) (string, error) {
		_, err := s.api.GetUsersPaginated(
			slack.GetUsersOptionCursor(cursor), slack.GetUsersOptionLimit(listPage), slack.GetUsersOptionIncludeLocale(false),
			slack.GetUsersOptionTeamID(call.Field["team_id"]),
		).Next(ctx)
		answer, err := result[struct {
			Members []listedUser `json:"members"`
			next
		}](s, err)
		for _, u := range answer.Members {
			isBot := u.IsBot || u.ID == "USLACKBOT" // which Slack does not count as one
			if !u.Deleted && (bots || !isBot) {
				options = append(options, userOption{Option: ddl.Option{Text: u.text(), Value: u.ID}, Name: u.Name, IsBot: isBot})
			}
		}
		ddl.Yield(call, options[shown:])
		shown = len(options)
		return answer.NextCursor, err
	})
	slices.SortStableFunc(options, func(a, b userOption) int { return cmp.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)) })
	return options, truncated, err
}

func (u listedUser) text() string {
	name := cmp.Or(u.Profile.RealName, u.RealName, u.Profile.DisplayName)
	switch {
	case name == "":
		return "@" + cmp.Or(u.Name, u.ID)
	case u.Name == "":
		return name
	default:
		return name + " (@" + u.Name + ")"
	}
}

type listChannelMembersDDLInput struct {
	ddl.Input
	Channel string `json:"channel" doc:"whose members" lookup:"list_channels_ddl" minLength:"1" maxLength:"64"`
}

func listChannelMembersDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_channel_members_ddl", Title: "List channel members", Docs: method("conversations.members"),
		Description: "Who is in a channel, without deactivated users.",
		Resource:    "member", Scopes: []string{"channels:read", "groups:read", "users:read"}, Timeout: listTime,
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "search": "grace"}`,
			`{"result": [{"text": "Grace Okafor (@grace)", "value": "U0GRACEOK01", "name": "grace", "is_bot": false}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listChannelMembersDDLInput) ([]userOption, bool, error) {
		members, more, err := allMembers(ctx, call, in.Channel)
		if err != nil {
			return nil, false, err
		}
		options, moreUsers, err := allUsers(ctx, ddl.Quiet(call), true)
		options = slices.DeleteFunc(options, func(u userOption) bool { return !members[u.Value] })
		return options, more || moreUsers, err
	})
}

// allMembers gives the ids of everybody in a channel.
func allMembers(ctx context.Context, call *operations.Call, channel string) (map[string]bool, bool, error) {
	members := map[string]bool{}
	s := dial(call)
	truncated, err := pages(call, func(cursor string) (string, error) {
		_, _, err := s.api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{
			ChannelID: channel, Cursor: cursor, Limit: listPage,
		})
		answer, err := result[listChannelMembersOutput](s, err)
		for _, id := range answer.Members {
			members[id] = true
		}
		return answer.NextCursor, err
	})
	return members, truncated, err
}
