package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	lookalike "github.com/patchbay/patchbay/internal/sandbox"
)

// luck lets some requests to a service go wrong, at random.
type luck struct {
	service http.Handler
	faults  []lookalike.Fault
	share   float64                  // of the requests that go wrong
	of      func(*http.Request) bool // which may

	mu   sync.Mutex
	dice *rand.Rand
	over bool
}

// newLuck names its seed, with which the faults come in the same order again.
func newLuck(t *testing.T, service http.Handler, share float64, of func(*http.Request) bool, faults ...lookalike.Fault) *luck {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("the seed of the faults is %d", seed)
	return &luck{service: service, faults: faults, share: share, of: of, dice: rand.New(rand.NewPCG(seed, seed))}
}

// ServeHTTP asks the sandbox for the fault that the dice have chosen.
func (l *luck) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if fault, strikes := l.draw(r); strikes {
		text, err := json.Marshal(fault)
		if err != nil {
			panic(err)
		}
		r.Header.Set(lookalike.FaultHeader, string(text))
	}
	l.service.ServeHTTP(w, r)
}

func (l *luck) draw(r *http.Request) (fault lookalike.Fault, strikes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || !l.of(r) || l.dice.Float64() >= l.share {
		return fault, false
	}
	return l.faults[l.dice.IntN(len(l.faults))], true
}

// turn ends all bad luck.
func (l *luck) turn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}

func anyRequest(r *http.Request) bool { return !strings.HasPrefix(r.URL.Path, lookalike.Prefix) }

func isPost(r *http.Request) bool { return r.Method == http.MethodPost && anyRequest(r) }
