package nimchattest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const contactsPage = 15

func contactHandlers() map[string]handler {
	return map[string]handler{
		"list_contacts": (*exchange).listContacts, "create_contact": (*exchange).createContact, "get_contact": (*exchange).getContact,
		"update_contact": (*exchange).updateContact, "list_contact_conversations": (*exchange).listContactConversations,
		"search_contacts": (*exchange).searchContacts, "filter_contacts": (*exchange).filterContacts,
	}
}

func (x *exchange) contactView(c record) map[string]any {
	view := only(c, "id", "name", "email", "phone_number", "identifier", "additional_attributes", "custom_attributes", "last_activity_at", "created_at")
	view["availability_status"], view["thumbnail"] = pick(c.id(), "online", "offline", "offline"), c.text("thumbnail")
	return view
}

// reachable is a contact with its inboxes.
func (x *exchange) reachable(c record) any {
	view := x.contactView(c)
	inboxes := []any{}
	sources, _ := c["sources"].(map[int]string)
	for _, id := range slices.Sorted(maps.Keys(sources)) {
		if inbox := x.find("inbox", id); inbox != nil {
			inboxes = append(inboxes, map[string]any{"source_id": sources[id], "inbox": x.slim(inbox)})
		}
	}
	view["contact_inboxes"] = inboxes
	return view
}

// contactPage is one page of a list of contacts.
func (x *exchange) contactPage(list []record) any {
	x.sortContacts(list)
	page, of := x.page(list, contactsPage)
	return map[string]any{
		"meta":    map[string]any{"count": len(list), "current_page": of},
		"payload": each(page, x.reachable),
	}
}

// page cuts out the page that the query asks for, from 1; of is its number.
func (x *exchange) page(list []record, size int) (page []record, of int) {
	of = max(1, number(x.query.Get("page")))
	from := len(list)
	if of <= len(list)/size+1 {
		from = min(len(list), (of-1)*size)
	}
	return list[from:min(len(list), from+size)], of
}

// sortContacts orders by what the query says; by id, where it says nothing.
func (x *exchange) sortContacts(list []record) {
	by, descending := strings.CutPrefix(x.query.Get("sort"), "-")
	if by == "" {
		return
	}
	slices.SortStableFunc(list, func(a, b record) int {
		order := strings.Compare(strings.ToLower(a.text(by)), strings.ToLower(b.text(by)))
		if by == "last_activity_at" {
			order = cmp.Compare(fmt.Sprint(a[by]), fmt.Sprint(b[by]))
		}
		if descending {
			return -order
		}
		return order
	})
}

func (x *exchange) listContacts() (any, *problem) {
	return x.contactPage(x.where("contact", x.isResolved)), nil
}

// isResolved tells whether a contact of the account is known by more than a cookie.
func (x *exchange) isResolved(c record) bool {
	return c["account_id"] == x.account && c.text("email")+c.text("phone_number")+c.text("identifier") != ""
}

func (x *exchange) searchContacts() (any, *problem) {
	wanted := strings.ToLower(strings.TrimSpace(x.query.Get("q")))
	if wanted == "" {
		return nil, unprocessable("Specify search string with parameter q")
	}
	return x.contactPage(x.where("contact", func(c record) bool {
		holds := func(name string) bool { return strings.Contains(strings.ToLower(c.text(name)), wanted) }
		return x.isResolved(c) && (holds("name") || holds("email") || holds("phone_number") || holds("identifier"))
	})), nil
}

func (x *exchange) filterContacts() (any, *problem) {
	matches, problem := x.conditions(func(c record, key string) (any, bool) {
		if slices.Contains([]string{"name", "email", "phone_number", "identifier"}, key) {
			return c[key], true
		}
		for _, group := range []string{"additional_attributes", "custom_attributes"} {
			if attributes, _ := c[group].(map[string]any); attributes[key] != nil {
				return attributes[key], true
			}
		}
		return nil, slices.Contains([]string{"country_code", "city", "created_at", "last_activity_at", "referer"}, key) || x.isAttribute(key, "contact_attribute")
	})
	if problem != nil {
		return nil, problem
	}
	return x.contactPage(x.where("contact", func(c record) bool { return x.isResolved(c) && matches(c) })), nil
}

// isAttribute tells whether a custom attribute is defined.
func (x *exchange) isAttribute(key, model string) bool {
	return slices.ContainsFunc(x.own("custom_attribute", x.account), func(r record) bool {
		return r["attribute_key"] == key && r["attribute_model"] == model
	})
}

func (x *exchange) getContact() (any, *problem) {
	c, problem := x.mine("contact", "id")
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": x.reachable(c)}, nil
}

func (x *exchange) createContact() (any, *problem) {
	inbox, problem := x.inAccount("inbox", x.body["inbox_id"])
	if problem != nil {
		return nil, problem
	}
	c, problem := x.newContact()
	if problem != nil {
		return nil, problem
	}
	source := x.tie(c, inbox)
	return map[string]any{"payload": map[string]any{
		"contact":       x.reachable(c),
		"contact_inbox": map[string]any{"inbox": x.slim(inbox), "source_id": source},
	}}, nil
}

// newContact makes a contact of the account out of the body.
func (x *exchange) newContact() (record, *problem) {
	c := record{
		"account_id": x.account, "name": "", "email": nil, "phone_number": nil, "identifier": nil, "created_at": x.now.Unix(), "last_activity_at": nil,
		"additional_attributes": map[string]any{}, "custom_attributes": map[string]any{},
	}
	if problem := x.fillContact(c); problem != nil {
		return nil, problem
	}
	return x.add("contact", c), nil
}

// tie gives a contact its source id in an inbox.
func (x *exchange) tie(c, inbox record) string {
	sum := sha256.Sum256(fmt.Append(nil, c.id(), inbox.id()))
	h := hex.EncodeToString(sum[:])
	source := h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
	sources := map[int]string{inbox.id(): source}
	if known, ok := c["sources"].(map[int]string); ok {
		maps.Copy(sources, known)
	}
	c["sources"] = sources
	return sources[inbox.id()]
}

// fillContact takes over what the body says of a contact.
func (x *exchange) fillContact(c record) *problem {
	if problem := x.freeEmail("contact", c.id()); problem != nil {
		return problem
	}
	if phone := x.text("phone_number"); phone != "" && (phone[0] != '+' || len(phone) > 16 || number(phone[1:]) <= 0) {
		return invalid("phone_number", "should be in e164 format")
	}
	if id := x.text("identifier"); id != "" && slices.ContainsFunc(x.own("contact", x.account), func(r record) bool {
		return r.id() != c.id() && r["identifier"] == id
	}) {
		return invalid("identifier", "has already been taken")
	}
	c.change(x.body, "name", "email", "phone_number", "identifier")
	c.merge("custom_attributes", x.body["custom_attributes"])
	if url := x.text("avatar_url"); url != "" {
		c["thumbnail"] = url
	}
	if url := x.picture("contacts", x.body["avatar"]); url != "" {
		c["thumbnail"] = url
	}
	return nil
}

// picture is where an uploaded picture lies; "" if there is none.
func (x *exchange) picture(folder string, file any) string {
	avatar, ok := file.(map[string]any)
	if !ok {
		return ""
	}
	sum := sha256.Sum256([]byte(record(avatar).text("url")))
	return x.base + "/rails/active_storage/" + folder + "/" + hex.EncodeToString(sum[:8])
}

func (x *exchange) updateContact() (any, *problem) {
	c, problem := x.mine("contact", "id")
	if problem != nil {
		return nil, problem
	}
	if problem := x.fillContact(c); problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": x.reachable(c)}, nil
}

func (x *exchange) listContactConversations() (any, *problem) {
	c, problem := x.mine("contact", "id")
	if problem != nil {
		return nil, problem
	}
	list := x.where("conversation", func(r record) bool { return r["contact_id"] == c.id() })
	return map[string]any{"payload": each(list, x.conversationView)}, nil
}
