package ddl

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

// Cut says which options of a whole list are wanted.
type Cut struct {
	search string // lower case
	after  place
	limit  int
}

// place is where a page ends: the number of options passed, and the value of the last. The value is what counts, so
// that an option which comes or goes meanwhile makes none appear twice or not at all.
type place struct {
	passed int
	value  string
}

// Split takes search, cursor and limit out of an input: what is left tells which list it is.
func Split(input json.RawMessage) (Cut, json.RawMessage, error) {
	fields := gjson.GetManyBytes(input, "search", "cursor", "limit")
	cut := Cut{search: strings.ToLower(strings.TrimSpace(fields[0].String())), limit: DefaultLimit}
	if fields[2].Exists() {
		cut.limit = min(max(int(fields[2].Int()), 1), MaxLimit)
	}
	var err error
	if cut.after, err = readCursor(fields[1].String()); err != nil {
		return Cut{}, nil, err
	}
	for i, name := range []string{"search", "cursor", "limit"} {
		if !fields[i].Exists() {
			continue
		}
		if input, err = sjson.DeleteBytes(input, name); err != nil {
			return Cut{}, nil, fmt.Errorf("taking %s out of the input: %w", name, err)
		}
	}
	return cut, input, nil
}

// Of cuts the page out of a whole list, a Page as JSON. With a search, options that begin with what is searched for
// come first; an option whose value is just that counts as well.
func (c Cut) Of(list json.RawMessage) (json.RawMessage, error) {
	whole := gjson.ParseBytes(list)
	options := c.matching(whole.Get("result").Array())
	options = options[c.start(options):]
	page := append(make([]byte, 0, min(len(list), 256*c.limit)), `{"result":[`...)
	for i, option := range options[:min(len(options), c.limit)] {
		if i > 0 {
			page = append(page, ',')
		}
		page = append(page, option.Raw...)
	}
	page = append(page, ']')
	if len(options) > c.limit {
		last := place{passed: c.after.passed + c.limit, value: options[c.limit-1].Get("value").Raw}
		page = strconv.AppendQuote(append(page, `,"next_cursor":`...), last.cursor())
	}
	if whole.Get("truncated").Bool() {
		page = append(page, `,"truncated":true`...)
	}
	return append(page, '}'), nil
}

// matching gives the options that are searched for.
func (c Cut) matching(options []gjson.Result) []gjson.Result {
	if c.search == "" {
		return options
	}
	var first, then []gjson.Result
	for _, option := range options {
		text := strings.ToLower(option.Get("text").String())
		switch {
		case strings.HasPrefix(strings.TrimLeft(text, "#@"), c.search), strings.EqualFold(option.Get("value").String(), c.search):
			first = append(first, option)
		case strings.Contains(text, c.search):
			then = append(then, option)
		}
	}
	return append(first, then...)
}

// start is the index of the first option that has not been shown.
func (c Cut) start(options []gjson.Result) int {
	if c.after.passed == 0 {
		return 0
	}
	for i := min(c.after.passed, len(options)) - 1; i >= 0; i-- {
		if options[i].Get("value").Raw == c.after.value {
			return i + 1
		}
	}
	for i := c.after.passed; i < len(options); i++ {
		if options[i].Get("value").Raw == c.after.value {
			return i + 1
		}
	}
	return min(c.after.passed, len(options)) // the last one shown is gone
}

func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(p.passed) + " " + p.value))
}

func readCursor(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	passed, value, found := strings.Cut(string(text), " ")
	n, parseErr := strconv.Atoi(passed)
	if err != nil || parseErr != nil || !found || n < 1 {
		return place{}, &operations.Error{
			Code: operations.CodeInvalidInput, Detail: "cursor must be the next_cursor of an earlier answer",
			Faults: []operations.InputFault{{Pointer: "/cursor", Detail: "is not the next_cursor of an earlier answer"}},
		}
	}
	return place{passed: n, value: value}, nil
}
