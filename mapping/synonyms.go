package mapping

import (
	_ "embed" // the file of words
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed synonyms.json
var synonymsFile []byte

// concept is something that services have many words for: who or what a field is about ("requester"), or what it says of
// that ("email").
type concept struct {
	Name      string   `json:"name"`
	Attribute bool     `json:"attribute"` // it says something of somebody; otherwise it is somebody or something
	Of        kinds    `json:"of"`        // of whom: "person", "thing"…; of an attribute: of whom it may be said, empty: of all
	Vague     bool     `json:"vague"`     // so many things have one that a word before it tells which
	Content   string   `json:"content"`   // what values look like; "": nothing particular
	Words     []string `json:"words"`     // names it goes by, each of one or more words
}

// kinds are names; in JSON one name may stand alone.
type kinds []string

// UnmarshalJSON reads both forms.
func (k *kinds) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*k = make(kinds, 1)
		return json.Unmarshal(data, &(*k)[0])
	}
	return json.Unmarshal(data, (*[]string)(k))
}

// vocabulary is the words of all concepts.
type vocabulary struct {
	concepts []concept
	byName   map[string]int
	phrases  map[string][]int // words with spaces between → concepts
	longest  int              // words of a phrase
	noise    map[string]bool  // words that say nothing
	primary  map[string]bool  // words that only say that it is the first of its kind
	near     map[[2]int]float64
}

// words is the vocabulary. Its file is a part of the program and checked by a test.
var words = sync.OnceValue(func() *vocabulary {
	v, err := readVocabulary(synonymsFile)
	if err != nil {
		panic(err)
	}
	return v
})

func readVocabulary(data []byte) (*vocabulary, error) {
	var file struct {
		Noise    []string            `json:"noise"`
		Primary  []string            `json:"primary"`
		Concepts []concept           `json:"concepts"`
		Near     [][]json.RawMessage `json:"near"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	v := &vocabulary{
		concepts: file.Concepts, byName: map[string]int{}, phrases: map[string][]int{}, near: map[[2]int]float64{},
		noise: stemmed(file.Noise), primary: stemmed(file.Primary),
	}
	for i, c := range file.Concepts {
		v.byName[c.Name] = i
		for _, phrase := range c.Words {
			tokens := tokenise(phrase)
			v.longest = max(v.longest, len(tokens))
			if key := strings.Join(tokens, " "); !slices.Contains(v.phrases[key], i) {
				v.phrases[key] = append(v.phrases[key], i)
			}
		}
	}
	for _, row := range file.Near {
		if err := v.addNear(row); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *vocabulary) addNear(row []json.RawMessage) error {
	var a, b string
	var as float64
	for i, into := range []any{&a, &b, &as} {
		if err := json.Unmarshal(row[min(i, len(row)-1)], into); err != nil {
			return err
		}
	}
	x, y := v.byName[a], v.byName[b]
	v.near[[2]int{x, y}], v.near[[2]int{y, x}] = as, as
	return nil
}

func stemmed(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, word := range list {
		set[stem(word)] = true
	}
	return set
}

// maxTokens bounds the words of one name, maxToken the bytes of one.
const (
	maxTokens = 12
	maxToken  = 40
)

// tokenise splits a name into words: at capitals, digits and what is no letter. Each is small and without its plural.
func tokenise(name string) []string {
	var tokens []string
	runes := []rune(name[:min(len(name), MaxPathBytes)])
	start := 0
	flush := func(end int) {
		if end > start && len(tokens) < maxTokens {
			word := strings.ToLower(string(runes[start:end]))
			tokens = append(tokens, stem(word[:min(len(word), maxToken)]))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush(i)
			start = i + 1
		case i == start:
		case unicode.IsDigit(r) != unicode.IsDigit(runes[i-1]),
			unicode.IsUpper(r) && !unicode.IsUpper(runes[i-1]),
			unicode.IsUpper(r) && i+1 < len(runes) && unicode.IsLower(runes[i+1]):
			flush(i)
		}
	}
	flush(len(runes))
	return tokens
}

// stem takes the plural off a word, and writes -isation as -ization.
func stem(word string) string {
	word = strings.Replace(word, "isation", "ization", 1)
	switch {
	case word == "ids":
		return "id"
	case len(word) <= 3:
		return word
	case strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "ches"), strings.HasSuffix(word, "shes"),
		strings.HasSuffix(word, "uses"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "ss"), strings.HasSuffix(word, "us"), strings.HasSuffix(word, "is"):
		return word
	}
	return strings.TrimSuffix(word, "s")
}

// unit is a stretch of a name that means something: concepts, or a word that is no concept's.
type unit struct {
	concepts []int
	text     string // its words
}

// units reads words as the longest phrases that are known.
func (v *vocabulary) units(tokens []string) []unit {
	var all []unit
	for i := 0; i < len(tokens); {
		n := min(v.longest, len(tokens)-i)
		for ; n > 1; n-- {
			if len(v.phrases[strings.Join(tokens[i:i+n], " ")]) > 0 {
				break
			}
		}
		text := strings.Join(tokens[i:i+n], " ")
		all = append(all, unit{v.phrases[text], text})
		i += n
	}
	return all
}

// alike tells how near two concepts are: 1 is the same.
func (v *vocabulary) alike(a, b int) float64 {
	if a == b {
		return 1
	}
	return v.near[[2]int{a, b}]
}

// kindOf is whom a concept is: "person", "thing"; "" if that is not said.
func (v *vocabulary) kindOf(c int) string {
	if c < 0 || v.concepts[c].Attribute || len(v.concepts[c].Of) == 0 {
		return ""
	}
	return v.concepts[c].Of[0]
}
