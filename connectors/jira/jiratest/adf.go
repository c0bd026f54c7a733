package jiratest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
)

// maxNodes bounds how many nodes a document may have; how deep it nests is bounded where JSON is read.
const maxNodes = 20_000

// nodeRule is what a kind of node has to be.
type nodeRule struct {
	children []string                  // what may be in it; nil: nothing
	some     bool                      // it may not be empty
	attrs    map[string]func(any) bool // that it has to have
	marks    []string
}

// The kinds of nodes, and which may be in which.
// Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
func nodeRules() map[string]nodeRule {
	inline := []string{"text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "mediaInline", "inlineExtension", "placeholder"}
	lists := []string{"bulletList", "orderedList", "taskList"}
	media := []string{"mediaSingle", "mediaGroup"}
	quoted := slices.Concat([]string{"paragraph", "codeBlock"}, lists, media)
	boxed := slices.Concat(quoted, []string{"heading", "rule", "panel", "blockquote", "decisionList", "blockCard", "embedCard", "extension"})
	cells := append(slices.Clone(boxed), "nestedExpand")
	top := append(slices.Clone(boxed), "table", "expand", "bodiedExtension")
	item := slices.Concat([]string{"paragraph", "codeBlock"}, lists, media)
	block := []string{"alignment", "indentation"}
	return map[string]nodeRule{
		"doc":             {children: top},
		"paragraph":       {children: inline, marks: block},
		"heading":         {children: inline, marks: block, attrs: attr("level", isLevel)},
		"bulletList":      {children: []string{"listItem"}, some: true},
		"orderedList":     {children: []string{"listItem"}, some: true},
		"listItem":        {children: item, some: true},
		"taskList":        {children: []string{"taskItem", "taskList"}, some: true, attrs: attr("localId", isText)},
		"taskItem":        {children: inline, attrs: map[string]func(any) bool{"localId": isText, "state": oneOf("TODO", "DONE")}},
		"decisionList":    {children: []string{"decisionItem"}, some: true, attrs: attr("localId", isText)},
		"decisionItem":    {children: inline, attrs: map[string]func(any) bool{"localId": isText, "state": isText}},
		"codeBlock":       {children: []string{"text"}, marks: []string{"breakout"}},
		"blockquote":      {children: quoted, some: true},
		"panel":           {children: boxed, some: true, attrs: attr("panelType", oneOf("info", "note", "tip", "warning", "error", "success", "custom"))},
		"rule":            {},
		"table":           {children: []string{"tableRow"}, some: true},
		"tableRow":        {children: []string{"tableCell", "tableHeader"}},
		"tableCell":       {children: cells, some: true},
		"tableHeader":     {children: cells, some: true},
		"expand":          {children: append(slices.Clone(boxed), "table", "nestedExpand"), some: true, marks: []string{"breakout"}},
		"nestedExpand":    {children: boxed, some: true, attrs: map[string]func(any) bool{}},
		"mediaSingle":     {children: []string{"media", "caption"}, some: true, marks: []string{"link"}},
		"mediaGroup":      {children: []string{"media"}, some: true},
		"media":           {attrs: attr("type", oneOf("file", "link", "external")), marks: []string{"link", "border", "annotation"}},
		"caption":         {children: inline},
		"blockCard":       {attrs: map[string]func(any) bool{}},
		"embedCard":       {attrs: map[string]func(any) bool{"url": isText, "layout": isText}},
		"extension":       {attrs: map[string]func(any) bool{"extensionKey": isText, "extensionType": isText}},
		"bodiedExtension": {children: boxed, some: true, attrs: map[string]func(any) bool{"extensionKey": isText, "extensionType": isText}},
		"inlineExtension": {attrs: map[string]func(any) bool{"extensionKey": isText, "extensionType": isText}},
		"text":            {marks: []string{"strong", "em", "strike", "underline", "code", "link", "subsup", "textColor", "backgroundColor", "annotation"}},
		"hardBreak":       {},
		"mention":         {attrs: attr("id", isText)},
		"emoji":           {attrs: attr("shortName", isText)},
		"date":            {attrs: attr("timestamp", isText)},
		"status":          {attrs: map[string]func(any) bool{"text": isText, "color": oneOf("neutral", "purple", "blue", "red", "yellow", "green")}},
		"inlineCard":      {attrs: map[string]func(any) bool{}},
		"mediaInline":     {attrs: map[string]func(any) bool{"id": isText, "collection": isAnyText}},
		"placeholder":     {attrs: attr("text", isText)},
	}
}

// markRules are the marks and the attributes that they have to have.
func markRules() map[string]map[string]func(any) bool {
	return map[string]map[string]func(any) bool{
		"strong": nil, "em": nil, "strike": nil, "underline": nil, "code": nil,
		"link": attr("href", isText), "subsup": attr("type", oneOf("sub", "sup")),
		"textColor": attr("color", isColor), "backgroundColor": attr("color", isColor),
		"annotation": {"id": isText, "annotationType": oneOf("inlineComment")},
		"alignment":  attr("align", oneOf("center", "end")), "indentation": attr("level", isLevel),
		"breakout": attr("mode", oneOf("wide", "full-width")), "border": {"size": isNumber, "color": isText},
	}
}

func attr(name string, fits func(any) bool) map[string]func(any) bool {
	return map[string]func(any) bool{name: fits}
}

func isText(v any) bool    { s, is := v.(string); return is && s != "" }
func isAnyText(v any) bool { _, is := v.(string); return is }
func isNumber(v any) bool  { _, is := v.(json.Number); return is }
func isLevel(v any) bool   { n, is := number(v); return is && n >= 1 && n <= 6 && n == float64(int(n)) }

var color = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

func isColor(v any) bool { s, is := v.(string); return is && color.MatchString(s) }

func oneOf(values ...string) func(any) bool {
	return func(v any) bool { s, is := v.(string); return is && slices.Contains(values, s) }
}

func number(v any) (float64, bool) {
	n, is := v.(json.Number)
	if !is {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(n), 64)
	return f, err == nil
}

// checker walks through a document.
type checker struct {
	nodes map[string]nodeRule
	marks map[string]map[string]func(any) bool
	seen  int
}

// validDocument tells whether a decoded value is a document that the service takes.
func validDocument(v any) bool {
	c := checker{nodes: rulesOfNodes, marks: rulesOfMarks}
	doc, isObject := v.(record)
	return isObject && doc["type"] == "doc" && doc["version"] == json.Number("1") && hasOnly(doc, "type", "version", "content") &&
		doc["content"] != nil && c.node(doc)
}

// The rules are made once; nothing changes them.
var rulesOfNodes, rulesOfMarks = nodeRules(), markRules()

func (c *checker) node(n record) bool {
	kind := text(n, "type")
	rule, known := c.nodes[kind]
	if c.seen++; !known || c.seen > maxNodes || !c.attrs(n, rule.attrs) {
		return false
	}
	words, isText := n["text"].(string)
	if (kind == "text") != (isText && words != "") || !hasOnly(n, "type", "content", "attrs", "marks", "text", "version") {
		return false
	}
	return c.content(n, rule) && c.markList(n, rule)
}

func (c *checker) content(n record, rule nodeRule) bool {
	children, isList := n["content"].([]any)
	if _, given := n["content"]; given && (!isList || rule.children == nil) || rule.some && len(children) == 0 {
		return false
	}
	for _, child := range children {
		one, isObject := child.(record)
		if !isObject || !slices.Contains(rule.children, text(one, "type")) || !c.node(one) {
			return false
		}
		if _, marked := one["marks"]; marked && n["type"] == "codeBlock" {
			return false
		}
	}
	return true
}

// attrs tells whether the attributes that have to be there are. Those that may be left out are not looked at.
func (c *checker) attrs(n record, rules map[string]func(any) bool) bool {
	attrs, isObject := n["attrs"].(record)
	if _, given := n["attrs"]; given && !isObject || rules != nil && !isObject {
		return false
	}
	for name, fits := range rules {
		if !fits(attrs[name]) {
			return false
		}
	}
	switch n["type"] {
	case "inlineCard", "blockCard":
		return isText(attrs["url"]) || attrs["data"] != nil || attrs["datasource"] != nil
	case "media":
		return attrs["type"] == "external" && isText(attrs["url"]) || attrs["type"] != "external" && isText(attrs["id"]) && isAnyText(attrs["collection"])
	}
	return true
}

func (c *checker) markList(n record, rule nodeRule) bool {
	given, isThere := n["marks"]
	if !isThere {
		return true
	}
	marks, isList := given.([]any)
	var kinds []string
	for _, m := range marks {
		mark, _ := m.(record)
		kind := text(mark, "type")
		rules, known := c.marks[kind]
		if !known || !slices.Contains(rule.marks, kind) || slices.Contains(kinds, kind) || !c.attrs(mark, rules) {
			return false
		}
		kinds = append(kinds, kind)
	}
	code := slices.Contains(kinds, "code")
	return isList && !(code && slices.ContainsFunc(kinds, func(k string) bool { return k != "code" && k != "link" && k != "annotation" }))
}

func hasOnly(of record, names ...string) bool {
	for name := range of {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}
