package gateway

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// maxPeek bounds, in bytes, the bodies that are looked at for the refusal of a token.
const maxPeek = 4 << 10

// rejected tells whether an answer means that the token is not or no longer valid. Only where it could be renewed is
// the connector asked; an answer of 401 says so in any case that has no hook.
func (c *client) rejected(response *http.Response) bool {
	hook := c.target.Connector.Rejected
	if hook == nil {
		return response.StatusCode == http.StatusUnauthorized
	}
	if c.gateway.refresher == nil || !c.hasTokens() {
		return false
	}
	return hook(response.StatusCode, response.Header, peek(response))
}

// peek reads a short JSON body, and leaves the answer as it was.
func peek(response *http.Response) []byte {
	mediaType, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
	if response.ContentLength > maxPeek || response.Body == http.NoBody || !strings.Contains(strings.ToLower(mediaType), "json") {
		return nil
	}
	seen, err := io.ReadAll(io.LimitReader(response.Body, maxPeek+1))
	rest := io.Reader(response.Body)
	if err != nil {
		rest = failed{err}
	}
	response.Body = peeked{io.MultiReader(bytes.NewReader(seen), rest), response.Body}
	if err != nil || len(seen) > maxPeek {
		return nil
	}
	return seen
}

// peeked is a body of which the beginning has been read already.
type peeked struct {
	io.Reader
	io.Closer
}

// failed is a reader that goes on failing as the body did.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
