package nimchattest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// read reads the request's body, JSON or a form, and holds all of the request to the document.
func (x *exchange) read(w http.ResponseWriter, r *http.Request) *problem {
	faults := x.op.CheckParams(x.params, x.query)
	x.body = map[string]any{}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(x.op.MediaTypes) == 0:
	case err == nil && (media == "multipart/form-data" || media == "application/x-www-form-urlencoded"):
		if problem := x.readForm(w, r); problem != nil {
			return problem
		}
		faults = append(faults, x.op.CheckBody(x.body)...)
	default:
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			return refused(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		}
		if len(body) == 0 {
			body = []byte("{}")
		}
		decoded, err := operations.Decode(body)
		if err != nil {
			return refused(http.StatusBadRequest, "There was a problem in the JSON you submitted")
		}
		faults = append(faults, x.op.CheckBody(decoded)...)
		x.body, _ = decoded.(map[string]any)
	}
	if len(faults) > 0 {
		return broken(faults)
	}
	x.body, _ = plain(x.body).(map[string]any)
	return nil
}

// plain turns json.Number into int, or float64 where it has a fraction or is too large.
func plain(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		f, _ := v.Float64() // out of range is the largest there is
		if n := int(f); float64(n) == f && f > -1<<53 && f < 1<<53 {
			return n // 7.0 is an integer to JSON Schema
		}
		return min(max(f, -1e300), 1e300)
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return value
}

// readForm reads a form as Rails does: name[key] is a member of an object. Pictures become files as the document has
// them.
func (x *exchange) readForm(w http.ResponseWriter, r *http.Request) *problem {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
		return refused(http.StatusBadRequest, "Bad Request")
	}
	for name, values := range r.PostForm {
		if !place(x.body, name, values[0]) {
			return refused(http.StatusBadRequest, "Bad Request")
		}
	}
	if r.MultipartForm == nil {
		return nil
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // the system clears what is left
	for name, files := range r.MultipartForm.File {
		file, err := files[0].Open()
		if err != nil {
			return refused(http.StatusBadRequest, "Bad Request")
		}
		content, err := io.ReadAll(file)
		if err != nil || file.Close() != nil {
			return refused(http.StatusBadRequest, "Bad Request")
		}
		media := files[0].Header.Get("Content-Type")
		if !strings.HasPrefix(media, "image/") {
			return invalid(name, "filetype not supported")
		}
		x.body[name] = map[string]any{
			"name": files[0].Filename, "mime_type": media, "url": "data:" + media + ";base64," + base64.StdEncoding.EncodeToString(content),
		}
	}
	return nil
}

// place puts a form's field where its name says: "a", "a[b]". Deeper names are refused: nothing here has any.
func place(body map[string]any, name, text string) bool {
	head, rest, nested := strings.Cut(name, "[")
	if !nested {
		body[head] = typed(head, text)
		return true
	}
	inner, _ := body[head].(map[string]any)
	if inner == nil {
		inner = map[string]any{}
		body[head] = inner
	}
	key, closed := strings.CutSuffix(rest, "]")
	if !closed || key == "" || strings.ContainsAny(key, "[]") {
		return false
	}
	inner[key] = text
	return true
}

// typed reads a text as its attribute is stored.
func typed(name, text string) any {
	switch {
	case strings.HasSuffix(name, "_id"):
		if n := number(text); n > 0 {
			return json.Number(text)
		}
	case name == "enable_auto_assignment":
		return text == "true" || text == "1"
	}
	return text
}
