package outreachtest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
	"github.com/patchbay/patchbay/internal/sandbox"
)

// A sandbox is served like any handler. Here the service is in maintenance for one request.
func ExampleNew() {
	outreach := outreachtest.New(outreachtest.Options{Prefix: "/outreach"})
	server := httptest.NewServer(http.StripPrefix("/outreach", outreach))
	defer server.Close()

	if err := outreach.SetFaults(sandbox.Fault{Times: 1, Status: 503, RetryAfter: "2026-03-01T13:00:00Z"}); err != nil {
		fmt.Println(err)
	}
	for range 2 {
		request, err := http.NewRequest(http.MethodGet, server.URL+"/outreach/api/v2/taskPriorities?fields[taskPriority]=name&page[size]=1", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d %q %q\n", response.StatusCode, response.Header.Get("Retry-After"),
			answer{body: string(body)}.get("data.0.attributes.name").String())
	}
	// Output:
	// 503 "2026-03-01T13:00:00Z" ""
	// 200 "" "High"
}
