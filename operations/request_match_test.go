package operations_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		match string
		fits  []string // "METHOD path"
		not   []string
	}{
		{"", []string{"GET /", "POST ", "PUT /a/b"}, nil},
		{"/users.list", []string{"GET /users.list", "POST /users.list", "GET /users.list/", "GET /users%2Elist", " /users.list"}, []string{"GET /users.lists", "GET /users.list/x", "GET /", "GET "}},
		{"POST /chat.postMessage", []string{"POST /chat.postMessage"}, []string{"GET /chat.postMessage", "POST /chat.postmessage", " /chat.postMessage"}},
		{"GET /me", []string{" /me", "GET /me"}, []string{"HEAD /me"}},
		{"PUT|DELETE /issue/*", []string{"PUT /issue/A-1", "DELETE /issue/a%2Fb", "PUT /issue/*"}, []string{"GET /issue/A-1", "PUT /issue", "PUT /issue/", "PUT /issue/A-1/comment"}},
		{"/issue/*/comment/*", []string{"GET /issue/A-1/comment/7"}, []string{"GET /issue/A-1/comment", "GET /issue/A-1/worklog/7", "GET /issue//comment/7"}},
		{"POST|PUT /**", []string{"POST /", "PUT /a/b/c", "POST "}, []string{"GET /a"}},
		{"/search/**", []string{"GET /search", "GET /search/", "GET /search/a", "POST /search/a/b"}, []string{"GET /searches", "GET /"}},
		{"/a/*/**", []string{"GET /a/b", "GET /a/b/c"}, []string{"GET /a"}},
		{"/", []string{"GET /", "GET "}, []string{"GET /a"}},
	} {
		t.Run(test.match, func(t *testing.T) {
			t.Parallel()
			throttler := operations.Throttler{Name: "x", Limit: 1, TTL: 1, Match: test.match}
			if err := throttler.Validate(); err != nil {
				t.Fatal(err)
			}
			for want, requests := range map[bool][]string{true: test.fits, false: test.not} {
				for _, request := range requests {
					method, path, _ := strings.Cut(request, " ")
					if got := throttler.Matches(method, path); got != want {
						t.Errorf("%q: %t, want %t", request, got, want)
					}
				}
			}
		})
	}
}

func TestThrottlersAreValidated(t *testing.T) {
	t.Parallel()
	good := operations.Throttler{Name: "n", Limit: 5, TTL: 1e9, Key: "{workspace}/{credential}/{input.channel-id}", Match: "GET /a"}
	edits := map[string]func(*operations.Throttler){
		"no name":           func(t *operations.Throttler) { t.Name = "" },
		"no limit":          func(t *operations.Throttler) { t.Limit = 0 },
		"negative":          func(t *operations.Throttler) { t.Concurrent = -1 },
		"no window":         func(t *operations.Throttler) { t.TTL = 0 },
		"placeholder":       func(t *operations.Throttler) { t.Key = "{account}" },
		"no field":          func(t *operations.Throttler) { t.Key = "{input.}" },
		"nested field":      func(t *operations.Throttler) { t.Key = "{input.a.b}" },
		"open brace":        func(t *operations.Throttler) { t.Key = "{workspace}/{credential" },
		"closed brace":      func(t *operations.Throttler) { t.Key = "workspace}" },
		"no slash":          func(t *operations.Throttler) { t.Match = "chat.postMessage" },
		"method only":       func(t *operations.Throttler) { t.Match = "POST" },
		"small method":      func(t *operations.Throttler) { t.Match = "post /a" },
		"empty method":      func(t *operations.Throttler) { t.Match = "|PUT /a" },
		"two spaces":        func(t *operations.Throttler) { t.Match = "POST  /a" },
		"query":             func(t *operations.Throttler) { t.Match = "/a?b=c" },
		"part of a segment": func(t *operations.Throttler) { t.Match = "/a*/b" },
		"rest in between":   func(t *operations.Throttler) { t.Match = "/a/**/b" },
		"empty segment":     func(t *operations.Throttler) { t.Match = "/a//b" },
		"dots":              func(t *operations.Throttler) { t.Match = "/a/../b" },
		"braces":            func(t *operations.Throttler) { t.Match = "/a/{b}" },
		"long":              func(t *operations.Throttler) { t.Match = "/" + strings.Repeat("a", 300) },
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	if err := (operations.Throttler{Name: "n", Concurrent: 3}).Validate(); err != nil {
		t.Error(err)
	}
	for name, edit := range edits {
		bad := good
		edit(&bad)
		if bad.Validate() == nil {
			t.Errorf("%s: %+v passes", name, bad)
		}
	}
	if !(operations.Throttler{Match: "nonsense"}).Matches("GET", "/a") {
		t.Error("a match that cannot be read lets requests go")
	}
}

func TestBelow(t *testing.T) {
	t.Parallel()
	connector := operations.Connector{Name: "acme", Origin: "https://api.acme.example", BasePath: "/api/v2"}
	for _, test := range []struct {
		override, url, want string
		ok                  bool
	}{
		{"", "https://api.acme.example/api/v2/users?x=y", "/users", true},
		{"", "https://api.acme.example/api/v2", "", true},
		{"", "https://api.acme.example/api/v2/a%2Fb/c", "/a%2Fb/c", true},
		{"", "https://api.acme.example/api/v20/users", "", false},
		{"", "https://api.acme.example/oauth/token", "", false},
		{"http://localhost:1/acme", "http://localhost:1/acme/api/v2/users", "/users", true},
		{"http://localhost:1/acme", "http://localhost:1/api/v2/users", "", false},
	} {
		base, err := operations.NewBase(connector, test.override, nil)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		if path, ok := base.Below(u); ok != test.ok || ok && path != test.want {
			t.Errorf("%s: %q, %t; want %q, %t", test.url, path, ok, test.want, test.ok)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range [][3]string{{"PUT|DELETE /issue/*", "PUT", "/issue/A-1"}, {"/a/**", "GET", "/a/%zz//"}, {"/**", "", ""}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, match, method, path string) {
		m, err := operations.ParseMatch(match)
		if err != nil {
			return
		}
		if exact, ok := m.Exact(); ok && len(m.Methods()) == 0 && !m.Fits(method, exact) {
			t.Errorf("%q does not fit its own path %q", match, exact)
		}
		if !m.Fits(method, path) && !m.Narrow() {
			t.Errorf("%q says that it fits everything, but not %s %s", match, method, path)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	m, err := operations.ParseMatch("PUT|DELETE /issue/*/comment/*")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !m.Fits("DELETE", "/issue/A-1/comment/7") {
			b.Fatal("does not fit")
		}
	}
}
