package slacktest

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

const (
	maxBlocks      = 50
	maxBlockFaults = 10
)

// blocks gives the argument blocks, if it fits; nil if there are none.
//
// Source: https://docs.slack.dev/reference/block-kit/blocks
func (c *call) blocks() (any, error) {
	document, ok := c.document("blocks")
	list, isArray := document.([]any)
	switch {
	case ok && document == nil:
		return nil, nil
	case !ok || !isArray:
		return nil, refuse("invalid_blocks_format")
	case len(list) == 0:
		return nil, nil
	}
	check := &blockCheck{}
	if len(list) > maxBlocks {
		check.fault("/blocks", "no more than %d items allowed", maxBlocks)
	}
	kept := make([]any, len(list))
	for i, block := range list {
		kept[i] = check.block("/blocks/"+strconv.Itoa(i), block, c.blockID)
	}
	if check.faults != nil {
		return nil, refuseWith("invalid_blocks", check.faults...)
	}
	return kept, nil
}

// blockCheck notes what is wrong with blocks.
type blockCheck struct{ faults []string }

func (b *blockCheck) fault(at, format string, args ...any) {
	if len(b.faults) < maxBlockFaults {
		b.faults = append(b.faults, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
	}
}

// block checks one block and gives it an id if it has none.
func (b *blockCheck) block(at string, block any, id func() string) any {
	object := b.object(at, block)
	if object == nil {
		return nil
	}
	kind, isText := object["type"].(string)
	if !isText {
		b.fault(at, "missing required field: type")
		return nil
	}
	check, known := blockRules()[kind]
	if !known {
		b.fault(at+"/type", "unsupported type: %s", clip(kind))
		return nil
	}
	if given, found := object["block_id"]; found {
		b.bounded(at+"/block_id", given, 255)
	} else {
		object["block_id"] = id()
	}
	check(b, at, object)
	return object
}

func (b *blockCheck) object(at string, v any) record {
	object, ok := v.(record)
	if !ok {
		b.fault(at, "must be a valid object")
	}
	return object
}

// part gives a part of a block; a fault if it is not there.
func (b *blockCheck) part(at string, block record, name string) (any, bool) {
	part, found := block[name]
	if !found || part == nil {
		b.fault(at, "missing required field: %s", name)
		return nil, false
	}
	return part, true
}

// texted checks that there is a text as a part.
func (b *blockCheck) texted(at string, block record, name string, most int) {
	if part, found := b.part(at, block, name); found {
		b.bounded(at+"/"+name, part, most)
	}
}

func (b *blockCheck) bounded(at string, v any, most int) {
	text, isText := v.(string)
	switch {
	case !isText:
		b.fault(at, "must be a valid string")
	case text == "":
		b.fault(at, "must be more than 0 characters")
	case utf8.RuneCountInString(text) > most:
		b.fault(at, "must be less than %d characters", most+1)
	}
}

// text checks a text object of one of the kinds.
func (b *blockCheck) text(at string, v any, most int, kinds ...string) {
	object := b.object(at, v)
	if object == nil {
		return
	}
	if kind, _ := object["type"].(string); !slices.Contains(kinds, kind) {
		b.fault(at+"/type", "must be a valid enum value")
	}
	b.texted(at, object, "text", most)
}

// items checks that there is an array as a part, and each of its items.
func (b *blockCheck) items(at string, block record, name string, most int, check func(at string, item any)) {
	part, found := b.part(at, block, name)
	if !found {
		return
	}
	at += "/" + name
	list, isArray := part.([]any)
	switch {
	case !isArray:
		b.fault(at, "must be a valid array")
	case len(list) == 0:
		b.fault(at, "must be more than 0 items")
	case len(list) > most:
		b.fault(at, "no more than %d items allowed", most)
	default:
		for i, item := range list {
			check(at+"/"+strconv.Itoa(i), item)
		}
	}
}

// typed checks that something is an object that says what it is.
func (b *blockCheck) typed(at string, v any) {
	if object := b.object(at, v); object != nil {
		b.texted(at, object, "type", 255)
	}
}

// clip bounds what an answer repeats of a request.
func clip(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
