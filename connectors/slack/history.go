package slack

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func history() []operations.Operation {
	return []operations.Operation{listChannelHistory(), listThreadReplies()}
}

// span is which messages are asked for, by their ts.
type span struct {
	Oldest             string `json:"oldest,omitempty" doc:"only messages after this ts" pattern:"^[0-9]+(\\.[0-9]+)?$"`
	Latest             string `json:"latest,omitempty" doc:"only messages before this ts" pattern:"^[0-9]+(\\.[0-9]+)?$"`
	Inclusive          bool   `json:"inclusive,omitempty" doc:"the messages at oldest and latest too"`
	IncludeAllMetadata bool   `json:"include_all_metadata,omitempty" doc:"the metadata that apps put on messages too"`
}

type listChannelHistoryInput struct {
	Channel string `json:"channel" doc:"whose messages" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	span
	page
}

type historyOutput struct {
	done
	Messages []message `json:"messages"`
	HasMore  bool      `json:"has_more"`
	next
}

func listChannelHistory() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_channel_history", Title: "List channel history", Docs: method("conversations.history"),
		Description: "Lists the messages of a channel, newest first, without the replies in threads.",
		Resource:    "message", Kind: operations.KindAction, Effect: operations.EffectRead,
		Scopes: []string{"channels:history", "groups:history", "im:history", "mpim:history"}, Paging: paging("messages"),
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "limit": 2}`,
			`{"ok": true, "messages": [
			  {"type": "message", "ts": "1767276000.000700", "user": "U0PRIYANA01", "text": "Does anybody know when the new plan starts?"},
			  {"type": "message", "ts": "1767272400.000600", "user": "U0PATCHBAY1", "text": "How we answer: <https://northwind.example/handbook|the handbook>."}],
			  "has_more": true, "next_cursor": "bmV4dF90czoxNzY3MjcyNDAwMDAwNjAw"}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listChannelHistoryInput) (historyOutput, error) {
		s := dial(call)
		_, err := s.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: in.Channel, Oldest: in.Oldest, Latest: in.Latest, Inclusive: in.Inclusive, IncludeAllMetadata: in.IncludeAllMetadata,
			Cursor: in.Cursor, Limit: in.Limit,
		})
		return result[historyOutput](s, err)
	})
}

type listThreadRepliesInput struct {
	Channel string `json:"channel" doc:"the channel with the thread" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"the thread's first message" pattern:"^[0-9]+\\.[0-9]+$"`
	span
	page
}

func listThreadReplies() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_thread_replies", Title: "List thread replies", Docs: method("conversations.replies"),
		Description: "Lists a thread, oldest first: its first message, then the replies.",
		Resource:    "message", Kind: operations.KindAction, Effect: operations.EffectRead,
		Scopes: []string{"channels:history", "groups:history", "im:history", "mpim:history"}, Paging: paging("messages"),
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "ts": "1767258000.000100"}`,
			`{"ok": true, "messages": [
			  {"type": "message", "ts": "1767258000.000100", "thread_ts": "1767258000.000100", "user": "U0GRACEOK01", "reply_count": 3,
			   "text": "A customer cannot log in since the update. Who can take a look?"},
			  {"type": "message", "ts": "1767258300.000200", "thread_ts": "1767258000.000100", "user": "U0MATEORU01", "text": "I can reproduce it with an old password."}],
			  "has_more": false}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listThreadRepliesInput) (historyOutput, error) {
		s := dial(call)
		_, _, _, err := s.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: in.Channel, Timestamp: in.TS, Oldest: in.Oldest, Latest: in.Latest, Inclusive: in.Inclusive,
			IncludeAllMetadata: in.IncludeAllMetadata, Cursor: in.Cursor, Limit: in.Limit,
		})
		return result[historyOutput](s, err)
	})
}

// paging declares how the lists of Slack are walked.
func paging(items string) *operations.Paging {
	return &operations.Paging{
		CursorInput: "cursor", SizeInput: "limit", CursorOutput: "next_cursor", Items: items, MaxPages: 100, MaxSize: 999,
	}
}
