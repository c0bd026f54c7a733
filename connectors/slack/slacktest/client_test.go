package slacktest_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

func TestClientPostsEditsAndDeletes(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	api := f.client(slacktest.Token)
	section := slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "*Hello*", false, false), nil, nil)
	channel, ts, sent, err := api.PostMessageWithResponseContext(t.Context(), "#support",
		slack.MsgOptionText("Hello", false), slack.MsgOptionBlocks(section), slack.MsgOptionTS(slacktest.ThreadTS))
	check(t, err)
	if channel != slacktest.SupportChannel || ts != "1772454600.000000" || sent.Text != "Hello" ||
		sent.ThreadTimestamp != slacktest.ThreadTS || len(sent.Blocks.BlockSet) != 1 || sent.BotID != slacktest.BotID {
		t.Errorf("sent to %s at %s: %+v", channel, ts, sent)
	}
	replies, _, _, err := api.GetConversationRepliesContext(t.Context(), &slack.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: slacktest.ThreadTS,
	})
	check(t, err)
	if len(replies) != 5 || replies[0].ReplyCount != 4 || replies[0].LatestReply != ts || replies[4].Timestamp != ts {
		t.Errorf("the thread: %+v", replies)
	}
	_, _, text, err := api.UpdateMessageContext(t.Context(), channel, ts, slack.MsgOptionText("Hello again", false))
	if err != nil || text != "Hello again" {
		t.Errorf("updating: %q %v", text, err)
	}
	link, err := api.GetPermalinkContext(t.Context(), &slack.PermalinkParameters{Channel: channel, Ts: ts})
	want := slacktest.TeamURL + "archives/" + channel + "/p1772454600000000?cid=" + channel + "&thread_ts=" + slacktest.ThreadTS
	if err != nil || link != want {
		t.Errorf("the link: %s %v", link, err)
	}
	_, _, err = api.DeleteMessageContext(t.Context(), channel, ts)
	check(t, err)
	_, _, err = api.DeleteMessageContext(t.Context(), channel, ts)
	if err == nil || err.Error() != "message_not_found" {
		t.Errorf("deleting it twice: %v", err)
	}
	if got := f.sandbox.Stats().Writes; got != 3 {
		t.Errorf("%d writes, want 3", got)
	}
}

func TestClientOpensDirectMessages(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	api := f.client(slacktest.Token)
	channel, _, err := api.PostMessageContext(t.Context(), slacktest.OwnerUser, slack.MsgOptionText("Hi", false))
	if err != nil || channel != slacktest.DirectChannel {
		t.Errorf("posting to a user: %s %v", channel, err)
	}
	opened, _, already, err := api.OpenConversationContext(t.Context(), &slack.OpenConversationParameters{
		Users: []string{slacktest.InviteeUser}, ReturnIM: true,
	})
	if err != nil || already || !opened.IsIM || opened.User != slacktest.InviteeUser {
		t.Errorf("opening: %+v %v %v", opened, already, err)
	}
	group, _, already, err := api.OpenConversationContext(t.Context(), &slack.OpenConversationParameters{
		Users: []string{slacktest.MemberUser, slacktest.AdminUser}, ReturnIM: true,
	})
	if err != nil || !already || group.ID != slacktest.GroupChannel || !group.IsMpIM {
		t.Errorf("opening with two: %+v %v %v", group, already, err)
	}
}

func TestClientManagesChannels(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	api := f.client(slacktest.Token)
	made, err := api.CreateConversationContext(t.Context(), slack.CreateConversationParams{ChannelName: "årsfest_2026"})
	check(t, err)
	if !made.IsMember || made.IsPrivate || made.Creator != slacktest.BotUser {
		t.Errorf("made %+v", made)
	}
	_, err = api.InviteUsersToConversationContext(t.Context(), made.ID, slacktest.OwnerUser, slacktest.GuestUser)
	check(t, err)
	check(t, api.KickUserFromConversationContext(t.Context(), made.ID, slacktest.GuestUser))
	_, err = api.SetTopicOfConversationContext(t.Context(), made.ID, "Cake")
	check(t, err)
	_, err = api.SetPurposeOfConversationContext(t.Context(), made.ID, "To eat it")
	check(t, err)
	_, err = api.RenameConversationContext(t.Context(), made.ID, "summer-party")
	check(t, err)
	info, err := api.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: made.ID, IncludeNumMembers: true})
	check(t, err)
	if info.Name != "summer-party" || info.Topic.Value != "Cake" || info.Purpose.Value != "To eat it" || info.NumMembers != 2 ||
		!slices.Equal(info.PreviousNames, []string{"årsfest_2026"}) {
		t.Errorf("the channel: %+v", info)
	}
	check(t, api.ArchiveConversationContext(t.Context(), made.ID))
	if _, _, err = api.PostMessageContext(t.Context(), made.ID, slack.MsgOptionText("x", false)); err == nil || err.Error() != "is_archived" {
		t.Errorf("posting to an archived channel: %v", err)
	}
	check(t, api.UnArchiveConversationContext(t.Context(), made.ID))
	members, _, err := api.GetUsersInConversationContext(t.Context(), &slack.GetUsersInConversationParameters{ChannelID: made.ID})
	if err != nil || !slices.Equal(members, []string{slacktest.BotUser, slacktest.OwnerUser}) {
		t.Errorf("members: %v %v", members, err)
	}
	if absent, err := api.LeaveConversationContext(t.Context(), made.ID); err != nil || absent {
		t.Errorf("leaving: %v %v", absent, err)
	}
	if absent, err := api.LeaveConversationContext(t.Context(), made.ID); err != nil || !absent {
		t.Errorf("leaving twice: %v %v", absent, err)
	}
	if _, warning, _, err := api.JoinConversationContext(t.Context(), slacktest.RandomChannel); err != nil || warning != "already_in_channel" {
		t.Errorf("joining where it is: %q %v", warning, err)
	}
}

func TestClientReactsAndPins(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	api := f.client(slacktest.Token)
	item := slack.NewRefToMessage(slacktest.SupportChannel, slacktest.PlainTS)
	check(t, api.AddReactionContext(t.Context(), "thumbsup", item))
	check(t, api.AddReactionContext(t.Context(), slacktest.CustomEmoji, item))
	check(t, api.AddReactionContext(t.Context(), "wave::skin-tone-3", item))
	check(t, api.RemoveReactionContext(t.Context(), slacktest.CustomEmoji, item))
	reacted, err := api.GetReactionsContext(t.Context(), item, slack.NewGetReactionsParameters())
	check(t, err)
	want := []slack.ItemReaction{
		{Name: "+1", Count: 1, Users: []string{slacktest.BotUser}}, {Name: "wave::skin-tone-3", Count: 1, Users: []string{slacktest.BotUser}},
	}
	if diff := cmp.Diff(want, reacted.Reactions); diff != "" {
		t.Error(diff)
	}
	check(t, api.AddPinContext(t.Context(), slacktest.SupportChannel, item))
	pins, _, err := api.ListPinsContext(t.Context(), slacktest.SupportChannel)
	if err != nil || len(pins) != 2 || pins[0].Message.Timestamp != slacktest.PlainTS || pins[1].Message.Timestamp != slacktest.PinnedTS {
		t.Errorf("pins: %+v %v", pins, err)
	}
	check(t, api.RemovePinContext(t.Context(), slacktest.SupportChannel, item))
}

func TestClientFindsPeopleAndThings(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	api := f.client(slacktest.Token)
	users, err := api.GetUsersContext(t.Context(), slack.GetUsersOptionLimit(4))
	if err != nil || len(users) != 9 {
		t.Errorf("%d users %v", len(users), err)
	}
	ada, err := api.GetUserByEmailContext(t.Context(), slacktest.OwnerEmail)
	if err != nil || ada.ID != slacktest.OwnerUser || !ada.IsOwner || ada.Profile.Email != slacktest.OwnerEmail {
		t.Errorf("by address: %+v %v", ada, err)
	}
	both, err := api.GetUsersInfoContext(t.Context(), slacktest.GuestUser, slacktest.SingleUser)
	if err != nil || len(*both) != 2 || !(*both)[0].IsRestricted || !(*both)[1].IsUltraRestricted {
		t.Errorf("by id: %+v %v", both, err)
	}
	groups, err := api.GetUserGroupsContext(t.Context(), slack.GetUserGroupsOptionIncludeUsers(true), slack.GetUserGroupsOptionIncludeDisabled(true))
	if err != nil || len(groups) != 3 || groups[0].Handle != "support-team" || len(groups[0].Users) != 2 || groups[2].DateDelete == 0 {
		t.Errorf("groups: %+v %v", groups, err)
	}
	members, err := api.GetUserGroupMembersContext(t.Context(), slacktest.OnCallGroup)
	if err != nil || !slices.Equal(members, []string{slacktest.OwnerUser, slacktest.InviteeUser}) {
		t.Errorf("members: %v %v", members, err)
	}
	emoji, err := api.GetEmojiContext(t.Context())
	if err != nil || emoji["ship-it"] != "alias:shipit" {
		t.Errorf("emoji: %v %v", emoji, err)
	}
	team, err := api.GetTeamInfoContext(t.Context())
	if err != nil || team.ID != slacktest.TeamID || team.Name != slacktest.TeamName {
		t.Errorf("team: %+v %v", team, err)
	}
	self, err := api.AuthTestContext(t.Context())
	if err != nil || self.UserID != slacktest.BotUser || self.BotID != slacktest.BotID || self.URL != slacktest.TeamURL {
		t.Errorf("self: %+v %v", self, err)
	}
	mine, _, err := api.GetConversationsForUserContext(t.Context(), &slack.GetConversationsForUserParameters{
		UserID: slacktest.OwnerUser, Types: []string{"private_channel", "im"},
	})
	if err != nil || len(mine) != 2 || mine[0].ID != slacktest.LeadershipChannel || mine[1].User != slacktest.OwnerUser {
		t.Errorf("conversations: %+v %v", mine, err)
	}
}

func TestClientSchedules(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	api := f.client(slacktest.Token)
	_, id, err := api.ScheduleMessageContext(t.Context(), slacktest.SupportChannel, "1772458200", slack.MsgOptionText("Later", false))
	check(t, err)
	list, _, err := api.GetScheduledMessagesContext(t.Context(), &slack.GetScheduledMessagesParameters{Channel: slacktest.SupportChannel})
	if err != nil || len(list) != 2 || list[0].ID != slacktest.ScheduledMessage || list[1].ID != id || list[1].PostAt != 1772458200 {
		t.Errorf("scheduled: %+v %v", list, err)
	}
	_, err = api.DeleteScheduledMessageContext(t.Context(), &slack.DeleteScheduledMessageParameters{
		Channel: slacktest.SupportChannel, ScheduledMessageID: slacktest.ScheduledMessage,
	})
	check(t, err)
	f.clock.advance(time.Hour)
	history, err := api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: slacktest.SupportChannel, Limit: 1})
	if err != nil || history.Messages[0].Text != "Later" || history.Messages[0].Timestamp != "1772458200.000000" {
		t.Errorf("history: %+v %v", history, err)
	}
	list, _, err = api.GetScheduledMessagesContext(t.Context(), &slack.GetScheduledMessagesParameters{})
	if err != nil || len(list) != 0 {
		t.Errorf("scheduled: %+v %v", list, err)
	}
}

func TestClientUploadsAndDownloads(t *testing.T) {
	t.Parallel()
	f := start(t, slacktest.Options{})
	api := f.client(slacktest.Token)
	summary, err := api.UploadFileContext(t.Context(), slack.UploadFileParameters{
		Filename: "Notes 1/2.txt", Content: "some notes", FileSize: 10, Title: "Notes", Channel: slacktest.SupportChannel,
		InitialComment: "Here they are", ThreadTimestamp: slacktest.ThreadTS,
	})
	check(t, err)
	file, _, _, err := api.GetFileInfoContext(t.Context(), summary.ID, 0, 0)
	check(t, err)
	if file.Title != "Notes" || file.Size != 10 || file.Mimetype != "text/plain" || !slices.Equal(file.Channels, []string{slacktest.SupportChannel}) {
		t.Errorf("the file: %+v", file)
	}
	var content bytes.Buffer
	check(t, api.GetFileContext(t.Context(), file.URLPrivateDownload, &content))
	if content.String() != "some notes" {
		t.Errorf("downloaded %q", content.String())
	}
	if err := f.client(slacktest.LimitedToken).GetFileContext(t.Context(), file.URLPrivate, &content); err == nil {
		t.Error("a token without files:read downloads")
	}
	listed, _, err := api.ListFilesContext(t.Context(), slack.ListFilesParameters{Channel: slacktest.SupportChannel, Limit: 1})
	if err != nil || len(listed) != 1 || listed[0].ID != summary.ID {
		t.Errorf("listed %+v %v", listed, err)
	}
	check(t, api.DeleteFileContext(t.Context(), summary.ID))
	var refused slack.SlackErrorResponse
	if _, _, _, err := api.GetFileInfoContext(t.Context(), summary.ID, 0, 0); !errors.As(err, &refused) || refused.Err != "file_not_found" {
		t.Errorf("after deleting: %v", err)
	}
}
