package store

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// RecorderOptions are the settings of a Recorder. Zero is the default; less than zero, for the bounds, is none.
type RecorderOptions struct {
	Queue      int           // records that may wait to be written; default 8,192
	Batch      int           // records written together; default 1,000
	Every      time.Duration // the longest a record waits for its batch; default 100 ms
	MaxAge     time.Duration // older records are removed; default 7 days
	MaxRows    int           // only so many records are kept; default 100,000
	PruneEvery time.Duration // how often records are removed; default 1 minute
}

// Recorder writes records of calls in batches, off the path of the calls. It satisfies execute.Recorder.
type Recorder struct {
	store   *Store
	options RecorderOptions
	queue   chan execute.Record
	dropped atomic.Int64

	mu     sync.RWMutex // held for reading while a record is put in the queue
	closed bool
	stop   chan struct{}
	done   chan struct{}
}

var _ execute.Recorder = (*Recorder)(nil)

// NewRecorder starts a recorder. It must be closed before its store.
func (s *Store) NewRecorder(options RecorderOptions) *Recorder {
	options.Queue = cmp.Or(options.Queue, 8192)
	options.Batch = max(cmp.Or(options.Batch, 1000), 1)
	options.Every = cmp.Or(options.Every, 100*time.Millisecond)
	options.MaxAge = cmp.Or(options.MaxAge, 7*24*time.Hour)
	options.MaxRows = cmp.Or(options.MaxRows, 100_000)
	options.PruneEvery = max(cmp.Or(options.PruneEvery, time.Minute), time.Second)
	r := &Recorder{
		store: s, options: options, queue: make(chan execute.Record, max(options.Queue, 1)),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	go r.run()
	return r
}

// Record takes a record to be written. It never blocks: a record that finds the queue full is dropped and counted.
// Bodies above 32 KiB are left out of the record.
func (r *Recorder) Record(record execute.Record) {
	record = keepable(record)
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		r.dropped.Add(1)
		return
	}
	select {
	case r.queue <- record:
	default:
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

func (r *Recorder) run() {
	defer close(r.done)
	prune := time.NewTicker(r.options.PruneEvery)
	defer prune.Stop()
	batch := make([]execute.Record, 0, r.options.Batch)
	for {
		select {
		case record := <-r.queue:
			batch = r.gather(append(batch[:0], record))
			r.write(batch)
		case <-prune.C:
			r.prune()
		case <-r.stop:
			r.drain(batch[:0])
			return
		}
	}
}

// gather fills a batch until it is full, has waited long enough, or the recorder ends.
func (r *Recorder) gather(batch []execute.Record) []execute.Record {
	timer := time.NewTimer(r.options.Every)
	defer timer.Stop()
	for len(batch) < cap(batch) {
		select {
		case record := <-r.queue:
			batch = append(batch, record)
		case <-timer.C:
			return batch
		case <-r.stop:
			return batch
		}
	}
	return batch
}

func (r *Recorder) drain(batch []execute.Record) {
	for {
		select {
		case record := <-r.queue:
			if batch = append(batch, record); len(batch) == cap(batch) {
				r.write(batch)
				batch = batch[:0]
			}
		default:
			r.write(batch)
			return
		}
	}
}

func (r *Recorder) write(batch []execute.Record) {
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.store.insertCalls(ctx, batch); err != nil {
		r.dropped.Add(int64(len(batch)))
		r.store.log.ErrorContext(ctx, "call records were lost", "records", len(batch), "error", err)
	}
	clear(batch)
}

func (r *Recorder) prune() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.store.pruneCalls(ctx, r.options.MaxAge, r.options.MaxRows); err != nil {
		r.store.log.ErrorContext(ctx, "removing old call records did not work", "error", err)
	}
}
