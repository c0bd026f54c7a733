package nimchattest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/internal/sandbox/contract"
)

// exchange is one request to the API, being answered.
type exchange struct {
	*store
	op      *contract.Op
	query   url.Values
	params  map[string]string
	body    map[string]any // decoded; numbers are int or float64
	account int            // of the path; 0: none
	user    record         // who asks; nil: a bot, a platform app or the public
	base    string         // what the addresses of pictures begin with
	now     time.Time
}

// handler answers one operation. A nil answer is an empty body.
type handler func(x *exchange) (any, *problem)

func handlers() map[string]handler {
	all := map[string]handler{}
	for _, part := range []map[string]handler{
		platformHandlers(), peopleHandlers(), contactHandlers(), conversationHandlers(), inboxHandlers(), settingHandlers(),
		portalHandlers(), reportHandlers(), clientHandlers(),
	} {
		maps.Copy(all, part)
	}
	return all
}

func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	answer, problem := s.handle(w, r)
	switch {
	case problem != nil:
		problem.write(w)
	case answer == nil:
		w.WriteHeader(http.StatusOK)
	default:
		sandbox.WriteJSON(w, http.StatusOK, mediaType, answer)
	}
}

func (s *Sandbox) handle(w http.ResponseWriter, r *http.Request) (any, *problem) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(r.URL.RawQuery) > 16<<10 {
		return nil, refused(http.StatusBadRequest, "Bad Request")
	}
	op, params, _ := s.contract.Match(r.Method, route(r.URL.EscapedPath(), query))
	if op == nil || s.handlers[op.ID] == nil {
		return nil, noRoute()
	}
	x := &exchange{op: op, query: query, params: params, now: s.options.Now(), base: "http://" + r.Host + s.options.Prefix}
	s.mu.Lock()
	x.store = s.store
	problem := x.admit(r)
	s.mu.Unlock()
	if problem == nil {
		problem = x.read(w, r)
	}
	if problem != nil {
		return nil, problem
	}
	if op.ID == "search_contacts" {
		if _, ok := s.searches.Take(params["account_id"]); !ok {
			return nil, refused(http.StatusTooManyRequests, "Retry later")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x.store = s.store // as it is now
	if isWrite(r) && x.full() {
		return nil, unprocessable("the sandbox is full; reset it")
	}
	answer, problem := s.handlers[op.ID](x)
	if problem != nil || answer == nil {
		return nil, problem
	}
	written, err := json.Marshal(answer) // while the records cannot change
	if err != nil {
		return nil, refused(http.StatusInternalServerError, "Internal Server Error")
	}
	return json.RawMessage(written), nil
}

// route brings a path into the form of the document: without a slash at its end, which means nothing to the service.
// There, two operations share the address of the metrics; the document tells them apart by such a slash.
func route(path string, query url.Values) string {
	path = strings.TrimSuffix(path, "/")
	if strings.HasSuffix(path, "/reports/conversations") && query.Get("type") == "agent" {
		return path + "/"
	}
	return path
}

func isFilter(path string) bool { return strings.HasSuffix(strings.TrimSuffix(path, "/"), "/filter") }

// admit checks who asks: each part of the API has its own kind of token.
func (x *exchange) admit(r *http.Request) *problem {
	token := r.Header.Get("api_access_token")
	switch {
	case strings.HasPrefix(x.op.Path, "/public/"):
		return nil
	case strings.HasPrefix(x.op.Path, "/platform/"):
		if token != PlatformToken {
			return unauthorized("Invalid access_token")
		}
		x.account = number(x.params["account_id"])
		return nil
	case token == UserToken:
		x.user = x.find("user", 1)
	case token == AgentToken:
		x.user = x.find("user", 2)
	case token != BotToken:
		return unauthorized("Invalid Access Token")
	case !slices.Contains(botOperations(), x.op.ID):
		return unauthorized("Access to this endpoint is not authorized for bots")
	}
	return x.enter()
}

func botOperations() []string {
	return []string{"toggle_conversation_status", "toggle_conversation_priority", "create_conversation", "create_message", "assign_conversation"}
}

// enter checks that whoever asks may enter the account of the path, and do this there.
func (x *exchange) enter() *problem {
	text, within := x.params["account_id"]
	if !within {
		return nil
	}
	x.account = number(text)
	if x.find("account", x.account) == nil {
		return notFound()
	}
	if x.user == nil { // the bot belongs to account 1
		if x.account != 1 {
			return unauthorized("Bot is not authorized to access this account")
		}
		return nil
	}
	member := x.membership(x.account, x.user.id())
	if member == nil {
		return unauthorized("You are not authorized to access this account")
	}
	if member.text("role") != "administrator" && slices.Contains(adminOperations(), x.op.ID) {
		return unauthorized("You are not authorized to do this action")
	}
	return nil
}

// adminOperations are those that an agent may not do.
func adminOperations() []string {
	return []string{
		"add_agent", "update_agent", "create_account_agent_bot", "update_account_agent_bot", "create_inbox", "update_inbox",
		"set_inbox_agent_bot", "create_integration_hook", "update_integration_hook", "create_team", "update_team",
		"list_webhooks", "create_webhook", "update_webhook", "list_automation_rules", "create_automation_rule",
		"get_automation_rule", "update_automation_rule", "create_portal", "update_portal", "get_account_report",
		"get_account_report_summary", "get_account_conversation_metrics", "get_agent_conversation_metrics",
		"add_team_members", "replace_team_members", "remove_team_members", "add_inbox_members", "replace_inbox_members",
		"remove_inbox_members", "create_custom_attribute", "update_custom_attribute",
	}
}
