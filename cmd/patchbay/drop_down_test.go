package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// manyChannels are so many that 2,500 are left without those that are archived.
const manyChannels = 3060

// openChannels serves a hub whose Slack has many channels, and a credential "team" for it.
func openChannels(t testing.TB) (*slacktest.Sandbox, *client) {
	t.Helper()
	slack := slacktest.New(slacktest.Options{Channels: manyChannels})
	at := openAt(t, "slack", slack)
	mustDo(t, at, http.MethodPost, "/v1/credentials", map[string]any{
		"id": "team", "connector": "slack", "secrets": map[string]string{"access_token": slacktest.Token},
	})
	return slack, at
}

func channels(ctx context.Context, t testing.TB, at *client, input string) gjson.Result {
	t.Helper()
	answer, err := at.do(ctx, http.MethodPost, "/v1/connectors/slack/operations/list_channels_ddl/call",
		map[string]any{"credentialId": "team", "input": json.RawMessage(input)})
	if err != nil {
		t.Fatal(err)
	}
	return gjson.ParseBytes(answer)
}

// TestDropDownOfManyChannels walks a list that is longer than any page of the service, and searches it: the service is
// asked for each of its pages once.
func TestDropDownOfManyChannels(t *testing.T) {
	t.Parallel()
	slack, at := openChannels(t)
	seen, cursor, calls := map[string]bool{}, "", 0
	for {
		page := channels(t.Context(), t, at, `{"limit":1000,"cursor":"`+cursor+`"}`)
		for _, option := range page.Get("output.result").Array() {
			seen[option.Get("value").String()] = true
		}
		calls++
		if cursor = page.Get("output.next_cursor").String(); cursor == "" {
			break
		}
	}
	asked := slack.Stats().Requests
	pages := int64(4) // of 999 channels, the most that Slack gives, archived ones counted
	if asked != pages || len(seen) < 2500 || calls < 3 {
		t.Errorf("%d requests for %d channels in %d calls, want %d requests", asked, len(seen), calls, pages)
	}
	found := channels(t.Context(), t, at, `{"search":"support"}`)
	if found.Get("output.result.0.text").String() != "#support" || found.Get("meta.cached").String() != "fresh" || slack.Stats().Requests != pages {
		t.Errorf("search: %.300s", found.Raw)
	}
}

// BenchmarkDropDownSearch searches many channels in the cache, through the HTTP API, and reports the median.
func BenchmarkDropDownSearch(b *testing.B) {
	_, at := openChannels(b)
	channels(b.Context(), b, at, `{}`)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		channels(b.Context(), b, at, `{"search":"support"}`)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
}

// serveTestHub serves a hub on a loopback port, for one test.
func serveTestHub(t testing.TB, h *hub) *client {
	t.Helper()
	return serveHubAt(t, h, "127.0.0.1:0")
}

// serveHubAt serves a hub at an address, for one test.
func serveHubAt(t testing.TB, h *hub, address string) *client {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(listener) }()
	t.Cleanup(func() {
		if err := errors.Join(h.server.Shutdown(context.WithoutCancel(t.Context())), <-served, h.Close()); err != nil {
			t.Errorf("closing the hub: %v", err)
		}
	})
	return &client{base: baseURL(listener), key: testKey, http: http.DefaultClient}
}
