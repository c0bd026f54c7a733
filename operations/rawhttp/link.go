package rawhttp

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

//go:embed link_input.json
var linkInput string

// Link makes the operation execute_link: a GET of a link that an answer held, whose answer is given as it is. An
// answer that is no JSON object is wrapped: {"result": …}, null for an empty one. Faults: destination_refused for
// another origin, the upstream codes for a status of 300 or above, upstream_failed where no JSON comes, too_large
// above 5.9 MiB.
func Link(o Options) operations.Operation {
	spec := operations.Spec{
		Name: "execute_link", Title: "Execute link",
		Description: "Follows a link that an answer of the service held, and gives what lies there. It only reads.",
		Docs:        o.Docs, Kind: operations.KindLink, Effect: operations.EffectRead,
		Input: operations.Schema(linkInput), Output: o.Output, Sample: o.Sample, Scopes: o.Scopes,
	}
	if len(spec.Output) == 0 {
		spec.Output = operations.Schema(`{"type":"object","description":"What the link leads to; {\"result\": …} if that is no object."}`)
	}
	return operations.Func(spec, follower{headers: o.Headers}.run)
}

type follower struct{ headers map[string]string }

func (f follower) run(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	var in struct {
		Link string `json:"link"`
	}
	if err := json.Unmarshal(call.Input, &in); err != nil {
		return nil, operations.Errorf(operations.CodeInvalidInput, "the input cannot be read: %w", err)
	}
	u, err := link(call.Base, in.Link, "/link")
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, operations.Errorf(operations.CodeInvalidInput, "the link makes no request: %w", err)
	}
	for name, value := range f.headers {
		request.Header.Set(name, value)
	}
	response, err := call.Send(request)
	if err != nil {
		return nil, err
	}
	return object(response)
}

// object makes an answer the JSON object that an operation gives.
func object(r *operations.Response) (json.RawMessage, error) {
	if len(r.Body) > maxResult {
		return nil, input{Method: http.MethodGet}.tooLarge(r)
	}
	if len(r.Body) == 0 {
		return json.RawMessage(`{"result":null}`), nil
	}
	body, err := readJSON(r.Body)
	if err != nil {
		return nil, &operations.Error{
			Code:   operations.CodeUpstreamFailed,
			Detail: fmt.Sprintf("the link leads to something other than JSON (%q)", r.Header.Get("Content-Type")),
			Err:    err, Upstream: &operations.Upstream{Status: r.Status},
		}
	}
	if gjson.ParseBytes(body).IsObject() {
		return body, nil
	}
	return append(append([]byte(`{"result":`), body...), '}'), nil
}
