package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

const headerIdempotency = "Idempotency-Key"

// Idempotency remembers the answers of writes: *store.Store, or a fake.
type Idempotency interface {
	IdempotencyClaims
	IdempotencyKeys
}

// IdempotencyClaims see to it that a call is carried out once.
type IdempotencyClaims interface {
	// ClaimIdempotency takes a key for a request or tells what became of the one that has it. A key that cannot be
	// is invalid_input.
	ClaimIdempotency(ctx context.Context, workspace, key string, requestHash []byte) (store.Claim, error)
	CompleteIdempotency(ctx context.Context, claim store.Claim, response []byte) error
	ReleaseIdempotency(ctx context.Context, claim store.Claim) error
}

// isWrite tells whether repeating the call may do harm. A caller whom the executor will refuse anyway must not see
// the answer that somebody else was given, so he counts as asking for nothing.
func isWrite(catalogue *operations.Catalogue, request execute.Request) bool {
	entry, err := catalogue.Entry(request.Connector, request.Operation)
	return err == nil && entry.Spec.Effect != operations.EffectRead &&
		request.Caller.Check(entry.Connector.Name, &entry.Spec, request.Credential) == nil
}

// callOnce runs a call whose key has not been seen, and gives the first answer again, byte for byte, if it has.
func (s *Server) callOnce(
	ctx context.Context, x *exchange, catalogue *operations.Catalogue, mapped *mappedInput, request execute.Request, key string,
) error {
	claim, err := s.Idempotency.ClaimIdempotency(ctx, x.key.Workspace, x.ownKey(key), requestHash(catalogue, mapped, request))
	if err != nil {
		return fmt.Errorf("claiming the idempotency key: %w", err)
	}
	switch claim.State {
	case store.ClaimNew:
		return s.callClaimed(ctx, x, catalogue, mapped, request, claim)
	case store.ClaimDone:
		return x.replay(claim.Response)
	case store.ClaimInFlight:
		return store.InFlight("the first call with this idempotency key is still under way; try again when it is done")
	case store.ClaimMismatch:
		return operations.Errorf(operations.CodeInvalidInput, "this idempotency key was used for another call; choose a new one")
	default:
		return resolvable(catalogue, request, operations.Errorf(operations.CodeOutcomeUnknown,
			"the first call with this idempotency key never ended, so it may have been done; find that out, and if it was not, free the key and call again"))
	}
}

// ownKey keeps the idempotency keys of a page's end users apart from each other and from everybody else's: who guesses one
// must not be given the answer that another got. What is no key stays none.
func (x *exchange) ownKey(key string) string {
	if x.grant == nil || !store.IsIdempotencyKey(key) {
		return key
	}
	sum := sha256.Sum256([]byte(x.grant.EndUser + "\x00" + key))
	return "page:" + hex.EncodeToString(sum[:])
}

func (s *Server) callClaimed(
	ctx context.Context, x *exchange, catalogue *operations.Catalogue, mapped *mappedInput, request execute.Request, claim store.Claim,
) error {
	result, err := s.perform(ctx, x, mapped, request)
	if err == nil {
		a := result.answer()
		s.endClaim(ctx, x, claim, &a)
		return x.send(a)
	}
	e := operations.AsError(err)
	if result.unbegun || didNothing(e, result.Meta.Attempts) || wasNotSent(catalogue, request, e, result.Meta.Attempts) {
		s.endClaim(ctx, x, claim, nil)
		return err
	}
	a := x.problem(e)
	s.endClaim(ctx, x, claim, &a)
	return x.send(a)
}

// endClaim keeps the answer, or gives the key back if there is none to keep. The call has happened, so a failure
// here must not take its answer from the caller: it is logged, and the key's next use hears that the outcome is unknown.
func (s *Server) endClaim(ctx context.Context, x *exchange, claim store.Claim, a *answer) {
	const most = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	var err error
	if a == nil {
		err = s.Idempotency.ReleaseIdempotency(ctx, claim)
	} else {
		err = s.Idempotency.CompleteIdempotency(ctx, claim, a.pack())
	}
	if err != nil {
		s.log.ErrorContext(ctx, "the answer of an idempotent call is not stored", "request", x.id, "error", err)
	}
}

// resolvable adds to an unknown outcome the call that finds out, where the operation names one.
func resolvable(catalogue *operations.Catalogue, request execute.Request, err error) error {
	e := operations.AsError(err)
	entry, missing := catalogue.Entry(request.Connector, request.Operation)
	if e.Code != operations.CodeOutcomeUnknown || missing != nil || entry.Spec.Resolve == nil {
		return err
	}
	enquiry, ok := entry.Spec.Resolve.Enquiry(entry.Connector.Name, request.Input)
	if !ok {
		return err
	}
	told := *e
	told.Resolve = &enquiry
	return &told
}

// didNothing tells whether a failed call surely changed nothing, so that its key may be used again. An operation
// that sent several requests may have written with one of them before another was refused.
func didNothing(e *operations.Error, attempts int64) bool {
	switch e.Code {
	case operations.CodeMalformedRequest, operations.CodeInvalidInput, operations.CodeUnauthenticated, operations.CodeForbidden,
		operations.CodeNotFound, operations.CodeDestinationRefused, operations.CodeNotConfigured, operations.CodeUnavailable,
		operations.CodeRateLimited, operations.CodeUpstreamUnreachable:
		return true
	case operations.CodeCredentialRejected, operations.CodeUpstreamForbidden, operations.CodeUpstreamNotFound, operations.CodeUpstreamRejected:
		return attempts <= 1
	default:
		return false
	}
}

// wasNotSent tells whether a call's time was up before its first request left. Of a connector that has no service
// behind it, no request says so.
func wasNotSent(catalogue *operations.Catalogue, request execute.Request, e *operations.Error, attempts int64) bool {
	c, err := catalogue.Connector(request.Connector)
	isEnded := e.Code == operations.CodeUpstreamTimeout || e.Code == operations.CodeCanceled
	return err == nil && c.Origin != "" && isEnded && attempts == 0
}

// requestHash stands for all that makes two calls the same: the order of the input's fields does not.
func requestHash(catalogue *operations.Catalogue, mapped *mappedInput, request execute.Request) []byte {
	operation := request.Operation
	if _, o, err := catalogue.Operation(request.Connector, operation); err == nil {
		operation = o.Spec().Name
	}
	head := strings.Join([]string{request.Connector, operation, request.Credential}, "\x00") + "\x00"
	input := operations.Canonical(request.Input)
	if mapped.isAsked() {
		input = mapped.canonical()
	}
	sum := sha256.Sum256(append([]byte(head), input...))
	return sum[:]
}

// pack writes an answer the way it is stored: status and content type on a line, then the body.
func (a answer) pack() []byte {
	return fmt.Appendf(nil, "%d %s\n%s", a.status, a.contentType, a.body)
}

func unpack(stored []byte) (answer, error) {
	head, body, found := bytes.Cut(stored, []byte("\n"))
	status, contentType, isHead := strings.Cut(string(head), " ")
	code, err := strconv.Atoi(status)
	if !found || !isHead || err != nil {
		return answer{}, errors.New("a stored answer cannot be read")
	}
	return answer{code, contentType, body}, nil
}

// replay gives a stored answer again.
func (x *exchange) replay(stored []byte) error {
	a, err := unpack(stored)
	if err != nil {
		return err
	}
	x.Set("Idempotency-Replayed", "true")
	return x.send(a)
}
