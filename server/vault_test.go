package server

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// newVault makes a vault with the accounts acct and bare of the tests' workspace, one of a connector that names no
// operation to try it with, and theirs, which is another workspace's.
func newVault(t testing.TB, s *store.Store, catalogue operations.Catalogues) *credentials.Vault {
	t.Helper()
	text, err := credentials.GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := credentials.ParseMasterKey(text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := credentials.New(t.Context(), credentials.Options{
		Store: s, MasterKey: key, Catalogue: catalogue, Now: func() time.Time { return clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateWorkspace(t.Context(), "elsewhere", "Elsewhere"); err != nil {
		t.Fatal(err)
	}
	for ws, drafts := range map[string][]credentials.Draft{
		workspace: {
			{ID: "acct", Connector: "demo", Secrets: operations.Secrets{"access_token": secretOfAccount}},
			{ID: "other", Connector: "untested", Fields: map[string]string{"site": "x"}},
		},
		"elsewhere": {{ID: "theirs", Connector: "demo", Secrets: operations.Secrets{"access_token": "other secret"}}},
	} {
		for _, draft := range drafts {
			if _, err := v.Create(t.Context(), ws, draft); err != nil {
				t.Fatal(err)
			}
		}
	}
	return v
}

const secretOfAccount = "s3cr3t-value-of-acct"
