package slack

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func pins() []operations.Operation {
	return []operations.Operation{pinMessage(), unpinMessage(), listPins()}
}

type pinInput struct {
	Channel string `json:"channel" doc:"the channel with the message" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
	TS      string `json:"ts" doc:"the message" pattern:"^[0-9]+\\.[0-9]+$"`
}

func pinMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "pin_message", Title: "Pin message", Docs: method("pins.add"),
		Description: "Pins a message to its channel.",
		Resource:    "pin", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"pins:write"},
		Compensation: &operations.Compensation{
			Operation: "unpin_message", Input: map[string]string{"channel": "input.channel", "ts": "input.ts"},
		},
		Sample: operations.NewSample(`{"channel": "C0SUPPORT01", "ts": "1767276000.000700"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in pinInput) (done, error) {
		s := dial(call)
		err := s.api.AddPinContext(ctx, in.Channel, slack.NewRefToMessage(in.Channel, in.TS))
		return result[done](s, err)
	})
}

func unpinMessage() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "unpin_message", Title: "Unpin message", Docs: method("pins.remove"),
		Description: "Takes a pinned message off its channel's pins.",
		Resource:    "pin", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"pins:write"},
		Compensation: &operations.Compensation{
			Operation: "pin_message", Input: map[string]string{"channel": "input.channel", "ts": "input.ts"},
		},
		Sample: operations.NewSample(`{"channel": "C0SUPPORT01", "ts": "1767272400.000600"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in pinInput) (done, error) {
		s := dial(call)
		err := s.api.RemovePinContext(ctx, in.Channel, slack.NewRefToMessage(in.Channel, in.TS))
		return result[done](s, err)
	})
}

type listPinsInput struct {
	Channel string `json:"channel" doc:"whose pins" lookup:"list_channels_ddl" minLength:"1" maxLength:"255"`
}

// pin is something that is pinned to a channel.
type pin struct {
	original
	Type    string          `json:"type,omitempty" doc:"message, mostly"`
	Created int64           `json:"created,omitempty" doc:"seconds since 1970"`
	Message json.RawMessage `json:"message,omitempty" doc:"the message that is pinned"`
}

type listPinsOutput struct {
	done
	Items []pin `json:"items"`
}

func listPins() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_pins", Title: "List pins", Docs: method("pins.list"),
		Description: "Lists what is pinned to a channel.",
		Resource:    "pin", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"pins:read"},
		Sample: operations.NewSample(
			`{"channel": "C0SUPPORT01"}`,
			`{"ok": true, "items": [{"type": "message", "created": 1767272460, "created_by": "U0GRACEOK01", "channel": "C0SUPPORT01",
			  "message": {"type": "message", "ts": "1767272400.000600", "user": "U0PATCHBAY1",
			   "text": "How we answer: <https://northwind.example/handbook|the handbook>."}}]}`,
		),
	}, func(ctx context.Context, call *operations.Call, in listPinsInput) (listPinsOutput, error) {
		s := dial(call)
		_, _, err := s.api.ListPinsContext(ctx, in.Channel)
		return result[listPinsOutput](s, err)
	})
}
