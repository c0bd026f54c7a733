package main

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connectors/ai/aitest"
	"github.com/patchbay/patchbay/connectors/dixa/dixatest"
	"github.com/patchbay/patchbay/connectors/jira"
	"github.com/patchbay/patchbay/connectors/jira/jiratest"
	"github.com/patchbay/patchbay/connectors/nimchat"
	"github.com/patchbay/patchbay/connectors/nimchat/nimchattest"
	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// sandbox is the look-alike of one connector's service, and a credential that it accepts. Where it accepts several
// kinds, there is one more line for each of the others, without a handler.
type sandbox struct {
	connector string
	scheme    string // of the credential
	fields    map[string]string
	secrets   map[string]string // they open nothing but the sandbox
	handler   func(prefix string) http.Handler
}

// sandboxes lists the look-alikes: for each connector that has a service behind it one line, and one more for each
// further kind of credential.
func sandboxes() []sandbox {
	return []sandbox{
		{"outreach", "oauth2", nil, outreachSecrets(), func(prefix string) http.Handler {
			return outreachtest.New(outreachtest.Options{Prefix: prefix})
		}},
		{"dixa", "token", nil, secret("token", dixatest.Token), func(string) http.Handler {
			return dixatest.New(dixatest.Options{})
		}},
		{"jira", jira.Basic, map[string]string{"site_url": "https://jira.example", "email": jiratest.Email}, secret("api_token", jiratest.APIToken),
			func(prefix string) http.Handler { return jiratest.New(jiratest.Options{Prefix: prefix}) }},
		{"jira", jira.PersonalAccessToken, map[string]string{"base_url": "https://jira.example"}, secret("token", jiratest.PersonalAccessToken), nil},
		{"jira", jira.OAuth2, map[string]string{"cloud_id": jiratest.CloudID}, secret("access_token", jiratest.AccessToken), nil},
		{"nimchat", nimchat.User, nimchatFields("account_id", "1"), secret("api_access_token", nimchattest.UserToken), func(prefix string) http.Handler {
			return nimchattest.New(nimchattest.Options{Prefix: prefix})
		}},
		{"nimchat", nimchat.Platform, nimchatFields(), secret("api_access_token", nimchattest.PlatformToken), nil},
		{"nimchat", nimchat.Public, nimchatFields("inbox_identifier", nimchattest.InboxIdentifier), nil, nil},
		{"slack", "bot", nil, secret("access_token", slacktest.Token), func(prefix string) http.Handler {
			return slacktest.New(slacktest.Options{Prefix: prefix})
		}},
		{"ai", "api_key", map[string]string{"base_url": "https://ai.example/v1", "model": aitest.Model}, secret("api_key", aitest.Key),
			func(string) http.Handler { return aitest.New(aitest.Options{}) }},
	}
}

// sandboxesFor lists the sandbox of a connector, once for each kind of credential.
func sandboxesFor(connector string) []sandbox {
	return slices.DeleteFunc(sandboxes(), func(s sandbox) bool { return s.connector != connector })
}

func outreachSecrets() map[string]string {
	return map[string]string{
		"access_token": outreachtest.AccessToken, "refresh_token": outreachtest.RefreshToken,
		"client_id": outreachtest.ClientID, "client_secret": outreachtest.ClientSecret,
	}
}

// nimchatFields are the fields of a credential. The address stands for that of the sandbox, which only it knows.
func nimchatFields(more ...string) map[string]string {
	fields := map[string]string{"base_url": "https://nimchat.example"}
	for pair := range slices.Chunk(more, 2) {
		fields[pair[0]] = pair[1]
	}
	return fields
}

func secret(name, value string) map[string]string { return map[string]string{name: value} }

// credentialID is the id of the credential that is seeded for the sandbox: "sandbox-" and the connector, and the kind
// of credential behind it where it is not the connector's first.
func (s sandbox) credentialID() string {
	if s.handler == nil {
		return "sandbox-" + s.connector + "-" + s.scheme
	}
	return "sandbox-" + s.connector
}

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
		if s.handler == nil {
			continue // served already
		}
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
