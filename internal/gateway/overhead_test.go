package gateway

import (
	"net/http"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// instant answers without a network.
type instant struct{}

func (instant) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: request}, nil
}

// BenchmarkOverhead is what the gateway adds to a request, and what a plain client does.
func BenchmarkOverhead(b *testing.B) {
	transport := NewTransport(TransportOptions{OnlyStandard: true})
	transport.trusted.standard.RegisterProtocol("http", instant{})
	connector := operations.Connector{
		Name: "acme", Origin: "http://acme.example", BasePath: "/hub/v1",
		Auth: []operations.Auth{{Headers: []operations.AuthHeader{{Name: "Authorization", Value: "Bearer {access_token}"}}}},
		Throttlers: []operations.Throttler{
			{Name: "second", Key: "{workspace}/{credential}", TTL: operations.Seconds(time.Second), Limit: 1 << 40, Enabled: true},
		},
	}
	base, err := operations.NewBase(connector, "", nil)
	if err != nil {
		b.Fatal(err)
	}
	to := operations.Target{
		Connector: &connector, Base: base, Trusted: true, Usage: &operations.Usage{},
		Credential: &operations.Credential{ID: "cr1", Workspace: "ws1", Secrets: operations.Secrets{"access_token": "token"}},
	}
	g := New(Options{Transport: transport})
	client := g.Client(to)
	for name, doer := range map[string]func() operations.Doer{
		"plain":       func() operations.Doer { return &http.Client{Transport: transport.trusted} },
		"first call":  func() operations.Doer { return g.Client(to) },
		"later calls": func() operations.Doer { return client },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, base.URL("/things"), nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := doer().Do(request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
