package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// credentialLine is a credential in the hub's answers. Its secrets are told by name only.
type credentialLine struct {
	ID        string     `json:"id"`
	Connector string     `json:"connector"`
	Name      string     `json:"name"`
	Scheme    string     `json:"scheme"`
	Secrets   []string   `json:"secrets"`
	Created   time.Time  `json:"created"`
	LastUsed  *time.Time `json:"lastUsed"`
}

// credentialDraft is the body that makes a credential.
type credentialDraft struct {
	ID        string            `json:"id,omitempty"`
	Connector string            `json:"connector"`
	Name      string            `json:"name,omitempty"`
	Scheme    string            `json:"scheme,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
	Secrets   map[string]string `json:"secrets,omitempty"`
}

func newCredential(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "credential",
		Short: "Add, list, test and remove accounts at services",
		Long: `Add, list, test and remove credentials: accounts at services, stored encrypted. In the data folder, or on a
running hub with --server. Secrets are never shown again.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCredentialAdd(c), credentialListing().command(c, "List credentials, without their secrets"), newCredentialTest(c), newCredentialRemove(c))
	return cmd
}

func newCredentialAdd(c console) *cobra.Command {
	var settings config
	var draft credentialDraft
	var secretsFile string
	cmd := &cobra.Command{
		Use:   "add CONNECTOR",
		Short: "Store an account at a service",
		Long: `Store an account at a service. Secrets are never arguments: they are asked for on a terminal, or read from stdin or
a file, as a JSON object of strings or as lines of NAME=value. The names are those of the connector's fields; the
command "patchbay connectors --json" lists them.`,
		Example: `  patchbay credential add outreach                          # asks for each field
  patchbay credential add outreach --id sales --secrets-file outreach.env
  echo '{"access_token":"…"}' | patchbay credential add outreach --name 'Sales team'`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeConnector,
		RunE: func(cmd *cobra.Command, args []string) error {
			draft.Connector = args[0]
			settings.mayBegin = true
			return settings.withHub(cmd, c, func(hub *client) error {
				return addCredential(cmd.Context(), c, hub, draft, secretsFile, wantJSON(cmd))
			})
		},
	}
	flags := cmd.Flags()
	settings.bindLocalOrServer(flags)
	flags.StringVar(&draft.Name, "name", "", "`name` that people will see (default: the connector's title)")
	flags.StringVar(&draft.ID, "id", "", "`id` that calls will name (default: a new one)")
	flags.StringVar(&draft.Scheme, "scheme", "", "`way` to log in, where the connector has several (default: its first)")
	flags.StringToStringVar(&draft.Fields, "field", nil, "a field that is not secret: `name=value`; may be given several times")
	flags.StringVar(&secretsFile, "secrets-file", "", "`file` of the secrets: JSON, or lines of NAME=value")
	return cmd
}

func addCredential(ctx context.Context, c console, hub *client, draft credentialDraft, secretsFile string, raw bool) error {
	var connector operations.Connector
	var found struct{ Auth []operations.Auth }
	if _, err := hub.get(ctx, "/v1/connectors/"+url.PathEscape(draft.Connector), &found); err != nil {
		return err
	}
	connector.Auth = found.Auth
	scheme, known := connector.Scheme(draft.Scheme)
	if !known {
		return usagef("--scheme: %s has these ways to log in: %s", draft.Connector, cmp.Or(schemeNames(found.Auth), "none, it needs no credential"))
	}
	var err error
	if draft.Fields, draft.Secrets, err = c.readValues(ctx, scheme, draft.Fields, secretsFile); err != nil {
		return err
	}
	document, err := hub.do(ctx, http.MethodPost, "/v1/credentials", draft)
	if err != nil {
		return err
	}
	p := c.printerTo(c.out)
	if raw {
		p.document(document)
		return nil
	}
	var made credentialLine
	if err := json.Unmarshal(document, &made); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	p.printf("%s\n", made.ID)
	c.printerTo(c.err).printf("stored, encrypted; to see whether the service takes it: patchbay credential test %s\n", made.ID)
	return nil
}

func schemeNames(schemes []operations.Auth) string {
	var names []string
	for _, scheme := range schemes {
		names = append(names, scheme.Name)
	}
	return strings.Join(names, ", ")
}

func credentialListing() listing[credentialLine] {
	return listing[credentialLine]{
		path: "/v1/credentials", member: "credentials",
		header: []string{"CREDENTIAL", "CONNECTOR", "SCHEME", "SECRETS", "CREATED", "LAST USED", "NAME"},
		row: func(one credentialLine) []string {
			secrets := strings.Join(one.Secrets, ", ")
			return []string{one.ID, one.Connector, one.Scheme, secrets, day(&one.Created), day(one.LastUsed), one.Name}
		},
	}
}

func newCredentialTest(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:     "test ID",
		Short:   "Ask the service whether it takes a credential",
		Example: "  patchbay credential test sales",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return settings.withHub(cmd, c, func(hub *client) error {
				return testCredential(cmd.Context(), hub, args[0], c.printerTo(c.out), wantJSON(cmd))
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.ValidArgsFunction = firstOnly(completeCredential(c, &settings))
	return cmd
}

func testCredential(ctx context.Context, hub *client, id string, p printer, raw bool) error {
	document, err := hub.do(ctx, http.MethodPost, "/v1/credentials/"+url.PathEscape(id)+"/test", nil)
	if err != nil {
		return err
	}
	if raw {
		p.document(document)
		return nil
	}
	var answer struct{ Meta execute.Meta }
	if err := json.Unmarshal(document, &answer); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	p.printf("%s %s: the service takes it (%s, %.0f ms)\n", p.style(green, "ok"), id, answer.Meta.Operation, answer.Meta.DurationMs)
	return nil
}

func newCredentialRemove(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:   "remove ID",
		Short: "Remove a credential; calls that name it fail from then on",
		Args:  arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.remove(cmd, settings, "/v1/credentials/", args[0], "removed")
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.ValidArgsFunction = firstOnly(completeCredential(c, &settings))
	return cmd
}
