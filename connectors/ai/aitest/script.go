package aitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// Behaviour is how the sandbox's model behaves in one completion.
type Behaviour string

// How a model can behave. Any other behaviour is a text that it answers as it stands.
const (
	Good        Behaviour = "good"         // answers by the rules
	InvalidJSON Behaviour = "invalid_json" // breaks off in the middle of its JSON
	WrongForm   Behaviour = "wrong_form"   // answers JSON that has nothing to do with the schema
	Fenced      Behaviour = "fenced"       // puts words and a code fence around its JSON
	Thinking    Behaviour = "thinking"     // thinks aloud first
	Refusal     Behaviour = "refusal"      // refuses to answer
	Filtered    Behaviour = "filtered"     // is held back by the content filter
	Cut         Behaviour = "cut"          // stops at its bound
	Empty       Behaviour = "empty"        // says nothing
)

const (
	maxScript = 1_000
	maxAsked  = 100
)

// Script sets how the next completions behave, one each; those after are good.
func (s *Sandbox) Script(behaviours ...Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = slices.Clone(behaviours[:min(len(behaviours), maxScript)])
}

// Asked gives the last 100 requests for a completion, as they came, the oldest first.
func (s *Sandbox) Asked() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// ask notes a request for a completion.
func (s *Sandbox) ask(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked = append(s.asked, body); len(s.asked) > maxAsked {
		s.asked = slices.Clone(s.asked[1:])
	}
}

// behave takes the next behaviour off the script.
func (s *Sandbox) behave() Behaviour {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script) == 0 {
		return Good
	}
	next := s.script[0]
	s.script = s.script[1:]
	return next
}

// putScript is PUT /_sandbox/answers: a JSON array of behaviours.
func (s *Sandbox) putScript(w http.ResponseWriter, r *http.Request) {
	body, err := sandbox.ReadBody(r, maxBody)
	var script []Behaviour
	if err == nil {
		err = json.Unmarshal(body, &script)
	}
	if err == nil && len(script) > maxScript {
		err = fmt.Errorf("there can be at most %d answers", maxScript)
	}
	if err != nil {
		sandbox.WriteJSON(w, http.StatusBadRequest, "application/json", map[string]string{"error": err.Error()})
		return
	}
	s.Script(script...)
	w.WriteHeader(http.StatusNoContent)
}

// getAsked is GET /_sandbox/answers: the last requests for a completion.
func (s *Sandbox) getAsked(w http.ResponseWriter, _ *http.Request) {
	asked := []json.RawMessage{}
	for _, body := range s.Asked() {
		asked = append(asked, body)
	}
	sandbox.WriteJSON(w, http.StatusOK, "application/json", asked)
}
