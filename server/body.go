package server

import (
	"errors"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/operations"
)

const (
	maxBody   = 8 << 20  // bytes of a request's body
	maxImport = 40 << 20 // bytes of the body of an import: a document of 20 MiB as a JSON string, and an overlay
	maxHeader = 16 << 10 // bytes of a request's headers
	maxDrain  = 64 << 20 // bytes read and thrown away so that a client that is still sending hears the answer
)

// readBody reads the request's JSON body. It is the exchange's own: it may be kept after the answer.
//
// The server hands out bodies as streams, so nothing is held in memory for a caller who is refused anyway. Whoever
// leaves a rest unread must see to it that it is never taken for the next request: that is finishBody.
func (x *exchange) readBody() ([]byte, error) { return x.readBodyOf(maxBody) }

func (x *exchange) readBodyOf(most int) ([]byte, error) {
	if err := x.checkContentType(); err != nil {
		return nil, err
	}
	length := x.Request().Header.ContentLength()
	if length > most {
		return nil, tooLarge(most)
	}
	stream := x.Context().RequestBodyStream()
	if stream == nil || length == 0 {
		return nil, operations.Errorf(operations.CodeMalformedRequest, "the request has no body; send a JSON object")
	}
	body, err := readAll(stream, length, most)
	if err != nil {
		x.broken = true
		return nil, &operations.Error{
			Code: operations.CodeMalformedRequest, Detail: "the body ended too early, came too slowly or is badly framed", Err: err,
		}
	}
	if len(body) > most {
		return nil, tooLarge(most)
	}
	x.drained = true
	return body, nil
}

func tooLarge(most int) *operations.Error {
	return operations.Errorf(operations.CodeTooLarge, "the body is larger than %d bytes", most)
}

// readAll is io.ReadAll with a first guess at the size that a hostile Content-Length cannot drive far. It stops when it has
// more than most bytes.
func readAll(r io.Reader, length, most int) ([]byte, error) {
	first := 512
	if length > 0 {
		first = min(length, 64<<10) + 1
	}
	body := make([]byte, 0, first)
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if len(body) > most {
			return body, nil
		}
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return body, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

func (x *exchange) checkContentType() error { return x.wantContentType(fiber.MIMEApplicationJSON) }

// wantContentType refuses a body of another type than one of those, and one that is compressed.
func (x *exchange) wantContentType(types ...string) error {
	coding := x.Request().Header.Peek(fiber.HeaderContentEncoding)
	if len(coding) == 0 && string(x.Request().Header.ContentType()) == types[0] {
		return nil
	}
	header := x.Get(fiber.HeaderContentType)
	media, params, err := mime.ParseMediaType(header)
	charset := params["charset"]
	if err != nil || !slices.Contains(types, media) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return operations.Errorf(operations.CodeUnsupportedMediaType, "send the body as Content-Type: %s", types[0])
	}
	if len(coding) > 0 && string(coding) != "identity" {
		return operations.Errorf(operations.CodeUnsupportedMediaType, "send the body without Content-Encoding")
	}
	return nil
}

// finishBody throws away what nobody has read of the body, up to a bound, and ends the connection if there is still more.
func (x *exchange) finishBody() {
	stream := x.Context().RequestBodyStream()
	if stream == nil || x.drained {
		return
	}
	if x.broken || !drain(stream) {
		x.Response().SetConnectionClose()
	}
}

func drain(stream io.Reader) bool {
	n, err := io.Copy(io.Discard, io.LimitReader(stream, maxDrain+1))
	return err == nil && n <= maxDrain
}
