package slacktest

import (
	"encoding/base64"
	"strings"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// maxPage is how much a page holds at most.
const maxPage = 1000

var cursors = sandbox.Cursors{Kind: "slack"}

// position is what a cursor stands for: the next thing of a list.
type position struct {
	List string `json:"l"`
	Next string `json:"n"`
}

// limit is how much a page is to hold.
func (c *call) limit(usual int) (int, error) {
	limit, ok := c.number("limit", 0)
	switch {
	case !ok || limit < 0 || limit > maxPage:
		return 0, refuse("invalid_limit")
	case limit == 0:
		return usual, nil
	default:
		return int(limit), nil
	}
}

// whichList is what a cursor belongs to.
func (c *call) whichList() string { return c.method + " " + c.text("channel") }

// next makes a cursor. As the service's own do, it ends in "=", so that a caller has to encode it.
func (c *call) next(id string) (string, error) {
	sealed, err := cursors.Seal(position{List: c.whichList(), Next: id})
	if err != nil {
		return "", err
	}
	begin := "next:"
	if (len(begin)+len(sealed))%3 == 0 {
		begin = "after:"
	}
	return base64.StdEncoding.EncodeToString([]byte(begin + sealed)), nil
}

// begin is with what a page begins: "" is the first of the list.
func (c *call) begin() (string, error) {
	text := c.text("cursor")
	if text == "" {
		return "", nil
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	_, sealed, found := strings.Cut(string(decoded), ":")
	if err != nil || !found {
		return "", refuse("invalid_cursor")
	}
	var p position
	if err := cursors.Open(sealed, &p); err != nil || p.List != c.whichList() {
		return "", refuse("invalid_cursor")
	}
	return p.Next, nil
}

// paged cuts a page out of a list and gives the cursor of the next one, "" behind the last.
func paged[T any](c *call, all []T, limit int, id func(T) string) (page []T, next string, err error) {
	begin, err := c.begin()
	if err != nil {
		return nil, "", err
	}
	from := 0
	for begin != "" && from < len(all) && id(all[from]) != begin {
		from++
	}
	if begin != "" && from == len(all) {
		return nil, "", refuse("invalid_cursor")
	}
	to := min(from+limit, len(all))
	if to < len(all) {
		next, err = c.next(id(all[to]))
	}
	return all[from:to], next, err
}

// metadata is what lists end with.
func metadata(next string) record { return record{"next_cursor": next} }

func itself(text string) string { return text }
