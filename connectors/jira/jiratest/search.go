package jiratest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// Sizes of a page of found issues, where none is asked for and at most. Pages that show more than ids are smaller.
const (
	usualFound = 50
	mostFound  = 5_000
	mostShown  = 100
)

func searchRoutes() []route {
	return []route{
		{"GET", "api/search/jql", searchJQL, cloudOnly},
		{"POST", "api/search/jql", searchJQL, cloudOnly | reads},
		{"GET", "api/search", goneSearch, cloudOnly},
		{"POST", "api/search", goneSearch, cloudOnly | reads},
		{"GET", "api/search", searchPaged, dataCenterOnly},
		{"POST", "api/search", searchPaged, dataCenterOnly | reads},
	}
}

// goneSearch is what is left of the search that Cloud had before.
// Source: https://developer.atlassian.com/changelog/#CHANGE-2046
func goneSearch(*exchange) (reply, error) {
	return reply{}, refuse(http.StatusGone, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "+
		"A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")
}

// search is what a search asks for, in the query or in the body.
type search struct {
	jql, token   string
	startAt, max int
	fields       []string
	expand       []string
}

func (x *exchange) readSearch() (search, error) {
	s := search{max: usualFound}
	if x.request.Method != http.MethodPost {
		s.jql, s.token = x.query.Get("jql"), x.query.Get("nextPageToken")
		s.fields, s.expand = x.query["fields"], x.expand()
		numbers := map[string]any{}
		for _, name := range []string{"startAt", "maxResults"} {
			if x.query.Get(name) != "" {
				numbers[name] = json.Number(x.query.Get(name))
			}
		}
		return s, s.readNumbers(numbers)
	}
	body, err := x.object()
	if err != nil {
		return s, err
	}
	s.jql, s.token = text(body, "jql"), text(body, "nextPageToken")
	if s.fields, err = textsOf(body, "fields"); err != nil {
		return s, err
	}
	if expand, isText := body["expand"].(string); isText {
		s.expand = splitList([]string{expand})
	} else if s.expand, err = textsOf(body, "expand"); err != nil {
		return s, err
	}
	return s, s.readNumbers(body)
}

func (s *search) readNumbers(from record) error {
	for name, into := range map[string]*int{"startAt": &s.startAt, "maxResults": &s.max} {
		if from[name] == nil {
			continue
		}
		given, _ := from[name].(json.Number)
		value, err := strconv.Atoi(string(given))
		if err != nil || value < 0 {
			return badRequest("The value of '%s' is not valid: it must be a number that is not negative.", name)
		}
		*into = value
	}
	return nil
}

// textsOf reads a list of texts out of a body.
func textsOf(body record, name string) ([]string, error) {
	if body[name] == nil {
		return nil, nil
	}
	list, isList := body[name].([]any)
	var texts []string
	for _, one := range list {
		if word, isText := one.(string); isText {
			texts = append(texts, word)
		}
	}
	if !isList || len(texts) != len(list) {
		return nil, badRequest("'%s' must be an array of strings.", name)
	}
	return texts, nil
}

var pageTokens = sandbox.Cursors{Kind: "jira search"}

// foundPage is what a page token stands for.
type foundPage struct {
	JQL    string `json:"jql"`
	Offset int    `json:"offset"`
}

// searchJQL answers with a page of what a query finds and the token of the next one.
func searchJQL(x *exchange) (reply, error) {
	s, err := x.readSearch()
	if err != nil {
		return reply{}, err
	}
	q, err := x.parseJQL(s.jql)
	switch {
	case err != nil:
		return reply{}, err
	case q.where == nil:
		return reply{}, badRequest("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	case s.max < 1:
		return reply{}, badRequest("The value of 'maxResults' must lie between 1 and %d.", mostFound)
	}
	at := foundPage{JQL: s.jql}
	if s.token != "" {
		if err := pageTokens.Open(s.token, &at); err != nil || at.JQL != s.jql || at.Offset < 0 {
			return reply{}, badRequest("The provided next page token is invalid or expired.")
		}
	}
	most := mostShown
	if bare(s.fields) {
		most = mostFound
	}
	all := x.run(q)
	page := cut(span{at.Offset, min(s.max, most)}, all)
	answer := record{"issues": each(page, x.showFound(s)), "isLast": at.Offset+len(page) >= len(all)}
	if at.Offset += len(page); at.Offset < len(all) {
		if answer["nextPageToken"], err = pageTokens.Seal(at); err != nil {
			return reply{}, err
		}
	}
	x.nameFields(answer, s)
	return ok(answer)
}

// bare tells whether only ids and keys are asked for.
func bare(fields []string) bool {
	return !slices.ContainsFunc(splitList(fields), func(name string) bool { return name != "id" && name != "key" })
}

func (x *exchange) showFound(s search) func(*issue) record {
	names := splitList(s.fields)
	if len(names) == 0 || slices.Equal(names, []string{"id"}) {
		return func(i *issue) record { return record{"id": i.id} }
	}
	selected := selectFields(s.fields, "id")
	return func(i *issue) record {
		shown := x.showIssue(i, selected, s.expand)
		delete(shown, "names")
		delete(shown, "schema")
		return shown
	}
}

// nameFields tells once for all issues what fields are called, where it is asked for.
func (x *exchange) nameFields(answer record, s search) {
	selected := selectFields(s.fields, "id")
	if slices.Contains(s.expand, "names") {
		answer["names"] = x.describeFields(selected, func(f *field) any { return f.name })
	}
	if slices.Contains(s.expand, "schema") {
		answer["schema"] = x.describeFields(selected, func(f *field) any { return f.schema })
	}
}

// searchPaged is the search of Data Center.
// Source: https://developer.atlassian.com/server/jira/platform/rest/
func searchPaged(x *exchange) (reply, error) {
	s, err := x.readSearch()
	if err != nil {
		return reply{}, err
	}
	q, err := x.parseJQL(s.jql)
	if err != nil {
		return reply{}, err
	}
	return ok(x.issuesPage(x.run(q), s, 1_000))
}

// issuesPage is a page of issues that is found by its number.
func (x *exchange) issuesPage(all []*issue, s search, most int) record {
	s.max = min(s.max, most)
	selected := selectFields(s.fields, "*navigable")
	page := record{
		"expand": "schema,names", "startAt": s.startAt, "maxResults": s.max, "total": len(all),
		"issues": each(cut(span{s.startAt, s.max}, all), func(i *issue) record { return x.showIssue(i, selected, s.expand) }),
	}
	x.nameFields(page, s)
	return page
}
