package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// missingField is how faults name a field that should be there.
const missingField = "is required"

// isUpstream tells the failures of the service, which the compatible API reports inside a 200, from the hub's own
// refusals: https://developer.tray.ai/developer-portal/getting-started/troubleshooting/error-handling-3rd-party.
func isUpstream(e *operations.Error) bool {
	return e.Upstream != nil || strings.HasPrefix(string(e.Code), "upstream_") ||
		e.Code == operations.CodeCredentialRejected || e.Code == operations.CodeOutcomeUnknown
}

// outcome wraps an output, which is JSON already.
func outcome(kind string, output json.RawMessage) answer {
	body := slices.Concat([]byte(`{"outcome":"`+kind+`","output":`), output, []byte("}"))
	return answer{http.StatusOK, "application/json", body}
}

type expectation struct {
	StatusCode []int `json:"statusCode"`
}

// outcomeError reports a service's failure. Expectations stand beside a status that does not meet them.
func outcomeError(e *operations.Error) answer {
	type response struct {
		StatusCode int             `json:"statusCode"`
		Body       json.RawMessage `json:"body,omitempty"`
	}
	output := struct {
		Response *response    `json:"response,omitempty"`
		Expects  *expectation `json:"expects,omitempty"`
		Message  string       `json:"message"`
	}{Message: e.Detail}
	if u := e.Upstream; u != nil {
		output.Response = &response{u.Status, checked(u.Body)}
		if expected := []int{200, 201, 202, 203, 204}; !slices.Contains(expected, u.Status) {
			output.Expects = &expectation{expected}
		}
	}
	return outcome("error", encode(output))
}

// compatibleProblem reports the hub's own refusal.
func compatibleProblem(e *operations.Error) answer {
	code := &e.Code
	status, message := e.Code.Info().Status, e.Detail
	switch {
	case e.Code == operations.CodeUnauthenticated:
		message, code = "The request is unauthorized", nil
	case isForeignCredential(e):
		status = http.StatusForbidden
	case e.Code == operations.CodeInvalidInput && len(e.Faults) > 0:
		status, message = http.StatusBadRequest, validationMessage(e.Faults)
	case e.Code == operations.CodeInvalidInput:
		status = http.StatusBadRequest
	}
	return jsonAnswer(status, struct {
		Message string           `json:"message"`
		Code    *operations.Code `json:"code"`
		Reason  string           `json:"reason,omitempty"`
	}{message, code, e.Reason})
}

// isForeignCredential tells a credential of another connector from faults of the input.
func isForeignCredential(e *operations.Error) bool {
	foreign := operations.InputFault{Pointer: credentialPointer, Detail: "is a credential of another connector"}
	return e.Code == operations.CodeInvalidInput && slices.Equal(e.Faults, []operations.InputFault{foreign})
}

// validationMessage writes faults the way clients of the compatible API know them.
func validationMessage(faults []operations.InputFault) string {
	var b strings.Builder
	b.WriteString("Connector input validation failed. Schema validation errors:")
	for i, fault := range faults {
		parent, field := fault.Pointer, ""
		if cut := strings.LastIndexByte(fault.Pointer, '/'); cut >= 0 {
			parent, field = fault.Pointer[:cut], unescapeToken(fault.Pointer[cut+1:])
		}
		switch fault.Detail {
		case missingField:
			fmt.Fprintf(&b, "\n[ %d - #%s: required key [%s] not found ]", i+1, parent, field)
		case "is not a known field":
			fmt.Fprintf(&b, "\n[ %d - #%s: extraneous key [%s] is not permitted ]", i+1, parent, field)
		default:
			fmt.Fprintf(&b, "\n[ %d - #%s: %s ]", i+1, fault.Pointer, fault.Detail)
		}
	}
	return b.String()
}

func unescapeToken(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
