package jiratest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// draft is an issue that is being made or changed.
type draft struct {
	*exchange
	project *project
	kind    *issueType
	issue   *issue // nil: a new one
}

// kind is what fields can hold. It reads a value, or an element where a field holds several; message says what is wrong.
type kind struct {
	read    func(d *draft, raw any) (value any, message string)
	show    func(x *exchange, value any) any
	words   func(value any) (id, words string) // for the history
	choices func(d *draft) []any               // nil: anything
	list    bool                               // several
	atOnce  bool                               // several, but set by one
	empty   bool                               // several, and an empty list if there are none
}

// notADocument is the message that is not about a field.
const notADocument = "INVALID_INPUT"

// readAll reads the whole value of a field. Nil is an empty one.
func (k *kind) readAll(d *draft, raw any) (any, string) {
	if raw == nil {
		return nil, ""
	}
	if !k.list {
		return k.read(d, raw)
	}
	if k.atOnce {
		raw = []any{raw}
	}
	elements, isList := raw.([]any)
	if !isList {
		return nil, "data was not an array"
	}
	var values []any
	for _, element := range elements {
		value, message := k.read(d, element)
		if message != "" {
			return nil, message
		}
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return nil, ""
	}
	return values, ""
}

func (k *kind) showValue(x *exchange, value any) any {
	switch {
	case value == nil && !k.empty:
		return nil
	case !k.list:
		return k.show(x, value)
	}
	elements, _ := value.([]any)
	shown := make([]any, 0, len(elements))
	for _, element := range elements {
		shown = append(shown, k.show(x, element))
	}
	return shown
}

// describe puts a value into words.
func (k *kind) describe(value any) (id, words string) {
	if value == nil {
		return "", ""
	}
	if !k.list {
		return k.words(value)
	}
	var ids, all []string
	elements, _ := value.([]any)
	for _, element := range elements {
		id, words := k.words(element)
		ids, all = append(ids, id), append(all, words)
	}
	return strings.Join(ids, ", "), strings.Join(all, " ")
}

func plain(_ *exchange, value any) any { return value }

func sayText(value any) (string, string) { return "", fmt.Sprint(value) }

func sayNamed(value any) (string, string) {
	n, _ := value.(*named)
	return n.id, n.name
}

// The kinds are read only.
var (
	lineKind   = &kind{read: readLine, show: plain, words: sayText}
	numberKind = &kind{read: readNumber, show: plain, words: sayText}
	labelsKind = &kind{read: readLabel, show: plain, words: sayText, list: true, empty: true}
	dateKind   = &kind{read: readDate, show: plain, words: sayText}

	dateTimeKind = &kind{read: readDateTime, show: func(_ *exchange, v any) any { return stamp(v.(time.Time)) }, words: sayText}
	richKind     = &kind{
		read: readRich, show: func(x *exchange, v any) any { return x.showText(v.(record)) },
		words: func(v any) (string, string) { return "", plainText(v.(record)) },
	}
	userKind     = &kind{read: readUser, show: func(x *exchange, v any) any { return x.userRecord(v.(*user)) }, words: sayUser}
	assigneeKind = &kind{read: readAssignee, show: userKind.show, words: sayUser}
)

func sayUser(v any) (string, string) { return v.(*user).accountID, v.(*user).display }

func readLine(_ *draft, raw any) (any, string) {
	line, isText := raw.(string)
	switch {
	case !isText:
		return nil, "Operation value must be a string"
	case strings.ContainsAny(line, "\r\n"):
		return nil, "The summary is invalid because it contains newline characters."
	case len([]rune(line)) > 255:
		return nil, "Summary can't exceed 255 characters."
	case strings.TrimSpace(line) == "":
		return nil, ""
	}
	return line, ""
}

func readNumber(_ *draft, raw any) (any, string) {
	n, is := number(raw)
	if !is {
		return nil, "Operation value must be a number"
	}
	return n, ""
}

func readLabel(_ *draft, raw any) (any, string) {
	label, isText := raw.(string)
	switch {
	case !isText || label == "":
		return nil, "string expected at index 0"
	case strings.ContainsAny(label, " \t\n\r"):
		return nil, fmt.Sprintf("The label '%s' contains spaces which is invalid.", clip(label, 80))
	case len(label) > 255:
		return nil, "The label exceeds the maximum length of 255 characters."
	}
	return label, ""
}

func readDate(_ *draft, raw any) (any, string) {
	day, _ := raw.(string)
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return nil, "Operation value must be a date in the format yyyy-MM-dd"
	}
	return day, ""
}

func readDateTime(_ *draft, raw any) (any, string) {
	given, _ := raw.(string)
	for _, format := range []string{stampFormat, time.RFC3339} {
		if at, err := time.Parse(format, given); err == nil && at.Year() > 0 && at.Year() < 10_000 {
			return at, ""
		}
	}
	return nil, "Operation value must be a date and time in the format yyyy-MM-dd'T'HH:mm:ss.SSSZ"
}

// readRich reads a rich text: a document in version 3 of the API, else plain text.
func readRich(d *draft, raw any) (any, string) {
	if d.version != 3 {
		plain, isText := raw.(string)
		switch {
		case !isText:
			return nil, "Operation value must be a string"
		case len(plain) > 32_767:
			return nil, "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
		case plain == "":
			return nil, ""
		}
		return document(plain), ""
	}
	doc, isObject := raw.(record)
	switch {
	case !isObject:
		return nil, "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
	case !validDocument(doc):
		return nil, notADocument
	case len(plainText(doc)) > 32_767:
		return nil, "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
	}
	return doc, ""
}

// readUser reads somebody: by account id on Cloud, by name on Data Center. Version 2 takes either.
func readUser(d *draft, raw any) (any, string) {
	object, isObject := raw.(record)
	id := text(object, "accountId")
	if id == "" {
		id = text(object, "id")
	}
	if d.version == 2 && (id == "" || d.dataCenter) {
		id = text(object, "name")
	}
	if !isObject {
		return nil, "Specify a valid value for the user"
	}
	if id == "" {
		return nil, ""
	}
	u := d.user(id)
	if u == nil {
		return nil, fmt.Sprintf("User '%s' does not exist.", clip(id, 80))
	}
	return u, ""
}

// readAssignee reads somebody who can be assigned; "-1" is whom the project assigns by itself.
func readAssignee(d *draft, raw any) (any, string) {
	object, _ := raw.(record)
	if text(object, "accountId") == "-1" || text(object, "id") == "-1" || text(object, "name") == "-1" {
		return d.project.lead, ""
	}
	value, message := readUser(d, raw)
	if u, is := value.(*user); is && !(u.assignable && u.active) {
		return nil, fmt.Sprintf("User '%s' cannot be assigned issues.", u.display)
	}
	return value, message
}

// readRef finds a thing that is named by its id, or by its name or whatever else names it.
func readRef[T any](raw any, list []*T, key string, name func(*T) (id, name string)) (*T, string) {
	object, isObject := raw.(record)
	if !isObject {
		return nil, "expected Object"
	}
	id, byID := object["id"].(string)
	words, byName := object[key].(string)
	if !byID && !byName {
		return nil, fmt.Sprintf("expected 'id' or '%s' property to be a string", key)
	}
	return find(list, func(one *T) bool {
		oneID, oneName := name(one)
		return byID && oneID == id || !byID && strings.EqualFold(oneName, words)
	}), ""
}

func atoi(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// readText reads the text of a comment or a worklog.
func (x *exchange) readText(raw any, name, otherwise string) (record, error) {
	value, message := readRich(&draft{exchange: x}, raw)
	doc, _ := value.(record)
	switch {
	case message == notADocument:
		return nil, badRequest(notADocument)
	case message != "":
		return nil, badField(name, "%s", otherwise)
	case doc == nil || strings.TrimSpace(plainText(doc)) == "" && !hasMedia(doc):
		return nil, &refusal{status: http.StatusBadRequest, fields: map[string]string{name: "Comment body can not be empty!"}}
	}
	return doc, nil
}

// hasMedia tells whether there is something in a document that is no text.
func hasMedia(of record) bool {
	children, _ := of["content"].([]any)
	for _, child := range children {
		n, _ := child.(record)
		switch text(n, "type") {
		case "media", "mediaInline", "mention", "emoji", "rule", "inlineCard", "blockCard", "embedCard", "extension":
			return true
		}
		if hasMedia(n) {
			return true
		}
	}
	return false
}
