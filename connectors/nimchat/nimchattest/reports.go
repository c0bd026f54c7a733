package nimchattest

import (
	"strings"
	"time"
)

func reportHandlers() map[string]handler {
	return map[string]handler{
		"get_account_report": (*exchange).report, "get_account_report_summary": (*exchange).summary,
		"get_account_conversation_metrics": (*exchange).accountMetrics, "get_agent_conversation_metrics": (*exchange).agentMetrics,
	}
}

const day = 24 * 60 * 60

// span is the time that a report is about, in whole days; a week where the query says nothing. Far ends are cut.
func (x *exchange) span() (since, until int) {
	until = number(x.query.Get("until"))
	if until <= 0 {
		until = int(x.now.Unix())
	}
	until = min(until, int(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix()))
	if since = number(x.query.Get("since")); since <= 0 || since > until {
		since = until - 7*day
	}
	return max(since, until-366*day) / day * day, until
}

// figure is the value of a metric on a day: always the same for the same day.
func figure(metric string, at int) int {
	n := max(0, at/day*7) + len(metric)*13
	if strings.HasPrefix(metric, "avg_") {
		return 120 + n%900
	}
	return 3 + n%17
}

func (x *exchange) about() *problem {
	kind, id := x.query.Get("type"), x.query.Get("id")
	tables := map[string]string{"agent": "user", "inbox": "inbox", "team": "team", "label": "label"}
	if kind != "account" && id != "" && x.find(tables[kind], number(id)) == nil {
		return notFound()
	}
	return nil
}

func (x *exchange) report() (any, *problem) {
	if problem := x.about(); problem != nil {
		return nil, problem
	}
	since, until := x.span()
	points := []any{}
	for at := since; at < until; at += day {
		points = append(points, map[string]any{"value": figure(x.query.Get("metric"), at), "timestamp": at})
	}
	return points, nil
}

func (x *exchange) summary() (any, *problem) {
	if problem := x.about(); problem != nil {
		return nil, problem
	}
	since, until := x.span()
	view := sums(since, until)
	view["previous"] = sums(since-(until-since), since)
	return view, nil
}

// sums adds the figures of a stretch up; times are averages.
func sums(since, until int) map[string]any {
	view := map[string]any{}
	for _, metric := range []string{
		"conversations_count", "incoming_messages_count", "outgoing_messages_count", "avg_first_response_time", "avg_resolution_time", "resolutions_count",
	} {
		sum, days := 0, 0
		for at := since; at < until; at += day {
			sum, days = sum+figure(metric, at), days+1
		}
		if strings.HasPrefix(metric, "avg_") {
			sum /= max(1, days)
		}
		view[metric] = sum
	}
	return view
}

// tally counts open conversations: those without an answer and those that nobody has.
func (x *exchange) tally(test func(record) bool) (open, unattended, unassigned int) {
	for _, c := range x.own("conversation", x.account) {
		if c["status"] != "open" || !test(c) {
			continue
		}
		open++
		if number(c["assignee_id"]) == 0 {
			unassigned++
		}
		if messages := x.messagesOf(c); len(messages) == 0 || messages[len(messages)-1]["message_type"] == 0 {
			unattended++
		}
	}
	return open, unattended, unassigned
}

func (x *exchange) accountMetrics() (any, *problem) {
	open, unattended, unassigned := x.tally(func(record) bool { return true })
	return map[string]any{"open": open, "unattended": unattended, "unassigned": unassigned}, nil
}

func (x *exchange) agentMetrics() (any, *problem) {
	list := []any{}
	for _, member := range x.own("account_user", x.account) {
		user := x.find("user", number(member["user_id"]))
		if wanted := x.query.Get("user_id"); user == nil || wanted != "" && user.id() != number(wanted) {
			continue
		}
		open, unattended, _ := x.tally(func(c record) bool { return c["assignee_id"] == user.id() })
		view := only(user, "id", "name", "email")
		view["thumbnail"], view["availability"] = "", member["availability"]
		view["metric"] = map[string]any{"open": open, "unattended": unattended}
		list = append(list, view)
	}
	return list, nil
}
