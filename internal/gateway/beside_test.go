package gateway_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// TestOriginsBesideGetNoSecret lets requests go to an origin beside the connector's own, directly and by redirect:
// unsigned, and to no private address that the operator has not allowed.
func TestOriginsBesideGetNoSecret(t *testing.T) {
	t.Parallel()
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for _, test := range []struct {
		name     string
		beside   bool
		redirect bool
		allow    []netip.Prefix
		want     operations.Code
	}{
		{name: "declared", beside: true, allow: loopback},
		{name: "declared, by redirect", beside: true, redirect: true, allow: loopback},
		{name: "declared, at a private address", beside: true, want: operations.CodeDestinationRefused},
		{name: "not declared", allow: loopback, want: operations.CodeDestinationRefused},
		{name: "not declared, by redirect", redirect: true, allow: loopback, want: operations.CodeDestinationRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var seen http.Header
			files := newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header.Clone() })
			service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, files.URL+"/file", http.StatusTemporaryRedirect)
			})
			g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{AllowNetworks: test.allow})})
			to := target(t, service.URL)
			if test.beside {
				to.Connector.Beside = []string{files.URL}
			}
			at := files.URL + "/file"
			if test.redirect {
				at = to.Base.URL("/thing")
			}
			_, _, err := do(g.Client(to), newRequest(t, "GET", at, ""))
			if code := codeOf(t, err); code != test.want {
				t.Fatalf("%v, want %q", err, test.want)
			}
			if arrived := files.requests.Load() > 0; arrived != (test.want == "") || seen.Get("Authorization") != "" {
				t.Errorf("arrived: %v, signed with %q", arrived, seen.Get("Authorization"))
			}
		})
	}
}
