package slack_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
	"github.com/patchbay/patchbay/operations"
)

// TestRequests holds what goes out: the method, what it is given, and no token but the signature.
func TestRequests(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		operation, input, method string
		form                     url.Values
	}{
		{
			"post_message",
			`{"channel":"C1","text":"<x> & y","thread_ts":"1.2","reply_broadcast":true,"unfurl_links":false,"unfurl_media":false,"mrkdwn":false,
			  "parse":"none","link_names":true,"username":"Bot","icon_emoji":":x:","icon_url":"https://example.com/i.png",
			  "metadata":{"event_type":"e","event_payload":{"n":12345678901234567890}},"blocks":[{"type":"divider","block_id":"b"}]}`,
			"chat.postMessage",
			url.Values{
				"channel": {"C1"}, "text": {"<x> & y"}, "thread_ts": {"1.2"}, "reply_broadcast": {"true"}, "unfurl_links": {"false"},
				"unfurl_media": {"false"}, "mrkdwn": {"false"}, "parse": {"none"}, "link_names": {"true"}, "username": {"Bot"},
				"icon_emoji": {":x:"}, "icon_url": {"https://example.com/i.png"}, "blocks": {`[{"block_id":"b","type":"divider"}]`},
				"metadata": {`{"event_type":"e","event_payload":{"n":12345678901234567890}}`},
			},
		},
		{"post_message", `{"channel":"C1","text":"hello"}`, "chat.postMessage", url.Values{"channel": {"C1"}, "text": {"hello"}}},
		{"post_message", `{"channel":"C1","text":"","markdown_text":"**x**"}`, "chat.postMessage", url.Values{"channel": {"C1"}, "markdown_text": {"**x**"}}},
		{"post_message", `{"channel":"C1","text":"x","unfurl_links":true}`, "chat.postMessage", url.Values{"channel": {"C1"}, "text": {"x"}, "unfurl_links": {"true"}}},
		{"edit_message", `{"channel":"C1","ts":"1.2","text":"x"}`, "chat.update", url.Values{"channel": {"C1"}, "ts": {"1.2"}, "text": {"x"}}},
		{"edit_message", `{"channel":"C1","ts":"1.2","text":"x","blocks":[]}`, "chat.update", url.Values{"channel": {"C1"}, "ts": {"1.2"}, "text": {"x"}, "blocks": {"[]"}}},
		{"delete_message", `{"channel":"C1","ts":"1.2"}`, "chat.delete", url.Values{"channel": {"C1"}, "ts": {"1.2"}}},
		{"get_permalink", `{"channel":"C1","ts":"1.2"}`, "chat.getPermalink", url.Values{"channel": {"C1"}, "message_ts": {"1.2"}}},
		{"add_reaction", `{"channel":"C1","ts":"1.2","name":":eyes:"}`, "reactions.add", url.Values{"channel": {"C1"}, "timestamp": {"1.2"}, "name": {"eyes"}}},
		{"add_member", `{"channel":"C1","user":"U1"}`, "conversations.invite", url.Values{"channel": {"C1"}, "users": {"U1"}}},
		{"schedule_message", `{"channel":"C1","text":"x","post_in":60}`, "chat.scheduleMessage", url.Values{"channel": {"C1"}, "text": {"x"}, "post_at": {"1768903260"}}},
		{"schedule_message", `{"channel":"C1","text":"x","post_at":1768999999}`, "chat.scheduleMessage", url.Values{"channel": {"C1"}, "text": {"x"}, "post_at": {"1768999999"}}},
		{
			"list_channels", `{}`, "conversations.list",
			url.Values{"types": {"public_channel,private_channel"}, "limit": {"100"}, "team_id": {"T1"}},
		},
		{
			"list_channel_history", `{"channel":"C1","oldest":"1","latest":"2.5","inclusive":true,"limit":15,"cursor":"abc"}`, "conversations.history",
			url.Values{
				"channel": {"C1"}, "oldest": {"1"}, "latest": {"2.5"}, "inclusive": {"1"}, "include_all_metadata": {"0"}, "limit": {"15"}, "cursor": {"abc"},
			},
		},
		{"list_emojis_ddl", `{}`, "emoji.list", url.Values{"include_categories": {"true"}}},
	} {
		t.Run(tc.operation, func(t *testing.T) {
			t.Parallel()
			s, seen := scripted(t, http.StatusOK, nil, `{"ok":true}`)
			s.fields = map[string]string{"team_id": "T1"}
			s.call(t, tc.operation, tc.input)
			if diff := cmp.Diff(tc.form, seen.form); diff != "" || seen.path != "/api/"+tc.method || seen.authorization != "Bearer "+slacktest.Token {
				t.Errorf("%s signed %q (-want +got):\n%s", seen.path, seen.authorization, diff)
			}
		})
	}
}

// TestBlocks holds that blocks which cannot be are refused before anything is sent, by where they are.
func TestBlocks(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	for _, tc := range []struct{ fields, pointer, detail string }{
		{`"text":"x","blocks":"none"`, "/blocks", "array"},
		{`"text":"x","blocks":["x"]`, "/blocks/0", "object"},
		{`"text":"x","blocks":[{"type":"divider"},{}]`, "/blocks/1/type", "is required"},
		{`"text":"x","blocks":[{"type":7}]`, "/blocks/0/type", "must be a text"},
		{`"text":"x","blocks":[{"type":null}]`, "/blocks/0/type", "must be a text"},
		{`"text":"x","blocks":[{"type":"divider"},{"type":"sectoin"}]`, "/blocks/1/type", "did you mean section?"},
		{`"text":"x","blocks":[{"type":"?"}]`, "/blocks/0/type", "divider, "},
		{`"text":"x","blocks":[{"type":"divider","block_id":1}]`, "/blocks/0", "block_id"},
		{`"text":"x","blocks":[` + strings.Repeat(`{"type":"divider"},`, 50) + `{"type":"divider"}]`, "/blocks", "maxItems"},
		{`"text":""`, "/text", "is empty"},
		{`"text":"","blocks":[]`, "/text", "is empty"},
		{`"blocks":[{"type":"divider"}]`, "/text", "is required"},
		{`"text":"x","markdown_text":"x"`, "/markdown_text", "neither"},
		{`"text":"","markdown_text":"x","blocks":[{"type":"divider"}]`, "/markdown_text", "neither"},
		{`"text":"x","thread_ts":"yesterday"`, "/thread_ts", "pattern"},
		{`"text":"x","metadata":{"event_type":"e"}`, "/metadata/event_payload", "is required"},
		{`"text":null`, "/text", "null"},
	} {
		got := s.call(t, "post_message", `{"channel":"C1",`+tc.fields+`}`).err
		if got == nil || got.Code != operations.CodeInvalidInput || len(got.Faults) == 0 ||
			got.Faults[0].Pointer != tc.pointer || !strings.Contains(got.Faults[0].Detail, tc.detail) {
			t.Errorf("%.80s: %v %+v, want %s %q", tc.fields, got, got, tc.pointer, tc.detail)
		}
	}
}

// TestInputs holds that slips which the schema cannot see are refused by where they are.
func TestInputs(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	for _, tc := range []struct{ operation, input, pointer string }{
		{"schedule_message", `{"channel":"C1","text":"x"}`, "/post_at"},
		{"schedule_message", `{"channel":"C1","text":"x","post_at":1768999999,"post_in":60}`, "/post_at"},
		{"upload_file", `{"filename":"a"}`, "/content"},
		{"upload_file", `{"filename":"a","text":"x","content":"eA=="}`, "/content"},
		{"upload_file", `{"filename":"a","content":"%"}`, "/content"},
		{"upload_file", `{"filename":"a","content":""}`, "/content"},
		{"upload_file", `{"filename":"a","text":""}`, "/text"},
		{"find_user_by_email", `{"email":"ada"}`, "/email"},
		{"list_channels", `{"types":["public"]}`, "/types/0"},
		{"list_channels", `{"limit":1000}`, "/limit"},
		{"open_direct_message", `{"users":[]}`, "/users"},
		{"get_channel", `{"channel":""}`, "/channel"},
		{"list_users_ddl", `{"cursor":"?"}`, "/cursor"},
	} {
		got := s.call(t, tc.operation, tc.input).err
		if got == nil || got.Code != operations.CodeInvalidInput || len(got.Faults) != 1 || got.Faults[0].Pointer != tc.pointer {
			t.Errorf("%s %s: %+v, want a fault at %s", tc.operation, tc.input, got, tc.pointer)
		}
	}
}

// TestAnswersStayWhole holds that nothing which Slack sends of an object is lost, and nothing is added.
func TestAnswersStayWhole(t *testing.T) {
	t.Parallel()
	const channel = `{"id":"C1","name":"a","created":12345678901234567890,"is_new_thing":true,"properties":{"tabs":[{"x":1.0}]},"topic":null}`
	s, _ := scripted(t, http.StatusOK, nil, `{"ok":true,"channel":`+channel+`}`)
	got := s.call(t, "get_channel", `{"channel":"C1"}`)
	if want := `{"ok":true,"channel":` + channel + `}`; string(got.output) != want || got.err != nil {
		t.Errorf("got  %s %v\nwant %s", got.output, got.err, want)
	}
}
