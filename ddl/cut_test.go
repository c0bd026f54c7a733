package ddl

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// list is a whole list of options "1" to "n", whose texts are the numbers in words of digits.
func list(names ...string) json.RawMessage {
	var options []string
	for _, name := range names {
		options = append(options, fmt.Sprintf(`{"text":%q,"value":%q,"more":true}`, name, "v-"+name))
	}
	return json.RawMessage(`{"result":[` + strings.Join(options, ",") + `]}`)
}

// cutOut asks for one page and gives the texts on it.
func cutOut(t *testing.T, input string, whole json.RawMessage) (texts []string, next string) {
	t.Helper()
	cut, _, err := Split(json.RawMessage(input))
	if err != nil {
		t.Fatal(err)
	}
	page, err := cut.Of(whole)
	if err != nil || !json.Valid(page) {
		t.Fatalf("page %s: %v", page, err)
	}
	for _, option := range gjson.GetBytes(page, "result").Array() {
		texts = append(texts, option.Get("text").String())
	}
	return texts, gjson.GetBytes(page, "next_cursor").String()
}

func TestCutSearches(t *testing.T) {
	t.Parallel()
	whole := list("general", "#Support", "customer support", "sup", "x")
	tests := []struct {
		search string
		want   []string
	}{
		{"", []string{"general", "#Support", "customer support", "sup", "x"}},
		{"SUP", []string{"#Support", "sup", "customer support"}},
		{" support ", []string{"#Support", "customer support"}},
		{"V-X", []string{"x"}},
		{"#sup", []string{"#Support"}},
		{"nothing like it", nil},
	}
	for _, test := range tests {
		texts, next := cutOut(t, fmt.Sprintf(`{"search":%q}`, test.search), whole)
		if diff := cmp.Diff(test.want, texts); diff != "" || next != "" {
			t.Errorf("search %q (-want +got), next %q:\n%s", test.search, next, diff)
		}
	}
}

func TestCutPages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		before, after []string // the list when the first page is got, and when the second is
		want          []string
	}{
		{"the same", []string{"a", "b", "c", "d"}, []string{"a", "b", "c", "d"}, []string{"c", "d"}},
		{"one has come before", []string{"a", "b", "c"}, []string{"0", "a", "b", "c"}, []string{"c"}},
		{"one has gone before", []string{"a", "b", "c"}, []string{"b", "c"}, []string{"c"}},
		{"the last one shown has gone", []string{"a", "b", "c", "d"}, []string{"a", "c", "d"}, []string{"d"}},
		{"all have gone", []string{"a", "b", "c"}, nil, nil},
	}
	for _, test := range tests {
		first, next := cutOut(t, `{"limit":2}`, list(test.before...))
		if diff := cmp.Diff(test.before[:2], first); diff != "" || next == "" {
			t.Fatalf("%s: first page, next %q (-want +got):\n%s", test.name, next, diff)
		}
		second, _ := cutOut(t, fmt.Sprintf(`{"limit":2,"cursor":%q}`, next), list(test.after...))
		if diff := cmp.Diff(test.want, second); diff != "" {
			t.Errorf("%s: second page (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestSplitKeepsTheRest(t *testing.T) {
	t.Parallel()
	_, rest, err := Split(json.RawMessage(`{"project":"A","search":"x","limit":5,"cursor":"MSAi"}`))
	if err != nil || string(rest) != `{"project":"A"}` {
		t.Errorf("rest %s (%v)", rest, err)
	}
}

func TestCutIsHonestAboutItsBound(t *testing.T) {
	t.Parallel()
	page, err := Cut{limit: 5}.Of(json.RawMessage(`{"result":[{"text":"a","value":1}],"truncated":true}`))
	if want := `{"result":[{"text":"a","value":1}],"truncated":true}`; err != nil || string(page) != want {
		t.Errorf("page %s (%v), want %s", page, err, want)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`{"search":"a","cursor":"MSAi","limit":2}`, `{"result":[{"text":"a","value":"b"}]}`)
	f.Add(`{"cursor":7,"limit":-1}`, `{"result":null}`)
	f.Fuzz(func(t *testing.T, input, whole string) {
		if !json.Valid([]byte(input)) || !json.Valid([]byte(whole)) || !gjson.Parse(input).IsObject() {
			return
		}
		cut, rest, err := Split(json.RawMessage(input))
		if err != nil {
			if operations.AsError(err).Code == operations.CodeInternal {
				t.Skip("an input that only a broken client makes")
			}
			return
		}
		page, err := cut.Of(json.RawMessage(whole))
		if err != nil || !json.Valid(page) || !json.Valid(rest) {
			t.Errorf("page %s, rest %s: %v", page, rest, err)
		}
	})
}

func BenchmarkCut(b *testing.B) {
	var names []string
	for i := range 2500 {
		names = append(names, fmt.Sprintf("channel-%d", i))
	}
	whole := list(names...)
	cut := Cut{search: "nel-24", limit: 100}
	for b.Loop() {
		if _, err := cut.Of(whole); err != nil {
			b.Fatal(err)
		}
	}
}
