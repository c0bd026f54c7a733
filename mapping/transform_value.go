package mapping

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

const maxDigits = 20 // that round leaves behind the point

func (a *arguments) valueTransform(name string) func(value) (value, string) {
	switch name {
	case "number":
		decimal := a.text("decimal", ".")
		if decimal != "." && decimal != "," {
			a.fault("decimal must be . or ,")
		}
		return func(v value) (value, string) { return readNumber(v, decimal) }
	case "integer":
		return readInteger
	case "round":
		digits := min(max(a.integer("digits", 0), 0), maxDigits)
		return func(v value) (value, string) { return round(v, digits) }
	case "boolean":
		return a.boolean()
	case "date":
		return a.date()
	}
	return nil
}

// readNumber reads a number out of a text as people write it: "1.234,50", "1 234.5", "+3".
func readNumber(v value, decimal string) (value, string) {
	switch v.kind {
	case numberValue:
		return v, ""
	case textValue:
	default:
		return value{}, "is " + v.what() + ", which makes no number"
	}
	digits, sane := plainNumber(strings.TrimSpace(v.text()), decimal)
	if !sane {
		return value{}, "is a text that makes no number"
	}
	return madeNumber(digits), ""
}

// plainNumber writes a number the way JSON does.
func plainNumber(s, decimal string) (digits string, sane bool) {
	if len(s) > maxNumberBytes {
		return "", false
	}
	if decimal == "." && isNumber(s) {
		return s, true
	}
	sign := ""
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		sign, s = "-", rest
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "+"), decimal)
	groups := strings.Split(strings.Map(func(r rune) rune {
		if strings.ContainsRune("\u00a0\u202f'’.,", r) {
			return ' '
		}
		return r
	}, whole), " ")
	if !grouped(groups) || strings.Trim(fraction, "0123456789") != "" || whole == "" && fraction == "" {
		return "", false
	}
	digits = strings.TrimLeft(strings.Join(groups, ""), "0")
	if digits == "" {
		digits = "0"
	}
	if fraction != "" {
		digits += "." + fraction
	}
	return sign + digits, isNumber(digits)
}

// grouped tells whether separators stand where they do in numbers, so that "1,5" is not taken for 15: every three digits, or
// two before the last three, as in India.
func grouped(groups []string) bool {
	for i, group := range groups {
		last := i == len(groups)-1
		switch n := len(group); {
		case digitsIn(group) != n:
			return false
		case i == 0:
			if n > 3 && !last || n == 0 && !last {
				return false
			}
		case n != 3 && (last || n != 2):
			return false
		}
	}
	return true
}

func readInteger(v value) (value, string) {
	n, problem := readNumber(v, ".")
	if problem != "" {
		return value{}, problem
	}
	digits, problem := wholeNumber(n.raw)
	return madeNumber(digits), problem
}

func round(v value, digits int) (value, string) {
	n, problem := readNumber(v, ".")
	if problem != "" {
		return value{}, problem
	}
	exact, sane := new(big.Rat), saneNumber(n.raw)
	if sane {
		_, sane = exact.SetString(n.raw)
	}
	if !sane {
		return value{}, "is a number too large to round"
	}
	rounded := exact.FloatString(digits)
	if strings.Contains(rounded, ".") {
		rounded = strings.TrimRight(strings.TrimRight(rounded, "0"), ".")
	}
	if rounded == "-0" {
		rounded = "0"
	}
	return madeNumber(rounded), ""
}

func (a *arguments) boolean() func(value) (value, string) {
	yes := folded(a.texts("true", []string{"true", "yes", "y", "on", "1", "ja", "oui", "si", "sí"}))
	no := folded(a.texts("false", []string{"false", "no", "n", "off", "0", "nej", "nein", "non"}))
	for _, word := range yes {
		if slices.Contains(no, word) {
			a.fault(quoteShort(word) + " means both true and false")
		}
	}
	return func(v value) (value, string) {
		if v.kind == booleanValue {
			return v, ""
		}
		if !v.scalar() {
			return value{}, "is " + v.what() + ", which makes no boolean"
		}
		word := strings.ToLower(strings.TrimSpace(v.text()))
		switch {
		case slices.Contains(yes, word):
			return madeBoolean(true), ""
		case slices.Contains(no, word):
			return madeBoolean(false), ""
		}
		return value{}, "is a text that means neither true nor false"
	}
}

func folded(words []string) []string {
	small := make([]string, len(words))
	for i, word := range words {
		small[i] = strings.ToLower(strings.TrimSpace(word))
	}
	return small
}

// Bounds of numbers that can be reckoned with.
const (
	maxNumberBytes    = 512
	maxExponentDigits = 3
	maxWhole          = 1 << 53 // beyond, a number written with a fraction or exponent is not exact
)

// isNumber tells whether a text is a number as JSON writes it.
func isNumber(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	whole := digitsIn(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	if s = s[whole:]; s != "" && s[0] == '.' {
		n := digitsIn(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	n := digitsIn(s)
	return n > 0 && n == len(s)
}

// digitsIn counts the digits that a text begins with.
func digitsIn(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// saneNumber tells whether a number can be reckoned with in little time.
func saneNumber(raw string) bool {
	i := strings.IndexAny(raw, "eE")
	return len(raw) <= maxNumberBytes && (i < 0 || len(strings.TrimLeft(raw[i+1:], "+-0")) <= maxExponentDigits)
}

// wholeNumber writes a number without a fraction, or says what is wrong with it.
func wholeNumber(raw string) (digits, problem string) {
	if digitsIn(strings.TrimPrefix(raw, "-")) == len(strings.TrimPrefix(raw, "-")) {
		return raw, ""
	}
	f, err := strconv.ParseFloat(raw, 64)
	switch {
	case err != nil || f > maxWhole || f < -maxWhole:
		return "", "is a number too large to be whole"
	case f != float64(int64(f)):
		return "", "is a number with a fraction"
	}
	return strconv.FormatInt(int64(f), 10), ""
}
