package mapping

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/patchbay/patchbay/operations"
)

// scorer tells how well a source fits a target: 0 not at all, up to 1.
type scorer struct {
	words          *vocabulary
	source, target int    // concepts of the two documents' subjects
	sourceWord     string // what the operations call them
	targetWord     string
	same           bool // both are of one connector, so that ids of one mean something to the other
	patterns       map[string]*regexp.Regexp
}

// Scores at which a line is worth suggesting, and above which it must be as good as certain.
const (
	minScore = 0.5
	maxScore = 0.98
)

// sameBearerFrom is how alike two must be whose name is to find the other.
const sameBearerFrom = 0.6

// score is how well a source fits a target by all that is known.
func (s *scorer) score(from, to field) float64 {
	if from.objects != to.objects || s.discriminates(from) {
		return 0
	}
	ids := s.ids(from, to)
	if ids == 0 {
		return 0
	}
	name := s.names(from, to)
	if name*ids < minScore {
		return 0
	}
	score := name * ids * s.contents(from, to) * s.lists(from, to) * s.samples(from, to)
	if score < minScore {
		return 0
	}
	return min(score, maxScore)
}

// discriminates tells whether a field only says which kind of record it is in: {"type": "prospect"}.
func (s *scorer) discriminates(from field) bool {
	if from.meaning.attribute != s.words.byName["type"] {
		return false
	}
	if from.tag || strings.HasPrefix(from.leaf(), "_") {
		return true
	}
	of := s.source
	if from.meaning.of >= 0 {
		of = from.meaning.of
	}
	return of >= 0 && from.text() != "" && s.words.subjectOf("get_"+from.text()) == of
}

// ids judges what is special about ids: those of one service mean nothing to another, but as external ids. 0: it cannot be.
func (s *scorer) ids(from, to field) float64 {
	id, external := s.words.byName["id"], s.words.byName["external_id"]
	fromID := from.refers && from.says.lookup == nil && (from.meaning.reference || from.meaning.attribute == id) || from.meaning.implied && from.content == idContent
	ownID := from.meaning.attribute == id && from.meaning.of < 0 && !from.meaning.reference
	switch {
	case to.meaning.attribute == external:
		if ownID {
			return 1
		}
		if fromID {
			return 0
		}
	case to.refers && (fromID || ownID):
		if s.same {
			return 1
		}
		return 0
	case to.refers:
		if to.says.lookup == nil { // nothing tells its id by a text
			if !s.same {
				return 0
			}
			return 0.6
		}
	case fromID || ownID:
		if to.meaning.attribute == id || to.content == idContent || to.meaning.attribute == s.words.byName["key"] {
			if s.same {
				return 1
			}
			return 0.7
		}
		return 0.6
	}
	return 1
}

// names judges what the names mean.
func (s *scorer) names(from, to field) float64 {
	attribute, consumed := s.attribute(from, to)
	if attribute == 0 {
		return 0
	}
	of := s.bearers(from, to)
	switch {
	case consumed:
		of = 0.9
	case of < sameBearerFrom && (to.meaning.implied || from.meaning.implied): // the name of one is not that of another
		return 0
	}
	depth := 1 - 0.01*float64(min(from.meaning.depth, 5))
	score := attribute * (0.4 + 0.6*of) * depth
	if a := to.meaning.attribute; a >= 0 && s.words.concepts[a].Vague || a < 0 { // "campaign name" is not any name
		for _, word := range to.meaning.apart {
			score *= 0.6 + 0.4*found(word, from.meaning.apart)
		}
		for _, word := range from.meaning.apart {
			score *= 0.8 + 0.2*found(word, to.meaning.apart)
		}
	}
	return score
}

// attribute judges what the two tell. consumed: the name says no more than whom, and that is what the other tells.
func (s *scorer) attribute(from, to field) (score float64, consumed bool) {
	a, b := from.meaning, to.meaning
	id, external := s.words.byName["id"], s.words.byName["external_id"]
	switch {
	case b.attribute == external && a.attribute == id && a.of < 0:
		return 0.88, false
	case to.refers && b.implied: // the name of a record, by which its id can be found
		return s.naming(a), false
	case a.attribute >= 0 && b.attribute >= 0:
		score = s.words.alike(a.attribute, b.attribute)
		if score == 1 && a.word != b.word {
			score = 0.96
		}
	case a.attribute < 0 && b.attribute < 0:
		score = wordsAlike(a.word, b.word)
	}
	if a.implied && !b.implied && b.attribute >= 0 && a.of >= 0 {
		if near := s.words.alike(a.of, b.attribute); near > score {
			return near, true
		}
	}
	if b.implied && !a.implied && a.attribute >= 0 && b.of >= 0 {
		if near := s.words.alike(b.of, a.attribute); near > score {
			return near, true
		}
	}
	return score, false
}

// naming judges how well an attribute names a record.
func (s *scorer) naming(a meaning) float64 {
	switch {
	case a.attribute < 0:
		return 0
	case a.attribute == s.words.byName["name"]:
		return 0.97
	case a.attribute == s.words.byName["email"]: // of a person; a company is not called by one
		if of := a.of; s.words.kindOf(of) == "company" || of < 0 && s.words.kindOf(s.source) == "company" {
			return 0
		}
		return 0.9
	case a.attribute == s.words.byName["username"], a.attribute == s.words.byName["key"]:
		return 0.75
	case a.attribute == s.words.byName["id"]:
		return 0.97 // of the same connector, as ids has seen to
	}
	return 0
}

// wordsAlike compares words that mean nothing that is known.
func wordsAlike(a, b string) float64 {
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return 1
	case min(len(a), len(b)) >= 6 && len(operations.Nearest(a, []string{b})) > 0:
		return 0.75
	}
	return 0
}

// bearers judges whether the two tell it of the same.
func (s *scorer) bearers(from, to field) float64 {
	a, b := from.meaning, to.meaning
	ofA, ofB := a.of, b.of
	if ofA < 0 {
		ofA = s.source
	}
	if ofB < 0 {
		ofB = s.target
	}
	main := s.alike(ofA, ofB)
	if a.of < 0 && b.of < 0 {
		main = s.subjects(main, b.attribute)
	}
	sum, weight := 2*main, 2.0
	for _, word := range a.apart {
		sum, weight = sum+0.5*found(word, b.apart), weight+0.5
	}
	for _, word := range b.apart {
		sum, weight = sum+0.8*found(word, a.apart), weight+0.8
	}
	for _, one := range a.around {
		weight += 0.2
		if one == ofB || slices.Contains(b.around, one) {
			sum += 0.2
		}
	}
	return sum / weight
}

// subjects judges two that are told of their documents' own subjects, which become one another. What many things have,
// such as a name, says little if the two have nothing to do with each other.
func (s *scorer) subjects(alike float64, attribute int) float64 {
	kindA, kindB := s.words.kindOf(s.source), s.words.kindOf(s.target)
	vague := attribute < 0 || s.words.concepts[attribute].Vague
	switch {
	case s.sourceWord != "" && s.sourceWord == s.targetWord:
		return 1
	case kindA != "" && kindB != "" && kindA != kindB:
		return max(alike, choose(vague, 0.6, 0.75))
	}
	return max(alike, choose(vague, 0.7, 0.9))
}

func (s *scorer) alike(a, b int) float64 {
	if a < 0 || b < 0 {
		return 0.5
	}
	if near := s.words.alike(a, b); near > 0 {
		return near
	}
	if kind := s.words.kindOf(a); kind != "" && kind == s.words.kindOf(b) {
		return 0.4
	}
	return 0.1
}

func found(word string, words []string) float64 {
	if slices.Contains(words, word) {
		return 1
	}
	return 0
}

// contents judges whether values of the one look like those of the other, or can be made to.
func (s *scorer) contents(from, to field) float64 {
	a, b := from.content, to.content
	if to.says.lookup != nil && b != emailContent {
		switch a {
		case booleanContent, objectContent, dateTimeContent, dayContent, unixContent, unixMsContent, urlContent, htmlContent:
			return 0.1
		case numberContent: // options are called by words
			return 0.5
		}
		return 1
	}
	switch {
	case a == b:
		return 1
	case a == anyContent || b == anyContent:
		return 0.9
	case a == objectContent || b == objectContent:
		return 0
	case a.isDate() && b.isDate():
		return 0.99
	}
	switch b {
	case textContent:
		return intoText(a, to)
	case nameContent:
		return choose(a == textContent || a == htmlContent, 0.95, 0.4)
	case emailContent:
		return choose(a == textContent || a == nameContent, 0.75, 0)
	case phoneContent:
		return choose(a == textContent || a == numberContent || a == idContent, 0.9, 0)
	case urlContent:
		return choose(a == textContent, 0.85, 0)
	case htmlContent:
		return choose(a == textContent, 1, 0.7)
	case dateTimeContent, dayContent, unixContent, unixMsContent:
		return choose(a == textContent || a == numberContent, 0.6, 0)
	case booleanContent:
		return choose(a == textContent, 0.6, 0.2)
	case numberContent:
		return choose(a == textContent || a == idContent, 0.7, 0)
	}
	return choose(a == textContent || a == numberContent, 0.9, 0.6) // an id
}

// intoText judges what becomes a text.
func intoText(a content, to field) float64 {
	switch a {
	case booleanContent:
		return 0.6
	case htmlContent, nameContent, idContent:
		return 1
	case dateTimeContent, dayContent, unixContent, unixMsContent:
		return choose(to.said("date"), 0.95, 0.5)
	}
	return 0.95
}

// lists judges how a list becomes a single value, and the other way.
func (s *scorer) lists(from, to field) float64 {
	switch {
	case from.every != "" && to.list:
		return 0.95
	case from.every != "":
		return 0.93
	case from.list == to.list:
		return 1
	case from.list:
		return 0.96
	}
	return 0.96
}

// samples holds the sample of the source against what the target allows.
func (s *scorer) samples(from, to field) float64 {
	text := from.text()
	if to.says.lookup != nil && !from.refers || text == "" {
		return s.enums(from, to)
	}
	if p := s.pattern(to.says.pattern); p != nil && from.content != htmlContent && !p.MatchString(text) {
		return 0.6
	}
	if most := to.says.maxLength; most > 0 && most < 64 && utf8.RuneCountInString(text) > most {
		return 0.7
	}
	return s.enums(from, to)
}

func (s *scorer) enums(from, to field) float64 {
	if to.says.enum == nil || to.says.lookup != nil {
		if a := to.meaning.attribute; to.says.lookup == nil && (a == s.words.byName["type"] || a == s.words.byName["status"]) {
			return 0.92 // each service has its own, and nothing tells which they are
		}
		return 1
	}
	values := from.says.enum
	if values == nil && from.text() != "" {
		values = []string{jsonText(from.text())}
	}
	if values == nil {
		return 0.85
	}
	if common := len(enumCases(values, to.says.enum)); common > 0 {
		return 0.8 + 0.2*float64(common)/float64(len(values))
	}
	return 0.3
}

// enumCases pairs values that are the same but for case and signs: text of the one → JSON of the other.
func enumCases(from, to []string) map[string]string {
	folded := make(map[string]string, len(to))
	for _, raw := range to {
		folded[strings.Join(tokenise(rawValue(raw).text()), " ")] = raw
	}
	cases := map[string]string{}
	for _, raw := range from {
		text := rawValue(raw).text()
		if match, known := folded[strings.Join(tokenise(text), " ")]; known {
			cases[text] = match
		}
	}
	return cases
}

// maxPattern bounds the bytes of a pattern that is tried.
const maxPattern = 300

// pattern compiles a pattern; nil: there is none that can be used.
func (s *scorer) pattern(text string) *regexp.Regexp {
	if text == "" || len(text) > maxPattern {
		return nil
	}
	p, known := s.patterns[text]
	if !known {
		p, _ = regexp.Compile(text) // what is no pattern of ours is none
		s.patterns[text] = p
	}
	return p
}
