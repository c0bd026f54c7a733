package platform_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/platform"
)

var (
	killedFor   = flag.Duration("killed.duration", time.Second, "how long TestKilledWhileWriting writes in all")
	killedTimes = flag.Int("killed.times", 2, "how often TestKilledWhileWriting kills who writes")
)

const (
	// killedDir names, in the environment of a child process, the data directory that it writes to until it is killed.
	killedDir     = "PATCHBAY_TEST_KILLED_DIR"
	killedWriters = 64
)

// TestKilledWhileWriting kills a process in which many write at once, again and again, and wants all that was
// acknowledged, in the records as in the events.
//
//	go test ./connectors/platform -run TestKilledWhileWriting -v -args -killed.duration=60s -killed.times=6
func TestKilledWhileWriting(t *testing.T) {
	if dir := os.Getenv(killedDir); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	t.Parallel()
	dir, all := t.TempDir(), map[string]acknowledged{}
	total, wrote := 0, time.Duration(0)
	for round := range *killedTimes {
		after := *killedFor - wrote
		if left := time.Duration(*killedTimes - round); left > 1 {
			after = after/left/2 + rand.N(after/left)
		}
		n := killAfter(t, dir, after, all)
		total, wrote = total+n, wrote+after
		t.Logf("kill %d: after %v, %d writes acknowledged", round+1, after.Round(time.Millisecond), n)
		checkKilled(t, dir, all)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d writers, %v: %d writes of %d records acknowledged, %.0f per second; none lost", killedWriters, wrote.Round(time.Millisecond), total,
		len(all), float64(total)/wrote.Seconds())
}

// acknowledged is what the child was told of a record.
type acknowledged struct {
	kind    string
	version int
}

// writeUntilKilled is the child: it prints a line for each write once the platform has answered it.
func writeUntilKilled(t *testing.T, dir string) {
	h := openHub(t, dir, platform.Options{}).in("default")
	if err := platform.Seed(t.Context(), h.store, "default"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range killedWriters {
		all.Go(func() {
			for !t.Failed() {
				writeSome(t, h)
			}
		})
	}
	all.Wait()
}

// writeSome makes a ticket and a comment and changes both. What they say tells their version.
func writeSome(t *testing.T, h *hub) {
	say := func(kind, operation, input string) string {
		result, err := h.call(t.Context(), operation, input)
		if err != nil {
			t.Errorf("%s: %v", operation, err)
			return ""
		}
		id, version := gjsonText(result.Output, "id"), gjsonInt(result.Output, "version")
		fmt.Println(kind, id, version)
		return id
	}
	ticket := say("ticket", "create_ticket", `{"title":"said 1","requestorEmail":"a@example.com","teamId":"`+team+`"}`)
	say("ticket", "update_ticket", `{"id":"`+ticket+`","version":1,"title":"said 2"}`)
	comment := say("comment", "create_comment", `{"content":"said 1","entityType":"ticket","entityId":"`+ticket+`"}`)
	say("comment", "update_comment", `{"commentId":"`+comment+`","version":1,"content":"said 2"}`)
	say("ticket", "escalate_ticket", `{"id":"`+ticket+`","version":2,"reason":"r","details":"d","impact":"i"}`)
	say("ticket", "update_ticket", `{"id":"`+ticket+`","version":3,"title":"said 4"}`)
}

// killAfter starts a child, kills it some time after its first line, and adds what was acknowledged by then. It gives
// how many lines there were.
func killAfter(t *testing.T, dir string, after time.Duration, all map[string]acknowledged) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after+2*time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledWhileWriting$", "-test.timeout=0")
	child.Env = append(os.Environ(), killedDir+"="+dir)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines, strange := 0, []string{}
	for scan := bufio.NewScanner(output); scan.Scan(); {
		if lines++; lines == 1 {
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
		var one acknowledged
		var id string
		if n, err := fmt.Sscanf(scan.Text(), "%s %s %d", &one.kind, &id, &one.version); n != 3 || err != nil || id == "" {
			strange = append(strange, scan.Text())
			continue
		}
		known, again := all[id]
		if one.version == 1 && again || known.version >= one.version {
			t.Errorf("%s %s was acknowledged at version %d, and at %d before", one.kind, id, one.version, known.version)
		}
		all[id] = one
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.Exited() || ctx.Err() != nil || len(strange) > 0 {
		t.Fatalf("the child ended by itself: %v\n%s", err, strings.Join(strange, "\n"))
	}
	return lines
}
