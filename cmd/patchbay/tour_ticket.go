package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// object writes an input.
func object(fields map[string]any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		panic(err) // what the tour gives are texts
	}
	return strings.TrimSpace(b.String())
}

func (t *tour) findTeam() stop {
	return stop{
		title: "The hub's own helpdesk, without any account: its teams, as a drop-down", operation: "platform.list_teams_ddl", input: `{}`,
		tell: func(answer gjson.Result) string {
			t.found.team = answer.Get("result.0.value").String()
			return t.options(answer)
		},
	}
}

func (t *tour) openTicket() stop {
	return stop{
		title: "A ticket comes in", operation: "platform.create_ticket",
		input: object(map[string]any{
			"title": "The printer jams", "description": "Tray 2, since Monday.", "requestorEmail": "ada@engines.example", "teamId": t.found.team,
		}),
		tell: func(answer gjson.Result) string {
			t.found.ticket, t.found.title = answer.Get("id").String(), answer.Get("title").String()
			if t.found.ticket == "" {
				return ""
			}
			return fmt.Sprintf("ticket %s: %s, %s", answer.Get("ticketId"), t.found.title, answer.Get("status"))
		},
	}
}

func (t *tour) fileIssue() stop {
	return stop{
		title: "It becomes an issue in Jira", operation: "jira.create_issue",
		input: object(map[string]any{
			"project_key": "PROJ", "issue_type": "Bug", "summary": t.found.title, "description": "From the helpdesk:\n\n> Tray **2**, since Monday.",
		}),
		tell: func(answer gjson.Result) string {
			t.found.issue, t.found.page = answer.Get("key").String(), answer.Get("metadata.url").String()
			if t.found.page == "" {
				return ""
			}
			return t.found.issue + " at " + t.found.page
		},
	}
}

func (t *tour) tellTeam() stop {
	return stop{
		title: "The team hears of it in Slack", operation: "slack.post_message",
		input: object(map[string]any{"channel": "C0SUPPORT01", "text": fmt.Sprintf("New bug <%s|%s>: %s", t.found.page, t.found.issue, t.found.title)}),
		tell: func(answer gjson.Result) string {
			if answer.Get("ts").String() == "" {
				return ""
			}
			return "posted in " + answer.Get("channel").String() + " at " + answer.Get("ts").String()
		},
	}
}

func (t *tour) finishIssue() stop {
	return stop{
		title: "The work is done: the issue moves, by the name of where it is to go", operation: "jira.transition_issue",
		input: object(map[string]any{"issue_key": t.found.issue, "transition_id": "Done"}),
		tell: func(answer gjson.Result) string {
			if !answer.Get("success").Bool() {
				return ""
			}
			return fmt.Sprintf("%s: %s → %s", t.found.issue, answer.Get("metadata.from"), answer.Get("metadata.to"))
		},
	}
}

func (t *tour) findClosed() stop {
	return stop{
		title: "Which status closes a ticket? The drop-down, searched", operation: "platform.list_ticket_statuses_ddl", input: `{"search":"closed"}`,
		tell: func(answer gjson.Result) string {
			t.found.closed = answer.Get("result.0.value").String()
			return t.options(answer)
		},
	}
}

func (t *tour) closeTicket() stop {
	return stop{
		title: "And the ticket is closed, unless somebody else has changed it meanwhile", operation: "platform.update_ticket",
		input: object(map[string]any{"id": t.found.ticket, "statusId": t.found.closed, "version": 1}),
		tell: func(answer gjson.Result) string {
			if answer.Get("version").Int() != 2 {
				return ""
			}
			return fmt.Sprintf("ticket %s: %s", answer.Get("ticketId"), answer.Get("status"))
		},
	}
}
