package nimchat_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/nimchat"
	"github.com/patchbay/patchbay/operations"
)

// sent is a request as it arrived, without its path's prefix.
type sent struct {
	Method, Target string
	Body           string
}

// recorder answers everything with one body and keeps what it was asked.
type recorder struct {
	mu       sync.Mutex
	answer   string
	requests []sent
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, sent{request.Method, request.URL.RequestURI(), string(body)})
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, r.answer)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, operation, input string
		fields                 map[string]string
		want                   sent
	}{
		{"account of the input", "get_team", `{"account_id":3,"team_id":4}`, map[string]string{"account_id": "9"},
			sent{"GET", "/api/v1/accounts/3/teams/4", ""}},
		{"account of the credential", "get_team", `{"team_id":4}`, map[string]string{"account_id": "9"},
			sent{"GET", "/api/v1/accounts/9/teams/4", ""}},
		{"account of the credential stays in its place", "get_team", `{"team_id":4}`, map[string]string{"account_id": "9/../1?x"},
			sent{"GET", "/api/v1/accounts/9%2F..%2F1%3Fx/teams/4", ""}},
		{"account of the platform", "update_account", `{"account_id":3,"name":"A"}`, nil,
			sent{"PATCH", "/platform/api/v1/accounts/3", `{"name":"A"}`}},
		{"inbox of the credential", "get_client_contact", `{"contact_identifier":"a/b"}`, map[string]string{"inbox_identifier": "in"},
			sent{"GET", "/public/api/v1/inboxes/in/contacts/a%2Fb", ""}},
		{"drop-down with the account of the credential", "list_teams_ddl", `{}`, map[string]string{"account_id": "9"},
			sent{"GET", "/api/v1/accounts/9/teams", ""}},
		{"contacts are searched by the service", "list_contacts_ddl", `{"account_id":1,"search":"jo n"}`, nil,
			sent{"GET", "/api/v1/accounts/1/contacts/search?q=jo%20n", ""}},
		{"contacts are listed where nothing is searched for", "list_contacts_ddl", `{"account_id":1,"cursor":"2"}`, nil,
			sent{"GET", "/api/v1/accounts/1/contacts?page=2", ""}},
		{"page by number", "list_conversations", `{"account_id":1,"cursor":"3","status":"all","labels":["a","b c"]}`, nil,
			sent{"GET", "/api/v1/accounts/1/conversations?status=all&labels%5B%5D=a&labels%5B%5D=b%20c&page=3", ""}},
		{"filter", "filter_contacts", `{"account_id":1,"payload":[]}`, nil,
			sent{"POST", "/api/v1/accounts/1/contacts/filter", `{"payload":[]}`}},
		{"delete with a body", "remove_team_members", `{"account_id":1,"team_id":2,"user_ids":[3]}`, nil,
			sent{"DELETE", "/api/v1/accounts/1/teams/2/team_members", `{"user_ids":[3]}`}},
		{"portal by its slug", "update_portal", `{"account_id":1,"portal_id":"help","name":"Help"}`, nil,
			sent{"PATCH", "/api/v1/accounts/1/portals/help", `{"name":"Help"}`}},
		{"metrics of agents", "get_agent_conversation_metrics", `{"account_id":1,"type":"agent"}`, nil,
			sent{"GET", "/api/v2/accounts/1/reports/conversations/?type=agent", ""}},
		{"without a picture as JSON", "update_contact", `{"account_id":1,"id":7,"custom_attributes":{"seats":12}}`, nil,
			sent{"PUT", "/api/v1/accounts/1/contacts/7", `{"custom_attributes":{"seats":12}}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to := &recorder{answer: `{"payload":[]}`}
			s := serve(t, to)
			s.fields = c.fields
			if got := s.call(t, c.operation, c.input); got.err != nil {
				t.Fatal(got.err, got.err.Faults)
			}
			if diff := cmp.Diff([]sent{c.want}, to.requests); diff != "" {
				t.Errorf("-want +sent:\n%s", diff)
			}
		})
	}
}

// TestBaseURLWithPath holds that a service below a path, given by the credential, is asked below it.
func TestBaseURLWithPath(t *testing.T) {
	t.Parallel()
	base, err := operations.NewBase(nimchat.Connector(), "", map[string]string{"base_url": "https://example.org/help/chat/"})
	if err != nil || base.URL("/api/v1/profile") != "https://example.org/help/chat/api/v1/profile" {
		t.Errorf("%v %s", err, base.URL("/api/v1/profile"))
	}
	for _, wrong := range []string{"", "example.org", "https://user@example.org", "https://example.org?a=b", "ftp://example.org"} {
		if _, err := operations.NewBase(nimchat.Connector(), "", map[string]string{"base_url": wrong}); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestAvatar(t *testing.T) {
	t.Parallel()
	got := make(chan *http.Request, 1)
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
		}
		got <- r
		_, _ = io.WriteString(w, `{}`)
	}))
	input := `{"account_id":1,"inbox_id":2,"name":"Jo \"J\" Né","custom_attributes":{"plan":"a","tags":["x","y"]},` +
		`"avatar":{"name":"a\"b.png","url":"data:image/png;base64,aGVsbG8=","mime_type":"image/png"}}`
	if answer := s.call(t, "create_contact", input); answer.err != nil {
		t.Fatal(answer.err)
	}
	r := <-got
	want := map[string][]string{
		"inbox_id": {"2"}, "name": {`Jo "J" Né`}, "custom_attributes[plan]": {"a"}, "custom_attributes[tags][]": {"x", "y"},
	}
	if diff := cmp.Diff(want, map[string][]string(r.MultipartForm.Value)); diff != "" {
		t.Errorf("-want +sent:\n%s", diff)
	}
	file := r.MultipartForm.File["avatar"][0]
	opened, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(opened)
	if err != nil || string(content) != "hello" || file.Filename != `a"b.png` || file.Header.Get("Content-Type") != "image/png" {
		t.Errorf("sent %q %+v %v", content, file, err)
	}
	broken := s.call(t, "create_contact", `{"account_id":1,"inbox_id":2,"avatar":{"url":"data:image/png;base64,%%%"}}`)
	if broken.err == nil || broken.err.Code != operations.CodeInvalidInput || broken.err.Faults[0].Pointer != "/avatar/url" {
		t.Errorf("%+v", broken.err)
	}
}

func TestNothingNamesTheAccount(t *testing.T) {
	t.Parallel()
	for name, pointer := range map[string]string{
		"list_teams": "/account_id", "list_teams_ddl": "/account_id", "get_client_contact": "/inbox_identifier", "update_account": "/account_id",
	} {
		input := `{"contact_identifier":"x"}`
		if name != "get_client_contact" {
			input = `{}`
		}
		got := sandboxed(t).call(t, name, input)
		if got.err == nil || got.err.Code != operations.CodeInvalidInput || got.err.Faults[0].Pointer != pointer {
			t.Errorf("%s: %+v", name, got.err)
		}
	}
}

// TestKinds holds that every operation takes one kind of credential, that of its part of the API.
func TestKinds(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, spec := range specs(t) {
		if spec.Name == "raw_http_request" {
			continue
		}
		if len(spec.Auth) != 1 || !slices.Contains([]string{nimchat.User, nimchat.Platform, nimchat.Public}, spec.Auth[0]) {
			t.Errorf("%s takes %v", spec.Name, spec.Auth)
			continue
		}
		if strings.Contains(spec.Name, "client_") != (spec.Auth[0] == nimchat.Public) {
			t.Errorf("%s takes %v", spec.Name, spec.Auth)
		}
		if spec.Kind == operations.KindAction {
			count[spec.Auth[0]]++
		}
	}
	if diff := cmp.Diff(map[string]int{nimchat.User: 74, nimchat.Platform: 10, nimchat.Public: 8}, count); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, auth := range nimchat.Connector().Auth {
		if isPublic := auth.Name == nimchat.Public; isPublic != (len(auth.Headers) == 0) || auth.Fields[0].Secret == isPublic {
			t.Errorf("%+v", auth)
		}
	}
}
