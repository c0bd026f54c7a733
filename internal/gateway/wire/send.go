package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// send writes the request, as net/http's own writer would. check and Takes have seen to it that what it is made of
// cannot be read in two ways.
func (c *conn) send(request *http.Request, watcher Watcher, zipped bool) error {
	defer closeBody(request)
	if err := c.sendHead(request, zipped); err != nil {
		return err
	}
	if watcher != nil {
		watcher.Sent()
	}
	if !bodiless(request) {
		if err := c.sendBody(request); err != nil {
			return err
		}
	}
	return c.out.Flush()
}

// sendHead writes the request line and the headers. What cannot be written, Flush says.
func (c *conn) sendHead(request *http.Request, zipped bool) error {
	uri := request.URL.RequestURI()
	if strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return errors.New("the URL of the request holds a control character or a space")
	}
	c.words(method(request), " ", uri, " HTTP/1.1\r\nHost: ", hostHeader(request), "\r\n")
	agent, given := request.Header["User-Agent"]
	switch {
	case !given:
		c.field("User-Agent", "Go-http-client/1.1")
	case len(agent) > 0 && agent[0] != "":
		c.field("User-Agent", agent[0])
	}
	if n := contentLength(request); n >= 0 {
		var digits [20]byte
		c.words("Content-Length: ")
		_, _ = c.out.Write(strconv.AppendInt(digits[:0], n, 10))
		c.words("\r\n")
	}
	for name, values := range request.Header {
		switch name {
		case "Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Trailer":
			continue
		}
		for _, value := range values {
			c.field(name, value)
		}
	}
	if zipped {
		c.field("Accept-Encoding", "gzip")
	}
	c.words("\r\n")
	return nil
}

func (c *conn) words(words ...string) {
	for _, word := range words {
		_, _ = c.out.WriteString(word)
	}
}

func (c *conn) field(name, value string) {
	c.words(name, ": ", strings.Trim(value, " \t\r\n"), "\r\n")
}

// sendBody writes exactly as much as was announced.
func (c *conn) sendBody(request *http.Request) error {
	n, err := io.CopyN(c.out, request.Body, request.ContentLength)
	if err == io.EOF {
		return fmt.Errorf("the body of the request has %d bytes, but %d were announced", n, request.ContentLength)
	}
	if err != nil {
		return err
	}
	var more [1]byte
	if n, _ := request.Body.Read(more[:]); n > 0 {
		return fmt.Errorf("the body of the request has more than the %d bytes that were announced", request.ContentLength)
	}
	return nil
}

func method(request *http.Request) string {
	if request.Method == "" {
		return http.MethodGet
	}
	return request.Method
}

func hostHeader(request *http.Request) string {
	if request.Host == "" {
		return request.URL.Host
	}
	return request.Host
}

// contentLength is what to announce; -1: nothing.
func contentLength(request *http.Request) int64 {
	if !bodiless(request) {
		return request.ContentLength
	}
	switch request.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		return 0
	default:
		return -1
	}
}
