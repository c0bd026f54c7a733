package dixatest

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// table holds records of one kind in the order in which they came.
type table struct {
	what string // "Agent", for messages
	ids  []string
	rows map[string]record
}

func newTable(what string) *table { return &table{what: what, rows: map[string]record{}} }

func (t *table) put(id string, row record) {
	if _, known := t.rows[id]; !known {
		t.ids = append(t.ids, id)
	}
	t.rows[id] = row
}

func (t *table) find(id string) (record, error) {
	if row, ok := t.rows[id]; ok {
		return row, nil
	}
	return nil, notFound(t.what, id)
}

func (t *table) remove(id string) {
	delete(t.rows, id)
	t.ids = slices.DeleteFunc(t.ids, func(other string) bool { return other == id })
}

// list gives the records that fit, all if there is no condition.
func (t *table) list(fits func(record) bool) []record {
	list := make([]record, 0, len(t.ids))
	for _, id := range t.ids {
		if row := t.rows[id]; fits == nil || fits(row) {
			list = append(list, row)
		}
	}
	return list
}

// state is all that the sandbox knows. It is not safe for concurrent use.
type state struct {
	made int // things that got an id

	agents, endUsers, queues, teams, tags *table
	attributes, webhooks, anonymizations  *table

	teamMembers   map[string][]string // team → agents
	queueMembers  map[string][]string
	endpoints     []record
	flows         []record
	conversations []*conversation
	activity      []record                       // of all conversations, oldest first
	deliveries    map[string]map[string][]record // webhook → event → deliveries, newest first
}

func emptyState() *state {
	return &state{
		agents: newTable("Agent"), endUsers: newTable("End user"), queues: newTable("Queue"), teams: newTable("Team"),
		tags: newTable("Tag"), attributes: newTable("Custom attribute"), webhooks: newTable("Webhook subscription"),
		anonymizations: newTable("Anonymization request"),
		teamMembers:    map[string][]string{}, queueMembers: map[string][]string{}, deliveries: map[string]map[string][]record{},
	}
}

// newID makes the next id. They are the same in every sandbox, so that what is shown can be repeated.
func (s *state) newID() string {
	s.made++
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://dev.dixa.io/sandbox/"+strconv.Itoa(s.made))).String()
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// find is the conversation of a request's path.
func (r *request) conversation() (*conversation, error) {
	id := r.params["conversationId"]
	number, err := strconv.ParseInt(id, 10, 64)
	if err == nil {
		for _, c := range r.conversations {
			if c.id == number {
				return c, nil
			}
		}
	}
	return nil, notFound("Conversation", id)
}

// texts are the texts of a list in a decoded body.
func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, item := range list {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// objects are the objects of a list in a decoded body.
func objects(v any) []record {
	list, _ := v.([]any)
	out := make([]record, 0, len(list))
	for _, item := range list {
		if o, ok := item.(record); ok {
			out = append(out, o)
		}
	}
	return out
}

// failed is an item of a bulk answer that was not done.
func failed(kind, id string, err error) record {
	e := record{"_type": kind, "message": err.Error()}
	if id != "" {
		e["id"] = id
	}
	return record{"error": e}
}

// outcome is an item of a bulk answer.
func outcome(id string, row any, err error) record {
	if err == nil {
		return data(row)
	}
	kind := "Validation"
	if refused, ok := err.(*refusal); ok {
		kind = map[int]string{404: "NotFound", 409: "Integrity"}[refused.status]
		if kind == "" {
			kind = "Validation"
		}
	}
	return failed(kind, id, err)
}
