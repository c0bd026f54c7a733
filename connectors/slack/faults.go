package slack

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// faults says which fields of our input a refusal speaks of: those that Slack points at, or else the one that the code means.
func faults(answer gjson.Result, known refused, input json.RawMessage) []operations.InputFault {
	var found []operations.InputFault
	add := func(pointer, text string) {
		if pointer = inputPointer(pointer, input); pointer != "" && len(found) < maxTexts {
			found = append(found, operations.InputFault{Pointer: pointer, Detail: clip(text)})
		}
	}
	for _, text := range texts(answer.Get("response_metadata.messages")) {
		add(pointedAt(text))
	}
	for i, e := range answer.Get("errors").Array() {
		if i == maxTexts {
			break
		}
		switch at := e.Get("pointer").String(); {
		case at != "" && strings.Contains(answer.Get("error").String(), "blocks") && !strings.HasPrefix(at, "/blocks"):
			add("/blocks"+at, e.Get("message").String())
		case at != "":
			add(at, e.Get("message").String())
		case e.Type == gjson.String:
			add(pointedAt(e.String()))
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, field := range known.fields {
		if gjson.GetBytes(input, field).Exists() {
			return []operations.InputFault{{Pointer: "/" + field, Detail: known.meaning}}
		}
	}
	return nil
}

// pointedAt takes a text such as "must be more than 0 characters [json-pointer:/blocks/0/text]" apart.
func pointedAt(text string) (pointer, rest string) {
	before, after, found := strings.Cut(text, "[json-pointer:")
	pointer, behind, closed := strings.Cut(after, "]")
	if !found || !closed {
		return "", text
	}
	return pointer, strings.TrimSpace(before + behind)
}

// inputPointer turns a pointer into what was sent to Slack into one into our input. It is empty if the input has no such
// field.
func inputPointer(pointer string, input json.RawMessage) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	names := map[string]string{"timestamp": "ts", "message_ts": "ts", "users": "user", "channel_id": "channel"}
	for _, name := range []string{first, names[first]} {
		if name == "" || strings.ContainsAny(name, ".*?|#@\\!{}[]\"") || !gjson.GetBytes(input, name).Exists() {
			continue
		}
		if rest != "" {
			return clip("/" + name + "/" + rest)
		}
		return "/" + name
	}
	return ""
}
