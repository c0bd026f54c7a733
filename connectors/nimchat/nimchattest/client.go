package nimchattest

import (
	"cmp"
	"fmt"
)

func clientHandlers() map[string]handler {
	return map[string]handler{
		"create_client_contact": (*exchange).createClient, "get_client_contact": (*exchange).getClient,
		"update_client_contact": (*exchange).updateClient, "create_client_conversation": (*exchange).createClientConversation,
		"list_client_conversations": (*exchange).listClientConversations, "create_client_message": (*exchange).createClientMessage,
		"list_client_messages": (*exchange).listClientMessages, "update_client_message": (*exchange).updateClientMessage,
	}
}

// channel finds the inbox of the path by its identifier.
func (x *exchange) channel() (record, *problem) {
	for _, inbox := range x.tables["inbox"] {
		if identifier := inbox.text("inbox_identifier"); identifier != "" && identifier == x.params["inbox_identifier"] {
			x.account = number(inbox["account_id"])
			return inbox, nil
		}
	}
	return nil, notFound()
}

// client finds inbox and contact of the path.
func (x *exchange) client() (inbox, contact record, p *problem) {
	if inbox, p = x.channel(); p != nil {
		return nil, nil, p
	}
	if contact = x.bySource(inbox.id(), x.params["contact_identifier"]); contact == nil {
		return nil, nil, notFound()
	}
	return inbox, contact, nil
}

func (x *exchange) clientView(contact record, source string) any {
	view := only(contact, "id", "name", "email", "phone_number")
	view["source_id"], view["pubsub_token"] = source, fmt.Sprintf("sandbox-pubsub-contact-%d", contact.id())
	return view
}

// createClient makes a contact, or takes the one that has the identifier or the address already.
func (x *exchange) createClient() (any, *problem) {
	inbox, problem := x.channel()
	if problem != nil {
		return nil, problem
	}
	for _, name := range []string{"identifier", "email"} {
		known := x.where("contact", func(c record) bool {
			return c["account_id"] == x.account && x.text(name) != "" && c[name] == x.body[name]
		})
		if len(known) > 0 {
			if problem := x.fillContact(known[0]); problem != nil {
				return nil, problem
			}
			return x.clientView(known[0], x.tie(known[0], inbox)), nil
		}
	}
	contact, problem := x.newContact()
	if problem != nil {
		return nil, problem
	}
	return x.clientView(contact, x.tie(contact, inbox)), nil
}

func (x *exchange) getClient() (any, *problem) {
	_, contact, problem := x.client()
	if problem != nil {
		return nil, problem
	}
	return x.clientView(contact, x.params["contact_identifier"]), nil
}

func (x *exchange) updateClient() (any, *problem) {
	_, contact, problem := x.client()
	if problem == nil {
		problem = x.fillContact(contact)
	}
	if problem != nil {
		return nil, problem
	}
	return x.clientView(contact, x.params["contact_identifier"]), nil
}

func (x *exchange) clientMessageView(m record) any {
	view := only(m, "id", "content", "message_type", "content_attributes", "created_at", "conversation_id")
	view["content_type"], view["sender"] = cmp.Or(m.text("content_type"), "text"), x.sender(m)
	return view
}

// visible are the messages that the contact sees.
func (x *exchange) visible(c record) []any {
	return each(x.where("message", func(m record) bool { return m["conversation_id"] == c.id() && m["private"] != true }), x.clientMessageView)
}

func (x *exchange) clientConversationView(c record) any {
	view := only(c, "id", "inbox_id", "status")
	view["uuid"], view["contact_last_seen_at"], view["agent_last_seen_at"] = fmt.Sprintf("7c1d0f5e-0000-4000-8000-%012d", c.id()), 0, 0
	view["messages"] = x.visible(c)
	if contact := x.find("contact", number(c["contact_id"])); contact != nil {
		view["contact"] = x.contactView(contact)
	}
	return view
}

func (x *exchange) createClientConversation() (any, *problem) {
	inbox, contact, problem := x.client()
	if problem != nil {
		return nil, problem
	}
	c := x.open(contact, inbox)
	c.change(x.body, "custom_attributes")
	return x.clientConversationView(c), nil
}

func (x *exchange) listClientConversations() (any, *problem) {
	inbox, contact, problem := x.client()
	if problem != nil {
		return nil, problem
	}
	return each(x.where("conversation", func(c record) bool {
		return c["contact_id"] == contact.id() && c["inbox_id"] == inbox.id()
	}), x.clientConversationView), nil
}

// clientConversation finds the conversation of the path, if it is the contact's.
func (x *exchange) clientConversation() (record, *problem) {
	inbox, contact, problem := x.client()
	if problem != nil {
		return nil, problem
	}
	c := x.find("conversation", number(x.params["conversation_id"]))
	if c == nil || c["contact_id"] != contact.id() || c["inbox_id"] != inbox.id() {
		return nil, notFound()
	}
	return c, nil
}

// createClientMessage speaks as the contact, which opens a conversation that was resolved.
func (x *exchange) createClientMessage() (any, *problem) {
	c, problem := x.clientConversation()
	if problem != nil {
		return nil, problem
	}
	if c["status"] == "resolved" {
		c["status"] = "open"
	}
	return x.clientMessageView(x.say(c, map[string]any{"content": x.body["content"], "message_type": "incoming"})), nil
}

func (x *exchange) listClientMessages() (any, *problem) {
	c, problem := x.clientConversation()
	if problem != nil {
		return nil, problem
	}
	return x.visible(c), nil
}

func (x *exchange) updateClientMessage() (any, *problem) {
	c, problem := x.clientConversation()
	if problem != nil {
		return nil, problem
	}
	m := x.find("message", number(x.params["message_id"]))
	if m == nil || m["conversation_id"] != c.id() {
		return nil, notFound()
	}
	m.merge("content_attributes", map[string]any{"submitted_values": x.body["submitted_values"]})
	return x.clientMessageView(m), nil
}
