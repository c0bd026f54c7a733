package mapping

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// suggested gives the rules of a suggestion as JSON, one a line.
func suggested(t *testing.T, options SuggestOptions) (string, Suggestion) {
	t.Helper()
	s, err := Suggest(options)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, rule := range s.Document.Rules {
		lines = append(lines, jsonText(rule))
	}
	if _, err := Parse([]byte(jsonText(s.Document))); err != nil {
		t.Errorf("the suggestion is no mapping: %v", err)
	}
	if _, err := Compile(s.Document, Options{TargetSchema: options.Target.Schema}); err != nil {
		t.Errorf("the suggestion does not compile: %v", err)
	}
	return strings.Join(lines, "\n"), s
}

func TestSuggestRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                                  string
		from, to                              string // operations
		source, sourceSample, target, samples string
		want                                  []string
	}{
		{
			name: "a whole name is parted", from: "a.get_person", to: "b.create_contact",
			source: `{"properties":{"full_name":{"type":"string"}}}`, target: `{"properties":{"givenName":{"type":"string"},"surname":{"type":"string"}}}`,
			want: []string{
				`{"target":"givenName","source":"full_name","transforms":[{"split":" "},"first"]}`,
				`{"target":"surname","source":"full_name","transforms":[{"split":" "},"last"]}`,
			},
		},
		{
			name: "parts of a name are joined", from: "a.get_person", to: "b.create_contact",
			source: `{"properties":{"person":{"properties":{"first_name":{"type":"string"},"last_name":{"type":"string"}}}}}`, target: `{"properties":{"name":{"type":"string"}}}`,
			want: []string{`{"target":"name","concat":{"parts":["person.first_name","person.last_name"],"separator":" "}}`},
		},
		{
			name: "dates, HTML and lengths", from: "a.get_ticket", to: "b.create_issue",
			source:       `{"properties":{"headline":{"type":"string"},"body_html":{"type":"string"},"deadline":{"type":"string","format":"date-time"},"created_at":{"type":"integer"}}}`,
			sourceSample: `{"headline":"Printer","body_html":"<p>It burns</p>","deadline":"2026-01-02T03:04:05Z","created_at":1767816000}`,
			target:       `{"properties":{"subject":{"type":"string","maxLength":80},"description":{"type":"string"},"due_on":{"type":"string","format":"date"},"creation_date":{"type":"string","format":"date-time"}}}`,
			want: []string{
				`{"target":"creation_date","source":"created_at","transforms":[{"date":{"from":"unix","to":"rfc3339"}}]}`,
				`{"target":"description","source":"body_html","transforms":["html_to_text"]}`,
				`{"target":"due_on","source":"deadline","transforms":[{"date":"date"}]}`,
				`{"target":"subject","source":"headline","transforms":[{"truncate":80}]}`,
			},
		},
		{
			name: "a text for an id is looked up, with what the list needs", from: "a.get_case", to: "b.create_issue",
			source: `{"properties":{"project":{"type":"string"},"assignee":{"properties":{"name":{"type":"string"},"id":{"type":"integer"}}}}}`,
			target: `{"required":["project_id"],"properties":{"project_id":{"type":"integer","x-lookup":{"operation":"list_projects_ddl"}},"assignee_id":{"type":"string","x-lookup":{"operation":"list_people_ddl","input":{"project":"project_id","team":"team_id"}}}}}`,
			want: []string{
				`{"target":"project_id","lookup":{"operation":"b.list_projects_ddl","from":"project"}}`,
				`{"target":"assignee_id","lookup":{"operation":"b.list_people_ddl","from":"assignee.name","input":{"project":{"lookup":{"operation":"b.list_projects_ddl","from":"project"}}},"on_miss":"missing"}}`,
			},
		},
		{
			name: "ids of one connector are the same", from: "a.get_case", to: "a.create_task",
			source: `{"properties":{"id":{"type":"integer"},"owner_id":{"type":"integer"}}}`, target: `{"properties":{"owner":{"type":"integer","x-lookup":{"operation":"list_users_ddl"}}}}`,
			want: []string{`{"target":"owner","source":"owner_id"}`},
		},
		{
			name: "ids of another connector are not, but for external ids", from: "a.get_contact", to: "b.create_contact",
			source: `{"properties":{"id":{"type":"integer"},"owner_id":{"type":"integer"}}}`, target: `{"properties":{"externalId":{"type":"string"},"ownerId":{"type":"integer","x-lookup":{"operation":"list_users_ddl"}}}}`,
			want: []string{`{"target":"externalId","source":"id"}`},
		},
		{
			name: "values of enums are paired", from: "a.get_ticket", to: "b.create_issue",
			source: `{"properties":{"priority":{"enum":["URGENT","low","none"]}}}`, target: `{"properties":{"urgency":{"enum":["Urgent","Low","Medium"]}}}`,
			want: []string{`{"target":"urgency","switch":{"on":"priority","cases":{"URGENT":"Urgent","low":"Low"},"on_miss":"missing"}}`},
		},
		{
			name: "lists of single values", from: "a.get_contact", to: "b.create_contact",
			source: `{"properties":{"email":{"type":"string"},"other_emails":{"type":"array","items":{"type":"string"}},"phones":{"type":"array","items":{"type":"string"}},"labels":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}}}}}}`,
			target: `{"properties":{"emails":{"type":"array","items":{"type":"string","format":"email"}},"phone":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}}}}`,
			want: []string{
				`{"target":"emails[]","source":"email","transforms":["email"]}`,
				`{"target":"emails[]","source":"other_emails","transforms":["email"]}`,
				`{"target":"phone","source":"phones.0"}`,
				`{"target":"tags","source":"labels.#.name"}`,
			},
		},
		{
			name: "lists of objects", from: "a.get_order", to: "b.create_order",
			source: `{"properties":{"products":{"type":"array","items":{"type":"object","properties":{"title":{"type":"string"},"quantity":{"type":"integer"},"color":{"type":"string"}}}}}}`,
			target: `{"properties":{"articles":{"type":"array","items":{"type":"object","properties":{"subject":{"type":"string"},"qty":{"type":"number"},"colour_code":{"type":"string"}}}}}}`,
			want:   []string{`{"target":"articles","each":{"over":"products","rules":[{"target":"qty","source":"quantity"},{"target":"subject","source":"title"}]}}`},
		},
		{
			name: "the items of a list operation", from: "a.list_contacts", to: "b.create_contact",
			source: `{"properties":{"contacts":{"type":"array","items":{"type":"object","properties":{"email":{"type":"string"}}}},"next":{"type":"string"}}}`,
			target: `{"properties":{"mail_address":{"type":"string"}}}`,
			want:   []string{`{"target":"mail_address","source":"email"}`},
		},
		{
			name: "samples alone", from: "a.get_thing", to: "b.create_thing",
			sourceSample: `{"data":{"first name":"Ada","x.y":{"e-mail":"ada@example.com"},"n":null}}`, samples: `{"forename":"Grace","email_address":"g@example.com"}`,
			want: []string{`{"target":"email_address","source":"data.x\\.y.e-mail"}`, `{"target":"forename","source":"data.first name"}`},
		},
		{name: "nothing in common", from: "a.get_weather", to: "b.create_contact", source: `{"properties":{"wind":{"type":"number"}}}`, target: `{"required":["email"],"properties":{"email":{"type":"string"}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, s := suggested(t, SuggestOptions{
				Source: SuggestSide{Operation: tt.from, Schema: operations.Schema(tt.source), Sample: json.RawMessage(tt.sourceSample)},
				Target: SuggestSide{Operation: tt.to, Schema: operations.Schema(tt.target), Sample: json.RawMessage(tt.samples)},
			})
			if diff := gocmp.Diff(strings.Join(tt.want, "\n"), got); diff != "" {
				t.Errorf("rules (-want +got):\n%s\n%+v", diff, s.Lines)
			}
			for _, l := range s.Lines {
				if l.Confidence < minScore/2 || l.Confidence > maxScore || !strings.HasSuffix(l.Why, ".") || l.Target == "" {
					t.Errorf("line: %+v", l)
				}
			}
		})
	}
}

func TestSuggestSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, s := suggested(t, SuggestOptions{
		Source: SuggestSide{Operation: "a.list_contacts", Schema: operations.Schema(`{"properties":{"contacts":{"type":"array","items":{"type":"object","properties":{"email":{"type":"string"}}}}}}`)},
		Target: SuggestSide{Operation: "b.create_ticket", Schema: operations.Schema(`{"required":["team","requester_email","title"],"properties":{"requester_email":{"type":"string"},"team":{},"title":{}}}`)},
	})
	if diff := gocmp.Diff([]string{"team", "title"}, s.Missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	if s.Document.Source.Items != "contacts" || len(s.Lines) != 1 || s.Lines[0].Rule != "/rules/0" {
		t.Errorf("suggestion: %+v", s)
	}
}

func TestSuggestRefusesWhatIsNoSchema(t *testing.T) {
	t.Parallel()
	for _, options := range []SuggestOptions{{Source: SuggestSide{Schema: operations.Schema(`{`)}}, {Target: SuggestSide{Schema: operations.Schema(`nope`)}}} {
		if _, err := Suggest(options); operations.AsError(err).Code != operations.CodeInvalidInput {
			t.Errorf("error %v, want invalid_input", err)
		}
	}
}

// TestAssign holds the assignment to the best of all that there are.
func TestAssign(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		scores := make([][]float64, 1+random.IntN(5))
		columns := 1 + random.IntN(6)
		for i := range scores {
			scores[i] = make([]float64, columns)
			for j := range scores[i] {
				if random.IntN(3) > 0 {
					scores[i][j] = float64(random.IntN(100)) / 100
				}
			}
		}
		pairs, sum := assign(scores), 0.0
		for i, j := range pairs {
			if j >= 0 {
				sum += scores[i][j]
				if slices.Index(pairs, j) != i {
					t.Fatalf("column %d is taken twice: %v", j, pairs)
				}
			}
		}
		if best := bestSum(scores, 0, map[int]bool{}); sum < best-1e-9 {
			t.Fatalf("%v has %v, the best is %v for %v", pairs, sum, best, scores)
		}
	}
}

func bestSum(scores [][]float64, row int, taken map[int]bool) float64 {
	if row == len(scores) {
		return 0
	}
	best := bestSum(scores, row+1, taken)
	for j, score := range scores[row] {
		if !taken[j] {
			taken[j] = true
			best = max(best, score+bestSum(scores, row+1, taken))
			taken[j] = false
		}
	}
	return best
}

func TestTokenise(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"firstName": "first name", "HTMLBody": "html body", "website_url2": "website url 2", "e-mail Addresses": "e mail address", "companies": "company",
		"statusIds": "status id", "Straße": "straße", "organisationName": "organization name", "__x": "x", "": "", "ABC": "abc", "access": "access",
	} {
		if got := strings.Join(tokenise(name), " "); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// TestSynonyms sees that the file of words says what it means: names of concepts that exist, no phrase twice in one.
func TestSynonyms(t *testing.T) {
	t.Parallel()
	v, err := readVocabulary(synonymsFile)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.byName) != len(v.concepts) {
		t.Error("two concepts have one name")
	}
	for _, name := range []string{"id", "name", "email", "external_id", "username", "key", "type", "status", "subject", "body", "first_name", "last_name"} {
		if _, known := v.byName[name]; !known {
			t.Errorf("there is no concept %s, which the code speaks of", name)
		}
	}
	for pair, near := range v.near {
		if pair[0] == pair[1] || near <= 0 || near >= 1 {
			t.Errorf("%s and %s are %v alike: a name may be wrong", v.concepts[pair[0]].Name, v.concepts[pair[1]].Name, near)
		}
	}
	for phrase, of := range v.phrases {
		attributes := 0
		for _, c := range of {
			if v.concepts[c].Attribute && len(v.concepts[c].Of) == 0 {
				attributes++
			}
		}
		if attributes > 1 {
			t.Errorf("%q means several things", phrase)
		}
	}
}
