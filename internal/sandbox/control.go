package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

const maxControlBody = 256 << 10

// routes are the control endpoints that every sandbox has, and those of its own.
func (h *Harness) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Prefix+"faults", h.getFaults)
	mux.HandleFunc("PUT "+Prefix+"faults", h.putFaults)
	mux.HandleFunc("DELETE "+Prefix+"faults", h.deleteFaults)
	mux.HandleFunc("GET "+Prefix+"stats", h.getStats)
	mux.HandleFunc("GET "+Prefix+"requests", h.getRequests)
	mux.HandleFunc("POST "+Prefix+"reset", h.postReset)
	for pattern, handler := range h.options.Control {
		mux.HandleFunc(pattern, handler)
	}
	return mux
}

func (h *Harness) getFaults(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, "application/json", h.Faults())
}

func (h *Harness) putFaults(w http.ResponseWriter, r *http.Request) {
	body, err := ReadBody(r, maxControlBody)
	if err != nil {
		controlError(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	var faults []Fault
	if err := decodeStrict(body, &faults); err != nil {
		controlError(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := h.SetFaults(faults...); err != nil {
		controlError(w, http.StatusBadRequest, err.Error())
		return
	}
	h.getFaults(w, r)
}

func (h *Harness) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	h.faults.set(nil)
	w.WriteHeader(http.StatusNoContent)
}

func (h *Harness) getStats(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, "application/json", h.Stats())
}

func (h *Harness) getRequests(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, "application/json", h.Requests())
}

func (h *Harness) postReset(w http.ResponseWriter, _ *http.Request) {
	h.Reset()
	w.WriteHeader(http.StatusNoContent)
}

func controlError(w http.ResponseWriter, status int, text string) {
	WriteJSON(w, status, "application/json", map[string]string{"error": text})
}

// decodeStrict reads one JSON document into target; unknown fields and anything behind the document are errors.
func decodeStrict(data []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil {
		return fmt.Errorf("reading JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("reading JSON: something follows the document")
	}
	return nil
}

// ErrTooLarge says that a request's body is above the bound.
var ErrTooLarge = errors.New("the body is too large")

// ReadBody reads a request's body of at most so many bytes; a longer one is ErrTooLarge.
func ReadBody(r *http.Request, most int64) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the body: %w", err)
	case int64(len(body)) > most:
		return nil, ErrTooLarge
	}
	return body, nil
}

// WriteJSON sends a document. It leaves <, > and & as they are, as most vendors do.
func WriteJSON(w http.ResponseWriter, status int, contentType string, document any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		http.Error(w, "encoding the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a client that left needs no answer
}
