// Package ddl has the one shape of dynamic lists, which fill drop-downs: what they take and give, and the cutting of
// whole lists by search, cursor and limit.
package ddl

import (
	"cmp"
	"context"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of a page, in options.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// Input is what every dynamic list takes. Embed it in the input of one.
type Input struct {
	Search string `json:"search,omitempty" doc:"Only options whose text holds this." maxLength:"200"`
	Cursor string `json:"cursor,omitempty" doc:"The next_cursor of an earlier answer." maxLength:"4096"`
	Limit  int    `json:"limit,omitempty" doc:"Options on a page." default:"100" minimum:"1" maximum:"1000"`
	// Refresh never reaches the list: the hub takes it out of the input.
	Refresh bool `json:"refresh,omitempty" doc:"Read the list anew; one that is some seconds old at most is given as it is."`
}

// Option is one choice. Embed it where an option shows more.
type Option struct {
	Text  string `json:"text" doc:"What a person reads."`
	Value string `json:"value" doc:"What is stored."`
}

// Page is what every dynamic list gives.
type Page[O any] struct {
	Result     []O    `json:"result"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Gives the next options as cursor; not there at the end."`
	Truncated  bool   `json:"truncated,omitempty" doc:"true: the service has more than can be listed."`
	Stale      bool   `json:"stale,omitempty" doc:"true: an older list, while a new one is being fetched."`
	Building   bool   `json:"building,omitempty" doc:"true: the list is still being gathered; ask again. Only where it was asked for without waiting."`
}

// Whole makes a dynamic list out of a function that gives all options there are, up to a bound of its own; truncated
// says that it was reached. The hub keeps the list in its cache, once for all searches, and cuts the pages out of it.
// In embeds Input; list need not look at it. One that asks for page after page shows what it has found by Yield.
func Whole[In, O any](
	spec operations.Spec, list func(ctx context.Context, call *operations.Call, in In) (options []O, truncated bool, err error),
) operations.Operation {
	spec = listSpec(spec)
	spec.WholeList = true
	return operations.Typed(spec, func(ctx context.Context, call *operations.Call, in In) (Page[O], error) {
		options, truncated, err := list(ctx, call, in)
		return Page[O]{Result: orEmpty(options), Truncated: truncated}, err
	})
}

// Paged makes a dynamic list where the service itself searches and pages. In embeds Input.
func Paged[In, O any](
	spec operations.Spec, page func(ctx context.Context, call *operations.Call, in In) (Page[O], error),
) operations.Operation {
	return operations.Typed(listSpec(spec), func(ctx context.Context, call *operations.Call, in In) (Page[O], error) {
		p, err := page(ctx, call, in)
		p.Result = orEmpty(p.Result)
		return p, err
	})
}

func orEmpty[O any](options []O) []O {
	if options == nil {
		return []O{}
	}
	return options
}

// listSpec fills in what is the same for all dynamic lists.
func listSpec(spec operations.Spec) operations.Spec {
	spec.Kind, spec.Effect = operations.KindDDL, operations.EffectRead
	spec.Cache.TTL = cmp.Or(spec.Cache.TTL, operations.Seconds(time.Minute))
	spec.Cache.StaleFor = cmp.Or(spec.Cache.StaleFor, operations.Seconds(10*time.Minute))
	if spec.Paging == nil {
		spec.Paging = &operations.Paging{
			CursorInput: "cursor", SizeInput: "limit", CursorOutput: "next_cursor", Items: "result", MaxPages: 100, MaxSize: MaxLimit,
		}
	}
	return spec
}
