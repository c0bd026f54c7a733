package outreachtest

import (
	"fmt"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const mediaType = "application/vnd.api+json"

// problem is an answer that says what is wrong.
// Source: https://developers.outreach.io/api/making-requests
type problem struct {
	status int
	header map[string]string
	errors []apiError
}

type apiError struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Detail  string  `json:"detail,omitempty"`
	Details string  `json:"details,omitempty"` // unsupportedMediaType has the plural
	Source  *source `json:"source,omitempty"`
}

type source struct {
	Pointer   string `json:"pointer,omitempty"`   // into the request's body
	Parameter string `json:"parameter,omitempty"` // of the query
}

func (p *problem) write(w http.ResponseWriter) {
	for name, value := range p.header {
		w.Header().Set(name, value)
	}
	sandbox.WriteJSON(w, p.status, mediaType, map[string]any{"errors": p.errors})
}

func oneProblem(status int, id, title, detail string) *problem {
	return &problem{status: status, errors: []apiError{{ID: id, Title: title, Detail: detail}}}
}

func notFound(kind string, id any) *problem {
	return oneProblem(http.StatusNotFound, "resourceNotFound", "Resource Not Found",
		fmt.Sprintf("Could not find '%s' with ID '%v'.", kind, id))
}

func noRoute(path string) *problem {
	return oneProblem(http.StatusNotFound, "resourceNotFound", "Resource Not Found",
		fmt.Sprintf("There is nothing at '%.200s'.", path))
}

func methodNotAllowed(method, allowed string) *problem {
	p := oneProblem(http.StatusMethodNotAllowed, "methodNotAllowed", "Method Not Allowed",
		fmt.Sprintf("'%.20s' is not supported here.", method))
	p.header = map[string]string{"Allow": allowed}
	return p
}

func badParameter(name, detail string) *problem {
	return &problem{status: http.StatusBadRequest, errors: []apiError{{
		ID: "invalidParameter", Title: "Invalid Parameter", Detail: detail, Source: &source{Parameter: name},
	}}}
}

func malformed(detail string) *problem {
	return oneProblem(http.StatusBadRequest, "malformedRequest", "Malformed Request", detail)
}

func tooLarge() *problem {
	return oneProblem(http.StatusRequestEntityTooLarge, "requestTooLarge", "Request Too Large",
		"The request body is too large.")
}

func unsupportedMediaType() *problem {
	return &problem{status: http.StatusUnsupportedMediaType, errors: []apiError{{
		ID: "unsupportedMediaType", Title: "Unsupported Media Type",
		Details: "Expected Content-Type header to be '" + mediaType + "'.",
	}}}
}

func missingScope(scope string) *problem {
	return oneProblem(http.StatusForbidden, "unauthorizedOauthScope", "Unauthorized OAuth Scope",
		"Your authorization is missing required scope '"+scope+"'.")
}

// invalid is a fault of a request's body.
func invalid(pointer, detail string) apiError {
	return apiError{ID: "validationError", Title: "Validation Error", Detail: detail, Source: &source{Pointer: pointer}}
}

func validation(faults ...apiError) *problem {
	return &problem{status: http.StatusUnprocessableEntity, errors: faults}
}

// unknownToken is what the gateway before the API answers to a token that it cannot read.
func unknownToken(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	sandbox.WriteJSON(w, http.StatusUnauthorized, "application/json", map[string]string{
		"error": "Invalid JWT token.", "description": "The JWT token could not be decoded.",
	})
}

func expiredToken() *problem {
	p := oneProblem(http.StatusUnauthorized, "unauthorized", "Unauthorized", "The access token expired.")
	p.header = map[string]string{"WWW-Authenticate": `Bearer error="invalid_token"`}
	return p
}

func rateLimited(reset time.Time) *problem {
	return oneProblem(http.StatusTooManyRequests, "rateLimitExceeded", "Rate Limit Exceeded",
		"You have exceeded your permitted rate limit; please try again at "+reset.UTC().Format("2006-01-02T15:04:05")+".")
}

// byStatus is what a scripted fault with only a status answers.
func byStatus(status int, now time.Time) *problem {
	switch status {
	case http.StatusUnauthorized:
		return expiredToken()
	case http.StatusForbidden:
		return oneProblem(status, "unauthorizedRequest", "Unauthorized Request",
			"You are not authorized to perform the requested action.")
	case http.StatusNotFound:
		return oneProblem(status, "resourceNotFound", "Resource Not Found", "Could not find the resource.")
	case http.StatusUnsupportedMediaType:
		return unsupportedMediaType()
	case http.StatusUnprocessableEntity:
		return validation(invalid("/data", "The record is not valid."))
	case http.StatusTooManyRequests:
		return rateLimited(now.Truncate(time.Hour).Add(time.Hour))
	case http.StatusServiceUnavailable:
		return oneProblem(status, "scheduledServerMaintenance", "Scheduled Server Maintenance",
			"The server is currently undergoing scheduled maintenance.")
	default:
		text := http.StatusText(status)
		return oneProblem(status, "serverError", text, text+".")
	}
}
