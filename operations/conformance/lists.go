package conformance

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// nobody is what no option of any sandbox is called.
const nobody = "zzqxj"

// checkList wants a drop-down to be like all others: search, cursor, limit and refresh, pages that follow one another, and
// an option that is found by its value and by its text.
func checkList(t *testing.T, s operations.Spec, harness Harness) {
	t.Helper()
	if harness.List == nil || s.Kind != operations.KindDDL {
		return
	}
	for _, field := range []string{"search", "cursor", "limit", "refresh"} {
		if !gjson.GetBytes(s.Input, "properties."+field).Exists() {
			t.Errorf("the drop-down has no input field %s", field)
		}
	}
	l := listed{t: t, spec: s, harness: harness, input: bare(s.Sample.Input)}
	first := l.read("", "refresh", "true")
	if first.Code == operations.CodeNotConfigured && s.Metadata["requires"] != "" {
		return
	}
	checkOptions(t, first.Output)
	option := gjson.GetBytes(first.Output, "result.0")
	if !option.Exists() {
		return
	}
	l.pages(first.Output)
	if found := l.read("", "search", nobody); gjson.GetBytes(found.Output, "result.#").Int() != 0 {
		t.Errorf("a search for %q finds %.200s", nobody, found.Output)
	}
	l.resolves(option)
	l.matches(option)
}

// listed is a drop-down with the input that it needs.
type listed struct {
	t       *testing.T
	spec    operations.Spec
	harness Harness
	input   url.Values
}

// bare is a sample input without what picks a page, as a query.
func bare(input json.RawMessage) url.Values {
	query := url.Values{}
	gjson.ParseBytes(input).ForEach(func(name, value gjson.Result) bool {
		switch {
		case slices.Contains([]string{"search", "cursor", "limit", "refresh"}, name.String()):
		case value.IsArray():
			for _, item := range value.Array() {
				query.Add(name.String(), item.String())
			}
		default:
			query.Set(name.String(), value.String())
		}
		return true
	})
	return query
}

// read asks for the list, with one parameter more.
func (l listed) read(what, name, value string) Answer {
	l.t.Helper()
	query := url.Values{}
	for field, values := range l.input {
		query[field] = values
	}
	query.Set(name, value)
	answer := l.harness.List(l.t, l.spec.Name, what, query)
	checkLeak(l.t, l.harness, answer)
	return answer
}

// pages wants pages of one option to be as long as they should be, and to follow one another.
func (l listed) pages(whole json.RawMessage) {
	l.t.Helper()
	one := l.read("", "limit", "1")
	options, next := gjson.GetBytes(one.Output, "result").Array(), gjson.GetBytes(one.Output, "next_cursor").String()
	if one.Code != "" || len(options) != 1 {
		l.t.Errorf("a page of one option: %s %.300s", one.Code, one.Whole)
		return
	}
	if next == "" {
		if gjson.GetBytes(whole, "result.#").Int() > 1 {
			l.t.Errorf("a page of one option has no next_cursor, though there are more")
		}
		return
	}
	query := url.Values{"limit": {"1"}, "cursor": {next}}
	for field, values := range l.input {
		query[field] = values
	}
	second := l.harness.List(l.t, l.spec.Name, "", query)
	following := gjson.GetBytes(second.Output, "result").Array()
	if second.Code != "" || len(following) > 1 || len(following) == 1 && following[0].Get("value").Raw == options[0].Get("value").Raw {
		l.t.Errorf("the second page of one option: %s %.300s", second.Code, second.Whole)
	}
}

func (l listed) resolves(option gjson.Result) {
	l.t.Helper()
	value := option.Get("value")
	answer := l.read("resolve", "value", value.String())
	if got := gjson.GetBytes(answer.Output, "result.0.value"); got.Raw != value.Raw {
		l.t.Errorf("the value %s is not found again: %s %.300s", value.Raw, answer.Code, answer.Whole)
	}
}

// matches wants a text to lead to its option, or to several of the same text.
func (l listed) matches(option gjson.Result) {
	l.t.Helper()
	answer := l.read("match", "text", option.Get("text").String())
	if answer.Code == operations.CodeConflict {
		return // another is called so
	}
	if got := gjson.GetBytes(answer.Output, "value"); got.Raw != option.Get("value").Raw {
		l.t.Errorf("the text %s leads to %s: %s %.300s", option.Get("text").Raw, got.Raw, answer.Code, answer.Whole)
	}
}
