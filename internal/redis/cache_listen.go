package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/patchbay/patchbay/operations/execute"
)

const (
	// hearEvery is after how long a silence a sign of life is asked for, and how long it may take.
	hearEvery = time.Second
	// hearAgain is how long to wait before listening again.
	hearAgain = 200 * time.Millisecond
)

// cacheEar hears what other nodes tell. Its epoch is another one each time it begins to; 0: it does not.
type cacheEar struct {
	epoch atomic.Uint64
	last  uint64
}

func (c *Cache) channel() string { return c.options.Prefix + "cache" }

// listen hears other nodes until the cache is closed.
func (c *Cache) listen(ctx context.Context) {
	for ctx.Err() == nil {
		c.hear(ctx)
		c.ear.epoch.Store(0)
		c.bells.ringAll()
		select {
		case <-ctx.Done():
		case <-time.After(hearAgain):
		}
	}
}

// hear listens until something is wrong with the connection.
func (c *Cache) hear(ctx context.Context) {
	subscription := c.client.redis.Subscribe(ctx, c.channel())
	unhook := context.AfterFunc(ctx, func() { _ = subscription.Close() })
	defer func() {
		unhook()
		_ = subscription.Close()
	}()
	for asked := false; ; {
		message, err := subscription.ReceiveTimeout(ctx, hearEvery)
		switch {
		case err == nil:
			asked = false
			c.heard(message)
		case !isTimeout(err) || asked || subscription.Ping(ctx) != nil:
			return
		default:
			asked = true
		}
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// heard takes in what has come. What is not in our form is of no account.
func (c *Cache) heard(message any) {
	switch m := message.(type) {
	case *goredis.Subscription:
		c.ear.last++
		c.ear.epoch.Store(c.ear.last)
	case *goredis.Message:
		if key, entry, ok := readNews(m.Payload); ok {
			c.tier.drop(key, entry)
			c.bells.ring(key)
		} else if tag, ok := readNewsOfTag(m.Payload); ok {
			c.generations.Pass(tag)
		}
	}
}

// newsOf tells that a slot has another answer, or none, and that its lease has ended.
func newsOf(key execute.Key, entry uint64) []byte {
	b := append(make([]byte, 0, 1+len(key)+8), 'k')
	return binary.LittleEndian.AppendUint64(append(b, key[:]...), entry)
}

func readNews(text string) (key execute.Key, entry uint64, ok bool) {
	if len(text) != 1+len(key)+8 || text[0] != 'k' {
		return key, 0, false
	}
	n := copy(key[:], text[1:])
	return key, binary.LittleEndian.Uint64([]byte(text[1+n:])), true
}

// newsOfTag tells that a tag was invalidated.
func newsOfTag(tag execute.Tag) string {
	return "t" + strings.Join([]string{tag.Workspace, tag.Credential, tag.Connector, tag.Resource}, "\x00")
}

func readNewsOfTag(text string) (execute.Tag, bool) {
	text, ok := strings.CutPrefix(text, "t")
	parts := strings.SplitN(text, "\x00", 5)
	if !ok || len(parts) != 4 {
		return execute.Tag{}, false
	}
	return execute.Tag{Workspace: parts[0], Credential: parts[1], Connector: parts[2], Resource: parts[3]}, true
}
