package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// expirySlack is how long before its expiry a token is renewed.
const expirySlack = time.Minute

// renewEarly renews a token that is about to expire, once. If that does not work out, a token that has not expired
// yet is used as it is. The caller holds c.mu.
func (c *client) renewEarly(ctx context.Context) error {
	expires := c.credential.Fields["expires_at"]
	if expires == "" || c.early || c.gateway.refresher == nil || !c.hasTokens() {
		return nil
	}
	at, err := time.Parse(time.RFC3339, expires)
	left := at.Sub(c.gateway.now())
	if err != nil || left > expirySlack {
		return nil
	}
	c.early = true
	if err := c.refresh(ctx); err != nil && left <= 0 {
		return err
	}
	return nil
}

func (c *client) hasTokens() bool {
	scheme, ok := c.target.Connector.Scheme(c.credential.Scheme)
	return ok && scheme.OAuth2 != nil
}

// renew gets a new token in place of one that the service refused: once a call, though requests that were under way
// with the refused one profit too. It reports whether there is another token to try.
func (c *client) renew(ctx context.Context, rejected string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gateway.refresher == nil || !c.hasTokens() {
		return false, nil
	}
	if c.credential.Secrets["access_token"] != rejected {
		return true, nil
	}
	if c.asked {
		return false, nil
	}
	c.asked = true
	return true, c.refresh(ctx)
}

// refresh asks for a new token. The caller holds c.mu.
func (c *client) refresh(ctx context.Context) error {
	target := c.target
	target.Credential = c.credential
	renewed, err := c.gateway.refresher.Refresh(ctx, target, c.credential.Secrets["access_token"])
	if err == nil && renewed == nil {
		err = errors.New("refreshing the token gave no credential")
	}
	if err != nil {
		return typed(ctx, err)
	}
	c.credential, c.signature = renewed, nil
	return nil
}

// typed makes an error of another part of the hub an *operations.Error.
func typed(ctx context.Context, err error) *operations.Error {
	var known *operations.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(ctx.Err(), context.Canceled):
		return canceled(err)
	case ctx.Err() != nil:
		return &operations.Error{
			Code: operations.CodeUpstreamTimeout, Detail: "the call ran out of time before the request was sent", Err: err,
		}
	default:
		return operations.AsError(err)
	}
}
