package sandbox

import (
	"fmt"
	"net/http"
	"sync"
)

const (
	maxFaults      = 100
	maxFaultHeader = 4 << 10
)

// script is the list of faults to come.
type script struct {
	mu     sync.Mutex
	faults []*scripted
}

type scripted struct {
	fault   Fault
	matched int
}

func (s *script) set(faults []Fault) {
	fresh := make([]*scripted, len(faults))
	for i, fault := range faults {
		fault.Hits = 0
		fresh[i] = &scripted{fault: fault}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = fresh
}

func (s *script) list() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	faults := make([]Fault, len(s.faults))
	for i, scripted := range s.faults {
		faults[i] = scripted.fault
	}
	return faults
}

// next finds the first fault for a request that is not used up.
func (s *script) next(r *http.Request) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scripted := range s.faults {
		f := &scripted.fault
		if !f.Match.matches(r) || f.Times > 0 && f.Hits >= f.Times {
			continue
		}
		if scripted.matched++; scripted.matched <= f.Skip {
			continue
		}
		f.Hits++
		return *f, true
	}
	return Fault{}, false
}

// SetFaults replaces the scripted faults. The first that matches a request and is not used up strikes.
func (h *Harness) SetFaults(faults ...Fault) error {
	if len(faults) > maxFaults {
		return fmt.Errorf("there can be at most %d faults", maxFaults)
	}
	for i, fault := range faults {
		if err := fault.check(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
	}
	h.faults.set(faults)
	return nil
}

// Faults lists the scripted faults and how often each struck.
func (h *Harness) Faults() []Fault { return h.faults.list() }

// faultFor picks the fault for a request: the one its header asks for, else a scripted one.
func (h *Harness) faultFor(r *http.Request) (Fault, bool, error) {
	text := r.Header.Get(FaultHeader)
	if text == "" {
		fault, found := h.faults.next(r)
		return fault, found, nil
	}
	if len(text) > maxFaultHeader {
		return Fault{}, false, fmt.Errorf("is longer than %d bytes", maxFaultHeader)
	}
	var fault Fault
	if err := decodeStrict([]byte(text), &fault); err != nil {
		return Fault{}, false, err
	}
	return fault, true, fault.check()
}
