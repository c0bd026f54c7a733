package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/slack"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

// renewer gives the token xoxb-2 in place of any other.
type renewer struct{}

func (renewer) Refresh(_ context.Context, target operations.Target, _ string) (*operations.Credential, error) {
	renewed := *target.Credential
	renewed.Secrets = operations.Secrets{"access_token": "xoxb-2"}
	return &renewed, nil
}

// through runs an operation on the hub's own client.
func (s *service) through(t *testing.T, g *gateway.Gateway, scheme, name, input string) *operations.Error {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	connector, operation, err := all.Operation("slack", name)
	if err != nil {
		t.Fatal(err)
	}
	base, err := operations.NewBase(connector, s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	usage, spec := &operations.Usage{}, operation.Spec()
	target := operations.Target{
		Connector: &connector, Operation: &spec, Base: base, Trusted: true, Usage: usage, Input: json.RawMessage(input),
		Credential: &operations.Credential{
			ID: "1", Workspace: "w", Connector: "slack", Scheme: scheme, Secrets: operations.Secrets{"access_token": "xoxb-1"},
		},
	}
	_, err = operation.Run(t.Context(), &operations.Call{
		Input: target.Input, Base: base, Effect: operation.Spec().Effect, ReadError: connector.ReadError, Now: epoch, Usage: usage, HTTP: g.Client(target),
	})
	var typed *operations.Error
	if err != nil && !errors.As(err, &typed) {
		t.Fatalf("%s: %v is not an *operations.Error", name, err)
	}
	return typed
}

// TestThroughTheGateway holds that requests are fit for the hub's own client: signed by header, and sent again as they were where
// the service has refused them for a while, or has refused a token that can be renewed.
func TestThroughTheGateway(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, scheme, first string // what is answered at first
		status              int
		signatures          []string
		code                operations.Code
	}{
		{"too many", "bot", `{"ok":false,"error":"ratelimited"}`, 429, []string{"Bearer xoxb-1", "Bearer xoxb-1"}, ""},
		{"token has run out", "oauth2", `{"ok":false,"error":"token_expired"}`, 200, []string{"Bearer xoxb-1", "Bearer xoxb-2"}, ""},
		{"token that cannot be renewed", "bot", `{"ok":false,"error":"token_expired"}`, 200, []string{"Bearer xoxb-1"}, operations.CodeCredentialRejected},
		{"another refusal", "oauth2", `{"ok":false,"error":"channel_not_found"}`, 200, []string{"Bearer xoxb-1"}, operations.CodeUpstreamNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var signatures, bodies []string
			s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err != nil {
					t.Error(err)
				}
				signatures, bodies = append(signatures, r.Header.Get("Authorization")), append(bodies, r.PostForm.Encode())
				w.Header().Set("Content-Type", "application/json")
				if len(bodies) > 1 {
					_, _ = w.Write([]byte(`{"ok":true,"ts":"1.2","channel":"C1"}`))
					return
				}
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.first))
			}))
			g := gateway.New(gateway.Options{Refresher: renewer{}})
			t.Cleanup(g.Close)
			err := s.through(t, g, tc.scheme, "delete_message", `{"channel":"C1","ts":"1.2"}`)
			if (err == nil) != (tc.code == "") || err != nil && err.Code != tc.code {
				t.Errorf("error %v, want %s", err, tc.code)
			}
			if diff := cmp.Diff(tc.signatures, signatures); diff != "" {
				t.Errorf("signatures (-want +got):\n%s", diff)
			}
			for _, body := range bodies {
				if body != "channel=C1&ts=1.2" {
					t.Errorf("sent %q", body)
				}
			}
		})
	}
}

// TestUploadsStayAtTheOrigin holds that a file goes to no other place than the hub allows, whatever Slack names.
func TestUploadsStayAtTheOrigin(t *testing.T) {
	t.Parallel()
	var paths []string
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"ok":true,"upload_url":"https://files.example/upload/v1/x","file_id":"F1"}`))
	}))
	g := gateway.New(gateway.Options{})
	t.Cleanup(g.Close)
	err := s.through(t, g, "bot", "upload_file", `{"filename":"a.txt","text":"x"}`)
	if err == nil || err.Code != operations.CodeDestinationRefused || strings.Join(paths, " ") != "/api/files.getUploadURLExternal" {
		t.Errorf("error %v after %v", err, paths)
	}
}

// TestRejected holds which answers mean that another token may do better.
func TestRejected(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status int
		peek   string
		want   bool
	}{
		{200, `{"ok":false,"error":"token_expired"}`, true},
		{200, `{"ok":false,"error":"token_revoked"}`, true},
		{200, `{"ok":false,"error":"invalid_auth"}`, true},
		{200, `{"ok":false,"error":"missing_scope"}`, false},
		{200, `{"ok":true}`, false},
		{200, ``, false},
		{401, ``, true},
		{403, `{"ok":false,"error":"access_denied"}`, false},
	} {
		if got := slack.Connector().Rejected(tc.status, nil, []byte(tc.peek)); got != tc.want {
			t.Errorf("%d %s: %t", tc.status, tc.peek, got)
		}
	}
}
