package operations

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// MaxDepth bounds how deep arrays and objects of an input may nest.
const MaxDepth = 64

// Decode reads one JSON document with numbers as json.Number. It refuses what nests deeper than MaxDepth before
// any parser sees it, and numbers too long to reckon with.
func Decode(data []byte) (any, error) {
	document, _, err := decode(data)
	return document, err
}

// DecodeInput is Decode for what a caller sends: it also refuses an object that names a key twice, since whoever
// reads the document next may take the other of the two.
func DecodeInput(data []byte) (any, error) {
	document, members, err := decode(data)
	if err != nil {
		return nil, err
	}
	if members != colons(data) {
		return nil, Errorf(CodeMalformedRequest, "the JSON names a key of an object twice")
	}
	return document, nil
}

// Canonical writes a document in the one form that all ways to write it share: keys sorted, no white space. What
// cannot be decoded stays as it is.
func Canonical(data []byte) []byte {
	document, err := Decode(data)
	if err != nil {
		return data
	}
	canonical, err := json.Marshal(document)
	if err != nil {
		return data
	}
	return canonical
}

func decode(data []byte) (document any, members int, err error) {
	if d := Depth(data); d > MaxDepth {
		return nil, 0, Errorf(CodeMalformedRequest, "the JSON nests more than %d levels deep", MaxDepth)
	}
	document, err = jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, 0, Errorf(CodeMalformedRequest, "the JSON cannot be read: %w", err)
	}
	members, sane := survey(document)
	if !sane {
		return nil, 0, Errorf(CodeMalformedRequest, "the JSON holds a number with too many digits or too large an exponent")
	}
	return document, members, nil
}

// survey counts the members of all objects, and tells whether every number can be reckoned with.
func survey(v any) (members int, sane bool) {
	sane = true
	switch v := v.(type) {
	case json.Number:
		return 0, saneNumber(string(v))
	case []any:
		for _, item := range v {
			n, ok := survey(item)
			members, sane = members+n, sane && ok
		}
	case map[string]any:
		members = len(v)
		for _, value := range v {
			n, ok := survey(value)
			members, sane = members+n, sane && ok
		}
	}
	return members, sane
}

// saneNumber bounds a number to 512 characters and an exponent of three digits. Beyond, comparing it with a
// schema's bounds takes seconds, or makes the validator panic.
func saneNumber(number string) bool {
	if len(number) > 512 {
		return false
	}
	i := strings.IndexAny(number, "eE")
	return i < 0 || len(strings.TrimLeft(number[i+1:], "+-0")) <= 3
}

// Depth measures the nesting of brackets outside strings, up to just beyond MaxDepth. data need not be valid.
func Depth(data []byte) int {
	deepest, level := 0, 0
	inString := false
	for i := 0; i < len(data) && deepest <= MaxDepth; i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}

// colons counts the colons outside strings of valid JSON: as many as there are members of objects.
func colons(data []byte) int {
	count := 0
	inString := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case c == ':' && !inString:
			count++
		}
	}
	return count
}
