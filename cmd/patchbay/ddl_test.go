package main

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

func TestDDL(t *testing.T) {
	t.Parallel()
	jira := []string{"jira.list_issue_types_ddl", "--credential", "sandbox-jira", "--input", `{"project_key":"PROJ"}`}
	cases := []struct {
		name     string
		args     []string
		out, err string
	}{
		{"search", []string{"slack.list_channels_ddl", "--search", "SUP"}, "#support  C0SUPPORT01", ""},
		{"page", []string{"slack.list_channels_ddl", "--limit", "1"}, "#engineering", "--cursor"},
		{"input and match", append(slices.Clone(jira), "--match", " TASK"), "10002\n", ""},
		{"resolve", []string{"outreach.list_stages_ddl", "--resolve", "1", "--resolve", "99"}, "Prospecting  1", "no option has the value 99"},
		{"json", []string{"outreach.list_stages_ddl", "--match", "prospecting", "--json"}, `{"text":"Prospecting","value":1,"how":"folded"}`, ""},
		{"no credential", []string{"platform.list_time_zones_ddl", "--search", "berlin", "--refresh"}, "Europe/Berlin", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := must(t, nil, "", append([]string{"ddl", "--sandbox"}, c.args...)...)
			contains(t, got.out, c.out)
			contains(t, got.err, c.err)
		})
	}
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"outreach.list_stages_ddl", "--match", "Prospektion"}, exitFailed},
		{[]string{"outreach.list_stages_ddl", "--match", "a", "--resolve", "1"}, exitUsage},
		{[]string{"outreach.list_stages_ddl", "--match", "a", "--search", "1"}, exitUsage},
		{[]string{"outreach.list_stages_ddl", "--input", "[]"}, exitUsage},
		{[]string{"outreach.list_prospects"}, exitFailed},
	} {
		if got := try(t, nil, "", append([]string{"ddl", "--sandbox"}, c.args...)...); got.code != c.code {
			t.Errorf("%v: exit %d, want %d: %s", c.args, got.code, c.code, got.err)
		}
	}
}

// slowChannels serves a hub whose Slack takes its time for each page of 10,000 channels.
func slowChannels(t testing.TB, wait func(page int64)) (*slacktest.Sandbox, *client) {
	t.Helper()
	slack := slacktest.New(slacktest.Options{Channels: 10_000, NoLimits: true})
	var pages atomic.Int64
	at := openAt(t, "slack", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/conversations.list") {
			wait(pages.Add(1))
		}
		slack.ServeHTTP(w, r)
	}))
	mustDo(t, at, http.MethodPost, "/v1/credentials", map[string]any{
		"id": "team", "connector": "slack", "secrets": map[string]string{"access_token": slacktest.Token},
	})
	return slack, at
}

const slowList = "/v1/connectors/slack/ddl/list_channels_ddl?credentialId=team&limit=50"

func list(t testing.TB, at *client, url string) gjson.Result {
	t.Helper()
	answer, err := at.do(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return gjson.ParseBytes(answer)
}

// TestDropDownDoesNotWaitForTheWholeList: the first options of a list that nobody has asked for yet come while the service
// still keeps the others to itself, and it is asked for each of its pages once.
func TestDropDownDoesNotWaitForTheWholeList(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	slack, at := slowChannels(t, func(page int64) {
		if page == 3 {
			<-held
		}
	})
	first := list(t, at, slowList)
	if !first.Get("building").Bool() || first.Get("result.#").Int() != 50 || first.Get("next_cursor").Exists() || slack.Stats().Requests != 2 {
		t.Errorf("after %d requests: %.300s", slack.Stats().Requests, first.Raw)
	}
	close(held)
	whole := channels(t.Context(), t, at, `{"limit":1000}`) // a call waits
	if n := whole.Get("output.result.#").Int(); n != 1000 || !whole.Get("output.next_cursor").Exists() {
		t.Errorf("%d options: %.300s", n, whole.Raw)
	}
	pages := slack.Stats().Requests
	found := list(t, at, slowList+"&search=support")
	if found.Get("building").Exists() || found.Get("result.0.text").String() != "#support" || slack.Stats().Requests != pages {
		t.Errorf("%.300s", found.Raw)
	}
}

// BenchmarkDropDownSlow reads the first page of 10,000 options of a service that takes 200 ms for each request: cold, when
// there is nothing, and warm, through the HTTP API.
func BenchmarkDropDownSlow(b *testing.B) {
	_, at := slowChannels(b, func(int64) { time.Sleep(200 * time.Millisecond) })
	begun := time.Now()
	if first := list(b, at, slowList); first.Get("result.#").Int() != 50 {
		b.Fatalf("the first page: %.300s", first.Raw)
	}
	cold := time.Since(begun)
	for list(b, at, slowList).Get("building").Bool() {
		time.Sleep(100 * time.Millisecond)
	}
	whole := time.Since(begun)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		list(b, at, slowList+"&search=support")
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(cold.Milliseconds()), "cold-ms")
	b.ReportMetric(float64(whole.Milliseconds()), "whole-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
}
