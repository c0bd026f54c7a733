package jiratest

import "time"

// computedFields are those that follow from what is done to an issue.
func computedFields() []*field {
	at := func(name, label string, clauses []string, when func(*issue) time.Time) *field {
		return &field{id: name, name: label, schema: system("datetime", name), clauses: clauses, computed: func(_ *exchange, i *issue) any {
			if when(i).IsZero() {
				return nil
			}
			return stamp(when(i))
		}}
	}
	return []*field{
		at("created", "Created", []string{"created", "createdDate"}, func(i *issue) time.Time { return i.created }),
		at("updated", "Updated", []string{"updated", "updatedDate"}, func(i *issue) time.Time { return i.updated }),
		at("resolutiondate", "Resolved", []string{"resolved", "resolutiondate"}, (*issue).resolved),
		at("statuscategorychangedate", "Status Category Changed", []string{"statusCategoryChangedDate"},
			func(i *issue) time.Time { return i.categoryChanged }),
		{id: "creator", name: "Creator", schema: system("user", "creator"), computed: func(x *exchange, i *issue) any { return x.showUser(i.creator) }},
		{id: "comment", name: "Comment", schema: system("comments-page", "comment"), computed: (*exchange).showCommentField},
		{id: "worklog", name: "Log Work", schema: listOf("worklog", "worklog"), computed: (*exchange).showWorklogField},
		{id: "attachment", name: "Attachment", schema: listOf("attachment", "attachment"), clauses: []string{"attachments"},
			computed: func(x *exchange, i *issue) any { return each(i.attachments, x.showAttachment) }},
		{id: "issuelinks", name: "Linked Issues", schema: listOf("issuelinks", "issuelinks"), computed: (*exchange).showLinkField},
		{id: "subtasks", name: "Sub-tasks", schema: listOf("issuelinks", "subtasks"),
			computed: func(x *exchange, i *issue) any { return each(x.subtasks(i), x.showBrief) }},
		{id: "watches", name: "Watchers", schema: system("watches", "watches"), computed: func(x *exchange, i *issue) any { return x.showWatches(i, false) }},
		{id: "votes", name: "Votes", schema: system("votes", "votes"), computed: func(x *exchange, i *issue) any {
			return record{"self": x.link("issue/" + i.key + "/votes"), "votes": 0, "hasVoted": false}
		}},
		{id: "timespent", name: "Time Spent", schema: system("number", "timespent"), computed: func(_ *exchange, i *issue) any { return known(i.spent, i.spent > 0) }},
		{id: "timeoriginalestimate", name: "Original estimate", schema: system("number", "timeoriginalestimate"),
			computed: func(_ *exchange, i *issue) any { t := i.tracking(); return known(t.original, t.original >= 0) }},
		{id: "timeestimate", name: "Remaining Estimate", schema: system("number", "timeestimate"),
			computed: func(_ *exchange, i *issue) any { t := i.tracking(); return known(t.remaining, t.remaining >= 0) }},
		{id: "workratio", name: "Work Ratio", schema: system("number", "workratio"), computed: func(_ *exchange, i *issue) any {
			if t := i.tracking(); t.original > 0 {
				return i.spent * 100 / t.original
			}
			return -1
		}},
	}
}

func known(value int, is bool) any {
	if !is {
		return nil
	}
	return value
}

func (i *issue) tracking() tracking {
	if t, given := i.values["timetracking"].(*tracking); given {
		return *t
	}
	return tracking{-1, -1}
}

// resolved is when the issue got its resolution, zero if it has none.
func (i *issue) resolved() time.Time {
	at, _ := i.values["resolutiondate"].(time.Time)
	return at
}
