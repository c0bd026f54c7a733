// Package credentials is the vault: it keeps the accounts at services with their secrets encrypted, checks what
// people enter, opens credentials for calls, and renews their access tokens.
package credentials

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// ErrWrongKey is the error for a master key that is not the one the store was first used with.
var ErrWrongKey = errors.New("the master key is not the one that the stored credentials were encrypted with; " +
	"give that one by PATCHBAY_MASTER_KEY or PATCHBAY_MASTER_KEY_FILE")

// Options are the parts of a Vault. Store, MasterKey and Catalogue are required.
type Options struct {
	Store     *store.Store
	MasterKey MasterKey
	Catalogue operations.Catalogues // a Catalogue, if all workspaces have the same

	// HTTP gives the client for requests to token endpoints. trusted tells that the operator named the origin
	// himself. Nil: tokens are not renewed.
	HTTP    func(trusted bool) *http.Client
	Origins map[string]string // connector → the origin its operator gives in place of the vendor's
	Now     func() time.Time

	MaxOpened int // how many opened credentials are kept in memory, some 1.5 KB each; default 100,000
}

// Vault keeps credentials. It is safe for concurrent use.
type Vault struct {
	Options
	opened   *otter.Cache[reference, *opened]
	loader   otter.Loader[reference, *opened]
	changes  changes
	renewals singleflight.Group
}

var _ execute.Credentials = (*Vault)(nil)

type reference struct{ workspace, id string }

// New makes a vault. It proves the master key against the store first: a key that does not fit is ErrWrongKey.
func New(ctx context.Context, options Options) (*Vault, error) {
	if options.Store == nil || options.Catalogue == nil || options.MasterKey.aead == nil {
		return nil, errors.New("opening the vault: it needs a store, a catalogue and a master key")
	}
	v := &Vault{Options: options}
	if v.Now == nil {
		v.Now = time.Now
	}
	if err := v.proveKey(ctx); err != nil {
		return nil, fmt.Errorf("opening the vault: %w", err)
	}
	if v.MaxOpened <= 0 {
		v.MaxOpened = maxOpened
	}
	v.opened = v.newOpened()
	v.loader = otter.LoaderFunc[reference, *opened](v.load)
	now := v.Now().UnixNano()
	v.changes.looked.Store(now)
	if err := v.look(ctx, now); err != nil {
		return nil, fmt.Errorf("opening the vault: %w", err)
	}
	return v, nil
}

// proveKey opens the check value that the store has kept since its first start.
func (v *Vault) proveKey(ctx context.Context) error {
	const text, place = "patchbay", "master key check"
	sealed, err := v.MasterKey.aead.Encrypt([]byte(text), []byte(place))
	if err != nil {
		return fmt.Errorf("sealing the check value: %w", err)
	}
	kept, err := v.Store.KeepSetting(ctx, "master_key_check", sealed)
	if err != nil {
		return err
	}
	plain, err := v.MasterKey.aead.Decrypt(kept, []byte(place))
	if err == nil && string(plain) == text {
		return nil
	}
	if v.MasterKey.file == "" {
		return ErrWrongKey
	}
	// The key was made just now since none was given, and nothing is sealed with it: left there, it would be taken
	// for the right one from now on.
	return errors.Join(ErrWrongKey, os.Remove(v.MasterKey.file))
}

// Open opens a credential of the workspace for use. An id that is not in the workspace is not_found. The credential
// is shared: it must not be changed.
func (v *Vault) Open(ctx context.Context, workspace, id string) (*operations.Credential, error) {
	if credential, ok := v.current(ctx, reference{workspace, id}); ok {
		return credential, nil
	}
	// The cache keeps its key, and the caller's strings may lie in a buffer that is used again.
	read, err := v.opened.Get(ctx, reference{strings.Clone(workspace), strings.Clone(id)}, v.loader)
	if err != nil {
		return nil, err
	}
	return read.credential, nil
}

// read reads and decrypts a credential.
func (v *Vault) read(ctx context.Context, ref reference) (store.CredentialRow, *operations.Credential, error) {
	row, err := v.Store.Credential(ctx, ref.workspace, ref.id)
	if err != nil {
		return row, nil, err
	}
	secrets, err := v.MasterKey.unseal(row)
	if err != nil {
		return row, nil, err
	}
	return row, credentialOf(row, secrets), nil
}

func credentialOf(row store.CredentialRow, secrets operations.Secrets) *operations.Credential {
	return &operations.Credential{
		ID: row.ID, Workspace: row.Workspace, Connector: row.Connector, Name: row.Name, Scheme: row.Scheme,
		Fields: row.Fields, Secrets: secrets, Kept: &operations.Kept{},
	}
}
