package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/patchbay/patchbay/"

// arrow says what of ours the packages of a place may import. A place is a package, or, with /..., all below it.
type arrow struct {
	place string
	may   []string // places; "*" is everything but what serves tests only
}

// arrows are the directions in which imports run, the most particular first.
func arrows() []arrow {
	return []arrow{
		{"cmd/...", []string{"*"}},

		{"connectors/*/*test", []string{"operations/...", "internal/sandbox/...", "(its connector)"}},
		{"connectors/*", []string{"operations/...", "ddl"}},
		{"connectors", []string{"operations", "connectors/*"}},

		{"operations", nil},
		{"operations/execute", []string{"operations", "ddl"}},
		{"operations/conformance", []string{"operations", "operations/execute"}},
		{"operations/...", []string{"operations"}},

		{"server/...", []string{"operations", "operations/execute", "ddl", "mapping", "server/...", "internal/store", "internal/credentials", "internal/imports", "internal/mappings", "internal/gateway", "internal/embedtoken"}},
		{"ddl", []string{"operations"}},
		{"mapping", []string{"operations"}},

		{"internal/embedtoken", []string{"operations", "operations/execute", "internal/store"}},
		{"internal/imports", []string{"operations/...", "internal/store"}},
		{"internal/mappings", []string{"operations", "mapping", "internal/store"}},
		{"internal/overrides", []string{"operations", "internal/store", "internal/gateway"}},
		{"internal/credentials", []string{"operations", "operations/execute", "internal/store"}},
		{"internal/gateway", []string{"operations", "operations/execute", "internal/gateway/wire"}},
		{"internal/gateway/wire", nil},
		{"internal/gateway/gatewaytest", []string{"operations", "operations/execute", "internal/gateway"}},
		{"internal/redis/...", []string{"operations", "operations/execute", "internal/gateway", "internal/gateway/gatewaytest"}},
		{"internal/sandbox", nil},
		{"internal/sandbox/contract", []string{"operations"}},
		{"internal/...", []string{"operations", "operations/execute"}},
	}
}

// testsOnly are packages that no package but a test may import.
func testsOnly() []string {
	return []string{"operations/conformance", "internal/gateway/gatewaytest"}
}

// TestImportsRunOneWay keeps the layers apart.
func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	command := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...")
	output, err := command.Output()
	if err != nil {
		t.Fatalf("listing the packages: %v", err)
	}
	used := map[string]bool{}
	for line := range strings.Lines(string(output)) {
		names := strings.Fields(line)
		pkg := strings.TrimPrefix(names[0], module)
		rule, found := ruleOf(pkg)
		if !found {
			t.Errorf("%s has no place in the table of arrows: give it one", pkg)
			continue
		}
		used[rule.place] = true
		for _, name := range names[1:] {
			imported, ours := strings.CutPrefix(name, module)
			if ours && !rule.allows(pkg, imported) {
				t.Errorf("%s must not import %s", pkg, imported)
			}
		}
	}
	for _, place := range []string{"cmd/...", "connectors/*", "connectors/*/*test", "operations", "server/...", "internal/credentials"} {
		if !used[place] {
			t.Errorf("no package was found in %s: the test looks past the code", place)
		}
	}
}

// TestArrowsPoint holds that the table tells right from wrong.
func TestArrowsPoint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pkg, imported string
		allowed       bool
	}{
		{"cmd/patchbay", "connectors/outreach/outreachtest", true},
		{"cmd/patchbay", "internal/gateway/gatewaytest", false},
		{"cmd/patchbay", "operations/conformance", false},
		{"connectors/outreach", "operations/rawhttp", true},
		{"connectors/outreach", "operations/execute", false},
		{"connectors/outreach", "connectors/dixa", false},
		{"connectors/outreach", "internal/gateway", false},
		{"connectors/outreach/outreachtest", "connectors/outreach", true},
		{"connectors/outreach/outreachtest", "connectors/dixa", false},
		{"connectors/outreach/outreachtest", "internal/store", false},
		{"operations", "operations/execute", false},
		{"operations/execute", "operations", true},
		{"operations/execute", "internal/store", false},
		{"server", "internal/redis", false},
		{"server", "internal/gateway", true}, // the words for limits and breakers that it shows
		{"server/console", "server", true},
		{"internal/gateway", "internal/store", false},
		{"internal/credentials", "internal/store", true},
		{"internal/store", "server", false},
	} {
		rule, found := ruleOf(c.pkg)
		if !found || rule.allows(c.pkg, c.imported) != c.allowed {
			t.Errorf("%s → %s: allowed %v, want %v", c.pkg, c.imported, !c.allowed, c.allowed)
		}
	}
}

func ruleOf(pkg string) (arrow, bool) {
	rules := arrows()
	i := slices.IndexFunc(rules, func(a arrow) bool { return lies(pkg, a.place) })
	if i < 0 {
		return arrow{}, false
	}
	return rules[i], true
}

// allows tells whether an import is right. execute is for those that run calls, and has to be named.
func (a arrow) allows(pkg, imported string) bool {
	if slices.Contains(testsOnly(), imported) {
		return false
	}
	connector, _, _ := strings.Cut(strings.TrimPrefix(pkg, "connectors/"), "/")
	return slices.ContainsFunc(a.may, func(place string) bool {
		switch {
		case place == "*":
			return true
		case place == "(its connector)":
			return imported == "connectors/"+connector
		case imported == "operations/execute":
			return place == imported
		default:
			return lies(imported, place)
		}
	})
}

// lies tells whether a package lies in a place: segment by segment, where * stands for a part of one and a last ...
// for whatever follows.
func lies(pkg, place string) bool {
	below, wild := strings.CutSuffix(place, "/...")
	have, want := strings.Split(pkg, "/"), strings.Split(below, "/")
	if len(have) < len(want) || len(have) > len(want) && !wild {
		return false
	}
	for i, segment := range want {
		suffix, isWild := strings.CutPrefix(segment, "*")
		if have[i] != segment && (!isWild || !strings.HasSuffix(have[i], suffix)) {
			return false
		}
	}
	return true
}
