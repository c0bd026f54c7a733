package nimchattest

import (
	"fmt"
	"slices"
	"strings"
)

// conditions reads the filter that the body holds: a list of conditions, each joined to the next by its
// query_operator, from left to right. lookUp gives a record's value for an attribute and whether that may be asked for.
func (x *exchange) conditions(lookUp func(record, string) (any, bool)) (func(record) bool, *problem) {
	list, _ := x.body["payload"].([]any)
	parsed := make([]record, len(list))
	for i, item := range list {
		condition, _ := item.(map[string]any)
		parsed[i] = condition
		key := parsed[i].text("attribute_key")
		if _, known := lookUp(record{}, key); !known {
			return nil, unprocessable("Invalid attribute key - [" + key + "]")
		}
		if i < len(list)-1 && parsed[i].text("query_operator") == "" {
			return nil, unprocessable("Query operator must be either \"AND\" or \"OR\".")
		}
	}
	return func(r record) bool {
		result, join := true, "AND"
		for _, condition := range parsed {
			value, _ := lookUp(r, condition.text("attribute_key"))
			holds := compare(condition, value)
			if join == "OR" {
				result = result || holds
			} else {
				result = result && holds
			}
			join = strings.ToUpper(condition.text("query_operator"))
		}
		return result
	}, nil
}

// compare tells whether one condition holds for a value.
func compare(condition record, value any) bool {
	text := ""
	if value != nil {
		text = strings.ToLower(fmt.Sprint(value))
	}
	list, _ := condition["values"].([]any)
	wanted := make([]string, len(list))
	for i, v := range list {
		wanted[i] = strings.ToLower(fmt.Sprint(v))
	}
	some := func(test func(s string) bool) bool { return slices.ContainsFunc(wanted, test) }
	switch condition.text("filter_operator") {
	case "equal_to":
		return slices.Contains(wanted, text) || slices.Contains(wanted, "all")
	case "not_equal_to":
		return !slices.Contains(wanted, text)
	case "contains":
		return some(func(s string) bool { return strings.Contains(text, s) })
	case "does_not_contain":
		return !some(func(s string) bool { return strings.Contains(text, s) })
	case "starts_with":
		return some(func(s string) bool { return strings.HasPrefix(text, s) })
	case "is_present":
		return text != ""
	case "is_not_present":
		return text == ""
	case "is_greater_than":
		return some(func(s string) bool { return len(text) > len(s) || len(text) == len(s) && text > s })
	default: // is_less_than, days_before
		return some(func(s string) bool { return len(text) < len(s) || len(text) == len(s) && text < s })
	}
}
