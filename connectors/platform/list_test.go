package platform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

func gjsonInt(document []byte, path string) int64 { return gjson.GetBytes(document, path).Int() }

// TestCursorsCannotBeMade: a cursor that was changed anywhere, or serves another question, is refused.
func TestCursorsCannotBeMade(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	for _, question := range []string{`"limit":2`, `"limit":2,"sort":"-updatedAt"`, `"limit":2,"search":"hurry"`} {
		cursor := h.want(t, "list_tickets", "{"+question+"}").Get("nextCursor").String()
		if cursor == "" {
			t.Fatalf("%s: no next page", question)
		}
		h.want(t, "list_tickets", "{"+question+`,"cursor":"`+cursor+`"}`)
		for i := range cursor {
			changed := []byte(cursor)
			if changed[i]++; cursor[i] == '9' || cursor[i] == 'z' || cursor[i] == 'Z' || cursor[i] == '_' || cursor[i] == '-' {
				changed[i] = 'a'
			}
			h.refused(t, "list_tickets", "{"+question+`,"cursor":"`+string(changed)+`"}`, operations.CodeInvalidInput, "/cursor")
		}
		for _, other := range []string{`,"archived":"only"`, `,"requestorEmail":"grace@example.com"`} {
			h.refused(t, "list_tickets", "{"+question+other+`,"cursor":"`+cursor+`"}`, operations.CodeInvalidInput, "/cursor")
		}
		for _, foreign := range []string{"x", "AAAA", strings.Repeat("A", 100), cursor + "A", "é"} {
			h.refused(t, "list_tickets", "{"+question+`,"cursor":"`+foreign+`"}`, operations.CodeInvalidInput, "/cursor")
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{})
	entity := `"entityType":"ticket","entityId":"` + h.create(t, "A") + `"`
	for i := range 7 {
		h.want(t, "create_comment", fmt.Sprintf(`{%s,"content":"c%d"}`, entity, i+1))
	}
	for page, want := range map[int]string{1: "c1 c2 c3", 2: "c4 c5 c6", 3: "c7", 4: ""} {
		got := h.want(t, "get_comments", fmt.Sprintf(`{%s,"limit":3,"page":%d}`, entity, page))
		var texts []string
		for _, comment := range got.Get("comments").Array() {
			texts = append(texts, comment.Get("content").String())
		}
		if strings.Join(texts, " ") != want || got.Get("total").Int() != 7 || !got.Get("totalIsExact").Bool() {
			t.Errorf("page %d: %v of %s", page, texts, got.Get("total"))
		}
		if more := got.Get("nextCursor").Exists(); more != (page < 3) {
			t.Errorf("page %d: nextCursor %t", page, more)
		}
	}
	h.refused(t, "get_comments", `{`+entity+`,"limit":100,"page":101}`, operations.CodeInvalidInput, "/page")
	cursor := h.want(t, "get_comments", `{`+entity+`,"limit":3}`).Get("nextCursor").String()
	h.refused(t, "get_comments", `{`+entity+`,"limit":3,"page":2,"cursor":"`+cursor+`"}`, operations.CodeInvalidInput, "/page")
}

// TestSearch: what is found, and that nothing a person types is an operator.
func TestSearch(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	first := h.create(t, "Printer on fire", `"description":"In room 42-b, it's hot"`)
	second := h.create(t, "Café müde", `"description":"fire and printer"`)
	comment := h.want(t, "create_comment", `{"content":"unplug the toaster","entityType":"ticket","entityId":"`+first+`"}`).Get("id").String()
	find := func(search string, want ...string) {
		t.Helper()
		got := h.want(t, "list_tickets", `{"search":`+quote(search)+`}`)
		var ids []string
		for _, ticket := range got.Get("tickets").Array() {
			ids = append(ids, ticket.Get("id").String())
		}
		if strings.Join(ids, " ") != strings.Join(want, " ") || int(got.Get("total").Int()) != len(want) {
			t.Errorf("%q: found %v of %s, want %v", search, ids, got.Get("total"), want)
		}
	}
	find("printer fire", second, first)
	find("PRINTER", second, first)
	find(`"printer on fire"`, first)
	find(`"fire printer"`)
	find("cafe MUDE", second)
	find("42-b", first)
	find("it's", first)
	find("toaster", first)
	find("toaster printer") // not in one text
	find("grace@example.com", second, first)
	find("printer nothing")
	for _, syntax := range []string{
		"OR", "printer OR nothing", "NOT printer", "title:printer", "print*", "^printer", "printer NEAR nothing", "(", `"`, `""`, `"""`, "-", "*", "'", ";--", "\x00", `a"b"c"`, "{title} : x", "+ +",
	} {
		h.want(t, "list_tickets", `{"search":`+quote(syntax)+`}`)
	}
	find("title:printer")
	find("NOT printer")
	h.want(t, "update_ticket", `{"id":"`+second+`","title":"Other","description":"words"}`)
	find("printer", first)
	find("words", second)
	h.want(t, "update_comment", `{"commentId":"`+comment+`","content":"unplug the kettle"}`)
	find("toaster")
	find("kettle", first)
	h.want(t, "delete_comment", `{"commentId":"`+comment+`"}`)
	find("kettle")
	h.want(t, "archive_ticket", `{"id":"`+first+`"}`)
	find("printer")
	h.refused(t, "list_tickets", `{"search":"a","sort":"updatedAt","page":2}`, operations.CodeInvalidInput, "/sort")
}

// TestSearchGoesOn: pages of many hits, several in one ticket, with a filter that leaves few of them.
func TestSearchGoesOn(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	var rare []string
	// The page of hits that is looked through first ends in the middle of a ticket, and after it comes one that only its
	// comments make a hit.
	for i := range 120 {
		more, title := "", "needle"
		if i%2 == 1 {
			title = "hay"
		}
		if i%40 == 0 {
			more = `,"priorityId":"` + priorityUrgent + `"`
		}
		id := h.want(t, "create_ticket", fmt.Sprintf(`{"title":%q,"requestorEmail":"a@example.com","teamId":%q%s}`, title, team, more)).Get("id").String()
		for range 2 + i%2 {
			h.want(t, "create_comment", `{"content":"needle","entityType":"ticket","entityId":"`+id+`"}`)
		}
		if more != "" {
			rare = append([]string{id}, rare...)
		}
	}
	walk := func(question string) (ids []string, first gjson.Result) {
		cursor := ""
		for {
			page := h.want(t, "list_tickets", "{"+question+cursor+"}")
			if cursor == "" {
				first = page
			}
			for _, ticket := range page.Get("tickets").Array() {
				ids = append(ids, ticket.Get("id").String())
			}
			next := page.Get("nextCursor")
			if !next.Exists() {
				return ids, first
			}
			cursor = `,"cursor":"` + next.String() + `"`
		}
	}
	if ids, first := walk(`"search":"needle","limit":7`); len(ids) != 120 || first.Get("totalIsExact").Bool() || first.Get("total").Int() < 80 {
		t.Errorf("%d tickets, total %s", len(ids), first.Get("total"))
	}
	if ids, _ := walk(`"search":"needle","limit":100`); len(ids) != 120 || len(slices.Compact(ids)) != 120 {
		t.Errorf("%d tickets on large pages", len(ids))
	}
	if ids, _ := walk(`"search":"needle","limit":1,"priorityIds":["` + priorityUrgent + `"]`); strings.Join(ids, " ") != strings.Join(rare, " ") {
		t.Errorf("found %v, want %v", ids, rare)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	id := h.create(t, "A")
	h.want(t, "update_ticket", `{"id":"`+id+`","title":"B"}`)
	h.want(t, "update_ticket", `{"id":"`+id+`","title":"B"}`) // changes nothing
	h.want(t, "create_comment", `{"content":"c","entityType":"ticket","entityId":"`+id+`"}`)
	h.refused(t, "update_ticket", `{"id":"`+id+`","version":1}`, operations.CodeConflict, "version 2, not 1")
	kinds := func(input string) string {
		got := h.want(t, "list_events", input)
		var all []string
		for _, event := range got.Get("events").Array() {
			all = append(all, event.Get("id").String()+" "+event.Get("type").String())
		}
		return strings.Join(all, ", ") + " | " + got.Get("nextCursor").String() + " " + got.Get("hasMore").Raw
	}
	for _, c := range []struct{ input, want string }{
		{`{}`, "1 ticket.created, 2 ticket.updated, 3 comment.created | 3 false"},
		{`{"limit":2}`, "1 ticket.created, 2 ticket.updated | 2 true"},
		{`{"after":"2"}`, "3 comment.created | 3 false"},
		{`{"after":"3"}`, " | 3 false"},
		{`{"after":"99"}`, " | 99 false"},
		{`{"types":["ticket.*"]}`, "1 ticket.created, 2 ticket.updated | 3 false"},
		{`{"types":["comment.created","ticket.updated"],"limit":1}`, "2 ticket.updated | 2 true"},
	} {
		if got := kinds(c.input); got != c.want {
			t.Errorf("%s: %s, want %s", c.input, got, c.want)
		}
	}
	event := h.want(t, "list_events", `{"after":"1","limit":1}`).Get("events.0")
	if event.Get("payload.changed").Raw != `["title"]` || event.Get("payload.version").Int() != 2 || event.Get("actor").String() != "key_1" || event.Get("workspace").String() != "one" {
		t.Errorf("event %s", event.Raw)
	}
	h.refused(t, "list_events", `{"after":"999999999999999"}`, operations.CodeInvalidInput, "/after")
	h.refused(t, "list_events", `{"types":["x"]}`, operations.CodeInvalidInput, "/types/0")
}
