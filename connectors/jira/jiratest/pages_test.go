package jiratest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// TestTokenPages walks through a search from its first page to its last.
func TestTokenPages(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for name, tc := range map[string]struct {
		jql, more    string
		pages, found int
	}{
		"ids":                    {"project = PROJ", "&maxResults=25", 3, 62},
		"as many as there are":   {"project = OPS", "&maxResults=12", 1, 12},
		"one more":               {"project = OPS", "&maxResults=11", 2, 12},
		"usual size":             {"project in (PROJ, DEV, OPS)", "", 2, 98},
		"more than there can be": {"project in (PROJ, DEV, OPS)", "&maxResults=100000", 1, 98},
		"fields make them small": {"project in (PROJ, DEV, OPS)", "&maxResults=5000&fields=summary", 1, 98},
		"nothing":                {"project = OPS and labels = nothing", "", 1, 0},
	} {
		token, pages, seen := "", 0, map[string]bool{}
		for {
			path := "/search/jql?jql=" + url.QueryEscape(tc.jql) + tc.more
			if token != "" {
				path += "&nextPageToken=" + url.QueryEscape(token)
			}
			a := f.get(path)
			pages++
			for _, issue := range a.get("issues").Array() {
				if strings.Contains(tc.more, "fields") == (len(issue.Map()) == 1) {
					t.Errorf("%s: shown is %s", name, issue)
				}
				seen[issue.Get("id").String()] = true
			}
			token = a.get("nextPageToken").String()
			if a.get("isLast").Bool() != (token == "") || a.get("total").Exists() {
				t.Fatalf("%s: %s", name, a.body)
			}
			if token == "" {
				break
			}
		}
		if pages != tc.pages || len(seen) != tc.found {
			t.Errorf("%s: %d on %d pages, want %d on %d", name, len(seen), pages, tc.found, tc.pages)
		}
	}
	token := f.get("/search/jql?jql=project=PROJ&maxResults=1").get("nextPageToken").String()
	f.want(400, "GET", "/rest/api/3/search/jql?jql=project=DEV&nextPageToken="+token, "")
	f.want(400, "GET", "/rest/api/3/search/jql?jql=project=PROJ&nextPageToken="+token+"x", "")
}

// TestManyFieldsMakeSmallPages: a page of more than ids has at most 100 issues, whatever is asked for.
func TestManyFieldsMakeSmallPages(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for n := range 10 {
		f.want(201, "POST", "/rest/api/3/issue", fmt.Sprintf(`{"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Task"},"summary":"more %d"}}`, n))
	}
	const path = "/search/jql?jql=project+is+not+empty&maxResults=5000"
	f.equal(f.get(path), "issues.#", "108")
	f.equal(f.get(path+"&fields=id,key"), "issues.#", "108")
	first := f.get(path + "&fields=*all")
	f.equal(first, "issues.#", "100")
	f.equal(f.get(path+"&fields=*all&nextPageToken="+first.get("nextPageToken").String()), "issues.#", "8")
}

// TestNumberedPages walks through lists by startAt.
func TestNumberedPages(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for path, tc := range map[string]struct {
		items string
		size  int
		total int
	}{
		"/rest/api/3/issue/PROJ-3/comment":                 {"comments", 50, 120},
		"/rest/api/3/issue/PROJ-3/comment?maxResults=1000": {"comments", 100, 120},
		"/rest/api/3/project/PROJ/version?maxResults=25":   {"values", 25, 60},
		"/rest/api/3/project/search?maxResults=2":          {"values", 2, 3},
		"/rest/api/3/field/search?maxResults=9":            {"values", 9, 41},
		"/rest/agile/1.0/board?maxResults=1":               {"values", 1, 2},
		"/rest/agile/1.0/board/1/sprint?maxResults=2":      {"values", 2, 3},
		"/rest/agile/1.0/board/1/issue?maxResults=20":      {"issues", 20, 59},
	} {
		seen := map[string]bool{}
		for startAt := 0; ; startAt += tc.size {
			separator := "?"
			if strings.Contains(path, "?") {
				separator = "&"
			}
			a := f.want(200, "GET", fmt.Sprintf("%s%sstartAt=%d", path, separator, startAt), "")
			for _, item := range a.get(tc.items).Array() {
				seen[item.Get("id").String()] = true
			}
			last := startAt+tc.size >= tc.total
			if a.get("total").Int() != int64(tc.total) || a.get("startAt").Int() != int64(startAt) || a.get("maxResults").Int() != int64(tc.size) ||
				tc.items == "values" && (a.get("isLast").Bool() != last || a.get("nextPage").Exists() == last) {
				t.Fatalf("%s from %d: %s", path, startAt, a.body)
			}
			if last {
				break
			}
		}
		if len(seen) != tc.total {
			t.Errorf("%s: %d things, want %d", path, len(seen), tc.total)
		}
	}
	next := f.get("/project/search?maxResults=2").get("nextPage").String()
	f.equal(f.want(200, "GET", next, ""), "values.0.key", "OPS")
	f.equal(f.get("/issue/PROJ-3/comment?orderBy=-created&maxResults=1"), "comments.0.id", "10820")
	f.equal(f.get("/issue/PROJ-3/comment?startAt=500"), "comments", "[]")
}
