// Package nimchattest is a sandbox of Nimchat, and so of Chatwoot: a look-alike of its three APIs that keeps state, for
// trying and testing the connector without an account. Requests are held to the connector's own OpenAPI document;
// answers have the wrappers and the two error shapes that the servers have.
//
// Source: https://www.chatwoot.com/developers/api/
package nimchattest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connectors/nimchat"
	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/internal/sandbox/contract"
)

// What lets in. Each opens only its own part of the API.
const (
	UserToken       = "sandbox-nimchat-user-token"     // of Ada Okafor, administrator of the accounts 1 and 2
	AgentToken      = "sandbox-nimchat-agent-token"    // of Ben Lindqvist, an agent of the account 1
	BotToken        = "sandbox-nimchat-bot-token"      // of the agent bot 2
	PlatformToken   = "sandbox-nimchat-platform-token" // of a platform app
	InboxIdentifier = "s5mGkVEHn1QvPg3XqJ8hTzWb"       // of the inbox 2; no secret
)

const (
	maxRecords = 20_000   // of one kind
	maxBody    = 1 << 20  // bytes of a JSON body
	maxForm    = 16 << 20 // bytes of a form with a picture in it
)

// Options set a sandbox up. The zero value will do.
type Options struct {
	Prefix string // the path that was stripped off before requests came here, e.g. "/nimchat"; addresses of avatars have it

	Limit       int // requests a minute for each address; default 3,000
	SearchLimit int // searches for contacts a minute; default 100

	Now   func() time.Time                           // default time.Now
	Sleep func(ctx context.Context, d time.Duration) // for faults that take time; default: really
}

// Sandbox is a look-alike of Nimchat, an http.Handler for /api, /platform, /public and the control endpoints
// /_sandbox/… of package sandbox. It is safe for concurrent use.
type Sandbox struct {
	*sandbox.Harness // serves, and is told of faults

	options  Options
	contract *contract.Contract
	handlers map[string]handler
	limit    *sandbox.RateLimit
	searches *sandbox.RateLimit

	mu    sync.Mutex
	store *store
}

// promised reads the connector's document once; it never changes.
var promised = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(nimchat.Document()) })

// New makes a sandbox with its seed in it. It panics if the connector's document is broken.
func New(options Options) *Sandbox {
	if options.Limit <= 0 {
		options.Limit = 3000
	}
	if options.SearchLimit <= 0 {
		options.SearchLimit = 100
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	document, err := promised()
	if err != nil {
		panic(err)
	}
	s := &Sandbox{options: options, contract: document, handlers: handlers(), store: newSeed()}
	s.limit = &sandbox.RateLimit{Limit: options.Limit, Window: time.Minute, Now: options.Now, Key: address, Refuse: refuse}
	s.searches = &sandbox.RateLimit{Limit: options.SearchLimit, Window: time.Minute, Now: options.Now}
	s.Harness = sandbox.New(sandbox.Options{
		API: s.limit.Wrap(http.HandlerFunc(s.serve)), Limit: s.limit, Reset: s.reset, Answer: answerFault,
		IsWrite: isWrite, Now: options.Now, Sleep: options.Sleep,
	})
	return s
}

func (s *Sandbox) reset() {
	s.searches.Reset()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store = newSeed()
}

// address is whose budget a request counts against: the service counts by address.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// isWrite tells whether a request asks for a change: filters are asked for with POST.
func isWrite(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && !isFilter(r.URL.Path)
}
