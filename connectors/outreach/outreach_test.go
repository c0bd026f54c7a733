package outreach_test

import (
	"testing"

	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/operations/conformance"
)

func TestDeclared(t *testing.T) {
	t.Parallel()
	conformance.Declared(t, outreach.Connector(), conformance.Catalogue(t, "../../testdata/catalogue/outreach.json"))
}
