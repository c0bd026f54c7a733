package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// killedDir names, in the environment of a child process, the data directory that it writes to until it is killed.
const killedDir = "PATCHBAY_TEST_KILLED_DIR"

// Everything that was acknowledged before a kill -9 is there afterwards, and the file opens.
func TestKilledWhileWriting(t *testing.T) {
	if dir := os.Getenv(killedDir); dir != "" {
		writeForever(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	var acknowledged []string
	for round := range 3 {
		acknowledged = append(acknowledged, killAfter(t, dir, 20+15*round)...)
		verify(t, dir, acknowledged)
	}
}

// writeForever is the child: it prints a line for each row that the store has acknowledged.
func writeForever(t *testing.T, dir string) {
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for {
		key, secret, err := s.CreateKey(t.Context(), DefaultWorkspace, "k", execute.RoleBuilder)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("key", key.ID, secret)
		row := sampleRow(NewCredentialID())
		row.Sealed = []byte(row.ID)
		if _, err := s.InsertCredential(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		fmt.Println("credential", row.ID)
	}
}

func killAfter(t *testing.T, dir string, lines int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledWhileWriting$")
	child.Env = append(os.Environ(), killedDir+"="+dir)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for scan := bufio.NewScanner(output); scan.Scan(); {
		acknowledged = append(acknowledged, scan.Text())
		if len(acknowledged) == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.Exited() || ctx.Err() != nil {
		t.Fatalf("the child ended by itself: %v\n%s", err, strings.Join(acknowledged, "\n"))
	}
	return acknowledged
}

func verify(t *testing.T, dir string, acknowledged []string) {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatalf("opening after the kill: %v", err)
	}
	defer s.Close()
	var sound string
	if err := s.read.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("integrity: %s (%v)", sound, err)
	}
	for _, line := range acknowledged {
		words := strings.Fields(line)
		switch {
		case len(words) == 3 && words[0] == "key":
			if key, err := s.Authenticate(t.Context(), words[2]); err != nil || key.ID != words[1] {
				t.Errorf("acknowledged key %s: %v", words[1], err)
			}
		case len(words) == 2 && words[0] == "credential":
			if row, err := s.Credential(t.Context(), DefaultWorkspace, words[1]); err != nil || string(row.Sealed) != words[1] {
				t.Errorf("acknowledged credential %s: %v", words[1], err)
			}
		default:
			t.Errorf("the child said %q", line)
		}
	}
}
