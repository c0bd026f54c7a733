package dixatest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/connectors/dixa/dixatest"
	"github.com/patchbay/patchbay/internal/sandbox/contract"
)

// Ids of the seed that the tests name.
const (
	agent    = "5a556159-9c21-4f3e-a44f-d323deb80d16"
	admin    = "a53b25da-f676-4c52-acac-58c9280aa23d"
	grace    = "9c2a2cce-699f-4a72-89d9-fda5bc8dec8b"
	support  = "92f8d193-b26f-4a62-86a3-bb03ee0915e9"
	line     = "7c1e8a52-4f0b-4d6e-9a3d-2b8f5c6e1d47"
	shipping = "3f2a9c71-6d84-4b1e-8c05-9e7d1a4b6f20"
	retired  = "e19c5b7d-8a42-4c60-b3f1-7d2e6a8c0f95"
	hook     = "d2b6f4e8-3a71-4c95-8e0d-6f1a9b5c7e32"
	nobody   = "00000000-0000-4000-8000-000000000000"
)

// client speaks to a sandbox and holds every answer to the document.
type client struct {
	sandbox  *dixatest.Sandbox
	contract *contract.Contract
	now      time.Time
}

func newClient(t testing.TB, options dixatest.Options) *client {
	t.Helper()
	document, err := contract.Load(dixa.Document())
	if err != nil {
		t.Fatal(err)
	}
	c := &client{contract: document, now: time.Date(2026, 3, 11, 9, 30, 0, 0, time.UTC)}
	options.Now = func() time.Time { return c.now }
	if options.PerSecond == 0 {
		options.PerSecond, options.Burst = 1e6, 1e6
	}
	c.sandbox = dixatest.New(options)
	return c
}

// do sends a request and gives status and body.
func (c *client) do(t testing.TB, method, target, body string) (int, gjson.Result) {
	t.Helper()
	w := c.send(method, target, body, dixatest.Token)
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	if op, _, _ := c.contract.Match(method, strings.TrimSuffix(u.EscapedPath(), "/")); op != nil && w.Body.Len() > 0 {
		for _, fault := range op.CheckAnswer(w.Code, w.Body.Bytes()) {
			t.Errorf("%s %s: %d %s: %s", method, target, w.Code, fault, w.Body)
		}
	}
	return w.Code, gjson.ParseBytes(w.Body.Bytes())
}

func (c *client) send(method, target, body, authorization string) *httptest.ResponseRecorder {
	var content io.Reader = http.NoBody
	if body != "" {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, content)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	c.sandbox.ServeHTTP(w, r)
	return w
}

// want sends a request and expects a status.
func (c *client) want(t testing.TB, status int, method, target, body string) gjson.Result {
	t.Helper()
	got, answer := c.do(t, method, target, body)
	if got != status {
		t.Fatalf("%s %s %s: got %d, want %d: %s", method, target, body, got, status, answer.Raw)
	}
	return answer
}
