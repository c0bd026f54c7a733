package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/patchbay/patchbay/server/embed"
)

// exampleApp serves the examples of the browser SDK: an app on an origin of its own, as a customer's would be. Its server
// holds a key of the hub; its pages get tokens.
type exampleApp struct {
	hub    *client // with a key that may make tokens
	origin string  // where the pages are
	pages  fs.FS
}

// serveExamples serves the app on a free port of this machine, until stop is called.
func serveExamples(hub *client) (origin string, stop func() error, err error) {
	listener, err := listen("127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	origin = baseURL(listener)
	app, err := newExampleApp(hub, origin)
	if err != nil {
		return "", nil, errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: app, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return origin, func() error {
		closed := server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			return errors.Join(closed, err)
		}
		return closed
	}, nil
}

// newExampleApp makes the app for a hub, with pages at an origin.
func newExampleApp(hub *client, origin string) (http.Handler, error) {
	pages, err := embed.Examples()
	if err != nil {
		return nil, fmt.Errorf("finding the examples: %w", err)
	}
	app := exampleApp{hub, origin, pages}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{page...}", app.page)
	mux.HandleFunc("GET /schemas", app.schemas)
	mux.HandleFunc("POST /token", app.token)
	return app.only(mux), nil
}

// only lets in nobody but the app's own pages: whoever gets a token can use it.
func (a exampleApp) only(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if "http://"+r.Host != a.origin || (origin != "" && origin != a.origin) {
			http.Error(w, "this is not the address of the examples", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// token asks the hub for a token that is good for what the examples do.
func (a exampleApp) token(w http.ResponseWriter, r *http.Request) {
	answer, err := a.hub.do(r.Context(), http.MethodPost, "/v1/embed/tokens", map[string]any{
		"endUser": "visitor", "origins": []string{a.origin},
		"credentials": []string{"sandbox-outreach", "sandbox-jira"}, "operations": []string{"*_ddl", "jira.create_issue"},
	})
	answerJSON(w, answer, err)
}

// schemas describes the operations that a mapping goes between.
func (a exampleApp) schemas(w http.ResponseWriter, r *http.Request) {
	described := map[string]json.RawMessage{}
	for _, side := range []string{"source", "target"} {
		connector, operation, _ := strings.Cut(r.FormValue(side), ".")
		answer, err := a.hub.do(r.Context(), http.MethodGet, operationPath(connector, operation), nil)
		if err != nil {
			answerJSON(w, nil, err)
			return
		}
		described[side] = answer
	}
	answer, err := json.Marshal(described)
	answerJSON(w, answer, err)
}

func answerJSON(w http.ResponseWriter, answer []byte, err error) {
	var told *problem
	switch {
	case errors.As(err, &told):
		http.Error(w, told.Error(), http.StatusBadGateway)
	case err != nil:
		http.Error(w, "the hub does not answer", http.StatusBadGateway)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}
}

// page serves a file, and tells it where the hub is. Its policy is as strict as the SDK bears; the shim runs scripts that
// are text, which needs 'unsafe-eval'.
func (a exampleApp) page(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("page")
	if name == "" {
		name = "index.html"
	}
	content, err := fs.ReadFile(a.pages, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' "+a.hub.base+
		"; style-src 'self'; connect-src 'self' "+a.hub.base+"; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, _ = w.Write(bytes.ReplaceAll(content, []byte("{{hub}}"), []byte(a.hub.base)))
}
