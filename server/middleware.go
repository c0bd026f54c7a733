package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations"
)

// around is the outermost middleware: it gives the exchange its id and headers, turns errors and panics into
// answers, and writes the access log.
func (s *Server) around(c *fiber.Ctx) error {
	start := time.Now()
	x := begin(c)
	x.setState(busy)
	defer x.setState(answered)
	secure(x)
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()
	if err := s.next(x); err != nil {
		s.logUntyped(x, err)
		if err := x.fail(err); err != nil {
			return err
		}
	}
	x.finishBody()
	s.access(x, time.Since(start))
	return nil
}

// next runs the matching route.
func (s *Server) next(x *exchange) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return x.Next()
}

// logUntyped logs what the caller is not shown: errors that nobody has made the caller's own.
func (s *Server) logUntyped(x *exchange, err error) {
	var typed *operations.Error
	var routing *fiber.Error
	if !errors.As(err, &typed) && !errors.As(err, &routing) {
		s.log.Error("request failed inside the hub", "request", x.id, "route", x.pattern(), "error", err)
	}
}

// secure sets the headers that keep an answer from being taken for anything but data.
func secure(x *exchange) {
	header := &x.Response().Header
	for _, h := range [...]struct{ name, value string }{
		{fiber.HeaderXContentTypeOptions, "nosniff"},
		{fiber.HeaderXFrameOptions, "DENY"},
		{fiber.HeaderReferrerPolicy, "no-referrer"},
		{fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"},
		{fiber.HeaderCacheControl, "no-store"},
	} {
		header.SetCanonical([]byte(h.name), []byte(h.value))
	}
}

// access logs one line: never a query, a body or a header, since any of them may hold a secret.
func (s *Server) access(x *exchange, took time.Duration) {
	level := slog.LevelInfo
	if x.route != nil && x.route.quiet {
		level = slog.LevelDebug
	}
	if !s.log.Enabled(s.ctx, level) {
		return
	}
	line := slog.NewRecord(time.Now(), level, "request", 0) // whose line of code it is nobody asks
	line.AddAttrs(
		slog.String("method", x.Method()), slog.String("route", x.pattern()),
		slog.Int("status", x.Response().StatusCode()), slog.Duration("duration", took),
		slog.Int("bytes", x.answerBytes()), slog.String("request", x.id),
	)
	if x.key.ID != "" {
		line.AddAttrs(slog.String("key", x.key.ID))
	}
	if x.code != "" {
		line.AddAttrs(slog.String("code", string(x.code)))
	}
	_ = s.log.Handler().Handle(s.ctx, line)
}

// answerBytes is the size of the answer; 0 if it is still being made.
func (x *exchange) answerBytes() int {
	if x.Response().IsBodyStream() {
		return 0
	}
	return len(x.Response().Body())
}

// pattern is the matching route's path with its parameters' names.
func (x *exchange) pattern() string {
	if x.route == nil {
		return "(none)"
	}
	return x.route.path
}

// handle makes Fiber's handler of a route. This is the one place where access is decided; a route that names no
// access has none.
func (s *Server) handle(r *route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		x := exchangeOf(c)
		x.route = r
		if r.access == page {
			x.Set(fiber.HeaderVary, fiber.HeaderOrigin)
		}
		if r.access != anyone {
			if err := s.authenticate(s.ctx, x); err != nil {
				return err
			}
			if !r.access.includes(x.key.Role) {
				return operations.Errorf(operations.CodeForbidden, "a key of the role %s may not do this", x.key.Role)
			}
		}
		return r.handler(s.ctx, x)
	}
}

// authenticate finds out whose key the request carries.
func (s *Server) authenticate(ctx context.Context, x *exchange) error {
	scheme, secret, _ := strings.Cut(x.Get(fiber.HeaderAuthorization), " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return operations.Errorf(operations.CodeUnauthenticated, "send an API key: Authorization: Bearer pb_…")
	}
	if isPageToken(secret) {
		return s.admitPage(ctx, x, secret)
	}
	key, err := s.Keys.Authenticate(ctx, secret)
	if err != nil {
		return fmt.Errorf("authenticating: %w", err)
	}
	x.key = key
	return nil
}

// knownMethods answers requests whose method HTTP does not know, which Fiber would answer in plain text.
func (s *Server) knownMethods(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(c *fasthttp.RequestCtx) {
		if slices.Contains(fiber.DefaultMethods, string(c.Method())) {
			next(c)
			return
		}
		e := operations.Errorf(operations.CodeMethodNotAllowed, "the hub knows no such method")
		p := newProblem(e, "/", requestID(""))
		c.Response.Header.SetContentType("application/problem+json")
		c.Response.Header.Set(fiber.HeaderXRequestID, p.RequestID)
		c.Response.Header.Set(fiber.HeaderAllow, http.MethodGet+", "+http.MethodPost)
		c.Response.SetStatusCode(p.Status)
		c.Response.SetBodyRaw(encode(p))
		c.Response.SetConnectionClose()
	}
}
