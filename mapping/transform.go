package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Transform is one step that is done to a value, out of the closed set of Transforms. In JSON it is its name, "trim", or
// an object with its name and argument: {"truncate": 80}, {"truncate": {"length": 80, "ellipsis": "…"}}.
type Transform struct {
	Name     string
	Argument json.RawMessage // nil: none; an object of named arguments, or the value of the bare one
}

// UnmarshalJSON reads both forms.
func (t *Transform) UnmarshalJSON(data []byte) error {
	*t = Transform{}
	if bytes.HasPrefix(data, []byte{'"'}) {
		return json.Unmarshal(data, &t.Name)
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	if len(named) != 1 {
		return fmt.Errorf("a transform is its name, or an object with one name")
	}
	for name, argument := range named {
		t.Name, t.Argument = name, argument
	}
	return nil
}

// MarshalJSON writes the name alone where there is no argument.
func (t Transform) MarshalJSON() ([]byte, error) {
	if t.Argument == nil {
		return json.Marshal(t.Name)
	}
	return json.Marshal(map[string]json.RawMessage{t.Name: t.Argument})
}

// TransformInfo is what is fixed about a transform.
type TransformInfo struct {
	Name    string
	Summary string // what it does, to stand after "it": "removes white space at both ends"
	On      On
	Result  string // JSON type of what it gives: "string", "number", "integer", "boolean", "array"; "": that of what it takes
	Bare    string // the argument that a value alone stands for; "": it takes none, or only named ones
	Args    []ArgInfo
}

// On says what a transform works on.
type On string

// What transforms work on. Missing and null go through all of them untouched, but for OnAny.
const (
	OnValue On = "value" // a single value; of a list, each item
	OnList  On = "list"  // a list as a whole; what is none counts as a list of one
	OnSpan  On = "span"  // a list as a whole, or a text as a whole
	OnAny   On = "any"   // whatever there is, missing and null too
)

// ArgInfo is one argument of a transform.
type ArgInfo struct {
	Name     string
	Type     string // "string", "integer", "array" (of strings), "any"
	Summary  string
	Required bool
}

// Transforms lists the closed set, in the order in which the docs have it.
func Transforms() []TransformInfo {
	return slices.Concat(textTransforms(), valueTransforms(), listTransforms(), blankTransforms())
}

func textTransforms() []TransformInfo {
	return []TransformInfo{
		{Name: "trim", Summary: "removes white space at both ends", On: OnValue, Result: "string"},
		{Name: "lower", Summary: "makes letters small", On: OnValue, Result: "string"},
		{Name: "upper", Summary: "makes letters capital", On: OnValue, Result: "string"},
		{Name: "title", Summary: "makes the first letter of each word capital, the others small", On: OnValue, Result: "string"},
		{Name: "truncate", Summary: "cuts a text to a number of characters", On: OnValue, Result: "string", Bare: "length", Args: []ArgInfo{
			{"length", "integer", "most characters of the result, the ellipsis among them", true},
			{"ellipsis", "string", "what the end of a text that was cut becomes; nothing, if not given", false},
		}},
		{Name: "replace", Summary: "puts one text for every occurrence of another", On: OnValue, Result: "string", Args: []ArgInfo{
			{"old", "string", "the text to look for, as it stands", true},
			{"new", "string", "what stands there instead", true},
		}},
		{Name: "split", Summary: "makes a list of a text; white space around the pieces goes, and so do empty pieces", On: OnValue, Result: "array", Bare: "separator", Args: []ArgInfo{
			{"separator", "string", "what stands between the pieces", true},
		}},
		{Name: "email", Summary: "makes an email address plain and small, out of \"Jane <Jane@X.com>\" or mailto: too; anything else is a fault", On: OnValue, Result: "string"},
		{Name: "phone", Summary: "makes a phone number E.164 (+4520123456); what cannot be one is a fault", On: OnValue, Result: "string", Bare: "region", Args: []ArgInfo{
			{"region", "string", "country of numbers without a country code, as DK; without it such a number is a fault", false},
		}},
		{Name: "hash", Summary: "gives the SHA-256 of a text, in hex", On: OnValue, Result: "string"},
		{Name: "html_to_text", Summary: "takes the text out of HTML, with line breaks where blocks end", On: OnValue, Result: "string"},
		{Name: "text", Summary: "makes a text of a number or boolean", On: OnValue, Result: "string"},
	}
}

func valueTransforms() []TransformInfo {
	return []TransformInfo{
		{Name: "number", Summary: "reads a number out of a text, with separators between thousands", On: OnValue, Result: "number", Bare: "decimal", Args: []ArgInfo{
			{"decimal", "string", "decimal separator, . or , (a point, if not given)", false},
		}},
		{Name: "integer", Summary: "reads a whole number; one with a fraction is a fault", On: OnValue, Result: "integer"},
		{Name: "round", Summary: "rounds a number, halves away from zero", On: OnValue, Result: "number", Bare: "digits", Args: []ArgInfo{
			{"digits", "integer", "digits after the point; 0, if not given", false},
		}},
		{Name: "boolean", Summary: "reads yes, no, true, false, on, off, 1, 0 and the like", On: OnValue, Result: "boolean", Args: []ArgInfo{
			{"true", "array", "the words that mean true, instead of the usual ones", false},
			{"false", "array", "the words that mean false, instead of the usual ones", false},
		}},
		{Name: "date", Summary: "reads a point in time in one form and writes it in another", On: OnValue, Result: "string", Bare: "to", Args: []ArgInfo{
			{"from", "string", "form that it is read in; auto, if not given", false},
			{"from_zone", "string", "time zone of times that name none, as Europe/Copenhagen; UTC, if not given", false},
			{"to", "string", "form that it is written in; rfc3339, if not given", false},
			{"to_zone", "string", "time zone that it is written in; the one it was read in, if not given", false},
		}},
	}
}

func listTransforms() []TransformInfo {
	return []TransformInfo{
		{Name: "join", Summary: "makes one text of a list; null and empty items are left out", On: OnList, Result: "string", Bare: "separator", Args: []ArgInfo{
			{"separator", "string", "what stands between the items; comma and space, if not given", false},
		}},
		{Name: "first", Summary: "takes the first item; of an empty list, missing", On: OnList},
		{Name: "last", Summary: "takes the last item; of an empty list, missing", On: OnList},
		{Name: "unique", Summary: "leaves out items that came before", On: OnList, Result: "array"},
		{Name: "flatten", Summary: "puts the items of lists within the list in their place", On: OnList, Result: "array"},
		{Name: "compact", Summary: "leaves out items that are null or empty text", On: OnList, Result: "array"},
		{Name: "length", Summary: "counts items, or the characters of a text", On: OnSpan, Result: "integer"},
		{Name: "slice", Summary: "takes a stretch of a list, or of the characters of a text", On: OnSpan, Args: []ArgInfo{
			{"from", "integer", "place to begin at, from 0; below 0 counts from the end", false},
			{"to", "integer", "place to stop before; below 0 counts from the end; the end, if not given", false},
		}},
	}
}

func blankTransforms() []TransformInfo {
	return []TransformInfo{
		{Name: "default", Summary: "gives a value for missing, null and empty text", On: OnAny, Bare: "value", Args: []ArgInfo{
			{"value", "any", "the value", true},
		}},
		{Name: "required", Summary: "makes missing, null and empty text a fault", On: OnAny},
	}
}
