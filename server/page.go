package server

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/internal/embedtoken"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Passes checks the tokens that browser pages show: *embedtoken.Tokens.
type Passes interface {
	// Open tells what a token allows. One that has expired is told of beside the error.
	Open(token string) (embedtoken.Pass, error)
	// Spend counts a call; one that is revoked, or whose calls are spent, is refused.
	Spend(ctx context.Context, id string) error
	// Names tells whether a token that can be used names an origin.
	Names(ctx context.Context, origin string) (bool, error)
}

// Headers of requests that pages of another origin may send, and of answers that they may read.
const (
	corsRequestHeaders = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Cache-Control, X-Request-Id"
	corsAnswerHeaders  = "ETag, Retry-After, X-Request-Id, Idempotency-Replayed"
	corsMaxAge         = "600" // seconds for which a browser need not ask again
)

const reasonPath = "path_not_allowed"

// isPageToken tells a page's token from an API key.
func isPageToken(secret string) bool { return strings.HasPrefix(secret, embedtoken.Prefix) }

// admitPage lets a page in by its token: onto the routes that are open to pages, from the origins that the token names,
// while it has neither ended nor been revoked nor been spent. Refusals of a token that was ours are recorded.
func (s *Server) admitPage(ctx context.Context, x *exchange, token string) error {
	if s.Passes == nil {
		return lacks("tokens for browser pages")
	}
	pass, err := s.Passes.Open(token)
	if pass.ID == "" {
		s.letReadRefusal(ctx, x)
		return err
	}
	x.key = store.Key{ID: pass.ID, Workspace: pass.Workspace, Role: execute.RoleEmbed}
	x.grant = &pass.Grant
	isHome := x.comesFrom(pass.Origins)
	if isHome {
		x.letRead(x.Get(fiber.HeaderOrigin))
	}
	switch {
	case err != nil:
	case !isHome:
		err = &operations.Error{Code: operations.CodeForbidden, Reason: embedtoken.ReasonOrigin, Detail: "the token is not for pages of this origin"}
	case x.route.access != page:
		err = &operations.Error{Code: operations.CodeForbidden, Reason: reasonPath, Detail: "a page may not do this"}
	default:
		err = s.Passes.Spend(ctx, pass.ID)
	}
	if err != nil {
		s.recordRefusal(x, cmp.Or(x.param("operation"), x.param("list")), x.Query("credentialId"), err)
	}
	return err
}

// comesFrom tells whether a request comes from a page of one of the origins. Pages that the hub serves itself name none
// when they read; their browser says that they are at home.
func (x *exchange) comesFrom(origins []string) bool {
	if origin := x.Get(fiber.HeaderOrigin); origin != "" {
		return slices.Contains(origins, origin)
	}
	if x.Get("Sec-Fetch-Site") != "same-origin" {
		return false
	}
	own := string(x.Context().Host())
	return slices.ContainsFunc(origins, func(origin string) bool {
		u, err := url.Parse(origin)
		return err == nil && u.Host == own
	})
}

// letRead lets a page of another origin read the answer.
func (x *exchange) letRead(origin string) {
	if origin == "" {
		return
	}
	x.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	x.Set(fiber.HeaderAccessControlExposeHeaders, corsAnswerHeaders)
}

// letReadRefusal lets a page read that its token is not one, if others of its origin have one.
func (s *Server) letReadRefusal(ctx context.Context, x *exchange) {
	origin := x.Get(fiber.HeaderOrigin)
	if known, err := s.Passes.Names(ctx, origin); err == nil && known {
		x.letRead(origin)
	}
}

// recordRefusal keeps a record of what a page was refused before there was a call.
func (s *Server) recordRefusal(x *exchange, operation, credential string, err error) {
	if s.Recorder == nil || x.grant == nil {
		return
	}
	e := operations.AsError(err)
	s.Recorder.Record(execute.Record{
		RequestID: x.id, Time: time.Now(), Workspace: x.key.Workspace, Key: x.key.ID, Connector: x.param("connector"),
		Operation: operation, Credential: credential, Code: e.Code, Detail: e.Detail, Cached: execute.Miss,
	})
}

// preflight answers a browser that asks whether a page may send a request. It carries no token, so what counts is whether
// any that can be used names the page's origin.
func (s *Server) preflight(x *exchange) error {
	x.Set(fiber.HeaderVary, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	origin := x.Get(fiber.HeaderOrigin)
	if s.Passes == nil || origin == "" || x.Get(fiber.HeaderAccessControlRequestMethod) == "" {
		return fiber.ErrMethodNotAllowed
	}
	known, err := s.Passes.Names(s.ctx, origin)
	if err != nil {
		return err
	}
	if !known {
		return &operations.Error{Code: operations.CodeForbidden, Reason: embedtoken.ReasonOrigin, Detail: "no token is for pages of this origin"}
	}
	x.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	x.Set(fiber.HeaderAccessControlAllowMethods, "GET, POST")
	x.Set(fiber.HeaderAccessControlAllowHeaders, corsRequestHeaders)
	x.Set(fiber.HeaderAccessControlMaxAge, corsMaxAge)
	x.Status(http.StatusNoContent)
	return nil
}
