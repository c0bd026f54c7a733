package store

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// RecorderOptions are the settings of a Recorder. Zero is the default; less than zero, for MaxAge and MaxRows, is no bound.
//
// Records are stored and removed many together, a segment of one workspace at a time. So somewhat more than MaxRows may be kept:
// less than a segment, which is some thousand records; and records up to 10 minutes older than MaxAge.
type RecorderOptions struct {
	Queue      int           // records that may wait to be written; default 8,192
	Bytes      int           // about how much memory these may take; default 64 MiB
	Batch      int           // records of a workspace written together; default 1,000
	Every      time.Duration // the longest a record waits for its batch; default 100 ms
	MaxAge     time.Duration // older records are removed; default 7 days
	MaxRows    int           // only so many records are kept; default 100,000
	PruneEvery time.Duration // how often records are removed; default 1 minute
}

// Recorder writes records of calls in batches, off the path of the calls. It satisfies execute.Recorder.
type Recorder struct {
	store   *Store
	options RecorderOptions
	dropped atomic.Int64

	mu      sync.Mutex
	open    map[string]*batch // by workspace: those of the waiting that take more records
	waiting []*batch          // in the order in which they were begun
	records int               // of the waiting
	held    load              // waiting or being written
	spare   []*batch
	closed  bool

	due  *time.Timer   // runs while a record waits
	full chan struct{} // tells that there is a whole batch
	stop chan struct{}
	done chan struct{}
}

// load is what records take.
type load struct{ records, bytes int }

var _ execute.Recorder = (*Recorder)(nil)

// NewRecorder starts a recorder. It must be closed before its store.
func (s *Store) NewRecorder(options RecorderOptions) *Recorder {
	options.Queue = max(cmp.Or(options.Queue, 8192), 1)
	options.Bytes = max(cmp.Or(options.Bytes, 64<<20), 1)
	options.Batch = max(cmp.Or(options.Batch, 1000), 1)
	options.Every = cmp.Or(options.Every, 100*time.Millisecond)
	options.MaxAge = cmp.Or(options.MaxAge, 7*24*time.Hour)
	options.MaxRows = cmp.Or(options.MaxRows, 100_000)
	options.PruneEvery = max(cmp.Or(options.PruneEvery, time.Minute), time.Second)
	r := &Recorder{
		store: s, options: options, open: map[string]*batch{}, due: time.NewTimer(options.Every),
		full: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	r.due.Stop()
	go r.run()
	return r
}

// Record takes a record to be written. It never waits for the disk: a record that finds the queue full is dropped and counted.
// Bodies above 32 KiB are left out of the record. Nothing that the record refers to is kept.
func (r *Recorder) Record(record execute.Record) {
	if !r.take(&record) {
		r.dropped.Add(1)
	}
}

// Dropped counts the records that were not written: the queue was full, the recorder closed, or the store failed.
func (r *Recorder) Dropped() int64 { return r.dropped.Load() }

// Close writes what is in the queue and ends the recorder. If ctx ends first the rest is written as far as it goes
// in the background.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.stop)
	}
	r.mu.Unlock()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("writing the last call records: %w", ctx.Err())
	}
}

// take puts a record into the batch of its workspace, unless there is no room.
func (r *Recorder) take(record *execute.Record) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.held.records >= r.options.Queue || r.held.bytes >= r.options.Bytes {
		return false
	}
	b := r.open[record.Workspace]
	if b == nil {
		b = r.begin(strings.Clone(record.Workspace))
	}
	before := b.size()
	b.add(record)
	r.held.records++
	r.held.bytes += b.size() - before
	r.records++
	if r.records == 1 {
		r.due.Reset(r.options.Every)
	}
	isFull := b.count >= r.options.Batch || b.size() >= maxBatchBytes
	if isFull {
		delete(r.open, b.workspace)
	}
	if isFull || r.records == r.options.Batch {
		r.wake()
	}
	return true
}

// wake has the batches written before their time.
func (r *Recorder) wake() {
	select {
	case r.full <- struct{}{}:
	default: // it is told already
	}
}

// begin starts a batch.
func (r *Recorder) begin(workspace string) *batch {
	b := &batch{}
	if last := len(r.spare) - 1; last >= 0 {
		b, r.spare = r.spare[last], r.spare[:last]
	}
	b.reset(workspace)
	r.open[workspace] = b
	r.waiting = append(r.waiting, b)
	return b
}

func (r *Recorder) run() {
	defer close(r.done)
	prune := time.NewTicker(r.options.PruneEvery)
	defer prune.Stop()
	defer r.due.Stop()
	for {
		select {
		case <-r.due.C:
			r.flush()
		case <-r.full:
			r.flush()
		case <-prune.C:
			r.prune()
		case <-r.stop:
			r.flush()
			return
		}
	}
}

// flush writes all that waits.
func (r *Recorder) flush() {
	for group := range together(r.swap()) {
		r.write(group)
		r.release(group)
	}
}

// swap takes all that waits.
func (r *Recorder) swap() []*batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting := r.waiting
	r.waiting, r.records = nil, 0
	clear(r.open)
	return waiting
}

func (r *Recorder) write(group []*batch) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.store.writeCalls(ctx, group); err != nil {
		lost := loadOf(group).records
		r.dropped.Add(int64(lost))
		r.store.log.ErrorContext(ctx, "call records were lost", "records", lost, "error", err)
	}
}

// maxSpare is how many batches are kept for another use.
const maxSpare = 4

// release makes room for others.
func (r *Recorder) release(group []*batch) {
	gone := loadOf(group)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held.records -= gone.records
	r.held.bytes -= gone.bytes
	r.spare = append(r.spare, group[:min(len(group), maxSpare-len(r.spare))]...)
}

// Bounds of what one transaction writes.
const (
	maxTogether      = 4 << 20 // bytes, from where on no batch is added
	maxBatchTogether = 256
)

// together splits batches into groups, each for a transaction.
func together(batches []*batch) iter.Seq[[]*batch] {
	return func(yield func([]*batch) bool) {
		for len(batches) > 0 {
			n, bytes := 0, 0
			for ; n < min(len(batches), maxBatchTogether) && bytes < maxTogether; n++ {
				bytes += batches[n].size()
			}
			if !yield(batches[:n]) {
				return
			}
			batches = batches[n:]
		}
	}
}

func loadOf(group []*batch) load {
	var sum load
	for _, b := range group {
		sum.records += b.count
		sum.bytes += b.size()
	}
	return sum
}

func (r *Recorder) prune() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.store.pruneCalls(ctx, r.options.MaxAge, r.options.MaxRows); err != nil {
		r.store.log.ErrorContext(ctx, "removing old call records did not work", "error", err)
	}
}
