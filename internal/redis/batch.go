package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	// single is how many trips may be under way, each on a connection of its own, before further ones are put together:
	// one by one a trip is shortest, together there are twice as many in a second.
	single = 4
	// maxBatch bounds how many go in one trip.
	maxBatch = 128
	// batchers is how many such trips are under way at a time.
	batchers = 2
)

// run is a script to be run, together with others.
type run struct {
	script *goredis.Script
	keys   []string
	args   []any
	done   chan *goredis.Cmd // holds one
}

// evaluate runs a script: alone, or together with others if many are under way.
func (l *Limiter) evaluate(ctx context.Context, script *goredis.Script, keys []string, args []any) *goredis.Cmd {
	defer l.under.Add(-1)
	if l.under.Add(1) > single && !l.closed.Load() {
		r := run{script: script, keys: keys, args: args, done: make(chan *goredis.Cmd, 1)}
		select {
		case l.runs <- r:
			return r.await(ctx, l.client.redis)
		default: // more than there are callers of a busy hub
		}
	}
	return script.Run(ctx, l.client.redis, keys, args...)
}

func (r run) await(ctx context.Context, client goredis.Scripter) *goredis.Cmd {
	select {
	case cmd := <-r.done:
		if goredis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
			return r.script.Run(ctx, client, r.keys, r.args...)
		}
		return cmd
	case <-ctx.Done():
		cmd := goredis.NewCmd(ctx)
		cmd.SetErr(ctx.Err())
		return cmd
	}
}

// batch runs scripts together, until the limiter is closed.
func (l *Limiter) batch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-l.runs:
			l.runTogether(l.collect(first))
		}
	}
}

func (l *Limiter) collect(first run) []run {
	runs := []run{first}
	for len(runs) < maxBatch {
		select {
		case r := <-l.runs:
			runs = append(runs, r)
		default:
			return runs
		}
	}
	return runs
}

func (l *Limiter) runTogether(runs []run) {
	ctx, cancel := context.WithTimeout(context.Background(), l.slow)
	defer cancel()
	pipe := l.client.redis.Pipeline()
	commands := make([]*goredis.Cmd, len(runs))
	for i, r := range runs {
		commands[i] = pipe.EvalSha(ctx, r.script.Hash(), r.keys, r.args...)
	}
	began := time.Now()
	_, err := pipe.Exec(ctx) // each command has its own error
	l.metrics.trip("batch", time.Since(began), batchFault(commands, err))
	for i, r := range runs {
		r.done <- commands[i]
	}
}

// batchFault is the fault of a trip, not that of a script in it.
func batchFault(commands []*goredis.Cmd, err error) error {
	if len(commands) > 0 && goredis.HasErrorPrefix(commands[0].Err(), "NOSCRIPT") {
		return nil
	}
	return err
}
