package jiratest

import (
	"fmt"
	"strconv"
	"time"
)

// seeder makes the issues of the seed.
type seeder struct {
	*state
	now  time.Time
	made int
}

func (s *seeder) issues() {
	proj, dev, ops := s.projects[0], s.projects[1], s.projects[2]
	topics := []string{
		"Show the delivery date in the order list", "Search finds no orders with an umlaut", "Let customers change their address",
		"Export of invoices stops at 1,000 rows", "Rename the menu item Returns", "Password reset mail arrives late", "Add a dark theme",
		"Round prices as the shop does",
	}
	for n := 1; n <= 60; n++ {
		s.issue(proj, projKind(n), topics[n%len(topics)]+" ("+strconv.Itoa(n)+")", projStatus(n))
	}
	for n := 1; n <= 24; n++ {
		kind, at := "Task", []string{"Backlog", "In Review", "In Progress", "Closed"}[(n-1)%4]
		if n%5 == 1 {
			kind = "Bug"
		}
		s.issue(dev, kind, fmt.Sprintf("Build step %d fails now and then", n), at)
	}
	for n := 1; n <= 12; n++ {
		s.issue(ops, "Task", fmt.Sprintf("Check the backup of host %02d", n), []string{"To Do", "In Progress", "Done"}[n%3])
	}
	s.shown()
	s.long()
	s.family()
}

func projKind(n int) string {
	switch {
	case n == 2:
		return "Epic"
	case n <= 5:
		return "Task"
	}
	return []string{"Task", "Bug", "Story"}[n%3]
}

func projStatus(n int) string {
	if n <= 5 {
		return "To Do"
	}
	return []string{"To Do", "In Progress", "Done"}[n%3]
}

func (s *seeder) issue(p *project, kind, summary, at string) *issue {
	p.issues++
	n := p.issues
	when := s.now.Add(-time.Duration(s.made*11+26) * time.Hour)
	i := &issue{
		id: strconv.Itoa(10_101 + s.made), key: p.key + "-" + strconv.Itoa(n), number: n, project: p, creator: s.users[n%3],
		created: when, updated: when.Add(time.Duration(n%20) * time.Hour), categoryChanged: when, watchers: []*user{s.users[n%3]},
	}
	s.made++
	i.values = map[string]any{
		"project": p, "summary": summary, "status": s.state.status(at), "reporter": s.users[n%3], "priority": s.priorities[(n+1)%5],
		"issuetype":   find(p.types, func(t *issueType) bool { return t.name == kind }),
		"description": document("Reported by a customer.\n\nOrder " + strconv.Itoa(48_000+n) + " shows it."),
	}
	if n%4 != 0 {
		i.values["assignee"] = s.users[n%3]
	}
	if i.status().category.key == "done" {
		i.values["resolution"], i.values["resolutiondate"] = s.resolutions[n%2], i.updated
	}
	if kind == "Bug" {
		i.values[FieldSeverity] = s.fieldByID[FieldSeverity].options[n%3]
	}
	if n%3 == 0 {
		i.values["labels"] = []any{[]string{"billing", "search", "mobile"}[n/3%3]}
	}
	if p.scrum && i.kind().level == 0 && n%6 < 2 {
		i.values[FieldSprint] = []any{s.sprints[n%6]}
	}
	s.add(i)
	return i
}

// shown fills the issue that samples name.
func (s *seeder) shown() {
	i := s.byKey[IssueKey]
	i.values["summary"] = "Invoices are sent twice when a customer pays in instalments"
	i.values["description"] = document("Two invoices arrive for every instalment.\n\nSteps: pay the first instalment, wait for the mail.")
	i.values["assignee"], i.values["reporter"], i.values["parent"] = s.users[0], s.users[1], s.byKey[EpicKey]
	i.values["priority"] = s.priorities[2]
	i.values["labels"], i.values["components"] = []any{"billing", "customer"}, []any{s.projects[0].components[0]}
	i.values["fixVersions"] = []any{s.projects[0].versions[1]}
	i.values["duedate"] = s.now.AddDate(0, 0, 21).Format(time.DateOnly)
	i.values[FieldStoryPoints], i.values[FieldSprint] = 3.0, []any{s.sprints[1]}
	i.values[FieldTeams] = []any{s.fieldByID[FieldTeams].options[0]}
	i.values[FieldContact], i.values[FieldReference] = s.users[2], "C-10042"
	i.values["timetracking"] = &tracking{original: 2 * day, remaining: 2*day - 3*hour}
	i.spent = 3 * hour
	i.watchers = []*user{s.users[0], s.users[1]}
	for n, body := range []string{"I can reproduce this.", "It happens with cards only.", "The mail queue retries after 30 s."} {
		at := s.now.Add(-time.Duration(20-n) * time.Hour)
		i.comments = append(i.comments, &comment{
			id: strconv.Itoa(10_301 + n), author: s.users[n], editor: s.users[n], body: document(body), created: at, updated: at,
		})
	}
	at := s.now.Add(-18 * time.Hour)
	i.worklogs = []*worklog{{
		id: WorklogID, author: s.users[0], comment: document("Looked at the mail queue."), started: at, seconds: 3 * hour, created: at, updated: at,
	}}
	i.attachments = []*attachment{{
		id: AttachmentID, name: "mail.log", media: "text/plain", issue: i, author: s.users[1], created: at,
		content: []byte("09:00:01 queued 48001\n09:00:31 queued 48001\n"),
	}}
	i.changes = []*change{{id: "10651", author: s.users[1], created: at, items: []record{
		item("priority", "4", "Low", PriorityMedium, "Medium"), item("assignee", "", "", AccountID, "Alice Berg"),
	}}}
	s.links = []*link{{LinkID, s.linkTypes[0], i, s.byKey[DevIssueKey]}}
}

// long fills the issue with more comments than a page holds.
func (s *seeder) long() {
	i := s.byKey[LongKey]
	for n := range 120 {
		at := s.now.Add(-time.Duration(400-n) * time.Minute)
		i.comments = append(i.comments, &comment{
			id: strconv.Itoa(10_701 + n), author: s.users[n%3], editor: s.users[n%3], created: at, updated: at,
			body: document(fmt.Sprintf("Night run %d: %d orders, no duplicates.", n+1, 300+n*7%90)),
		})
	}
}

// family gives issues their parents.
func (s *seeder) family() {
	epic := s.byKey[EpicKey]
	epic.values["summary"] = "Invoices in instalments"
	for _, key := range []string{"PROJ-6", "PROJ-7", "PROJ-8"} {
		s.byKey[key].values["parent"] = epic
	}
	for n := 1; n <= 2; n++ {
		sub := s.issue(s.projects[0], "Sub-task", fmt.Sprintf("Move the menu item, part %d", n), "To Do")
		sub.values["parent"] = s.byKey[SubtasksKey]
	}
}
