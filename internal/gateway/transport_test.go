package gateway_test

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// onBoth runs a test with everything sent by net/http's transport, and with what can be sent directly.
func onBoth(t *testing.T, test func(t *testing.T, standard bool)) {
	t.Parallel()
	for name, standard := range map[string]bool{"standard": true, "direct": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, standard)
		})
	}
}

func TestAnswersAreBounded(t *testing.T) { onBoth(t, testAnswersAreBounded) }

func testAnswersAreBounded(t *testing.T, standard bool) {
	const most = 64 << 10
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = io.CopyN(zip, zeros{}, 100*most)
	_ = zip.Close()
	if packed.Len() > most {
		t.Fatalf("the gzip bomb has %d bytes", packed.Len())
	}
	plain := func(n int, declare bool) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if declare {
				w.Header().Set("Content-Length", strconv.Itoa(n))
			}
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(make([]byte, n))
		}
	}
	bomb := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		code    operations.Code
	}{
		{"at the bound", plain(most, true), ""},
		{"at the bound, not declared", plain(most, false), ""},
		{"above", plain(most+1, true), operations.CodeTooLarge},
		{"above, not declared", plain(most+1, false), operations.CodeTooLarge},
		{"gzip bomb", bomb, operations.CodeTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := newUpstream(t, test.handler)
			transport := gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard, MaxBodyBytes: most})
			g, _ := newGateway(t, gateway.Options{Transport: transport})
			to := target(t, service.URL)
			request := newRequest(t, "GET", to.Base.URL("/things"), "")
			request.Header.Set("Accept-Encoding", "gzip")
			_, body, err := do(g.Client(to), request)
			if code := codeOf(t, err); code != test.code || len(body) > most {
				t.Errorf("gateway: got %d bytes, %v; want code %q", len(body), err, test.code)
			}
			response, err := transport.HTTPClient(true).Get(to.Base.URL("/things"))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			read, err := io.ReadAll(response.Body)
			if code := codeOf(t, err); code != test.code || len(read) > most {
				t.Errorf("HTTPClient: got %d bytes, %v; want code %q", len(read), err, test.code)
			}
		})
	}
}

func TestHeadOfSomethingLarge(t *testing.T) { onBoth(t, testHeadOfSomethingLarge) }

func testHeadOfSomethingLarge(t *testing.T, standard bool) {
	service := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999999") })
	g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
	to := target(t, service.URL)
	if status, _, err := do(g.Client(to), newRequest(t, "HEAD", to.Base.URL("/things"), "")); err != nil || status != 200 {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestGzipIsTakenOff(t *testing.T) { onBoth(t, testGzipIsTakenOff) }

func testGzipIsTakenOff(t *testing.T, standard bool) {
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = io.WriteString(zip, "hello")
		_ = zip.Close()
	})
	g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})})
	to := target(t, service.URL)
	request := newRequest(t, "GET", to.Base.URL("/things"), "")
	request.Header.Set("Accept-Encoding", "br")
	if _, body, err := do(g.Client(to), request); err != nil || body != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestHTTPClient(t *testing.T) { onBoth(t, testHTTPClient) }

func testHTTPClient(t *testing.T, standard bool) {
	other := newUpstream(t, func(http.ResponseWriter, *http.Request) {})
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	transport := gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard})
	t.Cleanup(transport.Close)
	response, err := transport.HTTPClient(true).Post(service.URL+"/hub/token", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusTemporaryRedirect || other.requests.Load() != 0 {
		t.Errorf("got %d, and %d requests elsewhere", response.StatusCode, other.requests.Load())
	}
	_, err = transport.HTTPClient(false).Get(service.URL + "/hub/token")
	var refusal *operations.Error
	if !errors.As(err, &refusal) || refusal.Code != operations.CodeDestinationRefused {
		t.Errorf("private address: got %v", err)
	}
	allowing := gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(allowing.Close)
	response, err = allowing.HTTPClient(false).Get(service.URL + "/hub/token")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}

func TestTLSAndHTTP2(t *testing.T) { onBoth(t, testTLSAndHTTP2) }

func testTLSAndHTTP2(t *testing.T, standard bool) {
	service := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Proto+" "+string(body))
	}))
	service.EnableHTTP2 = true
	service.StartTLS()
	t.Cleanup(service.Close)
	roots := x509.NewCertPool()
	roots.AddCert(service.Certificate())
	g, _ := newGateway(t, gateway.Options{Transport: gateway.NewTransport(gateway.TransportOptions{OnlyStandard: standard, RootCAs: roots})})
	to := target(t, service.URL)
	if _, body, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "hello")); err != nil || body != "HTTP/2.0 hello" {
		t.Errorf("got %q, %v", body, err)
	}
}
