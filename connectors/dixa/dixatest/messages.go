package dixatest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// checkMessage tells whether the agent is there in whose name a message is written.
func (r *request) checkMessage(message record) error {
	if agent := text(message, "agentId"); agent != "" {
		if _, err := r.agents.find(agent); err != nil {
			return err
		}
	}
	if address := text(message, "integrationEmail"); address != "" && text(r.endpoint(address), "_type") != "EmailEndpoint" {
		return badRequest("There is no email integration %s", address)
	}
	return nil
}

// author is who writes a message: the agent, else the requester.
func author(c *conversation, message record) string {
	return cmp.Or(text(message, "agentId"), text(c.fields, "requesterId"))
}

func listMessages(r *request) (any, error) {
	c, err := r.conversation()
	if err != nil {
		return nil, err
	}
	return data(append([]record{}, c.messages...)), nil
}

func addMessage(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	message := r.object()
	if !slices.Contains([]string{"Email", "WidgetChat", "Messenger"}, text(c.fields, "channel")) {
		return nil, badRequest("Messages cannot be added to a conversation on the channel %v", c.fields["channel"])
	}
	if err := r.checkMessage(message); err != nil {
		return nil, err
	}
	if c.is("state", "Closed") && message["_type"] == "Inbound" {
		r.move(c, "Open", "ConversationReopened", author(c, message))
	}
	added := r.addMessage(c, message, r.now)
	answer := record{
		"messageId": added["id"], "authorId": added["authorId"], "createdAt": added["createdAt"],
		"content": message["content"], "direction": message["_type"],
	}
	if added["externalId"] != nil {
		answer["externalId"] = added["externalId"]
	}
	return data(answer), nil
}

// addMessage puts a message into a conversation, in the shape of its channel.
func (s *state) addMessage(c *conversation, message record, at time.Time) record {
	attributes := record{"_type": "GenericAttributes", "direction": message["_type"], "attachments": cmp.Or[any](message["attachments"], []any{})}
	switch c.fields["channel"] {
	case "Email", "ContactForm":
		attributes["_type"] = text(record{"Email": "EmailAttributes", "ContactForm": "ContactFormAttributes"}, text(c.fields, "channel"))
		from, to := text(c.fields, "fromEmail"), text(c.fields, "toEmail")
		if message["_type"] == "Outbound" {
			from, to = to, from
		}
		attributes["from"], attributes["to"] = record{"email": from}, []record{{"email": to}}
		attributes["cc"], attributes["bcc"], attributes["isAutoReply"] = []record{}, []record{}, false
		attributes["emailContent"] = record{"_type": "Regular", "content": message["content"]}
	case "WidgetChat":
		attributes["_type"], attributes["isAutomated"], attributes["content"] = "ChatAttributes", false, message["content"]
	case "Sms":
		attributes["_type"], attributes["content"] = "SmsAttributes", message["content"]
	default:
		attributes["content"] = message["content"]
	}
	row := record{"id": s.newID(), "authorId": author(c, message), "createdAt": stamp(at), "attributes": attributes}
	if id := text(message, "externalId"); id != "" {
		row["externalId"] = id
	}
	c.messages = append(c.messages, row)
	kind := "MessageAddedByCustomer"
	if message["_type"] == "Outbound" {
		kind = "MessageAddedByAgent"
	}
	s.note(c, kind, text(row, "authorId"), at)
	s.emit("ConversationMessageAdded", c, stamp(at))
	return row
}

// content is where a message's content lies, nil if it has none.
func content(message record) record {
	attributes, _ := message["attributes"].(record)
	if mail, ok := attributes["emailContent"].(record); ok {
		attributes = mail
	}
	found, _ := attributes["content"].(record)
	return found
}

func listNotes(r *request) (any, error) {
	c, err := r.conversation()
	if err != nil {
		return nil, err
	}
	return data(append([]record{}, c.notes...)), nil
}

func addNote(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	note, err := r.addNote(c, r.object())
	return data(note), err
}

func addNotes(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	outcomes := []record{}
	for _, item := range objects(r.object()["data"]) {
		note, err := r.addNote(c, item)
		if err != nil {
			outcomes = append(outcomes, record{"error": record{"message": err.Error()}})
			continue
		}
		outcomes = append(outcomes, data(note))
	}
	return data(outcomes), nil
}

func (r *request) addNote(c *conversation, wanted record) (record, error) {
	agent, at := cmp.Or(text(wanted, "agentId"), administrator), r.now
	if _, err := r.agents.find(agent); err != nil {
		return nil, err
	}
	if given := text(wanted, "createdAt"); given != "" {
		plain, _, _ := strings.Cut(given, "[") // a zone's name in brackets may follow
		parsed, err := time.Parse(time.RFC3339, plain)
		if err != nil {
			return nil, badRequest("Invalid value for: body (createdAt)")
		}
		at = parsed
	}
	note := record{"id": r.newID(), "csid": c.id, "authorId": agent, "message": wanted["message"], "createdAt": stamp(at)}
	c.notes = append(c.notes, note)
	r.note(c, "NoteAdded", agent, r.now)
	r.emit("ConversationNoteAdded", c, stamp(r.now))
	return note, nil
}
