package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Runner runs calls. The error is an *operations.Error; the result's meta is filled in either way.
type Runner interface {
	Call(ctx context.Context, request execute.Request) (execute.Result, error)
}

// malformed says why a body is not JSON.
func malformed(body []byte) error {
	if _, err := operations.Decode(body); err != nil {
		return err
	}
	return operations.Errorf(operations.CodeMalformedRequest, "the JSON cannot be read")
}

func invalidBody(faults []operations.InputFault) *operations.Error {
	detail := strings.TrimSpace("the body does not fit: " + faults[0].Pointer + " " + faults[0].Detail)
	if len(faults) > 1 {
		detail = fmt.Sprintf("%s (and %d more)", detail, len(faults)-1)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: faults}
}

func escapeToken(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

func (s *Server) postCall(ctx context.Context, x *exchange) error {
	raw, err := x.readBody()
	if err != nil {
		return err
	}
	body, err := decodeCall(raw)
	if err != nil {
		return err
	}
	var mapped *mappedInput
	if body.mapped.isAsked() {
		mapped = new(body.mapped)
	}
	connector, operation := s.called(x)
	request := execute.Request{
		ID: x.id, Caller: x.caller(), Connector: connector, Operation: operation,
		Credential: body.credential, Input: body.input, Timeout: body.timeout, Bulk: body.bulk,
		NoCache: x.skipsCache(),
	}
	if key := x.Get(headerIdempotency); key != "" {
		catalogue, err := s.catalogue(ctx, x)
		if err != nil {
			return err
		}
		if isWrite(catalogue, request) {
			return s.callOnce(ctx, x, catalogue, mapped, request, key)
		}
	}
	outcome, err := s.perform(ctx, x, mapped, request)
	switch {
	case err != nil:
		return err
	case outcome.by != nil:
		return x.send(outcome.answer())
	}
	return x.sendResult(&outcome.Result)
}

// called are the connector and the operation of the path.
func (s *Server) called(x *exchange) (connector, operation string) {
	connector, operation = x.fiber.Params("connector"), x.fiber.Params("operation")
	if known := s.directory.find(connector, operation); known != nil {
		return known.connector, known.operation
	}
	return x.param("connector"), x.param("operation")
}

func (x *exchange) skipsCache() bool { return skipsCache(string(x.peek(fiber.HeaderCacheControl))) }

func skipsCache(header string) bool {
	return header != "" && strings.Contains(strings.ToLower(header), "no-cache")
}

// run runs a call and counts it.
func (s *Server) run(ctx context.Context, request execute.Request) (execute.Result, error) {
	return s.counted(ctx, request, func() (execute.Result, error) { return s.Runner.Call(ctx, request) })
}

// counted counts a call by whatever runs it.
func (s *Server) counted(ctx context.Context, request execute.Request, call func() (execute.Result, error)) (execute.Result, error) {
	result, err := call()
	took := result.Meta.DurationMs / 1000
	known := s.directory.find(request.Connector, request.Operation)
	if err == nil {
		if known == nil { // who can do what is not built in has imported it
			known = s.directory.imported
		}
		s.metrics.succeeded(known, took)
		return result, nil
	}
	connector, operation := s.labels(ctx, known, request)
	s.metrics.call(connector, operation, err, took)
	if operations.AsError(err).Code != operations.CodeOutcomeUnknown {
		return result, err
	}
	catalogue, missing := s.Catalogue.Of(ctx, request.Caller.Workspace, request.Connector)
	if missing != nil {
		return result, err
	}
	return result, resolvable(catalogue, request, err)
}

// callAnswer puts the output into the answer as it is: it has been checked to be JSON.
func callAnswer(result *execute.Result) answer {
	const metaSize = 300 // or about
	body := make([]byte, 0, len(result.Output)+metaSize)
	body = append(body, `{"output":`...)
	body = append(body, result.Output...)
	body = append(body, `,"meta":`...)
	return answer{http.StatusOK, fiber.MIMEApplicationJSON, append(appendMeta(body, &result.Meta), '}')}
}

// sendResult sends callAnswer; a short one out of a buffer that the server uses again.
func (x *exchange) sendResult(result *execute.Result) error {
	const short = 32 << 10
	if len(result.Output) > short {
		return x.send(callAnswer(result))
	}
	response := x.Response()
	response.SetStatusCode(http.StatusOK)
	response.Header.SetContentType(fiber.MIMEApplicationJSON)
	response.SetBodyString(`{"output":`)
	response.AppendBody(result.Output)
	response.AppendBodyString(`,"meta":`)
	var buffer [512]byte
	response.AppendBody(append(appendMeta(buffer[:0], &result.Meta), '}'))
	return nil
}

// inBody makes the pointers of a call's error, which lead into the input, lead into the body that holds it.
func inBody(err error) error {
	e := operations.AsError(err)
	if e == nil || len(e.Faults) == 0 {
		return err
	}
	moved := *e
	moved.Faults = make([]operations.InputFault, len(e.Faults))
	for i, fault := range e.Faults {
		if fault.Pointer != credentialPointer {
			fault.Pointer = "/input" + fault.Pointer
		}
		moved.Faults[i] = fault
	}
	return &moved
}

// credentialPointer is how the executor names a fault of the credential beside those of the input.
const credentialPointer = "/credentialId"
