package nimchattest

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/internal/sandbox/contract"
)

const mediaType = "application/json; charset=utf-8"

// problem is an answer that says what is wrong, in one of the service's two shapes: {error} and {message, attributes}.
type problem struct {
	status     int
	Status     int      `json:"status,omitempty"` // of what the service's framework answers by itself
	Error      string   `json:"error,omitempty"`
	Message    string   `json:"message,omitempty"`
	Attributes []string `json:"attributes,omitempty"`
}

func (p *problem) write(w http.ResponseWriter) { sandbox.WriteJSON(w, p.status, mediaType, p) }

func refused(status int, text string) *problem { return &problem{status: status, Error: text} }

func notFound() *problem { return refused(http.StatusNotFound, "Resource could not be found") }

func unauthorized(text string) *problem { return refused(http.StatusUnauthorized, text) }

func unprocessable(text string) *problem { return refused(http.StatusUnprocessableEntity, text) }

func noRoute() *problem {
	return &problem{status: http.StatusNotFound, Status: http.StatusNotFound, Error: "Not Found"}
}

// invalid is what is wrong with a record.
func invalid(attribute, detail string) *problem {
	text := strings.ReplaceAll(attribute, "_", " ")
	if text != "" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return &problem{
		status: http.StatusUnprocessableEntity, Message: strings.TrimSpace(text + " " + detail), Attributes: []string{attribute},
	}
}

// broken turns what a request has against the document into the service's answer.
func broken(faults []contract.Fault) *problem {
	if slices.ContainsFunc(faults, func(f contract.Fault) bool { return f.In == "path" }) {
		return notFound()
	}
	fault := faults[0]
	attribute, _, _ := strings.Cut(strings.TrimPrefix(fault.Pointer, "/"), "/")
	switch {
	case fault.In == "query" || attribute == "":
		return unprocessable(fault.String())
	case fault.Detail == "is required":
		return invalid(attribute, "can't be blank")
	default:
		return invalid(attribute, fault.Detail)
	}
}

// refuse is what the service's throttle answers, in plain text.
func refuse(w http.ResponseWriter, _ *http.Request, _ sandbox.LimitState) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, "Retry later\n") // a client that left needs no answer
}

// answerFault is what a scripted fault with only a status answers.
func answerFault(w http.ResponseWriter, r *http.Request, status int) {
	switch {
	case status < http.StatusBadRequest:
		w.WriteHeader(status)
	case status == http.StatusUnauthorized:
		unauthorized("Invalid Access Token").write(w)
	case status == http.StatusNotFound:
		notFound().write(w)
	case status == http.StatusTooManyRequests:
		refuse(w, r, sandbox.LimitState{})
	case status == http.StatusUnprocessableEntity:
		invalid("base", "is not valid").write(w)
	default:
		refused(status, http.StatusText(status)).write(w)
	}
}
