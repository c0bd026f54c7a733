package wire

import (
	"bufio"
	"net/http"
	"strings"
)

// answer is a plain answer with its body.
type answer struct {
	response http.Response
	body     body
}

// readPlain reads the head of a plain answer, which is as nearly all are, and makes of it what http.ReadResponse makes of
// it. Of any other it gives nil, and nothing is read: it is for net/http to judge.
func readPlain(in *bufio.Reader, request *http.Request) *http.Response {
	if request.Method == http.MethodHead {
		return nil
	}
	buffered, _ := in.Peek(in.Buffered())
	h, ok := inspect(buffered)
	if !ok {
		return nil
	}
	text := string(buffered[:h.size])
	_, _ = in.Discard(h.size)
	status, fields, _ := strings.Cut(text, "\r\n")
	a := &answer{response: http.Response{
		Status: status[len(version):], StatusCode: h.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: headerOf(fields, h.fields), Body: http.NoBody, ContentLength: h.length, Request: request,
	}}
	if h.length > 0 {
		a.body.left, a.response.Body = h.length, &a.body
	}
	return &a.response
}

// headerOf makes the header of n lines that inspect has found good. All its strings are parts of one.
func headerOf(lines string, n int) http.Header {
	header, all := make(http.Header, n), make([]string, n)
	for i := range all {
		colon, end := strings.IndexByte(lines, ':'), strings.IndexByte(lines, '\r')
		name := lines[:colon]
		all[i], lines = strings.Trim(lines[colon+1:end], " "), lines[end+len("\r\n"):]
		if before := header[name]; before != nil {
			header[name] = append(before, all[i])
		} else {
			header[name] = all[i : i+1 : i+1] // so that another one does not go into the next one's place
		}
	}
	return header
}
