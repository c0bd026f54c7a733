package jira_test

import (
	"strings"

	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// translated is a sample input as a Data Center wants it, which knows people by name and has version 2 of the API.
func translated(scheme, input string) string {
	if scheme != jira.PersonalAccessToken {
		return input
	}
	return strings.NewReplacer(jiratest.AccountID, "alice", jiratest.Bob, "bob", "/rest/api/3/", "/rest/api/2/").Replace(input)
}
