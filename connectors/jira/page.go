package jira

import (
	"context"
	"net/url"
	"strconv"

	"github.com/patchbay/patchbay/operations"
)

// pageInput is what a list takes.
type pageInput struct {
	Cursor string `json:"cursor,omitempty" doc:"The next_cursor of an earlier answer." maxLength:"4096"`
	Limit  int    `json:"limit,omitempty" doc:"Items on a page; Jira may give fewer." default:"50" minimum:"1" maximum:"100"`
}

func pagingOf(items string) *operations.Paging {
	return &operations.Paging{
		CursorInput: "cursor", SizeInput: "limit", CursorOutput: "next_cursor", Items: items, MaxPages: 100, MaxSize: 100,
	}
}

// page is one page of a list that is counted from its beginning. Jira has a name of its own for the items of each.
type page[T any] struct {
	StartAt    int   `json:"startAt"`
	Total      *int  `json:"total"`
	IsLast     *bool `json:"isLast"`
	Values     []T   `json:"values"`
	Comments   []T   `json:"comments"`
	Worklogs   []T   `json:"worklogs"`
	IssueTypes []T   `json:"issueTypes"`
	Issues     []T   `json:"issues"`
}

func (p page[T]) items() []T {
	for _, items := range [][]T{p.Values, p.Comments, p.Worklogs, p.IssueTypes, p.Issues} {
		if len(items) > 0 {
			return items
		}
	}
	return []T{}
}

// next is the cursor of the next page; empty at the end.
func (p page[T]) next() string {
	end := p.StartAt + len(p.items())
	switch {
	case len(p.items()) == 0,
		p.IsLast != nil && *p.IsLast,
		p.IsLast == nil && (p.Total == nil || end >= *p.Total):
		return ""
	default:
		return strconv.Itoa(end)
	}
}

// readPage reads the page at a cursor.
func readPage[T any](ctx context.Context, a *api, path string, query url.Values, cursor string, limit int) (page[T], error) {
	start, err := startAt(cursor)
	if err != nil {
		return page[T]{}, err
	}
	asked := url.Values{"startAt": {strconv.Itoa(start)}, "maxResults": {strconv.Itoa(limit)}}
	for name, values := range query {
		asked[name] = values
	}
	p := page[T]{StartAt: start}
	return p, a.get(ctx, path, asked, &p)
}

// maxStart bounds how far into a list a cursor leads.
const maxStart = 10_000_000

func startAt(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 0 || n > maxStart {
		return 0, invalid("/cursor", "is not the next_cursor of an earlier answer")
	}
	return n, nil
}

// Bounds of lists that are read whole.
const (
	wholePage  = 100
	wholePages = 20
)

// readWhole reads all pages of a list, up to the bound. truncated: there are more.
func readWhole[T any](ctx context.Context, a *api, path string, query url.Values) (items []T, truncated bool, err error) {
	cursor := ""
	for range wholePages {
		p, err := readPage[T](ctx, a, path, query, cursor, wholePage)
		if err != nil {
			return nil, false, err
		}
		items = append(items, p.items()...)
		if cursor = p.next(); cursor == "" {
			return items, false, nil
		}
	}
	return items, true, nil
}
