package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/patchbay/patchbay/operations"
)

// console is the world around a command.
type console struct {
	in          io.Reader
	out, err    io.Writer
	environment []string // KEY=VALUE
}

// lookup reads a variable. One that is set but empty counts as not set.
func (c console) lookup(name string) string {
	for _, pair := range c.environment {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}

// run runs the command line and gives the exit code.
func run(ctx context.Context, args []string, c console) int {
	root := newRoot(c)
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil {
		report(c, cmd, err)
	}
	return exitCode(err)
}

func newRoot(c console) *cobra.Command {
	root := &cobra.Command{
		Use:   "patchbay",
		Short: "One API, one vault and one governor in front of every service you use",
		Long: `Patchbay is a self-hosted integration connector hub: one API, one credential vault and one governor
(rate limits, caches, retries) in front of every service that your solutions talk to.

Every flag has an environment variable, named in its help. Exit codes: 0 done, 1 the call failed,
2 wrong usage, 3 cannot reach the hub.`,
		Example: `  patchbay demo                                  # see it work, with nothing set up
  patchbay call outreach.list_prospects --sandbox --input '{"page_size":2}'
  patchbay serve                                 # run the hub on http://127.0.0.1:8080`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return applyEnvironment(cmd.Flags(), c)
		},
	}
	root.PersistentFlags().Bool("json", false, "print JSON")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newServe(c), newDemo(c), newSandbox(c),
		newConnectors(c), newImport(c), newOperations(c), newDescribe(c), newCall(c), newDDL(c), newMap(c),
		newCredential(c), newKey(c), newLimits(c), newCache(c), newIdempotency(c),
		newDoctor(c), newVersion(c),
	)
	nameVariables(root)
	return root
}

// arguments makes a wrong number of arguments a usage error that says what belongs there.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usagef("%q takes it this way: %s", cmd.CommandPath(), cmd.UseLine())
		}
		return nil
	}
}

// noSuchCommand is for commands that only hold others.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	text := fmt.Sprintf("there is no command %q", cmd.CommandPath()+" "+args[0])
	if near := operations.Nearest(args[0], names); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return usagef("%s", text)
}

// variableOf is the flag annotation for a variable that is not called after its flag.
const variableOf = "patchbay_variable"

// variable is the environment variable of a flag, "" for those that have none.
func variable(f *pflag.Flag) string {
	if f.Name == "help" || f.Name == "version" {
		return ""
	}
	named := ""
	if names := f.Annotations[variableOf]; len(names) > 0 {
		named = names[0]
	}
	return cmp.Or(named, "PATCHBAY_"+strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")))
}

// nameVariables shows each flag's variable in its help.
func nameVariables(cmd *cobra.Command) {
	show := func(f *pflag.Flag) {
		if name := variable(f); name != "" && !strings.Contains(f.Usage, name) {
			f.Usage += " [" + name + "]"
		}
	}
	cmd.PersistentFlags().VisitAll(show)
	cmd.LocalNonPersistentFlags().VisitAll(show)
	for _, sub := range cmd.Commands() {
		nameVariables(sub)
	}
}

// applyEnvironment sets the flags that the command line does not.
func applyEnvironment(flags *pflag.FlagSet, c console) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		name := variable(f)
		value := c.lookup(name)
		if name == "" || value == "" || f.Changed || err != nil {
			return
		}
		if bad := f.Value.Set(value); bad != nil {
			err = usagef("%s: invalid argument %q for --%s: %v", name, value, f.Name, bad)
		}
	})
	return err
}

// knownVariables lists every variable that a command reads, beside those of the connectors' base URLs.
func knownVariables(cmd *cobra.Command) []string {
	known := []string{
		"PATCHBAY_MASTER_KEY", "PATCHBAY_ADMIN_KEY", "PATCHBAY_KEY", "PATCHBAY_DATABASE_URL", redisURL, redisPassword,
		"PATCHBAY_DEMO_EXIT",
	}
	for _, sub := range cmd.Commands() {
		known = append(known, knownVariables(sub)...)
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, variable(f)) })
	cmd.PersistentFlags().VisitAll(func(f *pflag.Flag) { known = append(known, variable(f)) })
	return known
}
