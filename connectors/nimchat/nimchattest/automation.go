package nimchattest

import (
	"net/url"
	"slices"
)

func (x *exchange) webhookView(r record) any {
	return only(r, "id", "account_id", "name", "url", "subscriptions")
}

func (x *exchange) listWebhooks() (any, *problem) {
	return map[string]any{"payload": map[string]any{"webhooks": each(x.own("webhook", x.account), x.webhookView)}}, nil
}

func (x *exchange) createWebhook() (any, *problem) {
	r := record{"account_id": x.account, "name": nil, "subscriptions": []any{"conversation_status_changed", "conversation_updated", "conversation_created", "message_created", "message_updated", "webwidget_triggered"}}
	if problem := x.fillWebhook(r); problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": map[string]any{"webhook": x.webhookView(x.add("webhook", r))}}, nil
}

func (x *exchange) fillWebhook(r record) *problem {
	if text, given := x.body["url"].(string); given {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return invalid("url", "is invalid")
		}
	}
	if slices.ContainsFunc(x.own("webhook", x.account), func(other record) bool { return other.id() != r.id() && other["url"] == x.body["url"] }) {
		return invalid("url", "has already been taken")
	}
	r.change(x.body, "url", "subscriptions")
	return nil
}

func (x *exchange) updateWebhook() (any, *problem) {
	r, problem := x.mine("webhook", "webhook_id")
	if problem == nil {
		problem = x.fillWebhook(r)
	}
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": map[string]any{"webhook": x.webhookView(r)}}, nil
}

func (x *exchange) ruleView(r record) any {
	return only(r, "id", "account_id", "name", "description", "event_name", "active", "conditions", "actions", "created_on")
}

func (x *exchange) listRules() (any, *problem) {
	return map[string]any{"payload": each(x.own("automation_rule", x.account), x.ruleView)}, nil
}

func (x *exchange) getRule() (any, *problem) {
	r, problem := x.mine("automation_rule", "id")
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": x.ruleView(r)}, nil
}

func (x *exchange) createRule() (any, *problem) {
	r := record{"account_id": x.account, "description": nil, "active": true, "created_on": x.now.Unix()}
	if problem := x.fillRule(r); problem != nil {
		return nil, problem
	}
	return x.ruleView(x.add("automation_rule", r)), nil
}

func (x *exchange) fillRule(r record) *problem {
	conditions, _ := x.body["conditions"].([]any)
	for i, item := range conditions {
		condition, _ := item.(map[string]any)
		if i < len(conditions)-1 && record(condition).text("query_operator") == "" {
			return invalid("conditions", "Automation conditions should have query operator.")
		}
	}
	r.change(x.body, "name", "description", "event_name", "active", "conditions", "actions")
	return nil
}

func (x *exchange) updateRule() (any, *problem) {
	r, problem := x.mine("automation_rule", "id")
	if problem == nil {
		problem = x.fillRule(r)
	}
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": x.ruleView(r)}, nil
}

// app is something that can be connected.
type app struct {
	id, name, description, hookType string
	many                            bool // more than one connection
}

func apps() []app {
	return []app{
		{"dialogflow", "Dialogflow", "Answers with a Dialogflow agent before people do.", "inbox", true},
		{"google_translate", "Google Translate", "Translates what contacts write.", "account", false},
		{"openai", "OpenAI", "Suggests answers, summaries and labels.", "account", false},
		{"webhook", "Webhooks", "Sends events to a URL.", "account", true},
	}
}

func (x *exchange) listApps() (any, *problem) {
	list := []any{}
	for _, a := range apps() {
		hooks := x.where("hook", func(r record) bool { return r["account_id"] == x.account && r["app_id"] == a.id })
		list = append(list, map[string]any{
			"id": a.id, "name": a.name, "description": a.description, "short_description": nil, "hook_type": a.hookType,
			"enabled": len(hooks) > 0, "allow_multiple_hooks": a.many, "action": nil, "button": nil, "hooks": each(hooks, x.hookView),
		})
	}
	return map[string]any{"payload": list}, nil
}

func (x *exchange) hookView(r record) any {
	view := only(r, "id", "app_id", "status", "account_id", "hook_type", "settings")
	view["inbox"] = nil
	if inbox := x.find("inbox", number(r["inbox_id"])); inbox != nil {
		view["inbox"] = only(inbox, "id", "name")
	}
	if x.user == nil || x.membership(x.account, x.user.id()).text("role") != "administrator" {
		delete(view, "settings")
	}
	return view
}

func (x *exchange) createHook() (any, *problem) {
	i := slices.IndexFunc(apps(), func(a app) bool { return a.id == x.body["app_id"] })
	if i < 0 {
		return nil, invalid("app_id", "is not a known app")
	}
	a := apps()[i]
	if !a.many && slices.ContainsFunc(x.own("hook", x.account), func(r record) bool { return r["app_id"] == a.id }) {
		return nil, invalid("app_id", "has already been taken")
	}
	if inbox := x.body["inbox_id"]; a.hookType == "inbox" {
		if _, problem := x.inAccount("inbox", inbox); problem != nil {
			return nil, invalid("inbox", "can't be blank")
		}
	}
	settings, _ := x.body["settings"].(map[string]any)
	if settings == nil {
		settings = map[string]any{}
	}
	return x.hookView(x.add("hook", record{
		"account_id": x.account, "app_id": a.id, "inbox_id": number(x.body["inbox_id"]), "hook_type": a.hookType, "status": true, "settings": settings,
	})), nil
}

func (x *exchange) updateHook() (any, *problem) {
	r, problem := x.mine("hook", "hook_id")
	if problem != nil {
		return nil, problem
	}
	r.change(x.body, "settings")
	return x.hookView(r), nil
}
