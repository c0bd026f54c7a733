package slacktest

import (
	"mime"
	"path"
	"slices"
	"strings"
)

// file is something that was uploaded.
type file struct {
	id, name, title string
	user            string
	alt             string
	created         int64
	content         []byte
	shares          []share
}

// share is where a file shows.
type share struct {
	channel *channel
	ts      stamp
}

func (f *file) in(kind string) []string {
	ids := []string{}
	for _, s := range f.shares {
		if s.channel.kind == kind && !slices.Contains(ids, s.channel.id) {
			ids = append(ids, s.channel.id)
		}
	}
	return ids
}

// mimeType is what a file's name says that it is.
func (f *file) mimeType() string {
	known := map[string]string{".csv": "text/csv", ".md": "text/markdown", ".log": "text/plain", ".txt": "text/plain"}
	extension := strings.ToLower(path.Ext(f.name))
	if kind := known[extension]; kind != "" {
		return kind
	}
	if kind, _, _ := strings.Cut(mime.TypeByExtension(extension), ";"); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

func (f *file) kind() string {
	switch extension := strings.TrimPrefix(strings.ToLower(path.Ext(f.name)), "."); extension {
	case "", "txt":
		return "text"
	default:
		return extension
	}
}

// show is a file as Slack describes it. Its links begin with base.
func (f *file) show(base string) record {
	link := base + f.path()
	shares := record{}
	for _, s := range f.shares {
		side := "private"
		if s.channel.kind == kindPublic {
			side = "public"
		}
		byChannel, _ := shares[side].(record)
		if byChannel == nil {
			byChannel = record{}
			shares[side] = byChannel
		}
		list, _ := byChannel[s.channel.id].([]record)
		byChannel[s.channel.id] = append(list, record{
			"ts": s.ts, "channel_name": s.channel.name, "team_id": TeamID, "reply_users": []string{}, "reply_users_count": 0,
			"reply_count": 0, "share_user_id": f.user,
		})
	}
	return record{
		"id": f.id, "name": f.name, "title": f.title, "created": f.created, "timestamp": f.created, "user": f.user,
		"user_team": TeamID, "mimetype": f.mimeType(), "filetype": f.kind(), "pretty_type": strings.ToUpper(f.kind()),
		"alt_txt": f.alt, "size": len(f.content), "mode": "hosted", "editable": false, "is_external": false, "external_type": "",
		"is_public": len(f.in(kindPublic)) > 0, "public_url_shared": false, "display_as_bot": false, "username": "",
		"url_private": link, "url_private_download": link, "permalink": TeamURL + "files/" + f.user + "/" + f.id + "/",
		"channels": f.in(kindPublic), "groups": f.in(kindPrivate), "ims": f.in(kindIM), "shares": shares,
		"comments_count": 0, "is_starred": false, "has_rich_preview": false, "file_access": "visible",
	}
}

func (c *call) file() (*file, error) {
	if err := c.need("file"); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.files, func(f *file) bool { return f.id == c.text("file") })
	if i < 0 {
		return nil, refuse("file_not_found")
	}
	return c.files[i], nil
}

// showFile is files.info.
//
// Source: https://docs.slack.dev/reference/methods/files.info
func (c *call) showFile() (record, error) {
	f, err := c.file()
	if err != nil {
		return nil, err
	}
	return record{"file": f.show(c.base), "comments": []record{}, "response_metadata": metadata("")}, nil
}

// deleteFile is files.delete. Messages that had the file stay.
func (c *call) deleteFile() (record, error) {
	f, err := c.file()
	switch {
	case err != nil:
		return nil, err
	case f.user != BotUser:
		return nil, refuse("cant_delete_file")
	}
	isIt := func(other *file) bool { return other == f }
	c.state.files = slices.DeleteFunc(c.files, isIt)
	for _, s := range f.shares {
		if m := s.channel.message(s.ts); m != nil {
			m.files = slices.DeleteFunc(m.files, isIt)
		}
	}
	return record{}, nil
}
