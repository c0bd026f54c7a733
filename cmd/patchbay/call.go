package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// callArguments are what a call is asked for with.
type callArguments struct {
	input, credential string
	mapping, source   string // in place of input: what makes it, and of what
	query             string // path into the output of the one thing to print
	timeout           time.Duration
	noCache, verbose  bool
}

func newCall(c console) *cobra.Command {
	var settings config
	var asked callArguments
	cmd := &cobra.Command{
		Use:   "call connector.operation",
		Short: "Run one operation",
		Long: `Run one operation and print its output: JSON, indented on a terminal.

It works on the data folder (--data), on a running hub (--server), or on a throw-away sandbox (--sandbox), for which
nothing need be set up. If the connector has exactly one credential, --credential may be left out.`,
		Example: `  patchbay call outreach.list_prospects --sandbox --input '{"page_size":2}'
  patchbay call outreach.create_prospect --input @prospect.json --credential cred_01J…
  echo '{"search":"ada"}' | patchbay call outreach.list_prospects_ddl --input - --json
  PATCHBAY_KEY=pb_… patchbay call outreach.list_accounts --server https://hub.example.com
  patchbay call outreach.list_users_ddl --sandbox --query result.0.value
  patchbay call jira.create_issue --mapping prospect-to-issue --source @prospect.json --credential cred_…`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeOperation,
		RunE: func(cmd *cobra.Command, args []string) error {
			if asked.query != "" && wantJSON(cmd) {
				return usagef("--query and --json are both given; give one")
			}
			connector, operation, err := splitName(args[0])
			if err != nil {
				return err
			}
			body, err := c.readCall(asked, cmd.Flags().Changed("input"))
			if err != nil {
				return err
			}
			return settings.withHub(cmd, c, func(hub *client) error {
				return call(cmd.Context(), c, hub, operationPath(connector, operation), connector, body, asked, wantJSON(cmd))
			})
		},
	}
	flags := cmd.Flags()
	settings.bindLocalOrServer(flags)
	flags.BoolVar(&settings.Sandbox, "sandbox", false, "call a sandbox of the service, started for this one call")
	flags.StringVarP(&asked.input, "input", "i", "{}", "the input: `JSON`, @file, or - for stdin")
	flags.StringVar(&asked.mapping, "mapping", "", "make the input by a `mapping`: a file, or the id of a stored one (see \"patchbay map\")")
	flags.StringVar(&asked.source, "source", "", "the document that the mapping makes the input of: `JSON`, @file, or - for stdin")
	flags.StringVar(&asked.credential, "credential", "", "`id` of the credential")
	flags.StringVarP(&asked.query, "query", "q", "", "print only what lies at this `path` of the output (as in result.0.value), a text without quotes")
	flags.DurationVar(&asked.timeout, "timeout", 0, "how long the call may take (default: the operation's own)")
	flags.BoolVar(&asked.noCache, "no-cache", false, "do not answer from the cache")
	flags.BoolVarP(&asked.verbose, "verbose", "v", false, "print what the call cost to stderr")
	completeFlagWith(cmd, "credential", completeCredential(c, &settings))
	completeFlagWith(cmd, "mapping", completeMapping(c, &settings))
	return cmd
}

// readCall reads what a call is asked for with: its input, or what makes it.
func (c console) readCall(asked callArguments, hasInput bool) (callRequest, error) {
	switch {
	case asked.mapping == "" && asked.source == "":
		input, err := c.readInput(asked.input)
		return callRequest{Input: input}, err
	case asked.mapping == "" || asked.source == "":
		return callRequest{}, usagef("--mapping and --source go together; give both")
	case hasInput:
		return callRequest{}, usagef("--input and --mapping are both given; give one")
	case asked.mapping == "-" && asked.source == "-":
		return callRequest{}, usagef("mapping and source cannot both come from stdin")
	}
	ref, err := c.readMapping(asked.mapping)
	if err != nil {
		return callRequest{}, err
	}
	source, err := c.readInput(asked.source)
	if err != nil {
		return callRequest{}, usagef("--source: %s", strings.TrimPrefix(err.Error(), "--input: "))
	}
	return callRequest{Mapping: ref.document, MappingID: ref.id, Source: source}, nil
}

// maxInput bounds, in bytes, an input read from a file or from stdin.
const maxInput = 8 << 20

func (c console) readInput(argument string) (json.RawMessage, error) {
	content := []byte(argument)
	var err error
	switch path, isFile := strings.CutPrefix(argument, "@"); {
	case argument == "-":
		content, err = readAll(c.in, maxInput)
	case isFile:
		content, err = readBounded(path, maxInput)
	}
	if err != nil {
		return nil, usagef("--input: %w", err)
	}
	content = bytes.TrimSpace(content)
	if _, err := operations.Decode(content); err != nil {
		return nil, usagef("--input: %s", operations.AsError(err).Detail)
	}
	return content, nil
}

// callRequest is the body of a call in the native API.
type callRequest struct {
	CredentialID string          `json:"credentialId,omitempty"`
	Input        json.RawMessage `json:"input,omitempty"`
	Mapping      json.RawMessage `json:"mapping,omitempty"`
	MappingID    string          `json:"mappingId,omitempty"`
	Source       json.RawMessage `json:"source,omitempty"`
	TimeoutMs    int64           `json:"timeoutMs,omitempty"`
}

type callAnswer struct {
	Output json.RawMessage `json:"output"`
	Meta   execute.Meta    `json:"meta"`
}

func call(ctx context.Context, c console, hub *client, path, connector string, body callRequest, asked callArguments, raw bool) error {
	if asked.timeout < 0 || asked.timeout > 0 && asked.timeout < time.Millisecond {
		return usagef("--timeout: must be at least 1ms")
	}
	credential := asked.credential
	if credential == "" {
		var err error
		if credential, err = hub.onlyCredential(ctx, connector); err != nil {
			return err
		}
	}
	var header []string
	if asked.noCache {
		header = []string{"Cache-Control", "no-cache"}
	}
	body.CredentialID, body.TimeoutMs = credential, asked.timeout.Milliseconds()
	document, err := hub.do(ctx, http.MethodPost, path+"/call", body, header...)
	if err != nil {
		return err
	}
	var answer callAnswer
	if err := json.Unmarshal(document, &answer); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	c.printCost(answer, asked.verbose)
	switch {
	case asked.query != "":
		return c.printPart(answer.Output, asked.query)
	case raw:
		c.printerTo(c.out).document(document)
	default:
		c.printerTo(c.out).document(answer.Output)
	}
	return nil
}

// printPart prints what lies at a path of an output, for use in scripts. A path that leads nowhere is an error, so that
// a script ends there.
func (c console) printPart(output json.RawMessage, path string) error {
	part := gjson.GetBytes(output, path)
	switch {
	case !part.Exists():
		return fmt.Errorf("the output has nothing at %q", path)
	case part.IsObject() || part.IsArray():
		c.printerTo(c.out).document(json.RawMessage(part.Raw))
	default:
		c.printerTo(c.out).printf("%s\n", part.String())
	}
	return nil
}

func (c console) printCost(answer callAnswer, verbose bool) {
	p := c.printerTo(c.err)
	if verbose {
		m := answer.Meta
		p.printf("%s\n", p.style(faint, fmt.Sprintf("%s  %.1f ms: %.1f at the service, %.1f waiting; %d requests; cache: %s",
			m.RequestID, m.DurationMs, m.UpstreamMs, m.WaitedMs, m.Attempts, m.Cached)))
	}
	for _, warning := range answer.Meta.Warnings {
		p.printf("%s %s\n", p.style(yellow, "warning:"), printable(warning))
	}
}

// onlyCredential finds the credential that goes without saying: the connector's only one. It is empty for a
// connector that needs none, and for a key that may not see credentials.
func (c *client) onlyCredential(ctx context.Context, connector string) (string, error) {
	var found struct{ Auth []operations.Auth }
	if _, err := c.get(ctx, "/v1/connectors/"+url.PathEscape(connector), &found); err != nil {
		return "", forgiven(err)
	}
	if len(found.Auth) == 0 {
		return "", nil
	}
	var list struct{ Credentials []credentialLine }
	if _, err := c.get(ctx, "/v1/credentials?connector="+url.QueryEscape(connector), &list); err != nil {
		return "", forgiven(err)
	}
	switch len(list.Credentials) {
	case 0:
		return "", usagef("%s has no credential here; add one with \"patchbay credential add %s\", or try --sandbox", connector, connector)
	case 1:
		return list.Credentials[0].ID, nil
	}
	var ids []string
	for _, credential := range list.Credentials {
		ids = append(ids, credential.ID)
	}
	return "", usagef("%s has several credentials; choose one with --credential: %s", connector, strings.Join(ids, ", "))
}

// forgiven leaves it to the call itself to say what a key that sees no credentials lacks.
func forgiven(err error) error {
	var told *problem
	if errors.As(err, &told) && told.Code == operations.CodeForbidden {
		return nil
	}
	return err
}
