package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Sentinel is a master and a replica of it, watched by one Sentinel that makes the replica master when the master has
// been silent for half a second.
type Sentinel struct {
	Master, Replica, Watch *Server
}

// StartSentinel runs them. The replica is in step with the master then.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	s := &Sentinel{Master: Start(t)}
	s.Replica = Start(t, "--replicaof", "127.0.0.1", fmt.Sprint(s.Master.Port), "--repl-diskless-sync-delay", "0")
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor hub 127.0.0.1 %d 1\n", s.Master.Port) +
		"sentinel down-after-milliseconds hub 500\nsentinel failover-timeout hub 3000\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Replica.awaitInfo(t, "replication", "master_link_status:up")
	s.Watch = startWith(t, config, "--sentinel")
	s.Watch.awaitInfo(t, "sentinel", "status=ok", "slaves=1")
	return s
}

func (s *Server) awaitInfo(t testing.TB, section string, want ...string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		info, missing := fmt.Sprint(s.Do(t, "INFO", section)), false
		for _, part := range want {
			missing = missing || !strings.Contains(info, part)
		}
		if !missing {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to %q:\n%s", want, info)
		}
	}
}

// URL is what to reach the master by, whichever it is.
func (s *Sentinel) URL() string { return "redis+sentinel://" + s.Watch.Addr() + "?master=hub" }
