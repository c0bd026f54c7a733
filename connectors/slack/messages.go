package slack

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func messages() []operations.Operation {
	return []operations.Operation{postMessage(), editMessage(), deleteMessage(), postEphemeralMessage(), getPermalink()}
}

type postMessageInput struct {
	Channel string `json:"channel" doc:"Channel ID or user ID to send message to" lookup:"list_users_and_conversations_ddl" minLength:"1" maxLength:"255"`
	content
	look
	guise
}

type postMessageOutput struct {
	done
	TS      string  `json:"ts" doc:"Timestamp of the posted message"`
	Channel string  `json:"channel" doc:"Channel ID where message was posted"`
	Message message `json:"message" doc:"Full message object"`
}

func postMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "post_message", Title: "Post message", Docs: method("chat.postMessage"),
		Description: "Posts a message to a channel or, in a direct message, to a user. The bot must be in the channel, unless it has the scope chat:write.public.",
		Resource:    "message", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"chat:write"},
		Compensation: &operations.Compensation{
			Operation: "delete_message", Input: map[string]string{"channel": "output.channel", "ts": "output.ts"},
		},
		Resolve: &operations.Resolution{
			Operation: "list_channel_history", Input: json.RawMessage(`{"channel": "{input.channel}", "limit": 20}`),
		},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "text": "The printer on floor 2 works again.",
			  "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "The printer on *floor 2* works again."}}]}`,
			`{"ok": true, "ts": "1768903200.000000", "channel": "C0SUPPORT01", "message": {"type": "message", "ts": "1768903200.000000",
			  "user": "U0PATCHBAY1", "bot_id": "B0PATCHBAY1", "text": "The printer on floor 2 works again.",
			  "blocks": [{"type": "section", "block_id": "b0075", "text": {"type": "mrkdwn", "text": "The printer on *floor 2* works again."}}]}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in postMessageInput) (postMessageOutput, error) {
		options, err := in.content.options(false)
		if err != nil {
			return postMessageOutput{}, err
		}
		s := dial(call)
		_, _, err = s.api.PostMessageContext(ctx, in.Channel, slices.Concat(options, in.look.options(), in.guise.options())...)
		return result[postMessageOutput](s, err)
	})
}

type editMessageInput struct {
	Channel string `json:"channel" doc:"Channel ID containing the message" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"Timestamp of message to edit" pattern:"^[0-9]+\\.[0-9]+$"`
	content
}

type editMessageOutput struct {
	done
	TS      string `json:"ts" doc:"Timestamp of the edited message"`
	Text    string `json:"text,omitempty" doc:"Updated message text"`
	Channel string `json:"channel" doc:"Channel ID containing the message"`
}

func editMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "edit_message", Title: "Edit message", Docs: method("chat.update"),
		Description: "Edits a message that the bot has posted. Without blocks it is shown as text from then on, and the blocks that it had are gone.",
		Resource:    "message", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"chat:write"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "ts": "1767261600.000300", "text": "Solved: the cable was loose."}`,
			`{"ok": true, "ts": "1767261600.000300", "text": "Solved: the cable was loose.", "channel": "C0SUPPORT01"}`,
		),
	}, func(ctx context.Context, call *operations.Call, in editMessageInput) (editMessageOutput, error) {
		options, err := in.content.options(true)
		if err != nil {
			return editMessageOutput{}, err
		}
		s := dial(call)
		_, _, _, err = s.api.UpdateMessageContext(ctx, in.Channel, in.TS, options...)
		return result[editMessageOutput](s, err)
	})
}

type deleteMessageInput struct {
	Channel string `json:"channel" doc:"Channel ID containing the message" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"Timestamp of message to delete" pattern:"^[0-9]+\\.[0-9]+$"`
}

type deleteMessageOutput struct {
	done
	TS      string `json:"ts" doc:"Timestamp of the deleted message"`
	Channel string `json:"channel" doc:"Channel ID containing the message"`
}

func deleteMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_message", Title: "Delete message", Docs: method("chat.delete"),
		Description: "Deletes a message. A bot's token may delete the bot's own only.",
		Resource:    "message", Kind: operations.KindAction, Effect: operations.EffectDestructive, Scopes: []string{"chat:write"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "ts": "1767265200.000400"}`,
			`{"ok": true, "ts": "1767265200.000400", "channel": "C0SUPPORT01"}`,
		),
	}, func(ctx context.Context, call *operations.Call, in deleteMessageInput) (deleteMessageOutput, error) {
		s := dial(call)
		_, _, err := s.api.DeleteMessageContext(ctx, in.Channel, in.TS)
		return result[deleteMessageOutput](s, err)
	})
}

type postEphemeralMessageInput struct {
	Channel string `json:"channel" doc:"the channel that the user is looking at" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	User    string `json:"user" doc:"who is to see it; must be in the channel" lookup:"list_channel_members_ddl channel=channel" minLength:"1" maxLength:"64"`
	content
	ThreadTS string `json:"thread_ts,omitempty" doc:"shows it in that thread" pattern:"^[0-9]+\\.[0-9]+$"`
	guise
}

type postEphemeralMessageOutput struct {
	done
	MessageTS string `json:"message_ts" doc:"cannot be used to edit or delete it"`
}

func postEphemeralMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "post_ephemeral_message", Title: "Post ephemeral message", Docs: method("chat.postEphemeral"),
		Description: "Shows a message in a channel to one user only, while they are there. It cannot be edited or deleted, and is not kept.",
		Resource:    "message", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"chat:write"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "user": "U0GRACEOK01", "text": "Only you can see this: the form needs your signature."}`,
			`{"ok": true, "message_ts": "1768903200.000001"}`,
		),
	}, func(ctx context.Context, call *operations.Call, in postEphemeralMessageInput) (postEphemeralMessageOutput, error) {
		options, err := in.content.options(false)
		if err != nil {
			return postEphemeralMessageOutput{}, err
		}
		s := dial(call)
		_, err = s.api.PostEphemeralContext(ctx, in.Channel, in.User, slices.Concat(options, look{ThreadTS: in.ThreadTS}.options(), in.guise.options())...)
		return result[postEphemeralMessageOutput](s, err)
	})
}

type getPermalinkInput struct {
	Channel string `json:"channel" doc:"the channel with the message" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"the message" pattern:"^[0-9]+\\.[0-9]+$"`
}

type getPermalinkOutput struct {
	done
	Channel   string `json:"channel"`
	Permalink string `json:"permalink" doc:"the message's own address, for who may see it"`
}

func getPermalink() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_permalink", Title: "Get permalink", Docs: method("chat.getPermalink"),
		Description: "Gives the address of a message, to link to it from elsewhere.",
		Resource:    "message", Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "ts": "1767276000.000700"}`,
			`{"ok": true, "channel": "C0SUPPORT01", "permalink": "https://northwind.slack.example/archives/C0SUPPORT01/p1767276000000700"}`,
		),
	}, func(ctx context.Context, call *operations.Call, in getPermalinkInput) (getPermalinkOutput, error) {
		s := dial(call)
		_, err := s.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: in.Channel, Ts: in.TS})
		return result[getPermalinkOutput](s, err)
	})
}
