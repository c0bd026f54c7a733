package slacktest_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
	"github.com/patchbay/patchbay/internal/sandbox"
)

// TestSeedIsForWriting makes every change that the constants of the package are there for, on one sandbox and in any
// order.
func TestSeedIsForWriting(t *testing.T) {
	t.Parallel()
	support := slacktest.SupportChannel
	calls := [][]string{
		{"chat.postMessage", "channel", support, "text", "x", "thread_ts", slacktest.ThreadTS, "reply_broadcast", "true"},
		{"chat.postMessage", "channel", slacktest.LeadershipChannel, "text", "x"},
		{"chat.postEphemeral", "channel", support, "text", "x", "user", slacktest.AdminUser},
		{"chat.update", "channel", support, "ts", slacktest.EditableTS, "text", "x"},
		{"chat.delete", "channel", support, "ts", slacktest.DeletableTS},
		{"chat.scheduleMessage", "channel", support, "text", "x", "post_at", "1772541000"},
		{"chat.deleteScheduledMessage", "channel", support, "scheduled_message_id", slacktest.ScheduledMessage},
		{"chat.getPermalink", "channel", support, "message_ts", slacktest.ReplyTS},
		{"conversations.create", "name", "a-new-one"},
		{"conversations.archive", "channel", slacktest.AtlasChannel},
		{"conversations.unarchive", "channel", slacktest.ZephyrChannel},
		{"conversations.rename", "channel", slacktest.LaunchChannel, "name", "launch-2026"},
		{"conversations.setTopic", "channel", slacktest.IncidentsChannel, "topic", "x"},
		{"conversations.setPurpose", "channel", slacktest.IncidentsChannel, "purpose", ""},
		{"conversations.join", "channel", slacktest.MarketingChannel},
		{"conversations.join", "channel", slacktest.EngineeringChannel},
		{"conversations.leave", "channel", slacktest.LunchChannel},
		{"conversations.invite", "channel", slacktest.OnboardingChannel, "users", slacktest.InviteeUser},
		{"conversations.kick", "channel", slacktest.OnboardingChannel, "user", slacktest.MemberUser},
		{"conversations.open", "users", slacktest.AdminUser + "," + slacktest.MemberUser},
		{"reactions.add", "channel", support, "timestamp", slacktest.PlainTS, "name", "heart"},
		{"reactions.add", "channel", support, "timestamp", slacktest.PlainTS, "name", slacktest.CustomEmoji},
		{"reactions.remove", "channel", support, "timestamp", slacktest.ReactedTS, "name", slacktest.BotReaction},
		{"pins.add", "channel", support, "timestamp", slacktest.PlainTS},
		{"pins.remove", "channel", support, "timestamp", slacktest.PinnedTS},
		{"files.delete", "file", slacktest.DeletableFile},
		{"files.info", "file", slacktest.ReportFile},
		{"files.getUploadURLExternal", "filename", "a.txt", "length", "3"},
		{"usergroups.users.list", "usergroup", slacktest.SupportGroup},
		{"conversations.history", "channel", slacktest.DirectChannel},
		{"conversations.history", "channel", slacktest.GroupChannel},
	}
	f := start(t, slacktest.Options{})
	for range 5 {
		f.sandbox.Reset()
		rand.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
		for _, call := range calls {
			f.ok(f.form(call[0], call[1:]...))
		}
	}
	for _, user := range []string{
		slacktest.BotUser, slacktest.OwnerUser, slacktest.AdminUser, slacktest.MemberUser, slacktest.InviteeUser,
		slacktest.GuestUser, slacktest.SingleUser, slacktest.DeletedUser, slacktest.Slackbot,
	} {
		f.ok(f.form("users.info", "user", user))
	}
}

// TestNotes shows that changes of a channel are among its messages.
func TestNotes(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	f.ok(f.form("conversations.setTopic", "channel", slacktest.RandomChannel, "topic", "Cats"))
	f.ok(f.form("conversations.invite", "channel", slacktest.RandomChannel, "users", slacktest.GuestUser))
	history := f.ok(f.form("conversations.history", "channel", slacktest.RandomChannel, "limit", "2"))
	if got := history.get("messages.#.subtype").Raw; got != `["channel_join","channel_topic"]` {
		t.Errorf("got %s", got)
	}
	f.refused("cannot_reply_to_message", f.form("chat.postMessage", "channel", slacktest.RandomChannel, "text", "x",
		"thread_ts", history.get("messages.0.ts").String()))
}

// TestVolume shows that a caller cannot fill the memory.
func TestVolume(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{NoLimits: true})
	large := []string{"channel", slacktest.SupportChannel, "text", "x", "unused", strings.Repeat("x", 1_000_000)}
	for range 16 {
		f.ok(f.form("chat.postMessage", large...))
	}
	f.refused("message_limit_exceeded", f.form("chat.postMessage", large...))
	f.ok(f.form("chat.postMessage", "channel", slacktest.SupportChannel, "text", "a short one"))
}

func TestUploadRaw(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	ticket := f.ok(f.json("files.getUploadURLExternal", `{"filename":"a.csv","length":3}`))
	target, id := ticket.get("upload_url").String(), ticket.get("file_id").String()
	if !strings.HasPrefix(target, f.url+"/upload/v1/") {
		t.Fatalf("the file goes to %s", target)
	}
	f.refused("file_not_found", f.json("files.completeUploadExternal", `{"files":[{"id":"`+id+`"}]}`))
	if a := f.send("POST", target, "a,b,c"); a.status != http.StatusBadRequest {
		t.Errorf("five bytes: %d %s", a.status, a.body)
	}
	if a := f.send("POST", target, "a,b", "Authorization", "", "Content-Type", "application/octet-stream"); a.status != http.StatusOK || a.body != "OK - 3" {
		t.Errorf("three bytes: %d %s", a.status, a.body)
	}
	f.refused("channel_not_found", f.json("files.completeUploadExternal", `{"files":[{"id":"`+id+`"}],"channel_id":"C0NOWHERE01"}`))
	f.ok(f.json("files.completeUploadExternal", `{"files":[{"id":"`+id+`","title":"A"}],"channels":"`+slacktest.SupportChannel+`,`+slacktest.RandomChannel+`"}`))
	if a := f.send("POST", target, "a,b"); a.status != http.StatusNotFound {
		t.Errorf("again: %d %s", a.status, a.body)
	}
	info := f.ok(f.form("files.info", "file", id))
	if got := len(info.get("file.shares.public").Map()); got != 2 || info.get("file.mimetype").String() != "text/csv" {
		t.Errorf("got %s", info.body)
	}
	last := f.ok(f.form("conversations.history", "channel", slacktest.RandomChannel, "limit", "1"))
	if last.get("messages.0.files.0.url_private").String() != info.get("file.url_private").String() {
		t.Errorf("got %s", last.body)
	}
	list := f.ok(f.form("files.list", "types", "csv", "count", "1", "page", "2"))
	if got := list.get("paging").Raw; got != `{"count":1,"page":2,"pages":2,"total":2}` || list.get("files.0.id").String() != slacktest.ReportFile {
		t.Errorf("got %s", list.body)
	}
	list = f.ok(f.form("files.list", "page", "9223372036854775807", "count", "9223372036854775807"))
	if got := len(list.get("files").Array()); got != 0 {
		t.Errorf("%d files behind the end", got)
	}
}

func TestFaultsInTheServicesShape(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	check(t, f.sandbox.SetFaults(sandbox.Fault{Times: 1, Status: 429, RetryAfter: "30"}, sandbox.Fault{Times: 1, Status: 503}))
	if a := f.form("auth.test"); a.status != 429 || a.get("error").String() != "ratelimited" || a.header.Get("Retry-After") != "30" {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := f.form("auth.test"); a.status != 503 || a.get("error").String() != "service_unavailable" {
		t.Errorf("got %d %s", a.status, a.body)
	}
	check(t, f.sandbox.SetFaults(sandbox.Fault{Times: 1, Status: 504, Apply: true}))
	if a := f.form("chat.postMessage", "channel", slacktest.SupportChannel, "text", "x"); a.status != 504 || f.sandbox.Stats().Writes != 1 {
		t.Errorf("got %d, %d writes", a.status, f.sandbox.Stats().Writes)
	}
}
