package jiratest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// TestTheSeedIsAsItsNamesSay holds what samples may rely on.
func TestTheSeedIsAsItsNamesSay(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for path, want := range map[string]map[string]string{
		"/issue/" + jiratest.IssueID: {
			"key": jiratest.IssueKey, "fields.status.name": "To Do", "fields.issuetype.id": jiratest.ProjTask, "fields.comment.comments.0.id": jiratest.CommentID,
			"fields.comment.comments.0.author.accountId": jiratest.AccountID, "fields.worklog.worklogs.0.id": jiratest.WorklogID,
			"fields.attachment.0.id": jiratest.AttachmentID, "fields.issuelinks.0.id": jiratest.LinkID, "fields.issuelinks.0.outwardIssue.key": jiratest.DevIssueKey,
			"fields.watches.watchCount": "2", "fields.parent.key": jiratest.EpicKey, "fields.fixVersions.0.id": jiratest.VersionNext,
			"fields." + jiratest.FieldSprint + ".0.id": fmt.Sprint(jiratest.ActiveSprint), "fields.priority.id": jiratest.PriorityMedium,
		},
		"/issue/" + jiratest.EpicKey:             {"fields.issuetype.id": jiratest.ProjEpic},
		"/issue/" + jiratest.LongKey:             {"fields.comment.total": "120", "fields.issuetype.id": jiratest.ProjTask, "fields.status.name": "To Do"},
		"/issue/" + jiratest.DeleteKey:           {"fields.comment.total": "0", "fields.issuelinks": "[]", "fields.subtasks": "[]", "fields.status.name": "To Do"},
		"/issue/" + jiratest.SubtasksKey:         {"fields.subtasks.#": "2", "fields.status.name": "To Do"},
		"/issue/PROJ-61":                         {"fields.issuetype.id": jiratest.ProjSubtask},
		"/issue/" + jiratest.DevIssueKey:         {"fields.status.name": "Backlog", "fields.issuetype.id": jiratest.DevBug},
		"/issue/" + jiratest.DevReviewKey:        {"fields.status.name": "In Review", "fields.issuetype.id": jiratest.DevTask},
		"/version/" + jiratest.VersionID:         {"name": jiratest.VersionName, "released": "true", "projectId": jiratest.ProjectID},
		"/component/" + jiratest.ComponentID:     {"name": jiratest.ComponentName, "project": jiratest.ProjectKey},
		"/project/" + jiratest.OpsKey:            {"id": jiratest.OpsID, "issueTypes.0.id": jiratest.OpsTask, "issueTypes.1.id": jiratest.OpsSubtask},
		"/project/" + jiratest.DevKey:            {"id": jiratest.DevID, "issueTypes.0.id": jiratest.DevEpic, "issueTypes.1.id": jiratest.DevStory, "issueTypes.3.id": jiratest.DevSubtask},
		"/project/" + jiratest.ProjectKey:        {"id": jiratest.ProjectID, "issueTypes.1.id": jiratest.ProjStory, "issueTypes.4.id": jiratest.ProjBug},
		"/user?accountId=" + jiratest.Former:     {"active": "false"},
		"/user?accountId=" + jiratest.Reader:     {"emailAddress": jiratest.ReaderEmail},
		"/resolution/" + jiratest.ResolutionDone: {"name": "Done"},
	} {
		a := f.get(path)
		for at, value := range want {
			if got := a.get(at).String(); got != value {
				t.Errorf("%s: %s is %q, want %q", path, at, got, value)
			}
		}
	}
}

// TestTheSeedIsAlwaysTheSame compares a sandbox that was used and reset with a fresh one.
func TestTheSeedIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	a, b := start(t, jiratest.Options{BaseURL: "http://x"}), start(t, jiratest.Options{BaseURL: "http://x"})
	const all = "/search/jql?jql=project+is+not+empty&fields=*all&maxResults=100"
	first := a.get(all).body
	a.want(201, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Task"},"summary":"x"}}`)
	a.want(204, "DELETE", "/rest/api/3/issue/PROJ-1", "")
	a.want(204, "PUT", "/rest/api/3/issue/PROJ-3", `{"fields":{"summary":"x","labels":["x"]}}`)
	if a.get(all).body == first {
		t.Error("nothing was changed")
	}
	a.want(204, "POST", "/_sandbox/reset", "")
	if got := a.get(all).body; got != first || got != b.get(all).body {
		t.Error("the seed is not what it was")
	}
	made := a.want(201, "POST", "/rest/api/3/issue", `{"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Task"},"summary":"x"}}`)
	a.equal(made, "key", "OPS-13")
	a.equal(made, "id", "20001")
}

// TestTheSeedIsRecent: dates count back from now, so that searches like -7d find something whenever they are made.
func TestTheSeedIsRecent(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{time.Date(2024, 2, 29, 1, 0, 0, 0, time.UTC), time.Date(2031, 12, 31, 23, 59, 59, 0, time.UTC)} {
		f := start(t, jiratest.Options{Now: func() time.Time { return now }})
		if got := f.find("created >= -7d and created <= now()"); got == "" || f.find("updated > now()") != "" || f.find("sprint in openSprints()") == "" {
			t.Errorf("in %s: %q", now, got)
		}
	}
}
