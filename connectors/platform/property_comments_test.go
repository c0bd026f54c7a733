package platform_test

import (
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// modelComment is a comment as the model has it. One that is deleted is not in the list any more.
type modelComment struct {
	id, content, thread, visibility, kind, author string
	ticket                                        *modelTicket
	parent                                        *modelComment
	version                                       int
	edited                                        bool
	created, updated                              time.Time
	metadata                                      object
	reactions                                     []modelReaction
}

type modelReaction struct{ name, author string }

func commentRules() []rule {
	return []rule{
		{8, (*world).createComment}, {6, (*world).getComment}, {6, (*world).updateComment}, {4, (*world).deleteComment},
		{6, (*world).addReaction}, {4, (*world).removeReaction}, {2, (*world).getComments},
	}
}

// showComment is the comment as operations give it, but for its HTML.
func (w *world) showComment(c *modelComment) object {
	metadata := object{"replies": 0, "mentions": []string{}, "reactions": w.showReactions(c)}
	for name, value := range c.metadata {
		metadata[name] = value
	}
	replies := 0
	for _, other := range w.space.comments {
		if other.parent == c {
			replies++
		}
	}
	metadata["replies"] = replies
	shown := object{
		"id": c.id, "content": c.content, "contentMarkdown": c.content, "author": c.author, "authorId": w.space.users[c.author],
		"authorUserType": "api_key", "isEdited": c.edited, "isPinned": false, "threadName": c.thread, "commentVisibility": c.visibility,
		"commentType": c.kind, "entityType": "ticket", "metadata": metadata, "version": c.version,
		"createdAt": instant(c.created), "updatedAt": instant(c.updated),
	}
	if c.parent != nil {
		shown["parentCommentId"] = c.parent.id
	}
	return shown
}

func (w *world) showReactions(c *modelComment) []object {
	shown := []object{}
	for _, r := range c.reactions {
		at := slices.IndexFunc(shown, func(o object) bool { return o["name"] == r.name })
		if at < 0 {
			shown = append(shown, object{"name": r.name, "unicode": map[string]string{"thumbsup": "👍", "heart": "❤️"}[r.name], "count": 0})
			at = len(shown) - 1
		}
		shown[at]["count"] = shown[at]["count"].(int) + 1
	}
	slices.SortFunc(shown, func(a, b object) int { return strings.Compare(a["name"].(string), b["name"].(string)) })
	return shown
}

// plain takes out of an answer what the model does not say: the HTML, and the order of reactions.
func plain(out object) object {
	delete(out, "contentHtml")
	if metadata, ok := out["metadata"].(object); ok {
		reactions := metadata["reactions"].([]any)
		slices.SortFunc(reactions, func(a, b any) int {
			return strings.Compare(a.(object)["name"].(string), b.(object)["name"].(string))
		})
	}
	return out
}

// someComment is a comment's id: mostly of the workspace, else of the other, or none at all.
func (w *world) someComment() (*modelComment, string) {
	other := w.spaces[map[string]string{"one": "two", "two": "one"}[w.space.name]]
	switch n := w.random.IntN(30); {
	case n == 0 || len(w.space.comments) == 0:
		return nil, nobody
	case n == 1 && len(other.comments) > 0:
		return nil, pick(w, other.comments...).id
	}
	c := pick(w, w.space.comments...)
	return c, c.id
}

func (w *world) createComment() {
	m, id := w.some()
	c := &modelComment{content: w.text(6), visibility: "public", kind: "comment", ticket: m}
	in := object{"content": c.content, "entityType": "ticket", "entityId": id}
	want := operations.Code("")
	switch {
	case m == nil:
		want = operations.CodeNotFound
	case !m.archived.IsZero():
		want = operations.CodeConflict
	}
	if w.chance(30) {
		c.visibility, c.kind = "private", "note"
		in["commentVisibility"], in["commentType"] = c.visibility, c.kind
	}
	if w.chance(30) {
		c.thread = pick(w, "left", "right")
		in["threadName"] = c.thread
	}
	if w.chance(20) {
		c.metadata = object{"n": 1, "deep": []any{"x", true}}
		in["metadata"] = `{"n":1, "deep":["x",true]}`
	}
	if parent, parentID := w.someComment(); w.chance(30) {
		in["parentCommentId"] = parentID
		switch {
		case want != "":
		case parent == nil || parent.ticket != m:
			want = operations.CodeInvalidInput
		default:
			if c.parent = parent; c.thread == "" {
				c.thread = parent.thread
			}
		}
	}
	out, ok := w.agree("create_comment", in, want)
	if !ok {
		return
	}
	c.id, c.author, c.version, c.created = out["id"].(string), w.caller(), 1, w.changed()
	c.updated = c.created
	w.space.users[c.author], _ = out["authorId"].(string)
	w.space.comments = append(w.space.comments, c)
	w.event("comment.created", c.id)
	w.same("create_comment", in, w.showComment(c), plain(out))
}

func (w *world) getComment() {
	c, id := w.someComment()
	in := object{"commentId": id}
	if c == nil {
		w.agree("get_comment", in, operations.CodeNotFound)
		return
	}
	if out, ok := w.agree("get_comment", in, ""); ok {
		w.same("get_comment", in, w.showComment(c), plain(out))
	}
}

// changingComment says what a change of a comment comes to.
func (w *world) changingComment(c *modelComment, in object) operations.Code {
	if c == nil {
		return operations.CodeNotFound
	}
	code := w.version(in, c.version)
	if !c.ticket.archived.IsZero() {
		return operations.CodeConflict
	}
	return code
}

func (w *world) updateComment() {
	c, id := w.someComment()
	in := object{"commentId": id}
	want := w.changingComment(c, in)
	content, thread := "", ""
	if c != nil {
		content, thread = c.content, c.thread
	}
	if w.chance(70) {
		content = w.text(6)
		in["content"] = content
	}
	if w.chance(30) {
		thread = pick(w, "", "left", "right")
		in["threadName"] = thread
	}
	if in["content"] == nil && in["threadName"] == nil {
		want = operations.CodeInvalidInput
	}
	out, ok := w.agree("update_comment", in, want)
	if !ok {
		return
	}
	if c.content != content || c.thread != thread || !c.edited {
		c.content, c.thread, c.edited = content, thread, true
		c.version++
		c.updated = w.changed()
		w.event("comment.updated", c.id)
	}
	w.same("update_comment", in, w.showComment(c), plain(out))
}

func (w *world) deleteComment() {
	c, id := w.someComment()
	in := object{"commentId": id}
	want := w.changingComment(c, in)
	if _, ok := w.agree("delete_comment", in, want); !ok {
		return
	}
	w.changed()
	w.space.comments = slices.DeleteFunc(w.space.comments, func(other *modelComment) bool { return other == c })
	w.event("comment.deleted", id)
}

func (w *world) addReaction()    { w.react("add_reaction", "comment.reaction_added") }
func (w *world) removeReaction() { w.react("remove_reaction", "comment.reaction_removed") }

func (w *world) react(operation, event string) {
	c, id := w.someComment()
	name := pick(w, "thumbsup", "heart")
	in := object{"commentId": id, "reactionName": pick(w, name, ":"+name+":")}
	want := operations.Code("")
	switch {
	case c == nil:
		want = operations.CodeNotFound
	case !c.ticket.archived.IsZero():
		want = operations.CodeConflict
	}
	out, ok := w.agree(operation, in, want)
	if !ok {
		return
	}
	mine := modelReaction{name, w.caller()}
	has := slices.Contains(c.reactions, mine)
	adding := operation == "add_reaction"
	w.same(operation, in, object{"success": adding || has}, out)
	if adding == has {
		return
	}
	w.changed()
	if adding {
		c.reactions = append(c.reactions, mine)
	} else {
		c.reactions = slices.DeleteFunc(c.reactions, func(r modelReaction) bool { return r == mine })
	}
	w.event(event, id)
}

func (w *world) getComments() {
	m, id := w.some()
	in := object{"entityType": "ticket", "entityId": id}
	if m == nil {
		w.agree("get_comments", in, operations.CodeNotFound)
		return
	}
	visibility := pick(w, "", "", "public", "private")
	if visibility != "" {
		in["commentVisibility"] = visibility
	}
	got, first := w.walk("get_comments", "comments", in)
	shown, plainGot := []object{}, []any{}
	for _, c := range w.space.comments {
		if c.ticket == m && (visibility == "" || c.visibility == visibility) {
			shown = append(shown, w.showComment(c))
		}
	}
	for _, g := range got {
		plainGot = append(plainGot, plain(g))
	}
	w.same("get_comments", in, shown, plainGot)
	if first["total"] != float64(len(shown)) {
		w.t.Errorf("step %d: get_comments %v: a total of %v, the model says %d", w.step, in, first["total"], len(shown))
	}
}
