package slacktest

import "strings"

// extras are what only some methods tell of a conversation.
type extras struct {
	Members  int    `json:"num_members,omitzero"`
	LastRead *stamp `json:"last_read,omitempty"`
	Locale   string `json:"locale,omitempty"`
}

// shownChannel is a channel, or the direct messages of several, as Slack describes it.
//
// Source: https://docs.slack.dev/reference/objects/conversation-object
type shownChannel struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	NameNormalized string   `json:"name_normalized"`
	IsChannel      bool     `json:"is_channel"`
	IsGroup        bool     `json:"is_group"`
	IsIM           bool     `json:"is_im"`
	IsMPIM         bool     `json:"is_mpim"`
	IsPrivate      bool     `json:"is_private"`
	IsMember       bool     `json:"is_member"`
	IsArchived     bool     `json:"is_archived"`
	IsGeneral      bool     `json:"is_general"`
	IsShared       bool     `json:"is_shared"`
	IsOrgShared    bool     `json:"is_org_shared"`
	IsExtShared    bool     `json:"is_ext_shared"`
	IsPending      bool     `json:"is_pending_ext_shared"`
	PendingShared  []string `json:"pending_shared"`
	SharedTeamIDs  []string `json:"shared_team_ids"`
	ContextTeamID  string   `json:"context_team_id"`
	Parent         *string  `json:"parent_conversation"`
	Created        int64    `json:"created"`
	Creator        string   `json:"creator"`
	Updated        int64    `json:"updated"`
	Unlinked       int      `json:"unlinked"`
	Topic          note     `json:"topic"`
	Purpose        note     `json:"purpose"`
	PreviousNames  []string `json:"previous_names"`
	extras
}

// shownDirect is the direct messages with one user as Slack describes them.
type shownDirect struct {
	ID            string `json:"id"`
	Created       int64  `json:"created"`
	IsArchived    bool   `json:"is_archived"`
	IsIM          bool   `json:"is_im"`
	IsOrgShared   bool   `json:"is_org_shared"`
	ContextTeamID string `json:"context_team_id"`
	Updated       int64  `json:"updated"`
	User          string `json:"user"`
	IsUserDeleted bool   `json:"is_user_deleted"`
	Priority      int    `json:"priority"`
	extras
}

// show is a conversation as Slack describes it.
func (ch *channel) show(more extras) any {
	if ch.kind == kindIM {
		more.Members = 0
		return &shownDirect{
			ID: ch.id, Created: ch.created, IsIM: true, ContextTeamID: TeamID, Updated: ch.created * 1000, User: ch.user, extras: more,
		}
	}
	return &shownChannel{
		ID: ch.id, Name: ch.name, NameNormalized: strings.ToLower(ch.name),
		IsChannel: ch.kind == kindPublic, IsGroup: ch.kind == kindPrivate, IsMPIM: ch.kind == kindMPIM,
		IsPrivate: ch.kind != kindPublic, IsMember: ch.has(BotUser), IsArchived: ch.archived, IsGeneral: ch.general,
		PendingShared: []string{}, SharedTeamIDs: []string{TeamID}, ContextTeamID: TeamID,
		Created: ch.created, Creator: ch.creator, Updated: max(ch.topic.LastSet, ch.purpose.LastSet, ch.created) * 1000,
		Topic: ch.topic, Purpose: ch.purpose, PreviousNames: append([]string{}, ch.previous...), extras: more,
	}
}
