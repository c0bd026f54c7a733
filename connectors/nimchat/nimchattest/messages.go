package nimchattest

import (
	"cmp"
)

const messagesPage = 20

func (x *exchange) messageView(m record) map[string]any {
	view := only(m, "id", "content", "inbox_id", "conversation_id", "message_type", "content_attributes", "created_at", "private")
	view["content_type"], view["status"], view["source_id"] = cmp.Or(m.text("content_type"), "text"), "sent", nil
	view["sender"] = x.sender(m)
	return view
}

func (x *exchange) sender(m record) any {
	who := x.find(m.text("sender_type"), number(m["sender_id"]))
	if who == nil {
		return nil
	}
	return map[string]any{"id": who.id(), "name": who["name"], "type": m["sender_type"], "email": who["email"], "thumbnail": who.text("thumbnail")}
}

// say adds a message of the service's side to a conversation.
func (x *exchange) say(c record, body map[string]any) record {
	m := record{
		"account_id": c["account_id"], "conversation_id": c.id(), "inbox_id": c["inbox_id"], "message_type": 1, "private": false,
		"content_attributes": map[string]any{}, "created_at": x.now.Unix(), "sender_type": "user",
	}
	if m["sender_id"] = 0; x.user != nil {
		m["sender_id"] = x.user.id()
	} else {
		m["sender_type"], m["sender_id"] = "agent_bot", 2
	}
	m.change(body, "content", "private", "content_type", "content_attributes")
	if body["message_type"] == "incoming" {
		m["message_type"], m["sender_type"], m["sender_id"] = 0, "contact", c["contact_id"]
	}
	c["last_activity_at"] = x.now.Unix()
	return x.add("message", m)
}

func (x *exchange) listMessages() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	list := x.messagesOf(c)
	if before := x.query.Get("before"); before != "" {
		list = x.where("message", func(m record) bool { return m["conversation_id"] == c.id() && m.id() < number(before) })
	}
	list = list[max(0, len(list)-messagesPage):]
	meta := map[string]any{"labels": c["labels"], "additional_attributes": c["additional_attributes"], "assignee": nil, "agent_last_seen_at": nil, "assignee_last_seen_at": nil}
	if contact := x.find("contact", number(c["contact_id"])); contact != nil {
		meta["contact"] = x.contactView(contact)
	}
	if agent, ok := x.agent(number(c["assignee_id"])); ok {
		meta["assignee"] = agent
	}
	return map[string]any{"meta": meta, "payload": each(list, func(m record) any { return x.messageView(m) })}, nil
}

func (x *exchange) createMessage() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	inbox := x.find("inbox", number(c["inbox_id"]))
	if x.body["message_type"] == "incoming" && inbox["channel_type"] != "Channel::Api" {
		return nil, unprocessable("Incoming messages are only allowed in Api inboxes")
	}
	return x.messageView(x.say(c, x.body)), nil
}

func (x *exchange) deleteMessage() (any, *problem) {
	c, problem := x.conversation()
	if problem != nil {
		return nil, problem
	}
	m, problem := x.mine("message", "message_id")
	if problem != nil || m["conversation_id"] != c.id() {
		return nil, notFound()
	}
	m["content"], m["content_type"], m["content_attributes"] = "This message was deleted", "text", map[string]any{"deleted": true}
	return x.messageView(m), nil
}
