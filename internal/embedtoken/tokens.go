package embedtoken

import (
	"context"
	"crypto/sha256"
	"slices"
	"strconv"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Store keeps tokens and their accounts: *store.Store.
type Store interface {
	Shelf
	Ledger
}

// Shelf keeps tokens.
type Shelf interface {
	InsertEmbedToken(ctx context.Context, token store.EmbedToken) error
	ListEmbedTokens(ctx context.Context, workspace string, filter store.EmbedTokenFilter) ([]store.EmbedToken, error)
	RevokeEmbedToken(ctx context.Context, workspace, id string) error
}

// Ledger knows which tokens live and what is left of their budgets.
type Ledger interface {
	EmbedTokenLives(ctx context.Context, id string) (bool, error)
	SetAsideEmbedCalls(ctx context.Context, id string, most int64) (int64, error)
	IsEmbedOrigin(ctx context.Context, origin string) (bool, error)
}

// Options are the parts of Tokens. Keys and Store are required.
type Options struct {
	Keys  *keyset.Handle // that sign
	Store Store
	Now   func() time.Time
}

// Tokens makes, ends and checks tokens. It is safe for concurrent use.
type Tokens struct {
	store  Store
	signer signer
	now    func() time.Time

	passes   *otter.Cache[fingerprint, Pass] // whose signatures have been checked
	accounts *otter.Cache[string, *account]  // by token
	origins  *otter.Cache[string, bool]      // whether a live token names it
}

const (
	// believed is for how long a node goes by what it has seen in the store: so long a revocation by another goes unseen.
	believed = time.Second
	// idle is for how long a node remembers the calls it has set aside for a token that does not come.
	idle = time.Hour

	manyPasses   = 10_000
	manyAccounts = 50_000
	manyOrigins  = 10_000
)

// fingerprint stands for a token.
type fingerprint = [sha256.Size]byte

// New prepares tokens.
func New(options Options) (*Tokens, error) {
	signer, err := newSigner(options.Keys)
	if err != nil {
		return nil, err
	}
	t := &Tokens{store: options.Store, signer: signer, now: options.Now}
	if t.now == nil {
		t.now = time.Now
	}
	t.passes = otter.Must(&otter.Options[fingerprint, Pass]{
		MaximumSize: manyPasses, ExpiryCalculator: otter.ExpiryAccessing[fingerprint, Pass](idle), Clock: clock{t.now},
	})
	t.accounts = otter.Must(&otter.Options[string, *account]{
		MaximumSize: manyAccounts, ExpiryCalculator: otter.ExpiryAccessing[string, *account](idle), Clock: clock{t.now},
	})
	t.origins = otter.Must(&otter.Options[string, bool]{
		MaximumSize: manyOrigins, ExpiryCalculator: otter.ExpiryWriting[string, bool](believed), Clock: clock{t.now},
	})
	return t, nil
}

// Close ends what runs in the background.
func (t *Tokens) Close() {
	t.passes.StopAllGoroutines()
	t.accounts.StopAllGoroutines()
	t.origins.StopAllGoroutines()
}

// clock lets the caches run on the clock of the tokens.
type clock struct{ now func() time.Time }

func (c clock) NowNano() int64 { return c.now().UnixNano() }

// Tick gives a real tick: it only cleans up.
func (c clock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }

// Draft is a token to be made.
type Draft struct {
	EndUser     string
	Credentials []string
	Operations  []string
	Origins     []string
	Lifetime    time.Duration
	Calls       int64
	MadeBy      string // the API key that asks for it
}

// Issue makes a token. Errors: invalid_input for an origin that cannot be one, or for more than a token can hold.
func (t *Tokens) Issue(ctx context.Context, workspace string, draft Draft) (store.EmbedToken, string, error) {
	now := t.now().UTC().Truncate(time.Second)
	made := store.EmbedToken{
		ID: store.NewEmbedID(), Workspace: workspace, EndUser: draft.EndUser, MadeBy: draft.MadeBy, Calls: draft.Calls,
		Credentials: unique(draft.Credentials), Operations: unique(draft.Operations), Created: now, Expires: now.Add(draft.Lifetime),
	}
	for i, origin := range draft.Origins {
		canonical, fault := CanonicalOrigin(origin)
		if fault != "" {
			return store.EmbedToken{}, "", originFault(i, fault)
		}
		made.Origins = append(made.Origins, canonical)
	}
	made.Origins = unique(made.Origins)
	token, err := t.signer.sign(Pass{
		ID: made.ID, Workspace: workspace, Origins: made.Origins, Expires: made.Expires,
		Grant: execute.Grant{EndUser: made.EndUser, Credentials: made.Credentials, Operations: made.Operations},
	}, made.Calls, now)
	if err != nil {
		return store.EmbedToken{}, "", err
	}
	if len(token) > maxToken {
		return store.EmbedToken{}, "", operations.Errorf(operations.CodeInvalidInput, "a token cannot hold that much; name fewer credentials, operations or origins")
	}
	if err := t.store.InsertEmbedToken(ctx, made); err != nil {
		return store.EmbedToken{}, "", err
	}
	for _, origin := range made.Origins {
		t.origins.Invalidate(origin)
	}
	return made, token, nil
}

// unique drops what is there twice. It is never nil.
func unique(list []string) []string {
	out := []string{}
	for _, item := range list {
		if !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	return out
}

// List lists a workspace's tokens, newest first.
func (t *Tokens) List(ctx context.Context, workspace string, filter store.EmbedTokenFilter) ([]store.EmbedToken, error) {
	return t.store.ListEmbedTokens(ctx, workspace, filter)
}

// Revoke ends a token: here at once, on other nodes within a second.
func (t *Tokens) Revoke(ctx context.Context, workspace, id string) error {
	if err := t.store.RevokeEmbedToken(ctx, workspace, id); err != nil {
		return err
	}
	t.accounts.Invalidate(id)
	t.origins.InvalidateAll()
	return nil
}

// Open tells what a token allows. An expired one is told of beside its error.
func (t *Tokens) Open(token string) (Pass, error) {
	pass, err := t.verified(token)
	if err == nil && !t.now().Before(pass.Expires) {
		err = refusal(operations.CodeUnauthenticated, ReasonExpired, "the token has expired; ask the page's server for a new one", nil)
	}
	return pass, err
}

// verified is the token with its signature checked, which is done once for all requests that carry it.
func (t *Tokens) verified(token string) (Pass, error) {
	if len(token) > maxToken {
		return Pass{}, invalid(errTooLong)
	}
	print := sha256.Sum256([]byte(token))
	if pass, known := t.passes.GetIfPresent(print); known {
		return pass, nil
	}
	pass, err := t.signer.open(token)
	if err == nil {
		t.passes.Set(print, pass)
	}
	return pass, err
}

// Names tells whether a token that can be used names an origin, as far as is known since a second at most.
func (t *Tokens) Names(ctx context.Context, origin string) (bool, error) {
	if len(origin) > maxOrigin {
		return false, nil
	}
	return t.origins.Get(ctx, origin, otter.LoaderFunc[string, bool](t.store.IsEmbedOrigin))
}

func originFault(i int, fault string) error {
	return &operations.Error{
		Code: operations.CodeInvalidInput, Detail: "an origin of the token cannot be: it " + fault,
		Faults: []operations.InputFault{{Pointer: "/origins/" + strconv.Itoa(i), Detail: fault}},
	}
}
