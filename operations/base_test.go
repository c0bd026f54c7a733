package operations_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func outreach() operations.Connector {
	return operations.Connector{Name: "outreach", Origin: "https://api.outreach.io", BasePath: "/api/v2"}
}

func site() operations.Connector {
	return operations.Connector{Name: "jira", Origin: "https://{site}.atlassian.net", BasePath: "/rest/{cloud}/3"}
}

func newBase(t testing.TB, c operations.Connector, override string, fields map[string]string) operations.Base {
	t.Helper()
	base, err := operations.NewBase(c, override, fields)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func TestNewBase(t *testing.T) {
	t.Parallel()
	own := operations.Connector{Name: "nimchat", Origin: "{base_url}", BasePath: "/api/v1/accounts/{account_id}"}
	tests := []struct {
		name      string
		connector operations.Connector
		override  string
		fields    map[string]string
		want      string // the URL of "/x"; empty: refused
	}{
		{name: "the vendor's", connector: outreach(), want: "https://api.outreach.io/api/v2/x"},
		{name: "another origin", connector: outreach(), override: "http://127.0.0.1:4010", want: "http://127.0.0.1:4010/api/v2/x"},
		{name: "with a path", connector: outreach(), override: "http://hub.local/outreach/", want: "http://hub.local/outreach/api/v2/x"},
		{name: "with the base path", connector: outreach(), override: "http://hub.local/o/api/v2", want: "http://hub.local/o/api/v2/x"},
		{name: "default port and case", connector: outreach(), override: "HTTPS://Hub.Local:443", want: "https://hub.local/api/v2/x"},
		{name: "fields", connector: site(), fields: map[string]string{"site": "acme", "cloud": "c1"},
			want: "https://acme.atlassian.net/rest/c1/3/x"},
		{name: "fields with an override", connector: site(), override: "http://h", fields: map[string]string{"cloud": "c1"},
			want: "http://h/rest/c1/3/x"},
		{name: "the whole origin is a field", connector: own, fields: map[string]string{"base_url": "https://c.example/desk", "account_id": "7"},
			want: "https://c.example/desk/api/v1/accounts/7/x"},
		{name: "a field is escaped", connector: own, fields: map[string]string{"base_url": "https://c.example", "account_id": "1/../../x?y#z"},
			want: "https://c.example/api/v1/accounts/1%2F..%2F..%2Fx%3Fy%23z/x"},

		{name: "no scheme", connector: outreach(), override: "hub.local"},
		{name: "another scheme", connector: outreach(), override: "ftp://hub.local"},
		{name: "a user", connector: outreach(), override: "https://u:p@hub.local"},
		{name: "a query", connector: outreach(), override: "https://hub.local?x=1"},
		{name: "not a URL", connector: outreach(), override: "https://[::1"},
		{name: "no host", connector: outreach(), override: "https:///x"},
		{name: "a field is missing", connector: site()},
		{name: "a field of the path is missing", connector: site(), fields: map[string]string{"site": "acme"}},
		{name: "a field is empty", connector: own, fields: map[string]string{"base_url": "https://c.example", "account_id": ""}},
		{name: "dots for a field", connector: own, fields: map[string]string{"base_url": "https://c.example", "account_id": ".."}},
		{name: "a field leads to another host", connector: site(), fields: map[string]string{"site": "evil.tld/", "cloud": "c1"}},
		{name: "by a query", connector: site(), fields: map[string]string{"site": "evil.tld?", "cloud": "c1"}},
		{name: "by a fragment", connector: site(), fields: map[string]string{"site": "evil.tld#", "cloud": "c1"}},
		{name: "by a port", connector: site(), fields: map[string]string{"site": "evil.tld:443", "cloud": "c1"}},
		{name: "by a backslash", connector: site(), fields: map[string]string{"site": `evil.tld\`, "cloud": "c1"}},
		{name: "by a user", connector: site(), fields: map[string]string{"site": "a@evil.tld/", "cloud": "c1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base, err := operations.NewBase(tt.connector, tt.override, tt.fields)
			if tt.want == "" {
				wantCode(t, err, operations.CodeInvalidInput)
				return
			}
			if err != nil || base.URL("/x") != tt.want {
				t.Errorf("URL = %q, error %v, want %q", base.URL("/x"), err, tt.want)
			}
		})
	}
}

func wantCode(t *testing.T, err error, want operations.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	if got := operations.AsError(err).Code; got != want {
		t.Errorf("error %v has code %s, want %s", err, got, want)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	const (
		vendor = "https://api.outreach.io"
		hub    = "http://127.0.0.1:4010/outreach"
	)
	tests := []struct{ name, link, atVendor, atHub string }{
		{"from the root", "/api/v2/prospects?page%5Bsize%5D=5", "/api/v2/prospects?page%5Bsize%5D=5", "/api/v2/prospects?page%5Bsize%5D=5"},
		{"from the base path", "/prospects/1", "/api/v2/prospects/1", "/api/v2/prospects/1"},
		{"relative", "prospects/1", "/api/v2/prospects/1", "/api/v2/prospects/1"},
		{"the base path itself", "/api/v2", "/api/v2", "/api/v2"},
		{"a path that only begins like it", "/api/v22/x", "/api/v2/api/v22/x", "/api/v2/api/v22/x"},
		{"empty", "", "/api/v2", "/api/v2"},
		{"only a query", "?a=b", "/api/v2?a=b", "/api/v2?a=b"},
		{"spaces around", "  /prospects ", "/api/v2/prospects", "/api/v2/prospects"},
		{"a slash at the end stays", "/search/conversations/?pageKey=cGFn", "/api/v2/search/conversations/?pageKey=cGFn", "/api/v2/search/conversations/?pageKey=cGFn"},
		{"the vendor's, absolute", vendor + "/api/v2/accounts/9?x=1", "/api/v2/accounts/9?x=1", "/api/v2/accounts/9?x=1"},
		{"the vendor's, elsewhere", vendor + "/oauth/token", "/oauth/token", "/oauth/token"},
		{"the vendor's, bare", vendor, "", ""},
		{"mixed case and port", "HTTPS://API.Outreach.IO:443/api/v2/x", "/api/v2/x", "/api/v2/x"},
		{"escapes stay", vendor + "/api/v2/files/a%2Fb%20c", "/api/v2/files/a%2Fb%20c", "/api/v2/files/a%2Fb%20c"},
		{"spaces and letters in the query", "/x?a=b c&d=é", "/api/v2/x?a=b%20c&d=%C3%A9", "/api/v2/x?a=b%20c&d=%C3%A9"},
		{"a fragment goes", "/x?a=1#frag", "/api/v2/x?a=1", "/api/v2/x?a=1"},
		{"dots, relative", "../../../admin", "/api/v2/admin", "/api/v2/admin"},
		{"dots, absolute", vendor + "/api/v2/../../../admin", "/admin", "/admin"},
		{"an at sign in a path", "@evil.tld/x", "/api/v2/@evil.tld/x", "/api/v2/@evil.tld/x"},
		{"many slashes", "///evil.tld/x", "/api/v2///evil.tld/x", "/api/v2///evil.tld/x"},
		{"a URL inside a query", "/x?next=https://evil.tld/", "/api/v2/x?next=https://evil.tld/", "/api/v2/x?next=https://evil.tld/"},
	}
	atVendor := newBase(t, outreach(), "", nil)
	atHub := newBase(t, outreach(), hub, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantLink(t, atVendor, tt.link, vendor+tt.atVendor)
			wantLink(t, atHub, tt.link, hub+tt.atHub)
		})
	}
	t.Run("links that hold the prefix", func(t *testing.T) {
		t.Parallel()
		wantLink(t, atHub, hub+"/api/v2/x", hub+"/api/v2/x")
		wantLink(t, atHub, "/outreach/api/v2/x", hub+"/api/v2/x")
		wantLink(t, atHub, "http://127.0.0.1:4010/api/v2/x", hub+"/api/v2/x") // from a service that knows of no prefix
		wantLink(t, atHub, "http://127.0.0.1:4010/dixa/v1/x", hub+"/dixa/v1/x")
		wantLink(t, atHub, hub+"/../dixa/v1/x", hub+"/dixa/v1/x")
	})
}

func wantLink(t *testing.T, base operations.Base, link, want string) {
	t.Helper()
	got, err := base.Link(link)
	if err != nil {
		t.Errorf("Link(%q): %v", link, err)
		return
	}
	if got.String() != want {
		t.Errorf("Link(%q) = %q, want %q", link, got, want)
	}
}

func TestLinkWithoutBasePath(t *testing.T) {
	t.Parallel()
	base := newBase(t, operations.Connector{Name: "c", Origin: "https://c.example"}, "https://h/p", nil)
	wantLink(t, base, "/x", "https://h/p/x")
	wantLink(t, base, "/p/x", "https://h/p/x")
	wantLink(t, base, "https://c.example/x", "https://h/p/x")
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	refused, malformed := operations.CodeDestinationRefused, operations.CodeInvalidInput
	tests := []struct {
		link string
		want operations.Code
	}{
		{"https://api.outreach.io.evil.tld/api/v2/x", refused},
		{"https://api.outreach.io@evil.tld/x", refused},
		{"https://evil.tld@api.outreach.io/x", refused},
		{"https://user:pass@api.outreach.io/x", refused},
		{"https://api.outreach.io:443@evil.tld/", refused},
		{"//evil.tld/x", refused},
		{"//api.outreach.io/x", refused},
		{`\\evil`, malformed},
		{`\/\/evil.tld/x`, malformed},
		{`https:\\evil.tld`, malformed},
		{`https://evil.tld\@api.outreach.io/x`, malformed},
		{"http://[::ffff:127.0.0.1]/x", refused},
		{"http://[::1]:80/x", refused},
		{"http://169.254.169.254/latest/meta-data", refused},
		{"http://2852039166/", refused},
		{"http://0x7f.1/", refused},
		{"http://localhost/x", refused},
		{"http://api.outreach.io/api/v2/x", refused},
		{"https://api.outreach.io:8443/x", refused},
		{"https://api.outreach.io:0443/x", refused},
		{"https://api.outreach.io./x", refused},
		{"https://api.outreach.io%2eevil.tld/x", malformed},
		{"https://api.outreach.io%00.evil.tld/x", malformed},
		{"https://аpi.outreach.io/x", refused}, // a Cyrillic а
		{"https://outreach.io/x", refused},
		{"wss://api.outreach.io/x", refused},
		{"file:///etc/passwd", refused},
		{"javascript:alert(1)", refused},
		{"https:api.outreach.io/x", refused},
		{"https:///api.outreach.io/x", refused},
		{"data:text/plain,x", refused},
		{"/x\r\nHost: evil.tld", malformed},
		{"/x\ty", malformed},
		{"/x\x00", malformed},
		{"/%zz", malformed},
		{"http://[::1", malformed},
		{"/%2e%2e/%2e%2e/admin", refused},
		{"/a/..%2fadmin", refused},
	}
	base := newBase(t, outreach(), "", nil)
	for _, tt := range tests {
		t.Run(tt.link, func(t *testing.T) {
			t.Parallel()
			u, err := base.Link(tt.link)
			if u != nil {
				t.Errorf("Link gave %q", u)
			}
			wantCode(t, err, tt.want)
		})
	}
}

func TestLinkOfNoService(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"", "/x", "x", "https://evil.tld/x", "//evil.tld"} {
		if u, err := (operations.Base{}).Link(link); err == nil {
			t.Errorf("Link(%q) = %q without a base", link, u)
		}
	}
}

func TestOwns(t *testing.T) {
	t.Parallel()
	base := newBase(t, outreach(), "", nil)
	tests := map[string]bool{
		"https://api.outreach.io":                true,
		"https://API.outreach.io:443/x":          true,
		"http://api.outreach.io":                 false,
		"https://api.outreach.io:444":            false,
		"https://u@api.outreach.io":              false,
		"https://api.outreach.io.evil.tld":       false,
		"/relative":                              false,
		"https:api.outreach.io":                  false,
		"https://evil.tld/https/api.outreach.io": false,
	}
	for raw, want := range tests {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := base.Owns(u); got != want {
			t.Errorf("Owns(%q) = %v, want %v", raw, got, want)
		}
	}
}

func FuzzLink(f *testing.F) {
	for _, link := range []string{
		"", "/api/v2/prospects?page[size]=5", "https://api.outreach.io/api/v2/x", "//evil.tld/x", "https://api.outreach.io@evil.tld",
		"http://127.0.0.1:4010/outreach/../dixa", "/outreach/api/v2", "@evil", "%2e%2e/", "?a b", "https://api.outreach.io:443/%2f..", "#",
	} {
		f.Add(link)
	}
	bases := []operations.Base{
		newBase(f, outreach(), "", nil),
		newBase(f, outreach(), "http://127.0.0.1:4010/outreach", nil),
		newBase(f, operations.Connector{Name: "bare", Origin: "https://api.outreach.io"}, "", nil),
	}
	f.Fuzz(func(t *testing.T, link string) {
		for i, base := range bases {
			u, err := base.Link(link)
			if err != nil {
				continue
			}
			root := strings.TrimSuffix(base.URL(""), "/api/v2")
			checkBelow(t, base, root, u)
			again, err := base.Link(u.String())
			if err != nil || again.String() != u.String() {
				t.Errorf("base %d: Link(%q) = %q, and the link of that is %q, %v", i, link, u, again, err)
			}
		}
	})
}

func checkBelow(t *testing.T, base operations.Base, root string, u *url.URL) {
	t.Helper()
	if !base.Owns(u) {
		t.Errorf("%q is not on %s", u, base.Origin())
	}
	if rest, ok := strings.CutPrefix(u.String(), root); !ok || rest != "" && rest[0] != '/' && rest[0] != '?' {
		t.Errorf("%q is not below %s", u, root)
	}
	for i, c := range []byte(u.RequestURI()) {
		if c <= ' ' || c >= 0x7f {
			t.Errorf("byte %d of %q cannot stand in a request line", i, u.RequestURI())
		}
	}
}

func BenchmarkLink(b *testing.B) {
	base := newBase(b, outreach(), "", nil)
	for b.Loop() {
		if _, err := base.Link("https://api.outreach.io/api/v2/prospects?page%5Bafter%5D=abc"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAt: it is what url.Parse makes of the address.
func TestAt(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"http://acme.example", "https://Acme.example:8443/hub/ä", "http://[::1]:80", "http://acme.example:"} {
		base := newBase(t, operations.Connector{Name: "acme", Origin: origin, BasePath: "/api/v2"}, "", nil)
		for _, endpoint := range []string{
			"", "/", "/things", "/things/1-2_3.4~5", "/things/a%20b", "/a b", "/a%2Fb", "/a:b", "//x", "/x?", "/x?y=z", "/x?y=%20&z=ä", "/x?a#b", "/x#b",
			"/x?a b", "/x?\x00", "/\x7f", "/*!'()", "/@x", "/x;y=1,2", "?y=z", "x", "/%zz", "/ä",
		} {
			want, wrong := url.Parse(base.URL(endpoint))
			got, err := base.At(endpoint)
			if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wrong == nil) {
				t.Errorf("%s %q (%v, %v):\n%s", origin, endpoint, wrong, err, diff)
			}
		}
	}
}
