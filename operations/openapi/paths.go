package openapi

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// entry is one operation of the document, found and named.
type entry struct {
	method string // "GET"
	path   string
	where  string // "GET /things", for the report
	node   *yaml.Node
	item   *yaml.Node // the path item around it
	name   string
	hidden bool
	ddls   []ddlWords // with their names
}

// find lists the operations in the order of the document and names them and their DDLs.
func (l *loader) find() error {
	for path, declared := range pairs(child(l.root, "paths")) {
		if strings.HasPrefix(path.Value, "x-") {
			continue
		}
		item := l.deref(declared)
		for method, node := range pairs(item) {
			if e, ok := l.entry(path, method, node, item); ok {
				l.entries = append(l.entries, e)
			}
		}
		if len(l.entries) > maxOperations {
			return operations.Errorf(operations.CodeTooLarge, "the document has more than %d operations", maxOperations)
		}
		if err := l.ctx.Err(); err != nil {
			return err
		}
	}
	if hooks := child(l.root, "webhooks"); hooks != nil {
		l.report.add(Skipped, "", hooks, "webhooks are not operations")
	}
	if len(l.entries) == 0 {
		return invalid("the document has no operation that the hub can run")
	}
	l.nameAll()
	return nil
}

func (l *loader) entry(path, method, node, item *yaml.Node) (entry, bool) {
	e := entry{
		method: strings.ToUpper(method.Value), path: path.Value, node: node, item: item,
		where: strings.ToUpper(method.Value) + " " + line(path.Value),
	}
	switch e.method {
	case "GET", "PUT", "POST", "DELETE", "PATCH", "HEAD":
	case "OPTIONS", "TRACE", "QUERY":
		l.report.add(Skipped, e.where, method, "the method is not one of an operation")
		return e, false
	default:
		return e, false
	}
	switch {
	case !isMapping(node):
		l.report.add(Skipped, e.where, method, "it is not an object")
		return e, false
	case !isPath(path.Value):
		l.report.add(Skipped, e.where, path, "the path cannot be one of a request")
		return e, false
	case l.elsewhere(node) || l.elsewhere(item):
		l.report.add(Skipped, e.where, method, "it has a server of its own; a connector's requests go to one origin")
		return e, false
	}
	e.hidden = l.vocabulary.hidden(e.where, node)
	return e, true
}

// isPath tells whether a path template can become the path of a request below the API's own.
func isPath(template string) bool {
	path, query, _ := strings.Cut(template, "?")
	return strings.HasPrefix(path, "/") && !strings.Contains(query, "{") && len(template) <= 2000 &&
		!strings.ContainsFunc(template, func(r rune) bool { return r <= ' ' || r == '#' || r == '\\' || r == 0x7f }) &&
		!slices.ContainsFunc(strings.Split(path, "/"), func(segment string) bool {
			plain, err := url.PathUnescape(segment)
			return err != nil || plain == "." || plain == ".."
		})
}

// elsewhere tells whether an operation or a path has servers that are not the document's.
func (l *loader) elsewhere(n *yaml.Node) bool {
	own := items(child(n, "servers"))
	if len(own) == 0 {
		return false
	}
	servers := items(child(l.root, "servers"))
	return len(servers) == 0 || str(child(servers[0], "url")) != str(child(own[0], "url"))
}

func (l *loader) nameAll() {
	ids := map[string]*yaml.Node{}
	for i := range l.entries {
		e := &l.entries[i]
		id := child(e.node, "operationId")
		if before := ids[str(id)]; before != nil {
			l.report.add(Approximated, e.where, id, "the operationId %q is there already at line %d; this operation is named by method and path",
				line(id.Value), before.Line)
		} else if str(id) != "" {
			ids[id.Value] = id
		}
		if e.hidden {
			e.name = cmp.Or(snake(str(id)), snake(e.where))
			continue
		}
		e.name = l.names.take("", snake(l.vocabulary.text(e.where, e.node, "x-name")), snake(str(id)), snake(e.where), "operation")
	}
	for i := range l.entries {
		e := &l.entries[i]
		var declared oneOrMany[ddlWords]
		l.vocabulary.read(e.where, e.node, "x-ddl", &declared)
		for _, ddl := range declared {
			ddl.Name = l.names.take("_ddl", strings.TrimSuffix(ddl.Name, "_ddl"), e.name)
			l.ddls[ddl.Name] = ddl.Name
			if len(e.ddls) == 0 {
				l.ddls[e.name] = ddl.Name
			}
			e.ddls = append(e.ddls, ddl)
		}
	}
}
