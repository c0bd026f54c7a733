package operations_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/patchbay/patchbay/operations"
)

func ExampleFunc() {
	status := operations.Func(operations.Spec{
		Name: "get_status", Title: "Get status", Description: "Tells how the service is.",
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Input:  operations.Schema(`{"type":"object","additionalProperties":false}`),
		Output: operations.Schema(`{"type":"object","properties":{"status":{"type":"string"}}}`),
		Sample: operations.Sample{Input: json.RawMessage(`{}`), Output: json.RawMessage(`{"status":"ok"}`)},
	}, func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, call.Base.URL("/status"), nil)
		if err != nil {
			return nil, fmt.Errorf("making the request: %w", err)
		}
		response, err := call.Send(request)
		if err != nil {
			return nil, err
		}
		return response.Body, nil
	})

	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"status":"ok","path":%q}`, r.URL.Path)
	}))
	defer service.Close()
	base, err := operations.NewBase(operations.Connector{Name: "acme", Origin: service.URL, BasePath: "/v1"}, "", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	output, err := status.Run(context.Background(), &operations.Call{Base: base, HTTP: http.DefaultClient})
	fmt.Println(string(output), err)
	// Output: {"status":"ok","path":"/v1/status"} <nil>
}
