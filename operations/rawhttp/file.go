package rawhttp

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

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
	if f.MimeType != "" && !isMediaType(f.MimeType) {
		w.faults.add(pointer+"/mime_type", "is not a media type like image/png")
	}
	b := blob{name: cmp.Or(f.Name, "file")}
	if isDataURL(f.URL) {
		var err error
		if b.mediaType, b.data, err = readDataURL(f.URL); err != nil {
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
	if !isMediaType(found) {
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

func isMediaType(s string) bool {
	_, _, err := mime.ParseMediaType(s)
	return err == nil && isHeaderValue(s)
}

func isDataURL(s string) bool {
	return len(s) >= len("data:") && strings.EqualFold(s[:len("data:")], "data:")
}

// readDataURL reads data:[<media type>][;base64],<data> (RFC 2397).
func readDataURL(s string) (mediaType string, data []byte, err error) {
	head, payload, found := strings.Cut(s[len("data:"):], ",")
	if !found {
		return "", nil, errors.New("is a data: URL without a comma before its data")
	}
	mediaType = head
	encoded := len(head) >= len(";base64") && strings.EqualFold(head[len(head)-len(";base64"):], ";base64")
	if encoded {
		mediaType = head[:len(head)-len(";base64")]
	}
	switch {
	case mediaType == "":
		mediaType = "text/plain;charset=US-ASCII"
	case strings.HasPrefix(mediaType, ";"):
		mediaType = "text/plain" + mediaType
	}
	if !isMediaType(mediaType) {
		return "", nil, errors.New("is a data: URL with a malformed media type")
	}
	plain, err := url.PathUnescape(payload)
	if err != nil {
		return "", nil, errors.New("is a data: URL with a malformed percent sign")
	}
	if !encoded {
		return mediaType, []byte(plain), nil
	}
	data, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(plain, "="))
	if err != nil {
		return "", nil, errors.New("is a data: URL with malformed base64")
	}
	return mediaType, data, nil
}
