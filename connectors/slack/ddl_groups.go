package slack

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

type userGroupOption struct {
	ddl.Option
	Handle string `json:"handle" doc:"how it is mentioned, without @"`
}

func listUserGroupsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_user_groups_ddl", Title: "List user groups", Docs: method("usergroups.list"),
		Description: "The groups of people that can be mentioned together, without those that are switched off.",
		Resource:    "user_group", Scopes: []string{"usergroups:read"},
		Sample: operations.NewSample(
			`{"search": "support"}`,
			`{"result": [{"text": "Support team (@support-team)", "value": "S0SUPPORT01", "handle": "support-team"}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, _ ddlInput) ([]userGroupOption, bool, error) {
		s := dial(call)
		_, err := s.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionTeamID(call.Field["team_id"]))
		answer, err := result[struct {
			UserGroups []struct{ ID, Name, Handle string } `json:"usergroups"`
		}](s, err)
		var options []userGroupOption
		for _, g := range answer.UserGroups {
			text := cmp.Or(g.Name, g.ID)
			if g.Handle != "" {
				text += " (@" + g.Handle + ")"
			}
			options = append(options, userGroupOption{Option: ddl.Option{Text: text, Value: g.ID}, Handle: g.Handle})
		}
		return options, false, err
	})
}

type emojiOption struct {
	ddl.Option
	URL string `json:"url,omitempty" doc:"the picture, of an emoji of the workspace's own"`
}

func listEmojisDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_emojis_ddl", Title: "List emojis", Docs: method("emoji.list"),
		Description: "The emojis to react with: the workspace's own, then Slack's.",
		Resource:    "emoji", Scopes: []string{"emoji:read"},
		Sample: operations.NewSample(
			`{"search": "north"}`,
			`{"result": [{"text": ":northwind:", "value": "northwind", "url": "https://emoji.slack.example/northwind.png"}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, _ ddlInput) ([]emojiOption, bool, error) {
		s := dial(call)
		if err := s.post(ctx, "emoji.list", url.Values{"include_categories": {"true"}}); err != nil {
			return nil, false, err
		}
		options, err := readEmojis(s)
		return options, false, err
	})
}

// readEmojis reads an answer of emoji.list: the workspace's own by name, Slack's in Slack's order.
func readEmojis(s *session) ([]emojiOption, error) {
	answer, err := result[struct {
		Emoji      map[string]string `json:"emoji"`
		Categories []struct {
			Names []string `json:"emoji_names"`
		} `json:"categories"`
	}](s, nil)
	var options []emojiOption
	for name, place := range answer.Emoji {
		option := emojiOption{Option: ddl.Option{Text: ":" + name + ":", Value: name}}
		if strings.HasPrefix(place, "https://") {
			option.URL = place
		}
		options = append(options, option)
	}
	slices.SortFunc(options, func(a, b emojiOption) int { return cmp.Compare(a.Value, b.Value) })
	for _, category := range answer.Categories {
		for _, name := range category.Names {
			if _, own := answer.Emoji[name]; !own {
				options = append(options, emojiOption{Option: ddl.Option{Text: ":" + name + ":", Value: name}})
			}
		}
	}
	return options, err
}
