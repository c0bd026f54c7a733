package outreachtest

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// sortKey is a value in a form that can be compared. Its fields are short, as cursors hold them.
type sortKey struct {
	Null   bool    `json:"n,omitempty"`
	Number float64 `json:"f,omitempty"`
	Text   string  `json:"t,omitempty"`
}

const maxKey = 200

// compareKeys puts what is missing last.
func compareKeys(a, b sortKey) int {
	switch {
	case a.Null != b.Null && a.Null:
		return 1
	case a.Null != b.Null:
		return -1
	}
	return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Text, b.Text))
}

// keyOf brings a value of an attribute type into comparable form.
func keyOf(kind string, value any) sortKey {
	switch v := value.(type) {
	case nil:
		return sortKey{Null: true}
	case bool:
		return keyOfBool(v)
	case int64:
		return sortKey{Number: float64(v)}
	case json.Number:
		f, err := v.Float64()
		return sortKey{Number: f, Null: err != nil}
	case []any:
		if len(v) == 0 {
			return sortKey{Null: true}
		}
		return keyOf("string", v[0])
	case string:
		return keyOfText(kind, v)
	default:
		return sortKey{Null: true}
	}
}

func keyOfBool(v bool) sortKey {
	if v {
		return sortKey{Number: 1}
	}
	return sortKey{}
}

func keyOfText(kind, text string) sortKey {
	if kind == "date-time" || kind == "date" {
		if t, ok := parseTime(text); ok {
			return sortKey{Text: t.UTC().Format("2006-01-02T15:04:05.000000000")}
		}
	}
	text = strings.ToLower(text)
	if len(text) > maxKey {
		text = strings.ToValidUTF8(text[:maxKey], "")
	}
	return sortKey{Text: text}
}

// parse reads what a query says of an attribute of a type. ok is false if it cannot be one.
func parse(kind, text string) (key sortKey, ok bool) {
	switch kind {
	case "integer", "number":
		f, err := strconv.ParseFloat(text, 64)
		return sortKey{Number: f}, err == nil && f == f
	case "boolean":
		b, err := strconv.ParseBool(text)
		return keyOfBool(b), err == nil
	case "date-time", "date":
		_, ok := parseTime(text)
		return keyOfText(kind, text), ok
	default:
		return keyOfText(kind, text), true
	}
}

// parseTime reads a date or a time. One without a zone is UTC.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, t.Year() >= 0 && t.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// stamp is a time as the service writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
