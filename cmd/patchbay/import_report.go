package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

// importAnswer is what the hub says of an import.
type importAnswer struct {
	Connector struct {
		connectorLine
		Auth []operations.Auth `json:"auth"`
	} `json:"connector"`
	Stored   bool           `json:"stored"`
	Report   openapi.Report `json:"report"`
	Proposal string         `json:"proposal"`
}

// showImport prints an import's report, and writes the proposal where it was asked for. A proposal for stdout puts
// the report on stderr.
func (c console) showImport(document json.RawMessage, proposal string, raw bool) error {
	var answer importAnswer
	if err := json.Unmarshal(document, &answer); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if proposal != "" && proposal != "-" {
		if err := writeNew(proposal, answer.Proposal); err != nil {
			return fmt.Errorf("writing the proposal: %w", err)
		}
	}
	switch {
	case raw:
		c.printerTo(c.out).document(document)
	case proposal == "-":
		c.printerTo(c.out).printf("%s", printable(answer.Proposal))
		c.printerTo(c.err).imported(answer)
	default:
		c.printerTo(c.out).imported(answer)
	}
	return nil
}

func writeNew(path, content string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(content)
	return cmp.Or(err, file.Close())
}

func (p printer) imported(answer importAnswer) {
	report, name := answer.Report, answer.Connector.Name
	p.printf("%s  %s\n", p.style(bold, name), printable(fmt.Sprintf("%s %s (%s)", report.Title, report.Version, report.Format)))
	p.printf("  %d operations, %d dynamic lists\n", report.Operations, report.DDLs)
	p.issues(report)
	if !answer.Stored {
		p.printf("  nothing is stored: this was a dry run\n")
	}
	p.printf("\n%s\n", p.style(bold, "Next"))
	if answer.Stored {
		p.logins(name, answer.Connector.Auth)
		p.printf("  patchbay operations %s\n", name)
	}
	switch {
	case answer.Proposal != "":
		p.printf("  read and correct the proposed overlay; then import with --overlay\n")
	case report.DDLs == 0:
		p.printf("  for drop-downs and paging: import with --dry-run --propose=%s.overlay.yaml\n", name)
	case !answer.Stored:
		p.printf("  import without --dry-run\n")
	}
}

// logins says how the connector gets its credential.
func (p printer) logins(name string, schemes []operations.Auth) {
	for _, auth := range schemes {
		var fields []string
		for _, field := range auth.Fields {
			fields = append(fields, field.Name)
		}
		p.printf("  patchbay credential add %s --scheme %s   # asks for %s\n", name, auth.Name, printable(strings.Join(fields, ", ")))
	}
	if len(schemes) == 0 {
		p.printf("  it needs no credential\n")
	}
}

// issues lists what was not taken as it stands, what is missing first.
func (p printer) issues(report openapi.Report) {
	kinds := []openapi.Kind{openapi.Skipped, openapi.Approximated, openapi.Note}
	counts := map[openapi.Kind]int{}
	for _, issue := range report.Issues {
		counts[issue.Kind]++
	}
	if len(report.Issues) == 0 {
		p.printf("  everything was taken as it stands\n")
		return
	}
	p.printf("  skipped %d, approximated %d, notes %d\n", counts[openapi.Skipped], counts[openapi.Approximated], counts[openapi.Note])
	slices.SortStableFunc(report.Issues, func(a, b openapi.Issue) int {
		return cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind))
	})
	const most = 20
	for _, issue := range report.Issues[:min(len(report.Issues), most)] {
		p.printf("    %s\n", printable(issue.String()))
	}
	if more := len(report.Issues) + report.Dropped - most; more > 0 {
		p.printf("    and %d more; --json shows all\n", more)
	}
}
