package openapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// after finds the cursor of the page after one, "" if it was the last.
func (p *paging) after(call *operations.Call, asked *http.Request, got page, v values, cursor string) string {
	body := got.response.Body
	if p.More != "" && get(body, p.More).Type == gjson.False {
		return ""
	}
	switch p.Type {
	case "cursor":
		if found := first(body, p.Next); found.Type == gjson.String || found.Type == gjson.Number {
			return found.String()
		}
		return ""
	case "page", "offset":
		return p.count(got, v, cursor)
	case "link":
		return p.cursorOf(call, asked, linkNext(got.response.Header))
	default:
		return p.cursorOf(call, asked, first(body, p.Next).String())
	}
}

// count goes on by number: until a page is empty or shorter than was asked for.
func (p *paging) count(got page, v values, cursor string) string {
	count := int64(got.items.Get("#").Int())
	size := p.usual
	if p.size >= 0 && v.given(p.size) {
		size = v[p.size].Int()
	}
	if count == 0 || p.More == "" && count < size {
		return ""
	}
	position, err := strconv.ParseInt(cursor, 10, 64)
	switch {
	case err == nil:
	case v.given(p.param):
		position = v[p.param].Int()
	case p.Type == "page":
		position = int64(p.start)
	}
	if p.Type == "page" {
		return strconv.FormatInt(position+1, 10)
	}
	return strconv.FormatInt(position+count, 10)
}

// cursorOf makes a cursor of a link: the parameter that is wanted of it, its query if it leads to the same path, or
// the link itself. One that leads away from the service ends the list with a warning.
func (p *paging) cursorOf(call *operations.Call, asked *http.Request, link string) string {
	if link == "" {
		return ""
	}
	to, err := call.Base.Link(link)
	switch {
	case err != nil:
		call.Warn("the service's link to the next page is not followed: %s", operations.AsError(err).Detail)
		return ""
	case p.wire != "":
		return to.Query().Get(p.wire)
	case strings.TrimSuffix(to.EscapedPath(), "/") == strings.TrimSuffix(asked.URL.EscapedPath(), "/"):
		return "?" + to.RawQuery
	case p.ownPath:
		call.Warn("there are more pages, which cannot be had here")
		return ""
	default:
		return link
	}
}

// linkNext is the target of rel="next" in Link headers (RFC 8288).
func linkNext(header http.Header) string {
	for _, value := range header.Values("Link") {
		for {
			_, rest, found := strings.Cut(value, "<")
			target, rest, closed := strings.Cut(rest, ">")
			if !found || !closed {
				break
			}
			params := rest
			if i := strings.IndexByte(rest, '<'); i >= 0 {
				params = rest[:i]
			}
			if isNext(params) {
				return target
			}
			value = rest
		}
	}
	return ""
}

func isNext(params string) bool {
	for _, param := range strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ',' }) {
		name, rel, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.EqualFold(name, "rel") && slices.Contains(strings.Fields(strings.ToLower(strings.Trim(rel, `"`))), "next") {
			return true
		}
	}
	return false
}
