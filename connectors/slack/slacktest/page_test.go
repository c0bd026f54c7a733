package slacktest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// walk follows the cursors of a list and gives the values at a path of all its pages.
func (f fixture) walk(method, path string, arguments ...string) (values []string, pages []int) {
	f.Helper()
	cursor := ""
	for range 1000 {
		a := f.ok(f.form(method, append(slices.Clone(arguments), "cursor", cursor)...))
		found := a.get(path).Array()
		for _, value := range found {
			values = append(values, value.String())
		}
		pages = append(pages, len(found))
		if cursor = a.get("response_metadata.next_cursor").String(); cursor == "" {
			return values, pages
		}
		if !strings.HasSuffix(cursor, "=") {
			f.Errorf("cursor %s does not end in =", cursor)
		}
	}
	f.Fatal("the list has no end")
	return nil, nil
}

func TestChannelsToTheEnd(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{Channels: 2500})
	ids, pages := f.walk("conversations.list", "channels.#.id", "types", "public_channel,private_channel", "limit", "1000")
	if want := []int{1000, 1000, 512}; !slices.Equal(pages, want) {
		t.Errorf("pages of %v, want %v", pages, want)
	}
	slices.Sort(ids)
	if distinct := len(slices.Compact(ids)); distinct != 2512 {
		t.Errorf("%d channels, want 2512", distinct)
	}
	names, _ := f.walk("conversations.list", "channels.#.name", "types", "public_channel,private_channel", "limit", "999")
	slices.Sort(names)
	if distinct := len(slices.Compact(names)); distinct != 2512 {
		t.Errorf("%d names, want 2512", distinct)
	}
	in, pages := f.walk("conversations.list", "channels.#.id", "exclude_archived", "true", "limit", "1000")
	if len(in) >= 2300 || pages[0] >= 1000 {
		t.Errorf("%d channels in use, pages of %v: archived ones are not left out", len(in), pages)
	}
	all, err := f.client(slacktest.Token).GetAllConversationsContext(t.Context(),
		slack.GetConversationsOptionTypes([]string{"public_channel", "private_channel", "mpim", "im"}), slack.GetConversationsOptionLimit(1000))
	if err != nil || len(all) != 2514 {
		t.Errorf("%d conversations, want 2514: %v", len(all), err)
	}
}

// TestLastPages shows the two ways in which lists end: with an empty cursor, and with none.
func TestLastPages(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	if got := f.ok(f.form("conversations.list")).get("response_metadata").Raw; got != `{"next_cursor":""}` {
		t.Errorf("conversations.list ends with %s", got)
	}
	history := f.ok(f.form("conversations.history", "channel", slacktest.GeneralChannel))
	if history.get("response_metadata").Exists() || history.get("has_more").Raw != "false" {
		t.Errorf("conversations.history ends with %s", history.body)
	}
	stamps, pages := f.walk("conversations.history", "messages.#.ts", "channel", slacktest.GeneralChannel, "limit", "10")
	if !slices.Equal(pages, []int{10, 10, 5}) || !slices.IsSortedFunc(stamps, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("pages of %v: %v", pages, stamps)
	}
	people, pages := f.walk("users.list", "members.#.id", "limit", "4")
	if !slices.Equal(pages, []int{4, 4, 1}) || !slices.Contains(people, slacktest.Slackbot) {
		t.Errorf("pages of %v: %v", pages, people)
	}
	replies, pages := f.walk("conversations.replies", "messages.#.ts", "channel", slacktest.SupportChannel, "ts", slacktest.ThreadTS, "limit", "3")
	if !slices.Equal(pages, []int{3, 1}) || replies[0] != slacktest.ThreadTS || replies[1] != slacktest.ReplyTS {
		t.Errorf("pages of %v: %v", pages, replies)
	}
	members, pages := f.walk("conversations.members", "members", "channel", slacktest.SupportChannel, "limit", "1000")
	if len(members) != 6 || len(pages) != 1 {
		t.Errorf("members %v", members)
	}
}

func TestCursorsOfAnotherList(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	cursor := f.ok(f.form("conversations.history", "channel", slacktest.GeneralChannel, "limit", "2")).get("response_metadata.next_cursor").String()
	f.refused("invalid_cursor", f.form("conversations.history", "channel", slacktest.SupportChannel, "cursor", cursor))
	f.refused("invalid_cursor", f.form("conversations.list", "cursor", cursor))
	f.refused("invalid_cursor", f.form("conversations.history", "channel", slacktest.GeneralChannel, "cursor", strings.TrimRight(cursor, "=")))
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	for _, c := range []struct {
		arguments []string
		want      []string
	}{
		{[]string{"oldest", slacktest.ReactedTS}, []string{slacktest.PlainTS, slacktest.PinnedTS}},
		{[]string{"oldest", slacktest.ReactedTS, "inclusive", "1"}, []string{slacktest.PlainTS, slacktest.PinnedTS, slacktest.ReactedTS}},
		{[]string{"oldest", "1767265200", "latest", slacktest.ReactedTS}, []string{slacktest.DeletableTS}},
		{[]string{"latest", slacktest.EditableTS, "limit", "1"}, []string{slacktest.ThreadTS}},
	} {
		var got []string
		a := f.ok(f.form("conversations.history", append([]string{"channel", slacktest.SupportChannel}, c.arguments...)...))
		for _, ts := range a.get("messages.#.ts").Array() {
			got = append(got, ts.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.arguments, got, c.want)
		}
	}
}
