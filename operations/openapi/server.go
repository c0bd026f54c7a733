package openapi

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// address splits the API's URL into origin and base path. What the document leaves open becomes a field of the
// credential: a variable in the host, or the whole URL where there is none. A variable in the path is set to its
// default.
func (l *loader) address() (origin, base string) {
	server := cmp.Or(l.options.Server, l.server())
	_, rest, absolute := strings.Cut(server, "://")
	if !absolute && !strings.HasPrefix(server, "{") {
		l.fields = append(l.fields, operations.AuthField{
			Name: "base_url", Title: "Base URL", Description: "Where the service is, such as https://api.example.com.", Required: true,
		})
		return "{base_url}", strings.TrimSuffix(path(server), "/")
	}
	if !absolute {
		rest = server
	}
	host, _, _ := strings.Cut(rest, "/")
	head := server[:len(server)-len(rest)+len(host)]
	l.placeholders(head + strings.TrimPrefix(rest, host))
	return head, strings.TrimSuffix(path(strings.TrimPrefix(rest, host)), "/")
}

// path keeps the path of a relative URL, without query and fragment.
func path(s string) string {
	s, _, _ = strings.Cut(s, "?")
	s, _, _ = strings.Cut(s, "#")
	if s = strings.Trim(s, "/"); s == "" {
		return ""
	}
	return "/" + s
}

func (l *loader) server() string {
	if l.dialect == swagger2 {
		host := str(child(l.root, "host"))
		if host == "" {
			return str(child(l.root, "basePath"))
		}
		scheme := "https"
		if schemes := items(child(l.root, "schemes")); len(schemes) == 1 && str(schemes[0]) == "http" {
			scheme = "http"
		}
		return scheme + "://" + host + path(str(child(l.root, "basePath")))
	}
	servers := items(child(l.root, "servers"))
	if len(servers) == 0 {
		return ""
	}
	if len(servers) > 1 {
		l.report.add(Note, "", servers[1], "of %d servers, the first is taken", len(servers))
	}
	return l.variables(servers[0])
}

// variables fills in those variables of a server's URL that need not be asked for.
func (l *loader) variables(server *yaml.Node) string {
	address := str(child(server, "url"))
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	for name, variable := range pairs(child(server, "variables")) {
		placeholder := "{" + name.Value + "}"
		value := str(child(variable, "default"))
		field := snake(name.Value)
		switch {
		case !strings.Contains(address, placeholder) || field == "":
		case strings.HasPrefix(address, placeholder+"://"):
			if slices.Contains(texts(child(variable, "enum")), "https") || value == "" {
				value = "https"
			}
			address = value + strings.TrimPrefix(address, placeholder)
		case strings.Contains(host, placeholder) || strings.HasPrefix(address, placeholder) || value == "":
			address = strings.ReplaceAll(address, placeholder, "{"+field+"}")
			l.fields = appendField(l.fields, operations.AuthField{
				Name: field, Title: words(name.Value), Required: true, Description: variableText(variable, value),
			})
		default:
			address = strings.ReplaceAll(address, placeholder, value)
			l.report.add(Note, "", variable, "the server's variable %q is set to its default %q", line(name.Value), line(value))
		}
	}
	return address
}

func variableText(variable *yaml.Node, value string) string {
	text := clip(str(child(variable, "description")), maxText)
	if choices := texts(child(variable, "enum")); len(choices) > 0 {
		text = strings.TrimSpace(text + " One of: " + line(strings.Join(choices, ", ")) + ".")
	}
	if value != "" {
		text = strings.TrimSpace(text + " Usually: " + line(value) + ".")
	}
	return text
}

// placeholders adds fields for the placeholders of an address that nothing declares.
func (l *loader) placeholders(address string) {
	for {
		_, rest, found := strings.Cut(address, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return
		}
		l.fields = appendField(l.fields, operations.AuthField{Name: name, Required: true})
		address = after
	}
}

// link keeps a URL only if it is one for people: https, without a login in it.
func link(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > 2000 {
		return ""
	}
	return u.String()
}
