package slacktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// TestRefusals holds each way to be refused to the code that the service has for it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{NoLimits: true})
	support, plain := slacktest.SupportChannel, slacktest.PlainTS
	for _, c := range []struct {
		code, method string
		arguments    []string
	}{
		{"unknown_method", "chat.shout", nil},
		{"invalid_arguments", "chat.postMessage", []string{"text", "x"}},
		{"channel_not_found", "chat.postMessage", []string{"channel", "C0NOWHERE01", "text", "x"}},
		{"channel_not_found", "chat.postMessage", []string{"channel", slacktest.FinanceChannel, "text", "x"}},
		{"channel_not_found", "chat.postMessage", []string{"channel", slacktest.DeletedUser, "text", "x"}},
		{"not_in_channel", "chat.postMessage", []string{"channel", "#marketing", "text", "x"}},
		{"is_archived", "chat.postMessage", []string{"channel", slacktest.ZephyrChannel, "text", "x"}},
		{"no_text", "chat.postMessage", []string{"channel", support, "text", " "}},
		{"msg_too_long", "chat.postMessage", []string{"channel", support, "text", strings.Repeat("ø", 40_001)}},
		{"invalid_blocks_format", "chat.postMessage", []string{"channel", support, "blocks", "{"}},
		{"invalid_blocks_format", "chat.postMessage", []string{"channel", support, "blocks", `{"blocks":[]}`}},
		{"invalid_attachments", "chat.postMessage", []string{"channel", support, "attachments", `["a"]`}},
		{"invalid_metadata_format", "chat.postMessage", []string{"channel", support, "text", "x", "metadata", `[]`}},
		{"invalid_metadata_schema", "chat.postMessage", []string{"channel", support, "text", "x", "metadata", `{"event_type":"a"}`}},
		{"invalid_thread_ts", "chat.postMessage", []string{"channel", support, "text", "x", "thread_ts", "1767258000.0001"}},
		{"thread_not_found", "chat.postMessage", []string{"channel", support, "text", "x", "thread_ts", "1767258000.999999"}},
		{"user_not_in_channel", "chat.postEphemeral", []string{"channel", support, "text", "x", "user", slacktest.SingleUser}},
		{"message_not_found", "chat.update", []string{"channel", support, "text", "x", "ts", "1"}},
		{"cant_update_message", "chat.update", []string{"channel", support, "text", "x", "ts", plain}},
		{"cant_delete_message", "chat.delete", []string{"channel", support, "ts", plain}},
		{"message_not_found", "chat.getPermalink", []string{"channel", support, "message_ts", "1.000000"}},
		{"time_in_past", "chat.scheduleMessage", []string{"channel", support, "text", "x", "post_at", "1767225600"}},
		{"time_too_far", "chat.scheduleMessage", []string{"channel", support, "text", "x", "post_at", "1803990600"}},
		{"invalid_time", "chat.scheduleMessage", []string{"channel", support, "text", "x", "post_at", "tomorrow"}},
		{
			"invalid_scheduled_message_id", "chat.deleteScheduledMessage",
			[]string{"channel", slacktest.RandomChannel, "scheduled_message_id", slacktest.ScheduledMessage},
		},
		{"invalid_channel", "chat.scheduledMessages.list", []string{"channel", "C0NOWHERE01"}},
		{"invalid_types", "conversations.list", []string{"types", "public"}},
		{"invalid_limit", "conversations.list", []string{"limit", "1001"}},
		{"invalid_limit", "conversations.list", []string{"limit", "many"}},
		{"invalid_cursor", "conversations.list", []string{"cursor", "dGVhbTpDMDYxRkE1UEI="}},
		{"channel_not_found", "conversations.info", []string{"channel", slacktest.FinanceChannel}},
		{"invalid_arguments", "conversations.history", nil},
		{"not_in_channel", "conversations.history", []string{"channel", slacktest.MarketingChannel}},
		{"invalid_ts_oldest", "conversations.history", []string{"channel", support, "oldest", "yesterday"}},
		{"invalid_ts_latest", "conversations.history", []string{"channel", support, "latest", "-1"}},
		{"thread_not_found", "conversations.replies", []string{"channel", support, "ts", "1767258000.999999"}},
		{"invalid_name_required", "conversations.create", nil},
		{"invalid_name_maxlength", "conversations.create", []string{"name", strings.Repeat("a", 81)}},
		{"invalid_name_specials", "conversations.create", []string{"name", "Support"}},
		{"invalid_name_specials", "conversations.create", []string{"name", "two words"}},
		{"invalid_name_punctuation", "conversations.create", []string{"name", "-_-"}},
		{"name_taken", "conversations.create", []string{"name", "project-zephyr"}},
		{"name_taken", "conversations.rename", []string{"channel", slacktest.LaunchChannel, "name", "general"}},
		{"not_authorized", "conversations.rename", []string{"channel", support, "name", "helpdesk"}},
		{"cant_archive_general", "conversations.archive", []string{"channel", slacktest.GeneralChannel}},
		{"already_archived", "conversations.archive", []string{"channel", slacktest.ZephyrChannel}},
		{"not_archived", "conversations.unarchive", []string{"channel", support}},
		{"too_long", "conversations.setTopic", []string{"channel", support, "topic", strings.Repeat("x", 251)}},
		{"is_archived", "conversations.setPurpose", []string{"channel", slacktest.ZephyrChannel, "purpose", "x"}},
		{"method_not_supported_for_channel_type", "conversations.setPurpose", []string{"channel", slacktest.DirectChannel, "purpose", "x"}},
		{"method_not_supported_for_channel_type", "conversations.join", []string{"channel", slacktest.LeadershipChannel}},
		{"cant_leave_general", "conversations.leave", []string{"channel", slacktest.GeneralChannel}},
		{"no_user", "conversations.invite", []string{"channel", slacktest.OnboardingChannel}},
		{"cant_invite_self", "conversations.invite", []string{"channel", slacktest.OnboardingChannel, "users", slacktest.BotUser}},
		{"cant_kick_self", "conversations.kick", []string{"channel", slacktest.OnboardingChannel, "user", slacktest.BotUser}},
		{"cant_kick_from_general", "conversations.kick", []string{"channel", slacktest.GeneralChannel, "user", slacktest.OwnerUser}},
		{"not_in_channel", "conversations.kick", []string{"channel", slacktest.OnboardingChannel, "user", slacktest.GuestUser}},
		{"users_list_not_supplied", "conversations.open", nil},
		{"user_disabled", "conversations.open", []string{"users", slacktest.DeletedUser}},
		{"no_item_specified", "reactions.add", []string{"name", "eyes", "channel", support}},
		{"bad_timestamp", "reactions.add", []string{"name", "eyes", "channel", support, "timestamp", "1"}},
		{"message_not_found", "reactions.add", []string{"name", "eyes", "channel", support, "timestamp", "1.000000"}},
		{"invalid_name", "reactions.add", []string{"name", ":eyes:", "channel", support, "timestamp", plain}},
		{"already_reacted", "reactions.add", []string{"name", slacktest.BotReaction, "channel", support, "timestamp", slacktest.ReactedTS}},
		{"no_reaction", "reactions.remove", []string{"name", "white_check_mark", "channel", support, "timestamp", slacktest.ReactedTS}},
		{"already_pinned", "pins.add", []string{"channel", support, "timestamp", slacktest.PinnedTS}},
		{"no_pin", "pins.remove", []string{"channel", support, "timestamp", plain}},
		{"user_not_found", "users.info", []string{"user", "U0NOBODY001"}},
		{"users_not_found", "users.lookupByEmail", []string{"email", "tom@northwind.example"}},
		{"no_such_subteam", "usergroups.users.list", []string{"usergroup", "S0RETIRED01"}},
		{"team_not_found", "team.info", []string{"team", "T0ELSEWHERE"}},
		{"file_not_found", "files.info", []string{"file", "F0NOTHING01"}},
		{"cant_delete_file", "files.delete", []string{"file", "F0RUNBOOK01"}},
		{"invalid_arguments", "files.getUploadURLExternal", []string{"filename", "a.txt", "length", "0"}},
		{"file_upload_size_restricted", "files.getUploadURLExternal", []string{"filename", "a.txt", "length", "2000000000"}},
		{"file_not_found", "files.completeUploadExternal", []string{"files", `[{"id":"F0REPORT001"}]`}},
		{"too_bad", "api.test", []string{"error", "too_bad"}},
	} {
		t.Run(c.method+" "+c.code, func(t *testing.T) {
			f := f.on(t)
			f.refused(c.code, f.form(c.method, c.arguments...))
		})
	}
	if got := f.sandbox.Stats().Writes; got != 0 {
		t.Errorf("%d writes, although all was refused", got)
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	a := f.refused("invalid_arguments", f.form("conversations.replies", "ts", "1.000000"))
	if got := a.get("response_metadata.messages").Raw; got != `["[ERROR] missing required field: channel"]` {
		t.Errorf("what is missing: %s", got)
	}
	both := []string{"channel", slacktest.OnboardingChannel, "users", slacktest.MemberUser + "," + slacktest.InviteeUser}
	a = f.refused("already_in_channel", f.form("conversations.invite", both...))
	if got, want := a.get("errors").Raw, `[{"error":"already_in_channel","ok":false,"user":"`+slacktest.MemberUser+`"}]`; got != want {
		t.Errorf("who cannot be invited: %s", got)
	}
	members := f.ok(f.form("conversations.members", "channel", slacktest.OnboardingChannel))
	if members.get(`members.#(=="` + slacktest.InviteeUser + `")`).Exists() {
		t.Error("one of two was invited, although the other could not be")
	}
	f.ok(f.form("conversations.invite", append(both, "force", "true")...))
}

func TestTokens(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct{ name, header, target, body, want string }{
		{"in the header", "Bearer " + slacktest.Token, "/api/auth.test", "", ""},
		{"in the header, and an empty one in the form", "Bearer " + slacktest.Token, "/api/auth.test", "token=", ""},
		{"in the form", "", "/api/auth.test", "token=" + slacktest.Token, ""},
		{"in the query", "", "/api/auth.test?token=" + slacktest.Token, "", "invalid_auth"},
		{"in the query and the header", "Bearer " + slacktest.Token, "/api/auth.test?token=x", "", ""},
		{"none", "", "/api/auth.test", "", "not_authed"},
		{"none but an empty one", "Bearer ", "/api/auth.test", "token=", "not_authed"},
		{"of another kind", "Basic " + slacktest.Token, "/api/auth.test", "", "not_authed"},
		{"a wrong one", "Bearer x", "/api/auth.test", "", "invalid_auth"},
		{"a revoked one", "Bearer " + slacktest.RevokedToken, "/api/auth.test", "", "token_revoked"},
		{"one that ran out", "Bearer " + slacktest.ExpiredToken, "/api/auth.test", "", "token_expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := f.on(t)
			a := f.send("POST", c.target, c.body, "Authorization", c.header, "Content-Type", form)
			if c.want == "" {
				f.ok(a)
				return
			}
			f.refused(c.want, a)
		})
	}
	f.ok(f.form("auth.revoke", "test", "1"))
	f.ok(f.form("auth.revoke"))
	f.refused("token_revoked", f.form("auth.test"))
}

func TestScopes(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	limited := []string{"Authorization", "Bearer " + slacktest.LimitedToken, "Content-Type", "application/x-www-form-urlencoded"}
	a := f.refused("missing_scope", f.send("POST", "/api/chat.postMessage", "", limited...))
	if a.get("needed").String() != "chat:write" || a.get("provided").String() != "users:read" {
		t.Errorf("got %s", a.body)
	}
	if a.header.Get("X-OAuth-Scopes") != "users:read" || a.header.Get("X-Accepted-OAuth-Scopes") != "chat:write" {
		t.Errorf("got %v", a.header)
	}
	a = f.ok(f.send("POST", "/api/users.info", "user="+slacktest.OwnerUser, limited...))
	if a.get("user.profile.email").Exists() {
		t.Error("an address shows without users:read.email")
	}
	f.refused("missing_scope", f.send("POST", "/api/users.lookupByEmail", "email=a", limited...))
	a = f.refused("missing_scope", f.send("POST", "/api/conversations.list", "", limited...))
	if a.get("needed").String() != "channels:read,groups:read,mpim:read,im:read" {
		t.Errorf("got %s", a.body)
	}
	f.ok(f.send("POST", "/api/auth.test", "", limited...))
}

func TestBodies(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	multipart := "--b\r\nContent-Disposition: form-data; name=\"foo\"\r\n\r\nbar\r\n--b--\r\n"
	for _, c := range []struct{ name, kind, body, want, warning string }{
		{"a form", "application/x-www-form-urlencoded", "foo=bar", "", ""},
		{"a form with a charset", "application/x-www-form-urlencoded; charset=utf-8", "foo=bar", "", "superfluous_charset"},
		{"parts", "multipart/form-data; boundary=b", multipart, "", ""},
		{"JSON", "application/json; charset=UTF-8", `{"foo":"bar"}`, "", ""},
		{"JSON without a charset", "application/json", `{"foo":"bar"}`, "", "missing_charset"},
		{"JSON that is none", "application/json; charset=utf-8", `{"foo":`, "invalid_json", ""},
		{"JSON that is too deep", "application/json; charset=utf-8", strings.Repeat("[", 100), "invalid_json", ""},
		{"JSON that is no object", "application/json; charset=utf-8", `["foo"]`, "json_not_object", ""},
		{"a wrong charset", "application/json; charset=utf-7", `{}`, "invalid_charset", ""},
		{"text", "text/plain; charset=utf-8", `foo=bar`, "invalid_post_type", ""},
		{"nobody knows what", "", "foo=bar", "missing_post_type", ""},
		{"a broken form", "application/x-www-form-urlencoded", "foo=%zz", "invalid_form_data", ""},
		{"broken parts", "multipart/form-data; boundary=b", "--b\r\nfoo", "invalid_form_data", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := f.on(t)
			a := f.send("POST", "/api/api.test", c.body, "Content-Type", c.kind)
			if c.want != "" {
				f.refused(c.want, a)
				return
			}
			if f.ok(a).get("args").Raw != `{"foo":"bar"}` || a.get("warning").String() != c.warning {
				t.Errorf("got %s", a.body)
			}
			if c.warning != "" && a.get("response_metadata.warnings").Raw != `["`+c.warning+`"]` {
				t.Errorf("got %s", a.body)
			}
		})
	}
	if a := f.form("api.test", "foo", strings.Repeat("x", 1<<20)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d %s", a.status, a.body)
	}
	if a := f.send("DELETE", "/api/api.test", ""); a.status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %d %s", a.status, a.body)
	}
	// Methods that only read take no JSON: what is in it does not count.
	f.refused("user_not_found", f.json("users.info", `{"user":"`+slacktest.OwnerUser+`"}`))
	f.ok(f.send("GET", "/api/users.info?user="+slacktest.OwnerUser, ""))
}
