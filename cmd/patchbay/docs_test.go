package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFlowsOfTheDocs runs the shell commands of each page of docs/flows as a reader would, one page to a shell, against a
// hub with sandboxes. A block of text that follows commands is what they print.
func TestFlowsOfTheDocs(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/flows/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no flows: %v", err)
	}
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			commands, want := commandsOf(t, string(text))
			hub := start(t, []string{"PATCHBAY_ADMIN_KEY=" + testKey}, "serve", "--sandbox", "--addr", "127.0.0.1:0", "--data", t.TempDir())
			got := shell(t, commands, "PATCHBAY_SERVER="+hub.address(t), "PATCHBAY_KEY="+testKey)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what the page says is printed (-), and what is (+):\n%s", diff)
			}
		})
	}
}

// mark stands in the output between what one block prints and what the next does.
const mark = "\n--- end of block ---\n"

// commandsOf puts the blocks of a page into one script, and gives what each is to print.
func commandsOf(t *testing.T, page string) (script string, prints []string) {
	t.Helper()
	blocks := regexp.MustCompile("(?ms)^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?").FindAllStringSubmatch(page, -1)
	if len(blocks) == 0 {
		t.Fatal("the page has no commands")
	}
	var b strings.Builder
	for _, block := range blocks {
		b.WriteString(block[1] + "printf '" + strings.ReplaceAll(mark, "\n", `\n`) + "'\n")
		prints = append(prints, strings.TrimSpace(block[2]))
	}
	return b.String(), prints
}

// shell runs a script in a folder that has bin/patchbay, and gives what each block prints.
func shell(t *testing.T, script string, environment ...string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(dir, "bin", "patchbay")); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	command.Dir, command.WaitDelay = dir, time.Second
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, environment...)
	var problems bytes.Buffer
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil || problems.Len() > 0 {
		t.Fatalf("%v\n%s\nprinted:\n%s", err, problems.String(), output)
	}
	var printed []string
	sandboxPort := regexp.MustCompile(`http://127\.0\.0\.1:\d+`) // another each time; the pages say 9090
	output = sandboxPort.ReplaceAll(output, []byte("http://127.0.0.1:9090"))
	for block := range strings.SplitSeq(strings.TrimSuffix(string(output), mark), mark) {
		printed = append(printed, strings.TrimSpace(block))
	}
	return printed
}

// TestCodeOfTheDocs holds that Go code on the pages compiles: each block stands in a test of the tree.
func TestCodeOfTheDocs(t *testing.T) {
	t.Parallel()
	var compiled strings.Builder
	for _, pattern := range []string{"../../operations/*_test.go", "../../connectors/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compiled.WriteString(unindented(string(text)))
		}
	}
	page, err := os.ReadFile("../../docs/connector-authors.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```\n").FindAllStringSubmatch(string(page), -1)
	if len(blocks) == 0 {
		t.Fatal("the page has no code")
	}
	for _, block := range blocks {
		if !strings.Contains(compiled.String(), strings.TrimSuffix(unindented(block[1]), ")\n")) {
			t.Errorf("no test holds this code:\n%s", block[1])
		}
	}
}

func unindented(code string) string {
	var b strings.Builder
	for line := range strings.Lines(code) {
		b.WriteString(strings.TrimLeft(line, "\t"))
	}
	return b.String()
}
