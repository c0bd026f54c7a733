package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/dixa/dixatest"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
	"github.com/patchbay/patchbay/connectors/slack/slacktest"
	lookalike "github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/operations"
)

// stormFaults are all that a service does wrong.
func stormFaults() []lookalike.Fault {
	return []lookalike.Fault{
		{LatencyMS: 100}, {LatencyMS: 800}, {LatencyMS: 5000},
		{Status: 429, RetryAfter: "1"}, {Status: 429, RetryAfter: "0"}, {Status: 429, RetryAfter: "soon"}, {Status: 429},
		{Status: 500}, {Status: 502}, {Status: 503}, {Status: 503, RetryAfter: "0"}, {Status: 504, Body: []byte(`"<html>gone</html>"`)},
		{SlowBodyMS: 400}, {SlowBodyMS: 5000}, {Malformed: true}, {Malformed: true, SlowBodyMS: 200},
		{Cut: lookalike.CutBefore}, {Cut: lookalike.CutAfter}, {Cut: lookalike.CutBody},
		{Status: 200}, {Status: 204}, {Status: 200, Body: []byte(`[]`)}, {Status: 200, Body: []byte(`"no JSON"`)}, {Status: 418}, {Status: 302},
	}
}

// stormTimeout is what each call gives the hub.
const stormTimeout = 3 * time.Second

// stormPasses has every service fail at random under all kinds of calls: each is answered in its time, with a result or
// an error of a known code.
func stormPasses(t *testing.T, c *cluster, s *sheet) {
	services := map[string]http.Handler{
		"acme": newAcme(), "dixa": dixatest.New(dixatest.Options{}), "jira": jiratest.New(jiratest.Options{Prefix: "/jira"}),
		"outreach": outreachtest.New(outreachtest.Options{Prefix: "/outreach", Limit: 1_000_000}),
		"slack":    slacktest.New(slacktest.Options{Prefix: "/slack", Channels: 300}),
	}
	credentials, houses := map[string]string{}, []*house(nil)
	for name, service := range services {
		houses = append(houses, c.town.move(name, newLuck(t, service, 0.4, anyRequest, stormFaults()...)))
		credentials[name] = c.credential(t, name)
	}
	y, end := newTally(), time.Now().Add(*faultsTime)
	var serial atomic.Int64
	c.crowd(60, func(caller int, at *node) bool {
		n := int(serial.Add(1))
		r := at.call(stormAsk(credentials, n))
		y.add(caller, at, r)
		r.rest(time.Now().Add(200 * time.Millisecond))
		return time.Now().Before(end)
	})
	got := line{name: "storm", tally: y}
	for _, h := range houses {
		got.upstream += int64(h.requests())
	}
	s.add(got)
	for _, n := range c.nodes {
		if !n.ready() {
			t.Errorf("%s is not ready after the storm", n.name)
		}
	}
	for code, n := range y.refused {
		known := slices.ContainsFunc(operations.Codes(), func(info operations.CodeInfo) bool { return string(info.Code) == code })
		if !known || code == string(operations.CodeInternal) {
			t.Errorf("%d calls ended with %s", n, code)
		}
	}
	if longest := y.quantile(1); longest > stormTimeout+5*time.Second {
		t.Errorf("a call with a timeout of %v took %v", stormTimeout, longest)
	}
}

// stormAsk is one of all kinds of calls.
func stormAsk(credentials map[string]string, n int) question {
	kinds := []struct{ operation, input string }{
		{"acme.get_thing", `{"id":1}`},
		{"dixa.get_tag", `{"tagId":"3f2a9c71-6d84-4b1e-8c05-9e7d1a4b6f20"}`},
		{"dixa.list_agents_ddl", fmt.Sprintf(`{"search":"%d"}`, n%7)},
		{"jira.get_issue", `{"issue_key":"PROJ-1"}`},
		{"jira.add_comment", fmt.Sprintf(`{"issue_key":"PROJ-1","body":"storm %d"}`, n)},
		{"jira.list_projects_ddl", `{}`},
		{"outreach.get_user", getUser},
		{"outreach.create_prospect", fmt.Sprintf(`{"attributes":{"first_name":"storm-%d"}}`, n)},
		{"outreach.list_prospects", `{"page_size":2,"all_pages":true,"max_pages":5}`},
		{"slack.list_channels_ddl", fmt.Sprintf(`{"search":"%d"}`, n%7)},
		{"slack.post_message", fmt.Sprintf(`{"channel":"C0SUPPORT01","text":"storm %d"}`, n)},
	}
	kind := kinds[n%len(kinds)]
	connector, _, _ := strings.Cut(kind.operation, ".")
	a := question{operation: kind.operation, credential: credentials[connector], input: kind.input, timeout: stormTimeout, bulk: n%5 == 0}
	if n%2 == 0 {
		a.key = fmt.Sprintf("storm-%s-%d", a.credential, n/4)
	}
	return a
}
