package slack

import (
	"time"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// Bounds of a drop-down: items of a page, which is the most that Slack allows; pages, which is what Slack allows in a minute;
// and how long a large workspace may take.
const (
	listPage = 999
	maxPages = 20
	listTime = time.Minute
)

func lists() []operations.Operation {
	return []operations.Operation{
		listChannelsDDL(), listUsersDDL(), listUsersAndConversationsDDL(), listUserGroupsDDL(), listEmojisDDL(), listChannelMembersDDL(),
	}
}

// ddlInput is the input of a drop-down that takes nothing of its own.
type ddlInput struct{ ddl.Input }

// pages calls page with one cursor after the other, until there is none or the bound is reached.
func pages(call *operations.Call, page func(cursor string) (next string, err error)) (truncated bool, err error) {
	cursor := ""
	for range maxPages {
		next, err := page(cursor)
		switch {
		case err != nil || next == "":
			return false, err
		case next == cursor:
			call.Warn("Slack gave the same cursor twice; the list ends here")
			return true, nil
		}
		cursor = next
	}
	return true, nil
}
