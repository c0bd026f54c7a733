package main

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// sandbox is the look-alike of one connector's service, and the credential that it accepts.
type sandbox struct {
	connector string
	scheme    string // of the credential
	fields    map[string]string
	secrets   map[string]string // they open nothing but the sandbox
	handler   func(prefix string) http.Handler
}

// sandboxes lists the look-alikes: one line for each connector that has a service behind it.
func sandboxes() []sandbox {
	return []sandbox{
		{"outreach", "oauth2", nil, outreachSecrets(), func(prefix string) http.Handler {
			return outreachtest.New(outreachtest.Options{Prefix: prefix})
		}},
	}
}

func outreachSecrets() map[string]string {
	return map[string]string{
		"access_token": outreachtest.AccessToken, "refresh_token": outreachtest.RefreshToken,
		"client_id": outreachtest.ClientID, "client_secret": outreachtest.ClientSecret,
	}
}

// credentialID is the id of the credential that is seeded for the sandbox.
func (s sandbox) credentialID() string { return "sandbox-" + s.connector }

// playground is all sandboxes, served on one listener: each below the path of its connector's name.
type playground struct {
	listener net.Listener
	server   *http.Server
	origins  map[string]string // connector → where its sandbox is
	failed   chan error
}

// openPlayground starts every sandbox.
func openPlayground(addr string) (*playground, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("starting the sandboxes on %s: %w", addr, err)
	}
	p := &playground{listener: listener, origins: map[string]string{}, failed: make(chan error, 1)}
	mux := http.NewServeMux()
	for _, s := range sandboxes() {
		prefix := "/" + s.connector
		made := sync.OnceValue(func() http.Handler { return http.StripPrefix(prefix, s.handler(prefix)) })
		go made() // while the hub starts
		mux.HandleFunc(prefix+"/", func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) })
		p.origins[s.connector] = "http://" + listener.Addr().String() + prefix
	}
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() { p.failed <- p.server.Serve(listener) }()
	return p, nil
}

// Close ends the sandboxes and what was in them.
func (p *playground) Close() error {
	err := p.server.Close()
	<-p.failed
	return err
}
