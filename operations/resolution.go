package operations

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// Resolution names the operation that finds out whether this one was done, for when its outcome is unknown.
type Resolution struct {
	Operation string `json:"operation"` // of the same connector; it only reads
	// Input is that operation's. A string "{input.path}" in it stands for what lies at that path (gjson) of the input of
	// the call in question.
	Input json.RawMessage `json:"input"`
	// Found is where that operation's output (gjson) has something if the call was done; empty: somebody has to look.
	Found string `json:"found,omitempty"`
}

// Enquiry is the call that finds out whether another was done.
type Enquiry struct {
	Operation string          `json:"operation"` // with its connector: "outreach.list_prospects"
	Input     json.RawMessage `json:"input"`
	Found     string          `json:"found,omitempty"` // as Resolution has it
}

// errAbsent is for an input that lacks what the enquiry would ask for.
var errAbsent = errors.New("is not in the input")

// Enquiry makes the call for an input of this operation. false: the input lacks what would be asked for.
func (r Resolution) Enquiry(connector string, input json.RawMessage) (Enquiry, bool) {
	template, err := Decode(r.Input)
	if err != nil {
		return Enquiry{}, false
	}
	filled, err := fillIn(template, input)
	if err != nil {
		return Enquiry{}, false
	}
	content, err := json.Marshal(filled)
	if err != nil {
		return Enquiry{}, false
	}
	return Enquiry{Operation: connector + "." + r.Operation, Input: content, Found: r.Found}, true
}

func fillIn(template any, input json.RawMessage) (any, error) {
	var err error
	switch t := template.(type) {
	case string:
		if path, isPath := placeholder(t); isPath {
			return valueAt(input, path)
		}
	case []any:
		for i := range t {
			if t[i], err = fillIn(t[i], input); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range t {
			if t[name], err = fillIn(t[name], input); err != nil {
				return nil, err
			}
		}
	}
	return template, nil
}

// placeholder is the path of a placeholder.
func placeholder(text string) (string, bool) {
	rest, opened := strings.CutPrefix(text, "{input.")
	path, closed := strings.CutSuffix(rest, "}")
	return path, opened && closed && path != ""
}

// valueAt is what lies at a path of an input; what is empty says nothing about the call in question.
func valueAt(input json.RawMessage, path string) (any, error) {
	found := gjson.GetBytes(input, path)
	if found.Type == gjson.Null || found.Type == gjson.String && found.Str == "" {
		return nil, fmt.Errorf("%s %w", path, errAbsent)
	}
	return Decode([]byte(found.Raw))
}
