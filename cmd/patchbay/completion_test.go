package main

import (
	"strings"
	"testing"
)

func TestCompletion(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + t.TempDir()}
	must(t, env, "access_token=x", "credential", "add", "outreach", "--id", "sales")
	cases := []struct {
		name  string
		args  []string
		wants []string
	}{
		{"commands", []string{""}, []string{"call\t", "serve\t"}},
		{"connectors", []string{"operations", ""}, []string{"outreach\tOutreach"}},
		{"operations", []string{"call", "outreach.list_pros"}, []string{"outreach.list_prospects\t", "outreach.list_prospects_ddl\t"}},
		{"lists", []string{"ddl", "outreach.list_pros"}, []string{"outreach.list_prospects_ddl\t"}},
		{"described", []string{"describe", "out"}, []string{"outreach.create_prospect\t"}},
		{"only one operation", []string{"call", "outreach.list_users", ""}, nil},
		{"credentials", []string{"call", "outreach.list_users", "--credential", ""}, []string{"sales\toutreach Outreach"}},
		{"credential to test", []string{"credential", "test", ""}, []string{"sales\t"}},
		{"credential to remove", []string{"credential", "remove", ""}, []string{"sales\t"}},
		{"connector to add", []string{"credential", "add", ""}, []string{"outreach\t"}},
		{"roles", []string{"key", "create", "--role", ""}, []string{"admin", "builder", "embed"}},
		{"kinds", []string{"operations", "--kind", ""}, []string{"action", "ddl", "all"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := must(t, env, "", append([]string{"__complete"}, c.args...)...).out
			contains(t, got, c.wants...)
			if len(c.wants) == 0 && !strings.HasPrefix(got, ":") {
				t.Errorf("it offers %s", got)
			}
		})
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		contains(t, must(t, nil, "", "completion", shell).out, "patchbay")
	}
}

func TestCompletionWithoutAHub(t *testing.T) {
	t.Parallel()
	got := must(t, []string{"PATCHBAY_DATA=" + t.TempDir()}, "", "__complete", "credential", "test", "")
	if !strings.HasPrefix(got.out, ":") {
		t.Errorf("it offers %s", got.out)
	}
}
