package nimchattest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const timeLayout = "2006-01-02T15:04:05.000Z"

func platformHandlers() map[string]handler {
	return map[string]handler{
		"create_account": (*exchange).createAccount, "update_account": (*exchange).updateAccount,
		"create_account_user": (*exchange).createAccountUser, "delete_account_user": (*exchange).deleteAccountUser,
		"list_account_users": (*exchange).listAccountUsers, "create_platform_agent_bot": (*exchange).createBot,
		"get_platform_agent_bot": (*exchange).getBot, "update_platform_agent_bot": (*exchange).updateBot,
		"list_platform_agent_bots": (*exchange).listBots, "create_user": (*exchange).createUser,
		"get_user": (*exchange).getUser, "update_user": (*exchange).updateUser,
	}
}

func peopleHandlers() map[string]handler {
	return map[string]handler{
		"get_profile": (*exchange).getProfile, "list_agents": (*exchange).listAgents, "add_agent": (*exchange).addAgent,
		"update_agent": (*exchange).updateAgent, "list_account_agent_bots": (*exchange).listBots,
		"create_account_agent_bot": (*exchange).createBot, "get_account_agent_bot": (*exchange).getBot,
		"update_account_agent_bot": (*exchange).updateBot,
	}
}

func (x *exchange) createAccount() (any, *problem) {
	return only(x.add("account", record{"name": x.body["name"]}), "id", "name"), nil
}

func (x *exchange) updateAccount() (any, *problem) {
	account := x.find("account", x.account)
	if account == nil {
		return nil, notFound()
	}
	account.change(x.body, "name")
	return only(account, "id", "name"), nil
}

func (x *exchange) createAccountUser() (any, *problem) {
	user := number(x.body["user_id"])
	if x.find("account", x.account) == nil || x.find("user", user) == nil {
		return nil, notFound()
	}
	member := x.membership(x.account, user)
	if member == nil {
		member = x.join(x.account, user)
	}
	member["role"] = x.body["role"]
	return only(member, "id", "account_id", "user_id", "role"), nil
}

func (x *exchange) join(account, user int) record {
	return x.add("account_user", record{"account_id": account, "user_id": user, "role": "agent", "availability": "offline", "auto_offline": true})
}

func (x *exchange) deleteAccountUser() (any, *problem) {
	member := x.membership(x.account, number(x.body["user_id"]))
	if member == nil {
		return nil, notFound()
	}
	x.remove("account_user", func(r record) bool { return r.id() == member.id() })
	return nil, nil
}

func (x *exchange) listAccountUsers() (any, *problem) {
	return each(x.own("account_user", x.account), func(r record) any { return only(r, "id", "account_id", "user_id", "role") }), nil
}

func (x *exchange) createUser() (any, *problem) {
	if problem := x.freeEmail("user", 0); problem != nil {
		return nil, problem
	}
	password, _ := x.body["password"].(string)
	if len(password) < 6 || !strings.ContainsAny(password, "!@#$%^&*()_+-=[]{}|\"/\\.,`<>:;?~'") || strings.ToLower(password) == password {
		return nil, invalid("password", "must contain at least 1 uppercase character, 1 number and 1 special character")
	}
	user := newUser(x.next["user"]+1, "", x.text("email"))
	user["custom_attributes"] = map[string]any{}
	user.change(x.body, "name")
	user.merge("custom_attributes", x.body["custom_attributes"])
	return x.userView(x.add("user", user)), nil
}

// freeEmail refuses an address that another one has.
func (x *exchange) freeEmail(kind string, but int) *problem {
	email := x.text("email")
	if email == "" {
		return nil
	}
	if !strings.Contains(email, "@") {
		return invalid("email", "is invalid")
	}
	taken := slices.ContainsFunc(x.tables[kind], func(r record) bool {
		return r.id() != but && strings.EqualFold(r.text("email"), email) && (kind == "user" || r["account_id"] == x.account)
	})
	if taken {
		return invalid("email", "has already been taken")
	}
	return nil
}

// text is a text of the body.
func (x *exchange) text(name string) string { return record(x.body).text(name) }

func (x *exchange) getUser() (any, *problem) {
	user := x.find("user", number(x.params["id"]))
	if user == nil {
		return nil, notFound()
	}
	return x.userView(user), nil
}

func (x *exchange) updateUser() (any, *problem) {
	user := x.find("user", number(x.params["id"]))
	if user == nil {
		return nil, notFound()
	}
	if problem := x.freeEmail("user", user.id()); problem != nil {
		return nil, problem
	}
	user.change(x.body, "name", "email")
	user.merge("custom_attributes", x.body["custom_attributes"])
	return x.userView(user), nil
}

func (x *exchange) userView(user record) any {
	view := only(user, "id", "uid", "name", "email", "display_name", "provider", "confirmed", "custom_attributes")
	view["available_name"], view["avatar_url"], view["type"] = user["name"], "", nil
	view["access_token"], view["pubsub_token"] = fmt.Sprintf("sandbox-token-of-user-%d", user.id()), fmt.Sprintf("sandbox-pubsub-%d", user.id())
	view["accounts"] = x.memberships(user)
	view["account_id"], view["role"] = nil, nil
	if member := x.firstMembership(user); member != nil {
		view["account_id"], view["role"] = member["account_id"], member["role"]
	}
	return view
}

func (x *exchange) firstMembership(user record) record {
	members := x.where("account_user", func(r record) bool { return r["user_id"] == user.id() })
	if len(members) == 0 {
		return nil
	}
	return members[0]
}

func (x *exchange) memberships(user record) []any {
	return each(x.where("account_user", func(r record) bool { return r["user_id"] == user.id() }), func(r record) any {
		view := only(r, "role", "availability", "auto_offline")
		view["id"], view["status"], view["availability_status"] = r["account_id"], "active", r["availability"]
		view["name"] = x.find("account", number(r["account_id"]))["name"]
		return view
	})
}

func (x *exchange) getProfile() (any, *problem) {
	view := only(x.user, "id", "name", "email")
	view["accounts"] = x.memberships(x.user)
	return view, nil
}

// agent is a user as a member of the account.
func (x *exchange) agent(id int) (view any, ok bool) {
	user, member := x.find("user", id), x.membership(x.account, id)
	if user == nil || member == nil {
		return nil, false
	}
	agent := only(user, "id", "email", "name", "confirmed")
	agent["account_id"], agent["role"], agent["availability_status"] = x.account, member["role"], member["availability"]
	agent["auto_offline"], agent["available_name"], agent["thumbnail"] = member["auto_offline"], user["name"], ""
	return agent, true
}

// agents shows those of the users who are members of the account.
func (x *exchange) agents(ids []int) []any {
	views := []any{}
	for _, id := range ids {
		if view, ok := x.agent(id); ok {
			views = append(views, view)
		}
	}
	return views
}

func (x *exchange) listAgents() (any, *problem) {
	var ids []int
	for _, member := range x.own("account_user", x.account) {
		ids = append(ids, number(member["user_id"]))
	}
	return x.agents(ids), nil
}

func (x *exchange) addAgent() (any, *problem) {
	if !strings.Contains(x.text("email"), "@") {
		return nil, invalid("email", "is invalid")
	}
	known := x.where("user", func(r record) bool { return strings.EqualFold(r.text("email"), x.text("email")) })
	if len(known) == 0 {
		user := newUser(x.next["user"]+1, x.text("name"), x.text("email"))
		user["confirmed"] = false
		known = []record{x.add("user", user)}
	}
	if x.membership(x.account, known[0].id()) != nil {
		return nil, &problem{status: http.StatusUnprocessableEntity, Message: "User has already been taken", Attributes: []string{"user_id"}}
	}
	member := x.join(x.account, known[0].id())
	member.change(x.body, "role", "auto_offline")
	if status, given := x.body["availability_status"]; given {
		member["availability"] = status
	}
	view, _ := x.agent(known[0].id())
	return view, nil
}

func (x *exchange) updateAgent() (any, *problem) {
	member := x.membership(x.account, number(x.params["id"]))
	if member == nil {
		return nil, notFound()
	}
	member.change(x.body, "role", "availability", "auto_offline")
	view, _ := x.agent(number(x.params["id"]))
	return view, nil
}

// listBots lists the bots of the installation and, within an account, its own.
func (x *exchange) listBots() (any, *problem) {
	return each(x.where("agent_bot", x.usable), func(r record) any { return x.botView(r) }), nil
}

func (x *exchange) usable(bot record) bool {
	return bot["account_id"] == nil || x.account != 0 && bot["account_id"] == x.account
}

func (x *exchange) bot() (record, *problem) {
	bot := x.find("agent_bot", number(x.params["id"]))
	if bot == nil || !x.usable(bot) {
		return nil, notFound()
	}
	return bot, nil
}

func (x *exchange) botView(bot record) map[string]any {
	view := only(bot, "id", "name", "description", "outgoing_url", "account_id", "bot_type", "bot_config")
	view["thumbnail"] = ""
	return view
}

func (x *exchange) getBot() (any, *problem) {
	bot, problem := x.bot()
	if problem != nil {
		return nil, problem
	}
	return x.botView(bot), nil
}

func (x *exchange) createBot() (any, *problem) {
	bot := newBot("", "", "", nil)
	if x.account != 0 {
		bot["account_id"] = x.account
	}
	bot.change(x.body, "name", "description", "outgoing_url")
	return x.botView(x.add("agent_bot", bot)), nil
}

func (x *exchange) updateBot() (any, *problem) {
	bot, problem := x.bot()
	if problem != nil {
		return nil, problem
	}
	if bot["account_id"] == nil && x.account != 0 {
		return nil, notFound() // a bot of the installation is not the account's to change
	}
	bot.change(x.body, "name", "description", "outgoing_url")
	return x.botView(bot), nil
}
