package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// part is a process that takes part in the comparison.
type part struct {
	addr    string
	pid     int
	command *exec.Cmd
}

// spawn starts a part of the comparison.
func spawn(b *testing.B, role string, environment ...string) *part {
	b.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(append(os.Environ(), roleVariable+"="+role), environment...)
	output, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	begin(b, command)
	addr, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		b.Fatalf("starting the %s: %v", role, err)
	}
	return &part{addr: strings.TrimSpace(addr), pid: command.Process.Pid, command: command}
}

// serveHub starts a hub on a data folder.
func serveHub(b *testing.B, data string, environment ...string) *part {
	b.Helper()
	command := exec.Command(binary, "serve")
	command.Env = append(append(os.Environ(), "PATCHBAY_DATA="+data, "PATCHBAY_ADMIN_KEY="+testKey,
		"PATCHBAY_ADDR=127.0.0.1:0", "PATCHBAY_ALLOW_NETWORKS=127.0.0.0/8"), environment...)
	log := newStream()
	command.Stderr = log
	begin(b, command)
	addr, _, _ := strings.Cut(log.after(b, "serves on http://"), " ")
	return &part{addr: addr, pid: command.Process.Pid, command: command}
}

// end stops the process at once.
func (p *part) end() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

func begin(b *testing.B, command *exec.Cmd) {
	b.Helper()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
}

// patchbay runs a command on a data folder.
func patchbay(b *testing.B, data, stdin string, args ...string) {
	b.Helper()
	command := exec.Command(binary, args...)
	command.Env = append(os.Environ(), "PATCHBAY_DATA="+data)
	command.Stdin = strings.NewReader(stdin)
	if output, err := command.CombinedOutput(); err != nil {
		b.Fatalf("patchbay %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

// cpu is the processor time that the process has had. The kernel counts in ticks of 10 ms.
func (p *part) cpu(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	var ticks int
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory is what the process holds, and the most it has held, in MiB.
func (p *part) memory(b *testing.B) (now, peak float64) {
	b.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		switch name {
		case "VmRSS":
			now = kib / 1024
		case "VmHWM":
			peak = kib / 1024
		}
	}
	return now, peak
}
