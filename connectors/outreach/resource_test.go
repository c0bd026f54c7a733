package outreach

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tidwall/gjson"
)

// TestResources finds what the decoder cannot: names in the documents that lead nowhere.
func TestResources(t *testing.T) {
	t.Parallel()
	resources := Resources()
	if len(resources) != 24 {
		t.Errorf("%d resources, want 24", len(resources))
	}
	for _, r := range resources {
		if r.Type == "" || r.Path == "" || r.Singular == "" || r.Plural == "" || !strings.HasPrefix(r.Docs, "https://") {
			t.Errorf("%s lacks a type, path, singular, plural or docs", r.Type)
		}
		for name, relationship := range r.Relationships {
			if (relationship.Type == "") == (len(relationship.Types) == 0) || relationship.Many && relationship.Writable {
				t.Errorf("%s: relationship %s has not either type or types, or can be written though it is to many", r.Type, name)
			}
			if relationship.Required && snake(name) != name {
				t.Errorf("%s: relationship %s is required and has two names, so one of them would be refused", r.Type, name)
			}
		}
		types := []string{"string", "integer", "number", "boolean", "array", "date-time", "date", "any"}
		for name, attribute := range r.Attributes {
			if !slices.Contains(types, attribute.Type) || camel(snake(name)) != name {
				t.Errorf("%s: attribute %s has no known type, or a name that cannot be written in snake_case", r.Type, name)
			}
		}
		checkDDL(t, r)
		for name, operation := range r.Operations {
			checkOperation(t, r, name, operation)
		}
	}
}

func checkDDL(t *testing.T, r Resource) {
	t.Helper()
	if r.DDL == nil {
		return
	}
	names := slices.Concat(r.DDL.Fields, r.DDL.Within)
	for _, match := range placeholder.FindAllStringSubmatch(strings.Join(r.DDL.Text, ""), -1) {
		names = append(names, match[1])
	}
	for _, name := range names {
		if !r.has(name) {
			t.Errorf("%s: its drop-down shows %s, which it does not have", r.Type, name)
		}
	}
	for _, name := range r.DDL.Within {
		if !r.Relationships[name].Filter {
			t.Errorf("%s: its drop-down lies within %s, which is no filter", r.Type, name)
		}
	}
	if _, ok := r.Operations[r.ddlName()]; !ok || r.DDL.Sort != "" && !r.Attributes[r.DDL.Sort].Sort {
		t.Errorf("%s: its drop-down has no operation or cannot be sorted by %q", r.Type, r.DDL.Sort)
	}
}

func checkOperation(t *testing.T, r Resource, name string, o Operation) {
	t.Helper()
	verb := o.verb(name)
	if _, known := verbs()[verb]; !known || verb == "ddl" && r.DDL == nil || verb == "set" && len(r.Actions) == 0 {
		t.Errorf("%s: operation %s has no known verb, or the resource lacks the ddl or actions it needs", r.Type, name)
	}
	for input, flat := range o.Flat {
		if flat.Relationship != "" && !r.Relationships[flat.Relationship].Writable {
			t.Errorf("%s: input %s of %s sets %s, which cannot be written", r.Type, input, name, flat.Relationship)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"an unknown field":    `{"type":"x","colour":"red"}`,
		"one further down":    `{"attributes":{"name":{"type":"string","readOnli":true}}}`,
		"a second document":   `{"type":"x"} {}`,
		"what is not JSON":    `type: x`,
		"a wrong type within": `{"relationships":{"owner":"user"}}`,
	} {
		if _, err := load(fstest.MapFS{"resources/x.json": {Data: []byte(document)}}); err == nil {
			t.Errorf("%s was let pass: %s", name, document)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for vendor, ours := range map[string]string{
		"firstName": "first_name", "name": "name", "linkedInUrl": "linked_in_url", "websiteUrl1": "website_url1", "custom150": "custom150",
	} {
		if got := snake(vendor); got != ours {
			t.Errorf("snake(%q) = %q, want %q", vendor, got, ours)
		}
		if camel(ours) != vendor || camel(vendor) != vendor {
			t.Errorf("camel(%q) = %q, want %q", ours, camel(ours), vendor)
		}
	}
	r := Resource{Custom: 5}
	for name, want := range map[string]bool{"custom1": true, "custom5": true, "custom6": false, "custom0": false, "custom": false, "custom01": false, "custom+1": false} {
		if got := r.isCustom(name); got != want {
			t.Errorf("isCustom(%q) = %t, want %t", name, got, want)
		}
	}
}

// FuzzFilters makes filters of anything: nothing panics, the query parses back, and it holds filters only.
func FuzzFilters(f *testing.F) {
	f.Add("firstName", `"Jo"`)
	f.Add("account.id", `[1,"2",true]`)
	f.Add("created_at", `{"gte":"2023-01-01"}`)
	f.Add("q", `null`)
	f.Add("x]&page[size]", `"a&b=c"`)
	f.Add("id_", `{`)
	resources := Resources()
	prospects := &resources[slices.IndexFunc(resources, func(r Resource) bool { return r.Type == "prospect" })]
	key := regexp.MustCompile(`^filter\[\w+\](\[id\])?$`)
	f.Fuzz(func(t *testing.T, field, value string) {
		var wrong faults
		query := prospects.filterQuery([]filter{{field, json.RawMessage(value)}, {"id", json.RawMessage(`1`)}}, &wrong)
		parsed, err := url.ParseQuery(query.Encode())
		if err != nil || len(parsed) != len(query) {
			t.Fatalf("query %q does not parse back: %v", query.Encode(), err)
		}
		for name, values := range parsed {
			if !key.MatchString(name) || len(values) != 1 || values[0] == "" {
				t.Errorf("query %q has the parameter %q", query.Encode(), name)
			}
		}
		if len(query) < 2 && len(wrong) == 0 {
			t.Errorf("filter %q %q is passed over in silence", field, value)
		}
	})
}

func BenchmarkConnector(b *testing.B) {
	for b.Loop() {
		Connector()
	}
}

func BenchmarkListQuery(b *testing.B) {
	resources := Resources()
	prospects := &resources[slices.IndexFunc(resources, func(r Resource) bool { return r.Type == "prospect" })]
	input := listInput{
		PageSize: 50, Fields: []string{"firstName", "lastName", "emails"},
		Filters: []filter{{"firstName", json.RawMessage(`"Jo"`)}, {"account", json.RawMessage(`[1,2]`)}},
	}
	for b.Loop() {
		if _, err := prospects.listQuery(input); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOptions turns a page of 100 records into options, of which eleven match.
func BenchmarkOptions(b *testing.B) {
	resources := Resources()
	stages := &resources[slices.IndexFunc(resources, func(r Resource) bool { return r.Type == "stage" })]
	records := make([]string, 100)
	for i := range records {
		records[i] = fmt.Sprintf(`{"type":"stage","id":%d,"attributes":{"name":"Stage %d","order":%d}}`, i, i, i)
	}
	page := gjson.Parse("[" + strings.Join(records, ",") + "]")
	for b.Loop() {
		s := scan{maker: &maker{Resource: stages}, search: "stage 9", limit: 50}
		if s.collect(page, 0); s.found != 11 {
			b.Fatalf("found %d, want 11", s.found)
		}
	}
}
