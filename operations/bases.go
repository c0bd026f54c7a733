package operations

import "sync"

// maxBases bounds how many bases are remembered. Beyond it all are forgotten.
const maxBases = 10_000

// Bases remembers the bases that NewBase has made. The zero value is ready; it is safe for concurrent use.
type Bases struct {
	mu    sync.RWMutex
	known map[baseParts]Base
}

// baseParts are all that a base depends on.
type baseParts struct{ origin, path, override, declared, api string }

// Of is NewBase for a connector as a credential meets it (see Connector.For); nil: without one.
func (b *Bases) Of(connector *Connector, credential *Credential, override string) (Base, error) {
	origin, path, fields := connector.Origin, connector.BasePath, map[string]string(nil)
	if credential != nil {
		origin, path = connector.place(credential.Scheme)
		fields = credential.Fields
	}
	parts := baseParts{origin: origin, path: path, override: override, declared: Expand(origin, fields), api: expandPath(path, fields)}
	b.mu.RLock()
	base, known := b.known[parts]
	b.mu.RUnlock()
	if known {
		return base, nil
	}
	at := *connector
	at.Origin, at.BasePath = origin, path
	base, err := NewBase(at, override, fields)
	if err != nil {
		return Base{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil || len(b.known) >= maxBases {
		b.known = map[baseParts]Base{}
	}
	b.known[parts] = base
	return base, nil
}
