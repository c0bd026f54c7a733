package redis

import (
	"cmp"

	"github.com/patchbay/patchbay/internal/gateway"
)

// few is room for what most requests have, so that it need not be made for each.
type few struct {
	books [2]*book
	specs [2]gateway.Bucket
	ahead [2]int64
	keys  [3]any
	args  [1]any
}

func (l *Limiter) askOne(r *request, take, tell bool) (verdict, error) {
	ask := l.encode(r, take, tell)
	l.evaluate(ask)
	return r.read(ask, take, tell)
}

// read reads what the script has answered.
func (r *request) read(ask *run, take, tell bool) (verdict, error) {
	v := verdict{now: ask.now}
	switch answer := ask.answer.(type) {
	case nil:
		return v, cmp.Or(ask.err, errAnswer)
	case int64:
		v.granted = take
		return v, wrongUnless(answer == 1 && !tell)
	case string:
		return r.verdict(v, packed(answer), take)
	}
	return v, errAnswer
}

func wrongUnless(right bool) error {
	if right {
		return nil
	}
	return errAnswer
}

// verdict reads an answer of the script that says more than that a request has its places.
func (r *request) verdict(v verdict, answer packed, take bool) (verdict, error) {
	const numbers = 7
	among := func(bucket int64) bool { return bucket <= int64(len(r.books)) }
	switch kind := answer.number(0); {
	case kind == 1 && len(answer) == 8*(1+len(r.books)):
		v.granted = take
		for i := range r.books {
			v.places = append(v.places, answer.number(1+i))
		}
		return v, nil
	case kind == 2:
		v.lost = int(answer.number(1))
		return v, wrongUnless(v.lost >= 1 && among(answer.number(1)))
	case kind != 0 || len(answer) < 8*numbers || !among(answer.number(1)) || !among(answer.number(4)):
		return v, errAnswer
	}
	v.first = obstacle{int(max(answer.number(1)-1, 0)), answer.number(2), cause(answer.number(3))}
	v.slow = obstacle{int(max(answer.number(4)-1, 0)), answer.number(5), cause(answer.number(6))}
	v.reason = string(answer[8*numbers:])
	return v, nil
}

// encode makes the run that asks for a request's places. tell: the places' numbers are wanted.
func (l *Limiter) encode(r *request, take, tell bool) *run {
	const head, each = 7, 8
	now := l.now()
	text := make([]byte, 0, 8*(head+each*len(r.books))+len(r.lease))
	text = pack(text, flag(take), int64(r.priority), r.longest.Microseconds(), flag(r.settled), flag(tell),
		l.grace.Microseconds(), int64(len(r.books)))
	keys := r.few.keys[:0]
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, b := range r.books {
		spec := &r.specs[i]
		keys = append(keys, b.stateKey)
		if spec.Concurrent > 0 {
			keys = append(keys, b.heldKey)
		}
		text = pack(text, int64(spec.Limit), int64(spec.Burst), spec.Window.Microseconds(), int64(spec.Concurrent),
			cmp.Or(spec.Lease, gateway.DefaultLease).Microseconds(), r.ahead[i], b.given.lastCounted(now, spec.Window), b.whole)
	}
	r.ask = run{name: "acquire", script: l.scripts.acquire, keys: keys, args: append(r.few.args[:0], append(text, r.lease...)), joins: true}
	return &r.ask
}

func flag(is bool) int64 {
	if is {
		return 1
	}
	return 0
}
