package slack

import (
	"slices"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// refused is what one of Slack's error codes means.
type refused struct {
	code    operations.Code
	meaning string   // for the caller
	fields  []string // of our inputs that it may speak of; the first that was given counts
	broken  bool     // Slack itself failed: a write may have been done
}

// refusalOf looks a code up; one that is not listed is judged by its form. See "Errors" on the page of each method, and
// https://docs.slack.dev/apis/web-api/#errors.
func refusalOf(code string) refused {
	if known, ok := refusals()[code]; ok {
		return known
	}
	switch {
	case strings.HasSuffix(code, "_not_found") || code == "not_found":
		return refused{code: operations.CodeUpstreamNotFound, meaning: "there is no such thing, or the token does not see it"}
	case forbids(code):
		return refused{code: operations.CodeUpstreamForbidden, meaning: "the token, the app or the workspace's settings do not allow it"}
	default:
		return refused{code: operations.CodeUpstreamRejected}
	}
}

func forbids(code string) bool {
	begins := []string{"cant_", "restricted_", "not_allowed_", "no_permission", "not_in_", "user_is_restricted", "user_is_ultra_restricted", "paid_", "not_authorized"}
	ends := []string{"_denied", "_not_allowed", "_forbidden", "_disabled", "_required_by_admin", "_is_restricted"}
	return slices.ContainsFunc(begins, func(prefix string) bool { return strings.HasPrefix(code, prefix) }) ||
		slices.ContainsFunc(ends, func(suffix string) bool { return strings.HasSuffix(code, suffix) })
}

// refusals lists the codes of which more is known than their form says.
func refusals() map[string]refused {
	all := map[string]refused{}
	for _, group := range [][]row{tokenRows(), rightRows(), serviceRows(), channelRows(), userRows(), messageRows(), otherRows()} {
		for _, r := range group {
			for _, code := range strings.Fields(r.codes) {
				all[code] = r.refused
			}
		}
	}
	return all
}

// row is a meaning that several codes share.
type row struct {
	codes string // with spaces between them
	refused
}

func tokenRows() []row {
	const code = operations.CodeCredentialRejected
	return []row{
		{"not_authed", refused{code: code, meaning: "the request came without a token; enter the token again"}},
		{"invalid_auth", refused{code: code, meaning: "the token is not valid, or not from here; enter a valid one"}},
		{"token_revoked", refused{code: code, meaning: "the token was revoked; install the app again and enter the new token"}},
		{"token_expired", refused{code: code, meaning: "the token has run out; connect the account again"}},
		{"account_inactive", refused{code: code, meaning: "the token's user or workspace is gone; install the app again"}},
	}
}

func rightRows() []row {
	const code = operations.CodeUpstreamForbidden
	return []row{
		{"missing_scope", refused{code: code, meaning: "the token lacks a scope; add it to the app at api.slack.com and install the app again"}},
		{"not_allowed_token_type", refused{code: code, meaning: "this kind of token may not do that; some things only a user's token may"}},
		{"no_permission access_denied accesslimited team_access_not_granted ekm_access_denied enterprise_is_restricted two_factor_setup_required",
			refused{code: code, meaning: "the token, the app or the workspace's settings do not allow it"}},
		{"not_in_channel", refused{code: code, meaning: "the bot is not in the channel; let it join or invite it first", fields: []string{"channel"}}},
		{"user_is_restricted user_is_ultra_restricted", refused{code: code, meaning: "guests may not do that, nor be given it"}},
		{"cant_update_message cant_delete_message edit_window_closed", refused{
			code: code, meaning: "the message may not be changed: it is somebody else's, or too old", fields: []string{"ts"}}},
		{"cant_invite_self cant_kick_self cant_invite", refused{code: code, meaning: "the user cannot be added or removed in this way", fields: []string{"user"}}},
		{"cant_leave_general cant_kick_from_general cant_archive_general cant_archive_required", refused{
			code: code, meaning: "Slack does not allow it for this channel", fields: []string{"channel"}}},
		{"paid_only paid_teams_only plan_upgrade_required", refused{code: code, meaning: "the workspace's plan does not include it"}},
	}
}

func serviceRows() []row {
	const failed, slow = operations.CodeUpstreamFailed, operations.CodeRateLimited
	return []row{
		{"fatal_error internal_error service_unavailable", refused{code: failed, meaning: "Slack failed inside", broken: true}},
		{"request_timeout", refused{code: failed, meaning: "the request reached Slack in part only, and nothing was done"}},
		{"org_login_required team_added_to_org external_channel_migrating", refused{
			code: failed, meaning: "the workspace is being moved; nothing was done, try again later"}},
		{"ratelimited rate_limited message_limit_exceeded", refused{code: slow, meaning: "too many requests; try again later"}},
	}
}

func channelRows() []row {
	const missing, rejected = operations.CodeUpstreamNotFound, operations.CodeUpstreamRejected
	channel, name := []string{"channel"}, []string{"name"}
	return []row{
		{"channel_not_found", refused{code: missing, meaning: "there is no such channel, or it is private and the bot is not in it", fields: channel}},
		{"is_archived already_archived", refused{code: rejected, meaning: "the channel is archived", fields: channel}},
		{"not_archived", refused{code: rejected, meaning: "the channel is not archived", fields: channel}},
		{"method_not_supported_for_channel_type channel_type_not_supported", refused{
			code: rejected, meaning: "that cannot be done with this kind of conversation", fields: channel}},
		{"last_member last_ra_channel", refused{code: rejected, meaning: "the last member cannot leave", fields: channel}},
		{"name_taken", refused{code: rejected, meaning: "a channel has that name already, perhaps an archived one", fields: name}},
		{"invalid_name invalid_name_maxlength invalid_name_punctuation invalid_name_required invalid_name_specials", refused{
			code: rejected, meaning: "the name is not one that Slack takes: lower case, no spaces or dots, at most 80 characters for a channel", fields: name}},
		{"too_long", refused{code: rejected, meaning: "the text is too long", fields: []string{"topic", "purpose"}}},
		{"invalid_types", refused{code: rejected, meaning: "the token may not list channels of one of these types", fields: []string{"types"}}},
		{"invalid_cursor", refused{code: rejected, meaning: "the cursor is not one that Slack gave, or has grown old", fields: []string{"cursor"}}},
		{"invalid_limit", refused{code: rejected, meaning: "the limit is out of bounds", fields: []string{"limit"}}},
	}
}

func userRows() []row {
	const missing, rejected = operations.CodeUpstreamNotFound, operations.CodeUpstreamRejected
	user := []string{"user", "users"}
	return []row{
		{"users_not_found", refused{code: missing, meaning: "nobody in the workspace has that address", fields: []string{"email", "users", "user"}}},
		{"user_not_found user_not_visible", refused{code: missing, meaning: "there is no such user, or the token does not see them", fields: append(user, "channel")}},
		{"user_not_in_channel", refused{code: rejected, meaning: "the user is not in the channel", fields: user}},
		{"already_in_channel", refused{code: rejected, meaning: "the user is in the channel already", fields: user}},
		{"user_disabled", refused{code: rejected, meaning: "the user is deactivated", fields: user}},
		{"too_many_users not_enough_users users_list_not_supplied", refused{code: rejected, meaning: "a conversation has one to eight other people", fields: user}},
		{"no_such_subteam subteam_not_found", refused{code: missing, meaning: "there is no such user group", fields: []string{"usergroup"}}},
	}
}

func messageRows() []row {
	const missing, rejected = operations.CodeUpstreamNotFound, operations.CodeUpstreamRejected
	ts, text, blocks, at := []string{"ts"}, []string{"text"}, []string{"blocks"}, []string{"post_at", "post_in"}
	return []row{
		{"message_not_found", refused{code: missing, meaning: "there is no such message in the channel", fields: []string{"ts", "thread_ts"}}},
		{"thread_not_found", refused{code: missing, meaning: "there is no such thread in the channel", fields: []string{"thread_ts", "ts"}}},
		{"bad_timestamp invalid_ts", refused{code: rejected, meaning: "that is no ts of a message", fields: ts}},
		{"invalid_thread_ts cannot_reply_to_message", refused{code: rejected, meaning: "that message cannot have a thread", fields: []string{"thread_ts"}}},
		{"msg_too_long", refused{code: rejected, meaning: "the text is too long", fields: []string{"text", "markdown_text"}}},
		{"no_text", refused{code: rejected, meaning: "the message is empty", fields: text}},
		{"markdown_text_conflict", refused{code: rejected, meaning: "markdown_text goes with neither text nor blocks", fields: []string{"markdown_text"}}},
		{"invalid_blocks invalid_blocks_format msg_blocks_too_long", refused{code: rejected, meaning: "the blocks are not as Slack wants them", fields: blocks}},
		{"invalid_metadata_format invalid_metadata_schema metadata_too_large metadata_must_be_sent_from_app", refused{
			code: rejected, meaning: "the metadata are not as Slack wants them", fields: []string{"metadata"}}},
		{"invalid_time time_in_past", refused{code: rejected, meaning: "the time is not in the future", fields: at}},
		{"time_too_far", refused{code: rejected, meaning: "the time is more than 120 days ahead", fields: at}},
		{"restricted_too_many", refused{code: rejected, meaning: "too many messages are scheduled for about that time", fields: at}},
		{"invalid_scheduled_message_id", refused{
			code: missing, meaning: "there is no such scheduled message, or it is being posted", fields: []string{"scheduled_message_id"}}},
		{"invalid_ts_latest", refused{code: rejected, meaning: "that is no ts", fields: []string{"latest"}}},
		{"invalid_ts_oldest", refused{code: rejected, meaning: "that is no ts", fields: []string{"oldest"}}},
		{"already_reacted", refused{code: rejected, meaning: "the bot has reacted with that emoji already", fields: []string{"name"}}},
		{"no_reaction", refused{code: rejected, meaning: "the bot has not reacted with that emoji", fields: []string{"name"}}},
		{"too_many_emoji too_many_reactions", refused{code: rejected, meaning: "the message has as many reactions as it may have", fields: ts}},
		{"already_pinned", refused{code: rejected, meaning: "the message is pinned already", fields: ts}},
		{"no_pin not_pinned not_pinnable", refused{code: rejected, meaning: "the message is not pinned, or cannot be", fields: ts}},
	}
}

func otherRows() []row {
	const missing, rejected = operations.CodeUpstreamNotFound, operations.CodeUpstreamRejected
	return []row{
		{"file_not_found", refused{code: missing, meaning: "there is no such file, or the token does not see it", fields: []string{"file"}}},
		{"file_deleted", refused{code: missing, meaning: "the file was deleted", fields: []string{"file"}}},
		{"file_upload_size_zero", refused{code: rejected, meaning: "the file is empty", fields: []string{"content", "text"}}},
		{"unknown_method", refused{code: missing, meaning: "Slack has no such method"}},
		{"method_deprecated deprecated_endpoint", refused{code: rejected, meaning: "Slack has given that method up"}},
		{"invalid_arguments invalid_arg_name missing_argument", refused{code: rejected, meaning: "an argument is missing or not as Slack wants it"}},
	}
}
