package openapi

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// text is a value as a text: strings bare, all else as JSON has it.
func text(v gjson.Result) string {
	if v.Type == gjson.String {
		return v.Str
	}
	return v.Raw
}

// escape escapes a text for a query, with %20 for a space.
func escape(s string) string {
	if isUnreserved(s) {
		return s
	}
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// isUnreserved tells of a text that it is its own escaped form.
func isUnreserved(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && c != '_' {
			return false
		}
	}
	return true
}

// escapeReserved leaves the reserved characters that cannot end a query or a parameter.
func escapeReserved(s string) string {
	escaped := escape(s)
	for _, c := range []string{"/", ":", "?", "@", "!", "$", "'", "(", ")", "*", ",", ";", "=", "[", "]"} {
		escaped = strings.ReplaceAll(escaped, url.QueryEscape(c), c)
	}
	return escaped
}

// pieces takes an array or an object apart: its elements, or names and values by turns.
func pieces(v gjson.Result, escape func(string) string) []string {
	var list []string
	v.ForEach(func(key, value gjson.Result) bool {
		if v.IsObject() {
			list = append(list, escape(key.Str))
		}
		list = append(list, escape(text(value)))
		return true
	})
	return list
}

// members joins names and values of an object as name=value.
func members(v gjson.Result, escape func(string) string) []string {
	var list []string
	for pair := range slices.Chunk(pieces(v, escape), 2) {
		list = append(list, pair[0]+"="+pair[1])
	}
	return list
}

// simple writes a value for a path or a header: "a,b", "k,v" or exploded "k=v".
func (f field) simple(v gjson.Result, escape func(string) string) string {
	switch {
	case f.style.json:
		return escape(v.Raw)
	case v.IsObject() && f.style.explode:
		return strings.Join(members(v, escape), ",")
	case v.IsObject() || v.IsArray():
		return strings.Join(pieces(v, escape), ",")
	default:
		return escape(text(v))
	}
}

// path writes a value into the path. An empty one, or one that is a dot segment, would lead to another operation.
func (f field) path(v gjson.Result) (string, error) {
	escape := url.PathEscape
	if f.style.segments {
		escape = func(s string) string { return strings.ReplaceAll(url.PathEscape(s), "%2F", "/") }
	}
	written := f.simple(v, escape)
	for _, segment := range strings.Split(written, "/") {
		if segment == "" || segment == "." || segment == ".." || v.Type == gjson.Null {
			return "", f.fault("must not be empty, nor a dot segment of a path")
		}
	}
	switch f.style.name {
	case "label":
		if f.style.explode {
			return "." + strings.ReplaceAll(written, ",", "."), nil
		}
		return "." + written, nil
	case "matrix":
		return f.matrix(v, written), nil
	default:
		return written, nil
	}
}

func (f field) matrix(v gjson.Result, written string) string {
	name := url.PathEscape(f.wire)
	switch {
	case f.style.explode && v.IsObject():
		return ";" + strings.Join(members(v, url.PathEscape), ";")
	case f.style.explode && v.IsArray():
		return ";" + name + "=" + strings.Join(pieces(v, url.PathEscape), ";"+name+"=")
	default:
		return ";" + name + "=" + written
	}
}

// separator stands between the elements of an array in a query.
func (s style) separator() string {
	switch s.name {
	case "spaceDelimited":
		return "%20"
	case "pipeDelimited":
		return "%7C"
	default:
		return ","
	}
}

// query writes a value as name=value pairs, joined by "&"; "" if there is nothing to say.
func (f field) query(v gjson.Result) string {
	value := escape
	if f.style.reserved {
		value = escapeReserved
	}
	name := escape(f.wire)
	switch {
	case f.style.json:
		return name + "=" + escape(v.Raw)
	case v.IsObject() && f.style.name == "deepObject":
		return strings.Join(deep(nil, f.wire, v, value), "&")
	case v.IsObject() && f.style.explode:
		return strings.Join(members(v, value), "&")
	case v.IsArray() && f.style.explode, v.IsArray() && f.style.name == "deepObject":
		list := pieces(v, value)
		for i := range list {
			list[i] = name + "=" + list[i]
		}
		return strings.Join(list, "&")
	case v.IsArray() || v.IsObject():
		return name + "=" + strings.Join(pieces(v, value), f.style.separator())
	default:
		return name + "=" + value(text(v))
	}
}

// deep writes an object as name[key]=value, arrays in it as repeated keys.
func deep(list []string, name string, v gjson.Result, value func(string) string) []string {
	switch {
	case v.Type == gjson.Null:
	case v.IsObject():
		v.ForEach(func(key, inner gjson.Result) bool {
			list = deep(list, name+"["+key.Str+"]", inner, value)
			return true
		})
	case v.IsArray():
		v.ForEach(func(_, inner gjson.Result) bool {
			list = deep(list, name, inner, value)
			return true
		})
	default:
		list = append(list, escape(name)+"="+value(text(v)))
	}
	return list
}
