package slacktest

import "slices"

// completeUpload is files.completeUploadExternal: it keeps files that were uploaded and shows them in channels.
//
// Source: https://docs.slack.dev/reference/methods/files.completeUploadExternal
func (c *call) completeUpload() (record, error) {
	if err := c.need("files"); err != nil {
		return nil, err
	}
	wanted, err := c.filesNamed()
	if err != nil {
		return nil, err
	}
	channels, err := c.shareTargets()
	if err != nil {
		return nil, err
	}
	m := &message{user: BotUser, text: c.text("initial_comment"), subtype: "file_share"}
	if m.text == "" {
		if m.blocks, err = c.blocks(); err != nil {
			return nil, err
		}
	}
	if len(channels) == 1 {
		if err := c.reply(channels[0], m); err != nil {
			return nil, err
		}
	}
	if err := c.claim(len(channels)); err != nil {
		return nil, err
	}
	shown := make([]record, len(wanted))
	for i, ready := range wanted {
		ready.upload.file.title = ready.title
		m.files = append(m.files, ready.upload.file)
		shown[i] = record{"id": ready.upload.file.id, "title": ready.title}
		delete(c.uploads, ready.ticket)
	}
	c.state.files = append(c.state.files, m.files...)
	for _, ch := range channels {
		c.shareIn(ch, m)
	}
	return record{"files": shown}, nil
}

// readyFile is an uploaded file that a call names.
type readyFile struct {
	ticket, title string
	upload        *upload
}

func (c *call) filesNamed() ([]readyFile, error) {
	document, ok := c.document("files")
	list, isArray := document.([]any)
	if !ok || !isArray || len(list) == 0 || len(list) > maxUploads {
		return nil, refuseWith("invalid_arguments", "must be a valid array [json-pointer:/files]")
	}
	var ready []readyFile
	for _, item := range list {
		object, _ := item.(record)
		id, _ := object["id"].(string)
		one := readyFile{}
		for ticket, u := range c.uploads {
			if u.file.id == id && u.done && c.now.Before(u.until) {
				one.ticket, one.upload, one.title = ticket, u, u.file.name
			}
		}
		if one.upload == nil || slices.ContainsFunc(ready, func(r readyFile) bool { return r.ticket == one.ticket }) {
			return nil, refuse("file_not_found")
		}
		if title, _ := object["title"].(string); title != "" {
			one.title = title
		}
		ready = append(ready, one)
	}
	return ready, nil
}

// shareTargets are the conversations that channel_id or channels name; none keeps the file private.
func (c *call) shareTargets() ([]*channel, error) {
	ids := append(c.list("channel_id"), c.list("channels")...)
	var channels []*channel
	for _, id := range ids[:min(len(ids), 100)] {
		ch := c.byID[id]
		switch {
		case ch == nil || !ch.visible():
			return nil, refuse("channel_not_found")
		case ch.archived:
			return nil, refuse("is_archived")
		case !ch.has(BotUser):
			return nil, refuse("not_in_channel")
		case !slices.Contains(channels, ch):
			channels = append(channels, ch)
		}
	}
	return channels, nil
}

// shareIn posts a message with files in a channel.
func (c *call) shareIn(ch *channel, like *message) {
	m := *like
	m.files = slices.Clone(like.files)
	c.post(ch, &m, c.now)
	for _, f := range m.files {
		f.shares = append(f.shares, share{channel: ch, ts: m.ts})
	}
}
