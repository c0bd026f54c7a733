package rawhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// maxContent bounds, in bytes, what a request sends.
const maxContent = 8 << 20

// content is the body of a request.
type content struct {
	data      []byte
	mediaType string
	fixed     bool // mediaType stands before what the service expects
}

func (c content) reader() io.Reader {
	if len(c.data) == 0 {
		return http.NoBody
	}
	return bytes.NewReader(c.data)
}

// content makes the body. declared is the caller's own Content-Type, if any. A fault goes to f; with one in it,
// nothing is fetched.
func (in input) content(ctx context.Context, call *operations.Call, declared string, f *faults) (content, error) {
	if safe(in.Method) {
		if _, none := in.Body["none"]; len(in.Body) > 0 && !none {
			call.Warn("the body was left out: %s requests have none", in.Method)
		}
		return content{}, nil
	}
	if len(in.Body) != 1 {
		f.add("/body", `must hold exactly one form of body; {"none":null} sends none`)
		return content{}, nil
	}
	w := writer{ctx: ctx, call: call, declared: declared, faults: f}
	c, err := w.write(in.Body)
	if err == nil && len(c.data) > maxContent {
		err = operations.Errorf(operations.CodeTooLarge, "the body of the request is larger than %d bytes", maxContent)
	}
	return c, err
}

// writer writes a body in one of its forms.
type writer struct {
	ctx      context.Context
	call     *operations.Call
	declared string
	faults   *faults
}

func (w writer) write(body map[string]json.RawMessage) (content, error) {
	for form, value := range body {
		switch form {
		case "raw":
			return w.raw(value), nil
		case "form_data":
			return w.multipart(value)
		case "form_urlencoded":
			return w.urlencoded(value), nil
		case "binary":
			return w.binary(value)
		case "none":
			return content{}, nil
		}
	}
	w.faults.add("/body", "is none of raw, form_data, form_urlencoded, binary and none")
	return content{}, nil
}

func (w writer) raw(value json.RawMessage) content {
	if parsed := gjson.ParseBytes(value); parsed.Type == gjson.String {
		return content{data: []byte(parsed.String()), mediaType: "text/plain; charset=utf-8"}
	}
	return content{data: value, mediaType: "application/json"}
}

func (w writer) urlencoded(value json.RawMessage) content {
	var fields []string
	gjson.ParseBytes(value).ForEach(func(name, field gjson.Result) bool {
		fields = append(fields, url.QueryEscape(name.String())+"="+url.QueryEscape(text(field)))
		return true
	})
	mediaType := "application/x-www-form-urlencoded"
	if w.declared != "" {
		mediaType = w.declared
	}
	return content{data: []byte(strings.Join(fields, "&")), mediaType: mediaType, fixed: true}
}

// text is a string's content; of a number or boolean its digits or letters, as they came.
func text(value gjson.Result) string {
	if value.Type == gjson.String {
		return value.String()
	}
	return value.Raw
}

func (w writer) binary(value json.RawMessage) (content, error) {
	b, err := w.open("/body/binary", value)
	if w.declared != "" {
		b.mediaType = w.declared
	}
	return content{data: b.data, mediaType: b.mediaType, fixed: true}, err
}

// multipart writes fields in the order they came in.
func (w writer) multipart(value json.RawMessage) (content, error) {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	mediaType, ok := w.boundary(parts)
	if !ok {
		w.faults.add("/headers", "must not give form_data a Content-Type other than multipart/…")
		return content{}, nil
	}
	var err error
	gjson.ParseBytes(value).ForEach(func(name, field gjson.Result) bool {
		if field.IsObject() {
			err = w.filePart(parts, name.String(), json.RawMessage(field.Raw))
		} else {
			err = parts.WriteField(name.String(), text(field))
		}
		return err == nil && body.Len() <= maxContent
	})
	if err == nil {
		err = parts.Close()
	}
	return content{data: body.Bytes(), mediaType: mediaType, fixed: true}, err
}

// boundary keeps the caller's multipart type, and the boundary in it if there is one.
func (w writer) boundary(parts *multipart.Writer) (mediaType string, ok bool) {
	if w.declared == "" {
		return parts.FormDataContentType(), true
	}
	kind, parameters, err := mime.ParseMediaType(w.declared)
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return "", false
	}
	if boundary, given := parameters["boundary"]; given && parts.SetBoundary(boundary) != nil {
		return "", false
	}
	parameters["boundary"] = parts.Boundary()
	mediaType = mime.FormatMediaType(kind, parameters)
	return mediaType, mediaType != ""
}

func (w writer) filePart(parts *multipart.Writer, name string, value json.RawMessage) error {
	b, err := w.open("/body/form_data/"+token(name), value)
	if err != nil || len(*w.faults) > 0 {
		return err
	}
	part, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(name, b.name)}, "Content-Type": {b.mediaType},
	})
	if err != nil {
		return fmt.Errorf("adding a file to the form: %w", err)
	}
	_, err = part.Write(b.data)
	return err
}
