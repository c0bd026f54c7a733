// Package jira connects Jira, the issue tracker: Jira Cloud by version 3 of its REST API, Jira Data Center by version 2.
// Requests are made with go-jira; texts go in and come out as Markdown, whatever Jira keeps them as.
package jira

import (
	"slices"
	"time"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/rawhttp"
)

const (
	docs     = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
	groups   = docs + "api-group-"
	software = "https://developer.atlassian.com/cloud/jira/software/rest/api-group-"
)

// What operations belong to: a write drops the cached reads of its resource.
const (
	resourceIssue      = "issue"
	resourceComment    = "comment"
	resourceAttachment = "attachment"
	resourceWorklog    = "worklog"
	resourceLink       = "link"
	resourceWatcher    = "watcher"
	resourceProject    = "project"
	resourceVersion    = "version"
	resourceUser       = "user"
	resourceSprint     = "sprint"
	resourceSettings   = "settings"
	resourceSite       = "site"
)

// Connector declares the connector: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/.
func Connector() operations.Connector {
	login := logins()
	return operations.Connector{
		Name:        "jira",
		Title:       "Jira",
		Description: "Issue tracking: issues with their comments, files, work, links and watchers, in projects, versions and sprints.",
		Version:     "1.0",
		Docs:        docs,
		Origin:      "{site_url}",
		Auth:        login,
		Throttlers:  throttlers(),
		Verify:      "get_myself",
		ReadError:   readError,
		Rejected:    rejected,
		Operations: slices.Concat(
			issues(), search(), transitions(), comments(), attachments(), worklogs(), links(), watchers(),
			projects(), versions(), users(), agile(), settings(), sites(),
			[]operations.Operation{rawhttp.Request(rawhttp.Options{
				Docs: docs, Auth: login,
				Headers: map[string]string{"Accept": "application/json", "Content-Type": "application/json"},
				Sample: operations.NewSample(`{"method":"GET","url":{"endpoint":"/rest/api/3/project/PROJ"}}`,
					`{"response":{"status_code":200,"headers":{"content-type":"application/json;charset=UTF-8"},`+
						`"body":{"id":"10000","key":"PROJ","name":"Customer portal"}}}`),
			})},
		),
	}
}

// throttlers are the limits held towards Jira. Atlassian does not publish the sizes of its bursts, so the first is a
// guess on the safe side; https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ tells what there is. Writes
// to one issue that cross one another are refused, and so go one by one.
func throttlers() []operations.Throttler {
	return []operations.Throttler{
		{
			Name: "jira-burst", TTL: operations.Seconds(time.Second), Limit: 20, Burst: 20, Key: "{workspace}/{credential}", Enabled: true,
		},
		{
			Name: "jira-issue-writes", Match: "POST|PUT|DELETE /rest/api/*/issue/*/**", Concurrent: 1,
			Key: "{workspace}/{credential}/{input.issue_key}", Enabled: true,
		},
	}
}
