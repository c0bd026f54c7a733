package nimchattest_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/nimchat/nimchattest"
	"github.com/patchbay/patchbay/internal/sandbox"
)

func newSandbox(change ...func(*nimchattest.Options)) *nimchattest.Sandbox {
	options := nimchattest.Options{
		Now:   func() time.Time { return time.Date(2026, 1, 20, 10, 0, 30, 0, time.UTC) },
		Sleep: func(context.Context, time.Duration) {},
	}
	for _, c := range change {
		c(&options)
	}
	return nimchattest.New(options)
}

func ask(s http.Handler, token, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("api_access_token", token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// step is one request and what its answer must be.
type step struct {
	token, method, path, body string
	status                    int
	at, want                  string // a path into the answer, and what is there
}

const (
	account  = "/api/v1/accounts/1"
	inbox    = "/public/api/v1/inboxes/" + nimchattest.InboxIdentifier
	appUser  = inbox + "/contacts/b0f1c7d2-app-user-7"
	user     = nimchattest.UserToken
	agent    = nimchattest.AgentToken
	bot      = nimchattest.BotToken
	platform = nimchattest.PlatformToken
)

func TestSteps(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]step{
		"tokens": {
			{"", "GET", account + "/teams", "", 401, "error", "Invalid Access Token"},
			{"nonsense", "GET", account + "/teams", "", 401, "error", "Invalid Access Token"},
			{platform, "GET", account + "/teams", "", 401, "error", "Invalid Access Token"},
			{user, "GET", "/platform/api/v1/users/1", "", 401, "error", "Invalid access_token"},
			{"", "GET", "/platform/api/v1/users/1", "", 401, "error", "Invalid access_token"},
			{bot, "GET", account + "/teams", "", 401, "error", "Access to this endpoint is not authorized for bots"},
			{bot, "POST", account + "/conversations/12/toggle_status", `{"status":"resolved"}`, 200, "payload.current_status", "resolved"},
			{bot, "POST", "/api/v1/accounts/2/conversations/12/toggle_status", `{"status":"open"}`, 401, "error", "Bot is not authorized to access this account"},
			{agent, "GET", account + "/teams", "", 200, "#", "2"},
			{agent, "POST", account + "/teams", `{"name":"x"}`, 401, "error", "You are not authorized to do this action"},
			{agent, "GET", "/api/v1/accounts/2/teams", "", 401, "error", "You are not authorized to access this account"},
			{user, "GET", "/api/v1/accounts/7/teams", "", 404, "error", "Resource could not be found"},
			{"", "GET", appUser, "", 200, "name", "Oliver Brandt-Nielsen"},
			{"", "GET", "/public/api/v1/inboxes/other/contacts/b0f1c7d2-app-user-7", "", 404, "error", "Resource could not be found"},
			{"", "GET", inbox + "/contacts/nobody", "", 404, "error", "Resource could not be found"},
		},
		"routes": {
			{user, "GET", "/api/v1/nothing", "", 404, "error", "Not Found"},
			{user, "PUT", account + "/teams", "", 404, "error", "Not Found"},
			{user, "GET", account + "/teams/", "", 200, "#", "2"},
			{user, "GET", account + "/teams/one", "", 404, "error", "Resource could not be found"},
			{user, "POST", account + "/teams", `{`, 400, "error", "There was a problem in the JSON you submitted"},
			{user, "POST", account + "/teams", `{}`, 422, "message", "Name can't be blank"},
			{user, "POST", account + "/teams", `{}`, 422, "attributes.0", "name"},
			{user, "POST", account + "/teams", `{"name":5}`, 422, "attributes.0", "name"},
			{user, "GET", account + "/conversations?status=closed", "", 422, "error", `query /status value must be one of 'open', 'resolved', 'pending', 'snoozed', 'all'`},
		},
		"contacts": {
			{user, "POST", account + "/contacts", `{"inbox_id":2,"name":"Zoë","email":"zoe@new.example","custom_attributes":{"plan":"team"}}`, 200, "payload.contact.id", "41"},
			{user, "POST", account + "/contacts", `{"inbox_id":2,"email":"ZOE@new.example"}`, 422, "message", "Email has already been taken"},
			{user, "POST", account + "/contacts", `{"inbox_id":2,"identifier":"crm-2007"}`, 422, "message", "Identifier has already been taken"},
			{user, "POST", account + "/contacts", `{"inbox_id":2,"phone_number":"0151"}`, 422, "message", "Phone number should be in e164 format"},
			{user, "POST", account + "/contacts", `{"inbox_id":9}`, 404, "error", "Resource could not be found"},
			{user, "PUT", account + "/contacts/41", `{"custom_attributes":{"seats":3}}`, 200, "payload.custom_attributes.plan", "team"},
			{user, "GET", account + "/contacts/41", "", 200, "payload.custom_attributes.seats", "3"},
			{user, "GET", account + "/contacts/search?q=zo%C3%AB", "", 200, "meta.count", "1"},
			{user, "GET", account + "/contacts/search", "", 422, "error", "Specify search string with parameter q"},
			{user, "GET", account + "/contacts?sort=-name", "", 200, "payload.0.name", "Zoë"},
			{user, "GET", account + "/contacts?page=3", "", 200, "payload.#", "11"},
			{user, "GET", account + "/contacts?page=999999999999", "", 200, "payload.#", "0"},
			{user, "POST", account + "/contacts/filter", `{"payload":[{"attribute_key":"plan","filter_operator":"equal_to","values":["team"],"query_operator":"AND"},{"attribute_key":"name","filter_operator":"starts_with","values":["zo"],"query_operator":null}]}`, 200, "meta.count", "1"},
			{user, "POST", account + "/contacts/filter", `{"payload":[{"attribute_key":"shoe_size","filter_operator":"equal_to","values":["42"]}]}`, 422, "error", "Invalid attribute key - [shoe_size]"},
		},
		"conversations": {
			{user, "POST", account + "/conversations", `{"source_id":"b0f1c7d2-app-user-7","inbox_id":2,"message":{"content":"Hi"}}`, 200, "messages.0.content", "Hi"},
			{user, "GET", account + "/conversations/61", "", 200, "meta.sender.id", "7"},
			{user, "POST", account + "/conversations/61/assignments", `{"assignee_id":3}`, 200, "name", "Carla Mendes"},
			{user, "POST", account + "/conversations/61/assignments", `{"assignee_id":0}`, 200, "@this", ""},
			{user, "POST", account + "/conversations/61/assignments", `{"team_id":2}`, 200, "name", "sales"},
			{user, "GET", account + "/conversations?team_id=2&q=hi&page=1", "", 200, "data.payload.#(id==61).meta.team.name", "sales"},
			{user, "POST", account + "/conversations/61/labels", `{"labels":["vip","vip","billing"]}`, 200, "payload.#", "2"},
			{user, "GET", account + "/conversations?labels[]=vip&labels[]=billing", "", 200, "data.meta.all_count", "1"},
			{user, "POST", account + "/conversations/61/toggle_priority", `{"priority":"high"}`, 200, "", ""},
			{user, "POST", account + "/conversations/61/toggle_status", `{"status":"resolved"}`, 200, "payload.success", "true"},
			{user, "GET", account + "/conversations/61", "", 200, "priority", "high"},
			{user, "GET", account + "/conversations/meta?status=pending", "", 200, "meta.all_count", "7"},
			{user, "POST", account + "/conversations", `{"source_id":"nobody","inbox_id":2}`, 404, "error", "Resource could not be found"},
		},
		"messages": {
			{user, "POST", account + "/conversations/12/messages", `{"content":"A note","private":true}`, 200, "id", "10001"},
			{user, "POST", account + "/conversations/12/messages", `{"content":"x","message_type":"incoming"}`, 422, "error", "Incoming messages are only allowed in Api inboxes"},
			{user, "DELETE", account + "/conversations/12/messages/10001", "", 200, "content_attributes.deleted", "true"},
			{user, "GET", account + "/conversations/12/messages", "", 200, "payload.@reverse.0.content", "This message was deleted"},
			{user, "DELETE", account + "/conversations/12/messages/503", "", 404, "error", "Resource could not be found"},
			{user, "GET", account + "/conversations/12/messages?before=1202", "", 200, "payload.#", "1"},
		},
		"app users": {
			{"", "POST", inbox + "/contacts", `{"identifier":"u1","name":"Nia"}`, 200, "id", "41"},
			{"", "POST", inbox + "/contacts", `{"identifier":"u1","name":"Nia B"}`, 200, "id", "41"},
			{"", "POST", appUser + "/conversations", `{}`, 200, "id", "61"},
			{"", "POST", appUser + "/conversations/61/messages", `{"content":"Hello?"}`, 200, "message_type", "0"},
			{user, "POST", account + "/conversations/61/messages", `{"content":"secret","private":true}`, 200, "private", "true"},
			{"", "GET", appUser + "/conversations/61/messages", "", 200, "#", "1"},
			{"", "PATCH", appUser + "/conversations/5/messages/503", `{"submitted_values":{"rating":4}}`, 200, "content_attributes.submitted_values.rating", "4"},
			{"", "GET", appUser + "/conversations/12/messages", "", 404, "error", "Resource could not be found"},
			{user, "POST", account + "/conversations/5/toggle_status", `{"status":"resolved"}`, 200, "payload.success", "true"},
			{"", "POST", appUser + "/conversations/5/messages", `{"content":"One more thing"}`, 200, "conversation_id", "5"},
			{user, "GET", account + "/conversations/5", "", 200, "status", "open"},
		},
		"platform": {
			{platform, "POST", "/platform/api/v1/accounts", `{"name":"New"}`, 200, "id", "3"},
			{platform, "POST", "/platform/api/v1/users", `{"name":"Ivy","email":"ivy@new.example","password":"Secret-1!"}`, 200, "id", "6"},
			{platform, "POST", "/platform/api/v1/users", `{"name":"Ivy","email":"ivy@new.example","password":"Secret-1!"}`, 422, "attributes.0", "email"},
			{platform, "POST", "/platform/api/v1/users", `{"name":"Jo","email":"jo@new.example","password":"weak"}`, 422, "attributes.0", "password"},
			{platform, "POST", "/platform/api/v1/accounts/3/account_users", `{"user_id":6,"role":"administrator"}`, 200, "account_id", "3"},
			{platform, "GET", "/platform/api/v1/users/6", "", 200, "accounts.0.name", "New"},
			{platform, "DELETE", "/platform/api/v1/accounts/3/account_users", `{"user_id":6}`, 200, "", ""},
			{platform, "DELETE", "/platform/api/v1/accounts/3/account_users", `{"user_id":6}`, 404, "error", "Resource could not be found"},
			{platform, "GET", "/platform/api/v1/agent_bots/2", "", 404, "error", "Resource could not be found"},
		},
		"settings": {
			{user, "POST", account + "/teams", `{"name":"Sales"}`, 422, "message", "Name has already been taken"},
			{user, "PATCH", account + "/teams/2/team_members", `{"user_ids":[1,3]}`, 200, "#.id", "[1,3]"},
			{user, "POST", account + "/teams/2/team_members", `{"user_ids":[5]}`, 404, "error", "Resource could not be found"},
			{user, "DELETE", account + "/inbox_members", `{"inbox_id":"2","user_ids":[3]}`, 200, "", ""},
			{user, "GET", account + "/inbox_members/2", "", 200, "payload.#.id", "[2]"},
			{user, "POST", account + "/webhooks", `{"url":"no url"}`, 422, "message", "Url is invalid"},
			{user, "POST", account + "/webhooks", `{"url":"https://a.example/x"}`, 200, "payload.webhook.id", "3"},
			{user, "GET", account + "/webhooks", "", 200, "payload.webhooks.#", "3"},
			{user, "POST", account + "/custom_attribute_definitions", `{"attribute_display_name":"X","attribute_key":"plan","attribute_model":1}`, 422, "attributes.0", "attribute_key"},
			{user, "POST", account + "/custom_attribute_definitions", `{"attribute_display_name":"X","attribute_key":"x","attribute_display_type":4}`, 200, "attribute_display_type", "link"},
			{user, "GET", account + "/custom_attribute_definitions?attribute_model=0", "", 200, "#", "2"},
			{user, "POST", account + "/canned_responses", `{"short_code":"hello","content":"x"}`, 422, "attributes.0", "short_code"},
			{user, "PATCH", account + "/automation_rules/1", `{"active":false}`, 200, "payload.active", "false"},
			{user, "POST", account + "/integrations/hooks", `{"app_id":"openai"}`, 422, "attributes.0", "app_id"},
			{user, "POST", account + "/integrations/hooks", `{"app_id":"dialogflow"}`, 422, "attributes.0", "inbox"},
			{user, "PATCH", account + "/integrations/hooks/1", `{"settings":{"a":1}}`, 200, "settings.a", "1"},
			{agent, "GET", account + "/integrations/apps", "", 200, `payload.#(id=="openai").hooks.0.settings`, ""},
			{user, "POST", account + "/inboxes/", `{"name":"W","channel":{"type":"web_widget"}}`, 422, "attributes.0", "website_url"},
			{user, "POST", account + "/inboxes/2/set_agent_bot", `{"agent_bot":9}`, 404, "error", "Resource could not be found"},
			{user, "GET", account + "/inboxes/1/agent_bot", "", 200, "agent_bot", "{}"},
		},
		"help centre": {
			{user, "POST", account + "/portals", `{"name":"P","slug":"acme-help"}`, 422, "attributes.0", "slug"},
			{user, "POST", account + "/portals/acme-devs/categories", `{"name":"N","slug":"n","locale":"fr"}`, 422, "attributes.0", "locale"},
			{user, "POST", account + "/portals/acme-devs/categories", `{"name":"N","slug":"n","locale":"de","parent_category_id":3}`, 200, "payload.parent_category.name", "API"},
			{user, "POST", account + "/portals/acme-devs/articles", `{"title":"Ein Titel!","author_id":2,"status":2,"category_id":4}`, 200, "payload.slug", "ein-titel"},
			{user, "GET", account + "/portals/acme-devs/articles", "", 200, "payload.1.status", "archived"},
			{user, "PATCH", account + "/portals/1", `{"name":"x"}`, 404, "error", "Resource could not be found"},
		},
		"reports": {
			{user, "GET", "/api/v2/accounts/1/reports?metric=resolutions_count&type=account&since=1767225600&until=1767830400", "", 200, "#", "7"},
			{user, "GET", "/api/v2/accounts/1/reports?type=account", "", 422, "error", "query /metric is required"},
			{user, "GET", "/api/v2/accounts/1/reports?metric=resolutions_count&type=agent&id=77", "", 404, "error", "Resource could not be found"},
			{user, "GET", "/api/v2/accounts/1/reports/conversations?type=account", "", 200, "open", "41"},
			{user, "GET", "/api/v2/accounts/1/reports/conversations?type=agent&user_id=2", "", 200, "#", "1"},
			{user, "GET", "/api/v2/accounts/1/reports/summary?type=account&since=-5&until=99999999999999", "", 200, "previous.conversations_count|@this", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox()
			for i, step := range steps {
				w := ask(s, step.token, step.method, step.path, step.body)
				got := gjson.GetBytes(w.Body.Bytes(), step.at).String()
				if w.Code != step.status || step.want != "" && got != step.want {
					t.Errorf("step %d, %s %s %s: %d %s, want %d with %q at %s", i, step.method, step.path, step.body, w.Code, w.Body, step.status, step.want, step.at)
				}
				if isJSON := strings.HasPrefix(w.Header().Get("Content-Type"), "application/json"); isJSON != (w.Body.Len() > 0) {
					t.Errorf("step %d: the answer is %q, of type %s", i, w.Body, w.Header().Get("Content-Type"))
				}
			}
		})
	}
}

func TestPicture(t *testing.T) {
	t.Parallel()
	s := newSandbox(func(o *nimchattest.Options) { o.Prefix = "/chat" })
	for media, status := range map[string]int{"image/png": http.StatusOK, "text/html": http.StatusUnprocessableEntity} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="avatar"; filename="a.png"`}, "Content-Type": {media},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte("picture")); err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"inbox_id": "2", "custom_attributes[plan]": "team"} {
			if err := form.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, account+"/contacts", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("api_access_token", user)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		contact := gjson.GetBytes(w.Body.Bytes(), "payload.contact")
		isThere := strings.HasPrefix(contact.Get("thumbnail").String(), "http://example.com/chat/rails/active_storage/contacts/") &&
			contact.Get("custom_attributes.plan").String() == "team"
		if w.Code != status || isThere != (status == http.StatusOK) {
			t.Errorf("%s: %d %s", media, w.Code, w.Body)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 20, 10, 0, 30, 0, time.UTC)
	s := newSandbox(func(o *nimchattest.Options) {
		o.Limit, o.SearchLimit, o.Now = 3, 1, func() time.Time { return now }
	})
	search := account + "/contacts/search?q=a"
	for i, want := range []int{200, 429, 200, 429} {
		path := search
		if i == 2 {
			path = account + "/teams"
		}
		if w := ask(s, user, "GET", path, ""); w.Code != want {
			t.Errorf("request %d: %d %s, want %d", i, w.Code, w.Body, want)
		}
	}
	if w := ask(s, user, "GET", account+"/teams", ""); w.Code != 429 || w.Body.String() != "Retry later\n" {
		t.Errorf("over the limit: %d %q", w.Code, w.Body)
	}
	now = now.Add(time.Minute)
	if w := ask(s, user, "GET", search, ""); w.Code != 200 {
		t.Errorf("a minute later: %d %s", w.Code, w.Body)
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	s := newSandbox()
	ask(s, user, "POST", account+"/teams", `{"name":"third"}`)
	ask(s, user, "POST", account+"/contacts/filter", `{"payload":[]}`)
	if stats := s.Stats(); stats.Requests != 2 || stats.Writes != 1 || len(s.Requests()) != 2 {
		t.Errorf("%+v", stats)
	}
	for status, want := range map[int]string{401: "Invalid Access Token", 404: "Resource could not be found", 500: "Internal Server Error"} {
		if err := s.SetFaults(sandbox.Fault{Status: status}); err != nil {
			t.Fatal(err)
		}
		if w := ask(s, user, "GET", account+"/teams", ""); w.Code != status || gjson.Get(w.Body.String(), "error").String() != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	s.Reset()
	if w := ask(s, user, "GET", account+"/teams", ""); gjson.Get(w.Body.String(), "#").Int() != 2 {
		t.Errorf("after a reset: %s", w.Body)
	}
}
