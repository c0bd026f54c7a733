package outreach

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/rawhttp"
)

//go:embed samples/raw_http_request.json
var requestSample []byte

//go:embed samples/execute_link.json
var linkSample []byte

// rawOperations makes the two operations that reach what the table does not.
func rawOperations(auth operations.Auth) []operations.Operation {
	options := rawhttp.Options{
		Docs:    "https://developers.outreach.io/api/making-requests",
		Headers: map[string]string{"Accept": mediaType, "Content-Type": mediaType},
		Auth:    []operations.Auth{auth},
		Output: object{
			"type": "object",
			"properties": object{
				"data":  object{"description": "a record, or a list of them", "type": []string{"object", "array", "null"}},
				"links": anyLinks(), "meta": object{"type": "object"},
			},
		}.schema(),
	}
	request, link := options, options
	request.Sample, link.Sample = sampleOf(requestSample), sampleOf(linkSample)
	return []operations.Operation{rawhttp.Request(request), rawhttp.Link(link)}
}

// sampleOf reads an embedded document {"input","output"}. It panics if that is broken.
func sampleOf(document []byte) operations.Sample {
	var sample operations.Sample
	if err := json.Unmarshal(document, &sample); err != nil {
		panic(fmt.Errorf("decoding a sample: %w", err))
	}
	return operations.Sample{Input: compact(sample.Input), Output: compact(sample.Output)}
}
