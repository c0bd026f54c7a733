package slack

import (
	"bytes"
	"encoding/json"
)

// original is one of Slack's objects as it came. Embedded in a struct it makes the struct's fields words for what the object
// holds, for people and for the schema; nothing that Slack sent is lost, and nothing that it did not send is added.
type original struct{ raw json.RawMessage }

// UnmarshalJSON keeps a copy of data.
func (o *original) UnmarshalJSON(data []byte) error {
	o.raw = bytes.Clone(data)
	return nil
}

// MarshalJSON gives what was kept.
func (o original) MarshalJSON() ([]byte, error) {
	if o.raw == nil {
		return []byte("{}"), nil
	}
	return o.raw, nil
}

// done is what is in every answer.
type done struct {
	OK bool `json:"ok" doc:"true: what Slack refuses is an error of the call"`
}

// next is in every answer that lists.
type next struct {
	NextCursor string `json:"next_cursor,omitempty" doc:"gives the next page as cursor; not there on the last one"`
}

// page is in every input that asks for a list.
type page struct {
	Cursor string `json:"cursor,omitempty" doc:"the next_cursor of an earlier answer" maxLength:"1024"`
	Limit  int    `json:"limit,omitempty" doc:"how many at most; Slack may give fewer before the end" default:"100" minimum:"1" maximum:"999"`
}

// note is a topic or a purpose.
type note struct {
	Value   string `json:"value,omitempty"`
	Creator string `json:"creator,omitempty" doc:"the user who set it"`
	LastSet int64  `json:"last_set,omitempty" doc:"seconds since 1970"`
}

// channel is Slack's conversation: https://docs.slack.dev/reference/objects/conversation-object.
type channel struct {
	original
	ID         string `json:"id"`
	Name       string `json:"name,omitempty" doc:"without #; direct messages have none"`
	IsPrivate  bool   `json:"is_private,omitempty"`
	IsArchived bool   `json:"is_archived,omitempty"`
	IsMember   bool   `json:"is_member,omitempty" doc:"whether the token's user is in it"`
	IsGeneral  bool   `json:"is_general,omitempty"`
	IsIM       bool   `json:"is_im,omitempty" doc:"a direct message"`
	IsMpIM     bool   `json:"is_mpim,omitempty" doc:"a direct message of several people"`
	IsShared   bool   `json:"is_shared,omitempty" doc:"with another workspace"`
	User       string `json:"user,omitempty" doc:"of a direct message: the other one"`
	Creator    string `json:"creator,omitempty"`
	Created    int64  `json:"created,omitempty" doc:"seconds since 1970"`
	NumMembers int    `json:"num_members,omitempty" doc:"only where it was asked for"`
	Topic      note   `json:"topic,omitzero"`
	Purpose    note   `json:"purpose,omitzero"`
}

// user is one of the people and bots of a workspace: https://docs.slack.dev/reference/objects/user-object.
type user struct {
	original
	ID       string  `json:"id"`
	TeamID   string  `json:"team_id,omitempty"`
	Name     string  `json:"name,omitempty" doc:"the handle"`
	RealName string  `json:"real_name,omitempty"`
	Deleted  bool    `json:"deleted,omitempty" doc:"deactivated"`
	IsBot    bool    `json:"is_bot,omitempty"`
	IsAdmin  bool    `json:"is_admin,omitempty"`
	IsOwner  bool    `json:"is_owner,omitempty"`
	IsGuest  bool    `json:"is_restricted,omitempty" doc:"a guest"`
	TZ       string  `json:"tz,omitempty" doc:"the time zone, e.g. Europe/Amsterdam"`
	Updated  int64   `json:"updated,omitempty" doc:"seconds since 1970"`
	Profile  profile `json:"profile,omitzero"`
}

// profile is what a user says of themselves.
type profile struct {
	RealName    string `json:"real_name,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	Email       string `json:"email,omitempty" doc:"only with the scope users:read.email"`
	Title       string `json:"title,omitempty"`
	StatusText  string `json:"status_text,omitempty"`
	StatusEmoji string `json:"status_emoji,omitempty"`
	Image72     string `json:"image_72,omitempty" doc:"a picture, 72 pixels wide"`
}

// message is what was said: https://docs.slack.dev/reference/events/message.
type message struct {
	original
	Type       string            `json:"type,omitempty"`
	Subtype    string            `json:"subtype,omitempty" doc:"what kind of message it is, where it is not somebody's own"`
	TS         string            `json:"ts,omitempty" doc:"its id in the channel, and when it was posted"`
	User       string            `json:"user,omitempty"`
	BotID      string            `json:"bot_id,omitempty"`
	Text       string            `json:"text,omitempty"`
	ThreadTS   string            `json:"thread_ts,omitempty" doc:"the ts of the thread's first message"`
	ReplyCount int               `json:"reply_count,omitempty" doc:"of a thread's first message"`
	Blocks     []json.RawMessage `json:"blocks,omitempty" doc:"Block Kit"`
	Reactions  []reaction        `json:"reactions,omitempty"`
	Files      []file            `json:"files,omitempty"`
}

// reaction is an emoji and who reacted with it.
type reaction struct {
	Name  string   `json:"name" doc:"without colons"`
	Count int      `json:"count"`
	Users []string `json:"users,omitempty" doc:"maybe not all"`
}

// file is an uploaded file: https://docs.slack.dev/reference/objects/file-object.
type file struct {
	original
	ID         string `json:"id"`
	Name       string `json:"name,omitempty" doc:"the file's name"`
	Title      string `json:"title,omitempty"`
	MimeType   string `json:"mimetype,omitempty"`
	FileType   string `json:"filetype,omitempty"`
	Size       int64  `json:"size,omitempty" doc:"bytes"`
	User       string `json:"user,omitempty" doc:"who uploaded it"`
	URLPrivate string `json:"url_private,omitempty" doc:"where it lies, for who is logged in"`
	Permalink  string `json:"permalink,omitempty" doc:"its page in Slack"`
	Created    int64  `json:"created,omitempty" doc:"seconds since 1970"`
}

// userGroup is a group of people who are mentioned together: https://docs.slack.dev/reference/objects/usergroup-object.
type userGroup struct {
	original
	ID          string   `json:"id"`
	Name        string   `json:"name,omitempty"`
	Handle      string   `json:"handle,omitempty" doc:"how it is mentioned, without @"`
	Description string   `json:"description,omitempty"`
	UserCount   int      `json:"user_count,omitempty" doc:"only where it was asked for"`
	Users       []string `json:"users,omitempty" doc:"only where it was asked for"`
	DateDelete  int64    `json:"date_delete,omitempty" doc:"when it was switched off, seconds since 1970; 0: it is not"`
}
