package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func ExampleGateway_Client() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.Path+" "+r.Header.Get("X-Api-Key"))
	}))
	defer service.Close()
	connector := operations.Connector{
		Name: "acme", Origin: "https://api.acme.example", BasePath: "/v1",
		Auth: []operations.Auth{{Name: "key", Headers: []operations.AuthHeader{{Name: "X-Api-Key", Value: "{api_key}"}}}},
	}
	base, err := operations.NewBase(connector, service.URL+"/acme", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	g := gateway.New(gateway.Options{})
	defer g.Close()
	client := g.Client(operations.Target{
		Connector: &connector, Base: base, Trusted: true,
		Credential: &operations.Credential{Secrets: operations.Secrets{"api_key": "k-123"}},
	})
	call := operations.Call{HTTP: client}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base.URL("/things"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := call.Send(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(response.Body))

	away, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://elsewhere.example/", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = call.Send(away)
	fmt.Println(operations.AsError(err).Code)
	// Output:
	// /acme/v1/things k-123
	// destination_refused
}
