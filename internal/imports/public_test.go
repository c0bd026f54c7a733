package imports

import (
	"compress/gzip"
	"io"
	"os"
	"testing"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

// TestPublicDocuments imports documents as their services publish them; testdata/README.md says where they come from.
func TestPublicDocuments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, format     string
		operations, ddls int // ddls: with the proposed overlay
		scheme           string
		unfit            int // samples that cannot be made out of a pattern alone
		some             []string
	}{
		{"figma", "OpenAPI 3.1, YAML", 54, 7, "personal_access_token", 0, []string{"get_file", "post_comment", "delete_webhook"}},
		{"hydra", "OpenAPI 3.0, YAML", 47, 1, "bearer", 4, []string{"create_o_auth2_client", "get_version", "delete_json_web_key_set"}},
		{"docker", "Swagger 2.0, YAML", 107, 6, "address", 0, []string{"container_list", "image_build", "system_ping"}},
	}
	h := newHouse(t)
	i := h.imports(t, h.store)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			draft := Draft{Name: tt.name, Document: unpacked(t, tt.name), Propose: true}
			outcome := mustImport(t, i, store.DefaultWorkspace, draft)
			if r := outcome.Report; r.Format != tt.format || r.Operations != tt.operations {
				t.Errorf("%d operations of %s, want %d of %s", r.Operations, r.Format, tt.operations, tt.format)
			}
			for _, issue := range outcome.Report.Issues {
				if issue.Kind == openapi.Skipped || issue.Line == 0 {
					t.Errorf("issue: %s", issue)
				}
			}
			draft.Overlay, draft.Propose, draft.Replace = outcome.Proposal, false, true
			outcome = mustImport(t, i, store.DefaultWorkspace, draft)
			if outcome.Report.DDLs != tt.ddls {
				t.Errorf("%d drop-downs with the proposed overlay, want %d", outcome.Report.DDLs, tt.ddls)
			}
			if auth := outcome.Connector.Auth; len(auth) == 0 || auth[0].Name != tt.scheme {
				t.Errorf("auth schemes %v", auth)
			}
			if unfit := usable(t, i, tt.name, tt.some); unfit > tt.unfit {
				t.Errorf("%d samples do not fit, want at most %d", unfit, tt.unfit)
			}
		})
	}
}

// usable compiles every schema and counts the samples that do not fit theirs.
func usable(t *testing.T, i *Imports, connector string, some []string) (unfit int) {
	t.Helper()
	catalogue, err := i.Of(t.Context(), store.DefaultWorkspace, connector)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range some {
		if _, err := catalogue.Entry(connector, name); err != nil {
			t.Error(err)
		}
	}
	c, err := catalogue.Connector(connector)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Operations {
		spec := o.Spec()
		entry, err := catalogue.Entry(connector, spec.Name)
		if err != nil {
			t.Fatal(err)
		}
		input, err := entry.Input()
		if err != nil {
			t.Errorf("%s: %v", spec.Name, err)
			continue
		}
		sample, err := operations.Decode(spec.Sample.Input)
		if err != nil {
			t.Errorf("%s: the sample cannot be read: %v", spec.Name, err)
			continue
		}
		if faults := input.Faults(sample); len(faults) > 0 {
			unfit++
		}
		if _, err := entry.Output(); err != nil {
			t.Errorf("%s: %v", spec.Name, err)
		}
	}
	return unfit
}

func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.Open("testdata/" + name + ".yaml.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(unzip)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
