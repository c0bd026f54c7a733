package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// slowPieces is into how many pieces a slow body is split.
const slowPieces = 8

// inflict lets a fault strike a request.
func (h *Harness) inflict(w http.ResponseWriter, r *http.Request, fault Fault) {
	if fault.LatencyMS > 0 {
		h.options.Sleep(r.Context(), time.Duration(fault.LatencyMS)*time.Millisecond)
	}
	if fault.Cut == CutBefore {
		panic(http.ErrAbortHandler)
	}
	answer := h.answer(r, fault)
	if fault.Cut == CutAfter {
		panic(http.ErrAbortHandler)
	}
	for name, value := range fault.Headers {
		answer.header.Set(name, value)
	}
	if fault.RetryAfter != "" {
		answer.header.Set("Retry-After", string(fault.RetryAfter))
	}
	h.send(w, r, fault, answer)
}

// answer makes the whole answer to a request, without sending it.
func (h *Harness) answer(r *http.Request, fault Fault) *capture {
	answer := &capture{header: http.Header{}}
	if fault.Status == 0 || fault.Apply {
		h.apply(answer, r)
	}
	if fault.Status != 0 {
		answer = &capture{header: http.Header{}}
		h.compose(answer, r, fault)
	}
	return answer
}

func (h *Harness) compose(answer *capture, r *http.Request, fault Fault) {
	var text string
	switch {
	case len(fault.Body) == 0 && h.options.Answer != nil:
		h.options.Answer(answer, r, fault.Status)
	case len(fault.Body) == 0:
		answer.WriteHeader(fault.Status)
	case json.Unmarshal(fault.Body, &text) == nil:
		answer.header.Set("Content-Type", "text/plain; charset=utf-8")
		answer.WriteHeader(fault.Status)
		answer.body.WriteString(text)
	default:
		answer.header.Set("Content-Type", "application/json")
		answer.WriteHeader(fault.Status)
		answer.body.Write(fault.Body)
	}
}

func (h *Harness) send(w http.ResponseWriter, r *http.Request, fault Fault, answer *capture) {
	body := answer.body.Bytes()
	if fault.Malformed {
		body = half(body)
	}
	answer.header.Del("Content-Length")
	maps.Copy(w.Header(), answer.header)
	if len(body) > 0 || fault.Malformed {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	if fault.Cut == CutBody {
		body = half(body)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	}
	w.WriteHeader(answer.code())
	h.write(w, r, body, time.Duration(fault.SlowBodyMS)*time.Millisecond)
	if fault.Cut == CutBody {
		_ = http.NewResponseController(w).Flush() // where it cannot flush there is no connection to cut either
		panic(http.ErrAbortHandler)
	}
}

// half is the first half of a JSON document, or the beginning of one where there is none.
func half(body []byte) []byte {
	if len(body) < 2 {
		return []byte(`{"`)
	}
	return body[:len(body)/2]
}

func (h *Harness) write(w http.ResponseWriter, r *http.Request, body []byte, over time.Duration) {
	if over <= 0 {
		_, _ = w.Write(body) // a client that left needs no answer
		return
	}
	size := max(1, (len(body)+slowPieces-1)/slowPieces)
	for len(body) > 0 && r.Context().Err() == nil {
		piece := body[:min(size, len(body))]
		body = body[len(piece):]
		_, _ = w.Write(piece)
		_ = http.NewResponseController(w).Flush()
		h.options.Sleep(r.Context(), over/slowPieces)
	}
}

// capture is a ResponseWriter that keeps the answer.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header gives the headers to set.
func (c *capture) Header() http.Header { return c.header }

// WriteHeader keeps the status; the first one counts.
func (c *capture) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

// Write keeps the bytes.
func (c *capture) Write(p []byte) (int, error) { return c.body.Write(p) }

func (c *capture) code() int {
	if c.status == 0 {
		return http.StatusOK
	}
	return c.status
}
