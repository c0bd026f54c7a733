package slack_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
	"github.com/patchbay/patchbay/operations"
)

// TestPagesGoToTheEnd walks lists of a large workspace by cursor: every item is there, once.
func TestPagesGoToTheEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, slacktest.New(slacktest.Options{Prefix: "/slack", NoLimits: true, Now: epoch, Channels: 250}))
	for _, tc := range []struct {
		operation, input, items, id string
		least                       int
	}{
		{"list_channels", `{"limit":100%s}`, "channels", "id", 250},
		{"list_users", `{"limit":3%s}`, "members", "id", 8},
		{"list_channel_members", `{"channel":"C0SUPPORT01","limit":2%s}`, "members", "@this", 4},
		{"list_channel_history", `{"channel":"C0SUPPORT01","limit":5%s}`, "messages", "ts", 7},
		{"list_thread_replies", `{"channel":"C0SUPPORT01","ts":"1767258000.000100","limit":2%s}`, "messages", "ts", 4},
		{"list_user_channels", `{"limit":4%s}`, "channels", "id", 6},
	} {
		seen := map[string]int{}
		cursor, more := "", true
		for calls := 0; more; calls++ {
			got := s.call(t, tc.operation, fmt.Sprintf(tc.input, cursor))
			if got.err != nil || calls > 20 {
				t.Fatalf("%s: call %d: %v", tc.operation, calls, got.err)
			}
			for _, item := range gjson.GetBytes(got.output, tc.items).Array() {
				seen[item.Get(tc.id).String()]++
			}
			next := gjson.GetBytes(got.output, "next_cursor")
			cursor, more = `,"cursor":`+next.Raw, next.Exists()
		}
		for id, times := range seen {
			if times != 1 && tc.operation != "list_thread_replies" { // which repeats the first message on each page
				t.Errorf("%s: %s is there %d times", tc.operation, id, times)
			}
		}
		if len(seen) < tc.least {
			t.Errorf("%s: %d items, want %d or more", tc.operation, len(seen), tc.least)
		}
	}
}

// values are the values of a drop-down's options.
func values(got outcome) []string {
	var all []string
	for _, value := range gjson.GetBytes(got.output, "result.#.value").Array() {
		all = append(all, value.String())
	}
	return all
}

func TestDropDowns(t *testing.T) {
	t.Parallel()
	s := serve(t, slacktest.New(slacktest.Options{Prefix: "/slack", NoLimits: true, Now: epoch, Channels: 1200}))
	for _, tc := range []struct {
		name, operation, input string
		has, lacks             []string
	}{
		{
			"channels of all pages, by name", "list_channels_ddl", `{"limit":1000}`,
			[]string{slacktest.GeneralChannel, slacktest.LeadershipChannel, slacktest.EngineeringChannel},
			[]string{slacktest.ZephyrChannel, slacktest.FinanceChannel, slacktest.DirectChannel},
		},
		{
			"channels with the bot in them", "list_channels_ddl", `{"is_member":true,"limit":1000}`,
			[]string{slacktest.GeneralChannel, slacktest.LeadershipChannel}, []string{slacktest.EngineeringChannel, slacktest.MarketingChannel},
		},
		{"private channels are marked", "list_channels_ddl", `{"search":"(private)"}`, []string{slacktest.LeadershipChannel}, []string{slacktest.GeneralChannel}},
		{
			"people", "list_users_ddl", `{}`, []string{slacktest.OwnerUser, slacktest.GuestUser},
			[]string{slacktest.DeletedUser, slacktest.BotUser, slacktest.Slackbot},
		},
		{"bots too", "list_users_ddl", `{"include_bots":true}`, []string{slacktest.OwnerUser, slacktest.BotUser, slacktest.Slackbot}, []string{slacktest.DeletedUser}},
		{"by handle", "list_users_ddl", `{"search":"@grace"}`, []string{slacktest.AdminUser}, []string{slacktest.OwnerUser}},
		{
			"where a message can go", "list_users_and_conversations_ddl", `{"search":"a","limit":1000}`,
			[]string{slacktest.OwnerUser, slacktest.GeneralChannel, slacktest.LeadershipChannel}, []string{slacktest.ZephyrChannel},
		},
		{"groups", "list_user_groups_ddl", `{}`, []string{slacktest.SupportGroup, slacktest.OnCallGroup}, nil},
		{"emojis", "list_emojis_ddl", `{"limit":1000}`, []string{slacktest.CustomEmoji}, nil},
		{
			"who is in a channel", "list_channel_members_ddl", `{"channel":"` + slacktest.OnboardingChannel + `"}`,
			[]string{slacktest.MemberUser}, []string{slacktest.InviteeUser},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := s.call(t, tc.operation, tc.input)
			if got.err != nil || len(got.warnings) > 0 {
				t.Fatal(got.err, got.warnings)
			}
			listed := values(got)
			for _, value := range tc.has {
				if !slices.Contains(listed, value) {
					t.Errorf("%s is not among %d options", value, len(listed))
				}
			}
			for _, value := range tc.lacks {
				if slices.Contains(listed, value) {
					t.Errorf("%s is among the options", value)
				}
			}
		})
	}
}

// TestPrivateChannelsMayBeMissing holds that a token without the right to see private channels still lists the others, and
// that any other refusal is one.
func TestPrivateChannelsMayBeMissing(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.FormValue("types"), "private") {
			fmt.Fprint(w, `{"ok":false,"error":"missing_scope","needed":"groups:read","provided":"channels:read"}`)
			return
		}
		fmt.Fprint(w, `{"ok":true,"channels":[{"id":"C2","name":"b"},{"id":"C1","name":"a","created":"odd","topic":[]}]}`)
	}))
	got := s.call(t, "list_channels_ddl", `{}`)
	if diff := cmp.Diff([]string{"C1", "C2"}, values(got)); diff != "" || got.err != nil || len(got.warnings) != 1 {
		t.Errorf("%v %v, options (-want +got):\n%s", got.err, got.warnings, diff)
	}
	refused, _ := scripted(t, http.StatusOK, nil, `{"ok":false,"error":"missing_scope","needed":"channels:read","provided":""}`)
	if got := refused.call(t, "list_channels_ddl", `{}`); got.err == nil || got.err.Code != operations.CodeUpstreamForbidden {
		t.Errorf("got %s %v", got.output, got.err)
	}
}

// TestListsEnd holds that a list which does not end is cut off, with a word on it.
func TestListsEnd(t *testing.T) {
	t.Parallel()
	asked := 0
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		fmt.Fprintf(w, `{"ok":true,"members":[{"id":"U%d"}],"response_metadata":{"next_cursor":"c%d"}}`, asked, asked)
	}))
	got := s.call(t, "list_users_ddl", `{}`)
	if listed := values(got); len(listed) != 20 || asked != 20 || !gjson.GetBytes(got.output, "truncated").Bool() {
		t.Errorf("%d options of %d pages: %s", len(listed), asked, got.output)
	}
	same, _ := scripted(t, http.StatusOK, nil, `{"ok":true,"channels":[{"id":"C1","name":"a"}],"response_metadata":{"next_cursor":"same"}}`)
	got = same.call(t, "list_channels_ddl", `{}`)
	if !gjson.GetBytes(got.output, "truncated").Bool() || len(got.warnings) != 1 {
		t.Errorf("the same cursor twice: %s, %v", got.output, got.warnings)
	}
}

// TestEmojis holds that an emoji of the workspace's own is listed once, before Slack's.
func TestEmojis(t *testing.T) {
	t.Parallel()
	s, _ := scripted(t, http.StatusOK, nil, `{"ok":true,"emoji":{"squirrel":"https://e.example/s.png","shipit":"alias:squirrel"},
		"categories":[{"name":"Animals","emoji_names":["squirrel","cat"]},{"name":"People","emoji_names":["smile"]}]}`)
	got := s.call(t, "list_emojis_ddl", `{}`)
	if diff := cmp.Diff([]string{"shipit", "squirrel", "cat", "smile"}, values(got)); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if url := gjson.GetBytes(got.output, "result.#.url").Raw; url != `["https://e.example/s.png"]` {
		t.Errorf("pictures: %s", url)
	}
}

// TestScopesAreNamed runs an operation with a token that lacks its scope.
func TestScopesAreNamed(t *testing.T) {
	t.Parallel()
	s := sandboxed(t)
	s.token = slacktest.LimitedToken
	got := s.call(t, "post_message", `{"channel":"C0SUPPORT01","text":"x"}`).err
	if got == nil || got.Code != operations.CodeUpstreamForbidden || !strings.Contains(got.Detail, "chat:write and the token has users:read") {
		t.Errorf("got %v", got)
	}
	for token, code := range map[string]string{slacktest.RevokedToken: "token_revoked", slacktest.ExpiredToken: "token_expired", "": "not_authed", "x": "invalid_auth"} {
		s.token = token
		got := s.call(t, "get_identity", `{}`).err
		if got == nil || got.Code != operations.CodeCredentialRejected || got.Upstream.Code != code {
			t.Errorf("%s: got %v", code, got)
		}
	}
}

// TestUndo runs each operation that can be undone, and what undoes it.
func TestUndo(t *testing.T) {
	t.Parallel()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	connector, err := all.Connector("slack")
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range connector.Operations {
		spec := operation.Spec()
		if spec.Compensation == nil {
			continue
		}
		t.Run(spec.Name, func(t *testing.T) {
			t.Parallel()
			s := sandboxed(t)
			done := s.call(t, spec.Name, string(spec.Sample.Input))
			if done.err != nil {
				t.Fatal(done.err)
			}
			exchange := fmt.Appendf(nil, `{"input":%s,"output":%s}`, spec.Sample.Input, done.output)
			var fields []string
			for field, path := range spec.Compensation.Input {
				fields = append(fields, fmt.Sprintf("%q:%s", field, gjson.GetBytes(exchange, path).Raw))
			}
			undone := s.call(t, spec.Compensation.Operation, "{"+strings.Join(fields, ",")+"}")
			if undone.err != nil && undone.err.Code != operations.CodeUpstreamForbidden { // what a bot may not undo
				t.Errorf("%s: %v", spec.Compensation.Operation, undone.err)
			}
		})
	}
}
