package mapping

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/match"

	"github.com/patchbay/patchbay/operations"
)

// maxMatching bounds what comparing one name with wildcards may cost.
const maxMatching = 10_000

// Select gives what a source path leads to in a document; nil: it leads nowhere. Errors: invalid_input (the path), and
// malformed_request (the document).
func Select(document []byte, written string) (json.RawMessage, error) {
	p, err := parsePath(written)
	if err != nil {
		return nil, operations.Errorf(operations.CodeInvalidInput, "the path %s", err.Error())
	}
	if operations.Depth(document) > operations.MaxDepth || !json.Valid(document) {
		return nil, operations.Errorf(operations.CodeMalformedRequest, "the document is not JSON, or nests too deep")
	}
	found := p.find(strings.TrimSpace(string(document)))
	if found == "" {
		return nil, nil
	}
	return json.RawMessage(found), nil
}

// find follows a path through valid JSON; "" is missing. It gives what gjson gives, but for texts, in which gjson would
// look for brackets: that is why it goes step by step, and leaves to gjson only queries and modifiers.
func (p path) find(raw string) string {
	for _, components := range p.pipes {
		if raw = follow(raw, components); raw == "" {
			return ""
		}
	}
	return strings.TrimSpace(raw)
}

func follow(raw string, components []component) string {
	if raw == "" || len(components) == 0 {
		return raw
	}
	c, rest := components[0], components[1:]
	isList, isObject := raw[0] == '[', raw[0] == '{'
	switch {
	case c.kind == modifierStep:
		return follow(modify(raw, c.text, isList, isObject), rest)
	case isObject && (c.kind == nameStep || c.kind == wildStep):
		return followMembers(raw, c, rest)
	case !isList:
		return ""
	}
	switch c.kind {
	case nameStep:
		return follow(itemAt(raw, c.name.index), rest)
	case itemsStep:
		if len(rest) == 0 {
			return count(raw)
		}
		return collect(raw, rest)
	case queryStep:
		return follow(gjson.Get(raw, c.text).Raw, rest)
	case queryAllStep:
		found := gjson.Get(raw, c.text).Raw
		if len(rest) == 0 || found == "" {
			return found
		}
		return collect(found, rest)
	}
	return ""
}

// followMembers goes on at each member whose name fits, until one leads somewhere.
func followMembers(raw string, c component, rest []component) string {
	for quoted, member := range rawMembers(raw) {
		name := quoted[1 : len(quoted)-1]
		if strings.IndexByte(name, '\\') >= 0 {
			name = rawValue(quoted).text()
		}
		fits := name == c.name.name
		if c.kind == wildStep {
			fits, _ = match.MatchLimit(name, c.name.name, maxMatching)
		}
		if fits {
			if found := follow(member, rest); found != "" {
				return found
			}
		}
	}
	return ""
}

func itemAt(raw string, index int) string {
	if index < 0 {
		return ""
	}
	for item := range rawItems(raw) {
		if index == 0 {
			return item
		}
		index--
	}
	return ""
}

func count(raw string) string {
	n := 0
	for range rawItems(raw) {
		n++
	}
	return strconv.Itoa(n)
}

// collect makes a list of what a path leads to in each item.
func collect(raw string, rest []component) string {
	var b strings.Builder
	b.WriteByte('[')
	for item := range rawItems(raw) {
		found := follow(item, rest)
		if found == "" {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(found)
	}
	b.WriteByte(']')
	return b.String()
}

// modify arranges a list or object anew. Other values have no keys and values, and stay as they are otherwise.
func modify(raw, modifier string, isList, isObject bool) string {
	switch {
	case modifier == "@this":
		return raw
	case isObject || isList && modifier != "@keys":
		return strings.TrimSpace(gjson.Get(raw, modifier).Raw)
	case modifier == "@reverse" || modifier == "@flatten":
		return raw
	}
	return ""
}
