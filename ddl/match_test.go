package ddl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

var stages = json.RawMessage(`{"result":[
	{"text":"Interested","value":1,"color":"green"},{"text":"interested","value":2},{"text":"Not interested","value":3},
	{"text":"Größe","value":"g"},{"text":" Padded ","value":"p"},{"text":"Twin","value":7},{"text":"Twin","value":7},
	{"text":"Double","value":"a"},{"text":"Double","value":"b"},{"text":"Prospecting","value":10},{"text":"Prosperity","value":11},
	{"text":"ΣΊΣΥΦΟΣ","value":"s"},{"text":"<b>&amp; \"x\"","value":"m"}]}`)

func TestMatch(t *testing.T) {
	t.Parallel()
	list := Parse(stages)
	tests := []struct {
		text, value string
		how         How
	}{
		{"Interested", "1", Exact},
		{"interested", "2", Exact},
		{"NOT INTERESTED", "3", CaseFold},
		{"GRÖSSE", `"g"`, CaseFold},
		{"padded", `"p"`, CaseFold},
		{" Padded ", `"p"`, Exact},
		{"Twin", "7", Exact},
		{"  prospect ", "10", Prefix},
		{"σίσυφος", `"s"`, CaseFold},
		{`<b>&amp; "x"`, `"m"`, Exact},
	}
	for _, test := range tests {
		got, err := list.Match(test.text)
		if err != nil || string(got.Value) != test.value || got.How != test.how {
			t.Errorf("%q: %s by %s (%v), want %s by %s", test.text, got.Value, got.How, err, test.value, test.how)
		}
	}
}

func TestMatchRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text       string
		code       operations.Code
		reason     string
		candidates []string
		suggestion []string
	}{
		{text: "INTERESTED", code: operations.CodeConflict, reason: ReasonAmbiguous, candidates: []string{"1", "2"}, suggestion: []string{"Interested", "interested"}},
		{text: "Double", code: operations.CodeConflict, reason: ReasonAmbiguous, candidates: []string{`"a"`, `"b"`}, suggestion: []string{"Double", "Double"}},
		{text: "Prosp", code: operations.CodeConflict, reason: ReasonAmbiguous, candidates: []string{"10", "11"}, suggestion: []string{"Prospecting", "Prosperity"}},
		{text: "Twim", code: operations.CodeNotFound, reason: ReasonNoMatch, suggestion: []string{"Twin", "Twin"}},
		{text: "rested", code: operations.CodeNotFound, reason: ReasonNoMatch},
		{text: " ", code: operations.CodeInvalidInput},
		{text: strings.Repeat("x", MaxText+1), code: operations.CodeInvalidInput},
	}
	for _, test := range tests {
		_, err := Parse(stages).Match(test.text)
		e := operations.AsError(err)
		if e == nil || e.Code != test.code || e.Reason != test.reason {
			t.Errorf("%.20q: %v, want %s", test.text, err, test.code)
			continue
		}
		var candidates []string
		for _, c := range e.Candidates {
			candidates = append(candidates, string(c.Value))
		}
		if diff := cmp.Diff(test.candidates, candidates); diff != "" {
			t.Errorf("%.20q: candidates (-want +got):\n%s", test.text, diff)
		}
		if test.suggestion != nil && !slices.Equal(e.Suggestion[:min(2, len(e.Suggestion))], test.suggestion) {
			t.Errorf("%.20q: suggestions %q, want %q", test.text, e.Suggestion, test.suggestion)
		}
	}
}

func TestMatchBoundsItsCandidates(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 500 {
		names = append(names, fmt.Sprintf("same %d", i))
	}
	_, err := Parse(list(names...)).Match("same")
	if e := operations.AsError(err); e == nil || len(e.Candidates) != maxCandidates || len(e.Suggestion) != maxCandidates {
		t.Errorf("%v", err)
	}
}

func TestMatchTrustsNoBeginningInATruncatedList(t *testing.T) {
	t.Parallel()
	cut := Parse(json.RawMessage(`{"result":[{"text":"Alpha","value":1}],"truncated":true}`))
	if _, err := cut.Match("Alp"); operations.AsError(err) == nil || operations.AsError(err).Reason != ReasonAmbiguous {
		t.Errorf("a beginning matched: %v", err)
	}
	if got, err := cut.Match("alpha"); err != nil || got.How != CaseFold {
		t.Errorf("%v %v", got, err)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	list := Parse(stages)
	got, err := list.Resolve([]string{"g", "1", "nobody", "1"})
	want := Resolved{Missing: []string{"nobody"}, Result: []json.RawMessage{
		json.RawMessage(`{"text":"Größe","value":"g"}`), json.RawMessage(`{"text":"Interested","value":1,"color":"green"}`),
		json.RawMessage(`{"text":"Interested","value":1,"color":"green"}`),
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("(%v, -want +got)\n%s", err, diff)
	}
	for _, values := range [][]string{nil, slices.Repeat([]string{"1"}, MaxValues+1)} {
		if _, err := list.Resolve(values); operations.AsError(err) == nil || operations.AsError(err).Code != operations.CodeInvalidInput {
			t.Errorf("%d values: %v", len(values), err)
		}
	}
}

func TestPreliminaryHasNoSecondPage(t *testing.T) {
	t.Parallel()
	tests := []struct{ input, want string }{
		{`{"limit":2}`, `{"result":[{"text":"a","value":"v-a","more":true},{"text":"b","value":"v-b","more":true}],"building":true}`},
		{`{"search":"b"}`, `{"result":[{"text":"b","value":"v-b","more":true}],"building":true}`},
		{`{"cursor":"MSAi"}`, `{"result":[],"building":true}`},
	}
	for _, test := range tests {
		cut, _, err := Split(json.RawMessage(test.input))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(Parse(list("a", "b", "c")).Preliminary(cut)); got != test.want {
			t.Errorf("%s: %s, want %s", test.input, got, test.want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("Interested", string(stages))
	f.Add("ß", `{"result":[{"text":"SS","value":{}},{"text":1},5,null,{"value":"x"}]}`)
	f.Fuzz(func(t *testing.T, text, whole string) {
		if !json.Valid([]byte(whole)) {
			return
		}
		list := Parse(json.RawMessage(whole))
		found, err := list.Match(text)
		if err == nil && !json.Valid(found.Value) {
			t.Errorf("value %s", found.Value)
		}
		if resolved, err := list.Resolve([]string{text}); err != nil || len(resolved.Result)+len(resolved.Missing) != 1 {
			t.Errorf("%v %v", resolved, err)
		}
	})
}

// BenchmarkPage pages, searches and matches in a list of 10,000 options that has been taken apart.
func BenchmarkPage(b *testing.B) {
	var names []string
	for i := range 10_000 {
		names = append(names, fmt.Sprintf("channel-%d", i))
	}
	whole := Parse(list(names...))
	for name, input := range map[string]string{"first": `{}`, "search": `{"search":"nel-24"}`} {
		cut, _, err := Split(json.RawMessage(input))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				whole.Page(cut)
			}
		})
	}
	b.Run("match", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := whole.Match("Channel-9999"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
