package jira_test

import (
	"testing"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/operations/conformance"
)

func TestDeclared(t *testing.T) {
	t.Parallel()
	conformance.Declared(t, jira.Connector(), conformance.Catalogue(t, "../../testdata/catalogue/jira.json"))
}
