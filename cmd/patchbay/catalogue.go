package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/patchbay/patchbay/operations"
)

// connectorLine is a connector in the hub's list of them.
type connectorLine struct {
	Name       string            `json:"name"`
	Title      string            `json:"title"`
	Version    string            `json:"version"`
	Source     string            `json:"source"`
	Auth       []operations.Auth `json:"auth"`
	Operations int               `json:"operations"`
	DDL        int               `json:"ddl"`
}

func newConnectors(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:     "connectors",
		Short:   "List the connectors, built in and imported, or remove an imported one",
		Example: "  patchbay connectors\n  PATCHBAY_KEY=pb_… patchbay connectors --server https://hub.example.com",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return settings.withCatalogue(cmd, c, func(hub *client) error {
				return connectorListing().show(cmd.Context(), hub, c.printerTo(c.out), wantJSON(cmd))
			})
		},
	}
	settings.bindCatalogue(cmd.Flags())
	cmd.AddCommand(newConnectorsRemove(c))
	return cmd
}

func connectorListing() listing[connectorLine] {
	return listing[connectorLine]{
		path: "/v1/connectors", member: "connectors",
		header: []string{"CONNECTOR", "VERSION", "OPERATIONS", "LISTS", "AUTH", "SOURCE", "TITLE"},
		row: func(connector connectorLine) []string {
			var schemes []string
			for _, auth := range connector.Auth {
				schemes = append(schemes, auth.Name)
			}
			return []string{
				connector.Name, connector.Version, strconv.Itoa(connector.Operations), strconv.Itoa(connector.DDL),
				cmp.Or(strings.Join(schemes, ", "), "none"), connector.Source, connector.Title,
			}
		},
	}
}

// operationLine is an operation in a connector's list of them.
type operationLine struct {
	Connector   string            `json:"connector"`
	Name        string            `json:"name"`
	Identifier  string            `json:"uniqueIdentifier"`
	Title       string            `json:"title"`
	Kind        operations.Kind   `json:"kind"`
	Effect      operations.Effect `json:"effect"`
	Description string            `json:"description"`
}

func newOperations(c console) *cobra.Command {
	var settings config
	var kind, query string
	cmd := &cobra.Command{
		Use:   "operations [connector]",
		Short: "List the operations of one connector or of all",
		Example: `  patchbay operations outreach
  patchbay operations outreach --kind ddl        # the dynamic lists that fill drop-downs
  patchbay operations --query 'create prospect'`,
		Args:              arguments(0, 1),
		ValidArgsFunction: completeConnector,
		RunE: func(cmd *cobra.Command, args []string) error {
			return settings.withCatalogue(cmd, c, func(hub *client) error {
				list, err := findOperations(cmd.Context(), hub, strings.Join(args, ""), kind, query)
				if err != nil {
					return err
				}
				if wantJSON(cmd) {
					c.printerTo(c.out).encode(map[string]any{"operations": list})
					return nil
				}
				c.printerTo(c.out).operations(list)
				if p := c.printerTo(c.err); kind == "" {
					p.printf("%s\n", p.style(faint, fmt.Sprintf("%d operations; dynamic lists are shown by --kind ddl or --kind all", len(list))))
				}
				return nil
			})
		},
	}
	settings.bindCatalogue(cmd.Flags())
	bindKind(cmd.Flags(), &kind)
	cmd.Flags().StringVar(&query, "query", "", "only operations that mention all these `words`")
	completeFlag(cmd, "kind", kinds())
	return cmd
}

func bindKind(f *pflag.FlagSet, kind *string) {
	f.StringVar(kind, "kind", "", "only operations of this `kind`: "+strings.Join(kinds(), ", ")+"; without it all but ddl")
}

func kinds() []string {
	return []string{
		string(operations.KindAction), string(operations.KindDDL), string(operations.KindRawHTTP), string(operations.KindLink), "all",
	}
}

// findOperations asks one connector, or every one in turn.
func findOperations(ctx context.Context, hub *client, connector, kind, query string) ([]operationLine, error) {
	names := []string{connector}
	if connector == "" {
		var list struct{ Connectors []connectorLine }
		if _, err := hub.get(ctx, "/v1/connectors", &list); err != nil {
			return nil, err
		}
		names = nil
		for _, found := range list.Connectors {
			names = append(names, found.Name)
		}
	}
	found := []operationLine{}
	for _, name := range names {
		var list struct{ Operations []operationLine }
		path := "/v1/connectors/" + url.PathEscape(name) + "/operations?" + url.Values{"kind": {kind}, "q": {query}}.Encode()
		if _, err := hub.get(ctx, path, &list); err != nil {
			return nil, err
		}
		for _, operation := range list.Operations {
			operation.Connector = name
			found = append(found, operation)
		}
	}
	return found, nil
}

func (p printer) operations(list []operationLine) {
	var rows [][]string
	for _, o := range list {
		rows = append(rows, []string{o.Connector + "." + o.Name, string(o.Kind), string(o.Effect), o.Title})
	}
	p.table("", []string{"OPERATION", "KIND", "EFFECT", "TITLE"}, rows)
}

// splitName reads connector.operation or the unique identifier connector:operation-name.
func splitName(full string) (connector, operation string, err error) {
	connector, operation, found := strings.Cut(full, ".")
	if !found {
		connector, _, found = strings.Cut(full, ":")
		operation = full
	}
	if !found || connector == "" || operation == "" {
		return "", "", usagef("name the operation as connector.operation, such as outreach.list_prospects, not %q", full)
	}
	return connector, operation, nil
}

func operationPath(connector, operation string) string {
	return "/v1/connectors/" + url.PathEscape(connector) + "/operations/" + url.PathEscape(operation)
}
