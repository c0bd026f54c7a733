package platform

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/patchbay/patchbay/operations"
)

// The primary keys of tickets and events are the organisation and a number that counts from 1 in it. So the rows of an
// organisation lie together, in the order in which they were made, and a range of keys is a list of them.
const (
	ticketBits = 31 // 2,147,483,647 tickets of an organisation
	eventBits  = 47
	maxOrg     = 1<<(63-commentBits-ticketBits) - 1 // 65,535 organisations: their documents must fit into 63 bits
)

func key(org int64, bits uint, number int64) int64 { return org<<bits | number }

func firstKey(org int64, bits uint) int64 { return key(org, bits, 0) }

func lastKey(org int64, bits uint) int64 { return key(org, bits, 1<<bits-1) }

// numberOf is the number in a key.
func numberOf(key int64, bits uint) int64 { return key & (1<<bits - 1) }

// nextKey makes the key after the count of those there have been.
func nextKey(org int64, bits uint, count *int64) (int64, error) {
	if *count >= 1<<bits-1 {
		return 0, operations.Errorf(operations.CodeUnavailable, "the workspace is full: no further number is left")
	}
	*count++
	return key(org, bits, *count), nil
}

// ids makes ULIDs, each greater than the one before as long as the clock does not go back.
// See https://github.com/ulid/spec.
type ids struct {
	mu      sync.Mutex
	entropy *ulid.MonotonicEntropy
}

func (i *ids) next(at time.Time) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.entropy == nil {
		i.entropy = ulid.Monotonic(rand.Reader, 0)
	}
	id, err := ulid.New(ulid.Timestamp(at), i.entropy)
	if err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return id.String(), nil
}
