package jiratest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/internal/sandbox"
)

// A sandbox is served like any handler. Here the service refuses one request, as it does when there are too many.
func ExampleNew() {
	jira := jiratest.New(jiratest.Options{Prefix: "/jira"})
	server := httptest.NewServer(http.StripPrefix("/jira", jira))
	defer server.Close()

	if err := jira.SetFaults(sandbox.Fault{Times: 1, Status: 429, RetryAfter: "3"}); err != nil {
		fmt.Println(err)
	}
	for range 2 {
		request, err := http.NewRequest(http.MethodGet, server.URL+"/jira/rest/api/3/issue/"+jiratest.EpicKey, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		request.SetBasicAuth(jiratest.Email, jiratest.APIToken)
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
		fmt.Printf("%d %q %q\n", response.StatusCode, response.Header.Get("Retry-After"), gjson.GetBytes(body, "fields.summary").String())
	}
	// Output:
	// 429 "3" ""
	// 200 "" "Invoices in instalments"
}
