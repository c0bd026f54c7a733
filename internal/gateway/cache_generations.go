package gateway

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/patchbay/patchbay/operations/execute"
)

// tagSlots is how many generation counters there are. Tags that share one are invalidated together, which costs a miss
// and keeps memory bounded.
const tagSlots = 1 << 14

// Generations count how often tags were invalidated in this process.
type Generations struct {
	seed     maphash.Seed
	counters [tagSlots]atomic.Uint64
}

// NewGenerations makes generations in which nothing was invalidated.
func NewGenerations() *Generations { return &Generations{seed: maphash.MakeSeed()} }

// Of gives the generation of a slot's account and of its own tag, in a stamp.
func (g *Generations) Of(slot *execute.Slot) execute.Stamp {
	return execute.Stamp{Account: g.counter(slot.Tag.Account()).Load(), Resource: g.counter(slot.Tag).Load()}
}

// Pass goes on to the next generation of a tag.
func (g *Generations) Pass(tag execute.Tag) { g.counter(tag).Add(1) }

func (g *Generations) counter(tag execute.Tag) *atomic.Uint64 {
	return &g.counters[maphash.Comparable(g.seed, tag)%tagSlots]
}
