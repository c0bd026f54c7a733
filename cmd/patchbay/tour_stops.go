package main

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// stops are the calls in their order. Each is made when its turn comes, out of what the others have found.
func (t *tour) stops() []func() stop {
	return []func() stop{
		t.findTeam, t.openTicket, t.fileIssue, t.tellTeam, t.finishIssue, t.findClosed, t.closeTicket,
		t.dropDown, t.dropDownAgain, t.create, t.list, t.nextPage, t.update, t.findState, t.pause, t.follow, t.sendRaw,
		t.misspelt, t.missing, t.refused,
	}
}

func (t *tour) dropDown() stop {
	return stop{
		title: "Fill a drop-down: accounts, searched by name", operation: "outreach.list_accounts_ddl", input: `{"search":"co","limit":3}`,
		tell: func(answer gjson.Result) string {
			t.found.account = answer.Get("result.0.value").Raw
			return t.options(answer)
		},
	}
}

func (t *tour) dropDownAgain() stop {
	return stop{
		title: "The same list again: no request leaves the hub", operation: "outreach.list_accounts_ddl", input: `{"search":"co","limit":3}`,
		tell: t.options,
	}
}

func (t *tour) options(answer gjson.Result) string {
	var texts []string
	for _, text := range answer.Get("result.#.text").Array() {
		texts = append(texts, text.String())
	}
	if len(texts) == 0 {
		return ""
	}
	if len(texts) == 1 {
		return "one option: " + texts[0]
	}
	return fmt.Sprintf("%d options: %s", len(texts), strings.Join(texts, ", "))
}

func (t *tour) create() stop {
	return stop{
		title: "Create a prospect, linked to the first of those accounts", operation: "outreach.create_prospect",
		input: fmt.Sprintf(`{"attributes":{"first_name":"Ada","last_name":"Lovelace","title":"Analyst","emails":["ada@engines.example"]},`+
			`"relationships":{"account":%s}}`, t.found.account),
		tell: func(answer gjson.Result) string {
			t.found.prospect, t.found.link = answer.Get("data.id").Raw, answer.Get("data.links.self").String()
			if !answer.Get("data.id").Exists() {
				return ""
			}
			return fmt.Sprintf("prospect %s: %s", t.found.prospect, answer.Get("data.attributes.name"))
		},
	}
}

func (t *tour) list() stop {
	return stop{
		title: "List prospects with a filter, two to a page", operation: "outreach.list_prospects",
		input: `{` + listed + `}`,
		tell:  t.page,
	}
}

const listed = `"page_size":2,"filters":[{"field":"createdAt","criteria":{"gte":"2020-01-01T00:00:00Z"}}],` +
	`"sort":{"sort_by":"lastName"},"fields":["name","title"]`

func (t *tour) nextPage() stop {
	return stop{
		title: "The next page: the same input, and the next_cursor of that answer", operation: "outreach.list_prospects",
		input: fmt.Sprintf(`{"cursor":%q,%s}`, t.found.cursor, listed),
		tell:  t.page,
	}
}

func (t *tour) page(answer gjson.Result) string {
	t.found.cursor = answer.Get("next_cursor").String()
	var names []string
	for _, name := range answer.Get("data.#.attributes.name").Array() {
		names = append(names, name.String())
	}
	if len(names) != 2 || t.found.cursor == "" {
		return ""
	}
	return "2 prospects: " + strings.Join(names, ", ") + "; and a next_cursor"
}

func (t *tour) update() stop {
	return stop{
		title: "Update the account", operation: "outreach.update_account",
		input: fmt.Sprintf(`{"account_id":%s,"attributes":{"industry":"Computing","tags":["demo"]}}`, t.found.account),
		tell: func(answer gjson.Result) string {
			if answer.Get("data.attributes.industry").String() != "Computing" {
				return ""
			}
			return fmt.Sprintf("account %s: industry is now Computing", t.found.account)
		},
	}
}

func (t *tour) findState() stop {
	return stop{
		title: "Find a prospect that is under way in a sequence", operation: "outreach.list_sequence_states",
		input: `{"page_size":1,"filters":[{"field":"state","criteria":"active"}]}`,
		tell: func(answer gjson.Result) string {
			t.found.state = answer.Get("data.0.id").Raw
			if t.found.state == "" {
				return ""
			}
			return "sequence state " + t.found.state + " is active"
		},
	}
}

func (t *tour) pause() stop {
	return stop{
		title: "Run an action on it: pause", operation: "outreach.set_sequence_state_action",
		input: fmt.Sprintf(`{"sequence_state_id":%s,"action":"pause"}`, t.found.state),
		tell: func(answer gjson.Result) string {
			if answer.Get("data.attributes.state").String() != "paused" {
				return ""
			}
			return "sequence state " + t.found.state + " is paused"
		},
	}
}

func (t *tour) follow() stop {
	return stop{
		title: "Follow a link that the answer to “create” held", operation: "outreach.execute_link", input: fmt.Sprintf(`{"link":%q}`, t.found.link),
		tell: func(answer gjson.Result) string {
			if !strings.Contains(answer.Raw, "Lovelace") {
				return ""
			}
			return "the prospect, as the service tells it"
		},
	}
}

func (t *tour) sendRaw() stop {
	return stop{
		title: "Send a request of your own making, signed by the hub", operation: "outreach.raw_http_request",
		input: fmt.Sprintf(`{"method":"GET","url":{"endpoint":"/prospects/%s"},"query_parameters":[{"key":"fields[prospect]","value":"name,title"}]}`, t.found.prospect),
		tell: func(answer gjson.Result) string {
			if answer.Get("response.status_code").Int() != 200 {
				return ""
			}
			return "200: " + answer.Get("response.body.data.attributes").Raw
		},
	}
}

func (t *tour) misspelt() stop {
	return stop{
		title: "A misspelt filter: the error says what there is", operation: "outreach.list_prospects",
		input: `{"filters":[{"field":"firstname_","criteria":"Ada"}]}`, wants: operations.CodeInvalidInput,
		tell: func(problem gjson.Result) string {
			return problem.Get("code").String() + ": " + problem.Get("detail").String()
		},
	}
}

func (t *tour) missing() stop {
	return stop{
		title: "A record that is not there: the service's own words are passed on", operation: "outreach.get_prospect",
		input: `{"prospect_id":999999999}`, wants: operations.CodeUpstreamNotFound,
		tell: func(problem gjson.Result) string {
			if problem.Get("upstream.status").Int() != 404 {
				return ""
			}
			return problem.Get("code").String() + ": " + problem.Get("detail").String()
		},
	}
}

func (t *tour) refused() stop {
	return stop{
		title: "A destination that a request must not reach", operation: "outreach.raw_http_request",
		input: `{"method":"GET","url":{"full_url":"http://169.254.169.254/latest/meta-data/"}}`, wants: operations.CodeDestinationRefused,
		tell: func(problem gjson.Result) string {
			return problem.Get("code").String() + ": " + problem.Get("detail").String()
		},
	}
}
