package store

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func connectorRow(name string) ConnectorRow {
	return ConnectorRow{
		Workspace: DefaultWorkspace, Name: name, Title: "Acme", Docs: "https://acme.example", BaseURL: "https://api.acme.example",
		Document: []byte("openapi: 3.1.0\x00"), Overlay: []byte{},
	}
}

func TestPutConnector(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := openTest(t, t.TempDir(), WithClock(now.now))
	made, err := s.PutConnector(t.Context(), connectorRow("acme"), false)
	want := connectorRow("acme")
	want.Version, want.Created, want.Updated = 1, now.now(), now.now()
	if diff := cmp.Diff(want, made); err != nil || diff != "" {
		t.Errorf("stored (%v):\n%s", err, diff)
	}
	_, err = s.PutConnector(t.Context(), connectorRow("acme"), false)
	wantCode(t, err, operations.CodeConflict)

	now.advance(time.Hour)
	want.Document, want.Overlay, want.Version, want.Updated = []byte("other"), []byte("overlay: 1.0.0"), 2, now.now()
	if _, err := s.PutConnector(t.Context(), want, true); err != nil {
		t.Fatal(err)
	}
	got, err := s.Connector(t.Context(), DefaultWorkspace, "acme")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("read (%v):\n%s", err, diff)
	}
	for _, name := range []string{"", "Acme", "2acme", "a__b", "a_", "_a", "a-b", "a.b", "../a", "a b", strings.Repeat("a", 64)} {
		_, err := s.PutConnector(t.Context(), connectorRow(name), true)
		wantCode(t, err, operations.CodeInvalidInput)
	}
	row := connectorRow("acme")
	row.Workspace = "nobody"
	_, err = s.PutConnector(t.Context(), row, false)
	wantCode(t, err, operations.CodeNotFound)
	row.Document = make([]byte, maxDocument+1)
	_, err = s.PutConnector(t.Context(), row, false)
	wantCode(t, err, operations.CodeTooLarge)
}

// TestConnectorVersions: a number never comes back, so that whoever remembers one sees every change.
func TestConnectorVersions(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for _, step := range []struct {
		name string
		do   func() error
		all  int64
		want map[string]int64
	}{
		{"at first", func() error { return nil }, 0, map[string]int64{}},
		{"one", func() error { _, err := s.PutConnector(t.Context(), connectorRow("one"), false); return err }, 1, map[string]int64{"one": 1}},
		{"two", func() error { _, err := s.PutConnector(t.Context(), connectorRow("two"), false); return err }, 2, map[string]int64{"one": 1, "two": 2}},
		{"gone", func() error { return s.DeleteConnector(t.Context(), DefaultWorkspace, "two", false) }, 3, map[string]int64{"one": 1}},
		{"again", func() error { _, err := s.PutConnector(t.Context(), connectorRow("two"), false); return err }, 4, map[string]int64{"one": 1, "two": 4}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		all, byName, err := s.ConnectorVersions(t.Context(), DefaultWorkspace)
		if diff := cmp.Diff(step.want, byName); err != nil || diff != "" || all != step.all {
			t.Errorf("%s: %d, want %d (%v):\n%s", step.name, all, step.all, err, diff)
		}
		if version, err := s.ConnectorsVersion(t.Context(), DefaultWorkspace); version != step.all || err != nil {
			t.Errorf("%s: version %d (%v), want %d", step.name, version, err, step.all)
		}
	}
	if version, err := s.ConnectorsVersion(t.Context(), "nobody"); version != 0 || err != nil {
		t.Errorf("a workspace that is not there has version %d (%v)", version, err)
	}
}

func TestDeleteConnector(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if _, err := s.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutConnector(t.Context(), connectorRow("outreach"), false); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.DeleteConnector(t.Context(), "acme", "outreach", false), operations.CodeNotFound)
	credential, err := s.InsertCredential(t.Context(), sampleRow(NewCredentialID()))
	if err != nil {
		t.Fatal(err)
	}
	err = s.DeleteConnector(t.Context(), DefaultWorkspace, "outreach", false)
	wantCode(t, err, operations.CodeConflict)
	if err == nil || !strings.Contains(err.Error(), "1 of the stored credentials") {
		t.Errorf("it says %v", err)
	}
	if _, err := s.Connector(t.Context(), DefaultWorkspace, "outreach"); err != nil {
		t.Errorf("the refused deletion has deleted: %v", err)
	}
	if err := s.DeleteCredential(t.Context(), DefaultWorkspace, credential.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteConnector(t.Context(), DefaultWorkspace, "outreach", false); err != nil {
		t.Error(err)
	}
	_, err = s.Connector(t.Context(), DefaultWorkspace, "outreach")
	wantCode(t, err, operations.CodeNotFound)
}

func TestRoomForConnectors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	large := connectorRow("large")
	large.Document = bytes.Repeat([]byte("x"), 1<<20)
	if _, err := s.PutConnector(t.Context(), large, false); err != nil {
		t.Fatal(err)
	}
	raw(t, dir, `UPDATE connectors SET overlay = zeroblob(209715200 - 1048576)`)
	_, err := s.PutConnector(t.Context(), connectorRow("one_too_large"), false)
	wantCode(t, err, operations.CodeConflict)
	if _, err := s.PutConnector(t.Context(), large, true); err != nil {
		t.Errorf("a replacement has to fit without what it replaces: %v", err)
	}
	raw(t, dir, `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
		INSERT INTO connectors SELECT 'default', 'c' || i, '', '', '', x'', x'', i, 0, 0 FROM n`)
	_, err = s.PutConnector(t.Context(), connectorRow("one_too_many"), false)
	wantCode(t, err, operations.CodeConflict)
	if _, err := s.PutConnector(t.Context(), connectorRow("c7"), true); err != nil {
		t.Errorf("replacing one of many: %v", err)
	}
}

func TestWhoImports(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if _, err := s.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	for workspace, names := range map[string][]string{DefaultWorkspace: {"b", "a"}, "acme": {"a"}} {
		for _, name := range names {
			row := connectorRow(name)
			row.Workspace = workspace
			if _, err := s.PutConnector(t.Context(), row, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	names, err := s.ImportedNames(t.Context())
	if diff := cmp.Diff([]string{"a", "b"}, names); err != nil || diff != "" {
		t.Errorf("names (%v):\n%s", err, diff)
	}
	workspaces, err := s.ImportingWorkspaces(t.Context())
	if diff := cmp.Diff([]string{"acme", DefaultWorkspace}, workspaces); err != nil || diff != "" {
		t.Errorf("workspaces (%v):\n%s", err, diff)
	}
}
