package server

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/operations"
)

// components are the schemas and parameters of the API: its description shows them and request bodies are held
// against them.
//
//go:embed api/components.json
var components []byte

// describe makes the OpenAPI 3.1 document of the routes: https://spec.openapis.org/oas/v3.1.1.
func describe(table []route, version string) ([]byte, error) {
	var shared map[string]any
	if err := json.Unmarshal(components, &shared); err != nil {
		return nil, fmt.Errorf("reading the components: %w", err)
	}
	paths := map[string]map[string]any{}
	for _, r := range table {
		path := pathParameter.ReplaceAllString(r.path, "{$1}")
		if paths[path] == nil {
			paths[path] = map[string]any{}
		}
		paths[path][strings.ToLower(r.method)] = r.describe()
	}
	document, err := json.Marshal(map[string]any{
		"openapi": "3.1.0", "paths": paths, "components": shared,
		"info": map[string]any{
			"title": "Patchbay", "version": version, "description": "One API in front of every service that your solutions talk to.",
		},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the document: %w", err)
	}
	return document, nil
}

var pathParameter = regexp.MustCompile(`:([a-z]+)`)

func (r route) describe() map[string]any {
	out := map[string]any{
		"summary": r.summary, "operationId": r.identifier(), "tags": []string{r.tag()},
	}
	responses := map[string]any{"default": reference("responses", r.failure())}
	for _, status := range r.successes() {
		responses[strconv.Itoa(status)] = r.success(status)
	}
	if r.isList() {
		responses[strconv.Itoa(http.StatusNotModified)] = map[string]any{"description": http.StatusText(http.StatusNotModified)}
	}
	out["responses"] = responses
	var parameters []any
	for _, match := range pathParameter.FindAllStringSubmatch(r.path, -1) {
		parameters = append(parameters, reference("parameters", match[1]))
	}
	for _, name := range strings.Fields(r.query + " " + r.headers()) {
		parameters = append(parameters, reference("parameters", name))
	}
	if parameters != nil {
		out["parameters"] = parameters
	}
	if r.answer == mimeNDJSON {
		out["requestBody"] = map[string]any{"required": true, "content": map[string]any{mimeNDJSON: map[string]any{"schema": map[string]any{"type": "string"}}}}
	}
	if r.body != "" {
		out["requestBody"] = map[string]any{"required": true, "content": content(fiber.MIMEApplicationJSON, r.body)}
	}
	if r.access == page {
		out["security"] = []any{map[string]any{"key": []any{}}, map[string]any{"page": []any{}}}
		out["description"] = "Least role: " + r.access.String() + "; or the token of a browser page."
	} else if r.access != anyone {
		out["security"] = []any{map[string]any{"key": []any{}}}
		out["description"] = "Least role: " + r.access.String() + "."
	}
	return out
}

// headers are the request headers that mean something to the route.
func (r route) headers() string {
	switch {
	case r.body == "CallRequest":
		return headerIdempotency + " " + fiber.HeaderCacheControl
	case r.isList():
		return fiber.HeaderIfNoneMatch
	default:
		return ""
	}
}

// successes are the statuses of success: an import that is only tried out makes nothing.
func (r route) successes() []int {
	if r.body == "ConnectorImport" {
		return []int{r.status, http.StatusOK}
	}
	return []int{r.status}
}

// isList tells the routes of drop-downs, which answer 304 to those who have the answer.
func (r route) isList() bool { return strings.Contains(r.path, "/ddl/") }

func (r route) success(status int) map[string]any {
	out := map[string]any{"description": http.StatusText(status)}
	switch r.answer {
	case "":
	case fiber.MIMETextPlain, fiber.MIMETextJavaScript, mimeNDJSON:
		out["content"] = map[string]any{r.answer: map[string]any{"schema": map[string]any{"type": "string"}}}
	default:
		out["content"] = content(fiber.MIMEApplicationJSON, r.answer)
	}
	return out
}

func (r route) failure() string {
	if isCompatible(r.path) {
		return "CompatibleProblem"
	}
	return "Problem"
}

func (r route) tag() string {
	if isCompatible(r.path) {
		return "compatible"
	}
	name := strings.Trim(strings.TrimPrefix(r.path, "/v1"), "/")
	name, _, _ = strings.Cut(name, "/")
	return name
}

// identifier makes "postConnectorsConnectorCall" of POST /v1/connectors/:connector/call.
func (r route) identifier() string {
	var b strings.Builder
	b.WriteString(strings.ToLower(r.method))
	for _, word := range strings.FieldsFunc(r.path, func(c rune) bool { return c == '/' || c == ':' || c == '.' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func content(mediaType, schema string) map[string]any {
	return map[string]any{mediaType: map[string]any{"schema": reference("schemas", schema)}}
}

func reference(kind, name string) map[string]any {
	return map[string]any{"$ref": "#/components/" + kind + "/" + name}
}

// bodies are the schemas of the routes' request bodies, by name. Each is compiled when it is first wanted.
func bodies(table []route) map[string]func() (*operations.Validator, error) {
	all := map[string]func() (*operations.Validator, error){}
	for _, r := range table {
		if r.body != "" {
			all[r.body] = sync.OnceValues(func() (*operations.Validator, error) { return compileComponent(r.body) })
		}
	}
	return all
}

// bodyFaults holds the body of a request against the schema of its route.
func (s *Server) bodyFaults(x *exchange, document any) error {
	validator, err := s.bodies[x.route.body]()
	if err != nil {
		return err
	}
	if faults := validator.Faults(document); len(faults) > 0 {
		return invalidBody(faults)
	}
	return nil
}

func compileComponent(name string) (*operations.Validator, error) {
	schema := fmt.Appendf(nil, `{"$ref":"#/components/schemas/%s","components":%s}`, name, components)
	validator, err := operations.Schema(schema).Compile()
	if err != nil {
		return nil, fmt.Errorf("compiling the schema %s: %w", name, err)
	}
	return validator, nil
}

// decode reads the body of a request, holds it against its schema and fills target with it.
func (s *Server) decode(x *exchange, target any) error {
	raw, err := x.readBody()
	if err != nil {
		return err
	}
	document, err := operations.Decode(raw)
	if err != nil {
		return err
	}
	if err := s.bodyFaults(x, document); err != nil {
		return err
	}
	// What was checked is what is used: a member given twice counts once.
	if err := json.Unmarshal(encode(document), target); err != nil {
		return fmt.Errorf("taking the body over: %w", err)
	}
	return nil
}

func (s *Server) getOpenAPI(_ context.Context, x *exchange) error {
	return x.send(answer{http.StatusOK, fiber.MIMEApplicationJSON, s.openapi})
}
