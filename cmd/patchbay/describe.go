package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/operations"
)

// description is all that the hub says of an operation.
type description struct {
	operationLine
	Version      int                      `json:"version"`
	Docs         string                   `json:"docs"`
	InputSchema  json.RawMessage          `json:"inputSchema"`
	SampleInput  json.RawMessage          `json:"sampleInput"`
	SampleOutput json.RawMessage          `json:"sampleOutput"`
	Throttlers   []operations.Throttler   `json:"throttlers"`
	Cache        *operations.CacheRule    `json:"cache"`
	Paging       *operations.Paging       `json:"paging"`
	Compensation *operations.Compensation `json:"compensation"`
	Resolve      *operations.Resolution   `json:"resolve"`
	AuthScopes   []string                 `json:"authScopes"`
}

func newDescribe(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "describe connector.operation",
		Short: "Show what an operation takes, gives and costs",
		Example: `  patchbay describe outreach.create_prospect
  patchbay describe outreach.create_prospect --json    # with both schemas`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeOperation,
		RunE: func(cmd *cobra.Command, args []string) error {
			connector, operation, err := splitName(args[0])
			if err != nil {
				return err
			}
			return settings.withCatalogue(cmd, c, func(hub *client) error {
				return describe(cmd.Context(), hub, operationPath(connector, operation), c.printerTo(c.out), wantJSON(cmd))
			})
		},
	}
	settings.bindCatalogue(cmd.Flags())
	return cmd
}

func describe(ctx context.Context, hub *client, path string, p printer, raw bool) error {
	var d description
	document, err := hub.get(ctx, path, &d)
	if err != nil {
		return err
	}
	if raw {
		p.document(document)
		return nil
	}
	p.describe(d)
	return nil
}

func (p printer) describe(d description) {
	full := d.Connector + "." + d.Name
	p.printf("%s  %s\n", p.style(bold, full), printable(d.Title))
	for _, line := range wrap(printable(d.Description), p.width) {
		p.printf("%s\n", line)
	}
	p.printf("\n  identifier  %s (version %d)\n  kind        %s\n  effect      %s\n", d.Identifier, d.Version, d.Kind, d.Effect)
	p.fact("docs", d.Docs)
	p.fact("scopes", strings.Join(d.AuthScopes, ", "))
	p.costs(d)
	p.inputs(string(d.InputSchema))
	p.sample("Sample input", d.SampleInput)
	p.sample("Sample output", d.SampleOutput)
	where := ""
	if slices.ContainsFunc(sandboxes(), func(s sandbox) bool { return s.connector == d.Connector }) {
		where = " --sandbox"
	}
	p.printf("\n%s\n  patchbay call %s%s --input '%s'\n", p.style(bold, "Try it"), full, where, compact(d.SampleInput))
}

func (p printer) fact(name, value string) {
	if value != "" {
		p.printf("  %-10s  %s\n", name, printable(value))
	}
}

// costs tells limits, caching, paging and what undoes it.
func (p printer) costs(d description) {
	for _, limit := range d.Throttlers {
		if limit.Enabled {
			p.fact("limit", allowed(limit.Limit, limit.TTL, limit.Burst, limit.Concurrent)+" for each "+limit.Key+" ("+limit.Name+")")
		}
	}
	if d.Cache != nil && d.Cache.TTL > 0 {
		p.fact("cached", fmt.Sprintf("%s, then up to %s more while a new answer is fetched", span(d.Cache.TTL), span(d.Cache.StaleFor)))
	}
	if d.Paging != nil {
		p.fact("paging", fmt.Sprintf("%s of the output goes into %s of the next input", d.Paging.CursorOutput, d.Paging.CursorInput))
	}
	if d.Compensation != nil {
		p.fact("undone by", d.Compensation.Operation)
	}
	if d.Resolve != nil {
		p.fact("looked up", "by "+d.Resolve.Operation+", when it is not known whether it was done")
	}
}

// span writes 1h0m0s as 1h.
func span(s operations.Seconds) string {
	text := s.Duration().String()
	if short, ok := strings.CutSuffix(text, "m0s"); ok {
		text = short + "m"
	}
	if short, ok := strings.CutSuffix(text, "h0m"); ok {
		text = short + "h"
	}
	return text
}

func (p printer) inputs(schema string) {
	fields := fieldsOf(schema)
	p.printf("\n%s\n", p.style(bold, "Input"))
	if len(fields) == 0 {
		p.printf("  none\n")
		return
	}
	var rows [][]string
	for _, f := range fields {
		needed := ""
		if f.required {
			needed = "required"
		}
		rows = append(rows, []string{f.path, f.kind, needed, cmp.Or(f.lookup, "-"), f.description})
	}
	p.table("  ", []string{"FIELD", "TYPE", "", "FILLED BY", "DESCRIPTION"}, rows)
}

func (p printer) sample(title string, document json.RawMessage) {
	if len(document) > 0 {
		p.printf("\n%s\n", p.style(bold, title))
		p.indented("  ", document)
	}
}

// compact puts JSON on one line, safe between single quotes of a shell.
func compact(document json.RawMessage) string {
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return "{}"
	}
	line, err := json.Marshal(value)
	if err != nil {
		return "{}"
	}
	return strings.ReplaceAll(string(line), "'", `\u0027`)
}
