package jiratest

import (
	"net/http"
	"strings"
)

func linkRoutes() []route {
	return []route{
		{"POST", "api/issueLink", postLink, 0},
		{"GET", "api/issueLink/{id}", getLink, 0},
		{"DELETE", "api/issueLink/{id}", deleteLink, 0},
		{"GET", "api/issueLinkType", listLinkTypes, 0},
		{"GET", "api/issueLinkType/{id}", getLinkType, 0},
	}
}

func (x *exchange) showLinkType(t *linkType) record {
	return record{"id": t.id, "name": t.name, "inward": t.inward, "outward": t.outward, "self": x.link("issueLinkType/" + t.id)}
}

// showLinkField is the links of an issue, as one of its fields: each names the issue at its other end.
func (x *exchange) showLinkField(i *issue) any {
	shown := []record{}
	for _, l := range x.links {
		one := record{"id": l.id, "self": x.link("issueLink/" + l.id), "type": x.showLinkType(l.kind)}
		switch i {
		case l.from:
			one["outwardIssue"] = x.showBrief(l.to)
		case l.to:
			one["inwardIssue"] = x.showBrief(l.from)
		default:
			continue
		}
		shown = append(shown, one)
	}
	return shown
}

func listLinkTypes(x *exchange) (reply, error) {
	return ok(record{"issueLinkTypes": each(x.linkTypes, x.showLinkType)})
}

func getLinkType(x *exchange) (reply, error) {
	t := find(x.linkTypes, func(t *linkType) bool { return t.id == x.params["id"] })
	if t == nil {
		return reply{}, notFound("No issue link type with id '%s' found.", clip(x.params["id"], 40))
	}
	return ok(x.showLinkType(t))
}

func postLink(x *exchange) (reply, error) {
	body, err := x.object()
	if err != nil {
		return reply{}, err
	}
	kind, _ := body["type"].(record)
	id, name := text(kind, "id"), text(kind, "name")
	t := find(x.linkTypes, func(t *linkType) bool { return t.id == id || id == "" && strings.EqualFold(t.name, name) })
	if t == nil {
		return reply{}, notFound("No issue link type with name '%s' found.", clip(name, 80))
	}
	from, to := x.end(body["inwardIssue"]), x.end(body["outwardIssue"])
	switch {
	case from == nil || to == nil:
		return reply{}, noIssue()
	case from == to:
		return reply{}, badRequest("You cannot link an issue to itself.")
	}
	if body["comment"] != nil {
		if _, err := x.addComment(from, body["comment"]); err != nil {
			return reply{}, err
		}
	}
	if find(x.links, func(l *link) bool { return l.kind == t && l.from == from && l.to == to }) == nil {
		x.links = append(x.links, &link{id: x.newID(), kind: t, from: from, to: to})
		x.changed(from, item("Link", "", "", to.key, "This issue "+t.outward+" "+to.key))
		x.changed(to, item("Link", "", "", from.key, "This issue "+t.inward+" "+from.key))
	}
	return reply{status: http.StatusCreated}, nil
}

// end is an issue that a link names by id or key.
func (x *exchange) end(raw any) *issue {
	object, _ := raw.(record)
	if id := text(object, "id"); id != "" {
		return x.byID[id]
	}
	return x.issue(text(object, "key"))
}

func (x *exchange) foundLink() (*link, error) {
	if l := find(x.links, func(l *link) bool { return l.id == x.params["id"] }); l != nil {
		return l, nil
	}
	return nil, notFound("No issue link with id '%s' exists.", clip(x.params["id"], 40))
}

func getLink(x *exchange) (reply, error) {
	l, err := x.foundLink()
	if err != nil {
		return reply{}, err
	}
	return ok(record{
		"id": l.id, "self": x.link("issueLink/" + l.id), "type": x.showLinkType(l.kind), "inwardIssue": x.showBrief(l.from), "outwardIssue": x.showBrief(l.to),
	})
}

func deleteLink(x *exchange) (reply, error) {
	l, err := x.foundLink()
	if err != nil {
		return reply{}, err
	}
	x.links = filter(x.links, func(other *link) bool { return other != l })
	x.changed(l.from, item("Link", l.to.key, "This issue "+l.kind.outward+" "+l.to.key, "", ""))
	x.changed(l.to, item("Link", l.from.key, "This issue "+l.kind.inward+" "+l.from.key, "", ""))
	return done()
}
