package outreachtest

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const (
	maxBody  = 1 << 20
	maxQuery = 16 << 10
)

// exchange is one request to the API, being answered.
type exchange struct {
	*Sandbox
	request *http.Request
	kind    *resource
	query   url.Values
	base    string // what links begin with, without a slash at the end
	now     time.Time
}

// reply is an answer that says that all went well. A nil document is an empty body.
type reply struct {
	status   int
	document any
}

// endpoint is something that can be done at a path.
type endpoint struct {
	method string
	verb   string // as offers has it; "" for actions
	scope  string
	run    func(x *exchange, segments []string) (reply, *problem)
}

// endpointsOf lists what there is for a path of so many segments below /api/v2/.
func endpointsOf(kind *resource, segments []string) []endpoint {
	var all []endpoint
	switch len(segments) {
	case 1:
		all = []endpoint{
			{http.MethodGet, "list", "read", (*exchange).list}, {http.MethodPost, "create", "write", (*exchange).create},
		}
	case 2:
		all = []endpoint{
			{http.MethodGet, "get", "read", (*exchange).get}, {http.MethodPatch, "update", "write", (*exchange).update},
			{http.MethodDelete, "delete", "delete", (*exchange).remove},
		}
	case 4:
		if _, known := kind.Actions[segments[3]]; known && segments[2] == "actions" {
			return []endpoint{{http.MethodPost, "", "write", (*exchange).act}}
		}
	}
	var offered []endpoint
	for _, e := range all {
		if kind.offers(e.verb) {
			offered = append(offered, e)
		}
	}
	return offered
}

func (s *Sandbox) serveAPI(w http.ResponseWriter, r *http.Request) {
	answer, problem := s.handle(r)
	switch {
	case problem != nil:
		problem.write(w)
	case answer.document == nil:
		w.WriteHeader(answer.status)
	default:
		sandbox.WriteJSON(w, answer.status, mediaType, answer.document)
	}
}

func (s *Sandbox) handle(r *http.Request) (reply, *problem) {
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, apiPath), "/")
	kind, known := s.surface.byPath[segments[0]]
	if !known {
		return reply{}, noRoute(r.URL.Path)
	}
	found, problem := choose(endpointsOf(kind, segments), r)
	if problem != nil {
		return reply{}, problem
	}
	if held, _ := s.tokens.check(r.Header.Get("Authorization")); held.readOnly && found.scope != "read" {
		return reply{}, missingScope(kind.Path + "." + found.scope)
	}
	x := &exchange{Sandbox: s, request: r, kind: kind, base: s.base(r), now: s.options.Now()}
	if len(r.URL.RawQuery) > maxQuery {
		return reply{}, malformed("The query is too long.")
	}
	var err error
	if x.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return reply{}, malformed("The query cannot be read.")
	}
	return found.run(x, segments)
}

func choose(offered []endpoint, r *http.Request) (endpoint, *problem) {
	if len(offered) == 0 {
		return endpoint{}, noRoute(r.URL.Path)
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var allowed []string
	for _, e := range offered {
		if e.method == method {
			return e, nil
		}
		allowed = append(allowed, e.method)
	}
	return endpoint{}, methodNotAllowed(r.Method, strings.Join(allowed, ", "))
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

func (x *exchange) link(path string) string { return x.base + apiPath + path }

// id reads the id in a path. Anything that is no id leads to no record.
func (x *exchange) id(text string) (ref, *problem) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return ref{}, notFound(x.kind.Type, clip(text, 40))
	}
	return ref{x.kind.Type, id}, nil
}

// hasMediaType tells whether the request's body is declared as JSON:API.
func (x *exchange) hasMediaType() bool {
	declared, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	return err == nil && declared == mediaType
}

func clip(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
