package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// BenchmarkOverhead makes the same read by turns directly at the sandbox, through the hub, and out of the hub's cache,
// one at a time, and reports the median of each, in microseconds.
func BenchmarkOverhead(b *testing.B) {
	hub, at := openTestHub(b)
	direct := hub.ground.origins["outreach"] + "/api/v2/prospects/12345?fields%5Bprospect%5D=name"
	call := at.base + "/v1/connectors/outreach/operations/"
	ways := []struct {
		name string
		send func() *http.Request
		took []time.Duration
	}{
		{name: "direct", send: func() *http.Request { return get(direct) }},
		{name: "hub", send: func() *http.Request {
			return post(call+"get_prospect/call", `{"credentialId":"sandbox-outreach","input":{"prospect_id":12345,"fields":["name"]}}`)
		}},
		{name: "cached", send: func() *http.Request {
			return post(call+"list_stages_ddl/call", `{"credentialId":"sandbox-outreach","input":{}}`)
		}},
	}
	for b.Loop() {
		for i := range ways {
			start := time.Now()
			exchange(b, ways[i].send())
			ways[i].took = append(ways[i].took, time.Since(start))
		}
	}
	for _, way := range ways {
		slices.Sort(way.took)
		b.ReportMetric(float64(way.took[len(way.took)/2].Microseconds()), fmt.Sprintf("%s-p50-us", way.name))
	}
}

func get(url string) *http.Request {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken)
	return request
}

func post(url, body string) *http.Request {
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+testKey)
	request.Header.Set("Content-Type", "application/json")
	return request
}

func exchange(b *testing.B, request *http.Request) {
	b.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatalf("%d %s %v", response.StatusCode, body, err)
	}
}
