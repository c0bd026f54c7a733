package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/internal/credentials"
)

func TestFirstStartShowsTheKeysOnce(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", data}
	first := start(t, nil, args...)
	at := first.address(t)
	contains(t, first.err.String(), "Back it up:", filepath.Join(data, credentials.MasterKeyFile))
	key := first.err.after(t, "shown this once: ")
	must(t, []string{"PATCHBAY_KEY=" + key}, "", "key", "list", "--server", at)
	if code := first.end(t); code != exitDone {
		t.Errorf("exit %d: %s", code, first.err)
	}

	second := start(t, nil, args...)
	second.address(t)
	for _, once := range []string{"Back it up", "Admin key", key} {
		if strings.Contains(second.err.String(), once) {
			t.Errorf("the second start says %q", once)
		}
	}
	if code := second.end(t); code != exitDone {
		t.Errorf("exit %d: %s", code, second.err)
	}
}

func TestChosenAdminKey(t *testing.T) {
	t.Parallel()
	const key = "pb_chosen_by_the_operator"
	file := filepath.Join(t.TempDir(), "admin.key")
	if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	for _, env := range [][]string{{"PATCHBAY_ADMIN_KEY=" + key}, {"PATCHBAY_ADMIN_KEY_FILE=" + file}} {
		hub := start(t, env, "serve", "--addr", "127.0.0.1:0", "--data", data)
		must(t, []string{"PATCHBAY_KEY=" + key}, "", "key", "list", "--server", hub.address(t))
		hub.end(t)
		if strings.Contains(hub.err.String(), key) {
			t.Error("the chosen key is shown")
		}
	}
}

func TestServeAsJSON(t *testing.T) {
	t.Parallel()
	hub := start(t, nil, "serve", "--sandbox", "--json", "--addr", "127.0.0.1:0", "--data", t.TempDir())
	at := hub.address(t)
	hub.out.after(t, `"sandboxes"`)
	told := gjson.Parse(hub.out.String())
	if told.Get("address").String() != at || told.Get("sandboxes.0.credentialId").String() != "sandbox-outreach" {
		t.Errorf("it says %s", told)
	}
	if !json.Valid([]byte(hub.out.String())) || strings.Contains(hub.out.String(), keyPrefix) {
		t.Errorf("stdout is %s", hub.out)
	}
	hub.end(t)
}

// TestSandboxIsFreshOnEachStart holds that tokens renewed in one run do not spoil the next.
func TestSandboxIsFreshOnEachStart(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_ADMIN_KEY=pb_0123456789abcdef"}
	client := []string{"PATCHBAY_KEY=pb_0123456789abcdef"}
	data := t.TempDir()
	for range 2 {
		hub := start(t, env, "serve", "--sandbox", "--json", "--addr", "127.0.0.1:0", "--data", data)
		at := hub.address(t)
		hub.out.after(t, `"sandboxes"`)
		base := gjson.Get(hub.out.String(), "sandboxes.0.baseUrl").String()
		response, err := http.Post(base+"/_sandbox/expire-token", "application/json", nil)
		if err != nil || response.StatusCode != http.StatusNoContent || response.Body.Close() != nil {
			t.Fatalf("%v, %v", response, err)
		}
		must(t, client, "", "call", "outreach.list_users", "--server", at)
		if code := hub.end(t); code != exitDone {
			t.Errorf("exit %d: %s", code, hub.err)
		}
	}
}

func TestStartThatFailsIsOneLine(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	must(t, nil, "", "key", "create", "--role", "embed", "--name", "x", "--data", data)
	other, err := credentials.GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "patchbay.db"), []byte("this is no database, but it is long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		env  []string
		args []string
		says string
	}{
		{"wrong master key", []string{"PATCHBAY_MASTER_KEY=" + other}, []string{"--data", data}, "the master key is not the one"},
		{"no master key", []string{"PATCHBAY_MASTER_KEY=hunter2"}, []string{"--data", data}, "is not a master key"},
		{"address taken", nil, []string{"--data", data, "--addr", takenPort(t)}, "address already in use"},
		{"no database", nil, []string{"--data", broken}, "is not a patchbay database"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			command := exec.Command(binary, append([]string{"serve", "--addr", "127.0.0.1:0"}, c.args...)...)
			command.Env = append(c.env, "HOME="+t.TempDir())
			var out, stderr bytes.Buffer
			command.Stdout, command.Stderr = &out, &stderr
			var exit *exec.ExitError
			if err := command.Run(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
				t.Errorf("it ended with %v", err)
			}
			if strings.Count(stderr.String(), "\n") != 1 || out.Len() > 0 {
				t.Errorf("it prints %q and\n%s", &out, &stderr)
			}
			contains(t, stderr.String(), c.says)
			if strings.Contains(stderr.String(), "hunter2") || strings.Contains(stderr.String(), other) {
				t.Error("the master key is shown")
			}
		})
	}
}

// process is the real binary, serving.
type process struct {
	*exec.Cmd
	out, err *stream
	address  string
	sandbox  string
}

const processKey = "pb_0123456789abcdef"

func startProcess(t *testing.T) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(binary, "serve", "--sandbox", "--json", "--addr", "127.0.0.1:0", "--data", t.TempDir()), out: newStream(), err: newStream()}
	p.Stdout, p.Stderr, p.Env = p.out, p.err, []string{"PATCHBAY_ADMIN_KEY=" + processKey}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	p.out.after(t, `"sandboxes"`)
	p.address = gjson.Get(p.out.String(), "address").String()
	p.sandbox = gjson.Get(p.out.String(), "sandboxes.0.baseUrl").String()
	return p
}

// slowCall makes a call that the sandbox holds up, and returns when it has got there.
func (p *process) slowCall(t *testing.T, milliseconds int) <-chan error {
	t.Helper()
	faults := fmt.Sprintf(`[{"match":{"path":"/api/v2/users"},"latency_ms":%d}]`, milliseconds)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.sandbox+"/_sandbox/faults", strings.NewReader(faults))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK || response.Body.Close() != nil {
		t.Fatalf("setting faults: %v %v", response, err)
	}
	done := make(chan error, 1)
	go func() {
		hub := &client{base: p.address, key: processKey, http: http.DefaultClient}
		_, err := hub.do(context.WithoutCancel(t.Context()), http.MethodPost, operationPath("outreach", "list_users")+"/call",
			callRequest{CredentialID: "sandbox-outreach", Input: json.RawMessage(`{}`)})
		done <- err
	}()
	p.awaitRequest(t)
	return done
}

func (p *process) awaitRequest(t *testing.T) {
	t.Helper()
	for range 3000 {
		response, err := http.Get(p.sandbox + "/_sandbox/requests")
		if err != nil {
			t.Fatal(err)
		}
		seen, err := io.ReadAll(response.Body)
		if err != nil || response.Body.Close() != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(seen), "/api/v2/users") {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the call does not reach the sandbox")
}

func TestTerminationLetsCallsFinish(t *testing.T) {
	t.Parallel()
	p := startProcess(t)
	call := p.slowCall(t, 700)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-call; err != nil {
		t.Errorf("the call under way was cut off: %v", err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("%v\n%s", err, p.err)
	}
	contains(t, p.err.String(), "stopping")
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := startProcess(t)
	call := p.slowCall(t, 60_000)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.err.after(t, "stopping")
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := p.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %v", err)
	}
	if err := <-call; err == nil {
		t.Error("the call came through")
	}
}
