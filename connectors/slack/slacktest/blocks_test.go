package slacktest_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

func TestBlocks(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{NoLimits: true})
	long := strings.Repeat("x", 3001)
	for _, c := range []struct{ name, blocks, want string }{
		{"a section", `[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]`, ""},
		{"fields", `[{"type":"section","fields":[{"type":"mrkdwn","text":"x"}],"accessory":{"type":"button"}}]`, ""},
		{"a divider", `[{"type":"divider","block_id":"d"}]`, ""},
		{"a header", `[{"type":"header","text":{"type":"plain_text","text":"x"}}]`, ""},
		{"an image", `[{"type":"image","image_url":"https://a.example/a.png","alt_text":"x"}]`, ""},
		{"actions", `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"}}]}]`, ""},
		{"a context", `[{"type":"context","elements":[{"type":"mrkdwn","text":"x"}]}]`, ""},
		{"rich text", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[]}]}]`, ""},
		{"markdown", `[{"type":"markdown","text":"**x**"}]`, ""},
		{"a table", `[{"type":"table","rows":[[{"type":"raw_text","text":"x"}]]}]`, ""},
		{"no object", `[{"type":"divider"},"x"]`, "must be a valid object [json-pointer:/blocks/1]"},
		{"no type", `[{}]`, "missing required field: type [json-pointer:/blocks/0]"},
		{"an unknown type", `[{"type":"poem"}]`, "unsupported type: poem [json-pointer:/blocks/0/type]"},
		{"an empty section", `[{"type":"section"}]`, "must define either `text` or `fields` [json-pointer:/blocks/0/type]"},
		{"text of a wrong type", `[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`, "must be a valid enum value [json-pointer:/blocks/0/text/type]"},
		{"text that is no object", `[{"type":"section","text":"x"}]`, "must be a valid object [json-pointer:/blocks/0/text]"},
		{"empty text", `[{"type":"section","text":{"type":"mrkdwn","text":""}}]`, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"long text", `[{"type":"section","text":{"type":"mrkdwn","text":"` + long + `"}}]`, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"an image without a description", `[{"type":"image","image_url":"https://a.example/a.png"}]`, "missing required field: alt_text [json-pointer:/blocks/0]"},
		{"no elements", `[{"type":"actions","elements":[]}]`, "must be more than 0 items [json-pointer:/blocks/0/elements]"},
		{"an element without a type", `[{"type":"actions","elements":[{}]}]`, "missing required field: type [json-pointer:/blocks/0/elements/0]"},
		{"many", "[" + strings.Repeat(`{"type":"divider"},`, 50) + `{"type":"divider"}]`, "no more than 50 items allowed [json-pointer:/blocks]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := f.on(t)
			for _, a := range []answer{
				f.form("chat.postMessage", "channel", slacktest.SupportChannel, "blocks", c.blocks),
				f.json("chat.postMessage", `{"channel":"`+slacktest.SupportChannel+`","blocks":`+c.blocks+`}`),
			} {
				if c.want == "" {
					if id := f.ok(a).get("message.blocks.0.block_id").String(); id == "" {
						t.Errorf("the block has no id: %s", a.body)
					}
					continue
				}
				f.refused("invalid_blocks", a)
				if got := a.get("response_metadata.messages.0").String(); got != "[ERROR] "+c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				if got := a.get("errors.0").String(); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
			}
		})
	}
}

func TestMessagesKeepWhatTheyHave(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	sent := f.ok(f.json("chat.postMessage", `{"channel":"`+slacktest.SupportChannel+`","text":"one","blocks":[{"type":"divider","block_id":"d"}],
		"attachments":[{"text":"a"}],"metadata":{"event_type":"task","event_payload":{"id":12345678901234567890}},"username":"Robot","icon_emoji":"robot_face"}`))
	if got := sent.get("message.icons.emoji").String(); got != ":robot_face:" || sent.get("message.username").String() != "Robot" {
		t.Errorf("got %s", sent.body)
	}
	ts := sent.get("ts").String()
	changed := f.ok(f.form("chat.update", "channel", slacktest.SupportChannel, "ts", ts, "text", "two", "attachments", "[]"))
	for path, want := range map[string]string{
		"message.text": `"two"`, "message.blocks": `[{"block_id":"d","type":"divider"}]`, "message.attachments": "",
		"message.metadata.event_payload.id": "12345678901234567890", "message.edited": `{"user":"` + slacktest.BotUser + `","ts":"1772454600.000000"}`,
	} {
		if got := changed.get(path).Raw; got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// TestDeletedParent shows that a thread outlives its first message.
func TestDeletedParent(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	root := f.ok(f.form("chat.postMessage", "channel", slacktest.RandomChannel, "text", "root")).get("ts").String()
	reply := f.ok(f.form("chat.postMessage", "channel", slacktest.RandomChannel, "text", "reply", "thread_ts", root, "reply_broadcast", "true"))
	f.ok(f.form("chat.delete", "channel", slacktest.RandomChannel, "ts", root))
	thread := f.ok(f.form("conversations.replies", "channel", slacktest.RandomChannel, "ts", root))
	if got := thread.get("messages.#.subtype").Raw; got != `["tombstone","thread_broadcast"]` {
		t.Errorf("got %s", thread.body)
	}
	f.ok(f.form("chat.delete", "channel", slacktest.RandomChannel, "ts", reply.get("ts").String()))
	history := f.ok(f.form("conversations.history", "channel", slacktest.RandomChannel))
	if len(history.get("messages").Array()) != 7 || history.get("messages.0.reply_count").Exists() {
		t.Errorf("got %s", history.body)
	}
}
