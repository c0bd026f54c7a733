package jiratest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// clause is a field as JQL knows it. An issue has none, one or several values of it.
type clause struct {
	values  func(i *issue) []any
	resolve func(x *exchange, name, value string) (found []any, message string) // what a literal stands for
	compare func(x *exchange, a, b any) int                                     // nil: cannot be compared
	words   func(i *issue) []string                                             // of a text; nil: it is none
	user    bool                                                                // takes currentUser()
	date    bool                                                                // takes now() and the like
}

// one makes values of one that may be missing.
func one(value any, is bool) []any {
	if !is {
		return nil
	}
	return []any{value}
}

// inField gives the values of a field.
func inField(id string) func(i *issue) []any {
	return func(i *issue) []any {
		value := i.values[id]
		if list, several := value.([]any); several {
			return list
		}
		return one(value, value != nil)
	}
}

// clauseOf finds the field of a name, nil if there is none.
func (x *exchange) clauseOf(name string) *clause {
	lower := strings.ToLower(name)
	if number, isCustom := strings.CutPrefix(lower, "cf["); isCustom {
		lower = "customfield_" + strings.TrimSuffix(number, "]")
	}
	if c, known := systemClauses[lower]; known {
		return c
	}
	f := find(x.fields, func(f *field) bool {
		return f.id == lower || strings.EqualFold(f.name, name) && f.custom() ||
			slices.ContainsFunc(f.clauses, func(c string) bool { return strings.EqualFold(c, name) })
	})
	if f == nil || !f.custom() {
		return nil
	}
	return customClause(f)
}

func customClause(f *field) *clause {
	c := &clause{values: inField(f.id)}
	switch f.kind {
	case numberKind:
		c.resolve, c.compare = resolveNumber, func(_ *exchange, a, b any) int { return cmp.Compare(a.(float64), b.(float64)) }
	case userKind:
		c.resolve, c.user = resolveUser, true
	case dateTimeKind:
		c.resolve, c.date, c.compare = resolveDate, true, compareTimes
	case richKind, lineKind:
		c.words = func(i *issue) []string { return wordsOf(i.values[f.id]) }
	case sprintKind:
		c.resolve = resolveSprint
	default:
		c.resolve = func(_ *exchange, name, value string) ([]any, string) {
			o := find(f.options, func(o *named) bool { return o.id == value || strings.EqualFold(o.name, value) })
			return existing(o, name, value)
		}
	}
	return c
}

func wordsOf(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case record:
		return []string{plainText(value)}
	}
	return nil
}

// operators that a clause takes.
func (c *clause) takes(operator string) bool {
	switch operator {
	case "~", "!~":
		return c.words != nil
	case "is", "is not":
		return true
	case "<", ">", "<=", ">=":
		return c.compare != nil
	}
	return c.words == nil
}

// clause makes a condition, or says why there is none.
func (x *exchange) clause(name, operator string, right operand) (condition, string) {
	c := x.clauseOf(name)
	if c == nil {
		return nil, fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", clip(name, 80))
	}
	takesList := operator == "in" || operator == "not in"
	switch {
	case !c.takes(operator):
		return nil, fmt.Sprintf("The operator '%s' is not supported by the '%s' field.", operator, clip(name, 80))
	case takesList && !right.list && !right.values[0].call:
		return nil, fmt.Sprintf("Operator '%s' does not support the non-list value '\"%s\"' for field '%s'.", operator, clip(right.values[0].text, 80), clip(name, 80))
	case right.list && !takesList:
		return nil, fmt.Sprintf("Operator '%s' does not support the list value for field '%s'.", operator, clip(name, 80))
	case operator == "is" || operator == "is not":
		if !right.values[0].empty {
			return nil, fmt.Sprintf("The operator '%s' only supports the values EMPTY and NULL for the field '%s'.", operator, clip(name, 80))
		}
		return c.isEmpty(operator == "is"), ""
	case c.words != nil:
		return c.contains(operator == "~", right.values[0], name)
	}
	return x.compared(c, name, operator, right)
}

func (c *clause) isEmpty(want bool) condition {
	if c.words != nil {
		return func(i *issue) bool { return (len(c.words(i)) == 0) == want }
	}
	return func(i *issue) bool { return (len(c.values(i)) == 0) == want }
}

// compared makes a condition of an operator that compares values. An issue without any is not found by != and not in.
func (x *exchange) compared(c *clause, name, operator string, right operand) (condition, string) {
	var wanted []any
	empty := false
	for _, value := range right.values {
		found, none, message := x.resolved(c, name, value)
		if message != "" {
			return nil, message
		}
		wanted = append(wanted, found...)
		empty = empty || none
	}
	has := func(i *issue) bool {
		values := c.values(i)
		return len(values) == 0 && empty || slices.ContainsFunc(values, func(v any) bool {
			return slices.ContainsFunc(wanted, func(w any) bool { return same(v, w) })
		})
	}
	switch operator {
	case "=", "in":
		return has, ""
	case "!=", "not in":
		return func(i *issue) bool { return len(c.values(i)) > 0 && !has(i) }, ""
	}
	fits := map[string]func(int) bool{
		"<": func(n int) bool { return n < 0 }, ">": func(n int) bool { return n > 0 },
		"<=": func(n int) bool { return n <= 0 }, ">=": func(n int) bool { return n >= 0 },
	}[operator]
	return func(i *issue) bool {
		return slices.ContainsFunc(c.values(i), func(v any) bool {
			return slices.ContainsFunc(wanted, func(w any) bool { return fits(c.compare(x, v, w)) })
		})
	}, ""
}

func same(a, b any) bool {
	if at, isTime := a.(time.Time); isTime {
		other, _ := b.(time.Time)
		return at.Equal(other)
	}
	if word, isText := a.(string); isText {
		other, _ := b.(string)
		return strings.EqualFold(word, other)
	}
	return a == b
}

// resolved is what a value stands for; none: it stands for having no value.
func (x *exchange) resolved(c *clause, name string, value operandValue) (found []any, none bool, message string) {
	switch {
	case value.empty:
		return nil, true, ""
	case value.call:
		found, message = x.call(c, name, value)
		return found, false, message
	case strings.EqualFold(name, "resolution") && strings.EqualFold(value.text, "unresolved"):
		return nil, true, ""
	}
	found, message = c.resolve(x, name, value.text)
	return found, false, message
}

// contains makes a condition on a text: it has all the words, or the phrase where that stands in quotation marks. A word
// may end in a star.
func (c *clause) contains(want bool, value operandValue, name string) (condition, string) {
	if value.call || value.empty {
		return nil, fmt.Sprintf("The operator '~' does not support this value for the field '%s'.", clip(name, 80))
	}
	phrase, quoted := strings.CutPrefix(value.text, `"`)
	phrase, closed := strings.CutSuffix(phrase, `"`)
	var needles []string
	if quoted && closed {
		needles = []string{strings.ToLower(phrase)}
	} else {
		needles = strings.FieldsFunc(strings.ToLower(value.text), func(c rune) bool { return !isWord(c) && c != '*' })
	}
	if len(needles) == 0 {
		return nil, fmt.Sprintf("The query \"%s\" for field '%s' could not be parsed.", clip(value.text, 80), clip(name, 80))
	}
	return func(i *issue) bool {
		texts := c.words(i)
		found := slices.ContainsFunc(texts, func(text string) bool {
			lower := strings.ToLower(text)
			if quoted && closed {
				return strings.Contains(lower, needles[0])
			}
			return hasWords(strings.FieldsFunc(lower, func(c rune) bool { return !isWord(c) }), needles)
		})
		return found == want && (want || len(texts) > 0)
	}, ""
}

func hasWords(words, needles []string) bool {
	return !slices.ContainsFunc(needles, func(needle string) bool {
		begin, open := strings.CutSuffix(needle, "*")
		return !slices.ContainsFunc(words, func(word string) bool { return word == needle || open && strings.HasPrefix(word, begin) })
	})
}

// sorting is how issues are sorted by a field. Those without a value come last.
func (x *exchange) sorting(name string) (compare func(a, b *issue) int, message string) {
	if strings.EqualFold(name, "rank") {
		return func(a, b *issue) int { return cmp.Compare(a.number, b.number) }, ""
	}
	c := x.clauseOf(name)
	switch {
	case c == nil:
		return nil, fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", clip(name, 80))
	case c.words != nil:
		return func(a, b *issue) int {
			return strings.Compare(strings.ToLower(strings.Join(c.words(a), " ")), strings.ToLower(strings.Join(c.words(b), " ")))
		}, ""
	}
	return func(a, b *issue) int {
		left, right := c.values(a), c.values(b)
		switch {
		case len(left) == 0 || len(right) == 0:
			return cmp.Compare(len(right), len(left))
		case c.compare != nil:
			return c.compare(x, left[0], right[0])
		}
		return strings.Compare(label(left[0]), label(right[0]))
	}, ""
}
