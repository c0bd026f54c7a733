// Package rawhttp has the operations that any connector may offer beside its own: a request of the caller's
// making, and following a link that an answer held. Both go to the connector's own origin only, signed by the hub.
package rawhttp

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

//go:embed request_input.json
var requestInput string

//go:embed request_output.json
var requestOutput string

// Options are what differs from one connector to the next.
type Options struct {
	Docs    string            // the vendor's page on making requests; empty: the connector's
	Sample  operations.Sample // a request, or a link, that works as it stands
	Headers map[string]string // what the service expects unless the caller says otherwise, e.g. Accept, Content-Type
	Auth    []operations.Auth // the connector's: the headers that log in are not the caller's to set
	Scopes  []string          // what the credential must have been granted at least
	Output  operations.Schema // of Link: what its answers look like; empty: any object
}

// Request makes the operation raw_http_request. Input and output are those of request_input.json and
// request_output.json, which follow what embedded scripts have sent so far. An answer of any status is a success.
// Faults: invalid_input by pointer, destination_refused for another origin, too_large for an answer above 5.9 MiB.
func Request(o Options) operations.Operation {
	spec := operations.Spec{
		Name: "raw_http_request", Title: "Raw HTTP request (advanced)",
		Description: "Sends a request of your making to the service, signed with the credential, and gives its answer as it is.",
		Docs:        o.Docs, Kind: operations.KindRawHTTP, Effect: operations.EffectWrite, LooseInput: true,
		Input: operations.Schema(requestInput), Output: operations.Schema(requestOutput), Sample: o.Sample, Scopes: o.Scopes,
	}
	r := requester{defaults: o.Headers, reserved: reservedHeaders(o.Auth)}
	return operations.Func(spec, r.run)
}

type requester struct {
	defaults map[string]string
	reserved map[string]bool // by lower-case name
}

func (r requester) run(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	in, err := readInput(call.Input)
	if err != nil {
		return nil, err
	}
	request, err := r.build(ctx, call, in)
	if err != nil {
		return nil, err
	}
	response, err := call.Exchange(request)
	if err != nil {
		return nil, err
	}
	return in.answer(call, response)
}

// build makes the request, or says everything that is wrong with the input.
func (r requester) build(ctx context.Context, call *operations.Call, in input) (*http.Request, error) {
	var f faults
	u, refusal := in.destination(call.Base, &f)
	header := r.header(call, in.Headers, &f)
	addQuery(u, in.Query, &f)
	c, err := in.content(ctx, call, header.Get("Content-Type"), &f)
	switch {
	case len(f) > 0:
		return nil, f.err()
	case refusal != nil:
		return nil, refusal
	case err != nil:
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, in.Method, u.String(), c.reader())
	if err != nil {
		return nil, operations.Errorf(operations.CodeInvalidInput, "the input makes no request: %w", err)
	}
	request.Header = r.withDefaults(header, c)
	return request, nil
}

// safe tells whether a method asks without changing anything.
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// faults gathers what is wrong with an input.
type faults []operations.InputFault

func (f *faults) add(pointer, detail string) {
	*f = append(*f, operations.InputFault{Pointer: pointer, Detail: detail})
}

func (f faults) err() error {
	return &operations.Error{
		Code: operations.CodeInvalidInput, Detail: "the request cannot be made: " + f[0].Pointer + " " + f[0].Detail, Faults: f,
	}
}

// token escapes a name for use in a JSON pointer.
func token(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }
