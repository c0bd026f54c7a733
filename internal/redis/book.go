package redis

import (
	"container/list"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

const (
	// priorities is how many there are.
	priorities = int(operations.PriorityBulk) + 1
	// turn is how many places better classes have in a row before another has its turn; the scripts know it too.
	turn = gateway.EveryTurn - 2
)

// book is what this node knows of a bucket. Its limiter's lock guards it.
type book struct {
	spec  gateway.Bucket
	state string // the key of the bucket in Redis
	held  string // the key of its places held

	stateKey, heldKey any // both keys as arguments of a command, which hold them without a copy for each

	merging sync.Mutex // of who tells Redis of given; taken before the limiter's lock
	given   *ledger
	whole   int64 // start of Redis's count that has all of given
	paused  int64 // as far as this node knows
	reason  string
	learned learned
	leases  int   // places held by this node
	claimed int64 // places of its share kept for requests while Redis is asked
	refused int64 // when it last refused
	users   int   // requests that have it in hand

	skipped [priorities]int64     // places that better classes have had since the class had one, up to its turn
	members [priorities]int64     // requests in line that want a place of this bucket among others
	lines   [priorities]list.List // of *waiter, those whom this bucket holds up
	serving bool
	again   bool // somebody should look at the lines once more
	timer   *time.Timer
	armed   time.Time // when it fires; zero: it does not
}

// learned is what the service says of its own count.
type learned struct{ limit, left, reset int64 }

func (l *learned) holds(now int64) bool { return l.reset > now }

func newBook(spec gateway.Bucket, prefix string) *book {
	key := prefix + tagged(spec.Key)
	b := &book{state: key, held: key + "|held"}
	b.stateKey, b.heldKey = b.state, b.held
	b.measure(spec)
	return b
}

// tagged puts a key in braces that has none, so that what belongs to it has the same slot of a cluster.
func tagged(key string) string {
	if _, rest, found := strings.Cut(key, "{"); found && strings.Index(rest, "}") > 0 {
		return key
	}
	return "{" + strings.NewReplacer("{", "(", "}", ")").Replace(key) + "}"
}

// tag is the part of a key that decides its slot.
func tag(key string) string {
	_, rest, _ := strings.Cut(key, "{")
	tag, _, _ := strings.Cut(rest, "}")
	return tag
}

// measure sets what the bucket's limit is. Another limit or window starts anew.
func (b *book) measure(spec gateway.Bucket) {
	if spec.Lease <= 0 {
		spec.Lease = gateway.DefaultLease
	}
	if b.given == nil || b.spec.Limit != spec.Limit || b.spec.Window != spec.Window {
		b.given = &ledger{group: (int64(spec.Limit) + maxGroups - 1) / maxGroups}
		b.whole = 0
	}
	b.spec = spec
}

func (b *book) limited() bool { return b.spec.Limit > 0 && b.spec.Window > 0 }

func (b *book) due(p operations.Priority) bool { return b.skipped[p] >= turn }

func (b *book) waits() bool { return b.members != [priorities]int64{} }

// idle tells whether nothing would be lost with the book.
func (b *book) idle(now int64) bool {
	return !b.needed() && b.paused <= now && !b.learned.holds(now) && (!b.limited() || b.given.last(now, b.spec.Window) == 0)
}

// needed tells whether somebody has the book in hand, waits in its lines or holds a place.
func (b *book) needed() bool { return b.users > 0 || b.leases > 0 || b.waits() || b.serving }

// behind tells whether a newcomer of a class has to queue up.
func (b *book) behind(p operations.Priority) bool {
	for q := range b.lines {
		other := operations.Priority(q)
		if b.lines[q].Len() > 0 && (other <= p || b.due(other)) {
			return true
		}
	}
	return false
}

// ahead is how many of this node get their place before one who now comes last in the line of a class: his own line,
// better ones until it is the turn of his, and worse ones whose turn comes meanwhile.
func (b *book) ahead(p operations.Priority) int64 {
	own := b.members[p]
	ahead := own
	for q := range p {
		ahead += b.members[q]
	}
	ahead = min(ahead, (own+1)*gateway.EveryTurn-1-b.skipped[p])
	for q := int(p) + 1; q < priorities; q++ {
		ahead += min(b.members[q], (ahead+b.skipped[q])/turn)
	}
	return ahead
}

// order is the order in which classes are served: those whose turn it is, then the better ones first.
func (b *book) order() [priorities]operations.Priority {
	order := [priorities]operations.Priority{operations.PriorityLive, operations.PriorityDDL, operations.PriorityBulk}
	slices.SortStableFunc(order[:], func(p, q operations.Priority) int {
		switch {
		case b.due(p) == b.due(q):
			return 0
		case b.due(p):
			return -1
		default:
			return 1
		}
	})
	return order
}

// took writes down a place of the bucket that a request has got.
func (b *book) took(at int64, counted bool, p operations.Priority) {
	if b.limited() {
		b.given.trim(at, b.remembered())
		b.given.add(at, counted)
	}
	b.learned.left--
	b.skipped[p] = 0
	for q := int(p) + 1; q < priorities; q++ {
		b.skipped[q] = min(b.skipped[q]+1, turn)
	}
}

// remembered is how long places are remembered: a node that gives out less than one a window needs them for longer.
func (b *book) remembered() time.Duration {
	if b.spec.Limit < maxGroups {
		return b.spec.Window * min(16, time.Duration(maxGroups/b.spec.Limit))
	}
	return b.spec.Window
}
