package jiratest

import (
	"slices"
	"strings"
)

func commentRoutes() []route {
	return []route{
		{"GET", "api/issue/{issue}/comment", listComments, 0},
		{"POST", "api/issue/{issue}/comment", postComment, 0},
		{"GET", "api/issue/{issue}/comment/{id}", getComment, 0},
		{"PUT", "api/issue/{issue}/comment/{id}", putComment, 0},
		{"DELETE", "api/issue/{issue}/comment/{id}", deleteComment, 0},
	}
}

func (x *exchange) showComment(i *issue, c *comment) record {
	shown := record{
		"self": x.link("issue/" + i.id + "/comment/" + c.id), "id": c.id, "author": x.showUser(c.author), "body": x.showText(c.body),
		"updateAuthor": x.showUser(c.editor), "created": stamp(c.created), "updated": stamp(c.updated), "jsdPublic": true,
	}
	if c.visibility != nil {
		shown["visibility"] = c.visibility
	}
	if slices.Contains(x.expand(), "renderedBody") {
		shown["renderedBody"] = htmlOf(c.body)
	}
	return shown
}

// showCommentField is the first comments of an issue, as one of its fields.
func (x *exchange) showCommentField(i *issue) any {
	first := i.comments[:min(len(i.comments), 100)]
	return record{
		"self": x.link("issue/" + i.id + "/comment"), "startAt": 0, "maxResults": len(first), "total": len(i.comments),
		"comments": each(first, func(c *comment) record { return x.showComment(i, c) }),
	}
}

func listComments(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	all := slices.Clone(i.comments)
	switch order := strings.TrimPrefix(x.query.Get("orderBy"), "+"); order {
	case "", "created", " created": // a plus that was not escaped is a space
	case "-created":
		slices.Reverse(all)
	default:
		return reply{}, badRequest("The orderBy value '%s' is not valid. Use created.", clip(order, 40))
	}
	return pageOf(x, "comments", all, 50, 100, func(c *comment) record { return x.showComment(i, c) })
}

// foundComment is the issue and the comment that the path names.
func (x *exchange) foundComment() (*issue, *comment, error) {
	i, err := x.found()
	if err != nil {
		return nil, nil, err
	}
	c := find(i.comments, func(c *comment) bool { return c.id == x.params["id"] })
	if c == nil {
		return nil, nil, notFound("Can not find a comment for the id: %s.", clip(x.params["id"], 40))
	}
	return i, c, nil
}

func getComment(x *exchange) (reply, error) {
	i, c, err := x.foundComment()
	if err != nil {
		return reply{}, err
	}
	return ok(x.showComment(i, c))
}

func postComment(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	c, err := x.addComment(i, x.body)
	if err != nil {
		return reply{}, err
	}
	return created(x.showComment(i, c))
}

func (x *exchange) addComment(i *issue, raw any) (*comment, error) {
	c := &comment{author: x.me(), created: x.now}
	if err := x.write(c, raw); err != nil {
		return nil, err
	}
	c.id = x.newID()
	i.comments = append(i.comments, c)
	i.updated = x.now
	return c, nil
}

// write puts what a request says into a comment.
func (x *exchange) write(c *comment, raw any) error {
	object, isObject := raw.(record)
	if !isObject {
		return badRequest("Invalid request payload. Refer to the REST API documentation and try again.")
	}
	if object["body"] == nil {
		return badField("comment", "Comment body can not be empty!")
	}
	body, err := x.readText(object["body"], "comment", "Comment body is not valid!")
	if err != nil {
		return err
	}
	visibility, err := readVisibility(object["visibility"])
	if err != nil {
		return err
	}
	c.body, c.visibility, c.editor, c.updated = body, visibility, x.me(), x.now
	return nil
}

func readVisibility(raw any) (record, error) {
	object, isObject := raw.(record)
	switch {
	case raw == nil || isObject && text(object, "type")+text(object, "value") == "":
		return nil, nil // clients send an empty one
	case !isObject || text(object, "type") != "role" && text(object, "type") != "group":
		return nil, badField("commentLevel", "The comment visibility type must be role or group.")
	case !slices.Contains([]string{"Administrators", "Developers", "Users"}, text(object, "value")):
		return nil, badField("commentLevel", "Role: %s does not exist.", clip(text(object, "value"), 80))
	}
	return record{"type": text(object, "type"), "value": text(object, "value")}, nil
}

func putComment(x *exchange) (reply, error) {
	i, c, err := x.foundComment()
	if err != nil {
		return reply{}, err
	}
	if err := x.write(c, x.body); err != nil {
		return reply{}, err
	}
	i.updated = x.now
	return ok(x.showComment(i, c))
}

func deleteComment(x *exchange) (reply, error) {
	i, c, err := x.foundComment()
	if err != nil {
		return reply{}, err
	}
	i.comments = filter(i.comments, func(other *comment) bool { return other != c })
	i.updated = x.now
	return done()
}
