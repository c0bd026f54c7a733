package dixatest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/dixa/dixatest"
	"github.com/patchbay/patchbay/internal/sandbox"
)

func TestDocumentCompiles(t *testing.T) {
	t.Parallel()
	if err := newClient(t, dixatest.Options{}).contract.Compile(); err != nil {
		t.Fatal(err)
	}
}

// TestRefusals holds what the service does not do, and in which words.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, target, body string
		status               int
		message              string
	}{
		"no such path":              {"GET", "/v1/nothing", "", 404, "Not Found"},
		"no such method":            {"POST", "/v1/agents/" + agent, "", 405, "Method Not Allowed"},
		"no such agent":             {"GET", "/v1/agents/" + nobody, "", 404, "Agent " + nobody + " was not found"},
		"an id that is none":        {"GET", "/v1/agents/x", "", 400, "path /agentId is not a valid uuid"},
		"a page of no size":         {"GET", "/v1/agents?pageLimit=0", "", 400, "query /pageLimit minimum"},
		"a page key of ours":        {"GET", "/v1/agents?pageKey=abc", "", 400, "pageKey"},
		"email and phone":           {"GET", "/v1/endusers?email=a@b.example&phone=%2B45", "", 400, "Only one of the filters email, phone"},
		"no query":                  {"GET", "/v1/search/conversations", "", 400, "query /query is required"},
		"no body":                   {"POST", "/v1/agents", "", 400, "body is required"},
		"no JSON":                   {"POST", "/v1/agents", "{", 400, "body is not JSON"},
		"a field that is missing":   {"POST", "/v1/agents", `{"displayName":"A"}`, 400, "body /email is required"},
		"an email that is taken":    {"POST", "/v1/agents", `{"email":"Bo.Jensen@northwind.example","displayName":"B"}`, 409, "already an agent with the email"},
		"an external id twice":      {"POST", "/v1/endusers", `{"externalId":"C-10000"}`, 409, "externalId C-10000"},
		"eleven members":            {"PATCH", "/v1/queues/" + support + "/members", `{"agentIds":["` + strings.Repeat(agent+`","`, 10) + agent + `"]}`, 400, "at most 10"},
		"a tag that is retired":     {"PUT", "/v1/conversations/1101/tags/" + retired, "", 400, "is not active"},
		"a tag that is not there":   {"DELETE", "/v1/conversations/1101/tags/" + retired, "", 404, "was not found"},
		"an agent who has it":       {"PUT", "/v1/conversations/1101/claim", `{"agentId":"` + admin + `","force":false}`, 409, "another agent"},
		"to close what is closed":   {"PUT", "/v1/conversations/1103/close", "", 409, "is Closed"},
		"to open what is open":      {"PUT", "/v1/conversations/1101/reopen", "{}", 409, "is Open"},
		"a message over SMS":        {"POST", "/v1/conversations/1105/messages", `{"_type":"Inbound","content":{"_type":"Text","value":"x"}}`, 400, "on the channel Sms"},
		"a message of no kind":      {"POST", "/v1/conversations/1101/messages", `{"content":{"_type":"Text","value":"x"}}`, 400, "_type"},
		"an email from elsewhere":   {"POST", "/v1/conversations", `{"_type":"Email","requesterId":"` + grace + `","emailIntegrationId":"x@y.example","subject":"s","message":{"_type":"Inbound","content":{"_type":"Text","value":"x"}}}`, 400, "no email integration x@y.example"},
		"to forget what is open":    {"PATCH", "/v1/conversations/1101/anonymize", "", 409, "is open"},
		"to forget who asks":        {"PATCH", "/v1/endusers/" + grace + "/anonymize?force=false", "", 409, "is open"},
		"an attribute of another":   {"PATCH", "/v1/endusers/" + grace + "/custom-attributes", `{"2f5515b6-7e98-4f4d-9010-bfd2a27d4f35":"x"}`, 400, "not one of a contact"},
		"a text for a choice":       {"PATCH", "/v1/endusers/" + grace + "/custom-attributes", `{"befae0d9-9679-42b9-af76-e76f64e28429":"x"}`, 400, "not of its type Select"},
		"a choice there is not":     {"PATCH", "/v1/endusers/" + grace + "/custom-attributes", `{"befae0d9-9679-42b9-af76-e76f64e28429":["example2"]}`, 400, "no option example2"},
		"a note of no time":         {"POST", "/v1/conversations/1101/notes", `{"message":"m","createdAt":"today"}`, 400, "createdAt"},
		"a metric there is not":     {"POST", "/v1/analytics/metrics", `{"id":"x","timezone":"UTC","periodFilter":{"_type":"Preset","value":"Today"}}`, 404, "Metric x"},
		"a zone there is not":       {"POST", "/v1/analytics/metrics", `{"id":"csat","timezone":"Mars/Base","periodFilter":{"_type":"Preset","value":"Today"}}`, 400, "timezone"},
		"a sum there is not":        {"POST", "/v1/analytics/metrics", `{"id":"csat","aggregations":["Percentage"],"timezone":"UTC","periodFilter":{"_type":"Preset","value":"Today"}}`, 400, "no aggregation Percentage"},
		"a filter there is not":     {"POST", "/v1/analytics/metrics", `{"id":"csat","filters":[{"attribute":"moon"}],"timezone":"UTC","periodFilter":{"_type":"Preset","value":"Today"}}`, 400, "cannot be filtered by moon"},
		"values there are not":      {"GET", "/v1/analytics/filter/moon", "", 404, "Filter attribute moon"},
		"an event there is not":     {"GET", "/v1/webhooks/" + hook + "/delivery-status/logs/Everything", "", 400, "/event"},
		"a webhook without a login": {"POST", "/v1/webhooks", `{"name":"n","url":"u"}`, 400, "/authorization is required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, answer := newClient(t, dixatest.Options{}).do(t, tc.method, tc.target, tc.body)
			if message := answer.Get("message").String(); status != tc.status || !strings.Contains(message, tc.message) {
				t.Errorf("got %d %q, want %d %q", status, message, tc.status, tc.message)
			}
		})
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	for authorization, status := range map[string]int{
		dixatest.Token: 200, "Bearer " + dixatest.Token: 200, "": 401, "Bearer": 401, "Bearer x": 401, "Basic " + dixatest.Token: 401,
	} {
		if w := c.send("GET", "/v1/tags", "", authorization); w.Code != status {
			t.Errorf("%q: got %d, want %d", authorization, w.Code, status)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{PerSecond: 10, Burst: 4, PerDay: 8})
	count := func(n int) (passed int) {
		for range n {
			if w := c.send("GET", "/v1/tags", "", dixatest.Token); w.Code == http.StatusOK {
				passed++
			}
		}
		return passed
	}
	if got := count(20); got != 5 { // and one that is on its way
		t.Errorf("at once: %d pass, want 5", got)
	}
	c.now = c.now.Add(200 * time.Millisecond)
	if got := count(20); got != 2 {
		t.Errorf("after 200 ms: %d pass, want 2", got)
	}
	c.now = c.now.Add(time.Second)
	if got := count(20); got != 1 {
		t.Errorf("at the end of the day's budget: %d pass, want 1", got)
	}
	if got := c.sandbox.Stats().OverLimit; got == 0 {
		t.Error("nothing was counted as over the limit")
	}
	c.now = c.now.Add(24 * time.Hour)
	if got := count(1); got != 1 {
		t.Error("the next day has no budget")
	}
}

func TestFaultsInTheServicesShape(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	if err := c.sandbox.SetFaults(sandbox.Fault{Status: 500, Times: 1}); err != nil {
		t.Fatal(err)
	}
	if answer := c.want(t, 500, "GET", "/v1/tags", ""); answer.Get("message").String() != "Internal Server Error" {
		t.Errorf("got %s", answer.Raw)
	}
	c.want(t, 200, "GET", "/v1/tags", "")
	c.want(t, 204, "DELETE", "/v1/teams/"+line, "")
	c.want(t, 404, "GET", "/v1/teams/"+line, "")
	c.sandbox.Reset()
	c.want(t, 200, "GET", "/v1/teams/"+line, "")
	if stats := c.sandbox.Stats(); stats.Requests != 1 || stats.Writes != 0 {
		t.Errorf("after a reset: %+v", stats)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	seen := map[string]bool{}
	next := "/v1/endusers?pageLimit=9"
	pages := 0
	for ; next != ""; pages++ {
		page := c.want(t, 200, "GET", next, "")
		for _, user := range page.Get("data.#.id").Array() {
			if seen[user.Str] {
				t.Errorf("%s comes twice", user.Str)
			}
			seen[user.Str] = true
		}
		if pages > 0 && !page.Get("meta.previous").Exists() {
			t.Errorf("page %d has no link back", pages)
		}
		next = page.Get("meta.next").String()
		if strings.Contains(next, "://") {
			t.Errorf("the link %s is not relative", next)
		}
	}
	if pages < 4 || len(seen) < 36 {
		t.Errorf("got %d people on %d pages", len(seen), pages)
	}
	link := c.want(t, 200, "GET", "/v1/agents?pageLimit=2", "").Get("meta.next").String()
	c.want(t, 400, "GET", strings.Replace(link, "/v1/agents", "/v1/endusers", 1), "")
	c.want(t, 400, "GET", link+"x", "")
	c.want(t, 200, "GET", strings.Replace(link, "?", "/?", 1), "")
}
