package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// towns is a connector with drop-downs, and a clock that tests set.
type towns struct {
	runs atomic.Int64
	now  atomic.Int64 // seconds since the tests' time
	gate chan struct{}
}

type townsInput struct {
	ddl.Input
	Country string   `json:"country" minLength:"2" maxLength:"2"`
	Zone    int      `json:"zone,omitempty"`
	Only    []string `json:"only,omitempty"`
}

func (w *towns) connector() operations.Connector {
	return operations.Connector{Name: "towns", Title: "Towns", Version: "1.0", Operations: []operations.Operation{
		ddl.Whole(operations.Spec{Name: "list_towns_ddl", Title: "Towns", Resource: "town"},
			func(_ context.Context, _ *operations.Call, in townsInput) ([]ddl.Option, bool, error) {
				w.runs.Add(1)
				options := []ddl.Option{{Text: "Berlin", Value: "b"}, {Text: "Bern", Value: "n"}, {Text: "Genève", Value: "g"}}
				return append(options, ddl.Option{Text: fmt.Sprint(in.Country, in.Zone, in.Only), Value: "in"}), in.Country == "xx", nil
			}),
		ddl.Whole(operations.Spec{Name: "list_slow_ddl", Title: "Slow", Resource: "town"},
			func(ctx context.Context, call *operations.Call, _ ddl.Input) ([]ddl.Option, bool, error) {
				first := []ddl.Option{{Text: "Berlin", Value: "b"}}
				ddl.Yield(call, first)
				select {
				case <-w.gate:
				case <-ctx.Done():
				}
				return append(first, ddl.Option{Text: "Bern", Value: "n"}), false, nil
			}),
	}}
}

// townHub is a hub with a cache.
func townHub(t testing.TB) (*hub, *towns) {
	t.Helper()
	w := &towns{gate: make(chan struct{})}
	catalogue, err := operations.NewCatalogue([]operations.Connector{w.connector()})
	if err != nil {
		t.Fatal(err)
	}
	cache := gateway.NewMemoryCache(0)
	t.Cleanup(cache.Close)
	return newHub(t, func(o *Options) {
		runner := execute.New(execute.Options{
			Catalogue: catalogue, Upstream: noUpstream{}, Cache: cache,
			Now: func() time.Time { return clock.Add(time.Duration(w.now.Load()) * time.Second) },
		})
		o.Catalogue, o.Runner, o.Lists = catalogue, runner, runner
	}), w
}

const townsURL = "/v1/connectors/towns/ddl/list_towns_ddl"

func TestList(t *testing.T) {
	t.Parallel()
	h, _ := townHub(t)
	for _, sc := range []scenario{
		{name: "page", url: townsURL + "?country=de&limit=1&zone=3&only=a&only=b", wantStatus: 200, golden: "list"},
		{name: "input", url: townsURL + "?country=de&limit=1000&zone=3&only=a&only=b", wantStatus: 200, contains: []string{`"de3 [a b]"`}},
		{name: "search", url: townsURL + "?country=de&search=GEN%C3%88", wantStatus: 200, contains: []string{`{"result":[{"text":"Genève","value":"g"}]}`}},
		{name: "truncated", url: townsURL + "?country=xx", wantStatus: 200, contains: []string{`"truncated":true`}},
		{name: "missing", url: townsURL, wantStatus: 422, contains: []string{`"pointer":"/country","detail":"is required"`}},
		{name: "unknown", url: townsURL + "?country=de&town=x", wantStatus: 422, contains: []string{`"pointer":"/town"`}},
		{name: "not a number", url: townsURL + "?country=de&zone=x", wantStatus: 422, contains: []string{`"pointer":"/zone"`}},
		{name: "twice", url: townsURL + "?country=de&country=fr", wantStatus: 422, contains: []string{`"pointer":"/country","detail":"is given twice`}},
		{name: "limit", url: townsURL + "?country=de&limit=0", wantStatus: 422, contains: []string{`"pointer":"/limit"`}},
		{name: "refresh", url: townsURL + "?country=de&refresh=soon", wantStatus: 422, contains: []string{`"pointer":"/refresh"`}},
		{name: "cursor", url: townsURL + "?country=de&cursor=%21", wantStatus: 422, contains: []string{`"pointer":"/cursor"`}},
		{name: "no list", url: "/v1/connectors/towns/ddl/list_town_ddl", wantStatus: 404, contains: []string{`"suggestions":["list_towns_ddl",`}},
		{name: "resolved", url: townsURL + "/resolve?country=de&value=g&value=zz", wantStatus: 200, golden: "list_resolve"},
		{name: "resolve nothing", url: townsURL + "/resolve?country=de", wantStatus: 422},
		{name: "resolve too much", url: townsURL + "/resolve?country=de" + strings.Repeat("&value=a", 101), wantStatus: 422},
		{name: "matched", url: townsURL + "/match?country=de&text=GEN%C3%88VE", wantStatus: 200, golden: "list_match"},
		{name: "ambiguous", url: townsURL + "/match?country=de&text=ber", wantStatus: 409, golden: "list_match_ambiguous"},
		{name: "no match", url: townsURL + "/match?country=de&text=Berlim", wantStatus: 404, golden: "list_match_none"},
		{name: "match nothing", url: townsURL + "/match?country=de", wantStatus: 422},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as = execute.RoleEmbed
			sc.run(t, h)
		})
	}
	h2 := newHub(t)
	scenario{as: execute.RoleBuilder, url: "/v1/connectors/demo/ddl/list_things", wantStatus: 404, contains: []string{"is no drop-down"}}.run(t, h2)
}

// TestListIsKeptByBrowsers follows an answer through its life: fresh, the same again, stale.
func TestListIsKeptByBrowsers(t *testing.T) {
	t.Parallel()
	h, w := townHub(t)
	read := func(after time.Duration, tag string) (*http.Response, string) {
		t.Helper()
		w.now.Store(int64(after.Seconds()))
		response, err := h.server.Test(scenario{as: execute.RoleEmbed, url: townsURL + "?country=de", headers: map[string]string{"If-None-Match": tag}}.request(h))
		if err != nil {
			t.Fatal(err)
		}
		return response, string(readAllOf(t, response))
	}
	first, _ := read(0, "")
	tag := first.Header.Get("ETag")
	if first.StatusCode != 200 || tag == "" || first.Header.Get("Cache-Control") != "private, max-age=60" || first.Header.Get("Vary") != "Origin, Authorization" {
		t.Errorf("first: %d %v", first.StatusCode, first.Header)
	}
	for _, test := range []struct {
		after  time.Duration
		tag    string
		status int
		cached string
	}{
		{20 * time.Second, tag, 304, "private, max-age=40"},
		{20 * time.Second, `"other", W/` + tag, 304, "private, max-age=40"},
		{20 * time.Second, `"other"`, 200, "private, max-age=40"},
		{60 * time.Second, tag, 304, "private, no-cache"},
		{90 * time.Second, tag, 200, "private, no-cache"}, // since now it is said to be stale
	} {
		response, body := read(test.after, test.tag)
		if response.StatusCode != test.status || response.Header.Get("Cache-Control") != test.cached || (test.status == 304) != (body == "") {
			t.Errorf("after %v with %s: %d %s %s", test.after, test.tag, response.StatusCode, response.Header.Get("Cache-Control"), body)
		}
		if isStale := strings.Contains(body, `"stale":true`); isStale != (test.after > time.Minute) {
			t.Errorf("after %v: %s", test.after, body)
		}
	}
}

// TestAListThatIsBuilding: a page does not wait for the whole list, a call does.
func TestAListThatIsBuilding(t *testing.T) {
	t.Parallel()
	h, w := townHub(t)
	url := "/v1/connectors/towns/ddl/list_slow_ddl"
	early := scenario{as: execute.RoleEmbed, url: url, wantStatus: 200, wantHeaders: map[string]string{"Retry-After": "1", "Cache-Control": "no-store"}}.run(t, h)
	if string(early) != `{"result":[{"text":"Berlin","value":"b"}],"building":true}` {
		t.Errorf("early: %s", early)
	}
	close(w.gate)
	call := scenario{as: execute.RoleEmbed, url: "/v1/connectors/towns/operations/list_slow_ddl/call", body: `{}`, wantStatus: 200}.run(t, h)
	if gjson.GetBytes(call, "output").Raw != `{"result":[{"text":"Berlin","value":"b"},{"text":"Bern","value":"n"}]}` {
		t.Errorf("call: %s", call)
	}
	scenario{as: execute.RoleEmbed, url: url, wantStatus: 200, notContains: []string{"building"}, wantHeaders: map[string]string{"Retry-After": ""}}.run(t, h)
}

func TestEmbedFiles(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	read := func(url string, headers map[string]string) (*http.Response, []byte) {
		t.Helper()
		response, err := h.server.Test(scenario{url: url, headers: headers}.request(h))
		if err != nil {
			t.Fatal(err)
		}
		return response, readAllOf(t, response)
	}
	plain, script := read("/embed/v1/patchbay.js", nil)
	for name, want := range map[string]string{
		"Content-Type": "text/javascript; charset=utf-8", "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
		"Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding", "Content-Encoding": "", "X-Content-Type-Options": "nosniff",
	} {
		if got := plain.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if plain.StatusCode != 200 || len(script) == 0 {
		t.Errorf("status %d, %d bytes", plain.StatusCode, len(script))
	}
	tags := []string{plain.Header.Get("ETag")}
	for accepted, coding := range map[string]string{"gzip, br": "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "deflate": "", "br; q=0.000": ""} {
		packed, body := read("/embed/v1/patchbay.js", map[string]string{"Accept-Encoding": accepted})
		if packed.Header.Get("Content-Encoding") != coding || (coding != "") != (len(body) != len(script)) {
			t.Errorf("%s: %q, %d bytes", accepted, packed.Header.Get("Content-Encoding"), len(body))
		}
		tags = append(tags, packed.Header.Get("ETag"))
	}
	slices.Sort(tags)
	if distinct := slices.Compact(tags); len(distinct) != 3 {
		t.Errorf("tags of three forms: %q", distinct)
	}
	same, body := read("/embed/v1/patchbay.js", map[string]string{"If-None-Match": plain.Header.Get("ETag")})
	if same.StatusCode != 304 || len(body) > 0 {
		t.Errorf("again: %d, %d bytes", same.StatusCode, len(body))
	}
	for _, none := range []string{"nothing.js", "..%2fembed.go", ".", "patchbay.js%00"} {
		if response, _ := read("/embed/v1/"+none, nil); response.StatusCode != 404 && response.StatusCode != 400 {
			t.Errorf("%s: %d", none, response.StatusCode)
		}
	}
}

// BenchmarkList reads a page of a list of 10,000 options out of the cache, as a browser page does, and reports how long
// the slowest take.
func BenchmarkList(b *testing.B) {
	w := &towns{}
	options := make([]ddl.Option, 10_000)
	for i := range options {
		options[i] = ddl.Option{Text: fmt.Sprintf("channel-%d", i), Value: fmt.Sprintf("C%08d", i)}
	}
	c := w.connector()
	c.Operations = append(c.Operations, ddl.Whole(operations.Spec{Name: "list_many_ddl", Title: "Many"},
		func(context.Context, *operations.Call, ddl.Input) ([]ddl.Option, bool, error) {
			return options, false, nil
		}))
	catalogue, err := operations.NewCatalogue([]operations.Connector{c})
	if err != nil {
		b.Fatal(err)
	}
	cache := gateway.NewMemoryCache(0)
	b.Cleanup(cache.Close)
	h := newHub(b, func(o *Options) {
		runner := execute.New(execute.Options{Catalogue: catalogue, Upstream: noUpstream{}, Cache: cache})
		o.Catalogue, o.Runner, o.Lists = catalogue, runner, runner
	})
	token := h.embed(b, map[string]any{"calls": 1_000_000, "credentials": []string{}})
	for name, query := range map[string]string{"first": "?limit=50", "search": "?limit=50&search=nel-24", "resolve": "/resolve?value=C00009999"} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			var ctx fasthttp.RequestCtx
			handler := h.server.app.Handler()
			b.ReportAllocs()
			for b.Loop() {
				ctx.Request.Reset()
				ctx.Response.Reset()
				ctx.Request.SetRequestURI("/v1/connectors/towns/ddl/list_many_ddl" + query)
				ctx.Request.Header.Set("Authorization", "Bearer "+token)
				ctx.Request.Header.Set("Origin", pageOrigin)
				begun := time.Now()
				handler(&ctx)
				took = append(took, time.Since(begun))
				if ctx.Response.StatusCode() != 200 || !json.Valid(ctx.Response.Body()) {
					b.Fatalf("status %d: %s", ctx.Response.StatusCode(), ctx.Response.Body())
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
		})
	}
}
