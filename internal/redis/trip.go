package redis

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// errAnswer is of an answer that our script does not give.
var errAnswer = errors.New("its answer is not that of our script")

// trip runs a script, within the bound: a second one, if it had to wait for a trip under way. The caller of the hub may
// leave meanwhile: what was begun is brought to its end.
func (l *Limiter) trip(name string, script *goredis.Script, keys []string, args ...any) ([]any, error) {
	r := &run{name: name, script: script, args: args}
	for _, key := range keys {
		r.keys = append(r.keys, key)
	}
	l.evaluate(r)
	if r.err != nil {
		return nil, r.err
	}
	values, ok := r.answer.([]any)
	if !ok {
		values = []any{r.answer}
	}
	if len(values) == 0 {
		return nil, errAnswer
	}
	return values, nil
}

// number reads a number of an answer; -1 if it is not there.
func number(values []any, i int) int64 {
	if i < len(values) {
		if n, ok := values[i].(int64); ok {
			return n
		}
	}
	return -1
}

// packed is an answer that is one text: numbers of eight bytes, and what follows them.
type packed string

// number reads a number; -1 if it is not there.
func (p packed) number(i int) int64 {
	if len(p) < 8*(i+1) {
		return -1
	}
	return int64(math.Float64frombits(binary.LittleEndian.Uint64([]byte(p[8*i : 8*(i+1)]))))
}

// pack appends numbers as the scripts read them: a double holds those we have exactly.
func pack(to []byte, numbers ...int64) []byte {
	for _, n := range numbers {
		to = binary.LittleEndian.AppendUint64(to, math.Float64bits(float64(n)))
	}
	return to
}

// now is the time by the server's clock, as well as it is known, in microseconds.
func (l *Limiter) now() int64 {
	return time.Since(l.began).Microseconds() + l.offset.Load()
}

// learnTime takes over the server's time out of an answer that has just come.
func (l *Limiter) learnTime(server int64, took time.Duration) {
	l.offset.Store(server - (time.Since(l.began) - took/2).Microseconds())
}
