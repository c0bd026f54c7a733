package slacktest

// blockRule checks a block of one type.
type blockRule func(b *blockCheck, at string, block record)

// blockRules are the types of blocks that a message may hold, and what each must have.
func blockRules() map[string]blockRule {
	return map[string]blockRule{
		"section": (*blockCheck).section, "image": (*blockCheck).image, "header": (*blockCheck).header,
		"divider": nothing, "call": needs("call_id"), "file": needs("external_id", "source"),
		"video": needs("alt_text", "title", "thumbnail_url", "video_url"), "markdown": (*blockCheck).markdown,
		"input": needs("label", "element"), "actions": elements(25), "context": elements(10),
		"context_actions": elements(5), "rich_text": elements(1000),
		"table": func(b *blockCheck, at string, block record) {
			b.items(at, block, "rows", 100, func(string, any) {})
		},
		"alert": nothing, "card": nothing, "carousel": nothing, "container": nothing, "layout": nothing, "plan": nothing,
		"task_card": nothing, "data_table": nothing, "data_visualization": nothing,
	}
}

func nothing(*blockCheck, string, record) {}

func needs(names ...string) blockRule {
	return func(b *blockCheck, at string, block record) {
		for _, name := range names {
			b.part(at, block, name)
		}
	}
}

func elements(most int) blockRule {
	return func(b *blockCheck, at string, block record) { b.items(at, block, "elements", most, b.typed) }
}

func (b *blockCheck) section(at string, block record) {
	text, hasText := block["text"]
	_, hasFields := block["fields"]
	if !hasText && !hasFields {
		b.fault(at+"/type", "must define either `text` or `fields`")
	}
	if hasText {
		b.text(at+"/text", text, 3000, "mrkdwn", "plain_text")
	}
	if hasFields {
		b.items(at, block, "fields", 10, func(at string, field any) { b.text(at, field, 2000, "mrkdwn", "plain_text") })
	}
	if accessory, found := block["accessory"]; found {
		b.typed(at+"/accessory", accessory)
	}
}

func (b *blockCheck) image(at string, block record) {
	b.texted(at, block, "alt_text", 2000)
	_, hasURL := block["image_url"]
	_, hasFile := block["slack_file"]
	switch {
	case hasURL:
		b.texted(at, block, "image_url", 3000)
	case !hasFile:
		b.fault(at, "missing required field: image_url")
	}
}

func (b *blockCheck) header(at string, block record) {
	if text, found := b.part(at, block, "text"); found {
		b.text(at+"/text", text, 150, "plain_text")
	}
}

func (b *blockCheck) markdown(at string, block record) { b.texted(at, block, "text", 12_000) }
