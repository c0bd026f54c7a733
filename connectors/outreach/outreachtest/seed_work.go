package outreachtest

import (
	"fmt"
	"time"
)

func makeSequence(d draft, created time.Time) {
	d.put("name", pick(d.n, "Inbound follow-up", "Trade fair contacts", "Renewal in 90 days", "Cold outbound EMEA",
		"Cold outbound Americas", "Webinar attendees", "Win back", "Free trial", "Executive introduction",
		"Partner programme", "Price change notice", "Onboarding")+numbered(d.n, 12))
	d.put("description", "Made for trying things out.")
	d.put("sequenceType", "interval")
	d.put("shareType", pick(d.n, "shared", "read_only", "private"))
	d.put("primaryReplyAction", "finish")
	d.put("finishOnReply", true)
	d.put("tags", pick(d.n, []string{"inbound"}, []string{"event"}, []string{"renewal", "customer"}))
	d.put("enabled", d.n%6 != 5)
	if d.n%6 != 5 {
		d.moment("enabledAt", created.Add(24*time.Hour))
	}
	d.moment("lastUsedAt", created.Add(60*24*time.Hour))
	d.put("durationInDays", 14)
	d.put("deliverCount", 40+d.n)
	d.put("openCount", 20+d.n)
	d.put("replyCount", 4+d.n)
	d.link("owner", "user")
	d.link("ruleset", "ruleset")
	d.link("schedule", "schedule")
}

// numbered tells apart what has the same name.
func numbered(n, names int) string {
	if n < names {
		return ""
	}
	return fmt.Sprintf(" (%d)", n+1)
}

func makeSequenceStep(d draft, _ time.Time) {
	d.put("stepType", pick(d.n, "auto_email", "call", "manual_email", "task"))
	d.put("order", d.n%4+1)
	d.put("interval", pick(d.n, 0, 2880, 4320, 7200))
	d.put("deliverCount", 10+d.n)
	d.put("openCount", 5+d.n)
	d.put("replyCount", d.n%5)
	d.linkTo("sequence", "sequence", d.n/4)
	d.link("callPurpose", "callPurpose")
	d.link("taskPriority", "taskPriority")
}

func makeSequenceState(d draft, created time.Time) {
	state := pick(d.n, "active", "active", "finished", "active", "paused", "finished", "pending", "opted_out", "active", "bounced")
	d.put("state", state)
	d.moment("stateChangedAt", created.Add(3*time.Hour))
	if state != "pending" {
		d.moment("activeAt", created)
	}
	if state == "paused" {
		d.put("pauseReason", "Paused by user")
	}
	d.put("deliverCount", d.random.IntN(4))
	d.put("openCount", d.random.IntN(6))
	d.put("clickCount", d.random.IntN(2))
	d.link("prospect", "prospect")
	d.link("account", "account")
	d.link("sequence", "sequence")
	d.linkTo("sequenceStep", "sequenceStep", 4*(d.n%12))
	d.link("mailbox", "mailbox")
	d.link("user", "user")
}

func makeTemplate(d draft, created time.Time) {
	name := pick(d.n, "First contact", "Follow-up", "Meeting invitation", "Case study", "Last attempt")
	d.put("name", name+numbered(d.n, 5))
	d.put("subject", pick(d.n, "A question about {{company}}", "Following up", "20 minutes next week?", "How others did it", "Shall I stop?"))
	d.put("bodyHtml", "<p>Hello {{first_name}},</p><p>may I show you what we do?</p>")
	d.put("shareType", pick(d.n, "shared", "read_only", "private"))
	d.put("trackOpens", true)
	d.put("trackLinks", true)
	d.put("deliverCount", 30+d.n)
	d.moment("lastUsedAt", created.Add(50*24*time.Hour))
	d.link("owner", "user")
}

func makeMailing(d draft, created time.Time) {
	state := pick(d.n, "delivered", "opened", "replied", "bounced", "scheduled", "delivered", "drafted")
	_, _, sender := seller(d.n % population()["mailbox"])
	d.put("subject", pick(d.n, "A question about your team", "Following up", "20 minutes next week?", "How others did it"))
	d.put("bodyHtml", "<p>Hello,</p><p>may I show you what we do?</p>")
	d.put("state", state)
	d.put("mailingType", pick(d.n, "sequence", "sequence", "single"))
	d.put("mailboxAddress", sender)
	d.put("messageId", "<"+batchID("mailing", d.id)+"@sandbox.example>")
	d.moment("scheduledAt", created)
	d.moment("stateChangedAt", created.Add(2*time.Hour))
	switch state {
	case "delivered", "opened", "replied":
		d.moment("deliveredAt", created.Add(time.Minute))
	case "bounced":
		d.moment("bouncedAt", created.Add(time.Minute))
		d.put("errorReason", "550 no such user")
	}
	if state == "opened" || state == "replied" {
		d.moment("openedAt", created.Add(time.Hour))
		d.put("openCount", 1+d.n%3)
	}
	if state == "replied" {
		d.moment("repliedAt", created.Add(2*time.Hour))
	}
	d.link("prospect", "prospect")
	d.link("mailbox", "mailbox")
	d.link("user", "user")
	d.link("template", "template")
	if d.n%3 != 2 {
		d.link("sequence", "sequence")
		d.link("sequenceState", "sequenceState")
		d.linkTo("sequenceStep", "sequenceStep", 4*(d.n%12))
	}
}

func makeTask(d draft, created time.Time) {
	state := pick(d.n, "incomplete", "incomplete", "complete", "incomplete", "pending")
	d.put("action", pick(d.n, "call", "email", "action_item", "in_person"))
	d.put("taskType", pick(d.n, "manual", "sequence_step_email", "follow_up", "sequence_step_call"))
	d.put("state", state)
	d.put("note", pick(d.n, "Ask about the budget", "Send the case study", "Confirm the appointment", "Thank for the visit"))
	d.put("completed", state == "complete")
	d.moment("stateChangedAt", created)
	d.moment("dueAt", created.Add(time.Duration(24+d.n%240)*time.Hour))
	d.link("owner", "user")
	d.link("prospect", "prospect")
	d.point("subject", ref{"prospect", int64(d.n%population()["prospect"] + 1)})
	d.link("account", "account")
	d.link("taskPriority", "taskPriority")
	if state == "complete" {
		d.moment("completedAt", created.Add(20*time.Hour))
		d.link("completer", "user")
	}
	if d.n%4 == 1 || d.n%4 == 3 {
		d.link("sequenceState", "sequenceState")
		d.link("sequence", "sequence")
	}
}

func makeTaskPriority(d draft, _ time.Time) {
	d.put("name", pick(d.n, "High", "Medium", "Low", "Urgent"))
	d.put("weight", pick(d.n, 300, 200, 100, 400))
	d.put("color", pick(d.n, "#F44336", "#FFC107", "#4CAF50", "#9C27B0"))
}

func makeCall(d draft, created time.Time) {
	answered := d.n%3 != 2
	d.put("direction", pick(d.n, "outbound", "outbound", "outbound", "inbound"))
	d.put("from", phone(d.n+500))
	d.put("to", phone(d.n))
	d.put("outcome", pick(d.n, "Answered", "Answered", "Not Answered"))
	d.put("state", "completed")
	d.put("note", pick(d.n, "Interested, wants a demo", "Asked to call back in spring", "Left a message"))
	d.put("userCallType", pick(d.n, "voip", "bridge"))
	d.put("uid", batchID("call", d.id))
	d.put("tags", []string{})
	d.moment("dialedAt", created)
	if answered {
		d.moment("answeredAt", created.Add(12*time.Second))
	}
	d.moment("completedAt", created.Add(time.Duration(30+d.n*7)*time.Second))
	d.moment("stateChangedAt", created.Add(time.Duration(30+d.n*7)*time.Second))
	d.link("prospect", "prospect")
	d.link("user", "user")
	d.link("callDisposition", "callDisposition")
	d.link("callPurpose", "callPurpose")
}

func makeCallDisposition(d draft, _ time.Time) {
	d.put("name", pick(d.n, "Interested", "Not interested", "Call back later", "Wrong number", "Voicemail"))
	d.put("order", d.n+1)
	d.put("outcome", pick(d.n, "Answered", "Answered", "Answered", "Not Answered", "Not Answered"))
}

func makeCallPurpose(d draft, _ time.Time) {
	d.put("name", pick(d.n, "Introduction", "Follow-up", "Demo request", "Proposal discussion", "Closing"))
	d.put("order", d.n+1)
}
