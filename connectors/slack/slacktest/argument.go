package slacktest

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// text is an argument as text, "" if it was not given.
func (a arguments) text(name string) string {
	switch value := a.values[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	default:
		return ""
	}
}

// given tells whether there is an argument, be it an empty one.
func (a arguments) given(name string) bool {
	value, found := a.values[name]
	return found && value != nil
}

// flag is an argument as a truth value, otherwise if it was not given.
func (a arguments) flag(name string, otherwise bool) bool {
	switch strings.ToLower(a.text(name)) {
	case "":
		return otherwise
	case "1", "true", "t", "yes", "on":
		return true
	default:
		return false
	}
}

// list is an argument that holds several texts: separated by commas, or an array.
func (a arguments) list(name string) []string {
	var list []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			list = append(list, text)
		}
	}
	if items, ok := a.values[name].([]any); ok {
		for _, item := range items {
			if text, ok := item.(string); ok {
				add(text)
			}
		}
		return list
	}
	for item := range strings.SplitSeq(a.text(name), ",") {
		add(item)
	}
	return list
}

// document is an argument that is JSON: as it stands in a JSON body, as text elsewhere. ok tells whether it could be
// read; nil and ok is an argument that was not given.
func (a arguments) document(name string) (document any, ok bool) {
	text, isText := a.values[name].(string)
	switch {
	case !isText:
		return a.values[name], true
	case text == "":
		return nil, true
	}
	document, err := operations.Decode([]byte(text))
	return document, err == nil
}

// need refuses a call that lacks any of the arguments.
func (a arguments) need(names ...string) error {
	var missing []string
	for _, name := range names {
		if value, isText := a.values[name].(string); !a.given(name) || isText && value == "" {
			missing = append(missing, "missing required field: "+name)
		}
	}
	if missing == nil {
		return nil
	}
	return refuseWith("invalid_arguments", missing...)
}

// number is an argument as a whole number. ok tells whether it is one; otherwise if it was not given.
func (a arguments) number(name string, otherwise int64) (number int64, ok bool) {
	text := a.text(name)
	if text == "" {
		return otherwise, true
	}
	number, err := strconv.ParseInt(text, 10, 64)
	return number, err == nil
}
