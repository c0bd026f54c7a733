package openapi

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// requirement is one way to log in: the names of security schemes that are needed together, with scopes.
type requirement struct {
	schemes []string
	scopes  []string
}

func (r requirement) name() string {
	var parts []string
	for _, scheme := range r.schemes {
		parts = append(parts, snake(scheme))
	}
	return strings.Join(parts, "_and_")
}

// requirements reads a security field. One that allows callers without a login beside others counts as the others.
func requirements(n *yaml.Node) []requirement {
	var all []requirement
	const mostWays, mostSchemes, mostScopes = 20, 8, 200
	for _, item := range items(n)[:min(len(items(n)), mostWays)] {
		if !isMapping(item) || len(item.Content) == 0 || len(item.Content) > 2*mostSchemes {
			continue
		}
		var r requirement
		for name, scopes := range pairs(item) {
			r.schemes = append(r.schemes, name.Value)
			for _, scope := range items(scopes)[:min(len(items(scopes)), mostScopes)] {
				r.scopes = append(r.scopes, str(scope))
			}
		}
		slices.Sort(r.schemes)
		all = append(all, r)
	}
	return all
}

func (d *document) schemes() *yaml.Node {
	if d.dialect == swagger2 {
		return child(d.root, "securityDefinitions")
	}
	return at(d.root, "components", "securitySchemes")
}

// auths makes the connector's auth schemes: what the document asks for, then what single operations do; all that
// are declared where nothing asks for any.
func (l *loader) auths() []operations.Auth {
	if len(l.options.Auth) > 0 {
		return l.withFields(slices.Clone(l.options.Auth))
	}
	wanted := requirements(child(l.root, "security"))
	for _, entry := range l.entries {
		wanted = append(wanted, requirements(child(entry.node, "security"))...)
	}
	if len(wanted) == 0 && child(l.root, "security") == nil {
		for name := range pairs(l.schemes()) {
			wanted = append(wanted, requirement{schemes: []string{name.Value}})
		}
	}
	var auths []operations.Auth
	seen := map[string]bool{}
	for _, r := range wanted {
		if name := r.name(); !seen[name] && len(seen) < 50 {
			seen[name] = true
			if auth, ok := l.auth(r); ok {
				auths = append(auths, auth)
			}
		}
	}
	if len(auths) == 0 && len(l.fields) > 0 {
		auths = []operations.Auth{{Name: "address", Title: "Address", Description: "Where the service is. It needs no login."}}
	}
	return l.withFields(auths)
}

// withFields adds the fields that every credential needs, whatever its scheme: those of the server's address.
func (l *loader) withFields(auths []operations.Auth) []operations.Auth {
	for i := range auths {
		for _, field := range l.fields {
			auths[i].Fields = appendField(slices.Clip(auths[i].Fields), field)
		}
	}
	return auths
}

func appendField(fields []operations.AuthField, field operations.AuthField) []operations.AuthField {
	if slices.ContainsFunc(fields, func(f operations.AuthField) bool { return f.Name == field.Name }) {
		return fields
	}
	field.Title = cmp.Or(field.Title, words(field.Name))
	return append(fields, field)
}

// auth joins the schemes of a requirement. ok is false if one of them cannot be had.
func (l *loader) auth(r requirement) (auth operations.Auth, ok bool) {
	auth.Name = r.name()
	var titles []string
	for _, name := range r.schemes {
		declared := child(l.schemes(), name)
		scheme := l.deref(declared)
		if scheme == nil || !l.scheme(name, scheme, &auth) {
			return auth, false
		}
		titles = append(titles, cmp.Or(l.vocabulary.text("", scheme, "x-title"), words(name)))
		auth.Description = clip(strings.TrimSpace(auth.Description+" "+str(child(scheme, "description"))), maxText)
		var fields []operations.AuthField
		l.vocabulary.read("", scheme, "x-fields", &fields)
		for _, field := range fields {
			auth.Fields = appendField(auth.Fields, field)
		}
	}
	auth.Title = strings.Join(titles, " and ")
	return auth, true
}

func (l *loader) scheme(name string, n *yaml.Node, auth *operations.Auth) bool {
	kind, scheme := str(child(n, "type")), strings.ToLower(str(child(n, "scheme")))
	switch {
	case kind == "apiKey":
		return l.apiKey(name, n, auth)
	case kind == "basic" || kind == "http" && scheme == "basic":
		auth.Basic = &operations.BasicAuth{User: "username", Password: "password"}
		auth.Fields = appendField(auth.Fields, operations.AuthField{Name: "username", Required: true})
		auth.Fields = appendField(auth.Fields, operations.AuthField{Name: "password", Secret: true})
	case kind == "http" && scheme == "bearer":
		bearer(auth)
	case kind == "oauth2":
		l.oauth2(n, auth)
	case kind == "openIdConnect":
		l.report.add(Approximated, "", n, "the security scheme %q is OpenID Connect; a token is to be entered", line(name))
		bearer(auth)
	default:
		l.report.add(Skipped, "", n, "the security scheme %q is of a kind that the hub cannot sign with: %s", line(name), line(kind+" "+scheme))
		return false
	}
	return true
}

func bearer(auth *operations.Auth) {
	auth.Headers = append(auth.Headers, operations.AuthHeader{Name: "Authorization", Value: "Bearer {token}"})
	auth.Fields = appendField(auth.Fields, operations.AuthField{Name: "token", Secret: true, Required: true})
}

func (l *loader) apiKey(name string, n *yaml.Node, auth *operations.Auth) bool {
	wire, in := str(child(n, "name")), str(child(n, "in"))
	field := operations.AuthField{Name: strings.TrimPrefix(snake(wire), "x_"), Secret: true, Required: true}
	if field.Name == "authorization" {
		field.Name = "token"
	}
	template := "{" + field.Name + "}"
	switch {
	case in == "header" && httpguts.ValidHeaderFieldName(wire):
	case in == "cookie" && httpguts.ValidHeaderFieldName(wire):
		wire, template = "Cookie", wire+"="+template
	default:
		l.report.add(Skipped, "", n, "the security scheme %q puts its key into the %s, where the hub cannot sign", line(name), line(in))
		return false
	}
	auth.Headers = append(auth.Headers, operations.AuthHeader{Name: wire, Value: template})
	auth.Fields = appendField(auth.Fields, field)
	return true
}

// oauth2 takes the authorization code flow, else that of client credentials; with neither, a token is entered.
func (l *loader) oauth2(n *yaml.Node, auth *operations.Auth) {
	flow := at(n, "flows", "authorizationCode")
	if flow == nil {
		flow = at(n, "flows", "clientCredentials")
	}
	if l.dialect == swagger2 && slices.Contains([]string{"accessCode", "application"}, str(child(n, "flow"))) {
		flow = n
	}
	token := str(child(flow, "tokenUrl"))
	if flow == nil || token == "" {
		l.report.add(Approximated, "", n, "of OAuth 2.0, the hub knows the flows by code and by client credentials; a token is to be entered")
		bearer(auth)
		return
	}
	auth.OAuth2 = &operations.OAuth2{AuthorizeURL: str(child(flow, "authorizationUrl")), TokenURL: token}
	for scope := range pairs(child(flow, "scopes")) {
		auth.OAuth2.Scopes = append(auth.OAuth2.Scopes, scope.Value)
	}
	auth.Headers = append(auth.Headers, operations.AuthHeader{Name: "Authorization", Value: "Bearer {access_token}"})
	for _, field := range []operations.AuthField{
		{Name: "access_token", Secret: true}, {Name: "refresh_token", Secret: true},
		{Name: "client_id"}, {Name: "client_secret", Secret: true},
	} {
		auth.Fields = appendField(auth.Fields, field)
	}
}
