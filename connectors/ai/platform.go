package ai

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// Everything that is asked of the hub's own helpdesk is in this file.

// Bounds of what is read of a ticket's comments, and of what of them is sent.
const (
	commentPage     = 100    // comments on a page
	maxCommentPages = 20     // pages that are read
	maxComment      = 8_000  // characters of one
	maxComments     = 60_000 // bytes of JSON of all together
	maxStatuses     = 200
)

// sampleTicketID is a ticket that the sandbox's helpdesk has.
const sampleTicketID = "01JD0000000000000000TCKT01"

// helpdeskTicket is a ticket looked up.
type helpdeskTicket struct {
	ID       string
	Status   string          // its name
	StatusID string          // "" if the helpdesk does not tell
	Version  json.RawMessage // nil: the helpdesk does not count versions
	Ticket   ticketData
	Comments []comment // the oldest first
}

// comment is what of a comment is sent to a model.
type comment struct {
	At         string `json:"at,omitempty"`
	Author     string `json:"author,omitempty"`
	Kind       string `json:"author_kind,omitempty"`
	Visibility string `json:"visibility,omitempty"`
	Text       string `json:"text"`
}

// status is one that a ticket can have.
type status struct{ id, name string }

// lookUp reads a ticket with its comments.
func lookUp(ctx context.Context, call *operations.Call, id string) (helpdeskTicket, error) {
	found, err := helpdesk(ctx, call, "get_ticket", map[string]any{"id": id})
	if err != nil {
		return helpdeskTicket{}, err
	}
	get := func(name string) string { return text(found.Get(name)) }
	t := helpdeskTicket{ID: id, Status: get("status"), StatusID: get("statusId"), Ticket: ticketData{
		Title: get("title"), Description: get("description"), Team: get("teamName"), Status: get("status"), Priority: get("priority"),
		Assignee: get("assignedAgent"), CreatedAt: get("createdAt"),
	}.bounded(call)}
	if version := found.Get("version"); version.Exists() {
		t.Version = json.RawMessage(version.Raw)
	}
	all, err := readComments(ctx, call, id)
	if err != nil {
		return helpdeskTicket{}, err
	}
	t.Comments, err = latest(call, all)
	return t, err
}

// readComments reads all comments of a ticket, the oldest first.
func readComments(ctx context.Context, call *operations.Call, id string) ([]comment, error) {
	var all []comment
	for page := 1; ; page++ {
		found, err := helpdesk(ctx, call, "get_comments", map[string]any{
			"entityType": "ticket", "entityId": id, "page": page, "limit": commentPage,
		})
		if err != nil {
			return nil, err
		}
		items := found.Get("comments").Array()
		for _, item := range items {
			all = append(all, newComment(call, item))
		}
		if len(items) < commentPage {
			break
		}
		if page == maxCommentPages {
			call.Warn("the ticket has more than %d comments; the others were not looked at", len(all))
			break
		}
	}
	slices.SortStableFunc(all, func(a, b comment) int { return cmp.Compare(a.At, b.At) })
	return all, nil
}

func newComment(call *operations.Call, item gjson.Result) comment {
	short := func(name string) string { return clip(clean(text(item.Get(name))), maxShort) }
	whole := clean(cmp.Or(text(item.Get("content")), text(item.Get("contentMarkdown"))))
	c := comment{
		At: short("createdAt"), Author: short("author"), Kind: short("authorUserType"), Visibility: short("commentVisibility"),
		Text: clip(whole, maxComment),
	}
	if len(c.Text) < len(whole) {
		call.Warn("of comments longer than %d characters only the beginning was sent to the model", maxComment)
	}
	return c
}

// latest keeps the last comments that fit together.
func latest(call *operations.Call, all []comment) ([]comment, error) {
	size := 0
	for i, c := range slices.Backward(all) {
		encoded, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("encoding a comment: %w", err)
		}
		if size += len(encoded); size > maxComments {
			call.Warn("the ticket's comments are long; the oldest %d of %d were not sent to the model", i+1, len(all))
			return all[i+1:], nil
		}
	}
	return all, nil
}

// statusesOf lists the statuses that a ticket can be given. Two of one name are told apart by their ids.
func statusesOf(ctx context.Context, call *operations.Call) ([]status, error) {
	found, err := helpdesk(ctx, call, "list_ticket_statuses_ddl", map[string]any{"limit": maxStatuses})
	if err != nil {
		return nil, err
	}
	var statuses []status
	times := map[string]int{}
	for _, option := range found.Get("result").Array() {
		if s := (status{text(option.Get("value")), clip(clean(text(option.Get("text"))), maxShort)}); s.id != "" && s.name != "" {
			statuses = append(statuses, s)
			times[s.name]++
		}
	}
	for i, s := range statuses {
		if times[s.name] > 1 {
			statuses[i].name += " (" + s.id + ")"
		}
	}
	return statuses, nil
}

// setStatus changes a ticket's status, if nobody has changed the ticket since it was read.
func setStatus(ctx context.Context, call *operations.Call, t helpdeskTicket, to status) error {
	input := map[string]any{"id": t.ID, "statusId": to.id}
	if t.Version != nil {
		input["version"] = t.Version
	}
	_, err := helpdesk(ctx, call, "update_ticket", input)
	return err
}

// helpdesk runs an operation of the hub's helpdesk.
func helpdesk(ctx context.Context, call *operations.Call, name string, input map[string]any) (gjson.Result, error) {
	encoded, err := json.Marshal(input)
	if err != nil {
		return gjson.Result{}, fmt.Errorf("encoding the input of %s: %w", name, err)
	}
	output, err := call.Invoke(ctx, "platform."+name, encoded)
	if err != nil {
		return gjson.Result{}, err
	}
	return gjson.ParseBytes(output), nil
}

// isOf tells whether a ticket has the status already.
func (s status) isOf(t helpdeskTicket) bool {
	if t.StatusID != "" {
		return s.id == t.StatusID
	}
	return strings.EqualFold(s.name, t.Status)
}

// allowedOf picks the statuses that may be chosen. allowed are ids; none at all allows every one.
func allowedOf(all []status, allowed []string) ([]status, error) {
	if len(allowed) == 0 {
		return all, nil
	}
	var left []status
	for i, id := range allowed {
		at := slices.IndexFunc(all, func(s status) bool { return s.id == id })
		if at < 0 {
			return nil, misfit("/allowed_statuses/"+strconv.Itoa(i), "is not the id of a status")
		}
		left = append(left, all[at])
	}
	return left, nil
}
