package nimchat_test

import (
	"testing"

	"github.com/patchbay/patchbay/connectors/nimchat"
	"github.com/patchbay/patchbay/operations/conformance"
)

func TestDeclared(t *testing.T) {
	t.Parallel()
	conformance.Declared(t, nimchat.Connector(), conformance.Catalogue(t, "../../testdata/catalogue/nimchat.json"))
}
