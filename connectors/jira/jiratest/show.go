package jiratest

import (
	"net/url"
	"strconv"
)

// The forms in which answers show things.

func (x *exchange) showUser(u *user) any {
	if u == nil {
		return nil
	}
	return x.userRecord(u)
}

// userRecord shows somebody: by account id on Cloud, by name and key on Data Center.
func (x *exchange) userRecord(u *user) record {
	shown := record{
		"accountId": u.accountID, "accountType": "atlassian", "displayName": u.display, "emailAddress": u.email, "active": u.active,
		"timeZone": "Europe/Copenhagen", "avatarUrls": avatars("https://avatar-management.services.atlassian.com/" + u.accountID),
		"self": x.link("user?accountId=" + url.QueryEscape(u.accountID)),
	}
	if x.dataCenter {
		delete(shown, "accountId")
		delete(shown, "accountType")
		shown["name"], shown["key"] = u.name, "JIRAUSER"+u.name
		shown["self"] = x.link("user?username=" + url.QueryEscape(u.name))
	}
	return shown
}

func avatars(base string) record {
	return record{"48x48": base + "/48", "24x24": base + "/24", "16x16": base + "/16", "32x32": base + "/32"}
}

func (x *exchange) showStatus(s *status) record {
	return record{
		"self": x.link("status/" + s.id), "id": s.id, "name": s.name, "description": s.description,
		"iconUrl": x.base + "/images/icons/statuses/generic.png", "statusCategory": x.showCategory(s.category),
	}
}

func (x *exchange) showCategory(c *category) record {
	return record{
		"self": x.link("statuscategory/" + strconv.Itoa(c.id)), "id": c.id, "key": c.key, "colorName": c.color, "name": c.name,
	}
}

func (x *exchange) showType(t *issueType) record {
	return record{
		"self": x.link("issuetype/" + t.id), "id": t.id, "name": t.name, "untranslatedName": t.name, "description": t.description,
		"iconUrl": x.base + "/images/icons/issuetypes/" + t.id + ".svg", "subtask": t.level < 0, "hierarchyLevel": t.level,
	}
}

func (x *exchange) showPriority(p *named) record {
	return record{
		"self": x.link("priority/" + p.id), "id": p.id, "name": p.name, "description": p.description,
		"iconUrl": x.base + "/images/icons/priorities/" + p.id + ".svg", "statusColor": "#ffab00",
	}
}

func (x *exchange) showResolution(r *named) record {
	return record{"self": x.link("resolution/" + r.id), "id": r.id, "name": r.name, "description": r.description}
}

func (x *exchange) showOption(o *named) record {
	return record{"self": x.link("customFieldOption/" + o.id), "id": o.id, "value": o.name}
}

func (x *exchange) showComponent(c *component) record {
	return record{"self": x.link("component/" + c.id), "id": c.id, "name": c.name, "description": c.description}
}

// showVersion leaves out what a version does not have, as the service does.
func (x *exchange) showVersion(v *version) record {
	shown := record{
		"self": x.link("version/" + v.id), "id": v.id, "name": v.name, "archived": v.archived, "released": v.released,
	}
	for name, value := range map[string]string{"description": v.description, "startDate": v.startDate, "releaseDate": v.releaseDate} {
		if value != "" {
			shown[name] = value
		}
	}
	return shown
}

// showProject is what issues and lists tell of a project.
func (x *exchange) showProject(p *project) record {
	return record{
		"self": x.link("project/" + p.id), "id": p.id, "key": p.key, "name": p.name, "projectTypeKey": "software",
		"simplified": false, "avatarUrls": avatars(x.base + "/rest/api/2/universal_avatar/view/type/project/" + p.id),
	}
}

// showBrief is what an issue tells of another one.
func (x *exchange) showBrief(i *issue) record {
	fields := record{"summary": i.summary(), "status": x.showStatus(i.status()), "issuetype": x.showType(i.kind()), "priority": nil}
	if p, _ := i.values["priority"].(*named); p != nil {
		fields["priority"] = x.showPriority(p)
	}
	return record{"id": i.id, "key": i.key, "self": x.link("issue/" + i.id), "fields": fields}
}

// showText is a rich text: a document in version 3 of the API, else plain text.
func (x *exchange) showText(document record) any {
	switch {
	case document == nil:
		return nil
	case x.version == 3:
		return document
	default:
		return plainText(document)
	}
}
