package outreach_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// stages makes a page of stages with the ids given, whose next link holds the cursor; no cursor means no link.
func stages(cursor string, ids ...int) string {
	records := make([]string, len(ids))
	for i, id := range ids {
		records[i] = fmt.Sprintf(`{"type":"stage","id":%d,"attributes":{"name":"Stage %d","order":%d}}`, id, id, id)
	}
	links := ""
	if cursor != "" {
		links = fmt.Sprintf(`,"links":{"next":"https://elsewhere.example/api/v2/stages?page[size]=1&page%%5Bafter%%5D=%s"}`, cursor)
	}
	return fmt.Sprintf(`{"data":[%s],"meta":{"count":null}%s}`, strings.Join(records, ","), links)
}

func TestPages(t *testing.T) {
	t.Parallel()
	first := stages("c1", 1, 2)
	cases := map[string]struct {
		input    string
		answers  []string
		output   string
		cursors  []string // asked for, in turn
		warnings int
	}{
		"one page, more to come": {
			input: `{}`, answers: []string{first}, cursors: []string{""},
			output: first[:len(first)-1] + `,"next_cursor":"c1"}`,
		},
		"next as an object": {
			input: `{"cursor":"c0"}`, answers: []string{`{"data":[],"links":{"next":{"href":"/api/v2/stages?page[after]=c%3D"}}}`}, cursors: []string{"c0"},
			output: `{"data":[],"links":{"next":{"href":"/api/v2/stages?page[after]=c%3D"}},"next_cursor":"c="}`,
		},
		"next without a cursor": {
			input: `{}`, answers: []string{`{"data":[],"links":{"next":"/api/v2/stages?page[offset]=50"}}`}, cursors: []string{""},
			output: `{"data":[],"links":{"next":"/api/v2/stages?page[offset]=50"}}`, warnings: 1,
		},
		"all pages": {
			input: `{"all_pages":true}`, answers: []string{first, stages("c2"), stages("", 3)}, cursors: []string{"", "c1", "c2"},
			output: `{"data":[` + items(1, 2, 3) + `],"meta":{"count":null}}`,
		},
		"all pages of nothing": {
			input: `{"all_pages":true}`, answers: []string{`{"data":[ ]}`}, cursors: []string{""}, output: `{"data":[]}`,
		},
		"all pages up to the bound": {
			input: `{"all_pages":true,"max_pages":2}`, answers: []string{first, stages("c2", 3)}, cursors: []string{"", "c1"},
			output: `{"data":[` + items(1, 2, 3) + `],"meta":{"count":null},"truncated":true,"next_cursor":"c2"}`,
		},
		"all pages from a cursor on": {
			input: `{"all_pages":true,"cursor":"c1"}`, answers: []string{stages("", 3)}, cursors: []string{"c1"},
			output: `{"data":[` + items(3) + `],"meta":{"count":null}}`,
		},
		"all pages in a circle": {
			input: `{"all_pages":true}`, answers: []string{first, stages("c1", 3)}, cursors: []string{"", "c1"},
			output: `{"data":[` + items(1, 2, 3) + `],"meta":{"count":null},"truncated":true}`, warnings: 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUpstream(t, http.StatusOK, c.answers...)
			got := u.call(t, "list_stages", c.input)
			if got.err != nil {
				t.Fatal(got.err)
			}
			if string(got.output) != c.output {
				t.Errorf("output\n%s, want\n%s", got.output, c.output)
			}
			if diff := cmp.Diff(c.cursors, u.cursors()); diff != "" {
				t.Errorf("cursors asked for (-want +got):\n%s", diff)
			}
			if len(got.warnings) != c.warnings {
				t.Errorf("warnings %q, want %d", got.warnings, c.warnings)
			}
		})
	}
}

func items(ids ...int) string {
	return strings.Trim(gjson.Get(stages("", ids...), "data").Raw, "[]")
}

func (u *upstream) cursors() []string {
	var cursors []string
	for _, request := range u.requests {
		cursors = append(cursors, request.Query["page[after]"])
	}
	return cursors
}

func TestListsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"", "<html>", `{"data":{}}`, `[]`, `{"data":[`, strings.Repeat("[", 1<<20)} {
		for _, input := range []string{`{}`, `{"all_pages":true}`} {
			got := newUpstream(t, http.StatusOK, answer).call(t, "list_stages", input)
			if got.err == nil || got.err.Code != "upstream_failed" {
				t.Errorf("answer %.20q: got %v, want upstream_failed", answer, got.err)
			}
		}
	}
}

func TestDropDowns(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		operation, input string
		answers          []string
		query            map[string]string // of the first request
		output           string
		requests         int
	}{
		"plain": {
			operation: "list_stages_ddl", input: `{"limit":2}`, answers: []string{stages("c1", 1, 2)}, requests: 1,
			query: map[string]string{"page[size]": "2", "count": "false", "sort": "order", "fields[stage]": "createdAt,name,order,updatedAt"},
			output: `{"result":[{"text":"Stage 1","value":1,"id":1,"name":"Stage 1","order":1},` +
				`{"text":"Stage 2","value":2,"id":2,"name":"Stage 2","order":2}],"next_cursor":"c1"}`,
		},
		"search at the service": {
			operation: "list_prospects_ddl", input: `{"search":" Jo ","cursor":"c1","account_id":"67"}`, requests: 1,
			query: map[string]string{
				"page[size]": "50", "page[after]": "c1", "count": "false", "filter[q]": "Jo", "filter[account][id]": "67",
				"fields[prospect]": "account,company,emails,firstName,lastName,name,title",
			},
			answers: []string{`{"data":[{"type":"prospect","id":5,"attributes":{"name":" ","firstName":"Jo","lastName":null,"emails":["jo@x.example"],"title":null},
				"relationships":{"account":{"data":{"type":"account","id":67}}}}]}`},
			output: `{"result":[{"text":"jo@x.example","value":5,"id":5,"name":" ","emails":["jo@x.example"],"title":null,"accountId":67}]}`,
		},
		"nothing to show": {
			operation: "list_users_ddl", input: `{}`, answers: []string{`{"data":[{"type":"user","id":5,"attributes":{}}]}`}, requests: 1,
			output: `{"result":[{"text":"user 5","value":5,"id":5}]}`,
		},
		"search here": {
			operation: "list_stages_ddl", input: `{"search":"STAGE 2"}`, answers: []string{stages("c1", 1, 2), stages("", 3, 21)}, requests: 2,
			query: map[string]string{"page[size]": "100", "count": "false", "sort": "order", "fields[stage]": "createdAt,name,order,updatedAt"},
			output: `{"result":[{"text":"Stage 2","value":2,"id":2,"name":"Stage 2","order":2},` +
				`{"text":"Stage 21","value":21,"id":21,"name":"Stage 21","order":21}]}`,
		},
		"search that is full amid a page": {
			operation: "list_stages_ddl", input: `{"search":"stage","limit":1}`, answers: []string{stages("c1", 1, 2)}, requests: 1,
			output: `{"result":[{"text":"Stage 1","value":1,"id":1,"name":"Stage 1","order":1}],"next_cursor":"skip:1:"}`,
		},
		"search that goes on amid a page": {
			operation: "list_stages_ddl", input: `{"search":"stage","limit":1,"cursor":"skip:1:c1"}`, answers: []string{stages("c2", 3, 4)}, requests: 1,
			output: `{"result":[{"text":"Stage 4","value":4,"id":4,"name":"Stage 4","order":4}],"next_cursor":"c2"}`,
		},
		"search in a circle": {
			operation: "list_stages_ddl", input: `{"search":"none"}`, answers: []string{stages("c1", 1)}, requests: 2, output: `{"result":[]}`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUpstream(t, http.StatusOK, c.answers...)
			got := u.call(t, c.operation, c.input)
			if got.err != nil {
				t.Fatal(got.err)
			}
			if string(got.output) != c.output {
				t.Errorf("output\n%s, want\n%s", got.output, c.output)
			}
			if len(u.requests) != c.requests {
				t.Errorf("%d requests, want %d", len(u.requests), c.requests)
			}
			if diff := cmp.Diff(c.query, u.requests[0].Query); c.query != nil && diff != "" {
				t.Errorf("query (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSearchBound has a search that finds nothing stop after ten pages, and say where to go on.
func TestSearchBound(t *testing.T) {
	t.Parallel()
	var answers []string
	for i := range 20 {
		answers = append(answers, stages(fmt.Sprint("c", i), i+1))
	}
	u := newUpstream(t, http.StatusOK, answers...)
	got := u.call(t, "list_stages_ddl", `{"search":"none"}`)
	if want := `{"result":[],"next_cursor":"c9","truncated":true}`; got.err != nil || string(got.output) != want {
		t.Errorf("got %s, %v, want %s", got.output, got.err, want)
	}
	if len(u.requests) != 10 {
		t.Errorf("%d requests, want 10", len(u.requests))
	}
}
