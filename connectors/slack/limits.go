package slack

import (
	"time"

	"github.com/patchbay/patchbay/operations"
)

// tiers are Slack's limits: requests a minute, of each method, for one app in one workspace. Slack says "at least" and lets
// bursts pass. See https://docs.slack.dev/apis/web-api/rate-limits.
func tiers() map[int][]string {
	return map[int][]string{
		20: {
			"conversations.archive", "conversations.create", "conversations.list", "conversations.rename", "conversations.setPurpose",
			"conversations.setTopic", "conversations.unarchive", "emoji.list", "pins.add", "pins.list", "pins.remove", "reactions.remove",
			"usergroups.list", "usergroups.users.list", "users.list",
		},
		50: {
			"chat.delete", "chat.deleteScheduledMessage", "chat.scheduleMessage", "chat.scheduledMessages.list", "chat.update",
			"conversations.history", "conversations.info", "conversations.invite", "conversations.join", "conversations.kick",
			"conversations.leave", "conversations.open", "conversations.replies", "files.delete", "files.list", "reactions.add", "reactions.get",
			"team.info", "users.conversations", "users.lookupByEmail",
		},
		100: {
			"chat.postEphemeral", "conversations.members", "files.completeUploadExternal", "files.getUploadURLExternal", "files.info", "users.info",
		},
	}
}

// throttlers holds each method to its tier. Those of history are off: they bind only apps that are sold outside of Slack's
// Marketplace, and a company's own app is not one.
func throttlers() []operations.Throttler {
	list := []operations.Throttler{{
		Name: "chat.postMessage", Match: "/chat.postMessage", TTL: operations.Seconds(time.Second), Limit: 1,
		Key: operations.DefaultThrottlerKey + "/{input.channel}", Enabled: true,
	}}
	for _, limit := range []int{20, 50, 100} {
		for _, name := range tiers()[limit] {
			list = append(list, operations.Throttler{
				Name: name, Match: "/" + name, TTL: operations.Seconds(time.Minute), Limit: limit, Key: operations.DefaultThrottlerKey, Enabled: true,
			})
		}
	}
	for _, name := range []string{"conversations.history", "conversations.replies"} {
		list = append(list, operations.Throttler{
			Name: name + "-distributed", Match: "/" + name, TTL: operations.Seconds(time.Minute), Limit: 1, Key: operations.DefaultThrottlerKey,
		})
	}
	return list
}
