package platform

import (
	"context"
	"time"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// maxOptions bounds what a drop-down is made of.
const maxOptions = 10_000

// lookupRule keeps drop-downs for a moment only: the records are the hub's own, and near.
func lookupRule() operations.CacheRule {
	return operations.CacheRule{TTL: operations.Seconds(2 * time.Second), StaleFor: operations.Seconds(8 * time.Second)}
}

// lookUp makes a drop-down out of a function that gives all its options, at most maxOptions. In embeds ddl.Input.
func lookUp[In, O any](
	d *desk, spec operations.Spec, list func(ctx context.Context, s *session, in In) ([]O, error),
) operations.Operation {
	spec.Cache = lookupRule()
	return ddl.Whole(native(spec), func(ctx context.Context, call *operations.Call, in In) ([]O, bool, error) {
		s, err := d.session(ctx, call)
		if err != nil {
			return nil, false, err
		}
		options, err := list(ctx, s, in)
		return options, len(options) == maxOptions, err
	})
}
