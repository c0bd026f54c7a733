package redis

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	// atOnce is how many trips are under way at a time. What is to be run meanwhile goes together in the next one: with
	// more trips each would carry less, and on this side as in Redis a trip costs more than what it carries.
	atOnce = 2
	// maxBatch bounds how many runs go in one trip.
	maxBatch = 128
)

// run is a script to be run, alone or together with others.
type run struct {
	name   string // for metrics
	script *goredis.Script
	keys   []any // texts
	args   []any
	joins  bool // several of the kind make one: their keys and their arguments, one each; it answers now, and each

	now    int64 // of one that joins
	answer any
	err    error
	turn   chan bool // of one that waits: true if it leads the next trip, false when it has been run
}

// trips are those under way, and who waits for the next.
type trips struct {
	mu      sync.Mutex
	under   int
	waiting []*run // none, if fewer than atOnce are under way
}

// evaluate runs a script: alone and at once, or together with others if trips are under way. Whoever waits longest leads
// the next trip for all who wait.
func (l *Limiter) evaluate(r *run) {
	t := &l.trips
	t.mu.Lock()
	if t.under < atOnce {
		t.under++
		t.mu.Unlock()
		l.travel(r)
		t.passOn(r.err)
		return
	}
	r.turn = make(chan bool, 1)
	t.waiting = append(t.waiting, r)
	t.mu.Unlock()
	if leads := <-r.turn; !leads {
		return
	}
	together := t.board(r)
	l.travel(together...)
	for _, other := range together[1:] {
		other.turn <- false
	}
	t.passOn(r.err)
}

// board takes those who wait, in order, on the trip of the one who leads.
func (t *trips) board(leader *run) []*run {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), maxBatch-1)
	together := append(append(make([]*run, 0, 1+n), leader), t.waiting[:n]...)
	t.waiting = slices.Delete(t.waiting, 0, n)
	return together
}

// passOn lets the next trip begin. If Redis has not answered this one, those who wait would wait in vain.
func (t *trips) passOn(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var answer goredis.Error
	if err != nil && !errors.As(err, &answer) {
		for _, r := range t.waiting {
			r.err = err
			r.turn <- false
		}
		t.waiting = nil
	}
	if len(t.waiting) == 0 {
		t.under--
		return
	}
	leader := t.waiting[0]
	t.waiting = slices.Delete(t.waiting, 0, 1)
	leader.turn <- true
}

// travel runs scripts in one trip, within the bound.
func (l *Limiter) travel(runs ...*run) {
	ctx, cancel := context.WithTimeout(context.Background(), l.slow)
	defer cancel()
	name := runs[0].name
	if len(runs) > 1 {
		name = "batch"
	}
	joints, began := l.join(runs), time.Now()
	err := l.send(ctx, joints)
	took := time.Since(began)
	l.metrics.trip(name, took, err)
	for i := range joints {
		joints[i].share()
		if r := joints[i].of[0]; r.joins && r.err == nil {
			l.learnTime(r.now, took)
		}
	}
}

// joint is runs that go as one command.
type joint struct {
	tag     string // of its keys, on a cluster
	of      []*run // of one script
	keys    int
	command *goredis.Cmd
}

// join makes one command of those runs that can be joined: on a cluster of those whose keys have one slot.
func (l *Limiter) join(runs []*run) []joint {
	joints := make([]joint, 0, 1)
	for i, r := range runs {
		slot := ""
		if l.client.cluster {
			slot = tag(r.keys[0].(string))
		}
		at := slices.IndexFunc(joints, func(j joint) bool { return r.joins && j.of[0].joins && j.tag == slot })
		if at < 0 {
			at = len(joints)
			joints = append(joints, joint{tag: slot, of: make([]*run, 0, len(runs)-i)})
		}
		j := &joints[at]
		j.of, j.keys = append(j.of, r), j.keys+len(r.keys)
	}
	return joints
}

// evalsha makes the command.
func (j *joint) evalsha(ctx context.Context) *goredis.Cmd {
	const name, script, keys = 0, 1, 3
	first := j.of[0]
	args := make([]any, keys, keys+j.keys+len(j.of)*len(first.args))
	args[name], args[script], args[2] = "evalsha", first.script.Hash(), j.keys
	for _, r := range j.of {
		args = append(args, r.keys...)
	}
	for _, r := range j.of {
		args = append(args, r.args...)
	}
	command := goredis.NewCmd(ctx, args...)
	command.SetFirstKeyPos(keys)
	return command
}

// eval makes the command that carries the script itself, for a Redis that has not got it.
func (j *joint) eval(ctx context.Context, client goredis.Scripter) *goredis.Cmd {
	var keys []string
	var args []any
	for _, r := range j.of {
		for _, key := range r.keys {
			keys = append(keys, key.(string))
		}
		args = append(args, r.args...)
	}
	return j.of[0].script.Eval(ctx, client, keys, args...)
}

// send has the commands run, several in one pipeline, and gives the fault of the trip, which is not that of a script in it.
func (l *Limiter) send(ctx context.Context, joints []joint) (err error) {
	client := l.client.redis
	if len(joints) == 1 {
		joints[0].command = joints[0].evalsha(ctx)
		err = client.Process(ctx, joints[0].command)
	} else {
		pipe := client.Pipeline()
		for i := range joints {
			joints[i].command = joints[i].evalsha(ctx)
			_ = pipe.Process(ctx, joints[i].command) // only queues it
		}
		_, err = pipe.Exec(ctx)
	}
	for i := range joints {
		if goredis.HasErrorPrefix(joints[i].command.Err(), "NOSCRIPT") {
			joints[i].command = joints[i].eval(ctx, client)
			err = joints[i].command.Err()
		}
	}
	return err
}

// share gives each run its answer.
func (j *joint) share() {
	answer, err := j.command.Result()
	values, ok := answer.([]any)
	for i, r := range j.of {
		switch {
		case err != nil || !r.joins:
			r.answer, r.err = answer, err
		case !ok || len(values) != 1+len(j.of):
			r.err = errAnswer
		default:
			r.now, r.answer = number(values, 0), values[1+i]
		}
	}
}
