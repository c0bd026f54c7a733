package operations_test

import (
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestReadDataURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, media, data, fault string }{
		{"data:image/png;base64,aGk=", "image/png", "hi", ""},
		{"DATA:image/png;BASE64,aGk", "image/png", "hi", ""},
		{"data:image/png;base64,aGk%3D%0A", "image/png", "hi", ""},
		{"data:,a%20b", "text/plain;charset=US-ASCII", "a b", ""},
		{"data:;charset=utf-8,a", "text/plain;charset=utf-8", "a", ""},
		{"data:text/csv;header=present,a,b", "text/csv;header=present", "a,b", ""},
		{"data:image/png;base64", "", "", "is a data: URL without a comma before its data"},
		{"data:a\nb/c,x", "", "", "is a data: URL with a malformed media type"},
		{"data:/,x", "", "", "is a data: URL with a malformed media type"},
		{"data:,%zz", "", "", "is a data: URL with a malformed percent sign"},
		{"data:;base64,!", "", "", "is a data: URL with malformed base64"},
		{"https://example.com/a,b", "", "", "is not a data: URL"},
		{"", "", "", "is not a data: URL"},
	} {
		media, data, err := operations.ReadDataURL(c.url)
		fault := ""
		if err != nil {
			fault = err.Error()
		}
		if media != c.media || string(data) != c.data || fault != c.fault {
			t.Errorf("%q: got %q, %q, %q; want %q, %q, %q", c.url, media, data, fault, c.media, c.data, c.fault)
		}
	}
}

// FuzzReadDataURL: whatever is read can be sent.
func FuzzReadDataURL(f *testing.F) {
	for _, seed := range []string{"data:image/png;base64,aGk=", "data:,a%20b", "data:;charset=utf-8,a", "data:;base64,!", "data:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		media, data, err := operations.ReadDataURL(url)
		if err == nil && !operations.IsMediaType(media) {
			t.Errorf("%q: media type %q", url, media)
		}
		if len(data) > len(url) {
			t.Errorf("%q: %d bytes", url, len(data))
		}
	})
}
