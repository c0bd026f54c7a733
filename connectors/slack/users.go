package slack

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func users() []operations.Operation {
	return []operations.Operation{getIdentity(), listUsers(), getUser(), findUserByEmail()}
}

type getIdentityInput struct{}

type getIdentityOutput struct {
	done
	URL    string `json:"url" doc:"of the workspace"`
	Team   string `json:"team" doc:"the workspace's name"`
	TeamID string `json:"team_id"`
	User   string `json:"user" doc:"the handle of the token's user"`
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id,omitempty" doc:"of a bot's token"`
}

func getIdentity() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_identity", Title: "Get identity", Docs: method("auth.test"),
		Description: "Tells whose token the credential holds, and of which workspace. It needs no scope.",
		Resource:    "user", Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(
			`{}`,
			`{"ok": true, "url": "https://northwind.slack.example/", "team": "Northwind", "team_id": "T0NORTHWIND", "user": "patchbay",
			  "user_id": "U0PATCHBAY1", "bot_id": "B0PATCHBAY1"}`,
		),
	}, func(ctx context.Context, call *operations.Call, _ getIdentityInput) (getIdentityOutput, error) {
		s := dial(call)
		_, err := s.api.AuthTestContext(ctx)
		return result[getIdentityOutput](s, err)
	})
}

// userOutput is an answer with the user in it.
type userOutput struct {
	done
	User user `json:"user"`
}

type listUsersInput struct {
	IncludeLocale bool `json:"include_locale,omitempty" doc:"everybody's language"`
	page
}

type listUsersOutput struct {
	done
	Members []user `json:"members" doc:"people and bots, deactivated ones too"`
	next
}

func listUsers() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_users", Title: "List users", Docs: method("users.list"),
		Description: "Lists the people and bots of the workspace, those that are deactivated among them.",
		Resource:    "user", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"users:read"}, Paging: paging("members"),
		Sample: operations.NewSample(
			`{"limit": 2}`,
			`{"ok": true, "members": [
			  {"id": "U0PATCHBAY1", "team_id": "T0NORTHWIND", "name": "patchbay", "real_name": "Patchbay", "deleted": false, "is_bot": true,
			   "is_admin": false, "is_owner": false, "tz": "Europe/Copenhagen", "updated": 1767225600,
			   "profile": {"real_name": "Patchbay", "display_name": "patchbay"}},
			  {"id": "U0ADALIND01", "team_id": "T0NORTHWIND", "name": "ada", "real_name": "Ada Lindqvist", "deleted": false, "is_bot": false,
			   "is_admin": true, "is_owner": true, "tz": "Europe/Copenhagen", "updated": 1767225600,
			   "profile": {"real_name": "Ada Lindqvist", "display_name": "ada", "email": "ada@northwind.example"}}],
			  "next_cursor": "dXNlcjpVMEdSQUNFT0swMQ=="}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listUsersInput) (listUsersOutput, error) {
		s := dial(call)
		_, err := s.api.GetUsersPaginated(
			slack.GetUsersOptionCursor(in.Cursor), slack.GetUsersOptionLimit(in.Limit), slack.GetUsersOptionIncludeLocale(in.IncludeLocale),
			slack.GetUsersOptionTeamID(call.Field["team_id"]),
		).Next(ctx)
		return result[listUsersOutput](s, err)
	})
}

type getUserInput struct {
	User          string `json:"user" doc:"the user" lookup:"list_users_ddl" minLength:"1" maxLength:"64"`
	IncludeLocale bool   `json:"include_locale,omitempty" doc:"the user's language"`
}

func getUser() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_user", Title: "Get user", Docs: method("users.info"),
		Description: "Gives one of the people or bots of the workspace.",
		Resource:    "user", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"users:read"},
		Sample: operations.NewSample(
			`{"user": "U0ADALIND01"}`,
			`{"ok": true, "user": {"id": "U0ADALIND01", "team_id": "T0NORTHWIND", "name": "ada", "real_name": "Ada Lindqvist", "deleted": false,
			  "is_bot": false, "is_admin": true, "is_owner": true, "tz": "Europe/Copenhagen", "updated": 1767225600,
			  "profile": {"real_name": "Ada Lindqvist", "display_name": "ada", "email": "ada@northwind.example"}}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in getUserInput) (userOutput, error) {
		s := dial(call)
		_, err := s.api.GetUserInfoContext(ctx, in.User, slack.GetUserInfoOptionIncludeLocale(in.IncludeLocale))
		return result[userOutput](s, err)
	})
}

type findUserByEmailInput struct {
	Email string `json:"email" doc:"the address that the user logs in with" format:"email" maxLength:"254"`
}

func findUserByEmail() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "find_user_by_email", Title: "Find user by email", Docs: method("users.lookupByEmail"),
		Description: "Finds the user with an address. Nobody there is the error upstream_not_found.",
		Resource:    "user", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"users:read", "users:read.email"},
		Sample: operations.NewSample(
			`{"email": "ada@northwind.example"}`,
			`{"ok": true, "user": {"id": "U0ADALIND01", "team_id": "T0NORTHWIND", "name": "ada", "real_name": "Ada Lindqvist", "deleted": false,
			  "is_bot": false, "profile": {"real_name": "Ada Lindqvist", "display_name": "ada", "email": "ada@northwind.example"}}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in findUserByEmailInput) (userOutput, error) {
		s := dial(call)
		_, err := s.api.GetUserByEmailContext(ctx, in.Email)
		return result[userOutput](s, err)
	})
}
