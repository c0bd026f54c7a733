package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Runner runs calls. The error is an *operations.Error; the result's meta is filled in either way.
type Runner interface {
	Call(ctx context.Context, request execute.Request) (execute.Result, error)
}

// callBody is what a call is asked for with.
type callBody struct {
	credential string
	input      json.RawMessage
	mapped     mappedInput // in place of the input
	timeout    time.Duration
	bulk       bool
}

// maxTimeoutMs bounds timeoutMs before it is a duration; the executor has its own, lower bound.
const maxTimeoutMs = 24 * 60 * 60 * 1000

// decodeCall reads the body of a call. Every call pays for it, so it looks at the top level only and hands the input
// on as it came: the executor decodes, bounds and validates that.
func decodeCall(body []byte) (callBody, error) {
	if !json.Valid(body) {
		return callBody{}, malformed(body)
	}
	document := gjson.ParseBytes(body)
	if !document.IsObject() {
		return callBody{}, invalidBody([]operations.InputFault{{Detail: "must be an object"}})
	}
	var out callBody
	var faults []operations.InputFault
	seen := map[string]bool{}
	document.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		fault := out.set(name, value)
		if seen[name] {
			fault = "is given twice"
		}
		seen[name] = true
		if fault != "" {
			faults = append(faults, operations.InputFault{Pointer: "/" + escapeToken(name), Detail: fault})
		}
		const most = 100
		return len(faults) < most
	})
	if len(faults) == 0 {
		faults = out.mapped.faults(out.input != nil)
	}
	if len(faults) > 0 {
		return callBody{}, invalidBody(faults)
	}
	return out, nil
}

// set takes over one member and says what is wrong with it.
func (b *callBody) set(name string, value gjson.Result) (fault string) {
	switch name {
	case "credentialId":
		b.credential = value.String()
		if value.Type != gjson.String {
			return "must be a string"
		}
	case "input":
		b.input = json.RawMessage(value.Raw)
		if !value.IsObject() {
			return "must be an object"
		}
	case "timeoutMs":
		b.timeout = time.Duration(value.Num) * time.Millisecond
		if value.Type != gjson.Number || value.Num < 1 || value.Num > maxTimeoutMs || value.Num != float64(int64(value.Num)) {
			return fmt.Sprintf("must be a whole number from 1 to %d", maxTimeoutMs)
		}
	case "bulk":
		b.bulk = value.Bool()
		if !value.IsBool() {
			return "must be true or false"
		}
	default:
		return b.mapped.set(name, value)
	}
	return ""
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
	request := execute.Request{
		ID: x.id, Caller: x.caller(), Connector: x.param("connector"), Operation: x.param("operation"),
		Credential: body.credential, Input: body.input, Timeout: body.timeout, Bulk: body.bulk,
		NoCache: skipsCache(x.Get(fiber.HeaderCacheControl)),
	}
	if key := x.Get(headerIdempotency); key != "" {
		catalogue, err := s.catalogue(ctx, x)
		if err != nil {
			return err
		}
		if isWrite(catalogue, request) {
			return s.callOnce(ctx, x, catalogue, &body.mapped, request, key)
		}
	}
	outcome, err := s.perform(ctx, x, &body.mapped, request)
	switch {
	case err != nil:
		return err
	case outcome.by != nil:
		return x.send(outcome.answer())
	}
	return x.sendResult(outcome.Result)
}

func skipsCache(header string) bool {
	return strings.Contains(strings.ToLower(header), "no-cache")
}

// run runs a call and counts it.
func (s *Server) run(ctx context.Context, request execute.Request) (execute.Result, error) {
	return s.counted(ctx, request, func() (execute.Result, error) { return s.Runner.Call(ctx, request) })
}

// counted counts a call by whatever runs it.
func (s *Server) counted(ctx context.Context, request execute.Request, call func() (execute.Result, error)) (execute.Result, error) {
	start := time.Now()
	result, err := call()
	catalogue, missing := s.Catalogue.Of(ctx, request.Caller.Workspace, request.Connector)
	if missing != nil {
		catalogue = &operations.Catalogue{}
	}
	s.metrics.call(catalogue, request, err, time.Since(start))
	if err != nil {
		err = resolvable(catalogue, request, err)
	}
	return result, err
}

// callAnswer puts the output into the answer as it is: it has been checked to be JSON.
func callAnswer(result execute.Result) answer {
	const metaSize = 300 // or about
	body := make([]byte, 0, len(result.Output)+metaSize)
	body = append(body, `{"output":`...)
	body = append(body, result.Output...)
	body = append(body, `,"meta":`...)
	return answer{http.StatusOK, fiber.MIMEApplicationJSON, append(appendMeta(body, &result.Meta), '}')}
}

// sendResult sends callAnswer; a short one out of a buffer that the server uses again.
func (x *exchange) sendResult(result execute.Result) error {
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
