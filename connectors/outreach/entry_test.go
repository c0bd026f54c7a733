package outreach

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// TestAnOperationIsOneEntry adds the operation that the connector authors' page shows, and calls it.
func TestAnOperationIsOneEntry(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/connector-authors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```json\n")
	shown, _, _ := strings.Cut(rest, "```")
	var entry map[string]Operation
	if err := json.Unmarshal([]byte("{"+shown+"}"), &entry); err != nil {
		t.Fatalf("reading the page's entry: %v", err)
	}
	resources := Resources()
	for i := range resources {
		if resources[i].Type == "prospect" {
			resources[i].Operations = entry
		}
	}
	made := makeOperations(resources)
	i := slices.IndexFunc(made, func(o operations.Operation) bool { return o.Spec().Name == "update_prospect" })
	if i < 0 {
		t.Fatal("there is no update_prospect")
	}
	var asked string
	service := httptest.NewServer(http.StripPrefix("/proxy", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = r.Method + " " + r.URL.Path + " " + string(body)
		_, _ = w.Write(made[i].Spec().Sample.Output)
	})))
	t.Cleanup(service.Close)
	base, err := operations.NewBase(Connector(), service.URL+"/proxy", nil)
	if err != nil {
		t.Fatal(err)
	}
	call := &operations.Call{Input: made[i].Spec().Sample.Input, Base: base, HTTP: http.DefaultClient}
	output, err := made[i].Run(t.Context(), call)
	if err != nil || string(output) != string(made[i].Spec().Sample.Output) {
		t.Errorf("answer %s, %v", output, err)
	}
	if want := `PATCH /api/v2/prospects/456 {"data":{"type":"prospect","id":456,"attributes":{"title":"CTO"}}}`; asked != want {
		t.Errorf("asked %s\nwant  %s", asked, want)
	}
}
