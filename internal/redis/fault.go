package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// ErrRefused is in errors of a Redis that can be reached and does not let us in: a wrong user or password, or an ACL
// that forbids what we need.
var ErrRefused = errors.New("refused")

// fault names an error of go-redis in words that are safe to show.
func fault(action string, err error) error {
	switch class := classOf(err); class {
	case refused:
		return fmt.Errorf("%s: it does not accept the user or the password, or forbids the command: %w", action, ErrRefused)
	default:
		return fmt.Errorf("%s: %s: %w", action, class, err)
	}
}

// class is what is wrong with Redis, as a word for metrics and people.
type class string

const (
	slow        class = "slow"
	unreachable class = "unreachable"
	full        class = "full"
	loading     class = "loading"
	failingOver class = "failing over"
	refused     class = "refused"
	broken      class = "broken"
)

// prefixes of Redis's error answers, and what they mean.
var prefixes = []struct {
	prefix string
	class  class
}{
	{"OOM", full}, {"MISCONF", full}, {"LOADING", loading}, {"BUSY", slow},
	{"READONLY", failingOver}, {"MASTERDOWN", failingOver}, {"CLUSTERDOWN", failingOver}, {"TRYAGAIN", failingOver},
	{"MOVED", failingOver}, {"ASK", failingOver}, {"NOREPLICAS", failingOver}, {"UNBLOCKED", failingOver},
	{"NOAUTH", refused}, {"WRONGPASS", refused}, {"NOPERM", refused}, {"ERR AUTH", refused}, {"ERR invalid password", refused},
	{"ERR max number of clients", unreachable},
}

func classOf(err error) class {
	var (
		timeout net.Error
		answer  goredis.Error
	)
	switch {
	case errors.As(err, &answer):
		for _, known := range prefixes {
			if strings.HasPrefix(answer.Error(), known.prefix) || strings.Contains(answer.Error(), "-"+known.prefix+" ") {
				return known.class
			}
		}
		return broken
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, goredis.ErrPoolTimeout),
		errors.As(err, &timeout) && timeout.Timeout():
		return slow
	default:
		return unreachable
	}
}
