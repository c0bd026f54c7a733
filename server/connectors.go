package server

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// connectorSummary is a connector in the list of them.
type connectorSummary struct {
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	Docs        string            `json:"docs,omitempty"`
	Source      source            `json:"source"`
	Auth        []operations.Auth `json:"auth"`
	Operations  int               `json:"operations"` // all but DDL
	DDL         int               `json:"ddl"`
}

// source tells where a connector comes from.
type source string

const (
	builtIn  source = "built_in"
	imported source = "import" // of the workspace's own
)

func sourceOf(c operations.Connector) source {
	if c.Import != nil {
		return imported
	}
	return builtIn
}

// catalogue is where the caller finds the connector of the path; without one in it, all that the caller has.
func (s *Server) catalogue(ctx context.Context, x *exchange) (*operations.Catalogue, error) {
	return s.Catalogue.Of(ctx, x.key.Workspace, x.param("connector"))
}

// connector is the one of the path.
func (s *Server) connector(ctx context.Context, x *exchange) (operations.Connector, error) {
	catalogue, err := s.catalogue(ctx, x)
	if err != nil {
		return operations.Connector{}, err
	}
	return catalogue.Connector(x.param("connector"))
}

func summarise(c operations.Connector) connectorSummary {
	out := connectorSummary{
		Name: c.Name, Title: c.Title, Version: c.Version, Description: c.Description, Docs: c.Docs, Source: sourceOf(c), Auth: list(c.Auth),
	}
	for _, o := range c.Operations {
		if o.Spec().Kind == operations.KindDDL {
			out.DDL++
		} else {
			out.Operations++
		}
	}
	return out
}

// list makes a nil slice an empty one, which JSON shows as [].
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

func (s *Server) listConnectors(ctx context.Context, x *exchange) error {
	catalogue, err := s.catalogue(ctx, x)
	if err != nil {
		return err
	}
	summaries := []connectorSummary{}
	for _, c := range catalogue.Connectors() {
		summaries = append(summaries, summarise(c))
	}
	return x.json(http.StatusOK, map[string]any{"connectors": summaries})
}

func (s *Server) getConnector(ctx context.Context, x *exchange) error {
	c, err := s.connector(ctx, x)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, struct {
		connectorSummary
		Verify     string                 `json:"verify,omitempty"` // the operation that tries a credential out
		Throttlers []operations.Throttler `json:"throttlers"`
	}{summarise(c), c.Verify, list(c.Throttlers)})
}

// operationSummary is an operation in the list of them.
type operationSummary struct {
	Name        string            `json:"name"`
	Identifier  string            `json:"uniqueIdentifier"`
	Title       string            `json:"title"`
	Kind        operations.Kind   `json:"kind"`
	Effect      operations.Effect `json:"effect"`
	Description string            `json:"description"`
}

func (s *Server) listOperations(ctx context.Context, x *exchange) error {
	c, err := s.connector(ctx, x)
	if err != nil {
		return err
	}
	wanted, err := kindFilter(x.Query("kind"))
	if err != nil {
		return err
	}
	words, err := searchWords(x.Query("q"))
	if err != nil {
		return err
	}
	found := []operationSummary{}
	for _, o := range c.Operations {
		spec := o.Spec()
		if wanted(spec.Kind) && mentions(spec, words) {
			found = append(found, operationSummary{spec.Name, spec.Identifier, spec.Title, spec.Kind, spec.Effect, spec.Description})
		}
	}
	return x.json(http.StatusOK, map[string]any{"operations": found})
}

// kindFilter reads ?kind=: one kind, "all", or nothing for all but the DDL operations.
func kindFilter(kind string) (func(operations.Kind) bool, error) {
	switch k := operations.Kind(kind); k {
	case "":
		return func(k operations.Kind) bool { return k != operations.KindDDL }, nil
	case "all":
		return func(operations.Kind) bool { return true }, nil
	case operations.KindAction, operations.KindDDL, operations.KindRawHTTP, operations.KindLink:
		return func(other operations.Kind) bool { return other == k }, nil
	default:
		return nil, operations.Errorf(operations.CodeInvalidInput, "the parameter kind must be action, ddl, raw_http, link or all")
	}
}

func searchWords(q string) ([]string, error) {
	const longest = 200
	if len(q) > longest {
		return nil, operations.Errorf(operations.CodeInvalidInput, "the parameter q is longer than %d bytes", longest)
	}
	return strings.Fields(strings.ToLower(q)), nil
}

// mentions tells whether an operation holds every word in its names or its description.
func mentions(spec operations.Spec, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(spec.Name + " " + spec.Identifier + " " + spec.Title + " " + spec.Description)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// operationDetail is everything about an operation.
type operationDetail struct {
	Name         string                   `json:"name"`
	Identifier   string                   `json:"uniqueIdentifier"`
	Version      int                      `json:"version"`
	Source       string                   `json:"source"`
	Connector    string                   `json:"connector"`
	Title        string                   `json:"title"`
	Description  string                   `json:"description"`
	Docs         string                   `json:"docs,omitempty"`
	Resource     string                   `json:"resource,omitempty"`
	Kind         operations.Kind          `json:"kind"`
	Effect       operations.Effect        `json:"effect"`
	InputSchema  operations.Schema        `json:"inputSchema"`
	OutputSchema operations.Schema        `json:"outputSchema"`
	SampleInput  json.RawMessage          `json:"sampleInput"`
	SampleOutput json.RawMessage          `json:"sampleOutput"`
	Throttlers   []operations.Throttler   `json:"throttlers"` // the connector's and the operation's own
	Cache        *operations.CacheRule    `json:"cache"`      // null: never cached
	Paging       *operations.Paging       `json:"paging"`
	Compensation *operations.Compensation `json:"compensation"`
	Resolve      *operations.Resolution   `json:"resolve"`
	AuthScopes   []string                 `json:"authScopes"`
	Metadata     map[string]string        `json:"metadata"`
}

func (s *Server) getOperation(ctx context.Context, x *exchange) error {
	catalogue, err := s.catalogue(ctx, x)
	if err != nil {
		return err
	}
	c, o, err := catalogue.Operation(x.param("connector"), x.param("operation"))
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, detail(c, o.Spec()))
}

func detail(c operations.Connector, spec operations.Spec) operationDetail {
	d := operationDetail{
		Name: spec.Name, Identifier: spec.Identifier, Version: spec.Version, Source: spec.Source, Connector: c.Name,
		Title: spec.Title, Description: spec.Description, Docs: spec.Docs, Resource: spec.Resource,
		Kind: spec.Kind, Effect: spec.Effect, InputSchema: spec.Input, OutputSchema: spec.Output,
		SampleInput: spec.Sample.Input, SampleOutput: spec.Sample.Output,
		Throttlers: list(slices.Concat(c.Throttlers, spec.Throttlers)),
		Paging:     spec.Paging, Compensation: spec.Compensation, Resolve: spec.Resolve, AuthScopes: list(spec.Scopes), Metadata: spec.Metadata,
	}
	if spec.Cache.TTL > 0 {
		d.Cache = &spec.Cache
	}
	if d.Metadata == nil {
		d.Metadata = map[string]string{}
	}
	return d
}
