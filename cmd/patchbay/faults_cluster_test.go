package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/patchbay/patchbay/internal/redis/redistest"
)

// nodeCount is how many hubs there are.
const nodeCount = 3

// cluster is some hubs, what they share, and the services in front of which they are.
type cluster struct {
	nodes []*node
	redis *redistest.Server
	town  *town
	data  string
	made  int // credentials
}

// startCluster starts it all. It ends with the test, and its processes also with this one.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{redis: redistest.Start(t), town: openTown(t), data: filepath.Join(t.TempDir(), "data")}
	for i := range nodeCount {
		n := &node{name: fmt.Sprintf("node %d", i+1), log: newStream(), cluster: c, client: &fasthttp.HostClient{
			MaxConns: 2000, ReadTimeout: time.Minute, WriteTimeout: time.Minute, MaxIdemponentCallAttempts: 1,
		}}
		t.Cleanup(n.kill)
		n.start(t)
		c.nodes = append(c.nodes, n)
	}
	c.importAcme(t)
	return c
}

// node is one hub: the binary, run.
type node struct {
	name    string
	cluster *cluster
	log     *stream
	client  *fasthttp.HostClient // to it

	mu      sync.Mutex
	addr    string
	process *exec.Cmd
	leash   io.Closer
}

// leashedNode runs a hub for as long as standard input is open, and then kills it as hard as can be: so it ends with
// the test process too.
const leashedNode = `"$0" serve & hub=$!; read -r _; kill -9 $hub; wait $hub 2>/dev/null`

// start starts the node, where it was before if it was there before, and waits until it is ready.
func (n *node) start(t *testing.T) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	addr := n.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	command := exec.Command("sh", "-c", leashedNode, binary)
	command.Env = slices.Concat(os.Environ(), n.cluster.town.environment(), []string{
		"PATCHBAY_ADDR=" + addr, "PATCHBAY_DATA=" + n.cluster.data, "PATCHBAY_ADMIN_KEY=" + testKey, "PATCHBAY_LOG_LEVEL=warn",
		"PATCHBAY_REDIS_URL=" + n.cluster.redis.URL(), fmt.Sprintf("PATCHBAY_NODES=%d", nodeCount), "PATCHBAY_ALLOW_NETWORKS=127.0.0.0/8",
	})
	command.Stderr = n.log
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	before := len(n.log.String())
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	n.process, n.leash = command, in
	n.addr = n.awaitAddress(t, before)
	if n.client.Addr == "" {
		n.client.Addr = n.addr
	}
}

// awaitAddress waits for the node to say where it is.
func (n *node) awaitAddress(t *testing.T, from int) string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, rest, found := strings.Cut(n.log.String()[from:], "serves on http://"); found && strings.Contains(rest, " ") {
			addr, _, _ := strings.Cut(rest, " ")
			return addr
		}
	}
	t.Fatalf("%s does not start:\n%s", n.name, n.log)
	return ""
}

// kill ends the node at once, as a crash would.
func (n *node) kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.leash == nil {
		return
	}
	_ = n.leash.Close()
	_ = n.process.Wait()
	n.leash = nil
	n.client.CloseIdleConnections()
}

// ready tells whether the node says that it is.
func (n *node) ready() bool {
	client := http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://" + n.addr + "/readyz")
	return err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// soundness looks at the nodes after all that was done to them.
func (c *cluster) soundness(t *testing.T) {
	t.Helper()
	for _, n := range c.nodes {
		if !n.ready() {
			t.Errorf("%s is not ready", n.name)
		}
		for _, trouble := range []string{"panic", "fatal error", "DATA RACE", "failed inside the hub"} {
			if _, rest, found := strings.Cut(n.log.String(), trouble); found {
				t.Errorf("the log of %s has %q:\n%.2000s", n.name, trouble, rest)
			}
		}
	}
	if t.Failed() {
		for _, n := range c.nodes {
			t.Logf("log of %s, its end:\n%s", n.name, tail(n.log.String(), 3000))
		}
	}
}

func tail(text string, most int) string { return text[max(len(text)-most, 0):] }
