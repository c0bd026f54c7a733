package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// message is a request as it goes over the wire.
type message struct {
	bytes  []byte
	zipped bool // it asks for gzip by itself
}

// compose makes the message of a request, as net/http's own writer would, and closes its body. Takes has seen to it that
// what it is made of cannot be read in two ways; what net/http's transport refuses is refused here. The message is to be
// given back to keep.
func (t *Transport) compose(request *http.Request) (*message, error) {
	defer closeBody(request)
	m := t.messages.Get().(*message)
	if err := m.write(request); err != nil {
		t.keep(m)
		return nil, err
	}
	return m, nil
}

// keep takes a message back whose bytes nobody needs any more, for the next to be made of. A large one would stay in the
// memory for nothing.
func (t *Transport) keep(m *message) {
	if cap(m.bytes) <= MaxBody+4<<10 {
		t.messages.Put(m)
	}
}

func (m *message) write(request *http.Request) error {
	if request.Method != "" && !ofTokens.cover(request.Method) {
		return errors.New("sending a request: the method is not allowed")
	}
	m.bytes = m.bytes[:0]
	m.words(method(request), " ")
	if err := m.writeURI(request.URL); err != nil {
		return err
	}
	m.words(" HTTP/1.1\r\nHost: ", hostHeader(request), "\r\n")
	if n := contentLength(request); n >= 0 {
		m.bytes = append(m.bytes, "Content-Length: "...)
		m.bytes = strconv.AppendInt(m.bytes, n, 10)
		m.bytes = append(m.bytes, "\r\n"...)
	}
	if err := m.writeHeader(request); err != nil {
		return err
	}
	m.words("\r\n")
	if bodiless(request) {
		return nil
	}
	return m.writeBody(request)
}

func (m *message) words(words ...string) {
	for _, word := range words {
		m.bytes = append(m.bytes, word...)
	}
}

// writeURI writes what url.URL.RequestURI gives of a URL that is not opaque.
func (m *message) writeURI(u *url.URL) error {
	from, path := len(m.bytes), u.EscapedPath()
	if path == "" {
		path = "/"
	}
	m.bytes = append(m.bytes, path...)
	if u.ForceQuery || u.RawQuery != "" {
		m.words("?", u.RawQuery)
	}
	for _, c := range m.bytes[from:] {
		if c <= ' ' || c == 0x7f {
			return errors.New("writing the request: the URL of the request holds a control character or a space")
		}
	}
	return nil
}

// writeHeader writes the headers but for those that belong to the connection. It asks for gzip where net/http would.
func (m *message) writeHeader(request *http.Request) error {
	agent := false
	m.zipped = request.Method != http.MethodHead
	for name, values := range request.Header {
		if err := checkField(name, values); err != nil {
			return err
		}
		switch name {
		case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
			continue
		case "User-Agent":
			agent = true
			if len(values) == 0 || values[0] == "" {
				continue
			}
			values = values[:1]
		case "Accept-Encoding", "Range":
			m.zipped = m.zipped && values == nil
		}
		for _, value := range values {
			m.words(name, ": ", textproto.TrimString(value), "\r\n")
		}
	}
	if !agent {
		m.words("User-Agent: Go-http-client/1.1\r\n")
	}
	if m.zipped {
		m.words("Accept-Encoding: gzip\r\n")
	}
	return nil
}

func checkField(name string, values []string) error {
	if !ofTokens.cover(name) {
		return fmt.Errorf("sending a request: the header name %q is not allowed", name)
	}
	for _, value := range values {
		if strings.IndexByte(value, '\n') >= 0 || strings.IndexByte(value, '\r') >= 0 || strings.IndexByte(value, 0) >= 0 {
			return fmt.Errorf("sending a request: the value of the header %s is not allowed", name)
		}
	}
	return nil
}

// writeBody writes exactly as much as was announced.
func (m *message) writeBody(request *http.Request) error {
	if request.ContentLength < 0 || request.ContentLength > MaxBody {
		return errors.New("writing the request: its body is not a short one")
	}
	from, announced := len(m.bytes), int(request.ContentLength)
	m.bytes = slices.Grow(m.bytes, announced+1) // one more to see whether there is more
	n, err := io.ReadFull(request.Body, m.bytes[from:from+announced])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("writing the request: the body of the request has %d bytes, but %d were announced", n, announced)
	}
	if err != nil {
		return fmt.Errorf("writing the request: %w", err)
	}
	m.bytes = m.bytes[:from+announced]
	if n, _ := request.Body.Read(m.bytes[len(m.bytes) : len(m.bytes)+1]); n > 0 {
		return fmt.Errorf("writing the request: the body of the request has more than the %d bytes that were announced", announced)
	}
	return nil
}
