package dixatest

import (
	"strconv"
	"time"
)

// firstConversation is the id of the first of the history. Four of it are told one by one: an open one with everything in
// it, one that waits in a queue, one that is closed and rated, and an old one.
const firstConversation = 1101

// history is what was asked and answered over the last weeks.
func (b *builder) history() {
	for i := range 40 {
		hours := 5 + i*17
		if i < 4 {
			hours = []int{6, 2, 40, 900}[i]
		}
		b.talk(i, b.ago(hours, i))
	}
	side := b.addConversation("Email", b.endUsers.ids[1], b.ago(3, 1), record{
		"link": record{"_type": "SideConversation", "parentId": int64(firstConversation)}, "subject": "Where is parcel 48213?", "language": "en",
		"fromEmail": "my-integration@email.dixa.io", "toEmail": "carrier@parcels.example", "integrationEmail": "my-integration@email.dixa.io", "direction": "Outbound",
	})
	b.note(side, "ConversationCreated", b.agents.ids[1], b.ago(3, 1))
}

// talk makes one conversation: a question, an answer and, with older ones, the end.
func (b *builder) talk(i int, at time.Time) {
	asked := []string{"order", "invoice", "delivery", "return", "password"}[i%5]
	channel := []string{"Email", "Email", "Email", "WidgetChat", "Sms"}[i%5]
	if i == 3 {
		channel = "Email"
	}
	user := b.endUsers.rows[b.endUsers.ids[max(0, i-3)]]
	more := record{"language": "en"}
	switch channel {
	case "Email":
		more["subject"] = "Question about my " + asked + " " + strconv.Itoa(48_200+i)
		more["fromEmail"], more["toEmail"], more["integrationEmail"] = user["email"], "my-integration@email.dixa.io", "my-integration@email.dixa.io"
	case "WidgetChat":
		more["browserInfo"] = record{"name": "Firefox", "version": "140.0"}
	case "Sms":
		delete(more, "language")
		more["fromNumber"], more["toNumber"] = user["phoneNumber"], "+4570001133"
	}
	c := b.addConversation(channel, text(user, "id"), at, more)
	if i == 0 { // the ids of the samples begin here
		c.id, c.fields["id"] = firstConversation, int64(firstConversation)
	}
	b.note(c, "ConversationCreated", text(user, "id"), at)
	b.say(c, "Inbound", "", "Hello, I have a question about my "+asked+".", at)
	c.fields["queue"] = record{"id": b.queues.ids[i%2], "queuedAt": stamp(at)}
	if i == 1 {
		return
	}
	b.handle(c, i, at)
}

func (b *builder) say(c *conversation, direction, agent, what string, at time.Time) {
	b.state.addMessage(c, record{"_type": direction, "agentId": agent, "content": record{"_type": "Text", "value": what}}, at)
}

// handle lets an agent take up, answer and, most times, close a conversation.
func (b *builder) handle(c *conversation, i int, at time.Time) {
	agent := b.agents.ids[1+i%3]
	taken := at.Add(time.Duration(4+i*3%50) * time.Minute)
	delete(c.fields, "queue")
	c.fields["assignment"] = record{"agentId": agent, "assignedAt": stamp(taken)}
	b.note(c, "ConversationClaimed", agent, taken)
	b.say(c, "Outbound", agent, "Thanks for asking. Let me look into it.", taken.Add(time.Minute))
	c.tags = append(c.tags, b.tags.ids[i%2])
	if i == 0 {
		c.tags = []string{b.tags.ids[0]}
		c.messages[0]["id"] = "6e0b3f58-9d47-4a21-b8c6-1f5e7d9a2c84"
		c.notes = append(c.notes, record{
			"id": b.newID(), "csid": c.id, "authorId": agent, "message": "The carrier has been asked.", "createdAt": stamp(taken.Add(2 * time.Minute)),
		})
		c.fields["customAttributes"], _ = b.withAttributes("Conversation", nil, record{"2f5515b6-7e98-4f4d-9010-bfd2a27d4f35": "48200"})
	}
	if i == 0 || i > 3 && i%4 == 0 {
		return
	}
	closed := taken.Add(time.Duration(12+i*11%180) * time.Minute)
	if closed.After(b.now) {
		closed = b.now
	}
	c.set("Closed", closed)
	b.note(c, "ConversationClosed", agent, closed)
	b.emit("ConversationClosed", c, stamp(closed))
	if i%2 == 0 {
		b.rate(c, agent, 2+i*7%4, closed)
	}
}

func (b *builder) rate(c *conversation, agent string, score int, at time.Time) {
	c.ratings = append(c.ratings, record{
		"id": b.newID(), "userId": c.fields["requesterId"], "agentId": agent, "ratingType": "Csat", "ratingStatus": "Rated", "ratingScore": score,
		"language": "en", "conversationChannel": c.fields["channel"], "ratingComment": "Quick and friendly.",
		"timestamps": record{"Offered": stamp(at), "Rated": stamp(at.Add(time.Minute))},
	})
	b.note(c, "ConversationRated", text(c.fields, "requesterId"), at.Add(time.Minute))
}
