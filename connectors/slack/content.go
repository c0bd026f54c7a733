package slack

import (
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

// content is what a message says, in every input that has one.
type content struct {
	Text         string    `json:"text" doc:"Message text content, in Slack's mrkdwn. With blocks it is what notifications show. Empty only if blocks or markdown_text say it all." maxLength:"40000"`
	Blocks       []block   `json:"blocks,omitempty" doc:"Optional Slack block kit elements: what is shown in place of text." maxItems:"50"`
	MarkdownText string    `json:"markdown_text,omitempty" doc:"The message in plain Markdown. It goes with neither text nor blocks: give text as \"\"." maxLength:"12000"`
	Parse        string    `json:"parse,omitempty" doc:"full: make links of names of channels and of addresses in text" enum:"none,full"`
	LinkNames    bool      `json:"link_names,omitempty" doc:"Mention the user groups whose @handles are in text."`
	Metadata     *metadata `json:"metadata,omitempty" doc:"Data that apps can read and people do not see."`
}

// metadata is what goes with a message for apps to read: https://docs.slack.dev/messaging/message-metadata.
type metadata struct {
	EventType    string                     `json:"event_type" doc:"what the data are about, e.g. ticket_created" minLength:"1" maxLength:"255"`
	EventPayload map[string]json.RawMessage `json:"event_payload" doc:"the data"`
}

// look is how a new message is shown.
type look struct {
	ThreadTS       string `json:"thread_ts,omitempty" doc:"Optional timestamp of parent message for threading" pattern:"^[0-9]+\\.[0-9]+$"`
	ReplyBroadcast bool   `json:"reply_broadcast,omitempty" doc:"With thread_ts: show the reply in the channel too."`
	UnfurlLinks    *bool  `json:"unfurl_links,omitempty" doc:"Show previews of pages that are linked."`
	UnfurlMedia    *bool  `json:"unfurl_media,omitempty" doc:"Show pictures and films that are linked; false switches them off."`
	Mrkdwn         *bool  `json:"mrkdwn,omitempty" doc:"false: show text as it is, without Slack's formatting."`
}

// guise is in whose name a message is shown. It needs the scope chat:write.customize.
type guise struct {
	Username  string `json:"username,omitempty" doc:"The name to post under." maxLength:"80"`
	IconEmoji string `json:"icon_emoji,omitempty" doc:"An emoji for the picture, e.g. :robot_face:." maxLength:"100"`
	IconURL   string `json:"icon_url,omitempty" doc:"A picture." format:"uri" maxLength:"2048"`
}

// options turns what a message says into the library's options, or says what is wrong with it. isEdit tells that an empty list
// of blocks is worth sending: it takes away those that there are.
func (c content) options(isEdit bool) ([]slack.MsgOption, error) {
	blocks, err := readBlocks(c.Blocks)
	switch {
	case err != nil:
		return nil, err
	case c.MarkdownText != "" && (c.Text != "" || len(blocks) > 0):
		return nil, invalid(operations.InputFault{Pointer: "/markdown_text", Detail: "goes with neither text nor blocks; give text as an empty string"})
	case c.MarkdownText == "" && c.Text == "" && len(blocks) == 0:
		return nil, invalid(operations.InputFault{Pointer: "/text", Detail: "is empty, and there are no blocks"})
	}
	var options []slack.MsgOption
	if c.Text != "" {
		options = append(options, slack.MsgOptionText(c.Text, false))
	}
	if len(blocks) > 0 || isEdit && c.Blocks != nil {
		options = append(options, slack.MsgOptionBlocks(blocks...))
	}
	if c.MarkdownText != "" {
		options = append(options, slack.MsgOptionMarkdownText(c.MarkdownText))
	}
	if c.Parse != "" {
		options = append(options, slack.MsgOptionParse(c.Parse == "full"))
	}
	if c.LinkNames {
		options = append(options, slack.MsgOptionLinkNames(true))
	}
	if c.Metadata != nil {
		payload := make(map[string]any, len(c.Metadata.EventPayload))
		for name, value := range c.Metadata.EventPayload {
			payload[name] = value
		}
		options = append(options, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: c.Metadata.EventType, EventPayload: payload}))
	}
	return options, nil
}

func (l look) options() []slack.MsgOption {
	var options []slack.MsgOption
	if l.ThreadTS != "" {
		options = append(options, slack.MsgOptionTS(l.ThreadTS))
	}
	if l.ReplyBroadcast {
		options = append(options, slack.MsgOptionBroadcast())
	}
	switch {
	case l.UnfurlLinks == nil:
	case *l.UnfurlLinks:
		options = append(options, slack.MsgOptionEnableLinkUnfurl())
	default:
		options = append(options, slack.MsgOptionDisableLinkUnfurl())
	}
	if l.UnfurlMedia != nil && !*l.UnfurlMedia {
		options = append(options, slack.MsgOptionDisableMediaUnfurl())
	}
	if l.Mrkdwn != nil && !*l.Mrkdwn {
		options = append(options, slack.MsgOptionDisableMarkdown())
	}
	return options
}

func (g guise) options() []slack.MsgOption {
	var options []slack.MsgOption
	if g.Username != "" {
		options = append(options, slack.MsgOptionUsername(g.Username))
	}
	if g.IconEmoji != "" {
		options = append(options, slack.MsgOptionIconEmoji(g.IconEmoji))
	}
	if g.IconURL != "" {
		options = append(options, slack.MsgOptionIconURL(g.IconURL))
	}
	return options
}
