package operations_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	first, second := map[string]string{"a": "1", "empty": ""}, map[string]string{"a": "2", "b": "{a}"}
	tests := []struct{ template, want string }{
		{"", ""},
		{"plain", "plain"},
		{"{a}", "1"},
		{"x{a}y{b}z", "x1y{a}z"}, // what was filled in is not expanded again
		{"{empty}|", "|"},
		{"{unknown}", "{unknown}"},
		{"{}", "{}"},
		{"{a", "{a"},
		{"{a}{", "1{"},
		{"a}", "a}"},
		{"{{a}}", "{{a}}"},
		{"{a}{a}", "11"},
	}
	for _, tt := range tests {
		t.Run(tt.template, func(t *testing.T) {
			t.Parallel()
			if got := operations.Expand(tt.template, nil, first, second); got != tt.want {
				t.Errorf("Expand = %q, want %q", got, tt.want)
			}
		})
	}
}

func ExampleExpand() {
	fields := map[string]string{"site": "acme"}
	fmt.Println(operations.Expand("https://{site}.atlassian.net/rest/{cloud}", fields))
	// Output: https://acme.atlassian.net/rest/{cloud}
}

func TestScheme(t *testing.T) {
	t.Parallel()
	c := operations.Connector{Auth: []operations.Auth{{Name: "token"}, {Name: "oauth2"}}}
	for name, want := range map[string]string{"": "token", "token": "token", "oauth2": "oauth2", "basic": ""} {
		if got, ok := c.Scheme(name); got.Name != want || ok != (want != "") {
			t.Errorf("Scheme(%q) = %q, %v", name, got.Name, ok)
		}
	}
	if _, ok := (operations.Connector{}).Scheme(""); ok {
		t.Error("a connector without auth has a scheme")
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"60": time.Minute, "0.5": 500 * time.Millisecond, "0": 0} {
		var s operations.Seconds
		if err := json.Unmarshal([]byte(text), &s); err != nil || s.Duration() != want {
			t.Errorf("%s reads as %v, %v", text, s.Duration(), err)
		}
		if encoded, err := json.Marshal(s); err != nil || string(encoded) != text {
			t.Errorf("%v is written %s, %v", want, encoded, err)
		}
	}
	var s operations.Seconds
	if err := json.Unmarshal([]byte(`"1m"`), &s); err == nil {
		t.Error("a string is taken for seconds")
	}
}
