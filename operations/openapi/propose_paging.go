package openapi

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// paging recognises how a list goes from page to page: by a cursor or a link in the answer, by the Link header, by
// page number or by offset.
func (p *proposer) paging(e entry, schema *yaml.Node, path string) map[string]any {
	in := p.inputs(e)
	cursor := fieldNamed(in, "cursor", "page_token", "pagetoken", "next_token", "nexttoken", "starting_after", "pagekey",
		"page_key", "continuation", "continuation_token", "next_cursor", "page_cursor", "after")
	size := fieldNamed(in, "per_page", "perpage", "page_size", "pagesize", "pagelimit", "limit", "size", "max_results", "maxresults", "count")
	words := map[string]any{"items": path}
	if size != "" {
		words["size"] = size
	}
	next, isLink := p.nextOf(p.shape(schema), "", 0)
	page, offset := fieldNamed(in, "page", "page_number", "pagenumber"), fieldNamed(in, "offset", "skip")
	switch {
	case next != "" && isLink:
		words["type"], words["next"] = "next", next
		if cursor != "" {
			words["param"] = cursor
		}
	case next != "" && cursor != "":
		words["type"], words["next"], words["param"] = "cursor", next, cursor
	case p.linkHeader(e):
		words["type"] = "link"
	case page != "":
		words["type"], words["param"] = "page", page
	case offset != "":
		words["type"], words["param"] = "offset", offset
	default:
		return nil
	}
	return words
}

// nextOf finds the property that holds the cursor or the link to the next page, at most one object down.
func (p *proposer) nextOf(s *shape, prefix string, depth int) (path string, isLink bool) {
	for _, property := range s.properties {
		inner := p.shape(property.schemas[0])
		name := strings.ToLower(strings.ReplaceAll(property.name, "_", ""))
		text := inner.kind == "string"
		switch {
		case text && (name == "next" || name == "nexturl" || name == "nextlink" || name == "nextpageurl" || name == "nextpage"):
			return prefix + property.name, true
		case text && (name == "nextcursor" || name == "nextpagetoken" || name == "nexttoken" || name == "endcursor" || name == "continuationtoken"):
			return prefix + property.name, false
		case inner.kind == "object" && depth == 0:
			switch name {
			case "meta", "links", "paging", "pagination", "pageinfo", "responsemetadata", "cursors":
				if path, isLink := p.nextOf(inner, prefix+property.name+".", 1); path != "" {
					return path, isLink
				}
			}
		}
	}
	return "", false
}

func (p *proposer) linkHeader(e entry) bool {
	for status, response := range pairs(child(e.node, "responses")) {
		if !strings.HasPrefix(status.Value, "2") {
			continue
		}
		for name := range pairs(child(p.deref(response), "headers")) {
			if strings.EqualFold(name.Value, "Link") {
				return true
			}
		}
	}
	return false
}

// lookups looks for fields that take the id of something that a drop-down lists: path parameters behind the path of
// the list, and fields called after it.
func (p *proposer) lookups(e entry) {
	known := map[string]bool{}
	in := p.inputs(e)
	for _, f := range in.fields {
		known[f.name] = true
	}
	for _, parameter := range p.parameters(e) {
		if parameter.node == nil {
			continue
		}
		list := p.words[plural(parameter.wire)]
		if parameter.place == inPath {
			before, _, _ := strings.Cut(e.path, "/{"+parameter.wire+"}")
			list = p.lists[before]
		}
		p.lookup(parameter.node, parameter.wire, list, known)
	}
	body := p.body(e)
	if f, ok := p.flatten(body.schema); ok && body.encoding == jsonBody {
		for _, property := range f.properties {
			p.lookup(property.schemas[0], property.name, p.words[plural(property.name)], known)
		}
	}
}

func (p *proposer) lookup(n *yaml.Node, field string, list *listed, known map[string]bool) {
	if list == nil {
		return
	}
	name, value := snake(field), snake(list.value)
	isID := name == "id" || strings.HasSuffix(name, "_id")
	if isID != strings.HasSuffix(value, "id") || !isID && name != value && !strings.HasSuffix(name, "_"+value) {
		return
	}
	words := map[string]any{"operation": list.ddl}
	input := map[string]string{}
	for _, required := range list.inputs {
		if !known[required] || required == field {
			return
		}
		input[required] = required
	}
	if len(input) > 0 {
		words["input"] = input
	}
	p.update(n, "x-lookup", words)
}

// plural is the last word of the path that a field called after one thing of it would come from: "agent_id" and
// "agentId" give "agents".
func plural(field string) string {
	name, ok := strings.CutSuffix(snake(field), "_id")
	switch {
	case !ok:
		return ""
	case strings.HasSuffix(name, "y"):
		return strings.TrimSuffix(name, "y") + "ies"
	case strings.HasSuffix(name, "x") || strings.HasSuffix(name, "s"):
		return name + "es"
	default:
		return name + "s"
	}
}
