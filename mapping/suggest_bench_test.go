package mapping_test

import (
	"testing"

	"github.com/patchbay/patchbay/mapping"
)

func BenchmarkSuggest(b *testing.B) {
	for _, pair := range [][2]string{
		{"outreach.get_prospect", "outreach.create_prospect"}, {"dixa.get_conversation", "outreach.create_prospect"},
		{"nimchat.get_conversation", "platform.create_ticket"}, {"outreach.list_prospects", "outreach.update_opportunity"},
	} {
		b.Run(pair[0]+" to "+pair[1], func(b *testing.B) {
			options := optionsFor(b, pair[0], pair[1])
			b.ReportAllocs()
			for b.Loop() {
				if _, err := mapping.Suggest(options); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLint(b *testing.B) {
	options := optionsFor(b, "outreach.get_prospect", "outreach.create_prospect")
	s, err := mapping.Suggest(options)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		mapping.Lint(s.Document, mapping.LintOptions{Source: options.Source.Schema, SourceSample: options.Source.Sample, Target: options.Target.Schema})
	}
}
