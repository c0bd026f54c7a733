package execute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// maxInvoke bounds how deep operations may run one another.
const maxInvoke = 4

// run is one operation on its way: the plan, and what all upstream requests of the call share.
type run struct {
	x          *Executor
	plan       plan
	catalogue  *operations.Catalogue // in which the plan was found
	credential *operations.Credential
	usage      *operations.Usage
	began      time.Time // the call
	priority   operations.Priority
	base       operations.Base
	trusted    bool
	caller     Caller
	depth      int
	yield      func(options json.RawMessage) // of the call
}

func (r *run) resolveBase() error {
	connector := r.plan.Connector
	if connector.Origin == "" {
		return nil
	}
	override := r.x.Origins[connector.Name]
	base, err := r.x.bases.Of(connector, r.credential, override)
	if err != nil {
		return err
	}
	r.base, r.trusted = base, override != ""
	return nil
}

func (r *run) do(ctx context.Context, input json.RawMessage) (output json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("running %s: panic: %v\n%s", r.plan.Spec.Identifier, p, debug.Stack())
		}
	}()
	output, err = r.plan.Operation.Run(ctx, r.callOf(input))
	if err != nil {
		return nil, err
	}
	return output, r.plan.check(output, r.x.CheckOutput, r.began, r.usage)
}

func (r *run) callOf(input json.RawMessage) *operations.Call {
	call := &operations.Call{
		Input: input, Base: r.base, Effect: r.plan.Spec.Effect, Now: r.x.Now, Usage: r.usage, ReadError: r.plan.Connector.ReadError,
		Invoke: r.invoke, Workspace: r.caller.Workspace, Caller: r.caller.Key, Yield: r.yield,
		HTTP: r.x.Upstream.Client(operations.Target{
			Connector: r.plan.Connector, Operation: &r.plan.Spec, Credential: r.credential, Base: r.base,
			Trusted: r.trusted, Priority: r.priority, Usage: r.usage, Input: input,
		}),
	}
	if r.credential != nil {
		call.Field = r.credential.Fields
	}
	return call
}

// invoke runs another operation on behalf of this one.
func (r *run) invoke(ctx context.Context, name string, input json.RawMessage) (json.RawMessage, error) {
	if r.depth >= maxInvoke {
		return nil, errors.New("operations run one another too deeply")
	}
	inner, err := r.other(name)
	if err != nil {
		return nil, err
	}
	if input, err = inner.plan.validate(input, r.usage); err != nil {
		return nil, err
	}
	return inner.plan.answer(input, func(input json.RawMessage) (json.RawMessage, error) {
		output, err := inner.do(ctx, input)
		r.x.invalidate(ctx, inner, err)
		return output, err
	})
}

// other is the run of another operation: of the same connector, or as "connector.operation" of one that needs no
// credential.
func (r *run) other(name string) (*run, error) {
	inner := *r
	inner.depth++
	inner.yield = nil
	connector, operation, elsewhere := strings.Cut(name, ".")
	if !elsewhere {
		connector, operation = r.plan.Connector.Name, name
	}
	entry, err := r.catalogue.Entry(connector, operation)
	if err != nil {
		return nil, err
	}
	inner.plan = plan{entry}
	if !elsewhere {
		return &inner, nil
	}
	if len(entry.Connector.Auth) > 0 {
		return nil, fmt.Errorf("running %s from another connector: it needs a credential", name)
	}
	inner.credential = nil
	if err := r.caller.Check(entry.Connector.Name, &entry.Spec, ""); err != nil {
		return nil, err
	}
	return &inner, inner.resolveBase()
}

// fault makes any error the caller's: typed, without secrets, and logged where it is the hub's own. A write that ran
// out of time after a request went out may have been done.
func (x *Executor) fault(ctx context.Context, request *Request, p plan, meta *Meta, err error) *operations.Error {
	mayBeDone := p.Entry != nil && p.Spec.Effect != operations.EffectRead && meta.Attempts > 0
	var typed *operations.Error
	switch {
	case errors.As(err, &typed):
	case mayBeDone && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		typed = operations.Errorf(operations.CodeOutcomeUnknown, "the call ended before the service had answered; what was asked may have been done")
	case errors.Is(err, context.DeadlineExceeded):
		typed = operations.Errorf(operations.CodeUpstreamTimeout, "the call did not finish in its time: %w", context.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		typed = operations.Errorf(operations.CodeCanceled, "the caller went away: %w", context.Canceled)
	default:
		typed = operations.AsError(err)
	}
	if typed.Code == operations.CodeInternal {
		x.Log.ErrorContext(ctx, "call failed inside the hub",
			"request", request.ID, "connector", request.Connector, "operation", request.Operation, "error", err, "cause", typed.Err)
	}
	return typed
}
