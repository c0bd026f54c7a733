package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/oklog/ulid/v2"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// exchange is one request and its answer. Strings taken from it are copies: the server is set so that nothing
// aliases buffers that the next request will use.
type exchange struct {
	*fiber.Ctx
	id    string         // of the request
	key   store.Key      // of the caller; zero on routes that want none. Of a page, its id is that of its token
	grant *execute.Grant // of a page; nil: the caller has a key
	route *route         // nil until one has matched
	code  operations.Code

	drained bool // the body has been read to its end
	broken  bool // the body cannot be read to its end
}

type exchangeKey struct{}

// begin starts an exchange and makes it the request's.
func begin(c *fiber.Ctx) *exchange {
	x := &exchange{Ctx: c, id: requestID(c.Get(fiber.HeaderXRequestID))}
	x.Set(fiber.HeaderXRequestID, x.id)
	c.Locals(exchangeKey{}, x)
	return x
}

// exchangeOf finds the exchange that the outermost middleware began. Faults of the protocol itself never got that
// far; for those it begins one.
func exchangeOf(c *fiber.Ctx) *exchange {
	if x, ok := c.Locals(exchangeKey{}).(*exchange); ok {
		return x
	}
	return begin(c)
}

// requestID takes over the caller's id if it is fit for logs, else makes one.
func requestID(given string) string {
	const most = 64
	unfit := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.:", r)
	}
	if given == "" || len(given) > most || strings.ContainsFunc(given, unfit) {
		return "req_" + ulid.Make().String()
	}
	return given
}

// caller is who asks, in the executor's words.
func (x *exchange) caller() execute.Caller {
	return execute.Caller{Workspace: x.key.Workspace, Key: x.key.ID, Role: x.key.Role, Grant: x.grant}
}

// param is a parameter of the path, decoded.
func (x *exchange) param(name string) string {
	raw := x.Params(name)
	if decoded, err := url.PathUnescape(raw); err == nil {
		return decoded
	}
	return raw
}

func (x *exchange) send(a answer) error {
	x.Status(a.status)
	x.Set(fiber.HeaderContentType, a.contentType)
	x.Response().SetBodyRaw(a.body)
	return nil
}

func (x *exchange) json(status int, v any) error { return x.send(jsonAnswer(status, v)) }

// encode writes the hub's own types as JSON, without escaping what only HTML would want escaped. It cannot fail on
// them: raw parts have been checked by whoever made them.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Errorf("encoding %T: %w", v, err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// handler answers an exchange. Its context ends when the server has to stop, not when the client leaves.
type handler func(context.Context, *exchange) error
