package main

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNetworks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"10.0.0.0/8":               "10.0.0.0/8",
		"10.1.2.3/8, fd00::/8":     "10.0.0.0/8,fd00::/8",
		"127.0.0.1":                "127.0.0.1/32",
		"::1":                      "::1/128",
		"10.0.0.0/8,10.0.0.0/8":    "10.0.0.0/8",
		"":                         "error",
		"10.0.0.0/8,":              "error",
		"10.0.0.0/33":              "error",
		"example.com":              "error",
		"10.0.0.0/8;192.168.0.0/8": "error",
	} {
		var n networks
		got := "error"
		if err := n.Set(text); err == nil {
			got = n.String()
		}
		if got != want {
			t.Errorf("Set(%q): %s, want %s", text, got, want)
		}
	}
}

func FuzzNetworks(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "::1,127.0.0.1", "fe80::1%eth0", ",", "::ffff:10.0.0.1/104"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var n, again networks
		if n.Set(text) != nil {
			return
		}
		for _, prefix := range n {
			if !prefix.IsValid() {
				t.Fatalf("%q has an invalid network", text)
			}
		}
		if err := again.Set(n.String()); err != nil {
			t.Fatalf("%q does not read back: %v", n.String(), err)
		}
		if diff := cmp.Diff(n, again, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSecretComesFromOnePlace(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/secret"
	write(t, path, " hunter2\n")
	empty := t.TempDir() + "/empty"
	write(t, empty, "\n")
	large := t.TempDir() + "/large"
	write(t, large, strings.Repeat("x", maxSecretFile+1))
	set, unset := console{environment: []string{"A=hunter3 "}}, console{environment: []string{"A=", "B=x"}}
	cases := []struct {
		name       string
		console    console
		path, want string
		fails      bool
	}{
		{"variable", set, "", "hunter3", false},
		{"file", unset, path, "hunter2", false},
		{"none", unset, "", "", false},
		{"both", set, path, "", true},
		{"empty file", unset, empty, "", true},
		{"no file", unset, path + "x", "", true},
		{"large file", unset, large, "", true},
	}
	for _, c := range cases {
		got, err := c.console.secret("A", "a-file", c.path)
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
		if err != nil && (exitCode(err) != exitUsage || strings.Contains(err.Error(), "hunter")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
