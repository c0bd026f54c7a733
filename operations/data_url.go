package operations

import (
	"encoding/base64"
	"errors"
	"mime"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// IsDataURL tells whether an address holds what it is the address of.
func IsDataURL(s string) bool {
	return len(s) >= len("data:") && strings.EqualFold(s[:len("data:")], "data:")
}

// ReadDataURL reads data:[<media type>][;base64],<data> (RFC 2397). The media type is one that can be sent. The error is fit
// for a fault: it says what is wrong with the URL, and does not show it.
func ReadDataURL(s string) (mediaType string, data []byte, err error) {
	if !IsDataURL(s) {
		return "", nil, errors.New("is not a data: URL")
	}
	head, payload, found := strings.Cut(s[len("data:"):], ",")
	if !found {
		return "", nil, errors.New("is a data: URL without a comma before its data")
	}
	const marker = ";base64"
	mediaType = head
	encoded := len(head) >= len(marker) && strings.EqualFold(head[len(head)-len(marker):], marker)
	if encoded {
		mediaType = head[:len(head)-len(marker)]
	}
	switch {
	case mediaType == "":
		mediaType = "text/plain;charset=US-ASCII"
	case strings.HasPrefix(mediaType, ";"):
		mediaType = "text/plain" + mediaType
	}
	if !IsMediaType(mediaType) {
		return "", nil, errors.New("is a data: URL with a malformed media type")
	}
	plain, err := url.PathUnescape(payload)
	if err != nil {
		return "", nil, errors.New("is a data: URL with a malformed percent sign")
	}
	if !encoded {
		return mediaType, []byte(plain), nil
	}
	plain = strings.TrimRight(strings.TrimRight(plain, "\r\n"), "=")
	if data, err = base64.RawStdEncoding.DecodeString(plain); err != nil {
		return "", nil, errors.New("is a data: URL with malformed base64")
	}
	return mediaType, data, nil
}

// IsMediaType tells whether a text is a media type, such as image/png, that can stand in a header.
func IsMediaType(s string) bool {
	_, _, err := mime.ParseMediaType(s)
	return err == nil && httpguts.ValidHeaderFieldValue(s)
}
