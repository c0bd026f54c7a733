package rawhttp

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/patchbay/patchbay/operations"
)

// blob is a file, opened.
type blob struct {
	name      string
	mediaType string
	data      []byte
}

// open reads a file: out of its data: URL, or from the connector's own origin. Files from anywhere else are refused:
// the hub must not fetch what its caller could not reach. With a fault in the input nothing is fetched.
func (w writer) open(pointer string, value json.RawMessage) (blob, error) {
	var f file
	if err := json.Unmarshal(value, &f); err != nil {
		w.faults.add(pointer, "must be a file: an object with a url")
		return blob{}, nil
	}
	if f.MimeType != "" && !operations.IsMediaType(f.MimeType) {
		w.faults.add(pointer+"/mime_type", "is not a media type like image/png")
	}
	b := blob{name: cmp.Or(f.Name, "file")}
	if operations.IsDataURL(f.URL) {
		var err error
		if b.mediaType, b.data, err = operations.ReadDataURL(f.URL); err != nil {
			w.faults.add(pointer+"/url", err.Error())
		}
		b.mediaType = cmp.Or(f.MimeType, b.mediaType)
		return b, nil
	}
	u, err := w.call.Base.Link(f.URL)
	if err != nil || !absolute(f.URL) {
		w.faults.add(pointer+"/url", "must be a data: URL, or an address below "+w.call.Base.Origin())
	}
	if len(*w.faults) > 0 {
		return blob{}, nil
	}
	response, err := w.fetch(u, pointer+"/url")
	if err != nil {
		return blob{}, err
	}
	b.data = response.Body
	found := response.Header.Get("Content-Type")
	if !operations.IsMediaType(found) {
		found = "application/octet-stream"
	}
	b.mediaType = cmp.Or(f.MimeType, found)
	return b, nil
}

func (w writer) fetch(u *url.URL, pointer string) (*operations.Response, error) {
	request, err := http.NewRequestWithContext(w.ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("fetching the file: %w", err)
	}
	response, err := w.call.Send(request)
	if err == nil {
		return response, nil
	}
	var typed *operations.Error
	if !errors.As(err, &typed) {
		return nil, fmt.Errorf("fetching the file: %w", err)
	}
	located := *typed
	located.Detail = "fetching the file, before anything was sent: " + typed.Detail
	located.Faults = []operations.InputFault{{Pointer: pointer, Detail: typed.Detail}}
	return nil, &located
}
