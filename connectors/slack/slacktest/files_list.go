package slacktest

import "slices"

// listFiles is files.list: the youngest first, by numbered pages or by a cursor.
//
// Source: https://docs.slack.dev/reference/methods/files.list
func (c *call) listFiles() (record, error) {
	found, err := c.filesWanted()
	if err != nil {
		return nil, err
	}
	if c.given("limit") || c.text("cursor") != "" {
		return c.filePage(found)
	}
	count, okCount := c.number("count", 100)
	page, okPage := c.number("page", 1)
	if !okCount || !okPage || count < 1 || page < 1 {
		return nil, refuse("invalid_arguments")
	}
	count = min(count, maxPage)
	from := min(min(page-1, maxFiles)*count, int64(len(found)))
	to := min(from+count, int64(len(found)))
	return record{
		"files": c.showFiles(found[from:to]),
		"paging": record{
			"count": count, "total": len(found), "page": page, "pages": (int64(len(found)) + count - 1) / count,
		},
	}, nil
}

func (c *call) filePage(found []*file) (record, error) {
	limit, err := c.limit(100)
	if err != nil {
		return nil, err
	}
	page, next, err := paged(c, found, limit, func(f *file) string { return f.id })
	if err != nil {
		return nil, err
	}
	return record{"files": c.showFiles(page), "response_metadata": metadata(next)}, nil
}

func (c *call) showFiles(files []*file) []record {
	shown := make([]record, len(files))
	for i, f := range files {
		shown[i] = f.show(c.base)
	}
	return shown
}

// filesWanted are those that fit channel, user, types, ts_from and ts_to.
func (c *call) filesWanted() ([]*file, error) {
	from, okFrom := roughStamp(orZero(c.text("ts_from")))
	to, okTo := roughStamp(orZero(c.text("ts_to")))
	if !okFrom || !okTo {
		return nil, refuse("invalid_arguments")
	}
	wanted := c.text("channel")
	if ch := c.byID[wanted]; wanted != "" && (ch == nil || !ch.visible()) {
		return nil, refuse("channel_not_found")
	}
	if user := c.text("user"); user != "" && c.users[user] == nil {
		return nil, refuse("user_not_found")
	}
	kinds := c.list("types")
	var found []*file
	for _, f := range slices.Backward(c.files) {
		at := stamp(f.created * 1e6)
		isIn := func(s share) bool { return s.channel.id == wanted }
		if at >= from && (to == 0 || at <= to) && (wanted == "" || slices.ContainsFunc(f.shares, isIn)) &&
			(c.text("user") == "" || f.user == c.text("user")) && f.isOne(kinds) {
			found = append(found, f)
		}
	}
	return found, nil
}

// isOne tells whether a file is of one of the types.
//
// Source: https://docs.slack.dev/reference/methods/files.list#file_types
func (f *file) isOne(kinds []string) bool {
	if len(kinds) == 0 || slices.Contains(kinds, "all") {
		return true
	}
	group := map[string]string{
		"png": "images", "jpg": "images", "jpeg": "images", "gif": "images", "pdf": "pdfs", "zip": "zips",
	}[f.kind()]
	return slices.Contains(kinds, f.kind()) || group != "" && slices.Contains(kinds, group)
}

func orZero(text string) string {
	if text == "" {
		return "0"
	}
	return text
}
