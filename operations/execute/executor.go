// Package execute runs one call from start to end: find, validate, authorise, open the credential, run, check,
// tell what it cost, record.
package execute

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/patchbay/patchbay/operations"
)

// Credentials opens stored accounts. An id that does not exist in the workspace is operations.CodeNotFound.
type Credentials interface {
	Open(ctx context.Context, workspace, id string) (*operations.Credential, error)
}

// Upstream makes clients for a service: signed, limited, retried and guarded.
type Upstream interface {
	Client(target operations.Target) operations.Doer
}

// Recorder keeps records of calls. Record must not block.
type Recorder interface {
	Record(record Record)
}

// Options are the parts and settings of an Executor. Catalogue, Credentials and Upstream are required.
type Options struct {
	Catalogue   operations.Catalogues // a Catalogue, if all workspaces have the same
	Credentials Credentials
	Upstream    Upstream
	Cache       Cache    // nil: nothing is cached
	Recorder    Recorder // nil: nothing is recorded
	Log         *slog.Logger
	Now         func() time.Time

	Origins       map[string]string // connector → the origin its operator gives in place of the vendor's
	Timeout       time.Duration     // of a call that asks for none; default 30 s
	MaxTimeout    time.Duration     // the most a call may ask for; default 120 s
	CheckOutput   time.Duration     // an operation's output is checked against its schema at most so often; 0: always
	RecordBodies  bool              // keep inputs and outputs, redacted, with the records
	MaxInputBytes int               // default 8 MiB
}

// Executor runs calls. It is safe for concurrent use.
type Executor struct {
	Options
	bases     operations.Bases
	flights   singleflight.Group
	refreshes refreshes
	forced    refreshes // those that callers asked for
	lists     lists
}

// New makes an executor.
func New(options Options) *Executor {
	x := &Executor{Options: options}
	if x.Log == nil {
		x.Log = slog.New(slog.DiscardHandler)
	}
	if x.Now == nil {
		x.Now = time.Now
	}
	if x.Timeout == 0 {
		x.Timeout = 30 * time.Second
	}
	if x.MaxTimeout == 0 {
		x.MaxTimeout = 120 * time.Second
	}
	if x.MaxInputBytes == 0 {
		x.MaxInputBytes = 8 << 20
	}
	return x
}

// Request is one call, asked for by a caller.
type Request struct {
	ID         string // of the request, for logs and support
	Caller     Caller
	Connector  string
	Operation  string // name or unique identifier
	Credential string // id; may be empty if the connector needs none
	Input      json.RawMessage
	Timeout    time.Duration // zero: the default
	NoCache    bool          // do not answer from the cache; of a caller with a grant: Refresh
	Refresh    bool          // read anew, unless that was done some seconds ago
	Bulk       bool          // nobody waits for the answer
	// Early is how long to wait for a drop-down whose whole list has to be gathered first; after that, the answer is what
	// has been found so far. 0: as long as it takes.
	Early time.Duration
}

// Result is a call's answer.
type Result struct {
	Output json.RawMessage
	Meta   Meta
}

// Meta tells how an answer came about. Times are milliseconds.
type Meta struct {
	RequestID  string   `json:"requestId"`
	Connector  string   `json:"connector"`
	Operation  string   `json:"operation"`
	Cached     Cached   `json:"cached"`
	AgeSeconds float64  `json:"ageSeconds,omitempty"` // of a cached answer
	Attempts   int64    `json:"attempts"`             // upstream requests, each try counted
	WaitedMs   float64  `json:"waitedMs"`             // for limits and between tries
	Waits      []Wait   `json:"waits,omitempty"`      // what it was waited for
	UpstreamMs float64  `json:"upstreamMs"`
	DurationMs float64  `json:"durationMs"` // of the whole call
	Warnings   []string `json:"warnings,omitempty"`
	Building   bool     `json:"-"` // the output is what an Early request got
}

// Wait is time spent waiting for one limit.
type Wait struct {
	Limit string  `json:"limit"` // the throttler's name, or "retry" for the time between tries
	Ms    float64 `json:"ms"`
}

// Call runs one call. The error is always an *operations.Error; the result's meta is filled in either way.
func (x *Executor) Call(ctx context.Context, request Request) (Result, error) {
	return x.serve(ctx, request, (*inquiry).output)
}

// serve does what a request asks for, which is told by what answers it, and all that is around that.
func (x *Executor) serve(ctx context.Context, request Request, answer func(*inquiry, context.Context) (json.RawMessage, error)) (Result, error) {
	start := x.Now()
	s := &service{
		inquiry: inquiry{x: x, request: request},
		result:  Result{Meta: Meta{RequestID: request.ID, Connector: request.Connector, Operation: request.Operation, Cached: Miss}},
	}
	s.inquiry.run, s.meta = &s.run, &s.result.Meta
	s.run.usage, s.run.began = &s.usage, start

	catalogue, p, err := x.find(ctx, &request)
	if err == nil {
		s.meta.Operation = p.Spec.Name
		s.run.x, s.run.plan, s.run.catalogue, s.run.caller = x, p, catalogue, request.Caller
		s.run.priority = priority(request.Bulk, p.Spec.Kind)
		err = s.call(ctx, answer)
	}

	s.meta.fill(&s.usage, x.Now().Sub(start))
	var fault *operations.Error
	if err != nil {
		fault = x.fault(ctx, &request, p, s.meta, err)
	}
	x.record(&request, start, &s.result, s.run.credential, fault)
	if fault != nil {
		return s.result, fault
	}
	return s.result, nil
}

func (x *Executor) find(ctx context.Context, request *Request) (*operations.Catalogue, plan, error) {
	catalogue, err := x.Catalogue.Of(ctx, request.Caller.Workspace, request.Connector)
	if err != nil {
		return nil, plan{}, err
	}
	entry, err := catalogue.Entry(request.Connector, request.Operation)
	if err != nil && request.Caller.Grant != nil {
		err = NotGranted()
	}
	return catalogue, plan{entry}, err
}

// service is all that belongs to one call, in one piece of memory.
type service struct {
	inquiry
	run    run
	usage  operations.Usage
	result Result
	bound  deadline
}

func (s *service) call(ctx context.Context, answer func(*inquiry, context.Context) (json.RawMessage, error)) (err error) {
	x, p, request := s.x, s.run.plan, &s.request
	s.bound.start(ctx, x.timeout(request.Timeout, &p.Spec))
	defer s.bound.cancel()
	if err := request.Caller.Check(p.Connector.Name, &p.Spec, request.Credential); err != nil {
		return err
	}
	if s.run.credential, err = x.open(&s.bound, request, p.Connector); err != nil {
		return err
	}
	if err := p.accepts(s.run.credential); err != nil {
		return err
	}
	if len(request.Input) > x.MaxInputBytes {
		return operations.Errorf(operations.CodeTooLarge, "the input is larger than %d bytes", x.MaxInputBytes)
	}
	if s.input, err = p.validate(request.Input, &s.usage); err != nil {
		return err
	}
	if err := s.run.resolveBase(); err != nil {
		return err
	}
	s.result.Output, err = answer(&s.inquiry, &s.bound)
	return err
}

// timeout is that of a call of an operation; asked is zero for the usual one.
func (x *Executor) timeout(asked time.Duration, spec *operations.Spec) time.Duration {
	return min(cmp.Or(asked, spec.Timeout, x.Timeout), x.MaxTimeout)
}

func (x *Executor) open(ctx context.Context, request *Request, connector *operations.Connector) (*operations.Credential, error) {
	if request.Credential == "" {
		if len(connector.Auth) == 0 {
			return nil, nil
		}
		return nil, &operations.Error{
			Code: operations.CodeInvalidInput, Detail: "this connector needs a credential; give the id of one",
			Faults: []operations.InputFault{{Pointer: "/credentialId", Detail: "is required"}},
		}
	}
	credential, err := x.Credentials.Open(ctx, request.Caller.Workspace, request.Credential)
	if err != nil {
		return nil, err
	}
	if credential.Connector != connector.Name {
		return nil, &operations.Error{
			Code:   operations.CodeInvalidInput,
			Detail: "that credential belongs to the connector " + credential.Connector,
			Faults: []operations.InputFault{{Pointer: "/credentialId", Detail: "is a credential of another connector"}},
		}
	}
	return credential, nil
}

func priority(bulk bool, kind operations.Kind) operations.Priority {
	switch {
	case bulk:
		return operations.PriorityBulk
	case kind == operations.KindDDL:
		return operations.PriorityDDL
	default:
		return operations.PriorityLive
	}
}

func (m *Meta) fill(usage *operations.Usage, duration time.Duration) {
	m.Attempts = usage.Requests.Load()
	m.WaitedMs = milliseconds(usage.Waited())
	for _, wait := range usage.Waits() {
		m.Waits = append(m.Waits, Wait{Limit: wait.Limit, Ms: milliseconds(wait.Time)})
	}
	m.UpstreamMs = milliseconds(usage.Upstream())
	m.DurationMs = milliseconds(duration)
	m.Warnings = usage.Warnings()
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}
