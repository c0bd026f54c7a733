package slack

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func scheduledMessages() []operations.Operation {
	return []operations.Operation{scheduleMessage(), listScheduledMessages(), deleteScheduledMessage()}
}

type scheduleMessageInput struct {
	Channel string `json:"channel" doc:"where to post it" lookup:"list_users_and_conversations_ddl" minLength:"1" maxLength:"255"`
	PostAt  int64  `json:"post_at,omitempty" doc:"when: seconds since 1970, at most 120 days ahead" minimum:"1" example:"1799999999"`
	PostIn  int64  `json:"post_in,omitempty" doc:"in place of post_at: in so many seconds" minimum:"10" maximum:"10368000"`
	content
	look
}

type scheduleMessageOutput struct {
	done
	Channel            string `json:"channel"`
	ScheduledMessageID string `json:"scheduled_message_id" doc:"what it is deleted by"`
	PostAt             int64  `json:"post_at" doc:"seconds since 1970"`
}

func scheduleMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "schedule_message", Title: "Schedule message", Docs: method("chat.scheduleMessage"),
		Description: "Has a message posted later: at a time, or after a while. Give either post_at or post_in.",
		Resource:    "scheduled_message", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"chat:write"},
		Compensation: &operations.Compensation{
			Operation: "delete_scheduled_message",
			Input:     map[string]string{"channel": "output.channel", "scheduled_message_id": "output.scheduled_message_id"},
		},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01", "post_in": 3600, "text": "The maintenance begins in five minutes."}`,
			`{"ok": true, "channel": "C0SUPPORT01", "scheduled_message_id": "Q1000000076", "post_at": 1768906800}`,
		),
	}, func(ctx context.Context, call *operations.Call, in scheduleMessageInput) (scheduleMessageOutput, error) {
		options, err := in.content.options(false)
		if err != nil {
			return scheduleMessageOutput{}, err
		}
		at := in.PostAt
		switch {
		case (in.PostAt == 0) == (in.PostIn == 0):
			return scheduleMessageOutput{}, invalid(operations.InputFault{Pointer: "/post_at", Detail: "is required, or else post_in; not both"})
		case in.PostIn > 0:
			at = call.Now().Add(time.Duration(in.PostIn) * time.Second).Unix()
		}
		s := dial(call)
		_, _, err = s.api.ScheduleMessageContext(ctx, in.Channel, strconv.FormatInt(at, 10), slices.Concat(options, in.look.options())...)
		return result[scheduleMessageOutput](s, err)
	})
}

type listScheduledMessagesInput struct {
	Channel string `json:"channel,omitempty" doc:"only those for this channel" lookup:"list_channels_ddl" maxLength:"255"`
	Oldest  string `json:"oldest,omitempty" doc:"only those to be posted after this, seconds since 1970" pattern:"^[0-9]+(\\.[0-9]+)?$"`
	Latest  string `json:"latest,omitempty" doc:"only those to be posted before this, seconds since 1970" pattern:"^[0-9]+(\\.[0-9]+)?$"`
	page
}

// scheduled is a message that is yet to be posted.
type scheduled struct {
	original
	ID          string `json:"id" doc:"the scheduled_message_id"`
	ChannelID   string `json:"channel_id,omitempty"`
	PostAt      int64  `json:"post_at,omitempty" doc:"seconds since 1970"`
	DateCreated int64  `json:"date_created,omitempty" doc:"seconds since 1970"`
	Text        string `json:"text,omitempty"`
}

type listScheduledMessagesOutput struct {
	done
	ScheduledMessages []scheduled `json:"scheduled_messages"`
	next
}

func listScheduledMessages() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_scheduled_messages", Title: "List scheduled messages", Docs: method("chat.scheduledMessages.list"),
		Description: "Lists the messages that this app has scheduled and that are not posted yet.",
		Resource:    "scheduled_message", Kind: operations.KindAction, Effect: operations.EffectRead, Paging: paging("scheduled_messages"),
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01"}`,
			`{"ok": true, "scheduled_messages": [{"id": "Q0REMINDER1", "channel_id": "C0SUPPORT01", "post_at": 1771495200, "date_created": 1768903200,
			  "text": "Reminder: the survey closes today."}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listScheduledMessagesInput) (listScheduledMessagesOutput, error) {
		s := dial(call)
		_, _, err := s.api.GetScheduledMessagesContext(ctx, &slack.GetScheduledMessagesParameters{
			Channel: in.Channel, Oldest: in.Oldest, Latest: in.Latest, Cursor: in.Cursor, Limit: in.Limit, TeamID: call.Field["team_id"],
		})
		return result[listScheduledMessagesOutput](s, err)
	})
}

type deleteScheduledMessageInput struct {
	Channel            string `json:"channel" doc:"where it is to be posted" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	ScheduledMessageID string `json:"scheduled_message_id" doc:"as schedule_message gave it" minLength:"1" maxLength:"64"`
}

func deleteScheduledMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_scheduled_message", Title: "Delete scheduled message", Docs: method("chat.deleteScheduledMessage"),
		Description: "Keeps a scheduled message from being posted. Slack refuses it during the last minute.",
		Resource:    "scheduled_message", Kind: operations.KindAction, Effect: operations.EffectDestructive, Scopes: []string{"chat:write"},
		Sample: operations.NewSample(`{"channel": "C0SUPPORT01", "scheduled_message_id": "Q0REMINDER1"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in deleteScheduledMessageInput) (done, error) {
		s := dial(call)
		_, err := s.api.DeleteScheduledMessageContext(ctx, &slack.DeleteScheduledMessageParameters{
			Channel: in.Channel, ScheduledMessageID: in.ScheduledMessageID,
		})
		return result[done](s, err)
	})
}
