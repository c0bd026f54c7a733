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
		c.printerTo(c.out).document(reportDocument(err, told))
		return
	}
	p := c.printerTo(c.err)
	if told == nil || !asked {
		p.printf("%s %s\n", p.style(red, "patchbay:"), printable(plain(err)))
	} else {
		p.problem(told)
	}
	var usage usageError
	if errors.As(err, &usage) {
		p.printf("%s\n", p.style(faint, `see "`+cmd.CommandPath()+` --help"`))
	}
}

func plain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return strings.TrimSpace(err.Error())
}

// reportDocument is the hub's own document where there is one. Errors of the command line have a code of their own.
func reportDocument(err error, told *problem) json.RawMessage {
	if told != nil && told.raw != nil {
		return told.raw
	}
	code, detail := "failed", plain(err)
	switch exitCode(err) {
	case exitUsage:
		code = "usage"
	case exitUnreachable:
		code = "hub_unreachable"
	}
	var faults []operations.InputFault
	var suggestions []string
	if told != nil {
		code, detail, faults, suggestions = string(told.Code), told.Detail, told.Errors, told.Suggestions
	}
	document, err := json.Marshal(struct {
		Code        string                  `json:"code"`
		Detail      string                  `json:"detail"`
		Errors      []operations.InputFault `json:"errors,omitempty"`
		Suggestions []string                `json:"suggestions,omitempty"`
	}{code, detail, faults, suggestions})
	if err != nil {
		return json.RawMessage(`{"code":"failed"}`)
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
