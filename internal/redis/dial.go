package redis

import (
	"context"
	"net"
	"syscall"

	goredis "github.com/redis/go-redis/v9"
)

// dialer dials as go-redis does, but a dial that fails gives a connection that fails. go-redis counts failed dials: after
// as many as a pool has connections it does not look for Redis but once a second, too seldom for nodes that share limits.
func dialer(o *goredis.UniversalOptions) func(ctx context.Context, network, addr string) (net.Conn, error) {
	dial := goredis.NewDialer(&goredis.Options{DialTimeout: o.DialTimeout, TLSConfig: o.TLSConfig})
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		connection, err := dial(ctx, network, addr)
		if err != nil {
			end, other := net.Pipe()
			_ = other.Close()
			return &stillborn{Conn: end, err: err}, nil
		}
		return connection, nil
	}
}

// stillborn is a connection that could not be made: it fails when it is used, and when the pool looks whether it lives.
type stillborn struct {
	net.Conn
	err error
}

func (s *stillborn) Read([]byte) (int, error)              { return 0, s.err }
func (s *stillborn) Write([]byte) (int, error)             { return 0, s.err }
func (s *stillborn) SyscallConn() (syscall.RawConn, error) { return nil, s.err }
