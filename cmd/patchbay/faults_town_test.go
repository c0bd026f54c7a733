package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// town is the services: one address for each connector, behind which a scenario puts the sandbox that it needs.
type town struct {
	server *httptest.Server
	houses map[string]*house
}

// house is one service.
type house struct {
	mu      sync.Mutex
	handler http.Handler
	came    []time.Time // requests
}

// townsfolk are the connectors of the scenarios; acme is imported.
var townsfolk = [...]string{"acme", "dixa", "jira", "outreach", "slack"}

func openTown(t *testing.T) *town {
	t.Helper()
	town, mux := &town{houses: map[string]*house{}}, http.NewServeMux()
	for _, name := range townsfolk {
		h := &house{handler: http.NotFoundHandler()}
		town.houses[name] = h
		mux.Handle("/"+name+"/", http.StripPrefix("/"+name, h))
	}
	town.server = httptest.NewServer(mux)
	t.Cleanup(town.server.Close)
	return town
}

// environment points the built-in connectors at the town.
func (town *town) environment() (variables []string) {
	for name := range maps.Keys(town.houses) {
		if name != "acme" {
			variables = append(variables, "PATCHBAY_"+strings.ToUpper(name)+"_BASE_URL="+town.server.URL+"/"+name)
		}
	}
	return variables
}

// move puts a service into its house.
func (town *town) move(name string, handler http.Handler) *house {
	h := town.houses[name]
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handler, h.came = handler, nil
	return h
}

// ServeHTTP notes when the request came and lets the service answer.
func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	handler := h.handler
	h.came = append(h.came, time.Now())
	h.mu.Unlock()
	handler.ServeHTTP(w, r)
}

// span is the time from the first request to the last.
func (h *house) span() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.came) == 0 {
		return 0
	}
	return h.came[len(h.came)-1].Sub(h.came[0])
}

// requests is how many came.
func (h *house) requests() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.came)
}

// early is how many requests came before a limit of some a second, and some at once, had room for them. Those that left
// in time and were held up on the way are among them.
func (h *house) early(rate, burst float64) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	room, last := burst, time.Time{}
	for _, at := range h.came {
		if !last.IsZero() {
			room = min(room+rate*at.Sub(last).Seconds(), burst)
		}
		last = at
		if room < 1 {
			n++
			continue
		}
		room--
	}
	return n
}
