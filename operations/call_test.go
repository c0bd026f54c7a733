package operations_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/operations"
)

func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2"
	secrets := operations.Secrets{"password": hidden, "api_key": hidden}
	credential := operations.Credential{ID: "c1", Fields: map[string]string{"site": "acme"}, Secrets: secrets}
	target := operations.Target{Credential: &credential}
	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%10v", "%T %v"} {
		for _, value := range []any{secrets, &secrets, credential, &credential, target, []any{secrets}, map[string]any{"x": credential}} {
			if verb == "%T %v" {
				shown = append(shown, fmt.Sprintf(verb, value, value))
				continue
			}
			shown = append(shown, fmt.Sprintf(verb, value))
		}
	}
	shown = append(shown, fmt.Sprint(secrets), secrets.String(), fmt.Errorf("signing with %v: %w", credential, io.EOF).Error())
	shown = append(shown, logged(secrets, credential, &credential, target)...)
	for _, value := range []any{secrets, &secrets, credential, &credential, []any{secrets}, target} {
		encoded, err := json.Marshal(value)
		if err != nil && !strings.Contains(err.Error(), "unsupported type") {
			t.Errorf("encoding %T: %v", value, err)
		}
		shown = append(shown, string(encoded))
	}
	for _, text := range shown {
		for _, form := range []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden)} {
			if strings.Contains(text, form) {
				t.Errorf("a secret shows: %s", text)
			}
		}
	}
	if got, want := fmt.Sprint(secrets), "api_key:[redacted] password:[redacted]"; got != want {
		t.Errorf("the names show as %q, want %q", got, want)
	}
}

func logged(values ...any) []string {
	var text, lines bytes.Buffer
	for _, log := range []*slog.Logger{
		slog.New(slog.NewTextHandler(&text, nil)), slog.New(slog.NewJSONHandler(&lines, nil)),
	} {
		for _, value := range values {
			log.Info("x", "value", value, slog.Group("group", "inner", value))
			log.With("value", value).WithGroup("g").Info(fmt.Sprint(value))
		}
	}
	return []string{text.String(), lines.String()}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	var usage operations.Usage
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 100 {
				usage.Warn(fmt.Sprintf("remark %d", i*100+j))
				usage.Warn("the same")
				usage.AddWait(time.Millisecond)
				usage.AddUpstream(2 * time.Millisecond)
				usage.Requests.Add(1)
			}
		})
	}
	group.Wait()
	if usage.Waited() != 800*time.Millisecond || usage.Upstream() != 1600*time.Millisecond || usage.Requests.Load() != 800 {
		t.Errorf("waited %v, upstream %v, requests %d", usage.Waited(), usage.Upstream(), usage.Requests.Load())
	}
	warnings := usage.Warnings()
	if len(warnings) != 50 || warnings[49] != "and more remarks, which are left out" {
		t.Errorf("%d warnings, the last %q", len(warnings), warnings[len(warnings)-1])
	}
	warnings[0] = "changed by a caller"
	if usage.Warnings()[0] == warnings[0] {
		t.Error("a caller can change the remarks")
	}
}

func TestWarn(t *testing.T) {
	t.Parallel()
	call := operations.Call{Usage: &operations.Usage{}}
	call.Warn("%d left", 3)
	call.Warn("%d left", 3)
	if diff := cmp.Diff([]string{"3 left"}, call.Usage.Warnings()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	new(operations.Call).Warn("nobody counts")
}

// service answers under a path prefix as handler does, and gives the URL below it.
func service(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/acme/", handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/acme/x"
}

// client follows no redirect.
func client() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func request(ctx context.Context, t *testing.T, method, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSend(t *testing.T) {
	t.Parallel()
	readError := func(int, http.Header, []byte) operations.UpstreamProblem {
		return operations.UpstreamProblem{Code: "bad", Detail: "the name is taken", RequestID: "r1", Faults: []operations.InputFault{{Pointer: "/name", Detail: "is taken"}}}
	}
	tests := []struct {
		status int
		body   string
		effect operations.Effect // of the operation; the request is a POST
		read   func(int, http.Header, []byte) operations.UpstreamProblem
		want   *operations.Error // nil: it went well
	}{
		{status: 200, body: `{"a":1}`},
		{status: 204},
		{status: 302, want: &operations.Error{Code: operations.CodeUpstreamFailed, Detail: "the service answered Found"}},
		{status: 400, body: `{"e":1}`, want: &operations.Error{Code: operations.CodeUpstreamRejected, Detail: "the service answered Bad Request",
			Upstream: &operations.Upstream{Body: json.RawMessage(`{"e":1}`)}}},
		{status: 401, want: &operations.Error{Code: operations.CodeCredentialRejected, Detail: "the service answered Unauthorized"}},
		{status: 403, want: &operations.Error{Code: operations.CodeUpstreamForbidden, Detail: "the service answered Forbidden"}},
		{status: 404, want: &operations.Error{Code: operations.CodeUpstreamNotFound, Detail: "the service answered Not Found"}},
		{status: 410, want: &operations.Error{Code: operations.CodeUpstreamNotFound, Detail: "the service answered Gone"}},
		{status: 422, read: readError, want: &operations.Error{Code: operations.CodeUpstreamRejected,
			Detail: "the service answered Unprocessable Entity: the name is taken", Faults: []operations.InputFault{{Pointer: "/name", Detail: "is taken"}},
			Upstream: &operations.Upstream{Code: "bad", RequestID: "r1"}}},
		{status: 429, body: "slow\xff down", want: &operations.Error{Code: operations.CodeRateLimited, Detail: "the service answered Too Many Requests",
			RetryAfter: 7 * time.Second, Upstream: &operations.Upstream{Body: json.RawMessage(`"slow` + "\ufffd" + ` down"`)}}},
		{status: 500, effect: operations.EffectRead, body: strings.Repeat("x", 5000), want: &operations.Error{Code: operations.CodeUpstreamFailed, Detail: "the service answered Internal Server Error",
			Upstream: &operations.Upstream{Body: json.RawMessage(`"` + strings.Repeat("x", 4096) + ` …"`)}}},
		{status: 521, effect: operations.EffectRead, want: &operations.Error{Code: operations.CodeUpstreamFailed, Detail: "the service answered status 521"}},
		{status: 502, effect: operations.EffectWrite, want: &operations.Error{Code: operations.CodeOutcomeUnknown,
			Detail: "the service answered Bad Gateway; what was asked may have been done"}},
		{status: 503, effect: operations.EffectWrite, want: &operations.Error{Code: operations.CodeUpstreamFailed, Detail: "the service answered Service Unavailable"}},
		{status: 500, effect: operations.EffectRead, body: strings.Repeat("[", 100), want: &operations.Error{Code: operations.CodeUpstreamFailed, Detail: "the service answered Internal Server Error",
			Upstream: &operations.Upstream{Body: json.RawMessage(`"` + strings.Repeat("[", 100) + `"`)}}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %.10s", tt.status, tt.body), func(t *testing.T) {
			t.Parallel()
			url := service(t, func(w http.ResponseWriter, _ *http.Request) {
				if tt.status == http.StatusTooManyRequests {
					w.Header().Set("Retry-After", "7")
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			call := operations.Call{HTTP: client(), ReadError: tt.read, Effect: tt.effect}
			response, err := call.Send(request(t.Context(), t, http.MethodPost, url))
			if tt.want == nil {
				if err != nil || response.Status != tt.status || string(response.Body) != tt.body {
					t.Errorf("response %+v, error %v", response, err)
				}
				return
			}
			if tt.want.Upstream == nil {
				tt.want.Upstream = &operations.Upstream{}
			}
			tt.want.Upstream.Status = tt.status
			if diff := cmp.Diff(tt.want, operations.AsError(err), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// failing answers every request with a body that cannot be read.
type failing struct{ err error }

func (f failing) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(f)}, nil
}

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestExchangeKeepsTheCause(t *testing.T) {
	t.Parallel()
	typed := operations.Errorf(operations.CodeOutcomeUnknown, "broke off")
	for _, cause := range []error{typed, context.Canceled} {
		_, err := (&operations.Call{HTTP: failing{cause}}).Exchange(request(t.Context(), t, http.MethodPost, "http://h/"))
		if !errors.Is(err, cause) {
			t.Errorf("error %v, want the reader's own: %v", err, cause)
		}
	}
}
