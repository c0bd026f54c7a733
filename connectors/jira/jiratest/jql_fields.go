package jiratest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// systemClauses are the fields that are no custom fields, by their names in small letters. They are read only.
var systemClauses = withAliases(map[string]*clause{
	"project":         {values: func(i *issue) []any { return []any{i.project} }, resolve: resolveProject},
	"key":             {values: func(i *issue) []any { return []any{i} }, resolve: resolveIssue, compare: compareKeys},
	"parent":          {values: inField("parent"), resolve: resolveIssue},
	"status":          {values: inField("status"), resolve: resolveStatus},
	"statuscategory":  {values: func(i *issue) []any { return []any{i.status().category} }, resolve: resolveCategory},
	"issuetype":       {values: inField("issuetype"), resolve: resolveType},
	"priority":        {values: inField("priority"), resolve: resolvePriority, compare: comparePriorities},
	"resolution":      {values: inField("resolution"), resolve: resolveResolution},
	"assignee":        {values: inField("assignee"), resolve: resolveUser, user: true},
	"reporter":        {values: inField("reporter"), resolve: resolveUser, user: true},
	"creator":         {values: func(i *issue) []any { return one(i.creator, i.creator != nil) }, resolve: resolveUser, user: true},
	"watcher":         {values: func(i *issue) []any { return anyOf(i.watchers) }, resolve: resolveUser, user: true},
	"labels":          {values: inField("labels"), resolve: func(_ *exchange, _, value string) ([]any, string) { return []any{value}, "" }},
	"component":       {values: inField("components"), resolve: resolveComponent},
	"fixversion":      {values: inField("fixVersions"), resolve: resolveVersion},
	"affectedversion": {values: inField("versions"), resolve: resolveVersion},
	"sprint":          {values: inField(FieldSprint), resolve: resolveSprint},
	"created":         dateClause(func(i *issue) time.Time { return i.created }),
	"updated":         dateClause(func(i *issue) time.Time { return i.updated }),
	"resolved":        dateClause((*issue).resolved),
	"duedate":         dateClause((*issue).due),
	"summary":         {words: func(i *issue) []string { return wordsOf(i.values["summary"]) }},
	"description":     {words: func(i *issue) []string { return wordsOf(i.values["description"]) }},
	"environment":     {words: func(i *issue) []string { return wordsOf(i.values["environment"]) }},
	"comment":         {words: commentWords},
	"text":            {words: allWords},
})

func withAliases(of map[string]*clause) map[string]*clause {
	for alias, name := range map[string]string{
		"issue": "key", "issuekey": "key", "id": "key", "type": "issuetype", "createddate": "created", "updateddate": "updated",
		"resolutiondate": "resolved", "due": "duedate",
	} {
		of[alias] = of[name]
	}
	return of
}

func dateClause(at func(i *issue) time.Time) *clause {
	return &clause{
		values: func(i *issue) []any { return one(at(i), !at(i).IsZero()) }, resolve: resolveDate, compare: compareTimes, date: true,
	}
}

func compareTimes(_ *exchange, a, b any) int { return a.(time.Time).Compare(b.(time.Time)) }

func (i *issue) due() time.Time {
	words, _ := i.values["duedate"].(string)
	at, _ := time.Parse(time.DateOnly, words) // it was read, or there is none
	return at
}

func commentWords(i *issue) []string {
	var words []string
	for _, c := range i.comments {
		words = append(words, plainText(c.body))
	}
	return words
}

// allWords are those of every text of an issue.
func allWords(i *issue) []string {
	words := commentWords(i)
	for _, name := range []string{"summary", "description", "environment", FieldSteps, FieldReference} {
		words = append(words, wordsOf(i.values[name])...)
	}
	return words
}

func isWord(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// existing is what was found, or says that there is nothing of that name.
func existing[T any](found *T, name, value string) ([]any, string) {
	if found == nil {
		return nil, noValue(name, value)
	}
	return []any{found}, ""
}

func noValue(name, value string) string {
	return fmt.Sprintf("The value '%s' does not exist for the field '%s'.", clip(value, 80), clip(name, 80))
}

// several is all of what was found: things of different projects may have the same name.
func several[T any](found []*T, name, value string) ([]any, string) {
	if len(found) == 0 {
		return nil, noValue(name, value)
	}
	return anyOf(found), ""
}

func resolveProject(x *exchange, name, value string) ([]any, string) {
	return existing(find(x.projects, func(p *project) bool {
		return p.id == value || strings.EqualFold(p.key, value) || strings.EqualFold(p.name, value)
	}), name, value)
}

func resolveIssue(x *exchange, name, value string) ([]any, string) {
	i := x.issue(value)
	if i == nil {
		return nil, fmt.Sprintf("An issue with key '%s' does not exist for field '%s'.", clip(value, 80), clip(name, 80))
	}
	return []any{i}, ""
}

func compareKeys(_ *exchange, a, b any) int {
	left, right := a.(*issue), b.(*issue)
	return cmp.Or(strings.Compare(left.project.key, right.project.key), cmp.Compare(left.number, right.number))
}

func resolveStatus(x *exchange, name, value string) ([]any, string) {
	return several(filter(x.statuses, func(s *status) bool { return s.id == value || strings.EqualFold(s.name, value) }), name, value)
}

func resolveCategory(x *exchange, name, value string) ([]any, string) {
	for _, s := range x.statuses {
		if c := s.category; strconv.Itoa(c.id) == value || strings.EqualFold(c.name, value) || strings.EqualFold(c.key, value) {
			return []any{c}, ""
		}
	}
	return nil, noValue(name, value)
}

func resolveType(x *exchange, name, value string) ([]any, string) {
	var found []*issueType
	for _, p := range x.projects {
		found = append(found, filter(p.types, func(t *issueType) bool { return t.id == value || strings.EqualFold(t.name, value) })...)
	}
	return several(found, name, value)
}

func resolvePriority(x *exchange, name, value string) ([]any, string) {
	return existing(find(x.priorities, byName(value)), name, value)
}

func byName(value string) func(*named) bool {
	return func(n *named) bool { return n.id == value || strings.EqualFold(n.name, value) }
}

// comparePriorities puts the more pressing one above.
func comparePriorities(x *exchange, a, b any) int {
	return cmp.Compare(slices.Index(x.priorities, b.(*named)), slices.Index(x.priorities, a.(*named)))
}

func resolveResolution(x *exchange, name, value string) ([]any, string) {
	return existing(find(x.resolutions, byName(value)), name, value)
}

func resolveUser(x *exchange, name, value string) ([]any, string) {
	u := x.user(value)
	if u == nil {
		u = find(x.users, func(u *user) bool { return strings.EqualFold(u.email, value) || strings.EqualFold(u.display, value) })
	}
	return existing(u, name, value)
}

func resolveComponent(x *exchange, name, value string) ([]any, string) {
	var found []*component
	for _, p := range x.projects {
		found = append(found, filter(p.components, func(c *component) bool { return c.id == value || strings.EqualFold(c.name, value) })...)
	}
	return several(found, name, value)
}

func resolveVersion(x *exchange, name, value string) ([]any, string) {
	var found []*version
	for _, p := range x.projects {
		found = append(found, filter(p.versions, func(v *version) bool { return v.id == value || strings.EqualFold(v.name, value) })...)
	}
	return several(found, name, value)
}

func resolveSprint(x *exchange, name, value string) ([]any, string) {
	return several(filter(x.sprints, func(s *sprint) bool { return strconv.Itoa(s.id) == value || strings.EqualFold(s.name, value) }), name, value)
}

func resolveNumber(_ *exchange, name, value string) ([]any, string) {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return nil, noValue(name, value)
	}
	return []any{n}, ""
}

// label is by what values are sorted that have no order of their own.
func label(value any) string {
	switch value := value.(type) {
	case *project:
		return value.key
	case *status:
		return fmt.Sprintf("%6s", value.id)
	case *category:
		return strconv.Itoa(value.id)
	case *issueType:
		return value.name
	case *named:
		return value.name
	case *user:
		return value.display
	case *version:
		return value.name
	case *component:
		return value.name
	case *sprint:
		return value.name
	case *issue:
		return value.key
	}
	return fmt.Sprint(value)
}
