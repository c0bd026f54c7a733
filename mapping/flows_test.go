package mapping_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
)

// catalogue is that of all connectors.
var catalogue = sync.OnceValues(func() (*operations.Catalogue, error) {
	return operations.NewCatalogue(connectors.All(platform.Options{}))
})

// flow is an example with what somebody who knows both sides would map.
type flow struct {
	Name   string
	Source string
	Target string
	Pairs  []pair
}

// pair is a target and what belongs there; Or lists what does as well.
type pair struct {
	Target string
	Source string
	Or     []pair
}

func (p pair) is(target, source string) bool {
	return p.Target == target && p.Source == source || slices.ContainsFunc(p.Or, func(o pair) bool { return o.is(target, source) })
}

// verdict is how a suggestion for a flow does.
type verdict struct {
	found   int
	missed  []string
	wrong   []string // lines that no pair has
	sure    []string // of these, those that were suggested with a confidence above 0.9
	lines   int
	explain []string
}

func readFlows(t testing.TB, folder string) map[string]flow {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "mapping", "flows", folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no flows in %q: %v", folder, err)
	}
	flows := map[string]flow{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f flow
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		flows[strings.TrimSuffix(filepath.Base(file), ".json")] = f
	}
	return flows
}

func spec(t testing.TB, operation string) operations.Spec {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	_, found, err := all.Resolve(operation)
	if err != nil {
		t.Fatal(err)
	}
	return found.Spec()
}

func optionsFor(t testing.TB, source, target string) mapping.SuggestOptions {
	t.Helper()
	from, to := spec(t, source), spec(t, target)
	return mapping.SuggestOptions{
		Source: mapping.SuggestSide{Operation: source, Schema: from.Output, Sample: from.Sample.Output},
		Target: mapping.SuggestSide{Operation: target, Schema: to.Input, Sample: to.Sample.Input},
	}
}

// sources lists the paths that an expression takes its value from.
func sources(e mapping.Expression) []string {
	var paths []string
	switch {
	case e.Source != "":
		paths = append(paths, e.Source)
	case e.Lookup != nil:
		paths = sources(e.Lookup.From.Expression)
	case e.Switch != nil:
		paths = sources(e.Switch.On.Expression)
	case e.Concat != nil:
		for _, part := range e.Concat.Parts {
			paths = append(paths, sources(part.Expression)...)
		}
	}
	return paths
}

func judge(f flow, s mapping.Suggestion) verdict {
	var v verdict
	found := make([]bool, len(f.Pairs))
	for i, rule := range s.Document.Rules {
		line := s.Lines[slices.IndexFunc(s.Lines, func(l mapping.Line) bool { return l.Rule == fmt.Sprintf("/rules/%d", i) })]
		right := rule.Each == nil
		for _, source := range sources(rule.Expression) {
			n := slices.IndexFunc(f.Pairs, func(p pair) bool { return p.is(line.Target, source) })
			right = right && n >= 0
			for j, p := range f.Pairs {
				found[j] = found[j] || p.is(line.Target, source)
			}
		}
		text := fmt.Sprintf("%.2f %s <- %s (%s)", line.Confidence, line.Target, strings.Join(sources(rule.Expression), " + "), line.Why)
		v.explain = append(v.explain, text)
		v.lines++
		if !right {
			v.wrong = append(v.wrong, text)
			if line.Confidence > 0.9 {
				v.sure = append(v.sure, text)
			}
		}
	}
	for i, p := range f.Pairs {
		if found[i] {
			v.found++
		} else {
			v.missed = append(v.missed, p.Target+" <- "+p.Source)
		}
	}
	return v
}

// TestSuggestFlows holds suggestions to what people would map. The flows aside were not looked at when words and scores
// were set.
func TestSuggestFlows(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"", "aside"} {
		for name, f := range readFlows(t, folder) {
			t.Run(cmp.Or(folder, "five")+"/"+name, func(t *testing.T) {
				t.Parallel()
				s, err := mapping.Suggest(optionsFor(t, f.Source, f.Target))
				if err != nil {
					t.Fatal(err)
				}
				v := judge(f, s)
				t.Logf("%d of %d found in %d lines, %d wrong\nmissed: %s\n%s", v.found, len(f.Pairs), v.lines, len(v.wrong), strings.Join(v.missed, "; "), strings.Join(v.explain, "\n"))
				if 10*v.found < 8*len(f.Pairs) {
					t.Errorf("only %d of %d pairs were found", v.found, len(f.Pairs))
				}
				if len(v.sure) > 0 {
					t.Errorf("wrong, and above 0.9:\n%s", strings.Join(v.sure, "\n"))
				}
			})
		}
	}
}

// TestCatalogueLists asks for lists of the real catalogue.
func TestCatalogueLists(t *testing.T) {
	t.Parallel()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	lists := mapping.CatalogueLists{Catalogue: all}
	if schema, err := lists.ListInput("jira.list_issue_types_ddl"); err != nil || !strings.Contains(string(schema), "project_key") {
		t.Errorf("schema %s, error %v", schema, err)
	}
	for name, near := range map[string]string{"jira.list_issue_type_ddl": "list_issue_types_ddl", "jira.list_projects": "jira.list_projects_ddl"} {
		if _, err := lists.ListInput(name); !slices.Contains(operations.AsError(err).Suggestion, near) {
			t.Errorf("%s: %v suggests %v, want %s", name, err, operations.AsError(err).Suggestion, near)
		}
	}
}

// TestSuggestionsPassLint sees that what is suggested for the flows has no error but what a person has to add.
func TestSuggestionsPassLint(t *testing.T) {
	t.Parallel()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"", "aside"} {
		for name, f := range readFlows(t, folder) {
			options := optionsFor(t, f.Source, f.Target)
			s, err := mapping.Suggest(options)
			if err != nil {
				t.Fatal(err)
			}
			found := mapping.Lint(s.Document, mapping.LintOptions{
				Source: options.Source.Schema, SourceSample: options.Source.Sample, Target: options.Target.Schema, Lists: mapping.CatalogueLists{Catalogue: all},
			})
			for _, one := range found {
				if one.Severity == mapping.SeverityError && one.Code != mapping.FindRequiredNotFilled && one.Code != mapping.FindLookupInputMissing {
					t.Errorf("%s: %+v", name, one)
				}
			}
			if len(mapping.Explain(s.Document)) != len(s.Lines)+1 {
				t.Errorf("%s: %d sentences for %d lines", name, len(mapping.Explain(s.Document)), len(s.Lines))
			}
		}
	}
}

// TestSuggestEverywhere suggests something for each operation that writes, and sees that it can be run.
func TestSuggestEverywhere(t *testing.T) {
	t.Parallel()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	var reads, writes []string
	for _, c := range all.Connectors() {
		for _, o := range c.Operations {
			switch name := c.Name + "." + o.Spec().Name; {
			case o.Spec().Kind != operations.KindAction:
			case o.Spec().Effect == operations.EffectRead:
				reads = append(reads, name)
			default:
				writes = append(writes, name)
			}
		}
	}
	for i, target := range writes {
		options := optionsFor(t, reads[i*7%len(reads)], target)
		s, err := mapping.Suggest(options)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(s.Document)
		if err != nil {
			t.Fatal(err)
		}
		document, err := mapping.Parse(encoded)
		if err != nil {
			t.Errorf("%s to %s: %v", options.Source.Operation, target, err)
			continue
		}
		if _, err := mapping.Compile(document, mapping.Options{TargetSchema: options.Target.Schema}); err != nil {
			t.Errorf("%s to %s: %v", options.Source.Operation, target, err)
		}
	}
}
