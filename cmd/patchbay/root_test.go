package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestWrongUsageIsOneLineAndExitTwo(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	cases := []struct {
		name string
		env  []string
		args []string
		says string
	}{
		{"unknown command", nil, []string{"cal"}, `there is no command "patchbay cal"; did you mean call?`},
		{"unknown subcommand", nil, []string{"key", "lst"}, "did you mean list?"},
		{"unknown flag", nil, []string{"version", "--nope"}, "unknown flag: --nope"},
		{"too few arguments", nil, []string{"describe"}, "patchbay describe connector.operation"},
		{"too many arguments", nil, []string{"connectors", "a"}, "patchbay connectors"},
		{"no operation", nil, []string{"call", "outreach"}, "connector.operation"},
		{"input is not JSON", nil, []string{"call", "outreach.list_users", "--sandbox", "-i", "{"}, "--input"},
		{"input file is missing", nil, []string{"call", "outreach.list_users", "--sandbox", "-i", "@/nowhere"}, "--input"},
		{"sandbox and server", nil, []string{"call", "outreach.list_users", "--sandbox", "--server", "http://127.0.0.1:1"}, "--server"},
		{"both by variables", []string{"PATCHBAY_SANDBOX=1", "PATCHBAY_SERVER=http://127.0.0.1:1"}, []string{"call", "outreach.list_users"}, "--server"},
		{"data beside a server", nil, []string{"key", "list", "--server", "http://127.0.0.1:1", "--data", data}, "--data has no effect"},
		{"data beside a sandbox", nil, []string{"call", "outreach.list_users", "--sandbox", "--data", data}, "--data has no effect"},
		{"key without a server", nil, []string{"connectors", "--key-file", "x"}, "--key-file has no effect"},
		{"negative timeout", nil, []string{"call", "outreach.list_users", "--sandbox", "--timeout", "-1s"}, "--timeout"},
		{"server is no URL", nil, []string{"connectors", "--server", "127.0.0.1:80"}, "--server"},
		{"server without a key", nil, []string{"connectors", "--server", "http://127.0.0.1:1"}, "PATCHBAY_KEY"},
		{"address", nil, []string{"serve", "--data", data, "--addr", "foo"}, "--addr"},
		{"network", nil, []string{"serve", "--allow-networks", "10.0.0.0/99"}, "--allow-networks"},
		{"level", nil, []string{"serve", "--log-level", "loud"}, "--log-level"},
		{"retention", nil, []string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--retention", "-1h"}, "--retention"},
		{"base URL of nobody", nil, []string{"key", "list", "--base-url", "outrech=http://x"}, "did you mean outreach?"},
		{"base URL is no URL", nil, []string{"key", "list", "--base-url", "outreach=ftp://x"}, "--base-url"},
		{"role", nil, []string{"key", "create", "--data", data, "--name", "x", "--role", "boss"}, "--role"},
		{"name", nil, []string{"key", "create", "--data", data, "--role", "embed"}, "--name"},
		{"no data folder", nil, []string{"key", "list", "--data", data + "/typo"}, "--data"},
		{"variable", []string{"PATCHBAY_LOG_LEVEL=loud"}, []string{"serve"}, "PATCHBAY_LOG_LEVEL"},
		{"variable of nobody", []string{"PATCHBAY_OUTRECH_BASE_URL=http://x"}, []string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, "PATCHBAY_OUTRECH_BASE_URL"},
		{"database", []string{"PATCHBAY_DATABASE_URL=postgres://x"}, []string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, "not_configured: PATCHBAY_DATABASE_URL"},
		{"redis", []string{"PATCHBAY_REDIS_URL=http://hunter2@x"}, []string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, "PATCHBAY_REDIS_URL"},
		{"admin key", []string{"PATCHBAY_ADMIN_KEY=hunter2hunter2hunter2"}, []string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, "begins with pb_"},
		{"short admin key", []string{"PATCHBAY_ADMIN_KEY=pb_x"}, []string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, "PATCHBAY_ADMIN_KEY"},
		{"sandbox and base URL", []string{"PATCHBAY_OUTREACH_BASE_URL=http://x"}, []string{"call", "outreach.list_users", "--sandbox"}, "--sandbox"},
		{"two master keys", []string{"PATCHBAY_MASTER_KEY=x"}, []string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--master-key-file", "x"}, "PATCHBAY_MASTER_KEY"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := try(t, c.env, "", c.args...)
			if got.code != exitUsage || got.out != "" || strings.Count(got.err, "\n") != 1 {
				t.Errorf("exit %d, stdout %q, stderr:\n%s", got.code, got.out, got.err)
			}
			contains(t, got.err, c.says)
			if strings.Contains(got.err, "hunter2") {
				t.Errorf("a secret is shown: %s", got.err)
			}
		})
	}
}

func TestWrongUsageAsJSON(t *testing.T) {
	t.Parallel()
	got := try(t, nil, "", "describe", "outreach", "--json")
	document := decode[map[string]string](t, got.out)
	if got.code != exitUsage || document["code"] != "usage" || got.err != "" {
		t.Errorf("exit %d, %v, stderr %q", got.code, document, got.err)
	}
}

func TestEveryCommandHasHelpAndNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(^|-)(key|secrets?|token|password)$`)
	seen := 0
	walk(newRoot(console{}), func(cmd *cobra.Command) {
		if cmd.Name() == "help" || cmd.Name() == "completion" || cmd.HasParent() && cmd.Parent().Name() == "completion" {
			return
		}
		if cmd.Short == "" {
			t.Errorf("%s has no help", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "version" {
				return
			}
			seen++
			if !strings.Contains(f.Usage, variable(f)) || f.Usage == "" {
				t.Errorf("%s --%s: its help does not name %s: %s", cmd.CommandPath(), f.Name, variable(f), f.Usage)
			}
			if secret.MatchString(f.Name) {
				t.Errorf("%s --%s would take a secret as an argument", cmd.CommandPath(), f.Name)
			}
		})
	})
	if seen < 30 {
		t.Errorf("only %d flags were looked at", seen)
	}
}

func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, sub := range cmd.Commands() {
		walk(sub, visit)
	}
}

func TestVariablesSetFlagsAndFlagsWin(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_KIND=ddl", "PATCHBAY_QUERY=", "PATCHBAY_JSON=true"}
	all := decode[struct{ Operations []operationLine }](t, must(t, env, "", "operations", "outreach").out)
	for _, operation := range all.Operations {
		if operation.Kind != "ddl" {
			t.Fatalf("PATCHBAY_KIND has no effect: %v", operation)
		}
	}
	links := decode[struct{ Operations []operationLine }](t, must(t, env, "", "operations", "outreach", "--kind", "link").out)
	if len(links.Operations) != 1 || links.Operations[0].Name != "execute_link" {
		t.Errorf("the flag does not win: %v", links.Operations)
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	contains(t, must(t, nil, "").out, "Available Commands", "demo")
	contains(t, must(t, nil, "", "call", "--help").out, "Examples:", "[PATCHBAY_TIMEOUT]")
	contains(t, must(t, nil, "", "sandbox", "--help").out, "[PATCHBAY_SANDBOX_ADDR]")
	contains(t, must(t, nil, "", "version").out, "patchbay "+version)
	if built := decode[map[string]string](t, must(t, nil, "", "version", "--json").out); built["version"] != version {
		t.Errorf("version --json: %v", built)
	}
}
