package outreachtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
	"github.com/patchbay/patchbay/internal/sandbox"
)

// TestRefusals is every way in which a request can be wrong, each with status, error id, and the pointer or parameter
// that is named.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	const prospects, states = "/api/v2/prospects", "/api/v2/sequenceStates"
	tests := map[string]struct {
		method, path, body string
		headers            []string
		status             int
		id, at             string
	}{
		"no token":               {"GET", prospects, "", []string{"Authorization", ""}, 401, "", ""},
		"unknown token":          {"GET", prospects, "", []string{"Authorization", "Bearer nobody"}, 401, "", ""},
		"other scheme":           {"GET", prospects, "", []string{"Authorization", "Basic " + outreachtest.AccessToken}, 401, "", ""},
		"expired token":          {"GET", prospects, "", []string{"Authorization", "Bearer " + outreachtest.ExpiredToken}, 401, "unauthorized", ""},
		"read-only token writes": {"POST", prospects, "{}", []string{"Authorization", "Bearer " + outreachtest.ReadOnlyToken}, 403, "unauthorizedOauthScope", ""},
		"read-only token acts":   {"POST", states + "/1/actions/pause", "", []string{"Authorization", "Bearer " + outreachtest.ReadOnlyToken}, 403, "unauthorizedOauthScope", ""},
		"read-only token deletes": {"DELETE", prospects + "/1", "", []string{"Authorization", "Bearer " + outreachtest.ReadOnlyToken},
			403, "unauthorizedOauthScope", ""},

		"no such resource":        {"GET", "/api/v2/nothing", "", nil, 404, "resourceNotFound", ""},
		"no such record":          {"GET", prospects + "/999999", "", nil, 404, "resourceNotFound", ""},
		"id that is none":         {"GET", prospects + "/abc", "", nil, 404, "resourceNotFound", ""},
		"id below 1":              {"GET", prospects + "/0", "", nil, 404, "resourceNotFound", ""},
		"id too large":            {"GET", prospects + "/99999999999999999999", "", nil, 404, "resourceNotFound", ""},
		"path too long":           {"GET", prospects + "/1/2", "", nil, 404, "resourceNotFound", ""},
		"not the API":             {"GET", "/api/v3/prospects", "", nil, 404, "resourceNotFound", ""},
		"update of what has none": {"PATCH", states + "/1", "{}", nil, 405, "methodNotAllowed", ""},
		"delete of what has none": {"DELETE", "/api/v2/users/1", "", nil, 405, "methodNotAllowed", ""},
		"create of what has none": {"POST", "/api/v2/events", "{}", nil, 405, "methodNotAllowed", ""},
		"audits one by one":       {"GET", "/api/v2/audits/1", "", nil, 404, "resourceNotFound", ""},
		"update of no record":     {"PATCH", prospects + "/999999", `{"data":{"type":"prospect","id":999999}}`, nil, 404, "resourceNotFound", ""},
		"delete of no record":     {"DELETE", prospects + "/999999", "", nil, 404, "resourceNotFound", ""},
		"action that is none":     {"POST", states + "/1/actions/restart", "", nil, 404, "resourceNotFound", ""},
		"action of no record":     {"POST", states + "/999999/actions/pause", "", nil, 404, "resourceNotFound", ""},
		"action by GET":           {"GET", states + "/1/actions/pause", "", nil, 405, "methodNotAllowed", ""},

		"media type is JSON":  {"POST", prospects, "{}", []string{"Content-Type", "application/json"}, 415, "unsupportedMediaType", ""},
		"media type missing":  {"PATCH", prospects + "/1", "{}", []string{"Content-Type", ""}, 415, "unsupportedMediaType", ""},
		"compliance as JSON":  {"POST", "/api/v2/complianceRequests", "{}", []string{"Content-Type", "application/json"}, 415, "unsupportedMediaType", ""},
		"not JSON":            {"POST", prospects, "{", nil, 400, "malformedRequest", ""},
		"more than one value": {"POST", prospects, "{} {}", nil, 400, "malformedRequest", ""},
		"not an object":       {"POST", prospects, "[]", nil, 400, "malformedRequest", ""},
		"no data":             {"POST", prospects, "{}", nil, 400, "malformedRequest", ""},
		"data is a list":      {"POST", prospects, `{"data":[]}`, nil, 400, "malformedRequest", ""},
		"unknown member":      {"POST", prospects, `{"data":{},"attributes":{}}`, nil, 400, "malformedRequest", ""},
		"too deep": {"POST", prospects, strings.Repeat(`{"data":`, 100) + "1" + strings.Repeat("}", 100), nil,
			400, "malformedRequest", ""},
		"too large": {"POST", prospects, `{"data":"` + strings.Repeat("a", 2<<20) + `"}`, nil, 413, "requestTooLarge", ""},

		"no type":             {"POST", prospects, `{"data":{}}`, nil, 422, "validationError", "/data/type"},
		"wrong type":          {"POST", prospects, `{"data":{"type":"prospects"}}`, nil, 422, "validationError", "/data/type"},
		"own id":              {"POST", prospects, `{"data":{"type":"prospect","id":5}}`, nil, 422, "validationError", "/data/id"},
		"no id in an update":  {"PATCH", prospects + "/1", `{"data":{"type":"prospect"}}`, nil, 422, "validationError", "/data/id"},
		"other id":            {"PATCH", prospects + "/1", `{"data":{"type":"prospect","id":2}}`, nil, 422, "validationError", "/data/id"},
		"member of data":      {"POST", prospects, `{"data":{"type":"prospect","x/y":1}}`, nil, 422, "validationError", "/data/x~1y"},
		"attributes a list":   {"POST", prospects, `{"data":{"type":"prospect","attributes":[]}}`, nil, 422, "validationError", "/data/attributes"},
		"unknown attribute":   {"POST", prospects, attributes("prospect", `"first_name":"A"`), nil, 422, "validationError", "/data/attributes/first_name"},
		"custom out of range": {"POST", prospects, attributes("prospect", `"custom151":"A"`), nil, 422, "validationError", "/data/attributes/custom151"},
		"read-only attribute": {"POST", prospects, attributes("prospect", `"createdAt":"2023-01-01T00:00:00Z"`), nil, 422, "validationError", "/data/attributes/createdAt"},
		"not a string":        {"POST", prospects, attributes("prospect", `"firstName":7`), nil, 422, "validationError", "/data/attributes/firstName"},
		"not an integer":      {"POST", "/api/v2/stages", attributes("stage", `"name":"A","order":1.5`), nil, 422, "validationError", "/data/attributes/order"},
		"number as text":      {"POST", prospects, attributes("prospect", `"score":"7"`), nil, 422, "validationError", "/data/attributes/score"},
		"not a boolean":       {"POST", prospects, attributes("prospect", `"optedOut":"true"`), nil, 422, "validationError", "/data/attributes/optedOut"},
		"not a list":          {"POST", prospects, attributes("prospect", `"emails":"a@b.c"`), nil, 422, "validationError", "/data/attributes/emails"},
		"not a list of text":  {"POST", prospects, attributes("prospect", `"emails":[1]`), nil, 422, "validationError", "/data/attributes/emails"},
		"not a date":          {"POST", prospects, attributes("prospect", `"availableAt":"tomorrow"`), nil, 422, "validationError", "/data/attributes/availableAt"},
		"outside closed enum": {"POST", prospects, attributes("prospect", `"emailsOptStatus":"maybe"`), nil, 422, "validationError", "/data/attributes/emailsOptStatus"},
		"required is missing": {"POST", "/api/v2/accounts", attributes("account", `"domain":"a.example"`), nil, 422, "validationError", "/data/attributes/name"},
		"required is blank":   {"PATCH", "/api/v2/accounts/1", `{"data":{"type":"account","id":1,"attributes":{"name":""}}}`, nil, 422, "validationError", "/data/attributes/name"},
		"email of a user":     {"PATCH", "/api/v2/users/1", `{"data":{"type":"user","id":1,"attributes":{"email":"a@b.example"}}}`, nil, 422, "validationError", "/data/attributes/email"},

		"relationships a list":    {"POST", prospects, `{"data":{"type":"prospect","relationships":[]}}`, nil, 422, "validationError", "/data/relationships"},
		"unknown relationship":    {"POST", prospects, related("prospect", `"company":{"data":null}`), nil, 422, "validationError", "/data/relationships/company"},
		"read-only relationship":  {"POST", prospects, related("prospect", `"creator":{"data":null}`), nil, 422, "validationError", "/data/relationships/creator"},
		"relationship a number":   {"POST", prospects, related("prospect", `"account":5`), nil, 422, "validationError", "/data/relationships/account"},
		"relationship no data":    {"POST", prospects, related("prospect", `"account":{}`), nil, 422, "validationError", "/data/relationships/account"},
		"relationship to a list":  {"POST", prospects, related("prospect", `"account":{"data":[]}`), nil, 422, "validationError", "/data/relationships/account"},
		"relationship no id":      {"POST", prospects, related("prospect", `"account":{"data":{"type":"account"}}`), nil, 422, "validationError", "/data/relationships/account"},
		"relationship wrong type": {"POST", prospects, related("prospect", `"account":{"data":{"type":"user","id":1}}`), nil, 422, "validationError", "/data/relationships/account"},
		"relationship to nothing": {"POST", prospects, related("prospect", `"account":{"data":{"type":"account","id":999999}}`), nil, 422, "validationError", "/data/relationships/account"},
		"state without mailbox": {"POST", states, related("sequenceState",
			`"prospect":{"data":{"type":"prospect","id":1}},"sequence":{"data":{"type":"sequence","id":2}}`), nil,
			422, "validationError", "/data/relationships/mailbox"},
		"task without subject": {"POST", "/api/v2/tasks", `{"data":{"type":"task","attributes":{"action":"call"},"relationships":{"owner":{"data":{"type":"user","id":1}}}}}`,
			nil, 422, "validationError", "/data/relationships/subject"},

		"page too large":      {"GET", prospects + "?page[size]=1001", "", nil, 400, "invalidParameter", "page[size]"},
		"page too small":      {"GET", prospects + "?page[size]=0", "", nil, 400, "invalidParameter", "page[size]"},
		"page no number":      {"GET", prospects + "?page[size]=ten", "", nil, 400, "invalidParameter", "page[size]"},
		"limit too large":     {"GET", prospects + "?page[limit]=1001", "", nil, 400, "invalidParameter", "page[limit]"},
		"offset too large":    {"GET", prospects + "?page[offset]=10001", "", nil, 400, "invalidParameter", "page[offset]"},
		"cursor and offset":   {"GET", prospects + "?page[offset]=1&page[size]=2", "", nil, 400, "invalidParameter", "page[offset]"},
		"cursor made up":      {"GET", prospects + "?page[after]=abc", "", nil, 400, "invalidParameter", "page[after]"},
		"sort by nothing":     {"GET", prospects + "?sort=shoeSize", "", nil, 400, "invalidParameter", "sort"},
		"include of nothing":  {"GET", prospects + "?include=company", "", nil, 400, "invalidParameter", "include"},
		"include of many":     {"GET", prospects + "?include=tasks", "", nil, 400, "invalidParameter", "include"},
		"query that is none":  {"GET", prospects + "?a=%zz", "", nil, 400, "malformedRequest", ""},
		"query too long":      {"GET", prospects + "?a=" + strings.Repeat("a", 17<<10), "", nil, 400, "malformedRequest", ""},
		"param missing":       {"POST", "/api/v2/tasks/1/actions/updateNote", "", nil, 400, "invalidParameter", "actionParams[note]"},
		"param empty":         {"POST", "/api/v2/tasks/1/actions/updateNote?actionParams[note]=", "", nil, 400, "invalidParameter", "actionParams[note]"},
		"param unknown":       {"POST", "/api/v2/tasks/1/actions/advance?actionParams[note]=a", "", nil, 400, "invalidParameter", "actionParams[note]"},
		"param of wrong type": {"POST", "/api/v2/tasks/1/actions/reassignOwner?actionParams[ownerId]=me", "", nil, 400, "invalidParameter", "actionParams[ownerId]"},
		"param outside enum": {"POST", "/api/v2/tasks/1/actions/updateOpportunityAssociation?actionParams[opportunityAssociation]=all", "", nil,
			400, "invalidParameter", "actionParams[opportunityAssociation]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := f.on(t).send(test.method, test.path, test.body, test.headers...)
			if a.status != test.status || a.get("errors.0.id").String() != test.id {
				t.Fatalf("got %d %s, want %d %s", a.status, a.body, test.status, test.id)
			}
			at := a.get("errors.0.source.pointer").String() + a.get("errors.0.source.parameter").String()
			if at != test.at {
				t.Errorf("named %q, want %q", at, test.at)
			}
			if test.id != "" && a.header.Get("Content-Type") != "application/vnd.api+json" {
				t.Errorf("content type %q", a.header.Get("Content-Type"))
			}
		})
	}
}

func attributes(kind, members string) string {
	return `{"data":{"type":"` + kind + `","attributes":{` + members + `}}}`
}

func related(kind, members string) string {
	return `{"data":{"type":"` + kind + `","relationships":{` + members + `}}}`
}

func TestEveryFaultOfABodyIsNamed(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	a := f.send("POST", "/api/v2/accounts", `{"data":{"type":"account","attributes":{"domain":1,"shoeSize":2,"tags":"a"},
		"relationships":{"owner":{"data":{"type":"user","id":999999}}}}}`)
	var named []string
	for _, at := range a.get("errors.#.source.pointer").Array() {
		named = append(named, at.String())
	}
	want := "/data/attributes/domain /data/attributes/shoeSize /data/attributes/tags /data/relationships/owner /data/attributes/name"
	if got := strings.Join(named, " "); got != want || a.status != 422 {
		t.Errorf("got %d %s, want %s", a.status, got, want)
	}
}

func TestShapesOfRefusals(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	plural := f.send("POST", "/api/v2/prospects", "{}", "Content-Type", "text/plain")
	if !sameJSON(t, plural.body, `{"errors":[{"id":"unsupportedMediaType","title":"Unsupported Media Type",
		"details":"Expected Content-Type header to be 'application/vnd.api+json'."}]}`) {
		t.Errorf("got %s", plural.body)
	}
	gateway := f.send("GET", "/api/v2/prospects", "", "Authorization", "Bearer x")
	if gateway.get("error").String() == "" || gateway.get("errors").Exists() || gateway.header.Get("Www-Authenticate") == "" {
		t.Errorf("got %s", gateway.body)
	}
	allowed := f.send("PUT", "/api/v2/prospects/1", "{}")
	if allowed.status != 405 || allowed.header.Get("Allow") != "GET, PATCH, DELETE" {
		t.Errorf("got %d, Allow %q", allowed.status, allowed.header.Get("Allow"))
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	clock := clockAt(2026, time.March, 1, 12, 59, 59)
	f := start(t, outreachtest.Options{Limit: 2, Now: clock.now})
	first := f.get("/stages")
	if first.header.Get("X-Ratelimit-Limit") != "2" || first.header.Get("X-Ratelimit-Remaining") != "1" ||
		first.header.Get("X-Ratelimit-Reset") != "1772370000" || first.header.Get("Retry-After") != "" {
		t.Errorf("headers of an answer: %v", first.header)
	}
	f.send("GET", "/api/v2/nothing", "")
	refused := f.send("GET", "/api/v2/stages", "")
	if refused.status != http.StatusTooManyRequests || refused.get("errors.0.id").String() != "rateLimitExceeded" ||
		!strings.Contains(refused.body, "2026-03-01T13:00:00") || refused.header.Get("Retry-After") != "1772370000" ||
		refused.header.Get("X-Ratelimit-Remaining") != "0" {
		t.Errorf("got %d %s %v", refused.status, refused.body, refused.header)
	}
	if other := f.send("GET", "/api/v2/stages", "", "Authorization", "Bearer "+outreachtest.ReadOnlyToken); other.status != 200 {
		t.Errorf("another token: got %d", other.status)
	}
	if n := f.sandbox.Stats().OverLimit; n != 1 {
		t.Errorf("over the limit: %d, want 1", n)
	}
	clock.advance(time.Second)
	f.get("/stages")
}

func TestFaultsAnswerInTheServicesShape(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	tests := map[int]string{
		401: "unauthorized", 403: "unauthorizedRequest", 404: "resourceNotFound", 415: "unsupportedMediaType",
		422: "validationError", 429: "rateLimitExceeded", 500: "serverError", 503: "scheduledServerMaintenance",
	}
	for status, id := range tests {
		if err := f.sandbox.SetFaults(sandbox.Fault{Status: status, RetryAfter: "2026-03-01T13:00:00Z"}); err != nil {
			t.Fatal(err)
		}
		a := f.send("GET", "/api/v2/prospects", "")
		if a.status != status || a.get("errors.0.id").String() != id || a.header.Get("Retry-After") != "2026-03-01T13:00:00Z" {
			t.Errorf("%d: got %d %s %v", status, a.status, a.body, a.header)
		}
	}
	if a := f.send("DELETE", "/_sandbox/faults", ""); a.status != 204 {
		t.Errorf("deleting the faults: %d", a.status)
	}
	f.get("/prospects?page[size]=1")
	if a := f.send("GET", "/api/v2/prospects", "", sandbox.FaultHeader, `{"status":204}`); a.status != 204 || a.body != "" {
		t.Errorf("204: got %d %q", a.status, a.body)
	}
}
