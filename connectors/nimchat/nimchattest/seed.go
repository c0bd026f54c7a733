package nimchattest

import (
	"fmt"
	"strings"
	"time"
)

// begun is when the seed's records were made.
func begun() time.Time { return time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC) }

// newSeed is what a sandbox starts with: always the same records. Samples of the connector name some of them.
func newSeed() *store {
	s := newStore()
	s.seedPeople()
	s.seedInboxes()
	s.seedContacts()
	s.seedConversations()
	s.seedSettings()
	s.seedHelp()
	return s
}

func (s *store) seedPeople() {
	s.add("account", record{"id": 1, "name": "Acme Support"})
	s.add("account", record{"id": 2, "name": "Acme Labs"})
	for i, name := range []string{"Ada Okafor", "Ben Lindqvist", "Carla Mendes", "Dev Patel", "Elif Kaya"} {
		s.add("user", newUser(i+1, name, strings.ToLower(strings.ReplaceAll(name, " ", "."))+"@acme.example"))
	}
	for _, m := range []struct {
		account, user int
		role          string
	}{{1, 1, "administrator"}, {1, 2, "agent"}, {1, 3, "agent"}, {1, 4, "agent"}, {2, 1, "administrator"}, {2, 4, "agent"}} {
		s.add("account_user", record{
			"account_id": m.account, "user_id": m.user, "role": m.role, "availability": pick(m.user, "online", "online", "busy", "offline"),
			"auto_offline": true,
		})
	}
	s.add("agent_bot", newBot("Triage bot", "Asks what it is about", "https://bots.example.com/triage", nil))
	s.add("agent_bot", newBot("Order bot", "Knows where a parcel is", "https://bots.example.com/orders", 1))
	s.add("team", record{"account_id": 1, "name": "first line", "description": "First answer to everything", "allow_auto_assign": true, "members": []int{1, 2, 3}})
	s.add("team", record{"account_id": 1, "name": "sales", "description": "Offers and contracts", "allow_auto_assign": true, "members": []int{4}})
}

func newUser(id int, name, email string) record {
	return record{
		"id": id, "uid": email, "email": email, "name": name, "display_name": nil, "provider": "email", "confirmed": true,
		"custom_attributes": map[string]any{"employee_id": fmt.Sprintf("E-1%03d", id)},
	}
}

func newBot(name, description, url string, account any) record {
	return record{"account_id": account, "name": name, "description": description, "outgoing_url": url, "bot_type": "webhook", "bot_config": map[string]any{}}
}

func (s *store) seedInboxes() {
	web := newInbox(1, "Website", "Channel::WebWidget")
	web["website_url"], web["website_token"], web["welcome_title"] = "https://www.acme.example", "Yv6wqZ3k2Lr9", "Hello!"
	web["welcome_tagline"], web["widget_color"] = "We usually answer within minutes.", "#1F93FF"
	web["members"] = []int{2, 3, 4}
	app := newInbox(1, "Mobile app", "Channel::Api")
	app["inbox_identifier"], app["webhook_url"], app["agent_bot"] = InboxIdentifier, "https://hooks.example.com/app", 1
	app["members"] = []int{2, 3}
	mail := newInbox(1, "Support e-mail", "Channel::Email")
	mail["email"], mail["members"] = "support@acme.example", []int{2, 4}
	for _, inbox := range []record{web, app, mail} {
		s.add("inbox", inbox)
	}
}

func newInbox(account int, name, channel string) record {
	return record{
		"account_id": account, "name": name, "channel_type": channel, "greeting_enabled": false, "enable_auto_assignment": true,
		"working_hours_enabled": false, "timezone": "UTC", "csat_survey_enabled": true, "allow_messages_after_resolved": true,
	}
}

// pick takes the item for n, going round.
func pick[T any](n int, items ...T) T { return items[n%len(items)] }
