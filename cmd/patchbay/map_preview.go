package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
)

// previewed is a record in the answer to a preview.
type previewed struct {
	Output json.RawMessage         `json:"output"`
	Steps  []mapping.Step          `json:"steps"`
	Error  *problem                `json:"error"`
	Input  []operations.InputFault `json:"inputErrors"`
}

// maxPreviewed is how many records the hub previews at once.
const maxPreviewed = 20

func newMapPreview(c console) *cobra.Command {
	var settings config
	var credential string
	var version int64
	cmd := &cobra.Command{
		Use:   "preview MAPPING [FILE|-]",
		Short: "Try a mapping out: what each rule takes in and gives",
		Long: `Try a mapping out, on the first records of a file (one JSON document a line) or, if none is named, on the sample of the operation that it names as its
source. It shows for each rule what came in and went out, and what the target operation would refuse. If a record cannot be mapped, the command ends with 1.`,
		Example: `  patchbay map preview flow.json
  patchbay map preview flow.json prospects.ndjson --sandbox
  patchbay map preview prospect-to-issue --version 2 --json`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, err := c.readMapping(args[0])
			if err != nil {
				return err
			}
			body := ref.body(version)
			if credential != "" {
				body["credentialId"] = credential
			}
			if len(args) > 1 {
				if body["records"], err = c.readRecords(args[1], args[0] == "-"); err != nil {
					return err
				}
			}
			return settings.withMapping(cmd, c, ref.needsHub(), func(hub *client) error {
				return preview(cmd.Context(), c, hub, body, wantJSON(cmd))
			})
		},
	}
	flags := cmd.Flags()
	settings.bindLocalOrServer(flags)
	flags.BoolVar(&settings.Sandbox, "sandbox", false, "look values up in sandboxes of the services, started for this one run")
	flags.Int64Var(&version, "version", 0, "version of a stored mapping; without it, the newest")
	flags.StringVar(&credential, "credential", "", "`id` of the credential for look-ups that name none")
	completeFlagWith(cmd, "credential", completeCredential(c, &settings))
	cmd.ValidArgsFunction = completeMapping(c, &settings)
	return cmd
}

// readRecords reads the first records of a file, or of stdin.
func (c console) readRecords(path string, stdinTaken bool) ([]json.RawMessage, error) {
	in, err := c.openRecords([]string{path}, stdinTaken)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var records []json.RawMessage
	lines := bufio.NewReader(io.LimitReader(in, maxInput))
	for number := 1; len(records) < maxPreviewed; number++ {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if !json.Valid(line) {
				return nil, usagef("line %d of the records is not JSON", number)
			}
			records = append(records, line)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, usagef("reading the records: %w", err)
		}
	}
	if len(records) == 0 {
		return nil, usagef("there are no records in %s", path)
	}
	return records, nil
}

func preview(ctx context.Context, c console, hub *client, body map[string]any, raw bool) error {
	document, err := hub.do(ctx, http.MethodPost, "/v1/mappings/preview", body)
	if err != nil {
		return err
	}
	var answer struct{ Records []previewed }
	if err := json.Unmarshal(document, &answer); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", hub.base, err)
	}
	failed := false
	p := c.printerTo(c.out)
	for i, record := range answer.Records {
		failed = failed || record.Error != nil || len(record.Input) > 0
		if !raw {
			p.preview(i+1, record)
		}
	}
	if raw {
		p.document(document)
	}
	if failed {
		return errShown
	}
	return nil
}

// preview prints what became of one record.
func (p printer) preview(number int, record previewed) {
	if number > 1 {
		p.printf("\n")
	}
	p.printf("%s\n", p.style(bold, fmt.Sprintf("Record %d", number)))
	var rows [][]string
	for _, step := range record.Steps {
		rows = append(rows, []string{strings.TrimSpace(step.Rule + " " + step.Item), step.Target, brief(step.In), outOf(step)})
	}
	p.table("  ", []string{"RULE", "TARGET", "IN", "OUT"}, rows)
	switch {
	case record.Error != nil:
		p.printf("  %s %s\n", p.style(red, string(record.Error.Code)+":"), printable(record.Error.Detail))
	case record.Output != nil:
		p.indented("  ", json.RawMessage(printable(string(record.Output))))
	}
	for _, fault := range record.Input {
		p.printf("  %s %s %s\n", p.style(red, "the target refuses"), p.style(bold, printable(fault.Pointer)), printable(fault.Detail))
	}
}

// brief is a value in a table.
func brief(value json.RawMessage) string {
	const most = 40
	if runes := []rune(string(value)); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(value)
}

// outOf is what a rule gave, or why it gave nothing.
func outOf(step mapping.Step) string {
	switch {
	case len(step.Faults) > 0:
		return "fault: " + step.Faults[0].Detail
	case step.Skipped == mapping.SkippedWritten:
		return "(an earlier rule has written it)"
	case step.Skipped == mapping.SkippedWhen:
		return "(its condition is not met)"
	case step.Skipped != "":
		return "(" + step.Skipped + ")"
	}
	return brief(step.Out)
}
