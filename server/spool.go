package server

import (
	"errors"
	"io"
	"sync"
)

// spool hands on what one goroutine writes to another that reads, and holds so much of it at most: then who writes waits.
type spool struct {
	most int

	mu     sync.Mutex
	change sync.Cond
	held   []byte
	read   int  // of what is held
	ended  bool // nothing more is written
	broken bool // nobody reads any more
}

func newSpool(most int) *spool {
	s := &spool{most: most}
	s.change.L = &s.mu
	return s
}

var errNobodyReads = errors.New("nobody reads any more")

// Write waits for room, and then takes the whole.
func (s *spool) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.held)-s.read >= s.most && !s.broken {
		s.change.Wait()
	}
	if s.broken {
		return 0, errNobodyReads
	}
	if s.read > 0 && s.read >= len(s.held)/2 {
		s.held = append(s.held[:0], s.held[s.read:]...)
		s.read = 0
	}
	s.held = append(s.held, p...)
	s.change.Broadcast()
	return len(p), nil
}

// Read waits until there is something.
func (s *spool) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.held) == s.read && !s.ended {
		s.change.Wait()
	}
	n := copy(p, s.held[s.read:])
	if s.read += n; n == 0 && s.ended {
		return 0, io.EOF
	}
	s.change.Broadcast()
	return n, nil
}

// end says that nothing more is written.
func (s *spool) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.change.Broadcast()
}

// leave says that nobody reads any more.
func (s *spool) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = true
	s.change.Broadcast()
}
