package embedtoken

import (
	"context"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/patchbay/patchbay/operations"
)

// setAside is how many calls a node takes off a token's budget at most, to spend them without asking the store for each.
const setAside = 50

// account is what a node knows of a token.
type account struct {
	mu   sync.Mutex
	seen time.Time // that it lives
	left int64     // calls set aside for this node
}

// Spend counts one call of a token. Errors: unauthenticated if it was revoked, forbidden if its budget is spent, and what
// the store says. Calls that a node has set aside and not spent when it ends are lost, at most a twentieth of the budget.
func (t *Tokens) Spend(ctx context.Context, id string) error {
	a, err := t.accounts.Get(ctx, id, otter.LoaderFunc[string, *account](func(context.Context, string) (*account, error) {
		return &account{}, nil
	}))
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := t.now(); now.Sub(a.seen) >= believed {
		lives, err := t.store.EmbedTokenLives(ctx, id)
		switch {
		case err != nil:
			return err
		case !lives:
			return refusal(operations.CodeUnauthenticated, ReasonRevoked, "the token was revoked; ask the page's server for a new one", nil)
		}
		a.seen = now
	}
	if a.left == 0 {
		if a.left, err = t.store.SetAsideEmbedCalls(ctx, id, setAside); err != nil {
			return err
		}
	}
	if a.left == 0 {
		return refusal(operations.CodeForbidden, ReasonBudget, "the token's calls are spent; ask the page's server for a new one", nil)
	}
	a.left--
	return nil
}
