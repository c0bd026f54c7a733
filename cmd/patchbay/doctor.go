package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// finding is the outcome of one check.
type finding struct {
	Name   string  `json:"name"`
	Status verdict `json:"status"`
	Detail string  `json:"detail"`
	Mend   string  `json:"mend,omitempty"` // what to do, where there is something to do
}

type verdict string

const (
	fine    verdict = "ok"
	unsure  verdict = "warning"
	wrong   verdict = "wrong"
	skipped verdict = "skipped"
)

func newDoctor(c console) *cobra.Command {
	var settings config
	var online bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with this installation, and the mend",
		Long: `Look at settings, data folder, database, master key, address, connectors and clock, and say what is wrong and what to
do about it. Give it the flags and variables that the hub gets. It starts nothing, but opens the database as a start
would, which brings an older one up to date. Services are asked only with --online. Exit code 1 if anything is wrong.`,
		Example: "  patchbay doctor\n  patchbay doctor --data /var/lib/patchbay --online --json",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := examine(cmd.Context(), c, settings, online)
			return printFindings(c.printerTo(c.out), findings, wantJSON(cmd))
		},
	}
	settings.bindHub(cmd.Flags())
	cmd.Flags().BoolVar(&online, "online", false, "also see whether the services can be reached")
	return cmd
}

// examine does every check in the order in which a start would stumble.
func examine(ctx context.Context, c console, settings config, online bool) []finding {
	d := doctor{console: c, config: settings}
	var findings []finding
	for _, check := range []func(context.Context) []finding{
		d.settings, d.folder, d.database, d.masterKey, d.address, d.connectors, d.clock,
	} {
		findings = append(findings, check(ctx)...)
	}
	if online {
		findings = append(findings, d.reach(ctx)...)
	}
	return findings
}

func printFindings(p printer, findings []finding, raw bool) error {
	bad := 0
	for _, f := range findings {
		if f.Status == wrong {
			bad++
		}
	}
	if raw {
		p.encode(map[string]any{"ok": bad == 0, "checks": findings})
	} else {
		looks := map[verdict]string{fine: green, unsure: yellow, wrong: red, skipped: faint}
		for _, f := range findings {
			p.printf("%s  %-12s  %s\n", p.style(looks[f.Status], fmt.Sprintf("%-7s", f.Status)), f.Name, printable(f.Detail))
			if f.Mend != "" {
				p.printf("%23s  %s %s\n", "", p.style(bold, "mend:"), printable(f.Mend))
			}
		}
	}
	if bad > 0 {
		return errShown
	}
	return nil
}
