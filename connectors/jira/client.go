package jira

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/operations"
)

// dataCenterField is the credential's field that only a Data Center has.
const dataCenterField = "base_url"

// api is Jira's REST API for one call.
type api struct {
	call   *operations.Call
	client *gojira.Client
	server bool // Data Center: version 2, texts without structure, people by name
}

func connect(call *operations.Call) (*api, error) {
	client, err := gojira.NewClient(checked{call}, call.Base.URL(""))
	if err != nil {
		return nil, fmt.Errorf("making a client of Jira: %w", err)
	}
	return &api{call: call, client: client, server: call.Field[dataCenterField] != ""}, nil
}

// checked sends go-jira's requests. It makes an error of every refusal, of which go-jira would tell the status only.
type checked struct{ call *operations.Call }

// Do sends one request.
func (c checked) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("Accept", "application/json")
	answer, err := c.call.Send(request)
	if err != nil {
		return nil, c.explained(err)
	}
	return &http.Response{
		StatusCode: answer.Status, Header: answer.Header, Request: request,
		Body: io.NopCloser(bytes.NewReader(answer.Body)), ContentLength: int64(len(answer.Body)),
	}, nil
}

// noScope is what Atlassian's gateway says, with status 401, to a token that is good and lacks a right.
const noScope = "scope does not match"

// explained makes a refusal say what this operation's caller can do: a token that lacks a right is not one that is not
// accepted, and a fault lies where this input has what Jira means.
func (c checked) explained(err error) error {
	var refused *operations.Error
	if !errors.As(err, &refused) {
		return err
	}
	explained := *refused
	if refused.Code == operations.CodeCredentialRejected && strings.Contains(refused.Detail, noScope) {
		explained.Code = operations.CodeUpstreamForbidden
		explained.Detail = "the credential lacks a scope that this takes: authorise the app again with the scopes that the operation names"
	}
	explained.Faults = slices.Clone(refused.Faults)
	for i := range explained.Faults {
		explained.Faults[i].Pointer = located(explained.Faults[i].Pointer, c.call.Input)
	}
	return &explained
}

// rejected tells whether a token is no longer good, so that a new one may serve.
func rejected(status int, _ http.Header, peek []byte) bool {
	return status == http.StatusUnauthorized && !bytes.Contains(peek, []byte(noScope))
}

// rest is a path of the platform's API, in the version that is spoken.
func (a *api) rest(segments ...string) string {
	if a.server {
		return below("rest/api/2", segments)
	}
	return below("rest/api/3", segments)
}

// agile is a path of Jira Software's API.
func (a *api) agile(segments ...string) string { return below("rest/agile/1.0", segments) }

// below is a path below a root. It does not begin with a slash: go-jira would take that off together with the escapes.
func below(root string, segments []string) string {
	for _, segment := range segments {
		root += "/" + url.PathEscape(segment)
	}
	return root
}

// get reads what lies at a path into into.
func (a *api) get(ctx context.Context, path string, query url.Values, into any) error {
	_, err := a.send(ctx, http.MethodGet, withQuery(path, query), nil, into)
	return err
}

// send makes a request with a body in JSON, nil for none, and reads the answer into into, nil for one that says nothing.
func (a *api) send(ctx context.Context, method, path string, body, into any) (http.Header, error) {
	request, err := a.client.NewRequestWithContext(ctx, method, path, body)
	if err != nil {
		return nil, fmt.Errorf("making a request to Jira: %w", err)
	}
	return a.do(request, into)
}

func (a *api) do(request *http.Request, into any) (http.Header, error) {
	response, err := a.client.Do(request, into)
	var refused *operations.Error
	switch {
	case errors.As(err, &refused):
		return nil, err
	case err != nil && response == nil:
		return nil, err
	case err != nil && a.call.Effect != operations.EffectRead && request.Method != http.MethodGet:
		return nil, operations.Errorf(operations.CodeOutcomeUnknown,
			"Jira took the request, but its answer cannot be read: look before you repeat it: %w", err)
	case err != nil:
		return nil, operations.Errorf(operations.CodeUpstreamFailed, "Jira's answer cannot be read: %w", err)
	}
	return response.Header, nil
}

func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// text is a text as this Jira takes it: a document, or on Data Center what was written. A text of nothing is null.
func (a *api) text(written string) any {
	switch {
	case strings.TrimSpace(written) == "":
		return nil
	case a.server:
		return written
	default:
		return document(written)
	}
}

// person is a reference to somebody: by account id, or on Data Center by user name.
func (a *api) person(id string) map[string]string {
	if a.server {
		return map[string]string{"name": id}
	}
	return map[string]string{"accountId": id}
}

// personParam is the name of the parameter that says who.
func (a *api) personParam() string {
	if a.server {
		return "username"
	}
	return "accountId"
}

// named refers to something by its id, if what is given is all digits, or else by its name.
func named(given string) map[string]string {
	if isID(given) {
		return map[string]string{"id": given}
	}
	return map[string]string{"name": given}
}

func allNamed(given []string) []map[string]string {
	references := make([]map[string]string, len(given))
	for i, one := range given {
		references[i] = named(one)
	}
	return references
}

func isID(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// invalid is the error of an input that only a look at Jira, or at two fields together, shows to be wrong.
func invalid(pointer, format string, args ...any) *operations.Error {
	detail := fmt.Sprintf(format, args...)
	return &operations.Error{
		Code: operations.CodeInvalidInput, Detail: "the input does not fit the operation: " + pointer + " " + detail,
		Faults: []operations.InputFault{{Pointer: pointer, Detail: detail}},
	}
}

// done is the answer of an operation that Jira answers with nothing.
type done struct {
	Success bool `json:"success" doc:"true: it is done."`
}
