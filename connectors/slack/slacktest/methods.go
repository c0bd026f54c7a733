package slacktest

// method is a method of the Web API.
type method struct {
	tier   tier
	scopes []string // any of them will do; none: a token is enough
	open   bool     // needs no token
	json   bool     // takes its arguments as JSON too
	writes bool     // changes something
	run    func(*call) (record, error)
}

// perKind are four scopes, one for each kind of conversation: public, private, group and direct messages. Any of them
// lets a caller in; which one it takes shows when the conversation is known.
type perKind [4]string

func readScopes() perKind { return perKind{"channels:read", "groups:read", "mpim:read", "im:read"} }

func manageScopes() perKind {
	return perKind{"channels:manage", "groups:write", "mpim:write", "im:write"}
}

func historyScopes() perKind {
	return perKind{"channels:history", "groups:history", "mpim:history", "im:history"}
}

// methods are all that the sandbox knows.
func methods() map[string]method {
	all := map[string]method{}
	add := func(m method, runs map[string]func(*call) (record, error)) {
		for name, run := range runs {
			m.run = run
			all[name] = m
		}
	}
	addOpen(add)
	addChat(add)
	addConversations(add)
	addMembership(add)
	addPeople(add)
	addItems(add)
	addFiles(add)
	return all
}

type runs = map[string]func(*call) (record, error)

type adder = func(method, map[string]func(*call) (record, error))

func addOpen(add adder) {
	add(method{tier: tierSpecial, json: true}, runs{"auth.test": (*call).authTest})
	add(method{tier: tier4, open: true, json: true}, runs{"api.test": (*call).apiTest})
	add(method{tier: tier4, open: true}, runs{"oauth.v2.access": (*call).oauthAccess})
	add(method{tier: tier3, writes: true}, runs{"auth.revoke": (*call).authRevoke})
}

func addChat(add adder) {
	write := []string{"chat:write"}
	add(method{tier: tierPost, scopes: write, json: true, writes: true}, runs{"chat.postMessage": (*call).postMessage})
	add(method{tier: tier4, scopes: write, json: true, writes: true}, runs{"chat.postEphemeral": (*call).postEphemeral})
	add(method{tier: tier3, scopes: write, json: true, writes: true}, runs{
		"chat.update": (*call).updateMessage, "chat.delete": (*call).deleteMessage,
		"chat.scheduleMessage": (*call).scheduleMessage, "chat.deleteScheduledMessage": (*call).deleteScheduledMessage,
	})
	add(method{tier: tier3, json: true}, runs{"chat.scheduledMessages.list": (*call).listScheduledMessages})
	add(method{tier: tierSpecial}, runs{"chat.getPermalink": (*call).getPermalink})
}

func addConversations(add adder) {
	read, manage, history := readScopes(), manageScopes(), historyScopes()
	add(method{tier: tier2, scopes: read[:]}, runs{"conversations.list": (*call).listConversations})
	add(method{tier: tier3, scopes: read[:]}, runs{
		"conversations.info": (*call).showConversation, "users.conversations": (*call).listConversationsOf,
	})
	add(method{tier: tier4, scopes: read[:]}, runs{"conversations.members": (*call).listMembers})
	add(method{tier: tierHistory, scopes: history[:]}, runs{
		"conversations.history": (*call).listMessages, "conversations.replies": (*call).listReplies,
	})
	add(method{tier: tier2, scopes: manage[:], json: true, writes: true}, runs{
		"conversations.create": (*call).createConversation, "conversations.rename": (*call).renameConversation,
		"conversations.archive": (*call).archiveConversation, "conversations.unarchive": (*call).unarchiveConversation,
		"conversations.setTopic": (*call).setTopic, "conversations.setPurpose": (*call).setPurpose,
	})
}

func addMembership(add adder) {
	manage := manageScopes()
	add(method{tier: tier3, scopes: []string{"channels:join"}, json: true, writes: true}, runs{"conversations.join": (*call).join})
	add(method{tier: tier3, scopes: manage[:], json: true, writes: true}, runs{
		"conversations.leave": (*call).leave, "conversations.invite": (*call).invite, "conversations.kick": (*call).kick,
		"conversations.open": (*call).openConversation,
	})
}

func addPeople(add adder) {
	add(method{tier: tier2, scopes: []string{"users:read"}}, runs{"users.list": (*call).listUsers})
	add(method{tier: tier4, scopes: []string{"users:read"}}, runs{"users.info": (*call).showUser})
	add(method{tier: tier3, scopes: []string{"users:read.email"}}, runs{"users.lookupByEmail": (*call).lookupByEmail})
	add(method{tier: tier2, scopes: []string{"usergroups:read"}}, runs{
		"usergroups.list": (*call).listGroups, "usergroups.users.list": (*call).listGroupUsers,
	})
	add(method{tier: tier2, scopes: []string{"emoji:read"}}, runs{"emoji.list": (*call).listEmoji})
	add(method{tier: tier3, scopes: []string{"team:read"}}, runs{"team.info": (*call).showTeam})
}

func addItems(add adder) {
	add(method{tier: tier3, scopes: []string{"reactions:write"}, json: true, writes: true}, runs{"reactions.add": (*call).addReaction})
	add(method{tier: tier2, scopes: []string{"reactions:write"}, json: true, writes: true}, runs{"reactions.remove": (*call).removeReaction})
	add(method{tier: tier3, scopes: []string{"reactions:read"}}, runs{"reactions.get": (*call).getReactions})
	add(method{tier: tier2, scopes: []string{"pins:write"}, json: true, writes: true}, runs{
		"pins.add": (*call).addPin, "pins.remove": (*call).removePin,
	})
	add(method{tier: tier2, scopes: []string{"pins:read"}}, runs{"pins.list": (*call).listPins})
}

func addFiles(add adder) {
	write := []string{"files:write"}
	add(method{tier: tier4, scopes: write, json: true}, runs{"files.getUploadURLExternal": (*call).getUploadURL})
	add(method{tier: tier4, scopes: write, json: true, writes: true}, runs{"files.completeUploadExternal": (*call).completeUpload})
	add(method{tier: tier3, scopes: write, json: true, writes: true}, runs{"files.delete": (*call).deleteFile})
	add(method{tier: tier4, scopes: []string{"files:read"}}, runs{"files.info": (*call).showFile})
	add(method{tier: tier3, scopes: []string{"files:read"}}, runs{"files.list": (*call).listFiles})
}
