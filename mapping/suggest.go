package mapping

import (
	"cmp"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// SuggestOptions are the two operations that a mapping is suggested for. Any of it may be left out; the more there is, the better.
type SuggestOptions struct {
	Source SuggestSide
	Target SuggestSide
}

// SuggestSide is what is known of one of the two documents.
type SuggestSide struct {
	Operation string            // full name: "outreach.get_prospect"
	Document  string            // of the source: DocumentOutput (the default) or DocumentInput
	Items     string            // of the source: path of the list whose items are mapped one by one
	Schema    operations.Schema // of the source document; of the target operation's input, with x-lookup where lists fill fields
	Sample    json.RawMessage   // such a document
}

// Suggestion is a first mapping, for a person to look through.
type Suggestion struct {
	Document Document `json:"document"`
	Lines    []Line   `json:"lines"`             // one for each rule of the document, in their order
	Missing  []string `json:"missing,omitempty"` // targets that are required and for which nothing was found
}

// Line says why a rule was suggested.
type Line struct {
	Target     string  `json:"target"`     // place of the target: "attributes.emails", of items within each "lines.sku"
	Rule       string  `json:"rule"`       // pointer into the document: "/rules/3"
	Confidence float64 `json:"confidence"` // 0 to 1; above 0.9 it is as good as sure
	Why        string  `json:"why"`        // one sentence
}

// Suggest makes a first mapping of two operations: from what names mean, types, formats, samples and the lists that fill
// fields. It only suggests what it has reason for: a field that nothing fits has no rule. The same options give the same
// mapping. Errors: invalid_input if a schema cannot be read.
func Suggest(options SuggestOptions) (Suggestion, error) {
	from, err := newSide(options.Source, false)
	if err != nil {
		return Suggestion{}, err
	}
	to, err := newSide(options.Target, true)
	if err != nil {
		return Suggestion{}, err
	}
	g := suggester{options: options, from: from, to: to, scorer: scorer{
		words: words(), source: from.subject, target: to.subject, patterns: map[string]*regexp.Regexp{},
		sourceWord: wordOf(options.Source.Operation), targetWord: wordOf(options.Target.Operation),
	}}
	connector := connectorOf(options.Source.Operation)
	g.scorer.same = connector != "" && connector == connectorOf(options.Target.Operation)
	sourceRoot, sourceSample := from.outline.root, from.sample
	if items := g.items(); items != "" {
		options.Source.Items = items
		at := walkText(from.outline, place{known: from.outline.root}, items)
		sourceRoot, sourceSample = at.item().known, sourceSample.Get(items+".0")
	}
	lines := g.lines(from.fields(sourceRoot, sourceSample, maxSourceFields), to.fields(to.outline.root, to.sample, maxTargetFields), 0)
	return g.suggestion(options, lines), nil
}

func connectorOf(operation string) string {
	connector, _, found := strings.Cut(operation, ".")
	if !found {
		return ""
	}
	return connector
}

func newSide(s SuggestSide, target bool) (side, error) {
	o, err := readOutline(s.Schema)
	if err != nil {
		return side{}, operations.Errorf(operations.CodeInvalidInput, "the schema of %s cannot be used: %w", cmp.Or(s.Operation, "an operation"), err)
	}
	made := side{outline: o, subject: words().subjectOf(s.Operation), target: target}
	if len(s.Sample) <= MaxSourceBytes && gjson.ValidBytes(s.Sample) {
		made.sample = gjson.ParseBytes(s.Sample)
	}
	return made, nil
}

type suggester struct {
	options  SuggestOptions
	from, to side
	scorer   scorer
}

// items finds the list whose items are what a list operation is about; "" if the source document itself is.
func (g *suggester) items() string {
	if items := g.options.Source.Items; items != "" {
		if p, err := parsePath(items); err == nil && p.names != nil && !p.root {
			return items
		}
		return ""
	}
	_, name, _ := strings.Cut(g.options.Source.Operation, ".")
	if !strings.HasPrefix(name, "list_") && !strings.HasPrefix(name, "search_") && !strings.HasPrefix(name, "get_") || g.options.Source.Document == DocumentInput {
		return ""
	}
	var lists []string
	root := place{known: g.from.outline.root, sample: sampleOutline(g.options.Source.Sample).root}
	for _, member := range root.names() {
		w := walkText(g.from.outline, root, escapePath(member))
		if only(w.types(), typeArray) && typesSeen(w.item().known, gjson.Result{})|w.item().types() == typeObject {
			lists = append(lists, escapePath(member))
		}
	}
	if len(lists) != 1 || strings.HasPrefix(name, "get_") && !strings.HasSuffix(name, "s") {
		return ""
	}
	return lists[0]
}

// line is a rule on its way, with what speaks for it.
type line struct {
	rule   Rule
	target string
	score  float64
	why    string
	to     field
	within []line // of each
}

// lines suggests rules for the fields of a target, at a depth of each within each.
func (g *suggester) lines(from, to []field, depth int) []line {
	candidates := g.candidates(from, to)
	scores := make([][]float64, 0, len(to))
	var wanted []field
	for _, target := range to {
		if target.objects {
			continue
		}
		row, best := make([]float64, len(candidates)), 0.0
		for i, c := range candidates {
			row[i] = g.scoreOf(c, target)
			best = max(best, row[i])
		}
		if best > 0 {
			wanted, scores = append(wanted, target), append(scores, row)
		}
	}
	pairs := assign(squared(scores))
	var lines []line
	for i, target := range wanted {
		if pairs[i] >= 0 {
			lines = append(lines, g.line(candidates[pairs[i]], target, sureness(scores, i, pairs[i], candidates)))
		}
	}
	lines = g.further(lines, candidates, wanted, scores, pairs)
	return append(lines, g.lists(from, to, depth)...)
}

// squared makes one good pair count for more than two poor ones.
func squared(scores [][]float64) [][]float64 {
	made := make([][]float64, len(scores))
	for i, row := range scores {
		made[i] = make([]float64, len(row))
		for j, score := range row {
			made[i][j] = score * score
		}
	}
	return made
}

// sureness is a score, less where another source fits the target as well.
func sureness(scores [][]float64, row, column int, candidates []candidate) float64 {
	score, rival := scores[row][column], 0.0
	for j, other := range scores[row] {
		if j != column && !candidates[j].shares(candidates[column]) {
			rival = max(rival, other)
		}
	}
	switch {
	case rival >= 0.98*score:
		return score * 0.88
	case rival >= 0.94*score:
		return score * 0.94
	}
	return score
}

// suggestion puts lines together: what is required first.
func (g *suggester) suggestion(options SuggestOptions, lines []line) Suggestion {
	slices.SortStableFunc(lines, func(a, b line) int {
		if a.to.required != b.to.required {
			if a.to.required {
				return -1
			}
			return 1
		}
		return strings.Compare(a.target, b.target)
	})
	g.fillInputs(lines)
	made := Suggestion{Document: Document{Version: Version, Rules: []Rule{}}, Lines: []Line{}}
	if options.Source.Operation != "" {
		made.Document.Source = &Source{Operation: options.Source.Operation, Items: options.Source.Items}
		if options.Source.Document == DocumentInput {
			made.Document.Source.Document = DocumentInput
		}
	}
	if options.Target.Operation != "" {
		made.Document.Target = &Target{Operation: options.Target.Operation}
	}
	made.Document.Rules = made.take(lines, "/rules", "")
	made.Missing = g.missing(made.Document.Rules)
	return made
}

// take writes lines, and those within each, and gives their rules.
func (s *Suggestion) take(lines []line, pointer, prefix string) []Rule {
	rules := make([]Rule, 0, len(lines))
	for i, l := range lines {
		at := pointer + "/" + strconv.Itoa(i)
		target := strings.TrimSuffix(joinPath(prefix, l.target), "[]")
		s.Lines = append(s.Lines, Line{Target: target, Rule: at, Confidence: math.Round(min(l.score, maxScore)*100) / 100, Why: l.why})
		if l.rule.Each != nil {
			l.rule.Each.Rules = s.take(l.within, at+"/each/rules", target)
		}
		rules = append(rules, l.rule)
	}
	return rules
}

// missing lists what the target requires and no rule writes.
func (g *suggester) missing(rules []Rule) []string {
	if g.to.outline.root == nil {
		return nil
	}
	var names []string
	for _, name := range g.to.outline.root.required {
		written := slices.ContainsFunc(rules, func(r Rule) bool {
			steps, err := parseTarget(r.Target)
			return err == nil && len(steps) > 0 && steps[0].name == name
		})
		if !written {
			names = append(names, escapeTarget(name))
		}
	}
	slices.Sort(names)
	return names
}
