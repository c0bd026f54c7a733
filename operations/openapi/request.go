package openapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
	"golang.org/x/net/http/httpguts"

	"github.com/patchbay/patchbay/operations"
)

// request is the plan of an operation's upstream request.
type request struct {
	method   string
	segments []segment
	query    string // fixed, as the path has it
	fields   []field
	index    map[string]int // of the fields that the input gives, by name
	body     body
	accept   []string // the header, which nobody changes
}

// segment is a piece of the path: a text, or a field's value.
type segment struct {
	text  string
	field int // -1: the text
}

// newRequest prepares a path template with its fields.
func newRequest(in *inputs, b body, accept string) request {
	path, query, _ := strings.Cut(in.path, "?")
	r := request{method: in.method, query: query, fields: in.fields, index: map[string]int{}, body: b}
	if accept != "" {
		r.accept = []string{accept}
	}
	r.body.schema, r.body.example = nil, nil
	wires := map[string]int{}
	for i, f := range in.fields {
		if f.credential == "" {
			r.index[f.name] = i
		}
		if f.place == inPath {
			wires[f.wire] = i
		}
	}
	for path != "" {
		text, rest, found := strings.Cut(path, "{")
		name, after, closed := strings.Cut(rest, "}")
		i, known := wires[name]
		if !found || !closed || !known {
			text, after, known = path, "", false
		}
		if text != "" {
			plain, err := url.PathUnescape(text)
			if err != nil {
				plain = text
			}
			r.segments = append(r.segments, segment{(&url.URL{Path: plain, RawPath: text}).EscapedPath(), -1})
		}
		if known {
			r.segments = append(r.segments, segment{field: i})
		}
		path = after
	}
	return r
}

// values are those that an input gives, by field.
type values []gjson.Result

func (r *request) values(input []byte) values {
	v := make(values, len(r.fields))
	gjson.ParseBytes(input).ForEach(func(key, value gjson.Result) bool {
		if i, known := r.index[key.Str]; known {
			v[i] = value
		}
		return true
	})
	return v
}

// given tells whether a field has a value to send outside of the body, where null has no form.
func (v values) given(i int) bool { return v[i].Exists() && v[i].Type != gjson.Null }

// build makes the request of a call.
func (r *request) build(ctx context.Context, call *operations.Call, v values) (*http.Request, error) {
	if err := r.fromCredential(call, v); err != nil {
		return nil, err
	}
	endpoint, err := r.endpoint(v)
	if err != nil {
		return nil, err
	}
	return r.to(ctx, call, endpoint, v)
}

// to makes the request to a place below the base path that is known already.
func (r *request) to(ctx context.Context, call *operations.Call, endpoint string, v values) (*http.Request, error) {
	u, err := call.Base.At(endpoint)
	if err != nil {
		return nil, operations.Errorf(operations.CodeInvalidInput, "the input gives no URL that can be asked: %w", err)
	}
	return r.toURL(ctx, u, v)
}

// toURL makes the request to a URL: headers and body.
func (r *request) toURL(ctx context.Context, u *url.URL, v values) (*http.Request, error) {
	content, contentType, err := r.content(v)
	if err != nil {
		return nil, err
	}
	out := (&http.Request{
		Method: r.method, URL: u, Host: u.Host, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if contentType != "" {
		out.Header["Content-Type"] = []string{contentType}
		setBody(out, content)
	}
	if len(r.accept) > 0 {
		out.Header["Accept"] = r.accept
	}
	return out, r.headers(out.Header, v)
}

// setBody gives a request a body that can be had again.
func setBody(out *http.Request, content []byte) {
	if len(content) == 0 {
		out.Body, out.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
		return
	}
	out.ContentLength = int64(len(content))
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	out.Body = io.NopCloser(bytes.NewReader(content))
}

// fromCredential fills in the fields that are the credential's.
func (r *request) fromCredential(call *operations.Call, v values) error {
	for i := range r.fields {
		f := &r.fields[i]
		if f.credential == "" {
			continue
		}
		value := call.Field[f.credential]
		if value == "" {
			return operations.Errorf(operations.CodeInvalidInput, "the credential lacks its field %s", f.credential)
		}
		v[i] = gjson.Result{Type: gjson.String, Str: value, Raw: string(appendString(nil, value))}
	}
	return nil
}

func (r *request) endpoint(v values) (string, error) {
	path, err := r.path(v)
	if err != nil {
		return "", err
	}
	query := r.query
	for i := range r.fields {
		f := &r.fields[i]
		if f.place != inQuery || !v.given(i) {
			continue
		}
		if part := f.query(v[i]); part != "" && query != "" {
			query += "&" + part
		} else {
			query += part
		}
	}
	if query == "" {
		return path, nil
	}
	return path + "?" + query, nil
}

func (r *request) path(v values) (string, error) {
	if len(r.segments) == 1 && r.segments[0].field < 0 {
		return r.segments[0].text, nil
	}
	var b strings.Builder
	for _, s := range r.segments {
		if s.field < 0 {
			b.WriteString(s.text)
			continue
		}
		text, err := r.fields[s.field].path(v[s.field])
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (r *request) headers(header http.Header, v values) error {
	for i := range r.fields {
		f := &r.fields[i]
		if f.place != inHeader && f.place != inCookie || !v.given(i) {
			continue
		}
		text := f.simple(v[i], func(s string) string { return s })
		if !httpguts.ValidHeaderFieldValue(text) {
			return f.fault("has a character that a header cannot hold")
		}
		if f.place == inCookie {
			header.Add("Cookie", f.wire+"="+url.QueryEscape(text))
			continue
		}
		header.Set(f.wire, text)
	}
	return nil
}

// fault refuses the value of a field.
func (f field) fault(detail string) *operations.Error {
	escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(f.name)
	return &operations.Error{
		Code: operations.CodeInvalidInput, Detail: "the input does not fit the operation: /" + escaped + " " + detail,
		Faults: []operations.InputFault{{Pointer: "/" + escaped, Detail: detail}},
	}
}
