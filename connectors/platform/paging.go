package platform

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

// paging is what every list takes. Embed it in the input of one.
type paging struct {
	Limit  int    `json:"limit,omitempty" doc:"Records on a page." default:"20" minimum:"1" maximum:"100"`
	Page   int    `json:"page,omitempty" doc:"Which page, from 1, within the first 10,000 records. Beyond, and wherever records come and go meanwhile, use cursor." minimum:"1" maximum:"10000"`
	Cursor string `json:"cursor,omitempty" doc:"The nextCursor of an earlier answer to the same question." maxLength:"1024"`
}

// pageInfo is what every list gives beside its records. Embed it in the output of one.
type pageInfo struct {
	Total        int    `json:"total" doc:"How many records there are in all, as far as they were counted: up to 1,000, among the first that were looked at."`
	TotalIsExact bool   `json:"totalIsExact" doc:"false: there are more than were counted."`
	NextCursor   string `json:"nextCursor,omitempty" doc:"Gives the next page as cursor; not there on the last one. A page may be short, or empty, and yet have a next."`
}

const (
	countBound = 1000   // up to which a total is exact
	maxOffset  = 10_000 // records that a page number may skip
)

// pagingSpec is the Paging of a list whose records lie at items.
func pagingSpec(items string) *operations.Paging {
	return &operations.Paging{
		CursorInput: "cursor", SizeInput: "limit", CursorOutput: "nextCursor", Items: items, MaxPages: 100, MaxSize: 100,
	}
}

// offset is how many records the page number skips.
func (p paging) offset() (int, error) {
	skip := (max(p.Page, 1) - 1) * p.Limit
	switch {
	case skip > 0 && p.Cursor != "":
		return 0, refuse("/page", "cannot be given beside cursor")
	case skip+p.Limit > maxOffset:
		return 0, refuse("/page", "lies beyond the first %d records; go on with cursor", maxOffset)
	}
	return skip, nil
}

// position is where a page ends: what its last record is sorted by, and the record's key. It keeps the total of the
// first page, so that it is counted once.
type position struct {
	Value json.RawMessage `json:"v,omitempty"`
	Key   int64           `json:"k"`
	Total int             `json:"n"`
	Exact bool            `json:"x"`
}

const sumBytes = 12

// seal makes a cursor of a position. It holds a checksum over the workspace and the question too, so that it serves
// for nothing else. There is no secret in it, and none is needed: whatever it says, a list shows the workspace's only.
func (s *session) seal(question string, p position) (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("making a cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(s.sum(question, text), text...)), nil
}

// unseal reads a cursor. One that seal did not make for the same question is invalid_input.
func (s *session) unseal(question, cursor string) (position, error) {
	var p position
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(sealed) < sumBytes {
		return p, refuse("/cursor", "is not the nextCursor of an earlier answer")
	}
	text := sealed[sumBytes:]
	if subtle.ConstantTimeCompare(s.sum(question, text), sealed[:sumBytes]) == 0 {
		return p, refuse("/cursor", "is not the nextCursor of an earlier answer to this question; ask again without it")
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return p, refuse("/cursor", "is not the nextCursor of an earlier answer")
	}
	return p, nil
}

func (s *session) sum(question string, text []byte) []byte {
	whole := sha256.Sum256(fmt.Appendf(nil, "%q %q %s", s.call.Workspace, question, text))
	return whole[:sumBytes]
}

// question names a list and what is asked of it, without the page.
func (s *session) question(list string) string {
	input := []byte(s.call.Input)
	for _, field := range []string{"cursor", "page", "limit"} {
		if without, err := sjson.DeleteBytes(input, field); err == nil {
			input = without
		}
	}
	return list + " " + string(operations.Canonical(input))
}
