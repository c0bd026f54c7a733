package nimchattest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const conversationsPage = 25

func conversationHandlers() map[string]handler {
	return map[string]handler{
		"assign_conversation": (*exchange).assignConversation, "list_conversation_labels": (*exchange).listConversationLabels,
		"set_conversation_labels": (*exchange).setConversationLabels, "get_conversation_counts": (*exchange).countConversations,
		"list_conversations": (*exchange).listConversations, "create_conversation": (*exchange).createConversation,
		"filter_conversations": (*exchange).filterConversations, "get_conversation": (*exchange).getConversation,
		"toggle_conversation_status": (*exchange).toggleStatus, "toggle_conversation_priority": (*exchange).togglePriority,
		"list_messages": (*exchange).listMessages, "create_message": (*exchange).createMessage, "delete_message": (*exchange).deleteMessage,
		"list_labels": (*exchange).listLabels,
	}
}

func (x *exchange) conversation() (record, *problem) {
	return x.mine("conversation", "conversation_id")
}

func (x *exchange) messagesOf(c record) []record {
	return x.where("message", func(m record) bool { return m["conversation_id"] == c.id() && m["account_id"] == c["account_id"] })
}

func (x *exchange) conversationView(c record) any {
	messages := x.messagesOf(c)
	view := only(c, "id", "account_id", "inbox_id", "status", "priority", "labels", "custom_attributes", "additional_attributes", "created_at", "last_activity_at")
	view["uuid"] = fmt.Sprintf("7c1d0f5e-0000-4000-8000-%012d", c.id())
	view["timestamp"], view["snoozed_until"], view["muted"], view["can_reply"] = c["last_activity_at"], c["snoozed_until"], false, true
	view["unread_count"], view["contact_last_seen_at"], view["agent_last_seen_at"], view["assignee_last_seen_at"] = 0, 0, 0, 0
	view["first_reply_created_at"], view["waiting_since"] = 0, 0
	view["messages"], view["last_non_activity_message"] = []any{}, nil
	if len(messages) > 0 {
		last := x.messageView(messages[len(messages)-1])
		view["messages"], view["last_non_activity_message"] = []any{last}, last
	}
	meta := map[string]any{"hmac_verified": false}
	if contact := x.find("contact", number(c["contact_id"])); contact != nil {
		meta["sender"] = x.contactView(contact)
	}
	if inbox := x.find("inbox", number(c["inbox_id"])); inbox != nil {
		meta["channel"] = inbox["channel_type"]
	}
	if agent, ok := x.agent(number(c["assignee_id"])); ok {
		meta["assignee"] = agent
	}
	if team := x.find("team", number(c["team_id"])); team != nil {
		meta["team"] = x.teamView(team)
	}
	view["meta"] = meta
	return view
}

// chosen lists the conversations that the query asks for, without regard to their assignee.
func (x *exchange) chosen() []record {
	status := cmp.Or(x.query.Get("status"), "open")
	labels := x.query["labels[]"]
	return x.where("conversation", func(c record) bool {
		own, _ := c["labels"].([]string)
		lacks := slices.ContainsFunc(labels, func(label string) bool { return !slices.Contains(own, label) })
		switch inbox, team := x.query.Get("inbox_id"), x.query.Get("team_id"); {
		case c["account_id"] != x.account, lacks, status != "all" && c["status"] != status:
			return false
		case inbox != "" && c["inbox_id"] != number(inbox), team != "" && c["team_id"] != number(team):
			return false
		}
		return x.mentions(c, x.query.Get("q"))
	})
}

// mentions tells whether a message of a conversation holds a text.
func (x *exchange) mentions(c record, text string) bool {
	return text == "" || slices.ContainsFunc(x.messagesOf(c), func(m record) bool {
		return strings.Contains(strings.ToLower(m.text("content")), strings.ToLower(text))
	})
}

func (x *exchange) counts(list []record) map[string]any {
	mine, assigned := 0, 0
	for _, c := range list {
		if who := number(c["assignee_id"]); who > 0 {
			assigned++
			if x.user != nil && who == x.user.id() {
				mine++
			}
		}
	}
	return map[string]any{"mine_count": mine, "assigned_count": assigned, "unassigned_count": len(list) - assigned, "all_count": len(list)}
}

// latest is one page of conversations, the last active first.
func (x *exchange) latest(list []record) []any {
	slices.SortStableFunc(list, func(a, b record) int {
		return cmp.Compare(fmt.Sprint(b["last_activity_at"]), fmt.Sprint(a["last_activity_at"]))
	})
	page, _ := x.page(list, conversationsPage)
	return each(page, x.conversationView)
}

func (x *exchange) countConversations() (any, *problem) {
	return map[string]any{"meta": x.counts(x.chosen())}, nil
}

func (x *exchange) listConversations() (any, *problem) {
	all := x.chosen()
	meta := x.counts(all)
	of := x.query.Get("assignee_type")
	all = slices.DeleteFunc(all, func(c record) bool {
		who := number(c["assignee_id"])
		return of == "me" && (x.user == nil || who != x.user.id()) || of == "unassigned" && who > 0 || of == "assigned" && who == 0
	})
	return map[string]any{"data": map[string]any{"meta": meta, "payload": x.latest(all)}}, nil
}

func (x *exchange) filterConversations() (any, *problem) {
	fields := []string{"status", "priority", "assignee_id", "team_id", "inbox_id", "display_id", "labels", "created_at", "last_activity_at", "browser_language", "country_code", "referer", "campaign_id", "contact_id"}
	matches, problem := x.conditions(func(c record, key string) (any, bool) {
		if slices.Contains(fields, key) {
			value := c[key]
			if number(value) == 0 && strings.HasSuffix(key, "_id") {
				value = nil // given to nobody
			}
			return value, true
		}
		attributes, _ := c["custom_attributes"].(map[string]any)
		return attributes[key], x.isAttribute(key, "conversation_attribute")
	})
	if problem != nil {
		return nil, problem
	}
	list := x.where("conversation", func(c record) bool { return c["account_id"] == x.account && matches(c) })
	return map[string]any{"meta": x.counts(list), "payload": x.latest(list)}, nil
}

func (x *exchange) getConversation() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	return x.conversationView(c), nil
}

func (x *exchange) createConversation() (any, *problem) {
	inbox, problem := x.inAccount("inbox", x.body["inbox_id"])
	if problem != nil {
		return nil, problem
	}
	contact := x.bySource(inbox.id(), x.text("source_id"))
	if given, ok := x.body["contact_id"]; ok && contact == nil {
		if contact, problem = x.inAccount("contact", given); problem != nil {
			return nil, problem
		}
		x.tie(contact, inbox)
	}
	if contact == nil {
		return nil, notFound()
	}
	c := x.open(contact, inbox)
	c.change(x.body, "status", "additional_attributes", "custom_attributes")
	for _, name := range []string{"assignee_id", "team_id"} {
		c[name] = number(x.body[name])
	}
	if message, ok := x.body["message"].(map[string]any); ok {
		x.say(c, message)
	}
	return x.conversationView(c), nil
}

// bySource finds a contact by its source id in an inbox.
func (x *exchange) bySource(inbox int, source string) record {
	for _, c := range x.tables["contact"] {
		if sources, _ := c["sources"].(map[int]string); source != "" && sources[inbox] == source {
			return c
		}
	}
	return nil
}

func (x *exchange) open(contact, inbox record) record {
	return x.add("conversation", record{
		"account_id": inbox["account_id"], "inbox_id": inbox.id(), "contact_id": contact.id(), "status": "open", "priority": nil, "labels": []string{},
		"assignee_id": 0, "team_id": 0, "created_at": x.now.Unix(), "last_activity_at": x.now.Unix(),
		"custom_attributes": map[string]any{}, "additional_attributes": map[string]any{},
	})
}

func (x *exchange) toggleStatus() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	c["status"], c["snoozed_until"] = x.body["status"], nil
	return map[string]any{"meta": map[string]any{}, "payload": map[string]any{
		"success": true, "conversation_id": c.id(), "current_status": c["status"], "snoozed_until": nil,
	}}, nil
}

func (x *exchange) togglePriority() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	if c["priority"] = x.body["priority"]; c["priority"] == "none" {
		c["priority"] = nil
	}
	return nil, nil
}

func (x *exchange) assignConversation() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	if who, given := x.body["assignee_id"]; given {
		c["assignee_id"] = 0
		agent, known := x.agent(number(who))
		if known {
			c["assignee_id"] = number(who)
		}
		return orNull(agent, known), nil
	}
	team := x.find("team", number(x.body["team_id"]))
	if team == nil || team["account_id"] != x.account {
		c["team_id"] = 0
		return orNull(nil, false), nil
	}
	c["team_id"] = team.id()
	return x.teamView(team), nil
}

// orNull is a view, or what the service answers where there is nobody: null.
func orNull(view any, ok bool) any {
	if ok {
		return view
	}
	return (*struct{})(nil)
}

func (x *exchange) listConversationLabels() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": c["labels"]}, nil
}

func (x *exchange) setConversationLabels() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	labels := []string{}
	given, _ := x.body["labels"].([]any)
	for _, label := range given {
		if text, _ := label.(string); text != "" && !slices.Contains(labels, text) {
			labels = append(labels, text)
		}
	}
	c["labels"] = labels
	return map[string]any{"payload": labels}, nil
}

func (x *exchange) listLabels() (any, *problem) {
	return map[string]any{"payload": each(x.own("label", x.account), func(r record) any {
		return only(r, "id", "title", "description", "color", "show_on_sidebar")
	})}, nil
}
