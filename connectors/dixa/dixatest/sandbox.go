// Package dixatest is a sandbox of Dixa: a look-alike of its API that keeps state, for trying and testing the connector
// without an account. Requests are held to the connector's own OpenAPI document and refused as the service would; it
// starts with a small company, in which everything is that the operations' samples name.
//
// Source: https://docs.dixa.io
package dixatest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/internal/sandbox/contract"
)

// Token is the API token that a sandbox accepts, as it stands or after "Bearer ".
const Token = "sandbox-dixa-token"

// Options set a sandbox up. The zero value will do.
type Options struct {
	PerSecond int // requests a second for each token; default 10
	Burst     int // of which so many at once; default 4
	PerDay    int // requests a day for each token; default 864,000

	Now   func() time.Time                           // default time.Now
	Sleep func(ctx context.Context, d time.Duration) // for faults that take time; default: really
}

// Sandbox is a look-alike of Dixa, an http.Handler for /v1/… and the control endpoints /_sandbox/… of package sandbox.
// Links in its answers are paths from the service's root, so that it may lie below any prefix. It is safe for concurrent use.
type Sandbox struct {
	*sandbox.Harness // serves, and is told of faults

	options  Options
	contract *contract.Contract
	handlers map[string]handler // by operationId
	limit    *sandbox.RateLimit
	daily    *sandbox.RateLimit

	mu    sync.Mutex
	state *state
}

// rules are the document that requests are held to. Reading it takes a while, so it is done once.
var rules = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(dixa.Document()) })

// New makes a sandbox with its seed in it. It panics if the connector's document is broken.
func New(options Options) *Sandbox {
	options = withDefaults(options)
	document, err := rules()
	if err != nil {
		panic(err)
	}
	s := &Sandbox{options: options, contract: document, handlers: handlers(), state: newState(options.Now())}
	s.limit = &sandbox.RateLimit{
		Limit: options.PerSecond, Window: time.Second, Now: options.Now, Key: token, Refuse: refuse,
		Burst: options.Burst + 1, // requests that keep the limit when they leave may come closer together
	}
	s.daily = &sandbox.RateLimit{Limit: options.PerDay, Window: 24 * time.Hour, Now: options.Now, Key: token, Refuse: refuse}
	s.Harness = sandbox.New(sandbox.Options{
		API: s.routes(), Limit: s.limit, Reset: s.reset, IsWrite: isWrite, Now: options.Now, Sleep: options.Sleep,
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) { byStatus(status).write(w) },
	})
	return s
}

func withDefaults(options Options) Options {
	if options.PerSecond <= 0 {
		options.PerSecond = 10
	}
	if options.Burst <= 0 {
		options.Burst = 4
	}
	if options.PerDay <= 0 {
		options.PerDay = 864_000
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return options
}

func (s *Sandbox) reset() {
	s.daily.Reset()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = newState(s.options.Now())
}
