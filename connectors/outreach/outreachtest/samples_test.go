package outreachtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
	"github.com/patchbay/patchbay/operations"
)

// signer sends requests with the sandbox's token, as the hub does.
type signer struct{}

func (signer) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken)
	return http.DefaultClient.Do(r)
}

// TestEverySampleInputWorks runs every operation of the connector with its own sample input, each on a sandbox as it
// is at first.
func TestEverySampleInputWorks(t *testing.T) {
	t.Parallel()
	connector := outreach.Connector()
	for _, operation := range connector.Operations {
		spec := operation.Spec()
		t.Run(spec.Name, func(t *testing.T) {
			t.Parallel()
			f := start(t, outreachtest.Options{})
			base, err := operations.NewBase(connector, f.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			usage := &operations.Usage{}
			output, err := operation.Run(t.Context(), &operations.Call{
				Input: spec.Sample.Input, Base: base, HTTP: signer{}, ReadError: connector.ReadError, Usage: usage,
			})
			if err != nil {
				t.Fatalf("%s: %v", spec.Sample.Input, err)
			}
			validator, err := spec.Output.Compile()
			if err != nil {
				t.Fatal(err)
			}
			document, err := operations.Decode(output)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range validator.Faults(document) {
				t.Errorf("the output does not fit its schema: %s %s", fault.Pointer, fault.Detail)
			}
			if stats := f.sandbox.Stats(); spec.Effect != operations.EffectRead && stats.Writes != 1 && spec.Kind == operations.KindAction {
				t.Errorf("%d writes, want 1", stats.Writes)
			}
			if bytesOf(output, "result") == "[]" || bytesOf(output, "data") == "[]" {
				t.Errorf("the sample finds nothing: %s", spec.Sample.Input)
			}
		})
	}
}

func bytesOf(document json.RawMessage, path string) string {
	return strings.TrimSpace(answer{body: string(document)}.get(path).Raw)
}

// TestGetSamplesShowWhatTheSampleOutputShows holds for what can be true of a real record.
func TestGetSamplesShowWhatTheSampleOutputShows(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	compared := 0
	for _, resource := range outreach.Resources() {
		for name, operation := range resource.Operations {
			sample := answer{body: string(operation.Sample.Output)}
			if !strings.HasPrefix(name, "get_") {
				continue
			}
			shown := f.get("/" + resource.Path + "/" + sample.get("data.id").Raw)
			for attribute, value := range sample.get("data.attributes").Map() {
				declared := resource.Attributes[attribute]
				if len(declared.Enum) > 0 && !declared.Open {
					continue
				}
				if got := shown.get("data.attributes." + attribute); !sameJSON(t, got.Raw, value.Raw) {
					t.Errorf("%s: %s is %s, the sample says %s", name, attribute, got.Raw, value.Raw)
				}
				compared++
			}
		}
	}
	if compared < 50 {
		t.Errorf("only %d attributes were compared", compared)
	}
}

func TestTheSeedIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	a, b := start(t, outreachtest.Options{BaseURL: "http://x"}), start(t, outreachtest.Options{BaseURL: "http://x"})
	a.create("/prospects", "prospect", `"attributes":{}`)
	a.send("DELETE", "/api/v2/prospects/1", "")
	a.act("/sequenceStates/1/actions/pause")
	if reset := a.send("POST", "/_sandbox/reset", ""); reset.status != 204 {
		t.Fatal(reset.status, reset.body)
	}
	for _, resource := range outreach.Resources() {
		path := "/" + resource.Path + "?page[size]=1000&count=true"
		if a.get(path).body != b.get(path).body {
			t.Errorf("%s differ", resource.Path)
		}
	}
}

// TestTheSeedHoldsTogether follows every relationship of every record to one that exists.
func TestTheSeedHoldsTogether(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{Limit: 1_000_000})
	exists := map[string]bool{}
	lists := map[string]answer{}
	for _, resource := range outreach.Resources() {
		lists[resource.Type] = f.get("/" + resource.Path + "?page[size]=1000")
		for _, record := range lists[resource.Type].get("data").Array() {
			exists[resource.Type+" "+record.Get("id").String()] = true
		}
	}
	for kind, list := range lists {
		for _, record := range list.get("data").Array() {
			for name, relationship := range record.Get("relationships").Map() {
				to := relationship.Get("data.type").String()
				if _, listed := lists[to]; listed && !exists[to+" "+relationship.Get("data.id").String()] {
					t.Errorf("%s %s: %s leads to %s", kind, record.Get("id"), name, relationship.Raw)
				}
			}
		}
	}
	if len(exists) < 900 {
		t.Errorf("there are only %d records", len(exists))
	}
}
