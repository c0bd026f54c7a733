// Package redistest runs real Redis servers for tests: Debian's redis-server, on ports of their own, with nothing kept.
package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// patience bounds waits for a server to come up.
const patience = 10 * time.Second

// Server is a Redis server. It ends with its test.
type Server struct {
	Port int

	args    []string
	log     string
	process *exec.Cmd
	leash   io.Closer // the server is killed when it is closed, also when the test process dies
}

// leashed runs a server for as long as standard input is open, and then kills it as hard as can be.
const leashed = `redis-server "$@" >>"$0" 2>&1 & server=$!; echo $server; read -r _; kill -9 $server; wait $server 2>/dev/null`

// Start runs a server with options such as "--maxmemory", "1mb". Without redis-server the test fails.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return startWith(t, "", append([]string{
		"--save", "", "--appendonly", "no", "--enable-debug-command", "local", "--cluster-node-timeout", "1000",
	}, args...)...)
}

// startWith runs a server with a configuration file, or none.
func startWith(t testing.TB, config string, args ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("this test wants a real Redis: apt-get install -y redis-server")
	}
	dir := t.TempDir()
	s := &Server{log: filepath.Join(dir, "log")}
	for range 5 { // another process may take the port first
		s.Port = freePort(t)
		s.args = slices.Concat([]string{"--port", strconv.Itoa(s.Port), "--bind", "127.0.0.1", "--dir", dir}, args)
		if config != "" {
			s.args = slices.Concat([]string{config}, s.args)
		}
		s.launch(t)
		if s.answers(t.Context(), patience) == nil {
			t.Cleanup(s.kill)
			return s
		}
		s.kill()
	}
	log, _ := os.ReadFile(s.log)
	t.Fatalf("redis-server does not come up:\n%s", log)
	return nil
}

func (s *Server) launch(t testing.TB) {
	t.Helper()
	s.process = exec.Command("sh", append([]string{"-c", leashed, s.log}, s.args...)...)
	in, err := s.process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	s.leash = in
	_, _ = bufio.NewReader(out).ReadString('\n')
}

func (s *Server) kill() {
	if s.leash == nil {
		return
	}
	_ = s.leash.Close()
	_ = s.process.Wait()
	s.leash = nil
}

// Kill ends the server at once, as a crash would. Its memory is lost.
func (s *Server) Kill() { s.kill() }

// Restart runs a server that was killed again, on the same port, with nothing in it.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.kill()
	s.launch(t)
	if err := s.answers(t.Context(), patience); err != nil {
		t.Fatalf("redis-server does not come up again: %v", err)
	}
}

// Addr is host:port.
func (s *Server) Addr() string { return "127.0.0.1:" + strconv.Itoa(s.Port) }

// URL is the server's.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Do runs a command, such as Do(t, "CLIENT", "PAUSE", 100), and gives its answer.
func (s *Server) Do(t testing.TB, command ...any) any {
	t.Helper()
	client := goredis.NewClient(&goredis.Options{Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1})
	defer func() { _ = client.Close() }()
	answer, err := client.Do(t.Context(), command...).Result()
	if err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	return answer
}

// answers waits until the server takes connections and answers.
func (s *Server) answers(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		err := ping(ctx, s.Addr())
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func ping(ctx context.Context, addr string) error {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	deadline, _ := ctx.Deadline()
	_ = connection.SetDeadline(deadline)
	if _, err := io.WriteString(connection, "PING\r\n"); err != nil {
		return err
	}
	answer, err := bufio.NewReader(connection).ReadString('\n')
	if err == nil && strings.HasPrefix(answer, "-LOADING") {
		return errors.New("still loading")
	}
	return err
}

func freePort(t testing.TB) int {
	t.Helper()
	for {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := listener.Addr().(*net.TCPAddr).Port
		_ = listener.Close()
		if port < 55_000 { // a cluster's bus is 10 000 higher
			return port
		}
	}
}

// Cluster is a Redis Cluster of three masters.
type Cluster struct{ Servers []*Server }

// StartCluster runs a cluster.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	const slots, nodes = 16384, 3
	c := &Cluster{}
	for range nodes {
		c.Servers = append(c.Servers, Start(t, "--cluster-enabled", "yes"))
	}
	for i, s := range c.Servers {
		s.Do(t, "CLUSTER", "SET-CONFIG-EPOCH", i+1)
		s.Do(t, "CLUSTER", "ADDSLOTSRANGE", i*slots/nodes, (i+1)*slots/nodes-1)
		s.Do(t, "CLUSTER", "MEET", "127.0.0.1", c.Servers[0].Port)
	}
	for _, s := range c.Servers {
		s.awaitCluster(t, nodes)
	}
	return c
}

func (s *Server) awaitCluster(t testing.TB, nodes int) {
	t.Helper()
	want := fmt.Sprintf("cluster_known_nodes:%d", nodes)
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		info := fmt.Sprint(s.Do(t, "CLUSTER", "INFO"))
		if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the cluster does not come up:\n%s", info)
		}
	}
}

// URL is the cluster's.
func (c *Cluster) URL() string {
	hosts := make([]string, len(c.Servers))
	for i, s := range c.Servers {
		hosts[i] = s.Addr()
	}
	return "redis+cluster://" + strings.Join(hosts, ",")
}
