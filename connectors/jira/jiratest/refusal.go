package jiratest

import (
	"fmt"
	"net/http"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const mediaType = "application/json;charset=UTF-8"

// refusal is an answer that is no success: messages about the whole and about fields, or another document.
type refusal struct {
	status   int
	messages []string
	fields   map[string]string
	document any // instead of both
	text     string
	header   map[string]string
}

// Error gives what is wrong.
func (f *refusal) Error() string {
	return fmt.Sprint(f.status, f.messages, f.fields, f.document, f.text)
}

func (f *refusal) write(w http.ResponseWriter) {
	for name, value := range f.header {
		w.Header().Set(name, value)
	}
	switch {
	case f.text != "":
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte(f.text)) // a client that left needs no answer
	case f.document != nil:
		sandbox.WriteJSON(w, f.status, mediaType, f.document)
	case f.status < http.StatusBadRequest:
		w.WriteHeader(f.status)
	default:
		document := record{"errorMessages": append([]string{}, f.messages...), "errors": map[string]string{}}
		if f.fields != nil {
			document["errors"] = f.fields
		}
		sandbox.WriteJSON(w, f.status, mediaType, document)
	}
}

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, messages: []string{fmt.Sprintf(format, args...)}}
}

func badRequest(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, format, args...)
}

func notFound(format string, args ...any) *refusal {
	return refuse(http.StatusNotFound, format, args...)
}

func forbidden(format string, args ...any) *refusal {
	return refuse(http.StatusForbidden, format, args...)
}

// badFields says what is wrong with which fields.
func badFields(fields map[string]string) *refusal {
	return &refusal{status: http.StatusBadRequest, fields: fields}
}

func badField(name, format string, args ...any) *refusal {
	return badFields(map[string]string{name: fmt.Sprintf(format, args...)})
}

func noIssue() *refusal {
	return notFound("Issue does not exist or you do not have permission to see it.")
}

func noProject(idOrKey string) *refusal {
	return notFound("No project could be found with key or id '%s'.", clip(idOrKey, 80))
}

// gateway is what the gateway in front of /ex/jira answers.
func gateway(status int, message string) *refusal {
	return &refusal{status: status, document: record{"code": status, "message": message}}
}

// byStatus is what a scripted fault with only a status answers.
func byStatus(status int) *refusal {
	switch status {
	case http.StatusUnauthorized:
		return unauthenticated(false)
	case http.StatusForbidden:
		return forbidden("You do not have permission to perform this operation.")
	case http.StatusNotFound:
		return noIssue()
	case http.StatusConflict:
		return conflict()
	case http.StatusTooManyRequests:
		return refuse(status, "Rate limit exceeded.")
	default:
		return refuse(status, "%s", http.StatusText(status))
	}
}

func conflict() *refusal {
	return refuse(http.StatusConflict, "The issue is being changed by another request. Please try again.")
}
