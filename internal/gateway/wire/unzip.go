package wire

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// unzip takes the compression off an answer that has one, where the transport has asked for it by itself.
func unzip(response *http.Response) {
	if coding := response.Header["Content-Encoding"]; len(coding) == 0 || !strings.EqualFold(coding[0], "gzip") {
		return
	}
	response.Header.Del("Content-Encoding")
	response.Header.Del("Content-Length")
	response.ContentLength, response.Uncompressed = -1, true
	response.Body = &unzipped{body: response.Body}
}

// unzipped is a body without its compression. What is wrong with it is said when it is read.
type unzipped struct {
	body io.ReadCloser
	zip  *gzip.Reader
	err  error
}

// Read reads.
func (u *unzipped) Read(p []byte) (n int, err error) {
	if u.zip == nil && u.err == nil {
		u.zip, u.err = gzip.NewReader(u.body)
	}
	if u.err != nil {
		return 0, u.err
	}
	return u.zip.Read(p)
}

// Close closes what is below.
func (u *unzipped) Close() error { return u.body.Close() }
