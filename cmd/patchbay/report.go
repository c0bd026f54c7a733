package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/operations"
)

// report tells why a command ended: for people on stderr, and with --json as one document on stdout.
func report(c console, cmd *cobra.Command, err error) {
	if errors.Is(err, errShown) {
		return
	}
	var told *problem
	var typed *operations.Error
	asked := errors.As(err, &told)
	if !asked && errors.As(err, &typed) {
		told = &problem{Code: typed.Code, Detail: typed.Detail, Errors: typed.Faults, Suggestions: typed.Suggestion}
	}
	if wantJSON(cmd) {
		c.printerTo(c.out).encode(reportDocument(err, told))
		return
	}
	p := c.printerTo(c.err)
	if asked {
		p.problem(told)
		return
	}
	hint := ""
	if exitCode(err) == exitUsage {
		hint = p.style(faint, ` (see "`+cmd.CommandPath()+` --help")`)
	}
	p.printf("%s %s%s\n", p.style(red, "patchbay:"), printable(plain(err)), hint)
}

func plain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return strings.TrimSpace(err.Error())
}

// reportDocument is the hub's own document where there is one. Errors of the command line have codes of their own.
func reportDocument(err error, told *problem) any {
	if told != nil && told.raw != nil {
		return told.raw
	}
	document := struct {
		Code        string                  `json:"code"`
		Detail      string                  `json:"detail"`
		Errors      []operations.InputFault `json:"errors,omitempty"`
		Suggestions []string                `json:"suggestions,omitempty"`
	}{Code: "failed", Detail: plain(err)}
	switch exitCode(err) {
	case exitUsage:
		document.Code = "usage"
	case exitUnreachable:
		document.Code = "hub_unreachable"
	}
	if told != nil {
		document.Code, document.Detail = string(told.Code), told.Detail
		document.Errors, document.Suggestions = told.Errors, told.Suggestions
	}
	return document
}

// problem prints an error of the hub: what, where exactly, and what to do.
func (p printer) problem(told *problem) {
	p.printf("%s %s\n", p.style(red, string(told.Code)+":"), printable(told.Detail))
	for _, fault := range told.Errors {
		pointer := fault.Pointer
		if pointer == "" {
			pointer = "(the input)"
		}
		p.printf("  %s  %s\n", p.style(bold, printable(pointer)), printable(fault.Detail))
	}
	if len(told.Suggestions) > 0 && !strings.Contains(told.Detail, "did you mean") {
		p.printf("  did you mean %s?\n", printable(strings.Join(told.Suggestions, ", ")))
	}
	if told.RetryAfter > 0 {
		p.printf("  try again in %d s\n", told.RetryAfter)
	}
	if told.Resolve != nil {
		p.printf("  find out: patchbay call %s --input '%s'\n", printable(told.Resolve.Operation), printable(compact(told.Resolve.Input)))
	}
	if up := told.Upstream; up != nil {
		p.printf("  the service answered %d", up.Status)
		if up.RequestID != "" {
			p.printf(" (its request id is %s)", printable(up.RequestID))
		}
		p.printf("\n")
		if len(up.Body) > 0 {
			p.indented("    ", json.RawMessage(printable(string(up.Body))))
		}
	}
	if told.RequestID != "" {
		p.printf("%s\n", p.style(faint, "  request "+told.RequestID))
	}
}
