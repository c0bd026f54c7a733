package store

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func sampleRow(id string) CredentialRow {
	return CredentialRow{
		ID: id, Workspace: DefaultWorkspace, Connector: "outreach", Name: "Sales", Scheme: "oauth2",
		Fields: map[string]string{"site": "a \"quoted\" <é>"}, SecretNames: []string{"access_token"},
		Sealed: []byte{0, 1, 255}, KeyID: 1<<32 - 1,
	}
}

func TestInsertCredential(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now))
	if _, err := s.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	row, err := s.InsertCredential(t.Context(), sampleRow(NewCredentialID()))
	if err != nil {
		t.Fatal(err)
	}
	want := sampleRow(row.ID)
	want.Version, want.Created, want.Updated = 1, now.now(), now.now()
	if diff := cmp.Diff(want, row); diff != "" {
		t.Errorf("inserted:\n%s", diff)
	}
	got, err := s.Credential(t.Context(), DefaultWorkspace, row.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("read (%v):\n%s", err, diff)
	}
	_, err = s.InsertCredential(t.Context(), row)
	wantCode(t, err, operations.CodeConflict)
	row.Workspace = "nobody"
	_, err = s.InsertCredential(t.Context(), row)
	wantCode(t, err, operations.CodeNotFound)
	row.Workspace = "acme"
	if _, err = s.InsertCredential(t.Context(), row); err != nil {
		t.Errorf("the same id in another workspace: %v", err)
	}
	for _, id := range []string{"", "A", "-a", "a b", "a/b", string(make([]byte, 64))} {
		_, err = s.InsertCredential(t.Context(), sampleRow(id))
		wantCode(t, err, operations.CodeInvalidInput)
	}
}

func TestCredentialsOfOtherWorkspaces(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if _, err := s.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	row, err := s.InsertCredential(t.Context(), sampleRow("sandbox-outreach"))
	if err != nil {
		t.Fatal(err)
	}
	stolen := row
	stolen.Workspace = "acme"
	_, errGet := s.Credential(t.Context(), "acme", row.ID)
	_, errUpdate := s.UpdateCredential(t.Context(), stolen)
	errDelete := s.DeleteCredential(t.Context(), "acme", row.ID)
	_, errAbsent := s.Credential(t.Context(), "acme", "absent")
	for _, err := range []error{errGet, errUpdate, errDelete} {
		wantCode(t, err, operations.CodeNotFound)
		if err.Error() != errAbsent.Error() {
			t.Errorf("%q differs from what an absent id gives: %q", err, errAbsent)
		}
	}
	list, err := s.ListCredentials(t.Context(), "acme", "")
	if err != nil || len(list) != 0 {
		t.Errorf("listed %+v (%v)", list, err)
	}
}

func TestListCredentials(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for id, connector := range map[string]string{"b": "slack", "a": "slack", "c": "jira"} {
		row := sampleRow(id)
		row.Connector = connector
		if _, err := s.InsertCredential(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	for connector, want := range map[string][]string{"": {"a", "b", "c"}, "slack": {"a", "b"}, "dixa": {}} {
		rows, err := s.ListCredentials(t.Context(), DefaultWorkspace, connector)
		ids := []string{}
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		if diff := cmp.Diff(want, ids); err != nil || diff != "" {
			t.Errorf("%q (%v):\n%s", connector, err, diff)
		}
	}
}

func TestUpdateCredential(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now))
	row, err := s.InsertCredential(t.Context(), sampleRow("c"))
	if err != nil {
		t.Fatal(err)
	}
	now.advance(time.Second)
	changed := row
	changed.Name, changed.Fields, changed.SecretNames = "Other", map[string]string{}, []string{}
	changed.Sealed, changed.KeyID = []byte{2}, 2
	updated, err := s.UpdateCredential(t.Context(), changed)
	if err != nil {
		t.Fatal(err)
	}
	want := changed
	want.Version, want.Updated = 2, now.now()
	stored, err := s.Credential(t.Context(), DefaultWorkspace, "c")
	if diff := cmp.Diff(want, updated) + cmp.Diff(want, stored); err != nil || diff != "" {
		t.Errorf("updated (%v):\n%s", err, diff)
	}
	_, err = s.UpdateCredential(t.Context(), row)
	wantCode(t, err, operations.CodeConflict)
	if !errors.Is(err, ErrChanged) {
		t.Errorf("%v is not ErrChanged", err)
	}
	if err := s.DeleteCredential(t.Context(), DefaultWorkspace, "c"); err != nil {
		t.Fatal(err)
	}
	_, err = s.UpdateCredential(t.Context(), updated)
	wantCode(t, err, operations.CodeNotFound)
	wantCode(t, s.DeleteCredential(t.Context(), DefaultWorkspace, "c"), operations.CodeNotFound)
}

func TestUpdateCredentialHasOneWinner(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	row, err := s.InsertCredential(t.Context(), sampleRow("c"))
	if err != nil {
		t.Fatal(err)
	}
	const rivals = 8
	results := make([]error, rivals)
	var group sync.WaitGroup
	for i := range rivals {
		group.Go(func() { _, results[i] = s.UpdateCredential(t.Context(), row) })
	}
	group.Wait()
	winners := 0
	for _, err := range results {
		if err == nil {
			winners++
		} else {
			wantCode(t, err, operations.CodeConflict)
		}
	}
	if winners != 1 {
		t.Errorf("%d winners, want 1", winners)
	}
}
