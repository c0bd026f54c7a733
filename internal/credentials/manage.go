package credentials

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// Draft is a credential to be created.
type Draft struct {
	ID        string             `json:"id,omitempty"` // empty: a new one is made
	Connector string             `json:"connector"`
	Name      string             `json:"name,omitempty"`   // empty: the connector's title
	Scheme    string             `json:"scheme,omitempty"` // empty: the connector's first
	Fields    map[string]string  `json:"fields,omitempty"`
	Secrets   operations.Secrets `json:"secrets,omitempty"` // read from JSON, never written to it
}

// Patch is a change of a credential. What is nil or not named stays as it is; an empty value removes a field.
type Patch struct {
	Name    *string            `json:"name,omitempty"`
	Fields  map[string]string  `json:"fields,omitempty"`
	Secrets operations.Secrets `json:"secrets,omitempty"` // read from JSON, never written to it
}

// Metadata is what may be seen of a credential.
type Metadata struct {
	ID        string            `json:"id"`
	Connector string            `json:"connector"`
	Name      string            `json:"name"`
	Scheme    string            `json:"scheme"`
	Fields    map[string]string `json:"fields"`
	Secrets   []string          `json:"secrets"` // the names of those that are set
	Version   int64             `json:"version"` // goes up with each change
	Created   time.Time         `json:"created"`
	Updated   time.Time         `json:"updated"`
	LastUsed  *time.Time        `json:"lastUsed,omitempty"` // up to 70 seconds late
}

func metadataOf(row store.CredentialRow) Metadata {
	return Metadata{
		ID: row.ID, Connector: row.Connector, Name: row.Name, Scheme: row.Scheme, Fields: row.Fields,
		Secrets: row.SecretNames, Version: row.Version, Created: row.Created, Updated: row.Updated, LastUsed: row.LastUsed,
	}
}

// Create stores a credential. Errors: invalid_input with everything that does not fit the connector's scheme, conflict
// for an id that is taken, not_found for the workspace.
func (v *Vault) Create(ctx context.Context, workspace string, draft Draft) (Metadata, error) {
	catalogue, err := v.Catalogue.Of(ctx, workspace, draft.Connector)
	if err != nil {
		return Metadata{}, err
	}
	connector, err := catalogue.Connector(draft.Connector)
	if err != nil {
		missing := operations.AsError(err)
		return Metadata{}, &operations.Error{
			Code: operations.CodeInvalidInput, Detail: missing.Detail, Suggestion: missing.Suggestion,
			Faults: []operations.InputFault{{Pointer: "/connector", Detail: missing.Detail}},
		}
	}
	scheme, known := connector.Scheme(draft.Scheme)
	check := checker{connector: connector.For(scheme.Name), scheme: scheme, origin: v.Origins[connector.Name]}
	if !known {
		check.schemeFault()
		return Metadata{}, check.err()
	}
	row := store.CredentialRow{
		ID: cmp.Or(draft.ID, store.NewCredentialID()), Workspace: workspace, Connector: connector.Name,
		Name: cmp.Or(draft.Name, connector.Title, connector.Name), Scheme: scheme.Name,
		Fields: merge(nil, draft.Fields),
	}
	secrets := operations.Secrets(merge(nil, draft.Secrets))
	check.id(row.ID)
	check.name(row.Name)
	check.given(draft.Fields, draft.Secrets)
	check.whole(row.Fields, secrets)
	if err := check.err(); err != nil {
		return Metadata{}, err
	}
	if err := v.MasterKey.seal(&row, secrets); err != nil {
		return Metadata{}, err
	}
	row, err = v.Store.InsertCredential(ctx, row)
	if err != nil {
		return Metadata{}, err
	}
	return metadataOf(row), nil
}

// Update changes a credential. It does not clash with a token being renewed meanwhile. Errors: invalid_input with
// everything that does not fit, not_found.
func (v *Vault) Update(ctx context.Context, workspace, id string, patch Patch) (Metadata, error) {
	for try := 1; ; try++ {
		row, err := v.update(ctx, workspace, id, patch)
		if errors.Is(err, store.ErrChanged) && try < maxTries {
			continue
		}
		if err != nil {
			return Metadata{}, err
		}
		v.opened.Invalidate(reference{workspace, id})
		return metadataOf(row), nil
	}
}

// maxTries bounds how often a change is tried again when others keep being faster.
const maxTries = 10

func (v *Vault) update(ctx context.Context, workspace, id string, patch Patch) (store.CredentialRow, error) {
	row, err := v.Store.Credential(ctx, workspace, id)
	if err != nil {
		return row, err
	}
	catalogue, err := v.Catalogue.Of(ctx, workspace, row.Connector)
	if err != nil {
		return row, err
	}
	connector, err := catalogue.Connector(row.Connector)
	if err != nil {
		return row, err
	}
	scheme, known := connector.Scheme(row.Scheme)
	secrets, err := v.MasterKey.unseal(row)
	if err != nil && len(patch.Secrets) == 0 {
		return row, err
	}
	check := checker{connector: connector.For(scheme.Name), scheme: scheme, origin: v.Origins[connector.Name]}
	if !known {
		check.schemeFault()
		return row, check.err()
	}
	if patch.Name != nil {
		row.Name = *patch.Name
		check.name(row.Name)
	}
	row.Fields, secrets = merge(row.Fields, patch.Fields), merge(secrets, patch.Secrets)
	if _, changed := patch.Secrets[accessToken]; changed {
		delete(row.Fields, expiresAt)
	}
	check.given(patch.Fields, patch.Secrets)
	check.whole(row.Fields, secrets)
	if err := check.err(); err != nil {
		return row, err
	}
	if err := v.MasterKey.seal(&row, secrets); err != nil {
		return row, err
	}
	return v.Store.UpdateCredential(ctx, row)
}

// merge gives values with changes laid over them. What is empty is left out.
func merge(values, changes map[string]string) map[string]string {
	merged := make(map[string]string, len(values)+len(changes))
	maps.Copy(merged, values)
	maps.Copy(merged, changes)
	maps.DeleteFunc(merged, func(_, value string) bool { return value == "" })
	return merged
}

// Get shows a credential of the workspace, without its secrets. One that is not there is not_found.
func (v *Vault) Get(ctx context.Context, workspace, id string) (Metadata, error) {
	row, err := v.Store.Credential(ctx, workspace, id)
	if err != nil {
		return Metadata{}, err
	}
	return metadataOf(row), nil
}

// List shows the workspace's credentials by id, without their secrets; only those of a connector if it is not empty.
func (v *Vault) List(ctx context.Context, workspace, connector string) ([]Metadata, error) {
	rows, err := v.Store.ListCredentials(ctx, workspace, connector)
	if err != nil {
		return nil, err
	}
	list := make([]Metadata, len(rows))
	for i, row := range rows {
		list[i] = metadataOf(row)
	}
	return list, nil
}

// Delete removes a credential of the workspace. One that is not there is not_found.
func (v *Vault) Delete(ctx context.Context, workspace, id string) error {
	if err := v.Store.DeleteCredential(ctx, workspace, id); err != nil {
		return err
	}
	v.opened.Invalidate(reference{workspace, id})
	return nil
}
