package jiratest_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// client is a widely used client of the service, as on Cloud.
func (f fixture) client() *jira.Client {
	return f.over(&jira.BasicAuthTransport{Username: jiratest.Email, Password: jiratest.APIToken})
}

func (f fixture) over(transport http.RoundTripper) *jira.Client {
	f.Helper()
	c, err := jira.NewClient(&http.Client{Transport: transport}, f.url)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// must gives what a call of the client came to.
func must[T any](t *testing.T) func(T, *jira.Response, error) T {
	return func(got T, _ *jira.Response, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
}

func done(t *testing.T) func(*jira.Response, error) {
	return func(_ *jira.Response, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestClientLeadsAnIssueThroughItsLife(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	c := f.client()
	made := must[*jira.Issue](t)(c.Issue.Create(&jira.Issue{Fields: &jira.IssueFields{
		Project: jira.Project{Key: jiratest.ProjectKey}, Type: jira.IssueType{Name: "Bug"}, Summary: "It breaks", Description: "First line\nsecond\n\nthird",
		Labels: []string{"a", "b"}, Components: []*jira.Component{{Name: jiratest.ComponentName}}, FixVersions: []*jira.FixVersion{{Name: "1.1"}},
		Assignee: &jira.User{AccountID: jiratest.Bob}, Priority: &jira.Priority{Name: "High"}, Duedate: jira.Date(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)),
	}}))
	got := must[*jira.Issue](t)(c.Issue.Get(made.Key, &jira.GetQueryOptions{Expand: "names,changelog"}))
	switch fields := got.Fields; {
	case fields.Summary != "It breaks", fields.Description != "First line\nsecond\n\nthird", fields.Priority.Name != "High",
		fields.Assignee.AccountID != jiratest.Bob, len(fields.Components) != 1, fields.FixVersions[0].ID != jiratest.VersionNext,
		fields.Status.Name != "To Do", strings.Join(fields.Labels, " ") != "a b", got.ID != made.ID, time.Time(fields.Duedate).Day() != 1:
		t.Errorf("got %+v", fields)
	}
	if got.Names["summary"] != "Summary" || got.Changelog == nil {
		t.Errorf("nothing was expanded: %+v", got)
	}
	must[*jira.Issue](t)(c.Issue.Update(&jira.Issue{Key: made.Key, Fields: &jira.IssueFields{Summary: "It still breaks", Type: jira.IssueType{Name: "Bug"}, Project: jira.Project{Key: "PROJ"}}}))
	comment := must[*jira.Comment](t)(c.Issue.AddComment(made.Key, &jira.Comment{Body: "Seen"}))
	comment.Body = "Seen twice"
	must[*jira.Comment](t)(c.Issue.UpdateComment(made.Key, comment))
	steps := must[[]jira.Transition](t)(c.Issue.GetTransitions(made.Key))
	if len(steps) != 3 || steps[1].ID != jiratest.ProjInProgress || steps[1].To.StatusCategory.Key != "indeterminate" {
		t.Errorf("transitions: %+v", steps)
	}
	done(t)(c.Issue.DoTransition(made.Key, jiratest.ProjInProgress))
	done(t)(c.Issue.UpdateAssignee(made.Key, &jira.User{AccountID: jiratest.Carla}))
	done(t)(c.Issue.AddWatcher(made.Key, jiratest.Bob))
	if watching := must[*[]jira.User](t)(c.Issue.GetWatchers(made.Key)); len(*watching) != 2 {
		t.Errorf("%d watch, want 2", len(*watching))
	}
	done(t)(c.Issue.RemoveWatcher(made.Key, jiratest.Bob))
	got = must[*jira.Issue](t)(c.Issue.Get(made.Key, nil))
	if got.Fields.Summary != "It still breaks" || got.Fields.Status.Name != "In Progress" || got.Fields.Assignee.AccountID != jiratest.Carla ||
		len(got.Fields.Comments.Comments) != 1 || got.Fields.Comments.Comments[0].Body != "Seen twice" || got.Fields.Watches.WatchCount != 1 {
		t.Errorf("after the changes: %+v", got.Fields)
	}
	if err := c.Issue.DeleteComment(made.Key, comment.ID); err != nil {
		t.Error(err)
	}
	done(t)(c.Issue.Delete(made.Key))
	if _, response, err := c.Issue.Get(made.Key, nil); err == nil || response.StatusCode != http.StatusNotFound || !strings.Contains(err.Error(), "Issue does not exist") {
		t.Errorf("the issue is still there: %v", err)
	}
}

func TestClientHangsThingsOnAnIssue(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	c := f.client()
	files := must[*[]jira.Attachment](t)(c.Issue.PostAttachment(jiratest.IssueKey, strings.NewReader("hello"), "note.txt"))
	response, err := c.Issue.DownloadAttachment((*files)[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || string(content) != "hello" || !strings.HasPrefix((*files)[0].MimeType, "text/plain") {
		t.Errorf("got %q %v of %+v", content, err, *files)
	}
	done(t)(c.Issue.DeleteAttachment((*files)[0].ID))

	started := jira.Time(time.Date(2026, 3, 10, 8, 0, 0, 0, time.FixedZone("", 3600)))
	log := must[*jira.WorklogRecord](t)(c.Issue.AddWorklogRecord(jiratest.IssueKey, &jira.WorklogRecord{TimeSpent: "3h 20m", Started: &started, Comment: "Worked"}))
	if log.TimeSpentSeconds != 12_000 || log.Comment != "Worked" || !time.Time(*log.Started).Equal(time.Time(started)) {
		t.Errorf("worklog %+v", log)
	}
	if logs := must[*jira.Worklog](t)(c.Issue.GetWorklogs(jiratest.IssueKey)); logs.Total != 2 {
		t.Errorf("%d worklogs, want 2", logs.Total)
	}
	done(t)(c.Issue.AddLink(&jira.IssueLink{
		Type: jira.IssueLinkType{Name: jiratest.LinkTypeBlocks}, InwardIssue: &jira.Issue{Key: jiratest.DeleteKey}, OutwardIssue: &jira.Issue{Key: jiratest.LongKey},
	}))
	from, to := must[*jira.Issue](t)(c.Issue.Get(jiratest.DeleteKey, nil)), must[*jira.Issue](t)(c.Issue.Get(jiratest.LongKey, nil))
	if from.Fields.IssueLinks[0].OutwardIssue.Key != jiratest.LongKey || to.Fields.IssueLinks[0].InwardIssue.Key != jiratest.DeleteKey {
		t.Errorf("links %+v %+v", from.Fields.IssueLinks[0], to.Fields.IssueLinks[0])
	}
	done(t)(c.Issue.DeleteLink(from.Fields.IssueLinks[0].ID))
}

func TestClientReadsTheSettings(t *testing.T) {
	t.Parallel()
	c := start(t, jiratest.Options{}).client()
	p := must[*jira.Project](t)(c.Project.Get(jiratest.ProjectKey))
	if p.ID != jiratest.ProjectID || len(p.IssueTypes) != 5 || len(p.Components) != 3 || len(p.Versions) != 60 || p.Lead.AccountID != jiratest.AccountID {
		t.Errorf("project %+v", p)
	}
	if list := must[*jira.ProjectList](t)(c.Project.GetList()); len(*list) != 3 {
		t.Errorf("%d projects", len(*list))
	}
	if all := must[[]jira.Field](t)(c.Field.GetList()); len(all) < 30 {
		t.Errorf("%d fields", len(all))
	}
	if all := must[[]jira.Status](t)(c.Status.GetAllStatuses()); len(all) != 6 {
		t.Errorf("%d statuses", len(all))
	}
	if all := must[[]jira.Priority](t)(c.Priority.GetList()); len(all) != 5 {
		t.Errorf("%d priorities", len(all))
	}
	if all := must[[]jira.Resolution](t)(c.Resolution.GetList()); len(all) != 4 {
		t.Errorf("%d resolutions", len(all))
	}
	if me := must[*jira.User](t)(c.User.GetSelf()); me.EmailAddress != jiratest.Email {
		t.Errorf("I am %+v", me)
	}
	if found := must[[]jira.User](t)(c.User.Find("bob")); len(found) != 1 || found[0].AccountID != jiratest.Bob {
		t.Errorf("found %+v", found)
	}
	id, _ := strconv.Atoi(jiratest.VersionID)
	if v := must[*jira.Version](t)(c.Version.Get(id)); v.Name != jiratest.VersionName || !*v.Released || v.ProjectID != 10_000 {
		t.Errorf("version %+v", v)
	}
	released := true
	v := must[*jira.Version](t)(c.Version.Create(&jira.Version{Name: "2.0", ProjectID: 10_000}))
	v.Released = &released
	if v = must[*jira.Version](t)(c.Version.Update(v)); !*v.Released {
		t.Errorf("updated %+v", v)
	}
	if made := must[*jira.ProjectComponent](t)(c.Component.Create(&jira.CreateComponentOptions{Name: "Mail", Project: "PROJ"})); made.ID == "" {
		t.Errorf("component %+v", made)
	}
}

func TestClientPlansASprint(t *testing.T) {
	t.Parallel()
	c := start(t, jiratest.Options{}).client()
	boards := must[*jira.BoardsList](t)(c.Board.GetAllBoards(&jira.BoardListOptions{ProjectKeyOrID: "PROJ", BoardType: "scrum"}))
	if len(boards.Values) != 1 || boards.Values[0].ID != jiratest.ScrumBoard || !boards.IsLast {
		t.Fatalf("boards %+v", boards)
	}
	sprints := must[*jira.SprintsList](t)(c.Board.GetAllSprintsWithOptions(jiratest.ScrumBoard, &jira.GetAllSprintsOptions{State: "active"}))
	if len(sprints.Values) != 1 || sprints.Values[0].ID != jiratest.ActiveSprint || sprints.Values[0].EndDate == nil {
		t.Fatalf("sprints %+v", sprints)
	}
	count := func(sprint int) int { return len(must[[]jira.Issue](t)(c.Sprint.GetIssuesForSprint(sprint))) }
	before := count(jiratest.ActiveSprint)
	done(t)(c.Sprint.MoveIssuesToSprint(jiratest.FutureSprint, []string{jiratest.IssueKey, jiratest.LongKey}))
	if now := count(jiratest.FutureSprint); now != 2 || count(jiratest.ActiveSprint) != before-1 {
		t.Errorf("%d in the new sprint, %d of %d in the old", now, count(jiratest.ActiveSprint), before)
	}
}

// TestDataCenter is the same service as it stands in a company's own house: people have names, and search has pages by number.
func TestDataCenter(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	c := f.over(&jira.PATAuthTransport{Token: jiratest.PersonalAccessToken})
	found, response, err := c.Issue.Search("project = PROJ ORDER BY key", &jira.SearchOptions{StartAt: 50, MaxResults: 20})
	if err != nil || len(found) != 12 || response.Total != 62 || found[0].Key != "PROJ-51" {
		t.Errorf("found %d of %d: %v", len(found), response.Total, err)
	}
	me := must[*jira.User](t)(c.User.GetSelf())
	if me.Name != jiratest.Username || me.Key == "" || me.AccountID != "" {
		t.Errorf("I am %+v", me)
	}
	done(t)(c.Issue.UpdateAssignee(jiratest.LongKey, &jira.User{Name: "carla"}))
	issue := must[*jira.Issue](t)(c.Issue.Get(jiratest.LongKey, nil))
	if issue.Fields.Assignee.Name != "carla" || !strings.HasPrefix(issue.Fields.Description, "Reported by") {
		t.Errorf("issue %+v", issue.Fields)
	}
	f.want(404, "GET", "/rest/api/3/myself", "", dataCenter...)
	f.want(404, "GET", "/rest/api/2/search/jql?jql=project=PROJ", "", dataCenter...)
	f.want(404, "GET", "/rest/api/2/project/search", "", dataCenter...)
	f.equal(f.want(200, "GET", "/rest/api/2/serverInfo", "", dataCenter...), "deploymentType", "Server")
	f.equal(f.want(200, "GET", "/rest/api/2/issue/createmeta/DEV/issuetypes", "", dataCenter...), "values.4.id", jiratest.DevBug)
	f.equal(f.want(200, "GET", "/rest/api/2/user?username=bob", "", dataCenter...), "displayName", "Bob Iversen")
	f.equal(f.want(200, "GET", "/rest/api/2/user/assignable/search?project=DEV&username=car", "", dataCenter...), "0.name", "carla")
	f.equal(f.want(200, "GET", "/rest/api/2/attachment/"+jiratest.AttachmentID, "", dataCenter...), "content", f.url+"/secure/attachment/10501/mail.log")
	f.want(410, "GET", "/rest/api/2/search?jql=project=PROJ", "")
}
