package server

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// TestPatience: clients that do not go on are left. Each has one bound that is short; the others never end here.
func TestPatience(t *testing.T) {
	t.Parallel()
	const short = 100 * time.Millisecond
	get := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: hub\r\n\r\n" }
	many := string(bytes.Repeat([]byte(get("/openapi.json")), 1000))
	for _, c := range []struct {
		name   string
		option func(*Options)
		parts  []string // of what is sent, with a pause between them
		want   string   // an answer; "": none
	}{
		{"nothing is sent", func(o *Options) { o.ReadTimeout = short }, nil, ""},
		{"nothing more is sent", func(o *Options) { o.IdleTimeout = short }, []string{get("/healthz")}, "HTTP/1.1 200 "},
		{"half a request", func(o *Options) { o.ReadTimeout = short }, []string{"GET /healthz HTT"}, "HTTP/1.1 400 "},
		{"half a second request", func(o *Options) { o.ReadTimeout = short }, []string{get("/healthz"), "GET /hea", "l"}, "HTTP/1.1 200 "},
		{"half a body", func(o *Options) { o.ReadTimeout = short },
			[]string{"POST /v1/keys HTTP/1.1\r\nHost: hub\r\nContent-Length: 10\r\n\r\n{"}, "HTTP/1.1 400 "},
		{"no answer is taken", func(o *Options) { o.WriteTimeout = short }, []string{many}, "HTTP/1.1 200 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, func(o *Options) {
				o.ReadTimeout, o.WriteTimeout, o.IdleTimeout = time.Hour, time.Hour, time.Hour
				c.option(o)
			})
			conn, err := net.Dial("tcp", h.serve(t))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for _, part := range c.parts {
				if _, err := io.WriteString(conn, part); err != nil {
					t.Fatal(err)
				}
				time.Sleep(4 * short)
			}
			_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
			got, err := io.ReadAll(conn)
			if isTimeout(err) {
				t.Fatal("the connection was kept")
			}
			if !bytes.HasPrefix(got, []byte(c.want)) || c.want == "" && len(got) > 0 {
				t.Errorf("got %.80q", got)
			}
			if answers := bytes.Count(got, []byte("HTTP/1.1 ")); answers >= 1000 {
				t.Errorf("all %d answers were sent", answers)
			}
		})
	}
}
