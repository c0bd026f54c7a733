package openapi

import (
	"cmp"
	"net/http"

	"github.com/patchbay/patchbay/operations"
)

// errorWords is x-errors.
type errorWords struct {
	Code            paths  `json:"code"`
	Message         paths  `json:"message"`
	RequestID       paths  `json:"request_id"`
	RequestIDHeader string `json:"request_id_header"`
}

// errorReader reads error bodies as x-errors says; without it, where most services have their message.
func (l *loader) errorReader() func(int, http.Header, []byte) operations.UpstreamProblem {
	var words errorWords
	if !l.vocabulary.read("", l.root, "x-errors", &words) {
		words = errorWords{
			Code:      paths{"error.code", "code", "errors.0.code", "error_code"},
			Message:   paths{"error.message", "message", "error_description", "detail", "errors.0.detail", "errors.0.message", "error", "title", "errors.0"},
			RequestID: paths{"request_id", "requestId"},
		}
	}
	words.RequestIDHeader = cmp.Or(words.RequestIDHeader, "X-Request-Id")
	return func(_ int, header http.Header, body []byte) operations.UpstreamProblem {
		return operations.UpstreamProblem{
			Code: scalar(body, words.Code), Detail: scalar(body, words.Message),
			RequestID: cmp.Or(scalar(body, words.RequestID), line(header.Get(words.RequestIDHeader))),
		}
	}
}

// scalar is the first text or number that one of the paths leads to.
func scalar(body []byte, paths []string) string {
	for _, path := range paths {
		if found := get(body, path); found.Exists() && !found.IsObject() && !found.IsArray() {
			if text := line(found.String()); text != "" {
				return text
			}
		}
	}
	return ""
}
