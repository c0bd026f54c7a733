package operations

import (
	"sync"
	"sync/atomic"
	"time"
)

// Entry is an operation as a catalogue holds it, with what is worth keeping for its next call. It is safe for
// concurrent use; its fields must not be changed.
type Entry struct {
	Connector *Connector
	Operation Operation
	Spec      Spec

	// Input and Output compile the schemas when first asked, so that nobody pays for operations that are not called.
	Input, Output func() (*Validator, error)

	checked atomic.Int64 // when the output was last checked, nanoseconds since 1970
}

func newEntry(connector *Connector, operation Operation, spec Spec) *Entry {
	return &Entry{
		Connector: connector, Operation: operation, Spec: spec,
		Input: sync.OnceValues(spec.Input.Compile), Output: sync.OnceValues(spec.Output.Compile),
	}
}

// CheckDue tells whether an output should be held against the schema now, which is so at most once in every stretch
// of that length; 0: always. Who is told so has to do it.
func (e *Entry) CheckDue(every time.Duration, now time.Time) bool {
	last := e.checked.Load()
	if every > 0 && last > 0 && now.UnixNano()-last < int64(every) {
		return false
	}
	return e.checked.CompareAndSwap(last, now.UnixNano())
}
