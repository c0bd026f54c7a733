package ddl

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of Match and Resolve.
const (
	MaxText       = 1000 // bytes of a text to match
	MaxValues     = 100  // values to resolve at once
	maxCandidates = 10   // that an ambiguity lists
	maxCompared   = 5000 // texts that are looked through for the nearest
)

// How tells by which rule a text was matched.
type How string

// The rules, in the order in which they are tried.
const (
	Exact    How = "exact"  // the very text
	CaseFold How = "folded" // without case, whatever the script, and without white space around it
	Prefix   How = "prefix" // the only one that begins so, without case
)

// Reasons of errors.
const (
	ReasonAmbiguous = "ambiguous" // of conflict: several options could be meant
	ReasonNoMatch   = "no_match"  // of not_found: none is
)

// Found is the option that a text means.
type Found struct {
	Text  string          `json:"text"`
	Value json.RawMessage `json:"value"`
	How   How             `json:"how"`
}

// Match finds the option that a text means: that of the very text, otherwise that of the text without case and white
// space around it, otherwise the only one that begins so. Options of the same value count as one. Errors: conflict with
// the candidates if several are meant, not_found with the nearest texts if none is, invalid_input for a text that is
// blank or too long.
func (l *List) Match(text string) (Found, error) {
	folded := Folded(text)
	if folded == "" || len(text) > MaxText {
		return Found{}, operations.Errorf(operations.CodeInvalidInput, "the text to match must have 1 to %d bytes and not be blank", MaxText)
	}
	for _, rule := range []struct {
		how  How
		fits func(option) bool
	}{
		{Exact, func(o option) bool { return o.text == text }},
		{CaseFold, func(o option) bool { return o.folded == folded }},
		{Prefix, func(o option) bool { return strings.HasPrefix(o.folded, folded) }},
	} {
		found := l.fitting(rule.fits)
		switch {
		case len(found) > 1:
			return Found{}, ambiguous(text, found)
		case len(found) == 1 && rule.how == Prefix && l.truncated:
			return Found{}, unsure(text, found)
		case len(found) == 1:
			return Found{Text: found[0].text, Value: json.RawMessage(found[0].value.Raw), How: rule.how}, nil
		}
	}
	return Found{}, l.unmatched(text)
}

// fitting gives options of different values, some more than an error lists at most.
func (l *List) fitting(fits func(option) bool) []option {
	var found []option
	seen := map[string]bool{}
	for _, o := range l.folded() {
		if !fits(o) || !o.value.Exists() || seen[o.value.Raw] {
			continue
		}
		seen[o.value.Raw] = true
		if found = append(found, o); len(found) > maxCandidates {
			break
		}
	}
	return found
}

func ambiguous(text string, found []option) error {
	e := operations.Errorf(operations.CodeConflict, "%q could be several options; give the whole text of one, or its value", clip(text))
	e.Reason = ReasonAmbiguous
	for _, o := range found[:min(len(found), maxCandidates)] {
		e.Suggestion = append(e.Suggestion, o.text)
		e.Candidates = append(e.Candidates, operations.Candidate{Text: o.text, Value: json.RawMessage(o.value.Raw)})
	}
	return e
}

// unsure refuses the beginning of a text in a list that has no end: another may begin so too.
func unsure(text string, found []option) error {
	e := operations.AsError(ambiguous(text, found))
	e.Detail = fmt.Sprintf("%q begins one option, but the service has more than can be looked through; give the whole text", clip(text))
	return e
}

func (l *List) unmatched(text string) error {
	var texts []string
	for _, o := range l.options[:min(len(l.options), maxCompared)] {
		texts = append(texts, o.text)
	}
	e := operations.Errorf(operations.CodeNotFound, "no option is called %q", clip(text))
	e.Reason, e.Suggestion = ReasonNoMatch, operations.Nearest(text, texts)
	if len(e.Suggestion) > 0 {
		e.Detail += "; did you mean " + strings.Join(e.Suggestion, ", ") + "?"
	}
	if l.truncated {
		e.Detail += "; the service has more than could be looked through"
	}
	return e
}

func clip(text string) string {
	const most = 100
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// Resolved are the options of values.
type Resolved struct {
	Result    []json.RawMessage `json:"result"`              // in the order asked
	Missing   []string          `json:"missing"`             // values that no option has
	Truncated bool              `json:"truncated,omitempty"` // the list is longer: what is missing may be there
}

// Resolve finds the options that have these values, numbers written as texts. More than MaxValues are invalid_input.
func (l *List) Resolve(values []string) (Resolved, error) {
	if len(values) == 0 || len(values) > MaxValues {
		return Resolved{}, operations.Errorf(operations.CodeInvalidInput, "give 1 to %d values to resolve; these are %d", MaxValues, len(values))
	}
	out := Resolved{Result: []json.RawMessage{}, Missing: []string{}}
	at := l.value()
	for _, value := range values {
		if i, known := at[value]; known {
			out.Result = append(out.Result, json.RawMessage(l.options[i].raw))
			continue
		}
		out.Missing = append(out.Missing, value)
	}
	out.Truncated = l.truncated && len(out.Missing) > 0
	return out, nil
}
