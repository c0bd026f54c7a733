package ai_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/ai/aitest"
	"github.com/patchbay/patchbay/operations"
)

func TestStatusChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, last, more string // the last comment; more input
		script           []aitest.Behaviour
		want             string // success, changed, new_status, proposed_status, confidence
	}{
		{name: "sure", want: `true true "Closed" "Closed" 0.95`},
		{name: "just sure enough", last: "Thanks.", more: `,"min_confidence":0.75`, want: `true true "Closed" "Closed" 0.75`},
		{name: "not sure enough", last: "Thanks.", more: `,"min_confidence":0.76`, want: `false false "Open" "Closed" 0.75`},
		{name: "by default", last: "No idea.", script: []aitest.Behaviour{`{"reasoning":"a guess","status":"Closed","confidence":0.69}`},
			want: `false false "Open" "Closed" 0.69`},
		{name: "anything will do", script: []aitest.Behaviour{`{"reasoning":"a guess","status":"On hold","confidence":0}`}, more: `,"min_confidence":0`,
			want: `true true "On hold" "On hold" 0`},
		{name: "it has that one", last: "It is still broken, an error again.", want: `true false "Open" "Open" 0.95`},
		{name: "of those allowed", more: `,"allowed_statuses":["id of On hold","id of Open"]`, last: "Waiting for a part.", want: `true true "On hold" "On hold" 0.75`},
		{name: "by another model", more: `,"model":"sandbox-plain","language":"English"`, want: `true true "Closed" "Closed" 0.95`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, aitest.Options{})
			if tt.last != "" {
				h.desk.say(tt.last)
			}
			h.Script(tt.script...)
			out := h.want(t, "ai_status_change", `{"id":"`+ticketID+`"`+tt.more+`}`)
			var got []string
			for _, field := range []string{"success", "changed", "new_status", "proposed_status", "confidence"} {
				got = append(got, out.Get(field).Raw)
			}
			if strings.Join(got, " ") != tt.want || out.Get("previous_status").String() != "Open" || out.Get("reasoning").String() == "" {
				t.Errorf("got %s", out.Raw)
			}
			if changed := len(h.desk.updates) == 1; changed != out.Get("changed").Bool() || h.desk.ticket["status"] != out.Get("new_status").String() {
				t.Errorf("updates %v, the ticket is %v", h.desk.updates, h.desk.ticket["status"])
			}
		})
	}
}

func TestStatusChangeThatDoesNotCome(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, input, words string
		prepare            func(*hub)
		code               operations.Code
	}{
		{name: "no such ticket", input: `{"id":"nobody"}`, code: operations.CodeNotFound, words: "no ticket"},
		{name: "no such status", input: `{"id":"` + ticketID + `","allowed_statuses":["id of Open","x"]}`, code: operations.CodeInvalidInput, words: "/allowed_statuses/1"},
		{name: "no statuses", code: operations.CodeConflict, words: "no statuses", prepare: func(h *hub) { h.desk.statuses = nil }},
		{name: "a status made up", code: operations.CodeUpstreamFailed, words: "/status value must be one of", prepare: func(h *hub) {
			h.Script(`{"reasoning":"r","status":"Deleted","confidence":1}`, `{"reasoning":"r","status":"deleted","confidence":1}`)
		}},
		{name: "a refusal", code: operations.CodeUpstreamRejected, words: "refused", prepare: func(h *hub) { h.Script(aitest.Refusal) }},
		{name: "a failure", code: operations.CodeUpstreamFailed, words: "", prepare: func(h *hub) { h.account.Fields["model"] = aitest.Model; h.Script(aitest.Empty) }},
		{name: "an unknown model", code: operations.CodeUpstreamNotFound, words: "list_models", prepare: func(h *hub) { h.account.Fields["model"] = "gpt-x" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, aitest.Options{})
			if tt.prepare != nil {
				tt.prepare(h)
			}
			if tt.input == "" {
				tt.input = `{"id":"` + ticketID + `"}`
			}
			h.refused(t, "ai_status_change", tt.input, tt.code, tt.words)
			if len(h.desk.updates) > 0 {
				t.Errorf("the ticket was changed: %v", h.desk.updates)
			}
		})
	}
}

// TestNoAnswerInTime holds that a model which does not answer is a read that ran out of time: the ticket is as it was.
func TestNoAnswerInTime(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	end := make(chan struct{})
	h.serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-end }))
	t.Cleanup(func() { close(end) })
	h.timeout = 50 * time.Millisecond
	h.refused(t, "ai_status_change", `{"id":"`+ticketID+`"}`, operations.CodeUpstreamTimeout, "nothing was changed")
}

// TestTicketChangedMeanwhile holds that a status judged by what the ticket was is not given to what it has become.
func TestTicketChangedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	h.serve(t, changing{h})
	h.refused(t, "ai_status_change", `{"id":"`+ticketID+`"}`, operations.CodeConflict, "has version 4, not 3")
	if len(h.desk.updates) > 0 {
		t.Errorf("the ticket was changed: %v", h.desk.updates)
	}
}

// TestStatusesOfOneName are told apart.
func TestStatusesOfOneName(t *testing.T) {
	t.Parallel()
	h := newHub(t, aitest.Options{})
	h.desk.statuses[2].Text = "Closed"
	h.Script(`{"reasoning":"r","status":"Closed (id of Closed)","confidence":1}`)
	h.want(t, "ai_status_change", `{"id":"`+ticketID+`"}`)
	if len(h.desk.updates) != 1 || h.desk.updates[0]["statusId"] != "id of Closed" {
		t.Errorf("updates %v", h.desk.updates)
	}
	h.desk.ticket["statusId"] = "id of Closed"
	h.Script(`{"reasoning":"r","status":"Closed (id of Closed)","confidence":1}`)
	if out := h.want(t, "ai_status_change", `{"id":"`+ticketID+`"}`); len(h.desk.updates) != 1 || !out.Get("success").Bool() {
		t.Errorf("it had the status, updates %v, got %s", h.desk.updates, out.Raw)
	}
}
