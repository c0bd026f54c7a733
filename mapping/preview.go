package mapping

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/operations"
)

// MaxPreviews bounds how many source documents one preview takes.
const MaxPreviews = 50

// PreviewItem is what a mapping makes of one source document.
type PreviewItem struct {
	Output json.RawMessage   `json:"output,omitempty"` // with an error of invalid_input, what could be mapped
	Steps  []Step            `json:"steps"`
	Error  *operations.Error `json:"-"` // nil: it was mapped
}

// Preview maps source documents and shows step by step what each rule took in and gave. One that cannot be mapped does not hold up the
// others; each question of a lookup is asked once. Errors: too_large for more than MaxPreviews documents, and the
// context's; what is wrong with a document stands in its item.
func Preview(ctx context.Context, m *Mapping, sources []json.RawMessage, lookups Lookups) ([]PreviewItem, error) {
	if len(sources) > MaxPreviews {
		return nil, operations.Errorf(operations.CodeTooLarge, "a preview takes at most %d documents", MaxPreviews)
	}
	if lookups != nil {
		lookups = newMemo(lookups)
	}
	items := make([]PreviewItem, 0, len(sources))
	for _, source := range sources {
		out, steps, err := m.run(ctx, nil, string(source), lookups, &trace{})
		if ctx.Err() != nil {
			return items, fmt.Errorf("previewing a mapping: %w", ctx.Err())
		}
		item := PreviewItem{Output: out, Steps: slices.Clip(steps)}
		if err != nil {
			item.Error = operations.AsError(err)
		}
		items = append(items, item)
	}
	return items, nil
}
