package server

import (
	"strings"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// TestDirectory: it finds what is built in, by every name of it, and keeps no more than that.
func TestDirectory(t *testing.T) {
	t.Parallel()
	imported := open()
	imported.Name, imported.Import = "imported", &operations.Import{}
	catalogue, err := operations.NewCatalogue([]operations.Connector{(&demo{}).connector(), imported})
	if err != nil {
		t.Fatal(err)
	}
	d := newDirectory(catalogue)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, operation := range []string{"create_thing", "demo:create-thing", "list_things"} {
				first := d.find("demo", operation)
				if first == nil || first != d.find("demo", strings.Clone(operation)) || first.connector != "demo" || first.operation != operation {
					t.Errorf("%s is %+v", operation, first)
				}
			}
			if found := d.find("demo", "demo:create-thing"); found.name != "create_thing" {
				t.Errorf("its name is %s", found.name)
			}
			for connector, operation := range map[string]string{"demo": "made-up", "made-up": "create_thing", "imported": "echo"} {
				if found := d.find(connector, operation); found != nil {
					t.Errorf("%s of %s is %+v", operation, connector, found)
				}
			}
		})
	}
	group.Wait()
	if kept := *d.shelves["demo"].operations.Load(); len(kept) != 3 {
		t.Errorf("it keeps %v", kept)
	}
}
