package nimchat_test

import (
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

func TestPaging(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		operation, input, items string
		pages                   []int
		all                     int
	}{
		{"list_contacts", `{"account_id":1`, "payload", []int{15, 15, 10, 0}, 40},
		{"search_contacts", `{"account_id":1,"q":"kundenmail"`, "payload", []int{15, 15, 10, 0}, 40},
		{"filter_contacts", `{"account_id":1,"payload":[]`, "payload", []int{15, 15, 10, 0}, 40},
		{"list_conversations", `{"account_id":1,"status":"all"`, "data.payload", []int{25, 25, 10, 0}, 60},
		{"filter_conversations", `{"account_id":1,"payload":[]`, "payload", []int{25, 25, 10, 0}, 60},
		{"list_messages", `{"account_id":1,"conversation_id":5`, "payload", []int{3, 0}, 3},
		{"list_contacts_ddl", `{"account_id":1`, "result", []int{15, 15, 10, 0}, 0},
		{"list_contacts_ddl", `{"account_id":1,"search":"lindqvist"`, "result", []int{9, 0}, 0},
	} {
		t.Run(c.operation, func(t *testing.T) {
			t.Parallel()
			s := sandboxed(t)
			cursor := ""
			for i, want := range c.pages {
				got := s.call(t, c.operation, c.input+cursor+"}")
				if got.err != nil {
					t.Fatal(got.err)
				}
				if n := int(gjson.GetBytes(got.output, c.items+".#").Int()); n != want {
					t.Errorf("page %d has %d items, want %d", i+1, n, want)
				}
				next := gjson.GetBytes(got.output, "next_cursor").String()
				if (next == "") != (i == len(c.pages)-1) {
					t.Fatalf("page %d has the cursor %q", i+1, next)
				}
				cursor = `,"cursor":"` + next + `"`
			}
			if c.all == 0 {
				return
			}
			got := s.call(t, c.operation, c.input+`,"all_pages":true}`)
			if n := int(gjson.GetBytes(got.output, c.items+".#").Int()); got.err != nil || n != c.all || len(got.warnings) > 0 {
				t.Errorf("all pages: %d items, want %d; %v %v", n, c.all, got.err, got.warnings)
			}
		})
	}
}

// TestErrors holds that both shapes of the service's errors are read.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		operation, input, detail, code string
		want                           operations.Code
	}{
		{"get_team", `{"account_id":1,"team_id":99}`, "the service answered Not Found: Resource could not be found", "", operations.CodeUpstreamNotFound},
		{"get_team", `{"account_id":99,"team_id":1}`, "the service answered Not Found: Resource could not be found", "", operations.CodeUpstreamNotFound},
		{"search_contacts", `{"account_id":1,"q":" "}`, "the service answered Unprocessable Entity: Specify search string with parameter q", "", operations.CodeUpstreamRejected},
		{"create_contact", `{"account_id":1,"inbox_id":1,"email":"maja.lindqvist.1@kundenmail.example"}`,
			"the service answered Unprocessable Entity: Email has already been taken", "email", operations.CodeUpstreamRejected},
		{"create_portal", `{"account_id":1,"name":"A","slug":"Not a slug"}`, "the service answered Unprocessable Entity: Slug is invalid", "slug", operations.CodeUpstreamRejected},
	} {
		got := sandboxed(t).call(t, c.operation, c.input)
		if got.err == nil || got.err.Code != c.want || got.err.Detail != c.detail || got.err.Upstream.Code != c.code {
			t.Errorf("%s %s: %+v", c.operation, c.input, got.err)
		}
	}
}
