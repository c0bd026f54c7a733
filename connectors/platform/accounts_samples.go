package platform

import "fmt"

// sampleEnd is how samples end.
func sampleEnd(version int) string {
	return fmt.Sprintf(`"creator":"sandbox","creatorId":"01JD0000000000000000000001","version":%d,
		"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`, version)
}

// sampleAccount is an account of the seed as operations give it. more may add members.
func sampleAccount(number, version int, more string) string {
	name := []string{"Acme", "Initech", "Hooli", "Globex"}[number-1]
	domain := []string{"acme", "initech", "hooli", "globex"}[number-1] + ".example"
	return fmt.Sprintf(`{"id":%q,"name":%q,"primaryDomain":%q,"industry":"Technology","industryId":%q,"status":"Active","statusId":%q,
		"source":"api","sourceId":%q,"accountOwner":"Ada Agent","accountOwnerId":%q,"accountOwnerEmail":"ada@example.com",
		"customFieldValues":[{"customFieldId":%q,"data":{"values":[{"value":"Gold"}]},"metadata":{"name":"Tier","type":"text"}}]%s,%s`,
		fixedID("ACNT", number), name, domain, fixedID("ANDY", 1), fixedID("ASTA", 1), fixedID("ASRC", 1), fixedID("AGENT", 1),
		fixedID("CSTM", 2), more, sampleEnd(version))
}

// sampleActivity is an activity of the seed as operations give it.
func sampleActivity(number, version int, status string, statusNumber int) string {
	return fmt.Sprintf(`{"id":%q,"accountId":%q,"account":"Acme","activityTimestamp":"2026-02-01T09:00:00Z","type":"MEETING","typeId":%q,
		"status":%q,"statusId":%q,"duration":45,"location":"Room 3","participants":[%q],"attachments":[],%s`,
		fixedID("ACTV", number), fixedID("ACNT", 1), fixedID("VTYP", 3), status, fixedID("VSTA", statusNumber), fixedID("AGENT", 1), sampleEnd(version))
}

// sampleNote is a note of the seed as operations give it.
func sampleNote(number, version int) string {
	return fmt.Sprintf(`{"id":%q,"accountId":%q,"account":"Acme","content":"Renews in spring.","type":"Call","typeId":%q,"visibility":"private",
		"author":"sandbox","authorId":"01JD0000000000000000000001","attachments":[],"version":%d,
		"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`,
		fixedID("NTES", number), fixedID("ACNT", 1), fixedID("NTYP", 2), version)
}

// sampleTask is a task of the seed as operations give it.
func sampleTask(number, version int, status string, statusNumber int) string {
	return fmt.Sprintf(`{"id":%q,"accountId":%q,"account":"Acme","title":"Send the offer","type":"Follow-up","typeId":%q,"status":%q,"statusId":%q,
		"priority":"Medium","priorityId":%q,"assignee":"Ada Agent","assigneeId":%q,"assigneeEmail":"ada@example.com","activityId":%q,"attachments":[],%s`,
		fixedID("TASK", number), fixedID("ACNT", 1), fixedID("KTYP", 1), status, fixedID("KSTA", statusNumber), fixedID("KPRY", 2),
		fixedID("AGENT", 1), fixedID("ACTV", 1), sampleEnd(version))
}

// sampleRelationshipType is a type of the seed as operations give it.
func sampleRelationshipType(number int, name string, inverse int, inverseName string, version int) string {
	return fmt.Sprintf(`{"id":%q,"name":%q,"inverseRelationship":%q,"inverseRelationshipId":%q,"version":%d,
		"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`, fixedID("RTYP", number), name, inverseName, fixedID("RTYP", inverse), version)
}

// sampleRelationship is a relationship of the seed, between two of its accounts, as operations give it.
func sampleRelationship(number, from, to, version int, kind string) string {
	names := []string{"Acme", "Initech", "Hooli", "Vandelay"}
	return fmt.Sprintf(`{"id":%q,"accountId":%q,"account":%q,"relatedAccountId":%q,"relatedAccount":%q,"relationshipType":%s,%s`,
		fixedID("RSHP", number), fixedID("ACNT", from), names[from-1], fixedID("ACNT", to), names[to-1], kind, sampleEnd(version))
}

// sampleContact is a contact of the seed as operations give it.
func sampleContact(number int, first, last string, version int) string {
	email := map[int]string{1: "grace", 2: "barbara", 3: "ken", 4: "edsger", 5: "donald"}[number] + "@acme.example"
	return fmt.Sprintf(`{"id":%q,"firstName":%q,"lastName":%q,"email":%q,"contactType":"Technical","contactTypeId":%q,
		"accounts":[{"id":%q,"name":"Acme"}],%s`,
		fixedID("CNCT", number), first, last, email, fixedID("CTYP", 3), fixedID("ACNT", 1), sampleEnd(version))
}
