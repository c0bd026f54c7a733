package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
	lookalike "github.com/patchbay/patchbay/internal/sandbox"
)

// ledger is a service in which each record has a title, so that what was written can be counted.
type ledger struct {
	connector, operation string
	service              http.Handler
	stats                func() lookalike.Stats
	input                func(title string) string
	titles               func(t *testing.T) map[string]int // title → records
}

func outreachLedger() ledger {
	service := outreachtest.New(outreachtest.Options{Prefix: "/outreach", Limit: 1_000_000})
	return ledger{
		connector: "outreach", operation: "outreach.create_prospect", service: service, stats: service.Stats,
		input: func(title string) string { return `{"attributes":{"first_name":"` + title + `","last_name":"Faults"}}` },
		titles: func(t *testing.T) map[string]int {
			found, next := map[string]int{}, "/api/v2/prospects?page[size]=1000&filter[lastName]=Faults"
			for next != "" {
				page := read(t, service, next, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken) })
				for _, name := range page.Get("data.#.attributes.firstName").Array() {
					found[name.String()]++
				}
				_, next, _ = strings.Cut(page.Get("links.next").String(), "/outreach")
			}
			return found
		},
	}
}

func jiraLedger() ledger {
	service := jiratest.New(jiratest.Options{Prefix: "/jira"})
	return ledger{
		connector: "jira", operation: "jira.create_issue", service: service, stats: service.Stats,
		input: func(title string) string {
			return `{"project_key":"PROJ","issue_type":"Task","summary":"` + title + `","description":"One of many."}`
		},
		titles: func(t *testing.T) map[string]int {
			found, query := map[string]int{}, url.Values{"jql": {"project = PROJ"}, "fields": {"summary"}, "maxResults": {"100"}}
			for more := true; more; more = query.Get("nextPageToken") != "" {
				page := read(t, service, "/rest/api/3/search/jql?"+query.Encode(), func(r *http.Request) { r.SetBasicAuth(jiratest.Email, jiratest.APIToken) })
				for _, title := range page.Get("issues.#.fields.summary").Array() {
					found[title.String()]++
				}
				query.Set("nextPageToken", page.Get("nextPageToken").String())
			}
			return found
		},
	}
}

// read asks a sandbox itself.
func read(t *testing.T, service http.Handler, path string, sign func(*http.Request)) gjson.Result {
	t.Helper()
	request, recorder := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
	sign(request)
	service.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, recorder.Code, recorder.Body)
	}
	return gjson.ParseBytes(recorder.Body.Bytes())
}
