// Package conformance is the suite that every connector passes, however it is made. What it checks is what a
// connector promises: names, schemas, samples, look-ups, drop-downs, and that every operation runs.
package conformance

import (
	"encoding/json"
	"net/url"
	"os"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// Required is one operation that a connector must offer.
type Required struct {
	Name   string            `json:"name"`
	Kind   operations.Kind   `json:"kind"`
	Effect operations.Effect `json:"effect"`
}

// Catalogue reads the list of operations that a connector must offer: a JSON array of Required.
func Catalogue(t *testing.T, file string) []Required {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("reading the catalogue: %v", err)
	}
	var required []Required
	if err := json.Unmarshal(data, &required); err != nil {
		t.Fatalf("reading the catalogue %s: %v", file, err)
	}
	return required
}

// Harness is a hub to run operations on, with a sandbox behind it.
type Harness struct {
	// Fresh puts the sandbox back to its first state.
	Fresh func(t *testing.T)
	// Call runs one operation through the hub's public face and gives its output, or the error's text and code.
	Call func(t *testing.T, operation string, input json.RawMessage) Answer
	// List asks something of a drop-down: for a page, or to "resolve" or "match". Nil: nothing.
	List func(t *testing.T, operation, what string, query url.Values) Answer
	// Secrets are values that no answer may hold.
	Secrets []string
}

// Answer is what the hub answered to a call.
type Answer struct {
	Output   json.RawMessage
	Warnings []string
	Code     operations.Code // of the failure; empty: it went well
	Faults   []operations.InputFault
	Whole    []byte // everything that was answered
}

// Declared checks what a connector says of itself, without running anything.
func Declared(t *testing.T, connector operations.Connector, required []Required) {
	t.Helper()
	catalogue, err := operations.NewCatalogue([]operations.Connector{connector})
	if err != nil {
		t.Fatalf("indexing the connector: %v", err)
	}
	indexed, err := catalogue.Connector(connector.Name)
	if err != nil {
		t.Fatal(err)
	}
	checkConnector(t, indexed)
	checkCatalogue(t, indexed, required)
	for _, operation := range indexed.Operations {
		spec := operation.Spec()
		t.Run(spec.Name, func(t *testing.T) {
			t.Parallel()
			checkNames(t, spec)
			checkSchemas(t, spec)
			checkLookups(t, catalogue, indexed, spec)
			checkUndo(t, catalogue, indexed, spec)
			checkResolve(t, catalogue, indexed, spec)
		})
	}
}

// Runs runs every operation of a connector with its own sample input, on a fresh sandbox each.
func Runs(t *testing.T, connector operations.Connector, harness Harness) {
	t.Helper()
	for _, operation := range connector.Operations {
		spec := operation.Spec()
		t.Run(spec.Name, func(t *testing.T) {
			harness.Fresh(t)
			checkRun(t, spec, harness)
			checkRefusal(t, spec, harness)
			checkList(t, spec, harness)
		})
	}
}
