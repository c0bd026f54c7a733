package dixatest

import (
	"strconv"
	"strings"
	"time"
)

// newState is the company that a sandbox begins with, as of now.
func newState(now time.Time) *state {
	s := emptyState()
	b := &builder{state: s, now: now.UTC().Truncate(time.Second)}
	b.settings()
	b.people()
	b.places()
	b.history()
	b.addSamples()
	return s
}

// builder makes the beginning.
type builder struct {
	*state
	now time.Time
}

// ago is a time so many hours before now, spread over the minutes by n.
func (b *builder) ago(hours, n int) time.Time {
	return b.now.Add(-time.Duration(hours)*time.Hour - time.Duration(n*7%60)*time.Minute)
}

func (b *builder) settings() {
	for _, tag := range []string{
		"3f2a9c71-6d84-4b1e-8c05-9e7d1a4b6f20 Active #ff9500 shipping", "b84d0e6a-1c35-4f97-a2e8-5d6f3b9c7e14 Active #34c759 refund",
		"e19c5b7d-8a42-4c60-b3f1-7d2e6a8c0f95 Inactive #8e8e93 campaign 2024", "0b6d2e94-7f18-4a53-9c2e-3e8d5a1f7b60 Active #ff3b30 urgent",
	} {
		parts := strings.SplitN(tag, " ", 4)
		b.tags.put(parts[0], record{"id": parts[0], "state": parts[1], "color": parts[2], "name": parts[3]})
	}
	b.attribute("2f5515b6-7e98-4f4d-9010-bfd2a27d4f35", "Conversation", "Order number", record{"_type": "Text", "placeholder": "012345"})
	b.attribute("e14708a6-eed9-495c-9d88-c72331e9e247", "Conversation", "Reason", b.choice([]string{"str1", "delivery"}, []string{"str2", "late", "damaged"}))
	b.attribute("274e5a2c-be0d-42c0-b725-3dd533729f68", "Contact", "Customer number", record{"_type": "Text", "placeholder": "abc"})
	b.attribute("befae0d9-9679-42b9-af76-e76f64e28429", "Contact", "Plan", b.choice([]string{"example1", "business"}, []string{"example2", "yearly", "monthly"}))
	b.endpoints = []record{
		{"_type": "EmailEndpoint", "address": "my-integration@email.dixa.io", "name": "Support"},
		{"_type": "EmailEndpoint", "address": "billing@email.dixa.io", "name": "Billing", "senderOverride": "billing@northwind.example"},
		{"_type": "TelephonyEndpoint", "number": "+4570001122", "name": "Hotline", "functionality": []string{"VoiceInbound", "VoiceOutbound"}},
		{"_type": "TelephonyEndpoint", "number": "+4570001133", "name": "Texts", "functionality": []string{"Sms", "VoiceInbound"}},
	}
	for _, flow := range []string{
		"Email|Support mail|my-integration@email.dixa.io", "Email|Invoices|billing@email.dixa.io", "PstnPhone|Hotline menu|+4570001122",
		"WidgetChat|Website chat|web-widget", "Callback|Call me back|+4570001122", "ContactForm|Contact form|my-integration@email.dixa.io",
	} {
		parts := strings.Split(flow, "|")
		b.flows = append(b.flows, record{"id": b.newID(), "channel": parts[0], "name": parts[1], "contactEndpointId": parts[2]})
	}
}

func (b *builder) attribute(id, entity, label string, input record) {
	b.attributes.put(id, record{
		"id": id, "label": label, "identifier": strings.ToLower(strings.ReplaceAll(label, " ", "_")), "entityType": entity, "inputDefinition": input,
		"createdAt": stamp(b.ago(9000, 3)), "updatedAt": stamp(b.ago(4000, 5)), "isArchived": false, "isRequired": false, "isDeactivated": false,
	})
}

// choice is a Select whose options all have the same options below them.
func (b *builder) choice(options, nested []string) record {
	level := func(values []string, below func() []record) []record {
		list := []record{}
		for _, value := range values {
			list = append(list, record{
				"id": b.newID(), "label": strings.ToUpper(value[:1]) + value[1:], "value": value, "isDeactivated": false, "nestedOptions": below(),
			})
		}
		return list
	}
	leaves := func() []record { return level(nested, func() []record { return []record{} }) }
	return record{"_type": "Select", "options": level(options, leaves)}
}

func (b *builder) people() {
	agents := []string{
		administrator + " Ada Lindqvist", "5a556159-9c21-4f3e-a44f-d323deb80d16 Bo Jensen", "743c3781-c882-4352-a1fa-fe5d7a673cfd Carla Reyes",
		"a8080cf3-9d55-41dd-a8ef-b02414399e7a Dimitri Petrov", "d53dbec1-e79c-4736-b9a1-15f6dce71ed4 Elif Kaya", "912d5148-6918-4420-b23a-8584b896c8ae Femi Okafor",
	}
	for i, agent := range agents {
		id, name, _ := strings.Cut(agent, " ")
		row := b.person(b.agents, id, name, "northwind.example", i)
		row["roles"] = []string{"Agent"}
		if i == 0 {
			row["roles"] = []string{"Admin", "Agent"}
		}
	}
	users := []string{
		"9c2a2cce-699f-4a72-89d9-fda5bc8dec8b Grace Hall", "43b1fe06-a7c4-4f34-8e48-b0559e6acdb9 Hugo Martin", "d4826125-559f-496f-ad71-a0340f0cae06 Ines Costa",
		"0d9e8c7b-6a5f-4e3d-9c2b-1a0f9e8d7c6b Jonas Weber",
	}
	for i, user := range users {
		id, name, _ := strings.Cut(user, " ")
		b.customer(id, name, i)
	}
	first := []string{"Kira", "Liam", "Maya", "Noah", "Olga", "Paul", "Rosa", "Sami", "Tess", "Umar"}
	last := []string{"Berg", "Choi", "Diaz", "Evans", "Fischer"}
	for i := range 36 {
		b.customer(b.newID(), first[i%len(first)]+" "+last[i*3%len(last)], len(users)+i)
	}
}

func (b *builder) customer(id, name string, n int) {
	row := b.person(b.endUsers, id, name, "customer.example", n)
	row["externalId"] = "C-" + strconv.Itoa(10_000+n)
	row["customAttributes"] = []record{}
}

func (b *builder) person(t *table, id, name, domain string, n int) record {
	first, last, _ := strings.Cut(name, " ")
	local := strings.ToLower(first + "." + last)
	if t == b.endUsers && n >= 4 {
		local += strconv.Itoa(n)
	}
	row := record{
		"id": id, "displayName": name, "firstName": first, "lastName": last, "email": local + "@" + domain,
		"phoneNumber": "+45" + strconv.Itoa(20_000_000+len(t.ids)*1_117+len(domain)), "createdAt": stamp(b.ago(3000+n*31, n)),
		"middleNames": []string{}, "additionalEmails": []string{}, "additionalPhoneNumbers": []string{},
	}
	t.put(id, row)
	return row
}

// places are queues, teams and webhooks.
func (b *builder) places() {
	for i, queue := range []string{"92f8d193-b26f-4a62-86a3-bb03ee0915e9 Support", "1d7f4c28-5b93-4e06-a8d1-6c3e9f2b0a74 Billing", "86a2e5d0-3c41-4f79-b5e8-0d9c7a1f4b63 Phones"} {
		id, name, _ := strings.Cut(queue, " ")
		b.addQueue(id, record{
			"name": name, "priority": i + 1, "isDefault": i == 0, "isDoNotOfferEnabled": false, "offerAlgorithm": "AllAtOnce", "offerTimeout": 30,
			"wrapupTimeout": 15, "queueThresholds": record{"WaitingConversations": 10},
		})
	}
	for i, team := range []string{"7c1e8a52-4f0b-4d6e-9a3d-2b8f5c6e1d47 First line", "c05b9e31-8d26-4a7f-91c4-5e2f7b0d8a36 Second line", "29e6d8f4-1a57-4c03-8be9-4f7a2c5d0b91 Weekend"} {
		id, name, _ := strings.Cut(team, " ")
		b.teams.put(id, record{"id": id, "name": name})
		b.teamMembers[id] = append([]string{}, b.agents.ids[i:i+4-i]...)
	}
	for i, id := range b.queues.ids {
		b.queueMembers[id] = append([]string{}, b.agents.ids[i:i+3]...)
	}
	for i, hook := range []string{"d2b6f4e8-3a71-4c95-8e0d-6f1a9b5c7e32 Warehouse", "4e8c1b7a-9f36-4d02-a5c8-7b3e6d0f2a19 Reports"} {
		id, name, _ := strings.Cut(hook, " ")
		b.webhooks.put(id, record{
			"id": id, "name": name, "url": "https://" + strings.ToLower(name) + ".northwind.example/dixa", "headers": record{}, "secretKey": "sandbox-" + id[:8],
			"enabled": i == 0, "subscribedEvents": []string{"ConversationClosed", "ConversationCreated", "ConversationRated"},
			"createdAt": stamp(b.ago(2000, i)), "createdBy": administrator, "updatedAt": stamp(b.ago(1000, i)), "updatedBy": administrator,
		})
	}
	id := "f7a3d1c9-5e28-4b06-9d4f-8c2b7e6a1f50"
	b.anonymizations.put(id, record{
		"id": id, "_type": "User", "entityType": record{"_type": "User"}, "initiatedAt": stamp(b.ago(500, 1)), "processedAt": stamp(b.ago(499, 1)),
		"targetEntityId": b.newID(), "requestedBy": administrator,
	})
}
