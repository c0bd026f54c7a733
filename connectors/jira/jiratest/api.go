package jiratest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/operations"
)

// record is an object of JSON.
type record = map[string]any

const (
	maxBody  = 1 << 20
	maxQuery = 64 << 10
)

// handler does one thing on the state. A *refusal is sent as it says.
type handler func(x *exchange) (reply, error)

// exchange is one request, being answered. Its state is its own until it is answered.
type exchange struct {
	*state
	who

	request *http.Request
	version int               // of the API: 2 or 3
	base    string            // what links begin with, without a slash at the end
	site    string            // the end of it that belongs to the path: "/ex/jira/{cloudId}" or ""
	params  map[string]string // of the path
	query   url.Values
	body    any // decoded; nil if there was none
	files   []upload
	now     time.Time
	options Options
}

// reply is an answer that says that all went well.
type reply struct {
	status   int
	document any // nil: an empty body
	content  *attachment
	location string
}

func ok(document any) (reply, error) { return reply{status: http.StatusOK, document: document}, nil }

func created(document any) (reply, error) {
	return reply{status: http.StatusCreated, document: document}, nil
}

func done() (reply, error) { return reply{status: http.StatusNoContent}, nil }

// isWrite tells whether a request asks for a change: searches may be posted.
func isWrite(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return strings.Contains(r.URL.Path, "/rest/") && !strings.HasSuffix(r.URL.Path, "/search") && !strings.HasSuffix(r.URL.Path, "/search/jql")
}

func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/oauth/token":
		s.serveToken(w, r)
		return
	case "/oauth/token/accessible-resources":
		s.serveResources(w, r)
		return
	}
	answer, err := s.handle(w, r)
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		refused.write(w)
	case err != nil:
		refuse(http.StatusInternalServerError, "%s", err).write(w)
	case answer.content != nil:
		answer.content.write(w)
	case answer.location != "":
		w.Header().Set("Location", answer.location)
		w.WriteHeader(answer.status)
	case answer.document == nil:
		w.WriteHeader(answer.status)
	default:
		sandbox.WriteJSON(w, answer.status, mediaType, answer.document)
	}
}

// handle finds out where a request goes and who sends it, and lets it in.
func (s *Sandbox) handle(w http.ResponseWriter, r *http.Request) (reply, error) {
	where, err := locate(r.URL.EscapedPath())
	if err != nil {
		return reply{}, err
	}
	caller, err := s.identify(r, where)
	if err != nil {
		return reply{}, err
	}
	found, params, err := s.router.find(r.Method, where, caller)
	if err != nil {
		return reply{}, err
	}
	if err := s.admit(w.Header(), r.Method, found, caller); err != nil {
		return reply{}, err
	}
	x := &exchange{
		who: caller, request: r, version: where.version, base: s.base(r) + where.site, site: where.site,
		params: params, now: s.options.Now().UTC(), options: s.options,
	}
	if err := x.read(found); err != nil {
		return reply{}, err
	}
	leave, err := s.enter(x, found)
	if err != nil {
		return reply{}, err
	}
	defer leave()
	return s.do(x, found.run)
}

// do runs a handler. The answer is written out before another request may change what is in it.
func (s *Sandbox) do(x *exchange, run handler) (reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.state = s.state
	answer, err := run(x)
	if err != nil || answer.document == nil {
		return answer, err
	}
	body, err := encode(answer.document)
	answer.document = body
	return answer, err
}

func encode(document any) (json.RawMessage, error) {
	var body strings.Builder
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(document)
	return json.RawMessage(body.String()), err
}

// read takes in query and body.
func (x *exchange) read(found *route) (err error) {
	if len(x.request.URL.RawQuery) > maxQuery {
		return refuse(http.StatusRequestURITooLong, "The query is too long.")
	}
	if x.query, err = url.ParseQuery(x.request.URL.RawQuery); err != nil {
		return badRequest("The query cannot be read.")
	}
	if x.request.Method == http.MethodGet || x.request.Method == http.MethodHead {
		return nil
	}
	if found.is(uploads) {
		return x.readFiles()
	}
	body, err := sandbox.ReadBody(x.request, maxBody)
	if err != nil {
		return refuse(http.StatusRequestEntityTooLarge, "The request body is too large.")
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		return nil
	}
	if declared := mediaTypeOf(x.request); declared != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "The media type '%s' is not supported. Use application/json.", clip(declared, 80))
	}
	if x.body, err = operations.Decode(body); err != nil {
		return badRequest("There was an error parsing JSON. Check that your request body is valid.")
	}
	return nil
}

// object is the body where it has to be an object.
func (x *exchange) object() (record, error) {
	if body, isObject := x.body.(record); isObject {
		return body, nil
	}
	return nil, badRequest("Invalid request payload. Refer to the REST API documentation and try again.")
}

// link makes an address below the version of the API that was asked.
func (x *exchange) link(path string) string {
	if x.version == 3 {
		return x.base + "/rest/api/3/" + path
	}
	return x.base + "/rest/api/2/" + path
}

// base is where the caller reaches the sandbox.
func (s *Sandbox) base(r *http.Request) string {
	if s.options.BaseURL != "" {
		return strings.TrimSuffix(s.options.BaseURL, "/")
	}
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if parsed, err := url.Parse(scheme + "://" + host); err != nil || parsed.Host != host || host == "" {
		host = "localhost"
	}
	return scheme + "://" + host + strings.TrimSuffix(s.options.Prefix, "/")
}

func clip(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
