package gateway

import "sync"

// memo remembers what was worked out, up to a number of things; then it starts anew. It is safe for concurrent use.
type memo[K comparable, V any] struct {
	most int

	mu    sync.RWMutex
	known map[K]V
}

// get gives what is remembered under a key.
func (m *memo[K, V]) get(key K) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	value, ok := m.known[key]
	return value, ok
}

// of gives what is remembered under a key, or makes and remembers it.
func (m *memo[K, V]) of(key K, make func() V) V {
	if value, ok := m.get(key); ok {
		return value
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.known[key]
	if !ok {
		value = make()
		m.keep(key, value)
	}
	return value
}

// put remembers a value, which it gives back.
func (m *memo[K, V]) put(key K, value V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(key, value)
	return value
}

func (m *memo[K, V]) keep(key K, value V) {
	if m.known == nil || len(m.known) >= m.most {
		m.known = map[K]V{}
	}
	m.known[key] = value
}
