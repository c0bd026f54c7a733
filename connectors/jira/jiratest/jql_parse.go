package jiratest

import (
	"slices"
	"strings"
)

// maxNesting bounds how deep conditions nest.
const maxNesting = 100

// condition tells whether an issue is one of those searched for.
type condition func(i *issue) bool

// jqlQuery is a query that was read.
type jqlQuery struct {
	where condition // nil: all
	order []ordering
}

// ordering is one of the things by which issues are sorted.
type ordering struct {
	compare    func(a, b *issue) int
	descending bool
}

// operand is what stands behind an operator: a value, a list of them, or nothing (EMPTY).
type operand struct {
	values []operandValue
	list   bool
}

// operandValue is a literal or a call of a function.
type operandValue struct {
	text  string
	empty bool
	call  bool
	args  []string
}

type jqlParser struct {
	*exchange
	tokens []jqlToken
	depth  int
	faults []string // of meaning, not of syntax: all are told
}

// parseJQL reads a query.
func (x *exchange) parseJQL(query string) (jqlQuery, error) {
	tokens, err := lexJQL(query)
	if err != nil {
		return jqlQuery{}, err
	}
	p := &jqlParser{exchange: x, tokens: tokens}
	q := jqlQuery{}
	if !p.peek().is("order") && p.peek().kind != endToken {
		if q.where, err = p.or(); err != nil {
			return q, err
		}
	}
	if q.order, err = p.orderBy(); err != nil {
		return q, err
	}
	if t := p.peek(); t.kind != endToken {
		return q, t.jqlError("Expecting either 'OR' or 'AND' but got '%s'.", clip(t.text, 80))
	}
	if len(p.faults) > 0 {
		return q, &refusal{status: 400, messages: p.faults}
	}
	return q, nil
}

func (p *jqlParser) peek() jqlToken { return p.tokens[0] }

// take reads a token; the end stays.
func (p *jqlParser) take() jqlToken {
	t := p.tokens[0]
	if t.kind != endToken {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *jqlParser) accept(texts ...string) bool {
	if slices.ContainsFunc(texts, p.peek().is) {
		p.take()
		return true
	}
	return false
}

func (p *jqlParser) or() (condition, error) {
	return p.chain((*jqlParser).and, true, "or", "||", "|")
}

func (p *jqlParser) and() (condition, error) {
	return p.chain((*jqlParser).not, false, "and", "&&", "&")
}

// chain reads conditions with a word between them. It is as one of them that is decisive, or the other.
func (p *jqlParser) chain(part func(*jqlParser) (condition, error), decisive bool, words ...string) (condition, error) {
	var parts []condition
	for {
		one, err := part(p)
		if err != nil {
			return nil, err
		}
		parts = append(parts, one)
		if !p.accept(words...) {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return func(i *issue) bool {
		for _, one := range parts {
			if one(i) == decisive {
				return decisive
			}
		}
		return !decisive
	}, nil
}

func (p *jqlParser) not() (condition, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, badRequest("The JQL query nests too deeply.")
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("not", "!"):
		inner, err := p.not()
		return func(i *issue) bool { return !inner(i) }, err
	case p.accept("("):
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		if t := p.peek(); !p.accept(")") {
			if t.kind == endToken {
				return nil, t.jqlError("Expecting ')' before the end of the query.")
			}
			return nil, t.jqlError("Expecting ')' but got '%s'.", clip(t.text, 80))
		}
		return inner, nil
	}
	return p.terminal()
}

// keywords are words of the language that cannot be a name or a value without quotation marks.
var keywords = []string{"and", "or", "not", "in", "is", "empty", "null", "order", "by", "was", "changed", "cf"}

// reservedWords are words that the service keeps for later.
var reservedWords = strings.Fields(`abort access add after alias all alter any as asc audit avg before begin between boolean
break byte catch char character check checkpoint collate collation column commit connect continue count create current date
decimal declare decrement default defaults define delete delimiter desc difference distinct divide do double drop else
encoding end equals escape exclusive exec execute exists explain false fetch file field first float for from function go
goto grant greater group having identified if immediate increment index initial inner inout input insert int integer
intersect intersection into isempty isnull join last left less like limit lock long max min minus mode modify modulo more
multiply next noaudit notin nowait number object of on option outer output power previous prior privileges public raise raw
remainder rename resource return returns revoke right row rowid rownum rows select session set share size sqrt start strict
string subtract sum synonym table then to trans transaction trigger true uid union unique update user validate values view
when whenever where while with`)

// name reads a word that names a field or is a value.
func (p *jqlParser) name(what, surround string) (jqlToken, error) {
	t := p.peek()
	switch {
	case t.kind == endToken:
		return t, t.jqlError("Expecting %s before the end of the query.", what)
	case t.kind == symbolToken || t.kind == wordToken && slices.ContainsFunc(keywords, t.is):
		if surround == "" || t.kind == symbolToken {
			return t, t.jqlError("Expecting %s but got '%s'.", what, clip(t.text, 80))
		}
		return t, t.jqlError("Expecting %s but got '%s'. You must surround '%s' in quotation marks to use it as a value.", what, clip(t.text, 80), clip(t.text, 80))
	case t.kind == wordToken && slices.ContainsFunc(reservedWords, t.is):
		return t, t.jqlError("'%s' is a reserved JQL word. You must surround it in quotation marks to use it in a query.", t.text)
	}
	return p.take(), nil
}

const validOperators = "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."

func (p *jqlParser) terminal() (condition, error) {
	field, err := p.name("a field name", "")
	if err != nil {
		return nil, err
	}
	operator, err := p.operator()
	if err != nil {
		return nil, err
	}
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	found, message := p.clause(field.text, operator, right)
	if message != "" {
		p.faults = append(p.faults, message)
		found = func(*issue) bool { return false }
	}
	return found, nil
}

func (p *jqlParser) operator() (string, error) {
	t := p.take()
	switch {
	case t.kind == symbolToken && slices.Contains([]string{"=", "!=", "<", ">", "<=", ">=", "~", "!~"}, t.text):
		return t.text, nil
	case t.is("in"):
		return "in", nil
	case t.is("not") && p.accept("in"):
		return "not in", nil
	case t.is("is") && p.accept("not"):
		return "is not", nil
	case t.is("is"):
		return "is", nil
	case t.kind == endToken:
		return "", t.jqlError("Expecting operator before the end of the query. %s", validOperators)
	}
	return "", t.jqlError("Expecting operator but got '%s'. %s", clip(t.text, 80), validOperators)
}

func (p *jqlParser) operand() (operand, error) {
	if !p.accept("(") {
		value, err := p.value()
		return operand{values: []operandValue{value}}, err
	}
	var values []operandValue
	for {
		value, err := p.value()
		if err != nil {
			return operand{}, err
		}
		values = append(values, value)
		if p.accept(",") {
			continue
		}
		t := p.peek()
		switch {
		case p.accept(")"):
			return operand{values, true}, nil
		case t.kind == endToken:
			return operand{}, t.jqlError("Expecting ')' before the end of the query.")
		}
		return operand{}, t.jqlError("Expecting ',' or ')' but got '%s'.", clip(t.text, 80))
	}
}

func (p *jqlParser) value() (operandValue, error) {
	if p.accept("empty", "null") {
		return operandValue{empty: true}, nil
	}
	t, err := p.name("either a value, list or function", "surround")
	if err != nil {
		return operandValue{}, err
	}
	value := operandValue{text: t.text}
	if t.kind != wordToken || !p.accept("(") {
		return value, nil
	}
	value.call = true
	for !p.accept(")") {
		arg, err := p.name("a function argument", "surround")
		if err != nil {
			return value, err
		}
		value.args = append(value.args, arg.text)
		if !p.accept(",") && !p.peek().is(")") {
			return value, p.peek().jqlError("Expecting ')' before the end of the query.")
		}
	}
	return value, nil
}

func (p *jqlParser) orderBy() ([]ordering, error) {
	if !p.accept("order") {
		return nil, nil
	}
	if t := p.peek(); !p.accept("by") {
		return nil, t.jqlError("Expecting 'by' but got '%s'.", clip(t.text, 80))
	}
	var order []ordering
	for {
		field, err := p.name("a field name", "")
		if err != nil {
			return nil, err
		}
		compare, message := p.sorting(field.text)
		if message != "" {
			p.faults = append(p.faults, message)
		}
		descending := p.accept("desc")
		if !descending {
			p.accept("asc")
		}
		if compare != nil {
			order = append(order, ordering{compare, descending})
		}
		if !p.accept(",") {
			return order, nil
		}
		if len(order) > 20 {
			return nil, badRequest("The JQL query sorts by too many fields.")
		}
	}
}

// run gives the issues that a query finds, sorted as it says; the newest come first where it does not.
func (x *exchange) run(q jqlQuery) []*issue {
	all := slices.Clone(x.issues)
	if q.where != nil {
		all = filter(all, q.where)
	}
	slices.SortStableFunc(all, func(a, b *issue) int {
		for _, by := range q.order {
			if c := by.compare(a, b); c != 0 {
				if by.descending {
					return -c
				}
				return c
			}
		}
		return b.created.Compare(a.created)
	})
	return all
}
