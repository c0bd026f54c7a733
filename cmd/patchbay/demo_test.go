package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	command := exec.Command(binary, "demo", "--addr", "127.0.0.1:0")
	command.Env = []string{"PATCHBAY_DEMO_EXIT=1", "TMPDIR=" + t.TempDir()}
	command.Dir = t.TempDir()
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	contains(t, string(output), "All 20 calls went as they should.", "did you mean firstName?", "upstream_not_found", "destination_refused")
	if strings.Contains(string(output), "✗") {
		t.Errorf("%s", output)
	}
}

func TestDemoAsJSON(t *testing.T) {
	t.Parallel()
	got := must(t, []string{"PATCHBAY_DEMO_EXIT=1"}, "", "demo", "--json", "--addr", "127.0.0.1:0")
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	for _, line := range lines {
		if v := decode[visited](t, line); !v.OK || v.Told == "" {
			t.Errorf("%s", line)
		}
	}
	if len(lines) < 8 || got.err != "" {
		t.Errorf("%d calls, stderr %q", len(lines), got.err)
	}
}

// TestDemoGoesOn pastes what the demo shows: address, key and call.
func TestDemoGoesOn(t *testing.T) {
	t.Parallel()
	demo := start(t, nil, "demo", "--addr", "127.0.0.1:0")
	demo.out.after(t, "-d '")
	text := demo.out.String()
	find := func(pattern string) string {
		found := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("no %s in:\n%s", pattern, text)
		}
		return found[1]
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, find(`curl -s (\S+) `), strings.NewReader(find(`-d '(.*)'`)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", find(`-H 'Authorization: (.*?)'`))
	request.Header.Set("Content-Type", find(`-H 'Content-Type: (.*?)'`))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil || response.Body.Close() != nil {
		t.Fatal(err)
	}
	if n := len(gjson.Get(body.String(), "output.data").Array()); response.StatusCode != http.StatusOK || n != 2 {
		t.Errorf("%s: %s", response.Status, &body)
	}
	if code := demo.end(t); code != exitDone {
		t.Errorf("exit %d: %s", code, demo.err)
	}
}

func TestDemoTakesAnotherPort(t *testing.T) {
	t.Parallel()
	taken := takenPort(t)
	var out, errs bytes.Buffer
	c := console{in: strings.NewReader(""), out: &out, err: &errs, environment: []string{"PATCHBAY_DEMO_EXIT=1"}}
	settings := config{Addr: taken, Sandbox: true, serving: true, LogLevel: warnings}
	if err := demo(t.Context(), c, settings, true); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	contains(t, errs.String(), taken+" is taken")
	if err := demo(t.Context(), c, settings, false); err == nil {
		t.Error("an address that was asked for by name is not insisted on")
	}
}

func TestTourThatGoesWrong(t *testing.T) {
	t.Parallel()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"code":"internal","detail":"the hub failed"}`))
	}))
	t.Cleanup(broken.Close)
	idle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"output":{},"meta":{}}`))
	}))
	t.Cleanup(idle.Close)
	for _, server := range []*httptest.Server{broken, idle} {
		var out bytes.Buffer
		guide := tour{hub: &client{base: server.URL, http: server.Client()}, p: printer{Writer: &out}}
		guide.run(t.Context())
		if all := len(guide.stops()); guide.failed != all || !errors.Is(guide.verdict(), errShown) {
			t.Errorf("%d of %d calls failed, %v", guide.failed, all, guide.verdict())
		}
		contains(t, out.String(), "✗", "did not go as they should")
	}
}
