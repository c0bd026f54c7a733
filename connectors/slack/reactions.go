package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func reactions() []operations.Operation {
	return []operations.Operation{addReaction(), removeReaction(), listReactions()}
}

type addReactionInput struct {
	Channel string `json:"channel" doc:"Channel ID containing the message" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"Timestamp of target message" pattern:"^[0-9]+\\.[0-9]+$"`
	Name    string `json:"name" doc:"Emoji name without colons (e.g., 'thumbsup')" lookup:"list_emojis_ddl" minLength:"1" maxLength:"200"`
}

func addReaction() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "add_reaction", Title: "Add reaction", Docs: method("reactions.add"),
		Description: "Adds an emoji to a message, in the bot's name.",
		Resource:    "reaction", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"reactions:write"},
		Compensation: &operations.Compensation{
			Operation: "remove_reaction", Input: map[string]string{"channel": "input.channel", "ts": "input.ts", "name": "input.name"},
		},
		Sample: operations.NewSample(`{"channel": "C0SUPPORT01", "ts": "1767276000.000700", "name": "thumbsup"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in addReactionInput) (done, error) {
		s := dial(call)
		err := s.api.AddReactionContext(ctx, bare(in.Name), slack.NewRefToMessage(in.Channel, in.TS))
		return result[done](s, err)
	})
}

type removeReactionInput struct {
	Channel string `json:"channel" doc:"Channel ID containing the message" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"Timestamp of target message" pattern:"^[0-9]+\\.[0-9]+$"`
	Name    string `json:"name" doc:"Emoji name to remove" lookup:"list_emojis_ddl" minLength:"1" maxLength:"200"`
}

func removeReaction() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "remove_reaction", Title: "Remove reaction", Docs: method("reactions.remove"),
		Description: "Removes an emoji of the bot's from a message.",
		Resource:    "reaction", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"reactions:write"},
		Compensation: &operations.Compensation{
			Operation: "add_reaction", Input: map[string]string{"channel": "input.channel", "ts": "input.ts", "name": "input.name"},
		},
		Sample: operations.NewSample(`{"channel": "C0SUPPORT01", "ts": "1767268800.000500", "name": "eyes"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in removeReactionInput) (done, error) {
		s := dial(call)
		err := s.api.RemoveReactionContext(ctx, bare(in.Name), slack.NewRefToMessage(in.Channel, in.TS))
		return result[done](s, err)
	})
}

// bare is an emoji's name without the colons that people write around it.
func bare(name string) string { return strings.Trim(name, ":") }

type listReactionsInput struct {
	Channel string `json:"channel" doc:"the channel with the message" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"the message" pattern:"^[0-9]+\\.[0-9]+$"`
}

type listReactionsOutput struct {
	done
	Channel string  `json:"channel,omitempty"`
	Message message `json:"message" doc:"its reactions are in reactions; without any, that is not there"`
}

func listReactions() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_reactions", Title: "List reactions", Docs: method("reactions.get"),
		Description: "Gives a message with all reactions to it, and everybody who reacted.",
		Resource:    "reaction", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"reactions:read"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "ts": "1767258000.000100"}`,
			`{"ok": true, "channel": "C0SUPPORT01", "message": {"type": "message", "ts": "1767258000.000100", "user": "U0GRACEOK01",
			  "text": "A customer cannot log in since the update. Who can take a look?",
			  "reactions": [{"name": "+1", "count": 2, "users": ["U0MATEORU01", "U0PRIYANA01"]}]}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listReactionsInput) (listReactionsOutput, error) {
		s := dial(call)
		_, err := s.api.GetReactionsContext(ctx, slack.NewRefToMessage(in.Channel, in.TS), slack.GetReactionsParameters{Full: true})
		return result[listReactionsOutput](s, err)
	})
}
