package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// exchange is one request and its answer. Strings taken from it are copies; those of Fiber alias buffers that the next
// request will use, so nothing but the exchange asks it.
type exchange struct {
	fiber *fiber.Ctx
	http  *fasthttp.RequestCtx
	conn  *connection // nil: no network
	start time.Time

	id    string         // of the request
	key   store.Key      // of the caller; zero on routes that want none. Of a page, its id is that of its token
	grant *execute.Grant // of a page; nil: the caller has a key
	route *route         // nil until one has matched
	code  operations.Code

	drained bool // the body has been read to its end
	broken  bool // the body cannot be read to its end
}

// begin starts an exchange.
func (s *Server) begin(c *fiber.Ctx, r *route) *exchange {
	x := &exchange{fiber: c, http: c.Context(), start: time.Now(), route: r}
	x.conn, _ = x.http.Conn().(*connection)
	x.id = requestID(x.peek(fiber.HeaderXRequestID), x.start)
	x.http.Response.Header.SetCanonical([]byte("X-Request-Id"), []byte(x.id))
	return x
}

// Context is the exchange as the HTTP server has it. What is taken from it must be copied to be kept.
func (x *exchange) Context() *fasthttp.RequestCtx { return x.http }

// Request is the request.
func (x *exchange) Request() *fasthttp.Request { return &x.http.Request }

// Response is the answer.
func (x *exchange) Response() *fasthttp.Response { return &x.http.Response }

// peek is a header of the request, for as long as the request lives.
func (x *exchange) peek(header string) []byte { return x.http.Request.Header.Peek(header) }

// Get is a header of the request.
func (x *exchange) Get(header string) string { return string(x.peek(header)) }

// Set sets a header of the answer.
func (x *exchange) Set(header, value string) { x.http.Response.Header.Set(header, value) }

// Query is a parameter of the query; the first one of that name.
func (x *exchange) Query(name string) string { return string(x.http.QueryArgs().Peek(name)) }

// Status sets the status of the answer.
func (x *exchange) Status(status int) { x.http.Response.SetStatusCode(status) }

// caller is who asks, in the executor's words.
func (x *exchange) caller() execute.Caller {
	return execute.Caller{Workspace: x.key.Workspace, Key: x.key.ID, Role: x.key.Role, Grant: x.grant}
}

// param is a parameter of the path, decoded.
func (x *exchange) param(name string) string {
	raw := x.fiber.Params(name)
	if strings.Contains(raw, "%") {
		if decoded, err := url.PathUnescape(raw); err == nil {
			return decoded
		}
	}
	return strings.Clone(raw)
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
