package slack_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/slack"
	"github.com/patchbay/patchbay/connectors/slack/slacktest"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/conformance"
)

func TestDeclared(t *testing.T) {
	t.Parallel()
	conformance.Declared(t, slack.Connector(), conformance.Catalogue(t, "../../testdata/catalogue/slack.json"))
}

// TestRuns runs every operation with its own sample on the sandbox, and with inputs that are to be refused.
func TestRuns(t *testing.T) {
	t.Parallel()
	look := slacktest.New(slacktest.Options{Prefix: "/slack", NoLimits: true, Now: epoch})
	s := serve(t, look)
	conformance.Runs(t, slack.Connector(), conformance.Harness{
		Fresh:   func(*testing.T) { look.Reset() },
		Secrets: []string{slacktest.Token},
		Call: func(t *testing.T, operation string, input json.RawMessage) conformance.Answer {
			got := s.call(t, operation, string(input))
			answer := conformance.Answer{Output: got.output, Warnings: got.warnings, Whole: got.output}
			if got.err != nil {
				answer.Code, answer.Faults, answer.Whole = got.err.Code, got.err.Faults, []byte(got.err.Detail)
			}
			return answer
		},
	})
}

// TestSamplesAreTrue holds the shown outputs against the sandbox's: what they show is there, and of that type.
func TestSamplesAreTrue(t *testing.T) {
	t.Parallel()
	for _, operation := range slack.Connector().Operations {
		spec := operation.Spec()
		t.Run(spec.Name, func(t *testing.T) {
			t.Parallel()
			got := sandboxed(t).call(t, spec.Name, string(spec.Sample.Input))
			if got.err != nil {
				t.Fatal(got.err)
			}
			differ(t, "", gjson.ParseBytes(spec.Sample.Output), gjson.ParseBytes(got.output))
		})
	}
}

// differ names what a sample shows and the answer does not have so. Of lists a sample may show the beginning.
func differ(t *testing.T, at string, shown, answered gjson.Result) {
	t.Helper()
	if !shown.IsObject() && !shown.IsArray() {
		if isBool := shown.IsBool() && answered.IsBool(); !isBool && shown.Type != answered.Type {
			t.Errorf("%s: the sample shows %s, the answer is %s", at, shown.Raw, cmp.Or(answered.Raw, "without it"))
		}
		return
	}
	i := -1
	shown.ForEach(func(key, value gjson.Result) bool {
		i++
		name := cmp.Or(key.Str, strconv.Itoa(i))
		differ(t, at+"/"+name, value, answered.Get(gjson.Escape(name)))
		return true
	})
}

// TestThrottlersMatchTheMethods holds that there is a limit for each method that the operations call, and for no other but
// those that raw requests are likely to call.
func TestThrottlersMatchTheMethods(t *testing.T) {
	t.Parallel()
	connector := slack.Connector()
	limited := map[string]bool{"/auth.test": true, "/chat.getPermalink": true} // hundreds a minute
	for _, throttler := range connector.Throttlers {
		if throttler.Enabled {
			if limited[throttler.Match] {
				t.Errorf("two throttlers match %s", throttler.Match)
			}
			limited[throttler.Match] = true
		}
	}
	look := slacktest.New(slacktest.Options{Prefix: "/slack", NoLimits: true, Now: epoch})
	called := map[string]bool{}
	s := serve(t, recorder{look, called})
	for _, operation := range connector.Operations {
		look.Reset()
		s.call(t, operation.Spec().Name, string(operation.Spec().Sample.Input))
	}
	for path := range called {
		if !limited[path] {
			t.Errorf("%s is called and has no limit", path)
		}
	}
	for _, unused := range []string{"/files.list", "/team.info"} {
		called[unused] = true
	}
	for path := range limited {
		if !called[path] {
			t.Errorf("%s has a limit and is not called", path)
		}
	}
}

// TestLimits holds some of the limits to what Slack says.
func TestLimits(t *testing.T) {
	t.Parallel()
	const minute = operations.Seconds(time.Minute)
	byName := map[string]operations.Throttler{}
	for _, throttler := range slack.Connector().Throttlers {
		byName[throttler.Name] = throttler
	}
	key := operations.DefaultThrottlerKey
	for _, want := range []operations.Throttler{
		{Name: "chat.postMessage", Match: "/chat.postMessage", TTL: operations.Seconds(time.Second), Limit: 1, Key: key + "/{input.channel}", Enabled: true},
		{Name: "conversations.list", Match: "/conversations.list", TTL: minute, Limit: 20, Key: key, Enabled: true},
		{Name: "conversations.history", Match: "/conversations.history", TTL: minute, Limit: 50, Key: key, Enabled: true},
		{Name: "users.info", Match: "/users.info", TTL: minute, Limit: 100, Key: key, Enabled: true},
		{Name: "conversations.replies-distributed", Match: "/conversations.replies", TTL: minute, Limit: 1, Key: key},
	} {
		if diff := gocmp.Diff(want, byName[want.Name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.Name, diff)
		}
	}
}

// recorder notes which methods of the API are called, one after the other.
type recorder struct {
	handler http.Handler
	called  map[string]bool
}

func (r recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if name, found := strings.CutPrefix(request.URL.Path, "/api"); found {
		r.called[name] = true
	}
	r.handler.ServeHTTP(w, request)
}

// TestScopes holds that the app's list of scopes is that of its operations.
func TestScopes(t *testing.T) {
	t.Parallel()
	scheme, found := slack.Connector().Scheme("oauth2")
	if !found || scheme.OAuth2 == nil {
		t.Fatal("there is no oauth2")
	}
	for _, scope := range []string{"chat:write", "channels:read", "groups:read", "users:read.email", "files:write"} {
		if !slices.Contains(scheme.OAuth2.Scopes, scope) {
			t.Errorf("%s is not asked for", scope)
		}
	}
	if !slices.IsSorted(scheme.OAuth2.Scopes) {
		t.Error("the scopes are not sorted")
	}
}
