package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

// block is one part of a message: https://docs.slack.dev/reference/block-kit/blocks.
type block = map[string]json.RawMessage

// blockTypes are the kinds of block that a message may be sent with.
func blockTypes() []slack.MessageBlockType {
	return []slack.MessageBlockType{
		slack.MBTAction, slack.MBTAlert, slack.MBTCard, slack.MBTCarousel, slack.MBTContainer, slack.MBTContext, slack.MBTContextActions,
		slack.MBTDataTable, slack.MBTDataVisualization, slack.MBTDivider, slack.MBTFile, slack.MBTHeader, slack.MBTImage, slack.MBTInput,
		slack.MBTMarkdown, slack.MBTPlan, slack.MBTRichText, slack.MBTSection, slack.MBTTable, slack.MBTTaskCard, slack.MBTVideo,
	}
}

// readBlocks makes the library's blocks of an input's, byte for byte, or says everything that is wrong with their types. What
// is inside is Slack's to judge.
func readBlocks(blocks []block) ([]slack.Block, error) {
	made := make([]slack.Block, 0, len(blocks))
	var found []operations.InputFault
	for i, b := range blocks {
		if wrong := typeFault(b["type"]); wrong != "" {
			found = append(found, operations.InputFault{Pointer: fmt.Sprintf("/blocks/%d/type", i), Detail: wrong})
			continue
		}
		whole, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("encoding a block: %w", err)
		}
		one, err := slack.BlockFromJSON(string(whole))
		if err != nil {
			found = append(found, operations.InputFault{Pointer: fmt.Sprintf("/blocks/%d", i), Detail: "is not a block: its block_id must be a text"})
			continue
		}
		made = append(made, one)
	}
	if len(found) > 0 {
		return nil, invalid(found...)
	}
	return made, nil
}

func typeFault(raw json.RawMessage) string {
	var name slack.MessageBlockType
	switch err := json.Unmarshal(raw, &name); {
	case len(raw) == 0:
		return "is required"
	case err != nil || string(raw) == "null":
		return "must be a text"
	case slices.Contains(blockTypes(), name):
		return ""
	}
	var names []string
	for _, known := range blockTypes() {
		names = append(names, string(known))
	}
	detail := "is not a kind of block that a message may have"
	if near := operations.Nearest(string(name), names); len(near) > 0 {
		return detail + "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return detail + ": " + strings.Join(names, ", ")
}

// invalid is the error of an input that the schema has let pass.
func invalid(faults ...operations.InputFault) *operations.Error {
	return &operations.Error{
		Code: operations.CodeInvalidInput, Detail: "the input does not fit the operation: " + faults[0].Pointer + " " + faults[0].Detail, Faults: faults,
	}
}
