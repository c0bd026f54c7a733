package credentials

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// The fields of an OAuth2 credential. expiresAt is not secret and kept by the vault itself: RFC 3339, UTC.
const (
	accessToken  = "access_token"
	refreshToken = "refresh_token"
	clientID     = "client_id"
	clientSecret = "client_secret"
	expiresAt    = "expires_at"
)

const (
	renewTime = 30 * time.Second // for the request to the token endpoint and all around it
	storeTime = 10 * time.Second // for storing new tokens, whatever time is left
)

// Refresh gives the target's credential with another access token than the one the service rejected. If the stored
// one differs from it, somebody has renewed it already, and no request is made; otherwise the token is renewed, once
// for all who ask at the same time, and stored. rejected may be empty for a credential that has no access token yet.
// Errors: credential_rejected if the account must be connected again, upstream_* or rate_limited if it may work
// later, not_found if the credential was deleted. They hold no token. The credential stays as it is.
func (v *Vault) Refresh(ctx context.Context, target operations.Target, rejected string) (*operations.Credential, error) {
	held := target.Credential
	if held == nil || target.Connector == nil {
		return nil, operations.Errorf(operations.CodeCredentialRejected, "the service asks for a credential")
	}
	scheme, known := target.Connector.Scheme(held.Scheme)
	if !known || scheme.OAuth2 == nil {
		return nil, operations.Errorf(operations.CodeCredentialRejected, "the service does not accept the credential; check what was entered")
	}
	renewal := renewal{
		target: target, oauth: *scheme.OAuth2, ref: reference{held.Workspace, held.ID}, rejected: rejected,
	}
	key := held.Workspace + "\x00" + held.ID + "\x00" + rejected
	done := v.renewals.DoChan(key, func() (any, error) {
		flight, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTime)
		defer cancel()
		return v.renew(flight, renewal)
	})
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for a new access token: %w", ctx.Err())
	case result := <-done:
		if result.Err != nil {
			return nil, result.Err
		}
		credential, _ := result.Val.(*operations.Credential)
		return credential, nil
	}
}

// renewal is one access token to be replaced.
type renewal struct {
	target   operations.Target
	oauth    operations.OAuth2
	ref      reference
	rejected string
}

func (v *Vault) renew(ctx context.Context, r renewal) (*operations.Credential, error) {
	row, current, err := v.read(ctx, r.ref)
	if err != nil {
		return nil, err
	}
	if current.Secrets[accessToken] != r.rejected {
		v.opened.Invalidate(r.ref)
		return current, nil
	}
	if current.Secrets[refreshToken] == "" {
		return nil, operations.Errorf(operations.CodeCredentialRejected,
			"the access token was refused and there is no refresh token; connect the account again")
	}
	renewed, err := v.request(ctx, r, current)
	if err != nil {
		// Another process may have used the refresh token first.
		if _, now, errRead := v.read(ctx, r.ref); errRead == nil && now.Secrets[accessToken] != r.rejected {
			v.opened.Invalidate(r.ref)
			return now, nil
		}
		return nil, err
	}
	// The old refresh token may be dead from here on: the new one is stored even if the time is up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	return v.keep(ctx, r, row, current, renewed)
}

// keep stores new tokens. If the row was changed meanwhile they are laid over the change, unless the change brought
// tokens of its own: then those count.
func (v *Vault) keep(ctx context.Context, r renewal, row store.CredentialRow, current *operations.Credential, renewed tokens) (*operations.Credential, error) {
	used := current.Secrets[refreshToken]
	for try := 1; ; try++ {
		secrets := maps.Clone(current.Secrets)
		secrets[accessToken], secrets[refreshToken] = renewed.access, renewed.refresh
		row.Fields = merge(row.Fields, map[string]string{expiresAt: renewed.expiry()})
		if err := v.MasterKey.seal(&row, secrets); err != nil {
			return nil, err
		}
		stored, err := v.Store.UpdateCredential(ctx, row)
		if err == nil {
			v.opened.Invalidate(r.ref)
			return credentialOf(stored, secrets), nil
		}
		if !errors.Is(err, store.ErrChanged) || try == maxTries {
			return nil, fmt.Errorf("storing new tokens of credential %s: %w", row.ID, err)
		}
		if row, current, err = v.read(ctx, r.ref); err != nil {
			return nil, err
		}
		if current.Secrets[accessToken] != r.rejected || current.Secrets[refreshToken] != used {
			v.opened.Invalidate(r.ref)
			return current, nil
		}
	}
}
