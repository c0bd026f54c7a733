package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/operations"
)

// handle makes Fiber's handler of what answers a route. Around it, it gives the exchange its id and headers, turns errors
// and panics into answers, and writes the access log. A nil route is none of the table.
func (s *Server) handle(r *route, answer func(*exchange) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		s.headers.CopyTo(&c.Response().Header)
		x := s.begin(c, r)
		x.setState(busy)
		defer x.setState(answered)
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		if err := guarded(x, answer); err != nil {
			s.logUntyped(x, err)
			if err := x.fail(err); err != nil {
				return err
			}
		}
		x.finishBody()
		s.access(x)
		return nil
	}
}

// guarded runs what answers a route.
func guarded(x *exchange, answer func(*exchange) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return answer(x)
}

// unmatched lets Fiber say what is wrong with a request that no route fits.
func unmatched(x *exchange) error { return x.fiber.Next() }

// logUntyped logs what the caller is not shown: errors that nobody has made the caller's own.
func (s *Server) logUntyped(x *exchange, err error) {
	var typed *operations.Error
	var routing *fiber.Error
	if !errors.As(err, &typed) && !errors.As(err, &routing) {
		s.log.Error("request failed inside the hub", "request", x.id, "route", x.pattern(), "error", err)
	}
}

// headers are those of every answer. They keep it from being taken for anything but data.
func headers() *fasthttp.ResponseHeader {
	h := &fasthttp.ResponseHeader{}
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	h.Set(fiber.HeaderCacheControl, "no-store")
	return h
}

// enter answers a route of the table. This is the one place where access is decided; a route that names no access has none.
func (s *Server) enter(x *exchange) error {
	r := x.route
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

// authenticate finds out whose key the request carries.
func (s *Server) authenticate(ctx context.Context, x *exchange) error {
	scheme, shown, _ := bytes.Cut(x.peek(fiber.HeaderAuthorization), []byte(" "))
	secret := string(bytes.TrimSpace(shown))
	if !bytes.EqualFold(scheme, []byte("Bearer")) || secret == "" {
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
		p := newProblem(e, "/", newRequestID(time.Now()))
		c.Response.Header.SetContentType("application/problem+json")
		c.Response.Header.Set(fiber.HeaderXRequestID, p.RequestID)
		c.Response.Header.Set(fiber.HeaderAllow, http.MethodGet+", "+http.MethodPost)
		c.Response.SetStatusCode(p.Status)
		c.Response.SetBodyRaw(encode(p))
		c.Response.SetConnectionClose()
	}
}
