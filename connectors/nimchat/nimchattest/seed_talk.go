package nimchattest

import (
	"fmt"
	"strings"
	"time"
)

const (
	contacts      = 40
	conversations = 60
)

func (s *store) seedContacts() {
	first := []string{"Maja", "Oliver", "Ana", "Jonas", "Priya", "Daniel", "Chiara", "Tomás", "Hanna", "Luca"}
	last := []string{"Lindqvist", "Brandt", "Costa", "Meyer"}
	places := [][3]string{{"Berlin", "Germany", "DE"}, {"Stockholm", "Sweden", "SE"}, {"Lisbon", "Portugal", "PT"}, {"Hamburg", "Germany", "DE"}}
	for id := 1; id <= contacts; id++ {
		name := pick(id-1, first...) + " " + pick((id-1)/10, last...)
		if id == 7 {
			name = "Oliver Brandt-Nielsen"
		}
		place := pick(id, places...)
		made := begun().Add(time.Duration(id) * 3 * time.Hour)
		s.add("contact", record{
			"account_id": 1, "id": id, "name": name, "email": fmt.Sprintf("%s.%d@kundenmail.example", strings.ToLower(ascii(name)), id),
			"phone_number": fmt.Sprintf("+49151%08d", 12340000+id), "identifier": fmt.Sprintf("crm-%d", 2000+id),
			"additional_attributes": map[string]any{"city": place[0], "country": place[1], "country_code": place[2]},
			"custom_attributes":     map[string]any{"plan": pick(id, "free", "team", "business")},
			"created_at":            made.Unix(), "last_activity_at": made.Add(200 * time.Hour).Unix(),
			"sources": map[int]string{
				1: fmt.Sprintf("5d4e9a10-web-user-%d", id), 2: fmt.Sprintf("b0f1c7d2-app-user-%d", id), 3: fmt.Sprintf("c99a31f8-mail-user-%d", id),
			},
		})
	}
}

func ascii(name string) string {
	return strings.NewReplacer(" ", ".", "á", "a", "ø", "o").Replace(name)
}

func (s *store) seedConversations() {
	for _, title := range []string{"billing", "bug", "feature-request", "vip"} {
		s.add("label", record{"account_id": 1, "title": title, "description": nil, "color": "#1F93FF", "show_on_sidebar": true})
	}
	for id := 1; id <= conversations; id++ {
		opened := begun().Add(time.Duration(id) * 5 * time.Hour)
		status := "open"
		switch {
		case id%5 == 3:
			status = "resolved"
		case id%7 == 0:
			status = "pending"
		}
		inbox := id % 3
		if inbox == 0 {
			inbox = 3
		}
		c := record{
			"account_id": 1, "id": id, "inbox_id": inbox, "contact_id": (id+1)%contacts + 1, "status": status,
			"priority": pick[any](id, nil, nil, "low", "high"), "labels": pick(id, []string{"billing"}, []string{}, []string{"bug"}),
			"assignee_id": pick(id, 0, 2, 3, 4, 2), "team_id": pick(id, 0, 1, 2), "created_at": opened.Unix(),
			"custom_attributes": map[string]any{"order_number": fmt.Sprintf("A-%d", 20300+id)}, "additional_attributes": map[string]any{},
		}
		s.add("conversation", c)
		s.seedMessages(c, opened)
	}
	s.next["message"] = 10_000
}

// seedMessages fills a conversation: its number in hundreds, then 1, 2, 3 make the ids of its messages.
func (s *store) seedMessages(c record, opened time.Time) {
	question := pick(c.id(),
		"My invoice shows the wrong address.", "The app closes when I open my orders.", "Could you add an export to Excel?",
		"Where is my parcel?", "I would like to change my plan.")
	for n, m := range []record{
		{"message_type": 0, "content": question, "sender_type": "contact", "sender_id": c["contact_id"]},
		{"message_type": 1, "content": "Thank you for writing. I am looking into it.", "sender_type": "user", "sender_id": max(2, number(c["assignee_id"]))},
		{"message_type": 3, "content": "Please rate this conversation", "content_type": "input_csat"},
	} {
		if n == 2 && c.id() != 5 && c["status"] != "resolved" {
			continue
		}
		m["id"], m["account_id"], m["conversation_id"], m["inbox_id"] = c.id()*100+n+1, c["account_id"], c.id(), c["inbox_id"]
		m["private"], m["content_attributes"] = false, map[string]any{}
		m["created_at"] = opened.Add(time.Duration(n) * 17 * time.Minute).Unix()
		s.add("message", m)
		c["last_activity_at"] = m["created_at"]
	}
}
