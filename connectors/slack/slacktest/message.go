package slacktest

import (
	"maps"
	"slices"
)

// message is what somebody wrote in a conversation.
type message struct {
	ts          stamp
	thread      stamp // of the message that the thread began with; 0: it is in no thread
	subtype     string
	user        string
	text        string
	username    string // in place of the bot's own
	icons       record
	blocks      any  // a JSON array
	plain       bool // blocks were made of the text
	attachments any
	metadata    any
	files       []*file
	edited      *edit
	broadcast   bool // a reply that shows in the channel, too
	reactions   []*reaction
	pinned      *pin
	replies     []*message
}

// edit is who changed a message last.
type edit struct {
	User string `json:"user"`
	TS   stamp  `json:"ts"`
}

// reaction is an emoji and who reacted with it.
type reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	Count int      `json:"count"`
}

// pin is who pinned a message.
type pin struct {
	user string
	at   int64
}

func (m *message) isReply() bool { return m.thread != 0 && m.thread != m.ts }

// show is a message as Slack describes it.
func (c *call) show(ch *channel, m *message) record {
	shown := record{"type": "message", "ts": m.ts, "user": m.user, "text": m.text}
	put := func(name string, value any, when bool) {
		if when {
			shown[name] = value
		}
	}
	if m.user == BotUser {
		maps.Copy(shown, record{"bot_id": BotID, "app_id": AppID, "team": TeamID, "bot_profile": c.botProfile()})
	} else {
		put("team", TeamID, m.subtype == "")
	}
	put("subtype", m.subtype, m.subtype != "")
	put("username", m.username, m.username != "")
	put("icons", m.icons, m.icons != nil)
	put("blocks", m.blocks, m.blocks != nil)
	put("attachments", m.attachments, m.attachments != nil)
	put("metadata", m.metadata, m.metadata != nil)
	put("edited", m.edited, m.edited != nil)
	put("reactions", m.reactions, len(m.reactions) > 0)
	put("pinned_to", []string{ch.id}, m.pinned != nil)
	put("thread_ts", m.thread, m.thread != 0)
	put("hidden", true, m.subtype == "tombstone")
	if len(m.files) > 0 {
		files := make([]record, len(m.files))
		for i, f := range m.files {
			files[i] = f.show(c.base)
		}
		maps.Copy(shown, record{"files": files, "upload": true})
	}
	if m.isReply() {
		if root := ch.message(m.thread); root != nil {
			shown["parent_user_id"] = root.user
		}
	}
	maps.Copy(shown, m.showThread())
	return shown
}

// showThread is what the first message of a thread tells of its replies.
func (m *message) showThread() record {
	if len(m.replies) == 0 {
		return nil
	}
	var users []string
	for _, reply := range m.replies {
		if !slices.Contains(users, reply.user) {
			users = append(users, reply.user)
		}
	}
	return record{
		"reply_count": len(m.replies), "reply_users_count": len(users), "reply_users": users[:min(len(users), 5)],
		"latest_reply": m.replies[len(m.replies)-1].ts, "is_locked": false, "subscribed": false,
	}
}

func (s *state) botProfile() record {
	bot := s.users[BotUser]
	return record{
		"id": BotID, "app_id": AppID, "name": bot.real, "team_id": TeamID, "deleted": false, "updated": seedTime,
		"icons": record{"image_36": bot.image(36), "image_48": bot.image(48), "image_72": bot.image(72)},
	}
}

// plainBlocks are the blocks that Slack makes of a text that comes without any.
func plainBlocks(id, text string) any {
	return []record{{
		"type": "rich_text", "block_id": id, "elements": []record{{
			"type": "rich_text_section", "elements": []record{{"type": "text", "text": text}},
		}},
	}}
}
