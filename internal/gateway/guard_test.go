package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func TestGuardRefusesPrivateAddresses(t *testing.T) { onBoth(t, testGuardRefusesPrivateAddresses) }

func testGuardRefusesPrivateAddresses(t *testing.T, standard bool) {
	service := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	at, err := url.Parse(service.URL)
	if err != nil {
		t.Fatal(err)
	}
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for _, test := range []struct {
		name, host string
		trusted    bool
		allow      []netip.Prefix
		want       operations.Code
	}{
		{"address", "127.0.0.1", false, nil, operations.CodeDestinationRefused},
		{"name", "localhost", false, nil, operations.CodeDestinationRefused},
		{"mapped", "[::ffff:127.0.0.1]", false, nil, operations.CodeDestinationRefused},
		{"metadata", "169.254.169.254", false, nil, operations.CodeDestinationRefused},
		{"other network allowed", "127.0.0.1", false, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, operations.CodeDestinationRefused},
		{"allowed", "127.0.0.1", false, loopback, ""},
		{"mapped, allowed", "[::ffff:127.0.0.1]", false, loopback, ""},
		{"trusted", "127.0.0.1", true, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, c := newGateway(t, gateway.Options{
				Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard, AllowNetworks: test.allow}),
			})
			to := target(t, "http://"+test.host+":"+at.Port())
			to.Trusted = test.trusted
			before := service.requests.Load()
			_, _, err := do(g.Client(to), newRequest(t, "GET", to.Base.URL("/things"), ""))
			if code := codeOf(t, err); code != test.want {
				t.Errorf("got %v, want code %q", err, test.want)
			}
			if sent := service.requests.Load() - before; test.want != "" && sent != 0 {
				t.Errorf("%d requests arrived", sent)
			}
			if len(c.slept) > 0 {
				t.Errorf("a refusal was tried again")
			}
		})
	}
}

func TestGuardPinsTheOrigin(t *testing.T) { onBoth(t, testGuardPinsTheOrigin) }

func testGuardPinsTheOrigin(t *testing.T, standard bool) {
	service := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	other := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
	to := target(t, service.URL)
	for name, edit := range map[string]func(*http.Request){
		"other port":     func(r *http.Request) { r.URL.Host = strings.TrimPrefix(other.URL, "http://") },
		"other scheme":   func(r *http.Request) { r.URL.Scheme = "https" },
		"user name":      func(r *http.Request) { r.URL.User = url.User("secret") },
		"host field":     func(r *http.Request) { r.Host = "other.example" },
		"host header":    func(r *http.Request) { r.Header.Set("Host", "other.example") },
		"no URL":         func(r *http.Request) { r.URL = nil },
		"opaque":         func(r *http.Request) { r.URL.Opaque = "//other.example/" },
		"host, odd case": func(r *http.Request) { r.Header["hOST"] = []string{"other.example"} },
	} {
		t.Run(name, func(t *testing.T) {
			request := newRequest(t, "POST", to.Base.URL("/things"), "x")
			edit(request)
			_, _, err := do(g.Client(to), request)
			if code := codeOf(t, err); code != operations.CodeDestinationRefused {
				t.Errorf("got %v, want a refusal", err)
			}
		})
	}
	if service.requests.Load()+other.requests.Load() != 0 {
		t.Errorf("requests arrived: %d and %d", service.requests.Load(), other.requests.Load())
	}
	to.Base = operations.Base{}
	_, _, err := do(g.Client(to), newRequest(t, "GET", service.URL, ""))
	if code := codeOf(t, err); code != operations.CodeDestinationRefused {
		t.Errorf("connector without a service: got %v", err)
	}
}

func TestGuardRefusesHeadersOfTheConnection(t *testing.T) {
	t.Parallel()
	service := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	g, _ := newGateway(t, gateway.Options{})
	to := target(t, service.URL)
	for _, header := range [][2]string{
		{"Connection", "close, X-Api-Key"}, {"connection", "close"}, {"Transfer-Encoding", "chunked"}, {"Te", "trailers"},
		{"Upgrade", "websocket"}, {"Proxy-Authorization", "Basic x"}, {"Keep-Alive", "1"}, {"Trailer", "X"},
		{"X-Thing", "a\r\nX-Other: b"}, {"X-Thing", "a\x00"}, {"X Thing", "a"}, {"", "a"}, {"X-Thing\n", "a"},
	} {
		request := newRequest(t, "GET", to.Base.URL("/things"), "")
		request.Header[header[0]] = []string{header[1]}
		_, _, err := do(g.Client(to), request)
		if code := codeOf(t, err); code != operations.CodeInvalidInput {
			t.Errorf("%q: got %v", header, err)
		}
	}
	request := newRequest(t, "GET", to.Base.URL("/things"), "")
	request.Method = "GET /other HTTP/1.1\r\nX:"
	if _, _, err := do(g.Client(to), request); codeOf(t, err) != operations.CodeInvalidInput {
		t.Errorf("method: got %v", err)
	}
	if n := service.requests.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestRedirects(t *testing.T) { onBoth(t, testRedirects) }

func testRedirects(t *testing.T, standard bool) {
	other := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	service := newUpstream(t, nil)
	service.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service.requests.Add(1)
		name := strings.TrimPrefix(r.URL.Path, "/hub/v1/")
		switch {
		case name == "away":
			http.Redirect(w, r, other.URL+"/hub/v1/end", http.StatusTemporaryRedirect)
		case name == "insecure":
			http.Redirect(w, r, strings.Replace(service.URL, "http:", "https:", 1)+"/hub/v1/end", http.StatusFound)
		case name == "loop":
			http.Redirect(w, r, "/hub/v1/loop", http.StatusFound)
		case name == "seeother":
			http.Redirect(w, r, "/hub/v1/missing", http.StatusSeeOther)
		case name == "seebusy":
			http.Redirect(w, r, "/hub/v1/busy", http.StatusSeeOther)
		case name == "busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		case name == "missing":
			w.WriteHeader(http.StatusNotFound)
		case name == "end":
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s %s", r.Method, r.Header.Get("Authorization"), body)
		default:
			http.Redirect(w, r, "/hub/v1/end", http.StatusTemporaryRedirect)
		}
	})
	for _, test := range []struct {
		method, path string
		body         string
		code         operations.Code
		requests     int64
	}{
		{"GET", "/here", "GET Bearer secret-token ", "", 2},
		{"POST", "/here", "POST Bearer secret-token payload", "", 2},
		{"GET", "/away", "", operations.CodeDestinationRefused, 1},
		{"POST", "/away", "", operations.CodeDestinationRefused, 1},
		{"GET", "/insecure", "", operations.CodeDestinationRefused, 1},
		{"GET", "/loop", "", operations.CodeUpstreamFailed, 6},
		{"POST", "/seeother", "", operations.CodeOutcomeUnknown, 2},
		{"POST", "/seebusy", "", operations.CodeOutcomeUnknown, 2},
	} {
		t.Run(test.method+test.path, func(t *testing.T) {
			g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
			to := target(t, service.URL)
			payload := ""
			if test.method == "POST" {
				payload = "payload"
			}
			_, body, err := do(g.Client(to), newRequest(t, test.method, to.Base.URL(test.path), payload))
			if code := codeOf(t, err); code != test.code || body != test.body {
				t.Errorf("got %q, %v; want %q, %q", body, err, test.body, test.code)
			}
			if n := to.Usage.Requests.Load(); n != test.requests {
				t.Errorf("%d requests were sent, want %d", n, test.requests)
			}
		})
	}
	if n := other.requests.Load(); n != 0 {
		t.Errorf("%d requests reached the other server", n)
	}
}
