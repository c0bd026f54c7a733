// Package nimchat connects Nimchat, a chat inbox for teams, and Chatwoot, whose API it has. The operations are those of
// nimchat.openapi.json; what OpenAPI has no words for is in nimchat.overlay.json. Code is here only for what neither
// can say: inputs that the credential may give, avatars, and a drop-down that lists as well as it searches.
package nimchat

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
	"github.com/patchbay/patchbay/operations/rawhttp"
)

//go:embed nimchat.openapi.json
var document []byte

//go:embed nimchat.overlay.json
var overlay []byte

// The kinds of credential. Each operation takes one of them; a credential of another is refused before anything is sent.
const (
	User     = "user"     // token of a user or of an agent bot, for /api
	Platform = "platform" // token of a platform app, for /platform
	Public   = "public"   // identifier of an API inbox, for /public, where nobody logs in
)

const docs = "https://www.chatwoot.com/developers/api/"

// Document is the OpenAPI document that the connector is made of.
func Document() []byte { return document }

// Connector declares the connector: https://www.chatwoot.com/developers/api/. It panics if its document is broken.
func Connector() operations.Connector {
	c := loaded()
	c.Auth, c.Operations = slices.Clone(c.Auth), slices.Clone(c.Operations)
	return c
}

// loaded reads the document once: it takes a while, and never changes.
var loaded = sync.OnceValue(load)

func load() operations.Connector {
	c, _, err := openapi.Load(context.Background(), openapi.Source{Document: document, Overlay: overlay},
		openapi.Options{Name: "nimchat", Title: "Nimchat", Docs: docs})
	if err != nil {
		panic(fmt.Errorf("reading the document of nimchat: %w", err))
	}
	for i := range c.Auth {
		switch c.Auth[i].Name {
		case Platform:
			c.Auth[i].Verify = "list_platform_agent_bots_ddl"
		case Public:
			c.Auth[i].Headers = nil // the identifier goes into the path
			c.Auth[i].Fields[0].Secret = false
		}
	}
	for i, operation := range c.Operations {
		c.Operations[i] = adapt(operation)
	}
	c.Operations = append(c.Operations, rawhttp.Request(rawhttp.Options{
		Docs: docs, Auth: c.Auth, Headers: map[string]string{"Accept": "application/json", "Content-Type": "application/json"},
		Sample: operations.Sample{Input: json.RawMessage(rawInput), Output: json.RawMessage(rawOutput)},
	}))
	c.Verify = "list_accounts_ddl"
	return c
}

const (
	rawInput  = `{"method":"GET","url":{"endpoint":"/api/v1/accounts/1/teams/1"}}`
	rawOutput = `{"response":{"status_code":200,"headers":{"content-type":"application/json; charset=utf-8"},"body":{"id":1,` +
		`"name":"first line","description":"First answer to everything","allow_auto_assign":true,"account_id":1,"is_member":true}}}`
)

// adapt puts around an operation what it needs beside its description.
func adapt(operation operations.Operation) operations.Operation {
	spec := operation.Spec()
	if gjson.GetBytes(spec.Input, "properties.avatar").Exists() {
		operation = operations.Func(spec, withAvatar(operation.Run))
	}
	if spec.Name == "list_contacts_ddl" {
		operation = operations.Func(spec, listOrSearch(operation.Run))
	}
	for kind, field := range map[string]string{User: "account_id", Public: "inbox_identifier"} {
		if len(spec.Auth) == 1 && spec.Auth[0] == kind && gjson.GetBytes(spec.Input, "properties."+field).Exists() {
			operation = defaulted(operation, field)
		}
	}
	return operation
}

type runner = func(context.Context, *operations.Call) (json.RawMessage, error)

// listOrSearch browses where nothing is searched for: the service refuses to search for nothing.
func listOrSearch(search runner) runner {
	return func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		if gjson.GetBytes(call.Input, "search").String() == "" {
			return call.Invoke(ctx, "browse_contacts_ddl", call.Input)
		}
		return search(ctx, call)
	}
}
