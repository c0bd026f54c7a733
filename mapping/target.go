package mapping

import (
	"fmt"
	"strings"
)

// Bounds of a target path.
const (
	maxTargetSteps = 16
	maxTargetIndex = 99
)

// targetStep is one step into the target: a member, an item by its place, or a further item.
type targetStep struct {
	name   string // of a member; "": an item
	index  int    // place of an item; targetAppend: a further one
	isItem bool
}

const targetAppend = -1

// targetWhole is the target path of the whole result.
const targetWhole = "@this"

// parseTarget reads a target path; none of its steps means the whole. The error is a fault's detail.
func parseTarget(text string) ([]targetStep, error) {
	switch {
	case text == targetWhole:
		return nil, nil
	case text == "":
		return nil, fmt.Errorf("is an empty path; @this is the whole result")
	case len(text) > MaxPathBytes:
		return nil, fmt.Errorf("is longer than %d bytes", MaxPathBytes)
	}
	var steps []targetStep
	for rest := text; ; {
		name, after, err := targetName(rest)
		if err != nil {
			return nil, err
		}
		steps = append(steps, targetStep{name: name})
		for strings.HasPrefix(after, "[") {
			var step targetStep
			if step, after, err = targetItem(after); err != nil {
				return nil, err
			}
			steps = append(steps, step)
		}
		if len(steps) > maxTargetSteps {
			return nil, fmt.Errorf("is more than %d steps deep", maxTargetSteps)
		}
		if after == "" {
			return steps, nil
		}
		if rest = strings.TrimPrefix(after, "."); rest == after {
			return nil, fmt.Errorf("needs a dot behind ]")
		}
	}
}

// targetName reads a name up to an unescaped dot or bracket.
func targetName(text string) (name, rest string, err error) {
	var b strings.Builder
	i := 0
	for ; i < len(text) && text[i] != '.' && text[i] != '['; i++ {
		if text[i] == '\\' {
			if i++; i == len(text) {
				return "", "", fmt.Errorf("ends in a backslash")
			}
		} else if strings.IndexByte("#*?|@", text[i]) >= 0 && i == 0 {
			return "", "", fmt.Errorf("has a name that begins with %c; a target names one place, and such a name is written \\%c", text[i], text[i])
		}
		b.WriteByte(text[i])
	}
	if b.Len() == 0 {
		return "", "", fmt.Errorf("has an empty name")
	}
	return b.String(), text[i:], nil
}

// targetItem reads "[]" or "[3]".
func targetItem(text string) (step targetStep, rest string, err error) {
	inner, rest, closed := strings.Cut(text[1:], "]")
	step = targetStep{index: targetAppend, isItem: true}
	switch {
	case !closed:
		return step, "", fmt.Errorf("has [ without ]")
	case inner == "" && rest != "":
		return step, "", fmt.Errorf("has [] before its end; to make items out of the items of a list, use each")
	case inner == "":
		return step, rest, nil
	case len(inner) > 2 || strings.Trim(inner, "0123456789") != "":
		return step, "", fmt.Errorf("has a place in [] that is not a number from 0 to %d", maxTargetIndex)
	}
	step.index = 0
	for _, digit := range inner {
		step.index = step.index*10 + int(digit-'0')
	}
	return step, rest, nil
}
