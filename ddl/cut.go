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
	search string // folded
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
	cut := Cut{search: Folded(fields[0].String()), limit: DefaultLimit}
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

// Of cuts the page out of a whole list, as List.Page does. For more than one page of a list, Parse it once.
func (c Cut) Of(list json.RawMessage) (json.RawMessage, error) { return Parse(list).Page(c), nil }

// start is the index of the first option that has not been shown.
func (c Cut) start(options []option) int {
	if c.after.passed == 0 {
		return 0
	}
	for i := min(c.after.passed, len(options)) - 1; i >= 0; i-- {
		if options[i].value.Raw == c.after.value {
			return i + 1
		}
	}
	for i := c.after.passed; i < len(options); i++ {
		if options[i].value.Raw == c.after.value {
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
