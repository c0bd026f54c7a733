package dixatest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/operations"
)

// record is a thing of the service, as JSON shows it.
type record = map[string]any

// handler does one operation on the state. Its answer is sent with the status that the document has for success; nil
// is an answer without a body. A *refusal is sent as it says.
type handler func(*request) (any, error)

// request is a request that fits the document.
type request struct {
	*state
	path   string
	params map[string]string
	query  url.Values
	body   any // decoded; nil if there was none
	now    time.Time
}

// object is the body where the document wants an object.
func (r *request) object() record {
	body, _ := r.body.(record)
	return body
}

// text is a text field of the body, "" if it is not given.
func (r *request) text(name string) string { return text(r.object(), name) }

func text(of record, name string) string {
	s, _ := of[name].(string)
	return s
}

// maxBody bounds, in bytes, what a request may hold.
const maxBody = 1 << 20

// routes let a caller in and count requests; whoever is not let in is not counted.
func (s *Sandbox) routes() http.Handler {
	limited := s.limit.Wrap(s.daily.Wrap(http.HandlerFunc(s.serve)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token(r) != Token {
			byStatus(http.StatusUnauthorized).write(w)
			return
		}
		limited.ServeHTTP(w, r)
	})
}

// token is what a request logs in with: raw, or as a bearer.
func token(r *http.Request) string {
	value := r.Header.Get("Authorization")
	if scheme, token, found := strings.Cut(value, " "); found && strings.EqualFold(scheme, "Bearer") {
		return token
	}
	return value
}

func refuse(w http.ResponseWriter, _ *http.Request, _ sandbox.LimitState) {
	byStatus(http.StatusTooManyRequests).write(w)
}

// isWrite tells whether a request asks for a change: the analytics are asked by POST.
func isWrite(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.URL.Path, "/v1/analytics/")
}

func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	op, params, allowed := s.contract.Match(r.Method, path)
	switch {
	case op == nil && len(allowed) > 0:
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		byStatus(http.StatusMethodNotAllowed).write(w)
		return
	case op == nil:
		byStatus(http.StatusNotFound).write(w)
		return
	}
	body, err := sandbox.ReadBody(r, maxBody)
	if err != nil {
		byStatus(http.StatusRequestEntityTooLarge).write(w)
		return
	}
	query := r.URL.Query()
	if faults := op.Check(params, query, body); len(faults) > 0 {
		badRequest("Invalid value for: %s", faults[0]).write(w)
		return
	}
	in := &request{path: path, params: params, query: query, now: s.options.Now().UTC()}
	if len(bytes.TrimSpace(body)) > 0 && len(op.MediaTypes) > 0 {
		in.body, _ = operations.Decode(body) // it was read when it was checked
	}
	s.do(w, in, s.handlers[op.ID], op.Status)
}

// do runs a handler. The answer is written out before another request may change what is in it.
func (s *Sandbox) do(w http.ResponseWriter, in *request, handle handler, status int) {
	s.mu.Lock()
	in.state = s.state
	output, err := handle(in)
	var body []byte
	if err == nil && output != nil {
		body, err = json.Marshal(output)
	}
	s.mu.Unlock()
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		refused.write(w)
	case err != nil:
		(&refusal{http.StatusInternalServerError, err.Error()}).write(w)
	case body == nil:
		w.WriteHeader(status)
	default:
		sandbox.WriteJSON(w, status, "application/json", json.RawMessage(body))
	}
}

// refusal is an answer that is no success.
type refusal struct {
	status  int
	message string
}

// Error gives the message.
func (r *refusal) Error() string { return r.message }

func (r *refusal) write(w http.ResponseWriter) {
	if r.status < http.StatusBadRequest {
		w.WriteHeader(r.status)
		return
	}
	sandbox.WriteJSON(w, r.status, "application/json", record{"message": r.message})
}

func byStatus(status int) *refusal { return &refusal{status, http.StatusText(status)} }

func badRequest(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func notFound(what, id string) *refusal {
	return &refusal{http.StatusNotFound, fmt.Sprintf("%s %s was not found", what, id)}
}

func conflict(format string, args ...any) *refusal {
	return &refusal{http.StatusConflict, fmt.Sprintf(format, args...)}
}

// data is the envelope of most answers.
func data(v any) record { return record{"data": v} }
