// Package dixa connects Dixa, the customer service platform. What it can do is in its OpenAPI document; what OpenAPI has
// no words for, such as drop-downs and limits, is in the overlay.
package dixa

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
	"github.com/patchbay/patchbay/operations/rawhttp"
)

//go:embed dixa.openapi.json
var document []byte

//go:embed dixa.overlay.json
var overlay []byte

//go:embed samples/raw_http_request.json
var requestSample []byte

//go:embed samples/execute_link.json
var linkSample []byte

// Document is the OpenAPI document of the service, after https://docs.dixa.io.
func Document() []byte { return slices.Clone(document) }

// Overlay is what the hub knows of the service beside it: an OpenAPI Overlay with the hub's extensions.
func Overlay() []byte { return slices.Clone(overlay) }

// load is done once: what comes out of it never changes.
var load = sync.OnceValue(func() operations.Connector {
	source := openapi.Source{Document: document, Overlay: overlay}
	connector, _, err := openapi.Load(context.Background(), source, openapi.Options{Name: "dixa"})
	if err != nil {
		panic(fmt.Errorf("loading the document of Dixa: %w", err))
	}
	request := rawhttp.Options{Docs: connector.Docs, Auth: connector.Auth, Sample: sample(requestSample)}
	link := rawhttp.Options{Docs: connector.Docs, Auth: connector.Auth, Sample: sample(linkSample)}
	connector.Operations = append(connector.Operations, rawhttp.Request(request), rawhttp.Link(link))
	return connector
})

// Connector declares the connector: https://docs.dixa.io.
func Connector() operations.Connector {
	connector := load()
	connector.Operations = slices.Clone(connector.Operations)
	return connector
}

// sample reads an embedded document {"input","output"}. It panics if that is broken.
func sample(document []byte) (s operations.Sample) {
	if err := json.Unmarshal(document, &s); err != nil {
		panic(fmt.Errorf("decoding a sample: %w", err))
	}
	return s
}
