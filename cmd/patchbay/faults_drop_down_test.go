package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// dropDownIsFetchedOnce has 1,000 callers ask three nodes at once for a list that no node has: its pages are fetched
// once.
func dropDownIsFetchedOnce(t *testing.T, c *cluster, s *sheet) {
	const many, channels, page = 1_000, 2_600, 999
	service := slacktest.New(slacktest.Options{Prefix: "/slack", Channels: channels})
	c.town.move("slack", service)
	list := func(credential, search string) question {
		return question{operation: "slack.list_channels_ddl", credential: credential, input: `{"search":"` + search + `","limit":20}`, timeout: 30 * time.Second}
	}
	if alone := c.nodes[0].call(list(c.credential(t, "slack"), "")); alone.code != "" { // a credential of its own: nothing is kept for the others
		t.Fatalf("one caller alone: %s", alone.body)
	}
	pages := service.Stats().Requests
	if pages < channels/page {
		t.Fatalf("the list has %d pages only", pages)
	}
	searches := [...]string{"", "a", "e", "i", "o", "s", "#", "support"}
	y, credential := newTally(), c.credential(t, "slack")
	c.crowd(many, func(caller int, at *node) bool {
		r := at.call(list(credential, searches[caller%len(searches)]))
		if options := gjson.GetBytes(r.body, "output.result").Array(); r.code == "" && len(options) == 0 {
			r.code = "an empty list"
		}
		y.add(caller, at, r)
		return false
	})
	got := service.Stats().Requests - pages
	s.add(line{name: fmt.Sprintf("cold drop-down, %d pages", pages), tally: y, upstream: got, over: service.Stats().OverLimit})
	if got != pages {
		t.Errorf("%d requests went out for %d pages", got, pages)
	}
	onlyKnown(t, y)
}
