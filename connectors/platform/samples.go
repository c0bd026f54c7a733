package platform

import "fmt"

// sampleAgent is the assignment of sampleTicket.
const sampleAgent = `,"assignedAgent":"Ada Agent","assignedAgentId":"01JD000000000000000AGENT01","assignedAgentEmail":"ada@example.com"`

// sampleTicket is a ticket of the seed as operations give it. more may add members.
func sampleTicket(number, version int, more string) string {
	return fmt.Sprintf(`{"id":%q,"title":"The printer is on fire","ticketId":%d,"teamId":%q,"teamName":"Support","requestorEmail":"grace@example.com",
		"description":"Third floor. Please hurry.","status":"Open","statusId":%q,"priority":"Urgent","priorityId":%q,"type":"Question","typeId":%q,
		"source":"api","isPrivate":false,"creator":"sandbox","creatorId":"01JD0000000000000000000001","version":%d,
		"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"%s}`,
		fixedID("TCKT", number), number, fixedID("TEAM", 1), fixedID("STAT", 1), fixedID("PRTY", 4), fixedID("TYPE", 1), version, more)
}

// sampleComment is a comment of the seed as operations give it.
func sampleComment(number, version int, edited bool) string {
	return fmt.Sprintf(`{"id":%q,"content":"We are **on our way**.","contentHtml":"<p>We are <strong>on our way</strong>.</p>",
		"contentMarkdown":"We are **on our way**.","author":"sandbox","authorId":"01JD0000000000000000000001","authorUserType":"api_key",
		"isEdited":%t,"isPinned":false,"threadName":"","commentVisibility":"public","commentType":"comment","entityType":"ticket",
		"metadata":{"reactions":[],"replies":0,"mentions":[]},"version":%d,"createdAt":"2026-01-05T09:05:00Z","updatedAt":"2026-01-05T09:05:00Z"}`,
		fixedID("CMNT", number), edited, version)
}
