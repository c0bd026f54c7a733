package dixatest

import (
	"maps"
	"slices"
	"strconv"
)

func getAnonymization(r *request) (any, error) {
	row, err := r.anonymizations.find(r.params["requestId"])
	return data(row), err
}

// anonymized notes that a request was taken up. What it asks for is done at once; the request says so when it is read.
func (r *request) anonymized(what, target string) (any, error) {
	row := record{
		"id": r.newID(), "_type": what, "entityType": record{"_type": what}, "initiatedAt": stamp(r.now),
		"targetEntityId": target, "requestedBy": administrator,
	}
	done := maps.Clone(row)
	done["processedAt"] = stamp(r.now)
	r.anonymizations.put(text(row, "id"), done)
	return data(row), nil
}

// settle closes conversations that are open, or refuses if that was not asked for.
func (r *request) settle(list ...*conversation) error {
	for _, c := range list {
		if !c.is("state", "Closed") && r.query.Get("force") != "true" {
			return conflict("Conversation %d is open", c.id)
		}
	}
	for _, c := range list {
		if !c.is("state", "Closed") {
			r.move(c, "Closed", "ConversationClosed", administrator)
		}
	}
	return nil
}

func anonymizeConversation(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	if err := r.settle(c); err != nil {
		return nil, err
	}
	r.forget(c)
	return r.anonymized("Conversation", strconv.FormatInt(c.id, 10))
}

// forget leaves of a conversation what says nothing of anybody.
func (r *request) forget(c *conversation) {
	kept := []string{"id", "link", "state", "channel", "createdAt", "direction", "requesterId", "stateUpdatedAt"}
	maps.DeleteFunc(c.fields, func(name string, _ any) bool { return !slices.Contains(kept, name) })
	c.fields["_type"], c.fields["anonymizedAt"], c.fields["customAttributes"] = "AnonymizedConversation", stamp(r.now), []record{}
	c.messages, c.notes = nil, nil
}

func anonymizeMessage(r *request) (any, error) {
	c, err := r.live()
	if err != nil {
		return nil, err
	}
	id := r.params["messageId"]
	for _, message := range c.messages {
		if message["id"] == id {
			if text := content(message); text != nil {
				text["value"] = "[anonymized]"
			}
			return r.anonymized("Message", id)
		}
	}
	return nil, notFound("Message", id)
}

func anonymizeEndUser(r *request) (any, error) {
	id := r.params["userId"]
	before, err := r.endUsers.find(id)
	if err != nil {
		return nil, err
	}
	var theirs []*conversation
	for _, c := range r.conversations {
		if c.is("requesterId", id) && c.fields["anonymizedAt"] == nil {
			theirs = append(theirs, c)
		}
	}
	if err := r.settle(theirs...); err != nil {
		return nil, err
	}
	for _, c := range theirs {
		r.forget(c)
	}
	r.endUsers.put(id, record{
		"id": id, "createdAt": before["createdAt"], "displayName": "Anonymized", "middleNames": []string{},
		"additionalEmails": []string{}, "additionalPhoneNumbers": []string{}, "customAttributes": []record{},
	})
	return r.anonymized("User", id)
}
