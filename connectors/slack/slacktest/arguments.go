package slacktest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/operations"
)

const (
	maxBody  = 1 << 20
	maxQuery = 64 << 10
	maxParts = 100
)

// arguments are what a call was given: texts where it came as a form or in the query, anything where it came as JSON.
type arguments struct {
	values   map[string]any
	size     int  // bytes of query and body
	inQuery  bool // a token was among the query's parameters
	warnings []string
}

// readArguments reads query and body. What a body says counts more than what the query says. A JSON body for a method
// that takes none is not looked at.
func readArguments(r *http.Request, takesJSON bool) (arguments, error) {
	given := arguments{values: map[string]any{}}
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return given, &refusal{code: "invalid_request_method", status: http.StatusMethodNotAllowed}
	case len(r.URL.RawQuery) > maxQuery:
		return given, &refusal{code: "uri_too_long", status: http.StatusRequestURITooLong}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return given, refuse("invalid_form_data")
	}
	given.inQuery, given.size = query.Get("token") != "", len(r.URL.RawQuery)
	query.Del("token")
	given.add(query)
	if r.Method == http.MethodGet {
		return given, nil
	}
	body, err := sandbox.ReadBody(r, maxBody)
	switch {
	case errors.Is(err, sandbox.ErrTooLarge):
		return given, &refusal{code: "request_too_large", status: http.StatusRequestEntityTooLarge}
	case err != nil:
		return given, refuse("request_timeout")
	case len(body) == 0:
		return given, nil
	}
	given.size += len(body)
	err = given.addBody(r.Header.Get("Content-Type"), body, takesJSON)
	return given, err
}

// add adds a form's parameters. Of several values of one the last counts.
func (a *arguments) add(form url.Values) {
	for name, values := range form {
		a.values[name] = values[len(values)-1]
	}
}

func (a *arguments) addBody(contentType string, body []byte, takesJSON bool) error {
	if contentType == "" {
		return refuse("missing_post_type")
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return refuse("invalid_post_type")
	}
	charset := strings.ToLower(parameters["charset"])
	if charset != "" && charset != "utf-8" && charset != "iso-8859-1" {
		return refuse("invalid_charset")
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		a.warn(charset != "", "superfluous_charset")
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return refuse("invalid_form_data")
		}
		a.add(form)
		return nil
	case "multipart/form-data":
		a.warn(charset != "", "superfluous_charset")
		return a.addParts(multipart.NewReader(bytes.NewReader(body), parameters["boundary"]))
	case "application/json":
		a.warn(charset == "", "missing_charset")
		if !takesJSON {
			return nil
		}
		return a.addJSON(body)
	default:
		return refuse("invalid_post_type")
	}
}

func (a *arguments) warn(when bool, warning string) {
	if when {
		a.warnings = append(a.warnings, warning)
	}
}

func (a *arguments) addParts(parts *multipart.Reader) error {
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refuse("invalid_form_data")
		}
		value, err := io.ReadAll(part) // at most the body, which is bounded
		if err != nil {
			return refuse("invalid_form_data")
		}
		if part.FileName() == "" {
			a.values[part.FormName()] = string(value)
		}
	}
	return refuse("invalid_form_data")
}

// addJSON adds the members of an object. A token in it does not count.
func (a *arguments) addJSON(body []byte) error {
	document, err := operations.Decode(body)
	if err != nil {
		return refuse("invalid_json")
	}
	object, ok := document.(record)
	if !ok {
		return refuse("json_not_object")
	}
	for name, value := range object {
		if name != "token" {
			a.values[name] = value
		}
	}
	return nil
}
