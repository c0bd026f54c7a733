package nimchattest

func (s *store) seedSettings() {
	made := begun().Format(timeLayout)
	for _, c := range [][2]string{
		{"hello", "Hello, thank you for writing to Acme. How can we help?"}, {"bye", "You are welcome. Have a good day!"},
		{"hours", "We are here Monday to Friday, 9:00 to 17:00 CET."},
	} {
		s.add("canned_response", record{"account_id": 1, "short_code": c[0], "content": c[1], "created_at": made, "updated_at": made})
	}
	for _, a := range []record{
		{"attribute_model": "conversation_attribute", "attribute_key": "order_number", "attribute_display_name": "Order number", "attribute_display_type": "text", "attribute_values": []any{}},
		{"attribute_model": "contact_attribute", "attribute_key": "plan", "attribute_display_name": "Plan", "attribute_display_type": "list", "attribute_values": []any{"free", "team", "business"}},
		{"attribute_model": "contact_attribute", "attribute_key": "signed_up_on", "attribute_display_name": "Signed up on", "attribute_display_type": "date", "attribute_values": []any{}},
	} {
		a["account_id"], a["attribute_description"], a["created_at"], a["updated_at"] = 1, a["attribute_display_name"], made, made
		s.add("custom_attribute", a)
	}
	s.add("custom_filter", newFilter("Open for us", "conversation", condition("status", "open"), made))
	s.add("custom_filter", newFilter("Business customers", "contact", condition("plan", "business"), made))
	for _, hook := range []record{
		{"url": "https://hooks.example.com/crm", "subscriptions": []any{"contact_created", "contact_updated"}},
		{"url": "https://hooks.example.com/audit", "subscriptions": []any{"conversation_created", "conversation_status_changed"}},
	} {
		hook["account_id"], hook["name"] = 1, nil
		s.add("webhook", hook)
	}
	s.add("hook", record{"account_id": 1, "app_id": "openai", "inbox_id": 0, "hook_type": "account", "status": true, "settings": map[string]any{"api_key": "sk-acme-0001", "label_suggestion": false}})
	s.seedRules()
}

func newFilter(name, kind string, query any, made string) record {
	return record{"account_id": 1, "name": name, "filter_type": kind, "query": query, "created_at": made, "updated_at": made}
}

func condition(key, value string) map[string]any {
	return map[string]any{"payload": []any{map[string]any{
		"attribute_key": key, "filter_operator": "equal_to", "values": []any{value}, "query_operator": nil,
	}}}
}

func (s *store) seedRules() {
	for _, rule := range []record{
		{"name": "Greet visitors", "description": "Says hello to whoever opens a conversation", "event_name": "conversation_created",
			"conditions": []any{map[string]any{"attribute_key": "inbox_id", "filter_operator": "equal_to", "values": []any{1}, "query_operator": nil}},
			"actions":    []any{map[string]any{"action_name": "send_message", "action_params": []any{"Hello! We are with you in a minute."}}}},
		{"name": "Label bugs", "description": "Labels what sounds like a mistake of ours", "event_name": "message_created",
			"conditions": []any{map[string]any{"attribute_key": "content", "filter_operator": "contains", "values": []any{"closes"}, "query_operator": nil}},
			"actions":    []any{map[string]any{"action_name": "add_label", "action_params": []any{"bug"}}}},
	} {
		rule["account_id"], rule["active"], rule["created_on"] = 1, true, begun().Unix()
		s.add("automation_rule", rule)
	}
}

func (s *store) seedHelp() {
	for _, p := range [][3]string{{"acme-help", "Acme Help", "#1F93FF"}, {"acme-devs", "Acme for developers", "#0B7285"}} {
		s.add("portal", record{
			"account_id": 1, "slug": p[0], "name": p[1], "color": p[2], "archived": false, "page_title": p[1], "header_text": "What are you looking for?",
			"homepage_link": "https://www.acme.example", "custom_domain": "", "locales": []string{"en", "de"}, "default_locale": "en",
		})
	}
	for i, c := range [][2]string{{"billing", "Billing"}, {"getting-started", "Getting started"}, {"api", "API"}} {
		s.add("category", record{"account_id": 1, "portal_id": 1 + i/2, "slug": c[0], "name": c[1], "locale": "en", "description": nil, "position": i + 1})
	}
	for i, title := range []string{"How do I change my plan?", "Your first conversation", "Where do I find my token?"} {
		s.add("article", record{
			"account_id": 1, "portal_id": 1 + i/2, "category_id": i + 1, "author_id": 1, "title": title, "slug": slug(title), "content": "Open **Settings**.",
			"status": "published", "position": i + 1, "views": 40 - i, "updated_at": begun().Unix(), "meta": map[string]any{},
		})
	}
}
