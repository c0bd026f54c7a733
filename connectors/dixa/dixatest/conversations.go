package dixatest

import (
	"maps"
	"slices"
	"time"
)

// conversation is a conversation with what belongs to it.
type conversation struct {
	id       int64
	fields   record // as it is shown
	messages []record
	notes    []record
	ratings  []record
	tags     []string
}

func (c *conversation) is(name, value string) bool { return c.fields[name] == value }

// assignee is the agent who has it, "" if nobody does.
func (c *conversation) assignee() string {
	assignment, _ := c.fields["assignment"].(record)
	return text(assignment, "agentId")
}

func (c *conversation) set(state string, at time.Time) {
	c.fields["state"], c.fields["stateUpdatedAt"] = state, stamp(at)
}

// variants says which kind of conversation a channel has.
func variants() map[string]string {
	return map[string]string{
		"Email": "EmailConversation", "WidgetChat": "ChatConversation", "ContactForm": "ContactFormConversation",
		"Sms": "SmsConversation", "Callback": "PstnPhoneConversation", "PstnPhone": "PstnPhoneConversation",
		"Messenger": "MessengerConversation", "WhatsApp": "WhatsAppConversation", "FacebookMessenger": "FacebookMessengerConversation",
	}
}

// channelOf says which channel a request for a new conversation means.
func channelOf(wanted string) string {
	if wanted == "Chat" {
		return "WidgetChat"
	}
	return wanted
}

// addConversation makes one, without messages. more are fields of its own.
func (s *state) addConversation(channel, requester string, at time.Time, more record) *conversation {
	last := int64(1000)
	for _, c := range s.conversations {
		last = max(last, c.id)
	}
	c := &conversation{id: last + 1, fields: record{
		"_type": variants()[channel], "channel": channel, "requesterId": requester, "createdAt": stamp(at), "direction": "Inbound",
		"customAttributes": []record{},
	}}
	c.fields["id"] = c.id
	c.set("Open", at)
	maps.Copy(c.fields, more)
	s.conversations = append(s.conversations, c)
	return c
}

func createConversation(r *request) (any, error) {
	body := r.object()
	requester, err := r.endUsers.find(r.text("requesterId"))
	if err != nil {
		return nil, err
	}
	more, err := r.channelFields(requester)
	if err != nil {
		return nil, err
	}
	message, _ := body["message"].(record)
	if err := r.checkMessage(message); err != nil {
		return nil, err
	}
	if direction := text(message, "_type"); direction != "" {
		more["direction"] = direction
	}
	c := r.addConversation(channelOf(r.text("_type")), text(requester, "id"), r.now, more)
	r.note(c, "ConversationCreated", author(c, message), r.now)
	if message != nil {
		r.addMessage(c, message, r.now)
	}
	return data(record{"id": c.id}), nil
}

// channelFields are the fields that conversations of a channel have beside the common ones.
func (r *request) channelFields(requester record) (record, error) {
	more := record{}
	for _, name := range []string{"language", "subject", "browserInfo", "direction"} {
		if value, given := r.object()[name]; given {
			more[name] = value
		}
	}
	if address := r.text("emailIntegrationId"); address != "" {
		if text(r.endpoint(address), "_type") != "EmailEndpoint" {
			return nil, badRequest("There is no email integration %s", address)
		}
		more["integrationEmail"], more["toEmail"], more["fromEmail"] = address, address, text(requester, "email")
	}
	if number := r.text("contactEndpointId"); number != "" {
		if text(r.endpoint(number), "_type") != "TelephonyEndpoint" {
			return nil, badRequest("There is no phone number %s", number)
		}
		if r.text("_type") == "Sms" {
			more["fromNumber"], more["toNumber"] = number, text(requester, "phoneNumber")
		}
	}
	if queue := r.text("queueId"); queue != "" {
		if _, err := r.queues.find(queue); err != nil {
			return nil, err
		}
		more["queue"] = record{"id": queue, "queuedAt": stamp(r.now)}
	}
	return more, nil
}

func getConversation(r *request) (any, error) {
	c, err := r.conversation()
	if err != nil {
		return nil, err
	}
	return data(c.fields), nil
}

// live is the conversation of the path, if it can still be worked on.
func (r *request) live() (*conversation, error) {
	c, err := r.conversation()
	if err == nil && c.fields["anonymizedAt"] != nil {
		err = conflict("Conversation %d is anonymized", c.id)
	}
	return c, err
}

func claimConversation(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	agent := r.text("agentId")
	if _, err := r.agents.find(agent); err != nil {
		return nil, err
	}
	has := c.assignee()
	switch {
	case c.is("state", "Closed"):
		return nil, conflict("Conversation %d is closed", c.id)
	case has != "" && has != agent && r.object()["force"] == false:
		return nil, conflict("Conversation %d is assigned to another agent", c.id)
	}
	c.fields["assignment"] = record{"agentId": agent, "assignedAt": stamp(r.now)}
	delete(c.fields, "queue")
	r.note(c, "ConversationClaimed", agent, r.now)
	r.emit("ConversationAssigned", c, stamp(r.now))
	return nil, nil
}

// by is the agent in whose name a request acts.
func (r *request) by() (string, error) {
	agent := r.text("userId")
	if agent == "" {
		return administrator, nil
	}
	_, err := r.agents.find(agent)
	return agent, err
}

func closeConversation(r *request) (any, error) {
	return nil, r.turn("Open", "Closed", "ConversationClosed")
}

func reopenConversation(r *request) (any, error) {
	return nil, r.turn("Closed", "Open", "ConversationReopened")
}

// turn brings a conversation from one state to another.
func (r *request) turn(from, to, event string) error {
	c, err := r.live()
	if err != nil {
		return err
	}
	agent, err := r.by()
	if err != nil {
		return err
	}
	if (from == "Closed") != c.is("state", "Closed") {
		return conflict("Conversation %d is %v", c.id, c.fields["state"])
	}
	r.move(c, to, event, agent)
	return nil
}

func (r *request) move(c *conversation, to, event, agent string) {
	c.set(to, r.now)
	r.note(c, event, agent, r.now)
	if to == "Closed" {
		r.emit("ConversationClosed", c, stamp(r.now))
		return
	}
	r.emit("ConversationOpen", c, stamp(r.now))
}

func transferConversation(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	agent, err := r.by()
	if err != nil {
		return nil, err
	}
	queue, err := r.queues.find(r.text("queueId"))
	if err != nil {
		return nil, err
	}
	if c.is("state", "Closed") {
		return nil, conflict("Conversation %d is closed", c.id)
	}
	delete(c.fields, "assignment")
	c.fields["queue"] = record{"id": text(queue, "id"), "queuedAt": stamp(r.now)}
	r.note(c, "TransferSuccessful", agent, r.now)
	r.emit("ConversationTransferred", c, stamp(r.now))
	return nil, nil
}

func listLinked(r *request) (any, error) {
	parent, err := r.conversation()
	if err != nil {
		return nil, err
	}
	linked := []record{}
	for _, c := range r.conversations {
		if link, _ := c.fields["link"].(record); link["parentId"] == parent.id {
			linked = append(linked, c.fields)
		}
	}
	return data(linked), nil
}

func patchConversationAttributes(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	values, _ := c.fields["customAttributes"].([]record)
	if values, err = r.withAttributes("Conversation", values, r.object()); err != nil {
		return nil, err
	}
	c.fields["customAttributes"] = values
	return data(values), nil
}

// listEndUserConversations leaves custom attributes out, as the service does.
func listEndUserConversations(r *request) (any, error) {
	id := r.params["userId"]
	if _, err := r.endUsers.find(id); err != nil {
		return nil, err
	}
	p, err := r.begin()
	if err != nil {
		return nil, err
	}
	list := []record{}
	for _, c := range r.conversations {
		if c.is("requesterId", id) {
			shown := maps.Clone(c.fields)
			delete(shown, "customAttributes")
			list = append(list, shown)
		}
	}
	return paged(p, list)
}

func listConversationTags(r *request) (any, error) {
	c, err := r.conversation()
	if err != nil {
		return nil, err
	}
	return data(r.tags.list(func(tag record) bool { return slices.Contains(c.tags, text(tag, "id")) })), nil
}

func tagConversation(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	tag, err := r.tags.find(r.params["tagId"])
	if err != nil {
		return nil, err
	}
	if tag["state"] != "Active" {
		return nil, badRequest("Tag %s is not active", tag["id"])
	}
	if id := text(tag, "id"); !slices.Contains(c.tags, id) {
		c.tags = append(c.tags, id)
		r.note(c, "TagAdded", administrator, r.now)
		r.emit("ConversationTagAdded", c, stamp(r.now))
	}
	return nil, nil
}

func untagConversation(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	id := r.params["tagId"]
	if !slices.Contains(c.tags, id) {
		return nil, notFound("Tag", id)
	}
	c.tags = without(c.tags, id)
	r.note(c, "TagRemoved", administrator, r.now)
	r.emit("ConversationTagRemoved", c, stamp(r.now))
	return nil, nil
}

func listRatings(r *request) (any, error) {
	c, err := r.conversation()
	if err != nil {
		return nil, err
	}
	return data(append([]record{}, c.ratings...)), nil
}
