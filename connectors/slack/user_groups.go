package slack

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func userGroups() []operations.Operation {
	return []operations.Operation{listUserGroups(), listUserGroupMembers()}
}

type listUserGroupsInput struct {
	IncludeCount    bool `json:"include_count,omitempty" doc:"how many are in each"`
	IncludeUsers    bool `json:"include_users,omitempty" doc:"who is in each"`
	IncludeDisabled bool `json:"include_disabled,omitempty" doc:"those that are switched off too"`
}

type listUserGroupsOutput struct {
	done
	UserGroups []userGroup `json:"usergroups"`
}

func listUserGroups() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_user_groups", Title: "List user groups", Docs: method("usergroups.list"),
		Description: "Lists the groups of people that can be mentioned together, such as @support-team. Slack gives them all at once.",
		Resource:    "user_group", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"usergroups:read"},
		Sample: operations.NewSample(
			`{"include_users": true}`,
			`{"ok": true, "usergroups": [{"id": "S0SUPPORT01", "team_id": "T0NORTHWIND", "is_usergroup": true, "name": "Support team",
			  "handle": "support-team", "description": "Answers customers", "date_delete": 0, "users": ["U0GRACEOK01", "U0MATEORU01"]}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listUserGroupsInput) (listUserGroupsOutput, error) {
		s := dial(call)
		_, err := s.api.GetUserGroupsContext(ctx,
			slack.GetUserGroupsOptionIncludeCount(in.IncludeCount), slack.GetUserGroupsOptionIncludeUsers(in.IncludeUsers),
			slack.GetUserGroupsOptionIncludeDisabled(in.IncludeDisabled), slack.GetUserGroupsOptionTeamID(call.Field["team_id"]),
		)
		return result[listUserGroupsOutput](s, err)
	})
}

type listUserGroupMembersInput struct {
	UserGroup       string `json:"usergroup" doc:"the group" lookup:"list_user_groups_ddl" minLength:"1" maxLength:"64"`
	IncludeDisabled bool   `json:"include_disabled,omitempty" doc:"allow a group that is switched off"`
}

type listUserGroupMembersOutput struct {
	done
	Users []string `json:"users" doc:"ids of users"`
}

func listUserGroupMembers() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_user_group_members", Title: "List user group members", Docs: method("usergroups.users.list"),
		Description: "Lists who is in a user group, by their ids.",
		Resource:    "user_group", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"usergroups:read"},
		Sample: operations.NewSample(`{"usergroup": "S0SUPPORT01"}`, `{"ok": true, "users": ["U0GRACEOK01", "U0MATEORU01"]}`),
	}, func(ctx context.Context, call *operations.Call, in listUserGroupMembersInput) (listUserGroupMembersOutput, error) {
		s := dial(call)
		_, err := s.api.GetUserGroupMembersContext(ctx, in.UserGroup,
			slack.GetUserGroupMembersOptionIncludeDisabled(in.IncludeDisabled), slack.GetUserGroupMembersOptionTeamID(call.Field["team_id"]))
		return result[listUserGroupMembersOutput](s, err)
	})
}
