package mapping

import (
	"bytes"
	"encoding/json"
)

// Rule writes one place of the target. It has exactly one of the kinds: one of an Expression, or Each. Of several rules
// for one place the first that has a value writes it, and a rule for a list (labels[]) adds to it.
type Rule struct {
	// Target is where the value goes: names with dots between, "assignee.name". "labels[]" adds to a list, the items of a
	// list one by one. "filters[0].field" writes into an item by its place. A dot or bracket that belongs to a name is written \. or \[.
	// "@this" is the whole result, or, within Each, the whole item.
	Target string     `json:"target"`
	Note   string     `json:"note,omitempty"` // for people
	When   *Condition `json:"when,omitempty"`
	Expression
	Each *Each `json:"each,omitempty"`
}

// Expression says where a value comes from and what is done to it. Exactly one of the fields but Transforms is set.
type Expression struct {
	// Source is a gjson path into the source document: "attributes.emails.0". See docs/mapping.md for what is left out. Within Each paths begin
	// at the item; "$.name" begins at the source document itself.
	Source string `json:"source,omitempty"`
	// Value is the value itself.
	Value json.RawMessage `json:"value,omitempty"`
	// Template is text with {{path}} or {{path | transform | transform}} in it; "{{{{" writes "{{".
	Template string  `json:"template,omitempty"`
	Lookup   *Lookup `json:"lookup,omitempty"`
	Switch   *Switch `json:"switch,omitempty"`
	Concat   *Concat `json:"concat,omitempty"`
	// FirstOf gives the first of its parts that is neither missing nor null nor empty text; if none is, what the last gives.
	FirstOf    []Part      `json:"first_of,omitempty"`
	Transforms []Transform `json:"transforms,omitempty"`
}

// Part is an expression within another. A JSON string stands for {"source": "…"}.
type Part struct{ Expression }

// Lookup finds the value of the option that a text names in a dynamic list. A list of texts gives a list of values.
type Lookup struct {
	Operation  string          `json:"operation"`            // "outreach.list_stages_ddl"
	Credential string          `json:"credential,omitempty"` // id of the credential that the list is read with
	From       Part            `json:"from"`                 // the text
	Input      map[string]Part `json:"input,omitempty"`      // further inputs of the list
	Miss
}

// Switch gives a value for a value: a table. A list gives a list.
type Switch struct {
	On         Part                       `json:"on"`
	Cases      map[string]json.RawMessage `json:"cases"` // text of what On gives (number and boolean as JSON writes them) → value
	IgnoreCase bool                       `json:"ignore_case,omitempty"`
	Miss
}

// Miss says what a Lookup or Switch gives that finds nothing: Default if that is set, otherwise what OnMiss says. Where
// there is nothing to look for (missing, null), Default is given too; without it missing stays missing and null stays null.
type Miss struct {
	Default json.RawMessage `json:"default,omitempty"`
	OnMiss  string          `json:"on_miss,omitempty"` // OnMissError (the default), OnMissNull or OnMissMissing
}

// What is given where nothing is found.
const (
	OnMissError   = "error"
	OnMissNull    = "null"
	OnMissMissing = "missing"
)

// Concat joins texts. Parts that are missing, null or empty are left out with their separator; the items of a list count
// as parts. If all are left out, the value is missing.
type Concat struct {
	Parts     []Part `json:"parts"`
	Separator string `json:"separator,omitempty"`
}

// Each maps every item of a list by rules of its own; the results are the list. What is no list counts as a list of one.
// An item for which no rule has a value is left out.
type Each struct {
	Over  string     `json:"over"` // path of the list
	Where *Condition `json:"where,omitempty"`
	Rules []Rule     `json:"rules"`
}

// Condition tells whether a rule applies. It has Source and exactly one of Exists, Empty, Equals and In; or exactly one
// of All, Any and Not.
type Condition struct {
	Source string            `json:"source,omitempty"`
	Exists *bool             `json:"exists,omitempty"` // there, be it null
	Empty  *bool             `json:"empty,omitempty"`  // missing, null, "", [] or {}
	Equals json.RawMessage   `json:"equals,omitempty"` // a text, number, boolean or null; "1" is not 1, 1.0 is
	In     []json.RawMessage `json:"in,omitempty"`     // equals one of these
	All    []Condition       `json:"all,omitempty"`
	Any    []Condition       `json:"any,omitempty"`
	Not    *Condition        `json:"not,omitempty"`
}

// The kinds of an Expression or Rule, as the field that is set is called in JSON.
const (
	KindSource   = "source"
	KindValue    = "value"
	KindTemplate = "template"
	KindLookup   = "lookup"
	KindSwitch   = "switch"
	KindConcat   = "concat"
	KindFirstOf  = "first_of"
	KindEach     = "each"
)

// Kinds lists the kinds that are set: exactly one in a sound expression.
func (e Expression) Kinds() []string {
	var kinds []string
	for _, k := range [...]struct {
		name string
		set  bool
	}{
		{KindSource, e.Source != ""}, {KindValue, e.Value != nil}, {KindTemplate, e.Template != ""}, {KindLookup, e.Lookup != nil},
		{KindSwitch, e.Switch != nil}, {KindConcat, e.Concat != nil}, {KindFirstOf, e.FirstOf != nil},
	} {
		if k.set {
			kinds = append(kinds, k.name)
		}
	}
	return kinds
}

// Kinds lists the kinds that are set, Each among them: exactly one in a sound rule.
func (r Rule) Kinds() []string {
	kinds := r.Expression.Kinds()
	if r.Each != nil {
		kinds = append(kinds, KindEach)
	}
	return kinds
}

// UnmarshalJSON reads an expression, or a string that is the path of a source.
func (p *Part) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte{'"'}) {
		p.Expression = Expression{}
		return json.Unmarshal(data, &p.Source)
	}
	return json.Unmarshal(data, &p.Expression)
}

// MarshalJSON writes a part that is nothing but a path as a string.
func (p Part) MarshalJSON() ([]byte, error) {
	if kinds := p.Kinds(); len(kinds) == 1 && kinds[0] == KindSource && len(p.Transforms) == 0 {
		return json.Marshal(p.Source)
	}
	return json.Marshal(p.Expression)
}
