package server

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Lists finds options of drop-downs: *execute.Executor. Errors and results are those of a Runner.
type Lists interface {
	// Resolve finds the options of values.
	Resolve(ctx context.Context, request execute.Request, values []string) (execute.Result, error)
	// Match finds the option of a text.
	Match(ctx context.Context, request execute.Request, text string) (execute.Result, error)
}

// askAgain is when a page should ask for the rest of a list that is being gathered, in seconds.
const askAgain = "1"

// getList reads a page of a drop-down.
func (s *Server) getList(ctx context.Context, x *exchange) error {
	return s.answerList(ctx, x, nil, s.run)
}

func (s *Server) getResolved(ctx context.Context, x *exchange) error {
	if s.Lists == nil {
		return lacks("look-up of options")
	}
	values := x.queryAll("value")
	return s.answerList(ctx, x, []string{"value"}, func(ctx context.Context, request execute.Request) (execute.Result, error) {
		return s.counted(ctx, request, func() (execute.Result, error) { return s.Lists.Resolve(ctx, request, values) })
	})
}

func (s *Server) getMatch(ctx context.Context, x *exchange) error {
	if s.Lists == nil {
		return lacks("look-up of options")
	}
	text := x.Query("text")
	return s.answerList(ctx, x, []string{"text"}, func(ctx context.Context, request execute.Request) (execute.Result, error) {
		request.Early = 0 // a part of the list does not tell
		return s.counted(ctx, request, func() (execute.Result, error) { return s.Lists.Match(ctx, request, text) })
	})
}

// answerList asks something of a drop-down and sends the answer. The parameters that are named are not its input.
func (s *Server) answerList(
	ctx context.Context, x *exchange, apart []string, ask func(context.Context, execute.Request) (execute.Result, error),
) error {
	entry, err := s.listOf(ctx, x)
	if err != nil {
		return err
	}
	refresh, err := x.queryBool("refresh")
	if err != nil {
		return err
	}
	input, err := readQuery(x.Context().QueryArgs(), entry.Spec.Input, slices.Concat([]string{"credentialId", "refresh"}, apart)...).input()
	if err != nil {
		return err
	}
	result, err := ask(ctx, execute.Request{
		ID: x.id, Caller: x.caller(), Connector: entry.Connector.Name, Operation: entry.Spec.Name, Credential: x.Query("credentialId"),
		Input: input, Refresh: refresh, NoCache: x.skipsCache(), Early: execute.Patience,
	})
	if err != nil {
		return err
	}
	return x.sendList(result, entry.Spec.Cache.TTL.Duration())
}

// listOf finds the drop-down of the path. Pages are not told what else there is.
func (s *Server) listOf(ctx context.Context, x *exchange) (*operations.Entry, error) {
	catalogue, err := s.catalogue(ctx, x)
	if err != nil {
		return nil, err
	}
	entry, err := catalogue.Entry(x.param("connector"), x.param("list"))
	switch {
	case err != nil && x.grant != nil:
		err = execute.NotGranted()
		s.recordRefusal(x, x.param("list"), x.Query("credentialId"), err)
		return nil, err
	case err != nil:
		return nil, err
	case entry.Spec.Kind != operations.KindDDL:
		return nil, operations.Errorf(operations.CodeNotFound, "%s is no drop-down; run it with POST …/operations/%s/call", entry.Spec.Name, entry.Spec.Name)
	}
	return entry, nil
}

// sendList sends what a drop-down has answered, or only that it is the same as the client has it.
func (x *exchange) sendList(result execute.Result, fresh time.Duration) error {
	sum := sha256.Sum256(result.Output)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	x.Set(fiber.HeaderVary, "Origin, Authorization")
	x.Set(fiber.HeaderETag, tag)
	x.Set(fiber.HeaderCacheControl, listFreshness(result.Meta, fresh))
	if result.Meta.Building {
		x.Set(fiber.HeaderRetryAfter, askAgain)
	}
	if matchesTag(x.Get(fiber.HeaderIfNoneMatch), tag) {
		x.Status(http.StatusNotModified)
		return nil
	}
	return x.send(answer{http.StatusOK, fiber.MIMEApplicationJSON, result.Output})
}

// listFreshness says for how long a browser may keep an answer: as long as the hub would give the same.
func listFreshness(meta execute.Meta, fresh time.Duration) string {
	left := math.Floor(fresh.Seconds() - meta.AgeSeconds)
	switch {
	case meta.Building:
		return "no-store"
	case meta.Cached == execute.Stale || left < 1:
		return "private, no-cache"
	default:
		return fmt.Sprintf("private, max-age=%.0f", left)
	}
}

// queryAll gives all values of a parameter.
func (x *exchange) queryAll(name string) []string {
	var values []string
	for _, value := range x.Context().QueryArgs().PeekMulti(name) {
		values = append(values, string(value))
	}
	return values
}

func (x *exchange) queryBool(name string) (bool, error) {
	text := x.Query(name)
	if text == "" {
		return false, nil
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return false, &operations.Error{
			Code: operations.CodeInvalidInput, Detail: "the parameter " + name + " must be true or false",
			Faults: []operations.InputFault{{Pointer: "/" + name, Detail: "must be true or false"}},
		}
	}
	return value, nil
}
