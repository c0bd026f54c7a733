// Package redis keeps what several nodes share in Redis: limits, and whatever else needs one place. It speaks to a
// single server, to one behind Sentinels, and to a cluster.
//
// A Redis that is slow, full or gone never stops a call: see Limiter.
//
// An ACL user needs the keys of the prefix (~patchbay:*) and, for the limiter, evalsha, eval, getrange, setrange,
// exists, set, time, pexpire, pexpireat, zadd, zrem, zcard, zcount, zremrangebyscore, ping, hello and client|setname; with
// info it is noticed sooner that a server has lost its memory.
package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// DefaultPrefix begins every key that the hub writes.
const DefaultPrefix = "patchbay:"

// Options are the settings of a Client. The zero value works.
type Options struct {
	// Password is used where the URL has none. Command lines leak: it belongs here, out of PATCHBAY_REDIS_PASSWORD.
	Password string
	// TLS is used for rediss:// instead of the system's certificates.
	TLS *tls.Config
	// PoolSize is how many connections are kept to a node, default 64: as many as there are calls at once.
	PoolSize int
	// DialTimeout bounds making a connection, default 500 ms.
	DialTimeout time.Duration
	// Timeout bounds writing a command, and reading its answer, where the context does not; default 250 ms.
	Timeout time.Duration
}

// Client is a connection pool. It is safe for concurrent use.
type Client struct {
	redis   goredis.UniversalClient
	cluster bool
}

// Open prepares a client for a URL (see Address) and tries it. A Redis that cannot be reached now is no error, since
// the hub goes on without it and finds it later; wrong URLs, users and passwords are errors. Errors hold no secret.
func Open(ctx context.Context, url string, options Options) (*Client, error) {
	address, err := ParseAddress(url)
	if err != nil {
		return nil, fmt.Errorf("reading the Redis URL: %w", err)
	}
	logging.Disable() // of go-redis: what it would write to standard error, callers are told
	client := newClient(address, options)
	if err := client.Ping(ctx); errors.Is(err, ErrRefused) {
		_ = client.Close()
		return nil, err
	}
	return client, nil
}

func newClient(address Address, options Options) *Client {
	o := &goredis.UniversalOptions{
		Addrs: address.Hosts, DB: address.Database, MasterName: address.Master, IsClusterMode: address.Cluster,
		Username: address.User, Password: address.password,
		SentinelUsername: address.sentinelUser, SentinelPassword: address.sentinelPassword,
		ClientName:  "patchbay",
		DialTimeout: orDefault(options.DialTimeout, 500*time.Millisecond),
		ReadTimeout: orDefault(options.Timeout, 250*time.Millisecond),
		PoolSize:    orDefault(options.PoolSize, 64), MinIdleConns: 4,
		ContextTimeoutEnabled: true,
		DialerRetries:         1,
		MaxRetries:            1, MinRetryBackoff: time.Millisecond, MaxRetryBackoff: 4 * time.Millisecond,
		PipelinePoolSize: 4, ReadBufferSize: 8 << 10, WriteBufferSize: 8 << 10,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	o.WriteTimeout, o.PoolTimeout = o.ReadTimeout, o.ReadTimeout
	if o.Password == "" {
		o.Password = options.Password
	}
	if address.TLS {
		o.TLSConfig = tlsConfig(options.TLS)
	}
	o.Dialer = dialer(o)
	return &Client{redis: universal(o, address), cluster: address.Cluster}
}

func universal(o *goredis.UniversalOptions, address Address) goredis.UniversalClient {
	switch {
	case address.Cluster:
		return goredis.NewClusterClient(o.Cluster())
	case address.Master != "":
		return goredis.NewFailoverClient(o.Failover())
	default:
		simple := o.Simple()
		if address.Socket {
			simple.Network = "unix"
		}
		return goredis.NewClient(simple)
	}
}

func tlsConfig(given *tls.Config) *tls.Config {
	if given == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12} // the name to check is that of the host dialled
	}
	return given.Clone()
}

func orDefault[T int | time.Duration](value, standard T) T {
	if value == 0 {
		return standard
	}
	return value
}

// Ping tells whether Redis can be reached and lets us in: ErrRefused means that it can, and does not.
func (c *Client) Ping(ctx context.Context) error {
	if err := c.redis.Ping(ctx).Err(); err != nil {
		return fault("trying Redis", err)
	}
	return nil
}

// Redis gives the pool itself, for other packages' commands.
func (c *Client) Redis() goredis.UniversalClient { return c.redis }

// Cluster tells whether keys of one command must have the same part in braces.
func (c *Client) Cluster() bool { return c.cluster }

// Close closes all connections.
func (c *Client) Close() error {
	if err := c.redis.Close(); err != nil {
		return fmt.Errorf("closing the connections to Redis: %w", err)
	}
	return nil
}
