package redis

import (
	"context"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// errAnswer is of an answer that our script does not give.
var errAnswer = errors.New("its answer is not that of our script")

// trip runs a script, within the bound. The caller of the hub may leave meanwhile: what was begun is brought to its end.
func (l *Limiter) trip(ctx context.Context, name string, script *goredis.Script, keys []string, args ...any) ([]any, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.slow)
	defer cancel()
	began := time.Now()
	answer, err := l.evaluate(ctx, script, keys, args).Result()
	took := time.Since(began)
	l.metrics.trip(name, took, err)
	if err != nil {
		return nil, err
	}
	values, ok := answer.([]any)
	if !ok {
		values = []any{answer}
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

// now is the time by the server's clock, as well as it is known, in microseconds.
func (l *Limiter) now() int64 {
	return time.Since(l.began).Microseconds() + l.offset.Load()
}

// learnTime takes over the server's time out of an answer that has just come.
func (l *Limiter) learnTime(server int64, took time.Duration) {
	l.offset.Store(server - (time.Since(l.began) - took/2).Microseconds())
}
