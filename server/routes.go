package server

import (
	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/operations/execute"
)

// access is the least that a caller must be. The zero value lets nobody in.
type access int

const (
	nobody access = iota
	anyone        // no key needed
	page          // any key, or the token of a browser page
	embed         // any key
	builder
	admin
)

// String names the access as the role that it asks for.
func (a access) String() string {
	return [...]string{
		"nobody", "anyone", string(execute.RoleEmbed), string(execute.RoleEmbed), string(execute.RoleBuilder), string(execute.RoleAdmin),
	}[a]
}

// includes tells whether a key of that role may use a route of this access.
func (a access) includes(role execute.Role) bool {
	switch role {
	case execute.RoleAdmin:
		return a > anyone
	case execute.RoleBuilder:
		return a == builder || a == embed || a == page
	case execute.RoleEmbed:
		return a == embed || a == page
	default:
		return false
	}
}

// route is one path and method: who may use it, what answers, and what the API's description says of it.
type route struct {
	method, path string
	access       access
	handler      handler
	summary      string

	query  string // names of its query parameters, by white space
	body   string // schema of the body it wants; "": none
	status int    // of success
	answer string // schema of the answer; "": none
	quiet  bool   // asked for by machines every few seconds: logged for debugging only
}

// routes is the whole API. Parameters of a path begin with a colon.
func (s *Server) routes() []route {
	const (
		connector  = "/v1/connectors/:connector"
		operation  = connector + "/operations/:operation"
		credential = "/v1/credentials/:credential"
		override   = "/v1/limits/overrides/:connector/:throttler"
		idemKey    = "/v1/idempotency/:idempotency"
		compatible = "/core/v1/connectors/:connector/versions/:version"
		ddl        = connector + "/ddl/:list"
		mapping    = "/v1/mappings/:mapping"
		inputs     = "withCredential search optionCursor optionLimit refresh inputs"
	)
	return []route{
		{"GET", "/v1/me", embed, s.getMe, "Who the key belongs to", "", "", 200, "Me", false},

		{"GET", "/v1/connectors", builder, s.listConnectors, "List connectors", "", "", 200, "ConnectorList", false},
		{"POST", "/v1/connectors", admin, s.postConnector, "Import an OpenAPI document as a connector", "", "ConnectorImport", 201, "ConnectorImported", false},
		{"GET", connector, builder, s.getConnector, "Describe a connector", "", "", 200, "Connector", false},
		{"DELETE", connector, admin, s.deleteConnector, "Remove an imported connector", "", "", 204, "", false},
		{"GET", connector + "/operations", builder, s.listOperations, "List a connector's operations", "kind q", "", 200, "OperationList", false},
		{"GET", operation, builder, s.getOperation, "Describe an operation", "", "", 200, "Operation", false},
		{"POST", operation + "/call", page, s.postCall, "Run an operation", "", "CallRequest", 200, "CallAnswer", false},
		{"GET", ddl, page, s.getList, "Read a drop-down", inputs, "", 200, "OptionPage", false},
		{"GET", ddl + "/resolve", page, s.getResolved, "Find the options of values, to show what was chosen", "value withCredential inputs", "", 200, "OptionsOfValues", false},
		{"GET", ddl + "/match", page, s.getMatch, "Find the option of a text", "text withCredential inputs", "", 200, "OptionOfText", false},

		{"GET", "/v1/mappings", builder, s.listMappings, "List stored mappings", "ofSource ofTarget limit cursor", "", 200, "MappingList", false},
		{"POST", "/v1/mappings", builder, s.postMapping, "Store a mapping", "", "MappingCreate", 201, "Mapping", false},
		{"GET", "/v1/mappings/schema", anyone, s.getMappingSchema, "The JSON Schema of mappings", "", "", 200, "JSONSchema", false},
		{"POST", "/v1/mappings/lint", builder, s.postLint, "Say what is wrong with a mapping, or may go wrong", "", "MappingNamed", 200, "MappingLinted", false},
		{"POST", "/v1/mappings/suggest", builder, s.postSuggest, "Make a first mapping between two operations", "", "MappingSuggest", 200, "MappingSuggested", false},
		{"POST", "/v1/mappings/explain", builder, s.postExplain, "Say in sentences what a mapping does", "", "MappingNamed", 200, "MappingExplained", false},
		{"POST", "/v1/mappings/preview", builder, s.postPreview, "Try a mapping out, rule by rule", "", "MappingPreview", 200, "MappingPreviewed", false},
		{"POST", "/v1/mappings/batch", builder, s.postInlineBatch, "Map records, one a line; the first line holds the mapping", "", "", 200, mimeNDJSON, false},
		{"GET", mapping, builder, s.getMapping, "Show a mapping", "mappingVersion", "", 200, "Mapping", false},
		{"PUT", mapping, builder, s.putMapping, "Store a mapping as its next version", "If-Match", "MappingUpdate", 200, "Mapping", false},
		{"DELETE", mapping, builder, s.deleteMapping, "Delete a mapping with all its versions", "If-Match", "", 204, "", false},
		{"GET", mapping + "/versions", builder, s.listMappingVersions, "List the versions of a mapping, newest first", "limit cursor", "", 200, "MappingVersionList", false},
		{"POST", mapping + "/batch", builder, s.postBatch, "Map records, one a line", "mappingVersion lookupCredential", "", 200, mimeNDJSON, false},

		{"GET", "/v1/credentials", builder, s.listCredentials, "List credentials, without their secrets", "onlyConnector", "", 200, "CredentialList", false},
		{"POST", "/v1/credentials", admin, s.postCredential, "Store a credential", "", "CredentialCreate", 201, "Credential", false},
		{"GET", credential, builder, s.getCredential, "Show a credential, without its secrets", "", "", 200, "Credential", false},
		{"PATCH", credential, admin, s.patchCredential, "Change a credential", "", "CredentialUpdate", 200, "Credential", false},
		{"DELETE", credential, admin, s.deleteCredential, "Delete a credential", "", "", 204, "", false},
		{"POST", credential + "/test", builder, s.testCredential, "Try a credential out", "", "", 200, "CredentialTest", false},

		{"GET", "/v1/keys", admin, s.listKeys, "List API keys", "", "", 200, "KeyList", false},
		{"POST", "/v1/keys", admin, s.postKey, "Make an API key; its secret is shown this once", "", "KeyCreate", 201, "NewKey", false},
		{"DELETE", "/v1/keys/:key", admin, s.deleteKey, "Revoke an API key", "", "", 204, "", false},
		{"GET", "/v1/embed/tokens", builder, s.listEmbedTokens, "List the tokens of browser pages", "onlyEndUser limit tokenCursor", "", 200, "EmbedTokenList", false},
		{"POST", "/v1/embed/tokens", builder, s.postEmbedToken, "Make a token for a browser page; it is shown this once", "", "EmbedTokenCreate", 201, "NewEmbedToken", false},
		{"DELETE", "/v1/embed/tokens/:token", builder, s.deleteEmbedToken, "Revoke a token of a browser page", "", "", 204, "", false},
		{"GET", "/v1/calls", admin, s.listCalls, "List recorded calls, newest first", "onlyConnector onlyOperation code limit cursor", "", 200, "CallList", false},

		{"GET", "/v1/limits", builder, s.listLimits, "Show limits, what is left of them, and breakers", "onlyCredential onlyConnector limit cursor", "", 200, "LimitList", false},
		{"GET", "/v1/limits/overrides", builder, s.listOverrides, "List what is set in place of declared limits", "onlyCredential onlyConnector", "", 200, "LimitOverrideList", false},
		{"PUT", override, admin, s.putOverride, "Set a limit in place of what is declared", "ofOperation ofCredential", "LimitOverride", 200, "LimitOverridden", false},
		{"DELETE", override, admin, s.deleteOverride, "Give a limit back what is declared", "ofOperation ofCredential", "", 204, "", false},
		{"DELETE", "/v1/cache", builder, s.deleteCache, "Drop cached answers of a credential, or of all of a connector's", "onlyCredential onlyConnector onlyResource", "", 204, "", false},
		{"GET", idemKey, builder, s.getIdempotency, "Show what is known of an idempotency key", "", "", 200, "IdempotencyKey", false},
		{"DELETE", idemKey, builder, s.deleteIdempotency, "Free an idempotency key", "", "", 204, "", false},

		{"GET", "/core/v1/connectors", builder, s.compatibleConnectors, "Compatible: list connectors", "", "", 200, "CompatibleConnectors", false},
		{"GET", compatible + "/operations", builder, s.compatibleOperations, "Compatible: list operations", "", "", 200, "CompatibleOperations", false},
		{"POST", compatible + "/call", page, s.compatibleCall, "Compatible: run an operation", "", "CompatibleRequest", 200, "CompatibleAnswer", false},

		{"GET", "/embed/v1/:file", anyone, s.getAsset, "The browser SDK", "", "", 200, "text/javascript", false},
		{"GET", "/healthz", anyone, s.getHealth, "Whether the process lives", "", "", 200, "Health", true},
		{"GET", "/readyz", anyone, s.getReady, "Whether the hub can serve, and whether it is degraded", "", "", 200, "Ready", true},
		{"GET", "/metrics", anyone, s.getMetrics, "Metrics for Prometheus", "", "", 200, "text/plain", true},
		{"GET", "/openapi.json", anyone, s.getOpenAPI, "This description", "", "", 200, "OpenAPI", false},
	}
}

// register gives the routes to Fiber. A GET route answers HEAD too.
func (s *Server) register(app *fiber.App) {
	for _, r := range s.table {
		if r.method == fiber.MethodGet {
			app.Add(fiber.MethodHead, r.path, s.handle(&r, s.enter))
		}
		app.Add(r.method, r.path, s.handle(&r, s.enter))
		if r.access == page {
			app.Add(fiber.MethodOptions, r.path, s.handle(nil, s.preflight))
		}
	}
	app.Use(s.handle(nil, unmatched))
}
