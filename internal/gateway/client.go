package gateway

import (
	"cmp"
	"net/http"
	"sync"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/patchbay/patchbay/operations"
)

// client sends the requests of one call.
type client struct {
	gateway *Gateway
	target  operations.Target
	plan    *plan

	mu         sync.Mutex
	credential *operations.Credential // the newest
	signature  *signature             // made of credential; nil: not yet
	early      bool                   // a refresh ahead of expiry was tried
	asked      bool                   // a refresh after a refusal was tried
}

// place is what the breaker judges.
func (c *client) place() Place {
	place := Place{Connector: c.target.Connector.Name, Imported: c.target.Connector.Import != nil, Base: c.target.Base}
	if c.target.Credential != nil {
		place.Workspace, place.Credential = c.target.Credential.Workspace, c.target.Credential.ID
	}
	return place
}

// waited counts the wait for a grant.
func (c *client) waited(grant Grant) {
	if grant.Waited > 0 {
		limit := cmp.Or(grant.Bucket, "limit")
		c.target.Usage.AddWaitFor(limit, grant.Waited)
		c.plan.meters.waited(limit, grant.Waited)
	}
}

// Do sends a request, as often as its policy allows.
func (c *client) Do(request *http.Request) (*http.Response, error) {
	if err := c.admit(request); err != nil {
		closeBody(request)
		return nil, err
	}
	x := newExchange(c, request)
	request, err := repeatable(request)
	if err != nil {
		return nil, err
	}
	response, err := c.send(x, request)
	if err == nil {
		err = x.lostTrack(response)
	}
	if err != nil {
		if response != nil {
			_ = response.Body.Close()
		}
		return nil, x.fault(request.Context(), err)
	}
	return response, nil
}

// send makes the first try itself. If that does not settle it, the retrying client is told of it as if it had made it, and
// goes on from there; most requests thus do without what it and the http.Client do for each.
func (c *client) send(x *exchange, request *http.Request) (*http.Response, error) {
	response, err := attempt{c.gateway}.try(x, request)
	if err == nil && x.settles(response) {
		return response, nil
	}
	x.first = &outcome{response, err}
	return c.gateway.retrying.Do(&retryablehttp.Request{Request: x.with(request)})
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}
