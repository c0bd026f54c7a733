package mapping

import (
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestSelect(t *testing.T) {
	t.Parallel()
	const document = ` {"data":{"items":[{"id":1},{"id":2}]},"text":"[5] {\"id\":9}","texts":["{\"id\":9}",{"id":3}],"nil":null} `
	tests := map[string]string{
		"data.items":      `[{"id":1},{"id":2}]`,
		"data.items.#.id": `[1,2]`,
		"nil":             `null`,
		"none":            ``,
		"text|0":          ``, // what looks like JSON in a text is text
		"text.id":         ``,
		"text.@keys":      ``,
		"texts.#.id":      `[3]`,
		"texts.0|id":      ``,
		"@this.nil":       `null`,
	}
	for path, want := range tests {
		if got, err := Select([]byte(document), path); err != nil || string(got) != want {
			t.Errorf("%s: %s (%v), want %s", path, got, err, want)
		}
	}
	for document, path := range map[string]string{`{}`: "@pretty", `{`: "a"} {
		if _, err := Select([]byte(document), path); err == nil || operations.AsError(err).Code == operations.CodeInternal {
			t.Errorf("%s in %s: %v", path, document, err)
		}
	}
}
