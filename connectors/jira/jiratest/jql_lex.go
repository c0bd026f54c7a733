package jiratest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxJQL bounds, in bytes, a query.
const maxJQL = 32 << 10

type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	stringToken // a word in quotation marks
	symbolToken // an operator, a parenthesis or a comma
)

// jqlToken is a piece of a query.
type jqlToken struct {
	kind            tokenKind
	text            string
	line, character int
}

// is tells whether a token is a keyword or a symbol.
func (t jqlToken) is(text string) bool {
	return t.kind == symbolToken && t.text == text || t.kind == wordToken && strings.EqualFold(t.text, text)
}

// jqlError is a fault of syntax, in the service's words.
func (t jqlToken) jqlError(format string, args ...any) *refusal {
	message := "Error in the JQL Query: " + fmt.Sprintf(format, args...)
	if t.kind != endToken {
		message += fmt.Sprintf(" (line %d, character %d)", t.line, t.character)
	}
	return badRequest("%s", message)
}

func (t jqlToken) illegalEscape(behind string) *refusal {
	c, size := utf8.DecodeRuneInString(behind)
	return t.jqlError("'\\%s' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX.",
		strings.Repeat(string(c), min(size, 1)))
}

// lexer splits a query.
type lexer struct {
	rest            string
	line, character int
}

func lexJQL(query string) ([]jqlToken, error) {
	if len(query) > maxJQL {
		return nil, badRequest("The JQL query is too long.")
	}
	l := &lexer{rest: strings.ToValidUTF8(query, "\uFFFD"), line: 1, character: 1}
	var tokens []jqlToken
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.kind == endToken {
			return tokens, nil
		}
	}
}

// step goes on by some bytes.
func (l *lexer) step(size int) string {
	taken := l.rest[:size]
	for _, c := range taken {
		if l.character++; c == '\n' {
			l.line, l.character = l.line+1, 1
		}
	}
	l.rest = l.rest[size:]
	return taken
}

func (l *lexer) next() (jqlToken, error) {
	l.step(len(l.rest) - len(strings.TrimLeftFunc(l.rest, unicode.IsSpace)))
	at := jqlToken{line: l.line, character: l.character}
	if l.rest == "" {
		return at, nil
	}
	for _, symbol := range []string{"!=", "!~", "<=", ">=", "&&", "||", "=", "~", "<", ">", "!", "(", ")", ",", "&", "|"} {
		if strings.HasPrefix(l.rest, symbol) {
			at.kind, at.text = symbolToken, l.step(len(symbol))
			return at, nil
		}
	}
	if l.rest[0] == '"' || l.rest[0] == '\'' {
		return l.quoted(at)
	}
	return l.word(at)
}

// reserved are characters that stand only in quotation marks.
const reserved = "+.;?*/%^$#@[]{}`"

func (l *lexer) word(at jqlToken) (jqlToken, error) {
	at.kind = wordToken
	end := strings.IndexFunc(l.rest, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(`=!<>~&|(),"'\`+reserved, c) })
	if end < 0 {
		end = len(l.rest)
	}
	if end == 2 && strings.EqualFold(l.rest[:2], "cf") && strings.HasPrefix(l.rest[2:], "[") {
		if until := strings.IndexByte(l.rest, ']'); until > 0 {
			end = until + 1
		}
	}
	if end == 0 {
		c, _ := utf8.DecodeRuneInString(l.rest)
		if c == '\\' {
			return at, at.illegalEscape(l.rest[1:])
		}
		return at, at.jqlError("The character '%c' is a reserved JQL character. You must enclose it in a string or use the escape '\\u%04x' instead.", c, c)
	}
	at.text = l.step(end)
	return at, nil
}

func (l *lexer) quoted(at jqlToken) (jqlToken, error) {
	at.kind = stringToken
	mark := l.step(1)
	var b strings.Builder
	for {
		end := strings.IndexAny(l.rest, mark+`\`)
		if end < 0 || l.rest[end] == '\\' && end+1 == len(l.rest) {
			return at, at.jqlError("The quoted string '%s' has not been completed.", clip(b.String()+l.rest, 200))
		}
		b.WriteString(l.step(end))
		if l.step(1) == mark {
			at.text = b.String()
			return at, nil
		}
		c, ok := l.escape()
		if !ok {
			return at, at.illegalEscape(l.rest)
		}
		b.WriteRune(c)
	}
}

// escape reads what follows a backslash.
func (l *lexer) escape() (rune, bool) {
	switch l.rest[0] {
	case 't', 'n', 'r':
		return map[string]rune{"t": '\t', "n": '\n', "r": '\r'}[l.step(1)], true
	case '\'', '"', '\\', ' ':
		return rune(l.step(1)[0]), true
	case 'u':
		if len(l.rest) < 5 {
			return 0, false
		}
		code, err := strconv.ParseUint(l.rest[1:5], 16, 16)
		if err != nil {
			return 0, false
		}
		l.step(5)
		return rune(code), true
	}
	return 0, false
}
