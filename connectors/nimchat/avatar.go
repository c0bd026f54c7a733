package nimchat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// withAvatar lets an operation upload a picture: a body with an avatar in it is sent as a form, written as Rails reads
// one; any other as JSON, in which custom attributes keep their types.
func withAvatar(run runner) runner {
	return func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		if !gjson.GetBytes(call.Input, "avatar").IsObject() {
			return run(ctx, call)
		}
		with := *call
		with.HTTP = formDoer{call.HTTP}
		return run(ctx, &with)
	}
}

// formDoer sends JSON bodies as forms.
type formDoer struct{ operations.Doer }

// Do sends the request.
func (d formDoer) Do(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the body to send: %w", err)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := writeForm(w, "", gjson.ParseBytes(body)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("writing the form: %w", err)
	}
	form, err := http.NewRequestWithContext(request.Context(), request.Method, request.URL.String(), &b)
	if err != nil {
		return nil, fmt.Errorf("making the request of a form: %w", err)
	}
	form.Header = request.Header.Clone()
	form.Header.Set("Content-Type", w.FormDataContentType())
	return d.Doer.Do(form)
}

// writeForm writes a value as Rails reads forms: members as name[key], elements as name[].
func writeForm(w *multipart.Writer, name string, value gjson.Result) (err error) {
	switch {
	case name == "avatar":
		return writeFile(w, name, value)
	case !value.IsObject() && !value.IsArray():
		if err = w.WriteField(name, value.String()); err != nil {
			return fmt.Errorf("writing the form: %w", err)
		}
		return nil
	}
	value.ForEach(func(key, inner gjson.Result) bool {
		at := name + "[" + key.Str + "]" // key is empty for the elements of an array
		if name == "" {
			at = key.Str
		}
		err = writeForm(w, at, inner)
		return err == nil
	})
	return err
}

func writeFile(w *multipart.Writer, name string, file gjson.Result) error {
	media, content, err := operations.ReadDataURL(file.Get("url").Str)
	if err != nil {
		return &operations.Error{
			Code: operations.CodeInvalidInput, Detail: "the avatar's data: URL cannot be read",
			Faults: []operations.InputFault{{Pointer: "/avatar/url", Detail: err.Error()}},
		}
	}
	if given := file.Get("mime_type").Str; operations.IsMediaType(given) {
		media = given
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(file.Get("name").Str)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="` + name + `"; filename="` + quoted + `"`}, "Content-Type": {media},
	})
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil {
		return fmt.Errorf("writing the form: %w", err)
	}
	return nil
}
