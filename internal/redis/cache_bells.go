package redis

import (
	"slices"
	"sync"

	"github.com/patchbay/patchbay/operations/execute"
)

// cacheBells wake those who wait for a slot.
type cacheBells struct {
	mu   sync.Mutex
	hung map[execute.Key][]chan struct{}
}

// hang gives a channel that tells each time something has happened to the slot.
func (b *cacheBells) hang(key execute.Key) chan struct{} {
	bell := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hung == nil {
		b.hung = map[execute.Key][]chan struct{}{}
	}
	b.hung[key] = append(b.hung[key], bell)
	return bell
}

func (b *cacheBells) takeDown(key execute.Key, bell chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := slices.DeleteFunc(b.hung[key], func(other chan struct{}) bool { return other == bell })
	if len(left) == 0 {
		delete(b.hung, key)
		return
	}
	b.hung[key] = left
}

func (b *cacheBells) ring(key execute.Key) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ringEach(b.hung[key])
}

func (b *cacheBells) ringAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, bells := range b.hung {
		ringEach(bells)
	}
}

func ringEach(bells []chan struct{}) {
	for _, bell := range bells {
		select {
		case bell <- struct{}{}:
		default: // it rings already
		}
	}
}
