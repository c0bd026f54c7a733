package slack_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// TestRefusals holds what an answer of ok: false comes to.
func TestRefusals(t *testing.T) {
	t.Parallel()
	post := `{"channel":"C1","text":"hello"}`
	for _, tc := range []struct {
		name, operation, input, answer string
		code                           operations.Code
		detail                         string // a part of it
		pointers                       []string
	}{
		{"no token", "get_identity", `{}`, `{"ok":false,"error":"not_authed"}`, operations.CodeCredentialRejected, "enter the token", nil},
		{"bad token", "get_identity", `{}`, `{"ok":false,"error":"invalid_auth"}`, operations.CodeCredentialRejected, "(invalid_auth)", nil},
		{"revoked", "get_identity", `{}`, `{"ok":false,"error":"token_revoked"}`, operations.CodeCredentialRejected, "install the app again", nil},
		{"run out", "get_identity", `{}`, `{"ok":false,"error":"token_expired"}`, operations.CodeCredentialRejected, "connect the account", nil},
		{"inactive", "get_identity", `{}`, `{"ok":false,"error":"account_inactive"}`, operations.CodeCredentialRejected, "is gone", nil},
		{
			"scope", "list_users", `{}`, `{"ok":false,"error":"missing_scope","needed":"users:read","provided":"chat:write,files:read"}`,
			operations.CodeUpstreamForbidden, "needs the scope users:read and the token has chat:write,files:read", nil,
		},
		{"scope of none", "list_users", `{}`, `{"ok":false,"error":"missing_scope","needed":"users:read","provided":""}`, operations.CodeUpstreamForbidden, "the token has none", nil},
		{"kind of token", "unarchive_channel", `{"channel":"C1"}`, `{"ok":false,"error":"not_allowed_token_type"}`, operations.CodeUpstreamForbidden, "only a user's token", nil},
		{"settings", "remove_member", `{"channel":"C1","user":"U1"}`, `{"ok":false,"error":"restricted_action_non_threadable_channel"}`, operations.CodeUpstreamForbidden, "settings", nil},
		{"may not", "remove_member", `{"channel":"C1","user":"U1"}`, `{"ok":false,"error":"cant_kick_self"}`, operations.CodeUpstreamForbidden, "", []string{"/user"}},
		{"may not, of a form not listed", "post_message", post, `{"ok":false,"error":"cant_do_what_is_new"}`, operations.CodeUpstreamForbidden, "", nil},
		{"not in", "post_message", post, `{"ok":false,"error":"not_in_channel"}`, operations.CodeUpstreamForbidden, "let it join", []string{"/channel"}},
		{"no channel", "post_message", post, `{"ok":false,"error":"channel_not_found"}`, operations.CodeUpstreamNotFound, "no such channel", []string{"/channel"}},
		{"nobody of that address", "find_user_by_email", `{"email":"x@y.example"}`, `{"ok":false,"error":"users_not_found"}`, operations.CodeUpstreamNotFound, "", []string{"/email"}},
		{"no user", "add_member", `{"channel":"C1","user":"U1"}`, `{"ok":false,"error":"user_not_found"}`, operations.CodeUpstreamNotFound, "", []string{"/user"}},
		{"no users", "open_direct_message", `{"users":["U1"]}`, `{"ok":false,"error":"user_not_found"}`, operations.CodeUpstreamNotFound, "", []string{"/users"}},
		{"no user to post to", "post_message", `{"channel":"U1","text":"hello"}`, `{"ok":false,"error":"user_not_found"}`, operations.CodeUpstreamNotFound, "", []string{"/channel"}},
		{"no thread", "post_message", `{"channel":"C1","text":"hello","thread_ts":"1.2"}`, `{"ok":false,"error":"message_not_found"}`, operations.CodeUpstreamNotFound, "", []string{"/thread_ts"}},
		{"no message", "edit_message", `{"channel":"C1","text":"hello","ts":"1.2"}`, `{"ok":false,"error":"message_not_found"}`, operations.CodeUpstreamNotFound, "", []string{"/ts"}},
		{"nothing of a kind not listed", "get_file", `{"file":"F1"}`, `{"ok":false,"error":"canvas_not_found"}`, operations.CodeUpstreamNotFound, "(canvas_not_found)", nil},
		{"too long", "post_message", post, `{"ok":false,"error":"msg_too_long"}`, operations.CodeUpstreamRejected, "", []string{"/text"}},
		{"empty", "post_message", post, `{"ok":false,"error":"no_text"}`, operations.CodeUpstreamRejected, "", []string{"/text"}},
		{"name taken", "create_channel", `{"name":"general"}`, `{"ok":false,"error":"name_taken"}`, operations.CodeUpstreamRejected, "", []string{"/name"}},
		{"name", "create_channel", `{"name":"A B"}`, `{"ok":false,"error":"invalid_name_specials"}`, operations.CodeUpstreamRejected, "lower case", []string{"/name"}},
		{"reacted", "add_reaction", `{"channel":"C1","ts":"1.2","name":"eyes"}`, `{"ok":false,"error":"already_reacted"}`, operations.CodeUpstreamRejected, "", []string{"/name"}},
		{"past", "schedule_message", `{"channel":"C1","text":"hello","post_at":5}`, `{"ok":false,"error":"time_in_past"}`, operations.CodeUpstreamRejected, "", []string{"/post_at"}},
		{"cursor", "list_channels", `{"cursor":"x"}`, `{"ok":false,"error":"invalid_cursor"}`, operations.CodeUpstreamRejected, "", []string{"/cursor"}},
		{"new code", "post_message", post, `{"ok":false,"error":"something_else"}`, operations.CodeUpstreamRejected, "(something_else)", nil},
		{"no code", "post_message", post, `{"ok":false}`, operations.CodeUpstreamRejected, "no code", nil},
		{
			"blocks, in messages", "post_message", `{"channel":"C1","text":"x","blocks":[{"type":"section"}]}`,
			`{"ok":false,"error":"invalid_blocks","errors":["must define either fields or text [json-pointer:/blocks/0]"],
			  "response_metadata":{"messages":["[ERROR] missing required field: fields [json-pointer:/blocks/0/fields]"]}}`,
			operations.CodeUpstreamRejected, "missing required field: fields", []string{"/blocks/0/fields", "/blocks/0"},
		},
		{
			"blocks, in errors", "post_message", `{"channel":"C1","text":"x","blocks":[{"type":"section"}]}`,
			`{"ok":false,"error":"invalid_blocks","errors":[{"code":"failed_constraint","message":"unsupported type: invalid","pointer":"/0/text/type"}]}`,
			operations.CodeUpstreamRejected, "", []string{"/blocks/0/text/type"},
		},
		{
			"argument under Slack's name", "add_reaction", `{"channel":"C1","ts":"1.2","name":"eyes"}`,
			`{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["[ERROR] must match [json-pointer:/timestamp]"]}}`,
			operations.CodeUpstreamRejected, "must match", []string{"/ts"},
		},
		{
			"argument that is not ours", "post_message", post,
			`{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["[ERROR] no [json-pointer:/as_user]", "[ERROR] no [json-pointer:"]}}`,
			operations.CodeUpstreamRejected, "", nil,
		},
		{"inside, read", "list_users", `{}`, `{"ok":false,"error":"internal_error"}`, operations.CodeUpstreamFailed, "", nil},
		{"inside, write", "post_message", post, `{"ok":false,"error":"internal_error"}`, operations.CodeOutcomeUnknown, "look before", nil},
		{"fatal, write", "post_message", post, `{"ok":false,"error":"fatal_error"}`, operations.CodeOutcomeUnknown, "look before", nil},
		{"moving, write", "post_message", post, `{"ok":false,"error":"team_added_to_org"}`, operations.CodeUpstreamFailed, "nothing was done", nil},
		{"too many, with 200", "post_message", post, `{"ok":false,"error":"ratelimited"}`, operations.CodeRateLimited, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, _ := scripted(t, http.StatusOK, http.Header{"X-Slack-Req-Id": {"r-1"}}, tc.answer)
			got := s.call(t, tc.operation, tc.input).err
			if got == nil || got.Code != tc.code || !strings.Contains(got.Detail, tc.detail) {
				t.Fatalf("got %v, want %s and %q", got, tc.code, tc.detail)
			}
			var pointers []string
			for _, fault := range got.Faults {
				pointers = append(pointers, fault.Pointer)
				if fault.Detail == "" || strings.Contains(fault.Detail, "json-pointer") {
					t.Errorf("fault %+v", fault)
				}
			}
			if diff := cmp.Diff(tc.pointers, pointers); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if got.Upstream == nil || got.Upstream.Status != http.StatusOK || got.Upstream.RequestID != "r-1" || string(got.Upstream.Body) != tc.answer {
				t.Errorf("upstream %+v", got.Upstream)
			}
		})
	}
}

// TestAnswersThatAreNone holds what comes of a status of its own, and of an answer that is not Slack's.
func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	const read, write = "list_users", "post_message"
	for _, tc := range []struct {
		name, operation string
		status          int
		header          http.Header
		body            string
		code            operations.Code
		upstream        string // Slack's code
		after           time.Duration
	}{
		{"too many", write, 429, http.Header{"Retry-After": {"30"}}, `{"ok":false,"error":"ratelimited"}`, operations.CodeRateLimited, "ratelimited", 30 * time.Second},
		{"too many, with 200", read, 200, http.Header{"Retry-After": {"7"}}, `{"ok":false,"error":"ratelimited"}`, operations.CodeRateLimited, "ratelimited", 7 * time.Second},
		{"down", write, 503, nil, `{"ok":false,"error":"service_unavailable"}`, operations.CodeUpstreamFailed, "service_unavailable", 0},
		{"broken, read", read, 500, nil, `<html>`, operations.CodeUpstreamFailed, "", 0},
		{"broken, write", write, 500, nil, `<html>`, operations.CodeOutcomeUnknown, "", 0},
		{"page, read", read, 200, nil, `<html>down for maintenance</html>`, operations.CodeUpstreamFailed, "", 0},
		{"page, write", write, 200, nil, `<html>down for maintenance</html>`, operations.CodeOutcomeUnknown, "", 0},
		{"nothing", read, 200, nil, ``, operations.CodeUpstreamFailed, "", 0},
		{"list", read, 200, nil, `[{"ok":true}]`, operations.CodeUpstreamFailed, "", 0},
		{"no ok", read, 200, nil, `{"members":[]}`, operations.CodeUpstreamFailed, "", 0},
		{"ok that is none", read, 200, nil, `{"ok":"true"}`, operations.CodeUpstreamFailed, "", 0},
		{"cut off", read, 200, nil, `{"ok":true,"members":[`, operations.CodeUpstreamFailed, "", 0},
		{"too deep", read, 200, nil, `{"ok":true,"members":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, operations.CodeUpstreamFailed, "", 0},
		{"other shape, read", read, 200, nil, `{"ok":true,"members":"everybody"}`, operations.CodeUpstreamFailed, "", 0},
		{"other shape, write", write, 200, nil, `{"ok":true,"ts":17}`, operations.CodeOutcomeUnknown, "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, _ := scripted(t, tc.status, tc.header, tc.body)
			input := map[string]string{read: `{}`, write: `{"channel":"C1","text":"hello"}`}[tc.operation]
			got := s.call(t, tc.operation, input).err
			if got == nil || got.Code != tc.code || got.RetryAfter != tc.after {
				t.Fatalf("got %v after %s, want %s after %s", got, got.RetryAfter, tc.code, tc.after)
			}
			if got.Upstream == nil || got.Upstream.Status != tc.status || got.Upstream.Code != tc.upstream || len(got.Upstream.Body) > 5<<10 {
				t.Errorf("upstream %+v", got.Upstream)
			}
		})
	}
}

// TestWarnings holds that what Slack remarks reaches the caller, but for what it says of a request's charset.
func TestWarnings(t *testing.T) {
	t.Parallel()
	s, _ := scripted(t, http.StatusOK, nil, `{"ok":true,"channel":{"id":"C1"},"warning":"already_in_channel,superfluous_charset",
		"response_metadata":{"warnings":["already_in_channel","missing_charset"],"messages":["[WARN] A Content-Type is missing"]}}`)
	got := s.call(t, "join_channel", `{"channel":"C1"}`)
	want := []string{"Slack remarks: already_in_channel", "Slack remarks: A Content-Type is missing"}
	if diff := cmp.Diff(want, got.warnings); diff != "" || got.err != nil {
		t.Errorf("%v, warnings (-want +got):\n%s", got.err, diff)
	}
	s, _ = scripted(t, http.StatusOK, nil, `{"ok":true,"not_in_channel":true}`)
	if got := s.call(t, "leave_channel", `{"channel":"C1"}`); len(got.warnings) != 1 || string(got.output) != `{"ok":true}` {
		t.Errorf("leaving: %s, %v", got.output, got.warnings)
	}
}
