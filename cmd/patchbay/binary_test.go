package main

import (
	"bytes"
	"os"
	"testing"
)

// TestLinkerDropsWhatNobodyCalls: with text/template in it the linker has to keep every method of every type, which makes
// the binary a third larger and the hub at rest hold 10 MiB more.
func TestLinkerDropsWhatNobodyCalls(t *testing.T) {
	t.Parallel()
	linked, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(linked, []byte("main.newRoot")) {
		t.Fatal("the names of functions cannot be read out of the binary")
	}
	if bytes.Contains(linked, []byte("text/template.(*state).evalField")) {
		t.Error("something reaches text/template; go build -ldflags=-dumpdep tells what")
	}
}
