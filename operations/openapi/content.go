package openapi

import (
	"bytes"
	"cmp"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// content writes the body. An empty content type means that there is none.
func (r *request) content(v values) (content []byte, contentType string, err error) {
	given := r.body.always
	for i := range r.fields {
		given = given || r.fields[i].place == inBody && v[i].Exists()
	}
	if !given || r.body.encoding == noBody {
		return nil, "", nil
	}
	contentType = r.body.contentType
	switch r.body.encoding {
	case jsonBody:
		if contentType == "*/*" {
			contentType = "application/json"
		}
		return r.json(v), contentType, nil
	case formBody:
		return []byte(r.form(v)), contentType, nil
	case multipartBody:
		return r.multipart(v)
	default:
		return r.single(v, contentType)
	}
}

// each visits the given fields of the body by their names at the service, members of an open object included.
func (r *request) each(v values, visit func(wire string, f field, value gjson.Result)) {
	for i, f := range r.fields {
		switch {
		case f.place != inBody || !v[i].Exists():
		case f.extra:
			v[i].ForEach(func(key, value gjson.Result) bool {
				visit(key.Str, field{name: f.name}, value)
				return true
			})
		default:
			visit(f.wire, f, v[i])
		}
	}
}

// json writes the body as JSON: the values as they stand in the input.
func (r *request) json(v values) []byte {
	for i, f := range r.fields {
		if f.whole && v[i].Exists() {
			return []byte(v[i].Raw)
		}
	}
	b := append(make([]byte, 0, 512), '{')
	var declared map[string]bool // which further fields may not give anew
	if slices.ContainsFunc(r.fields, func(f field) bool { return f.extra }) {
		declared = map[string]bool{}
	}
	r.each(v, func(wire string, _ field, value gjson.Result) {
		if declared[wire] {
			return
		}
		if declared != nil {
			declared[wire] = true
		}
		b = append(appendKey(b, wire), value.Raw...)
	})
	return append(b, '}')
}

// form writes name=value pairs: arrays as repeated names, objects as name[key].
func (r *request) form(v values) string {
	var list []string
	r.each(v, func(wire string, _ field, value gjson.Result) {
		list = deep(list, wire, value, escape)
	})
	return strings.Join(list, "&")
}

// single writes a body that is one text or one file.
func (r *request) single(v values, contentType string) ([]byte, string, error) {
	for i, f := range r.fields {
		switch {
		case !f.whole:
		case f.file:
			file, err := f.open(v[i])
			if err != nil {
				return nil, "", err
			}
			if strings.Contains(contentType, "*") || contentType == "application/octet-stream" {
				contentType = file.mime
			}
			return file.content, contentType, nil
		default:
			return []byte(v[i].String()), contentType, nil
		}
	}
	return nil, "", nil
}

func (r *request) multipart(v values) ([]byte, string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	var failed error
	r.each(v, func(wire string, f field, value gjson.Result) {
		list := []gjson.Result{value}
		if value.IsArray() {
			list = value.Array()
		}
		for _, value := range list {
			if err := f.part(w, wire, value); err != nil && failed == nil {
				failed = err
			}
		}
	})
	if failed != nil {
		return nil, "", failed
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("writing the form: %w", err)
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// part writes one part of a form: a file with its name and type, an object as JSON, all else as text.
func (f field) part(w *multipart.Writer, wire string, value gjson.Result) error {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")
	header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + quote.Replace(wire) + `"`}}
	content := []byte(text(value))
	switch {
	case value.Type == gjson.Null:
		return nil
	case f.file:
		file, err := f.open(value)
		if err != nil {
			return err
		}
		header["Content-Disposition"][0] += `; filename="` + quote.Replace(file.name) + `"`
		header.Set("Content-Type", file.mime)
		content = file.content
	case value.IsObject():
		header.Set("Content-Type", "application/json")
	}
	part, err := w.CreatePart(header)
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil {
		return fmt.Errorf("writing the form: %w", err)
	}
	return nil
}

// file is one given as {name, url, mime_type}.
type file struct {
	name, mime string
	content    []byte
}

// open reads the data: URL of a file. No other URL is followed: the hub fetches nothing on a caller's behalf.
func (f field) open(value gjson.Result) (file, error) {
	media, content, err := operations.ReadDataURL(value.Get("url").Str)
	if err != nil {
		return file{}, f.fault("is a file whose url " + err.Error())
	}
	out := file{name: cmp.Or(value.Get("name").Str, "file"), mime: value.Get("mime_type").Str, content: content}
	if !operations.IsMediaType(out.mime) {
		out.mime = media
	}
	return out, nil
}
