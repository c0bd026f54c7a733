package nimchattest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
)

func inboxHandlers() map[string]handler {
	return map[string]handler{
		"list_inboxes": (*exchange).listInboxes, "get_inbox": (*exchange).getInbox, "create_inbox": (*exchange).createInbox,
		"update_inbox": (*exchange).updateInbox, "get_inbox_agent_bot": (*exchange).getInboxBot, "set_inbox_agent_bot": (*exchange).setInboxBot,
		"list_inbox_members": (*exchange).listInboxMembers, "add_inbox_members": (*exchange).addInboxMembers,
		"replace_inbox_members": (*exchange).replaceInboxMembers, "remove_inbox_members": (*exchange).removeInboxMembers,
	}
}

func (x *exchange) slim(inbox record) any {
	view := only(inbox, "id", "name", "channel_type")
	view["avatar_url"], view["channel_id"], view["provider"] = inbox.text("avatar_url"), inbox.id(), nil
	return view
}

func (x *exchange) inboxView(inbox record) any {
	view := only(inbox, "id", "name", "channel_type", "greeting_enabled", "enable_auto_assignment", "working_hours_enabled", "timezone",
		"csat_survey_enabled", "allow_messages_after_resolved", "website_url", "website_token", "welcome_title", "welcome_tagline", "widget_color")
	view["avatar_url"], view["channel_id"], view["greeting_message"], view["provider"] = inbox.text("avatar_url"), inbox.id(), nil, nil
	for _, name := range []string{"inbox_identifier", "webhook_url", "email"} { // of some channels only
		if inbox[name] != nil {
			view[name] = inbox[name]
		}
	}
	return view
}

func (x *exchange) listInboxes() (any, *problem) {
	return map[string]any{"payload": each(x.own("inbox", x.account), x.inboxView)}, nil
}

func (x *exchange) getInbox() (any, *problem) {
	inbox, problem := x.mine("inbox", "id")
	if problem != nil {
		return nil, problem
	}
	return x.inboxView(inbox), nil
}

func (x *exchange) createInbox() (any, *problem) {
	channel, _ := x.body["channel"].(map[string]any)
	kinds := map[string]string{
		"web_widget": "Channel::WebWidget", "api": "Channel::Api", "email": "Channel::Email", "line": "Channel::Line",
		"telegram": "Channel::Telegram", "whatsapp": "Channel::Whatsapp", "sms": "Channel::Sms",
	}
	kind := record(channel).text("type")
	inbox := newInbox(x.account, x.text("name"), kinds[kind])
	sum := sha256.Sum256(fmt.Append(nil, x.account, x.next["inbox"]))
	token := base64.RawURLEncoding.EncodeToString(sum[:])[:24]
	switch kind {
	case "web_widget":
		if record(channel).text("website_url") == "" {
			return nil, invalid("website_url", "can't be blank")
		}
		inbox["website_token"] = token
	case "api":
		inbox["inbox_identifier"] = token
	}
	x.fillInbox(inbox, channel)
	return x.inboxView(x.add("inbox", inbox)), nil
}

func (x *exchange) fillInbox(inbox record, channel map[string]any) {
	inbox.change(channel, "website_url", "welcome_title", "welcome_tagline", "widget_color", "webhook_url", "email")
	inbox.change(x.body, "name", "enable_auto_assignment")
	if url := x.picture("inboxes", x.body["avatar"]); url != "" {
		inbox["avatar_url"] = url
	}
}

func (x *exchange) updateInbox() (any, *problem) {
	inbox, problem := x.mine("inbox", "id")
	if problem != nil {
		return nil, problem
	}
	channel, _ := x.body["channel"].(map[string]any)
	x.fillInbox(inbox, channel)
	return x.inboxView(inbox), nil
}

func (x *exchange) getInboxBot() (any, *problem) {
	inbox, problem := x.mine("inbox", "id")
	if problem != nil {
		return nil, problem
	}
	view := map[string]any{}
	if bot := x.find("agent_bot", number(inbox["agent_bot"])); bot != nil {
		view = x.botView(bot)
	}
	return map[string]any{"agent_bot": view}, nil
}

func (x *exchange) setInboxBot() (any, *problem) {
	inbox, problem := x.mine("inbox", "id")
	if problem != nil {
		return nil, problem
	}
	bot := x.find("agent_bot", number(x.body["agent_bot"]))
	if bot == nil || !x.usable(bot) {
		return nil, notFound()
	}
	inbox["agent_bot"] = bot.id()
	return nil, nil
}

func (x *exchange) listInboxMembers() (any, *problem) {
	inbox, problem := x.mine("inbox", "inbox_id")
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": x.agents(inbox.ids("members"))}, nil
}

func (x *exchange) addInboxMembers() (any, *problem)     { return x.inboxMembers(added) }
func (x *exchange) replaceInboxMembers() (any, *problem) { return x.inboxMembers(replaced) }

func (x *exchange) removeInboxMembers() (any, *problem) {
	_, problem := x.inboxMembers(removed)
	return nil, problem
}

func (x *exchange) inboxMembers(how func(known, given []int) []int) (any, *problem) {
	inbox, problem := x.inAccount("inbox", x.body["inbox_id"])
	if problem == nil {
		problem = x.regroup(inbox, how)
	}
	if problem != nil {
		return nil, problem
	}
	return map[string]any{"payload": x.agents(inbox.ids("members"))}, nil
}

// regroup changes who belongs to an inbox or a team, to those of the body's user_ids.
func (x *exchange) regroup(group record, how func(known, given []int) []int) *problem {
	list, _ := x.body["user_ids"].([]any)
	var given []int
	for _, id := range list {
		if _, isAgent := x.agent(number(id)); !isAgent {
			return notFound()
		}
		given = append(given, number(id))
	}
	members := how(group.ids("members"), given)
	slices.Sort(members)
	group["members"] = slices.Compact(members)
	return nil
}

func added(known, given []int) []int { return slices.Concat(known, given) }
func replaced(_, given []int) []int  { return slices.Clone(given) }
func removed(known, given []int) []int {
	return slices.DeleteFunc(slices.Clone(known), func(id int) bool { return slices.Contains(given, id) })
}
