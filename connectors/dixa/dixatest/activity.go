package dixatest

import (
	"html"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// note writes down what happened to a conversation, and who did it.
func (s *state) note(c *conversation, what, who string, at time.Time) {
	entry := record{
		"id": s.newID(), "_type": what, "conversationId": c.id, "activityTimestamp": stamp(at),
		"activityType": record{"_type": what}, "author": record{"id": who},
	}
	if what == "ConversationCreated" {
		entry["_type"] = "ConversationCreatedByCustomer"
		if _, isAgent := s.agents.rows[who]; isAgent {
			entry["_type"] = "ConversationCreatedByAgent"
		}
		entry["activityType"] = record{"_type": entry["_type"]}
		s.emit("ConversationCreated", c, stamp(at))
	}
	for _, people := range []*table{s.agents, s.endUsers} {
		if row, known := people.rows[who]; known {
			entry["author"] = record{"id": who, "name": text(row, "displayName"), "email": text(row, "email")}
		}
	}
	s.activity = append(s.activity, entry)
}

func getActivityLog(r *request) (any, error) {
	c, err := r.conversation()
	if err != nil {
		return nil, err
	}
	return data(r.happened(func(entry record) bool { return entry["conversationId"] == c.id })), nil
}

// happened gives entries of the log by time.
func (s *state) happened(fits func(record) bool) []record {
	list := []record{}
	for _, entry := range s.activity {
		if fits(entry) {
			list = append(list, entry)
		}
	}
	slices.SortStableFunc(list, func(a, b record) int {
		return strings.Compare(text(a, "activityTimestamp"), text(b, "activityTimestamp"))
	})
	return list
}

func listActivityLog(r *request) (any, error) {
	p, err := r.begin("fromDatetime", "toDatetime")
	if err != nil {
		return nil, err
	}
	var bounds [2]string
	for i, name := range []string{"fromDatetime", "toDatetime"} {
		if given := r.query.Get(name); given != "" {
			at, err := parseTime(given)
			if err != nil {
				return nil, badRequest("Invalid value for: query parameter %s", name)
			}
			bounds[i] = stamp(at)
		}
	}
	return paged(p, r.happened(func(entry record) bool {
		at := text(entry, "activityTimestamp")
		return at >= bounds[0] && (bounds[1] == "" || at < bounds[1])
	}))
}

// parseTime reads ISO 8601 as far as people write it.
func parseTime(given string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.Parse(layout, given); err == nil {
			return at, nil
		}
	}
	return time.Time{}, badRequest("not a time")
}

func searchConversations(r *request) (any, error) {
	p, err := r.begin("query", "exactMatch")
	if err != nil {
		return nil, err
	}
	words := strings.Fields(r.query.Get("query"))
	if r.query.Get("exactMatch") == "true" {
		words = []string{r.query.Get("query")}
	}
	hits := []record{}
	for _, c := range r.conversations {
		if hit := c.search(words); hit != nil {
			hits = append(hits, hit)
		}
	}
	return paged(p, hits)
}

// search gives a hit if subject or messages hold all words.
func (c *conversation) search(words []string) record {
	highlights, inner := record{}, []record{}
	if marked, ok := mark(text(c.fields, "subject"), words); ok {
		highlights["subject"] = []string{marked}
	}
	for _, message := range c.messages {
		if marked, ok := mark(text(content(message), "value"), words); ok {
			inner = append(inner, record{"id": message["id"], "highlight": record{"content": marked}})
		}
	}
	if len(highlights)+len(inner) == 0 {
		return nil
	}
	return record{"_type": "ConversationSearchHit", "id": c.id, "innerHits": inner, "highlights": highlights}
}

// mark puts <em> around the first place of each word. ok is false if one is not there.
func mark(in string, words []string) (marked string, ok bool) {
	marked = html.EscapeString(in)
	for _, word := range words {
		word = html.EscapeString(word)
		i := strings.Index(strings.ToLower(marked), strings.ToLower(word))
		end := i + len(word)
		if i < 0 || end > len(marked) || !utf8.ValidString(marked[i:end]) {
			return "", false
		}
		marked = marked[:i] + "<em>" + marked[i:end] + "</em>" + marked[end:]
	}
	return marked, len(words) > 0
}
