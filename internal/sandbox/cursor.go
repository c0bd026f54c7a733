package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// maxCursor bounds, in bytes, the cursors that are read.
const maxCursor = 8 << 10

// errCursor says that a cursor was not made here.
var errCursor = errors.New("the cursor is not one that this service gave")

// Cursors makes opaque page cursors and reads them back. One that was changed on the way is refused.
type Cursors struct {
	Kind string // what the cursors are for; those of another kind are refused
}

// Seal makes a cursor of a position. The position must be something that encoding/json can write.
func (c Cursors) Seal(position any) (string, error) {
	body, err := json.Marshal(position)
	if err != nil {
		return "", fmt.Errorf("sealing a cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(c.mark(body), body...)), nil
}

// Open reads a cursor into position.
func (c Cursors) Open(cursor string, position any) error {
	if len(cursor) > maxCursor {
		return errCursor
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(data) < markSize || !hmac.Equal(data[:markSize], c.mark(data[markSize:])) {
		return errCursor
	}
	if err := json.Unmarshal(data[markSize:], position); err != nil {
		return errCursor
	}
	return nil
}

const markSize = 12

// mark is a check sum of a cursor. Its key is no secret: a sandbox guards against mistakes, not against forgers.
func (c Cursors) mark(body []byte) []byte {
	sum := hmac.New(sha256.New, []byte("patchbay sandbox cursor "+c.Kind))
	sum.Write(body)
	return sum.Sum(nil)[:markSize]
}
