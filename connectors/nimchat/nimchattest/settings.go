package nimchattest

import (
	"slices"
	"strings"
)

func settingHandlers() map[string]handler {
	return map[string]handler{
		"list_teams": (*exchange).listTeams, "create_team": (*exchange).createTeam, "get_team": (*exchange).getTeam,
		"update_team": (*exchange).updateTeam, "list_team_members": (*exchange).listTeamMembers, "add_team_members": (*exchange).addTeamMembers,
		"replace_team_members": (*exchange).replaceTeamMembers, "remove_team_members": (*exchange).removeTeamMembers,
		"list_canned_responses": (*exchange).listCanned, "create_canned_response": (*exchange).createCanned,
		"list_custom_attributes": (*exchange).listAttributes, "create_custom_attribute": (*exchange).createAttribute,
		"get_custom_attribute": (*exchange).getAttribute, "update_custom_attribute": (*exchange).updateAttribute,
		"list_custom_filters": (*exchange).listFilters, "create_custom_filter": (*exchange).createFilter,
		"get_custom_filter": (*exchange).getFilter, "update_custom_filter": (*exchange).updateFilter,
		"list_webhooks": (*exchange).listWebhooks, "create_webhook": (*exchange).createWebhook, "update_webhook": (*exchange).updateWebhook,
		"list_automation_rules": (*exchange).listRules, "create_automation_rule": (*exchange).createRule,
		"get_automation_rule": (*exchange).getRule, "update_automation_rule": (*exchange).updateRule,
		"list_integrations": (*exchange).listApps, "create_integration_hook": (*exchange).createHook, "update_integration_hook": (*exchange).updateHook,
	}
}

func (x *exchange) teamView(team record) any {
	view := only(team, "id", "name", "description", "allow_auto_assign", "account_id")
	view["is_member"] = x.user != nil && slices.Contains(team.ids("members"), x.user.id())
	return view
}

func (x *exchange) listTeams() (any, *problem) {
	return each(x.own("team", x.account), x.teamView), nil
}

func (x *exchange) getTeam() (any, *problem) {
	team, problem := x.mine("team", "team_id")
	if problem != nil {
		return nil, problem
	}
	return x.teamView(team), nil
}

func (x *exchange) createTeam() (any, *problem) {
	team := record{"account_id": x.account, "allow_auto_assign": true, "description": nil, "members": []int{}}
	if problem := x.fillTeam(team); problem != nil {
		return nil, problem
	}
	return x.teamView(x.add("team", team)), nil
}

func (x *exchange) fillTeam(team record) *problem {
	name := strings.ToLower(x.text("name"))
	if slices.ContainsFunc(x.own("team", x.account), func(r record) bool { return r["name"] == name && r.id() != team.id() }) {
		return invalid("name", "has already been taken")
	}
	team.change(x.body, "description", "allow_auto_assign")
	if name != "" {
		team["name"] = name
	}
	return nil
}

func (x *exchange) updateTeam() (any, *problem) {
	team, problem := x.mine("team", "team_id")
	if problem == nil {
		problem = x.fillTeam(team)
	}
	if problem != nil {
		return nil, problem
	}
	return x.teamView(team), nil
}

func (x *exchange) listTeamMembers() (any, *problem) {
	return x.teamMembers(func(known, _ []int) []int { return known })
}
func (x *exchange) addTeamMembers() (any, *problem)     { return x.teamMembers(added) }
func (x *exchange) replaceTeamMembers() (any, *problem) { return x.teamMembers(replaced) }

func (x *exchange) removeTeamMembers() (any, *problem) {
	_, problem := x.teamMembers(removed)
	return nil, problem
}

func (x *exchange) teamMembers(how func(known, given []int) []int) (any, *problem) {
	team, problem := x.mine("team", "team_id")
	if problem == nil {
		problem = x.regroup(team, how)
	}
	if problem != nil {
		return nil, problem
	}
	return x.agents(team.ids("members")), nil
}
