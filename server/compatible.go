package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// isCompatible tells whether a path belongs to the API that embedded CustomJS speaks elsewhere already. Its shapes
// are those of https://developer.tray.io/openapi/trayapi/tag/connectors.
func isCompatible(path string) bool { return strings.HasPrefix(path, "/core/") }

// latest names whatever version of a connector there is.
const latest = "latest"

type compatibleConnector struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Service     compatibleService `json:"service"`
}

type compatibleService struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	Version int       `json:"version"`
}

type compatibleOperation struct {
	Name             string          `json:"name"`
	Title            string          `json:"title"`
	Description      string          `json:"description"`
	InputSchema      json.RawMessage `json:"inputSchema"`
	OutputSchema     json.RawMessage `json:"outputSchema"`
	HasDynamicOutput bool            `json:"hasDynamicOutput"`
	AuthScopes       []string        `json:"authScopes"`
}

func (s *Server) compatibleConnectors(ctx context.Context, x *exchange) error {
	catalogue, err := s.catalogue(ctx, x)
	if err != nil {
		return err
	}
	elements := []compatibleConnector{}
	for _, c := range catalogue.Connectors() {
		elements = append(elements, compatibleConnector{
			Name: c.Name, Version: c.Version, Title: c.Title, Description: c.Description,
			Service: compatibleService{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("urn:patchbay:service:"+c.Name)), Name: c.Name, Version: 1},
		})
	}
	return x.json(http.StatusOK, map[string]any{"elements": elements})
}

func (s *Server) compatibleOperations(ctx context.Context, x *exchange) error {
	_, c, err := s.versionOf(ctx, x)
	if err != nil {
		return err
	}
	list := s.compatibleLists[c.Name]
	if c.Import != nil {
		list = func() []byte { return compatibleList(c) }
	}
	return x.send(answer{http.StatusOK, "application/json", list()})
}

// compatibleLists makes each built-in connector's list of operations when it is first asked for: schemas take their time.
func compatibleLists(catalogue *operations.Catalogue) map[string]func() []byte {
	lists := map[string]func() []byte{}
	for _, c := range catalogue.Connectors() {
		lists[c.Name] = sync.OnceValue(func() []byte { return compatibleList(c) })
	}
	return lists
}

func compatibleList(c operations.Connector) []byte {
	elements := []compatibleOperation{}
	for _, o := range c.Operations {
		spec := o.Spec()
		elements = append(elements, compatibleOperation{
			Name: spec.Name, Title: spec.Title, Description: spec.Description, AuthScopes: list(spec.Scopes),
			InputSchema: legacySchema(spec.Input, inputDialect), OutputSchema: legacySchema(spec.Output, outputDialect),
		})
	}
	return encode(map[string]any{"elements": elements})
}

// versionOf finds the connector of the path, in the version of the path.
func (s *Server) versionOf(ctx context.Context, x *exchange) (*operations.Catalogue, operations.Connector, error) {
	catalogue, err := s.catalogue(ctx, x)
	if err != nil {
		return nil, operations.Connector{}, err
	}
	c, err := catalogue.Connector(x.param("connector"))
	if err != nil {
		return nil, operations.Connector{}, err
	}
	if version := x.param("version"); version != c.Version && version != latest {
		return nil, operations.Connector{}, &operations.Error{
			Code: operations.CodeNotFound, Detail: "the connector " + c.Name + " is there as version " + c.Version + " only",
			Suggestion: []string{c.Version, latest},
		}
	}
	return catalogue, c, nil
}

// compatibleBody is what a compatible call is asked for with. Unknown members are let through, as they are there.
type compatibleBody struct {
	operation    string
	authID       string
	input        json.RawMessage
	outputSchema bool
}

func decodeCompatible(body []byte) (compatibleBody, error) {
	if !json.Valid(body) {
		return compatibleBody{}, malformed(body)
	}
	var out compatibleBody
	var faults []operations.InputFault
	check := func(ok bool, name, fault string) {
		if !ok {
			faults = append(faults, operations.InputFault{Pointer: "/" + name, Detail: fault})
		}
	}
	document := gjson.ParseBytes(body)
	if !document.IsObject() {
		return compatibleBody{}, invalidBody([]operations.InputFault{{Detail: "must be an object"}})
	}
	members := map[string]gjson.Result{}
	document.ForEach(func(key, value gjson.Result) bool {
		members[key.String()] = value
		return true
	})
	operation, input, authID, schema := members["operation"], members["input"], members["authId"], members["returnOutputSchema"]
	out.operation, out.input, out.authID, out.outputSchema = operation.String(), json.RawMessage(input.Raw), authID.String(), schema.Bool()
	check(operation.Exists(), "operation", missingField)
	check(!operation.Exists() || operation.Type == gjson.String, "operation", "must be a string")
	check(input.Exists(), "input", missingField)
	check(!input.Exists() || input.IsObject(), "input", "must be an object")
	check(authID.Type == gjson.String || authID.Type == gjson.Null, "authId", "must be a string")
	check(schema.IsBool() || schema.Type == gjson.Null, "returnOutputSchema", "must be true or false")
	if len(faults) > 0 {
		return compatibleBody{}, invalidBody(faults)
	}
	return out, nil
}

func (s *Server) compatibleCall(ctx context.Context, x *exchange) error {
	catalogue, c, err := s.versionOf(ctx, x)
	if err != nil {
		return err
	}
	raw, err := x.readBody()
	if err != nil {
		return err
	}
	body, err := decodeCompatible(raw)
	if err != nil {
		return err
	}
	_, o, err := catalogue.Operation(c.Name, body.operation)
	switch {
	case err != nil && x.grant != nil:
		err = execute.NotGranted()
		s.recordRefusal(x, body.operation, body.authID, err)
		return err
	case err != nil:
		return x.send(outcomeError(operations.AsError(err)))
	case body.outputSchema:
		return s.outputSchema(x, c.Name, o.Spec(), body.authID)
	}
	if body.authID == "" && len(c.Auth) > 0 {
		return invalidBody([]operations.InputFault{{Pointer: "/authId", Detail: missingField}})
	}
	result, err := s.run(ctx, execute.Request{
		ID: x.id, Caller: x.caller(), Connector: c.Name, Operation: body.operation, Credential: body.authID, Input: body.input,
	})
	if err == nil {
		return x.send(outcome("success", result.Output))
	}
	var e *operations.Error
	if errors.As(err, &e) && isUpstream(e) {
		x.code = e.Code
		return x.send(outcomeError(e))
	}
	return err
}

// outputSchema answers with what the operation would answer with, without running it.
func (s *Server) outputSchema(x *exchange, connector string, spec operations.Spec, credential string) error {
	if err := x.caller().Check(connector, &spec, credential); err != nil {
		s.recordRefusal(x, spec.Name, credential, err)
		return err
	}
	return x.send(outcome("success", encode(map[string]json.RawMessage{"output_schema": legacySchema(spec.Output, draft04)})))
}
