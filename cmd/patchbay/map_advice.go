package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/mapping"
)

// advise asks the hub something of a mapping, and gives the answer.
func advise[T any](cmd *cobra.Command, hub *client, what string, body map[string]any) (T, json.RawMessage, error) {
	var answer T
	document, err := hub.do(cmd.Context(), http.MethodPost, "/v1/mappings/"+what, body)
	if err != nil {
		return answer, nil, err
	}
	if err := json.Unmarshal(document, &answer); err != nil {
		return answer, nil, fmt.Errorf("reading the answer of %s: %w", hub.base, err)
	}
	return answer, document, nil
}

// adviser is a command that asks the hub something of one mapping.
type adviser[T any] struct {
	cobra.Command
	verb string // of the API
	show func(p printer, answer T)
	ends func(answer T) error // how the command ends; nil: well
}

func (a *adviser[T]) command(c console) *cobra.Command {
	var settings config
	var version int64
	cmd := &a.Command
	cmd.Args = arguments(1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ref, err := c.readMapping(args[0])
		if err != nil {
			return err
		}
		return settings.withMapping(cmd, c, ref.id != "", func(hub *client) error {
			answer, document, err := advise[T](cmd, hub, a.verb, ref.body(version))
			if err != nil {
				return err
			}
			if p := c.printerTo(c.out); wantJSON(cmd) {
				p.document(document)
			} else {
				a.show(p, answer)
			}
			if a.ends == nil {
				return nil
			}
			return a.ends(answer)
		})
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.Flags().Int64Var(&version, "version", 0, "version of a stored mapping; without it, the newest")
	cmd.ValidArgsFunction = firstOnly(completeMapping(c, &settings))
	return cmd
}

// linted is the answer to lint.
type linted struct {
	OK       bool              `json:"ok"`
	Findings []mapping.Finding `json:"findings"`
}

func newMapLint(c console) *cobra.Command {
	return (&adviser[linted]{
		Command: cobra.Command{
			Use:   "lint MAPPING",
			Short: "Say what is wrong with a mapping, or may go wrong",
			Long: `Hold a mapping against the operations that it names: paths that lead nowhere, targets that are not there, types that clash, required fields that no rule
fills, rules that never write, drop-downs that do not exist. It ends with 1 if there is an error among the findings.`,
			Example: "  patchbay map lint flow.json\n  patchbay map lint prospect-to-issue --json",
		},
		verb: "lint",
		show: func(p printer, answer linted) { p.findings(answer.Findings) },
		ends: func(answer linted) error {
			if !answer.OK {
				return errShown
			}
			return nil
		},
	}).command(c)
}

func (p printer) findings(findings []mapping.Finding) {
	if len(findings) == 0 {
		p.printf("nothing is wrong\n")
		return
	}
	var rows [][]string
	for _, f := range findings {
		rows = append(rows, []string{string(f.Severity), f.Pointer, f.Detail})
	}
	p.table("", []string{"SEVERITY", "WHERE", "WHAT"}, rows)
}

// explained is the answer to explain.
type explained struct {
	Sentences []string `json:"sentences"`
}

func newMapExplain(c console) *cobra.Command {
	return (&adviser[explained]{
		Command: cobra.Command{
			Use:     "explain MAPPING",
			Short:   "Say in sentences what a mapping does",
			Example: "  patchbay map explain flow.json\n  patchbay map explain prospect-to-issue --version 2",
		},
		verb: "explain",
		show: func(p printer, answer explained) {
			for _, sentence := range answer.Sentences {
				p.printf("%s\n", printable(sentence))
			}
		},
	}).command(c)
}

// suggested is the answer to a suggestion.
type suggested struct {
	Document json.RawMessage `json:"document"`
	Lines    []mapping.Line  `json:"lines"`
	Missing  []string        `json:"missing"`
}

func newMapSuggest(c console) *cobra.Command {
	var settings config
	var items, sample string
	var input bool
	cmd := &cobra.Command{
		Use:   "suggest SOURCE-OPERATION TARGET-OPERATION",
		Short: "Make a first mapping between two operations",
		Long: `Make a first mapping that turns what the source operation gives into the input of the target operation, by names, types, samples and what fields are usually
called. The mapping is printed on stdout; how sure each line is and why, and what is still missing, on stderr. Look it through before it is used.`,
		Example: `  patchbay map suggest outreach.list_prospects jira.create_issue > flow.json
  patchbay map suggest outreach.list_prospects nimchat.create_contact --items data --sample @prospects.json`,
		Args:              arguments(2, 2),
		ValidArgsFunction: completeTwoOperations,
		RunE: func(cmd *cobra.Command, args []string) error {
			source := map[string]any{"operation": args[0]}
			if items != "" {
				source["items"] = items
			}
			if input {
				source["document"] = mapping.DocumentInput
			}
			body := map[string]any{"source": source, "target": map[string]any{"operation": args[1]}}
			if sample != "" {
				document, err := c.readInput(sample)
				if err != nil {
					return err
				}
				body["sample"] = document
			}
			return settings.withCatalogue(cmd, c, func(hub *client) error {
				answer, document, err := advise[suggested](cmd, hub, "suggest", body)
				if err != nil {
					return err
				}
				if wantJSON(cmd) {
					c.printerTo(c.out).document(document)
					return nil
				}
				c.printerTo(c.out).indented("", answer.Document)
				c.printerTo(c.err).suggestion(answer)
				return nil
			})
		},
	}
	settings.bindCatalogue(cmd.Flags())
	cmd.Flags().StringVar(&items, "items", "", "`path` of a list in the source, each of whose items is mapped by itself")
	cmd.Flags().BoolVar(&input, "from-input", false, "map what the source operation takes, not what it gives")
	cmd.Flags().StringVar(&sample, "sample", "", "a document of the source to go by: `JSON`, @file, or - for stdin")
	return cmd
}

// completeTwoOperations offers connector.operation for both arguments.
func completeTwoOperations(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeOperation(cmd, nil, begun)
}

// suggestion tells how sure each line of a suggested mapping is.
func (p printer) suggestion(s suggested) {
	var rows [][]string
	for _, line := range s.Lines {
		rows = append(rows, []string{fmt.Sprintf("%.2f", line.Confidence), line.Target, line.Why})
	}
	if len(rows) > 0 {
		p.table("", []string{"SURE", "TARGET", "WHY"}, rows)
	}
	for _, target := range s.Missing {
		p.printf("%s nothing was found for %s, which is required\n", p.style(yellow, "missing:"), printable(target))
	}
}
