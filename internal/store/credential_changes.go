package store

import (
	"context"
)

// CredentialChanges are the changes of credentials after a version.
type CredentialChanges struct {
	Version int64           // the newest: the one to ask with next
	Changed []CredentialRef // in the order of their changes; one that was changed often stands in it often
	All     bool            // too much has changed since then to tell what: it may be any credential
}

// CredentialRef names a credential.
type CredentialRef struct{ Workspace, ID string }

// CredentialsChanged tells which credentials have been changed or deleted after a version, by whatever process. New ones are
// not told. The last 10,000 changes are remembered; whoever has seen none yet asks with 0.
func (s *Store) CredentialsChanged(ctx context.Context, since int64) (CredentialChanges, error) {
	changes := CredentialChanges{Version: since}
	// Where the list does not reach back to the version, or never came so far since it is that of a backup, its last row tells.
	rows, err := s.read.QueryContext(ctx, `SELECT version, workspace, id FROM credential_changes WHERE version >
		CASE WHEN ?1 BETWEEN (SELECT min(version) FROM credential_changes) AND (SELECT max(version) FROM credential_changes)
		THEN ?1 ELSE (SELECT max(version) FROM credential_changes) - 1 END ORDER BY version`, since)
	if err != nil {
		return CredentialChanges{}, fault("looking for changed credentials", err)
	}
	changes.Changed, err = collect(rows, func(row scanner) (ref CredentialRef, err error) {
		previous := changes.Version
		err = row.Scan(&changes.Version, &ref.Workspace, &ref.ID)
		changes.All = changes.All || changes.Version != previous+1
		return ref, err
	})
	if err != nil {
		return CredentialChanges{}, fault("looking for changed credentials", err)
	}
	return changes, nil
}
