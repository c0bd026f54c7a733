package outreachtest

import (
	"slices"
	"strings"
	"unicode"
)

// condition tells whether a list holds a record.
type condition func(*record) bool

const maxFilterValues = 1_000

// filter reads every filter[…] of the query. As at the service, one that does not exist, or is not meant for
// filtering, is ignored without a word.
// Source: https://developers.outreach.io/api/making-requests
func (x *exchange) filter() condition {
	newSyntax := x.query.Get("newFilterSyntax") == "true"
	var all []condition
	for name, values := range x.query {
		path := filterPath(name)
		if len(path) == 0 {
			continue
		}
		if c := x.kind.condition(path, values, newSyntax); c != nil {
			all = append(all, c)
		}
	}
	return func(r *record) bool {
		return !slices.ContainsFunc(all, func(c condition) bool { return !c(r) })
	}
}

// filterPath splits "filter[account][id]" into "account" and "id"; nil: not a filter.
func filterPath(name string) []string {
	rest, ok := strings.CutPrefix(name, "filter[")
	if !ok || !strings.HasSuffix(rest, "]") {
		return nil
	}
	return strings.Split(strings.TrimSuffix(rest, "]"), "][")
}

// condition makes one filter's condition; nil: the filter is ignored.
func (kind *resource) condition(path, values []string, newSyntax bool) condition {
	name, last := path[0], path[len(path)-1]
	test := anyOf(parseOld(strings.Join(values, ",")))
	switch {
	case len(path) > 1 && last == "" && newSyntax:
		test = anyOf(parseLiteral(values))
		path = path[:len(path)-1]
	case len(path) > 1 && isComparison(last) && newSyntax:
		test = comparison(last, values[0])
		path = path[:len(path)-1]
	}
	attribute, known := kind.attribute(name)
	switch {
	case len(path) == 1 && name == "q" && kind.Search != "":
		return searching(values[0])
	case len(path) == 1 && name == "id":
		return func(r *record) bool { return test("integer", r.id) }
	case len(path) == 1 && known && (attribute.Filter || isCustom(name, kind.Custom)):
		return func(r *record) bool { return holds(test, attribute.Type, r.show(name, attribute)) }
	case len(path) == 2 && path[1] == "id" && kind.linked[name]:
		return func(r *record) bool {
			if at, ok := r.to(name); ok {
				return test("integer", at.id)
			}
			return test("integer", nil)
		}
	default:
		return nil
	}
}

// test tells whether a value of an attribute type passes.
type test func(kind string, value any) bool

// holds applies a test to a value, or to each of a list's.
func holds(t test, kind string, value any) bool {
	list, ok := value.([]any)
	if !ok {
		return t(kind, value)
	}
	if len(list) == 0 {
		return t(listItem, nil)
	}
	return slices.ContainsFunc(list, func(item any) bool { return t(listItem, item) })
}

// listItem is the type of what lists hold; unlike other text it is compared without regard to case, as addresses are.
const listItem = "item"

func anyOf(tests []test) test {
	return func(kind string, value any) bool {
		return slices.ContainsFunc(tests, func(t test) bool { return t(kind, value) })
	}
}

// parseOld reads "a,b", "5..10", "neginf..5", "5..inf", "__null__" and "__notnull__".
func parseOld(text string) []test {
	var tests []test
	for part := range strings.SplitSeq(text, ",") {
		if len(tests) >= maxFilterValues {
			break
		}
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "..")
		switch {
		case isRange:
			tests = append(tests, between(from, to))
		case part == "__null__" || part == "__notnull__":
			tests = append(tests, isNull(part == "__null__"))
		default:
			tests = append(tests, equals(strings.TrimSpace(part)))
		}
	}
	return tests
}

// parseLiteral reads the values of filter[a][]=…, which mean what they say.
func parseLiteral(values []string) []test {
	var tests []test
	for _, value := range values[:min(len(values), maxFilterValues)] {
		if value == "__null__" || value == "__notnull__" {
			tests = append(tests, isNull(value == "__null__"))
			continue
		}
		tests = append(tests, equals(value))
	}
	return tests
}

func isNull(want bool) test {
	return func(_ string, value any) bool { return (value == nil) == want }
}

func equals(text string) test {
	return func(kind string, value any) bool {
		if kind == "string" {
			return value == text
		}
		want, ok := parse(kind, text)
		return ok && value != nil && compareKeys(keyOf(kind, value), want) == 0
	}
}

func between(from, to string) test {
	return func(kind string, value any) bool {
		return value != nil && (from == "neginf" || compare("gte", from, kind, value)) &&
			(to == "inf" || compare("lte", to, kind, value))
	}
}

func isComparison(name string) bool { return slices.Contains([]string{"gt", "gte", "lt", "lte"}, name) }

func comparison(operator, text string) test {
	return func(kind string, value any) bool { return value != nil && compare(operator, text, kind, value) }
}

func compare(operator, text, kind string, value any) bool {
	limit, ok := parse(kind, strings.TrimSpace(text))
	if !ok {
		return false
	}
	c := compareKeys(keyOf(kind, value), limit)
	switch operator {
	case "gt":
		return c > 0
	case "gte":
		return c >= 0
	case "lt":
		return c < 0
	default:
		return c <= 0
	}
}

// searching finds records in which a word begins with the text.
func searching(text string) condition {
	text = strings.ToLower(strings.TrimSpace(text))
	return func(r *record) bool {
		for _, name := range []string{"name", "naturalName", "domain", "firstName", "lastName", "company"} {
			if beginsWord(r.text(name), text) {
				return true
			}
		}
		emails, _ := r.values["emails"].([]any)
		return slices.ContainsFunc(emails, func(email any) bool {
			address, _ := email.(string)
			return beginsWord(address, text)
		})
	}
}

// beginsWord tells whether text begins at the start of a word in value.
func beginsWord(value, text string) bool {
	value = strings.ToLower(value)
	before := ' '
	for i, c := range value {
		if !unicode.IsLetter(before) && !unicode.IsDigit(before) && strings.HasPrefix(value[i:], text) {
			return true
		}
		before = c
	}
	return text == ""
}
