package platform

import "strings"

// emoji is a picture that can be used as a reaction.
type emoji struct {
	Name      string   `json:"name" doc:"What it shows."`
	Unicode   string   `json:"unicode" doc:"The emoji itself."`
	Shortcode string   `json:"shortcode" doc:"Its name between colons."`
	Category  string   `json:"category" doc:"What kind of thing it shows."`
	Keywords  []string `json:"keywords" doc:"Words to find it by."`
}

// name is how reactions are stored: the shortcode without its colons.
func (e emoji) name() string { return strings.Trim(e.Shortcode, ":") }

// findEmoji finds an emoji by its name, its shortcode or itself.
func findEmoji(wanted string) (emoji, bool) {
	name := strings.ToLower(strings.Trim(strings.TrimSpace(wanted), ":"))
	for _, e := range emojis() {
		if e.name() == name || e.Unicode == name {
			return e, true
		}
	}
	return emoji{}, false
}

// emojis lists all there are.
func emojis() []emoji {
	e := func(unicode, name, category, title, keywords string) emoji {
		return emoji{title, unicode, ":" + name + ":", category, strings.Fields(keywords)}
	}
	return []emoji{
		e("👍", "thumbsup", "people", "Thumbs up", "yes agree like"),
		e("👎", "thumbsdown", "people", "Thumbs down", "no disagree dislike"),
		e("👏", "clap", "people", "Clapping hands", "applause bravo"),
		e("🙌", "raised_hands", "people", "Raised hands", "hooray celebrate"),
		e("🙏", "pray", "people", "Folded hands", "thanks please"),
		e("👋", "wave", "people", "Waving hand", "hello goodbye"),
		e("💪", "muscle", "people", "Flexed biceps", "strong"),
		e("🤝", "handshake", "people", "Handshake", "deal agreement"),
		e("👀", "eyes", "people", "Eyes", "look watching"),
		e("👌", "ok_hand", "people", "OK hand", "perfect fine"),
		e("🤞", "crossed_fingers", "people", "Crossed fingers", "luck hope"),
		e("🙋", "raising_hand", "people", "Person raising hand", "question me"),
		e("🤷", "shrug", "people", "Person shrugging", "unknown whatever"),
		e("🤦", "facepalm", "people", "Person facepalming", "oops"),
		e("😀", "grinning", "smileys", "Grinning face", "happy"),
		e("😄", "smile", "smileys", "Smiling face", "happy joy"),
		e("😂", "joy", "smileys", "Tears of joy", "laugh funny"),
		e("🙂", "slightly_smiling_face", "smileys", "Slightly smiling face", "ok"),
		e("😉", "wink", "smileys", "Winking face", "joke"),
		e("😍", "heart_eyes", "smileys", "Heart eyes", "love"),
		e("🤔", "thinking", "smileys", "Thinking face", "hmm consider"),
		e("😮", "open_mouth", "smileys", "Open mouth", "surprise wow"),
		e("😢", "cry", "smileys", "Crying face", "sad"),
		e("😡", "rage", "smileys", "Angry face", "mad"),
		e("😕", "confused", "smileys", "Confused face", "puzzled"),
		e("😅", "sweat_smile", "smileys", "Sweat smile", "relief phew"),
		e("😎", "sunglasses", "smileys", "Sunglasses", "cool"),
		e("😴", "sleeping", "smileys", "Sleeping face", "tired"),
		e("🥳", "partying_face", "smileys", "Partying face", "celebrate"),
		e("🤖", "robot", "smileys", "Robot", "bot automation"),
		e("❤️", "heart", "symbols", "Heart", "love thanks"),
		e("💔", "broken_heart", "symbols", "Broken heart", "sad"),
		e("✅", "white_check_mark", "symbols", "Check mark", "done yes"),
		e("❌", "x", "symbols", "Cross mark", "no wrong"),
		e("❓", "question", "symbols", "Question mark", "ask"),
		e("❗", "exclamation", "symbols", "Exclamation mark", "important"),
		e("⚠️", "warning", "symbols", "Warning", "careful"),
		e("🚫", "no_entry_sign", "symbols", "Prohibited", "stop forbidden"),
		e("➕", "heavy_plus_sign", "symbols", "Plus", "add"),
		e("💯", "100", "symbols", "Hundred points", "perfect"),
		e("🔴", "red_circle", "symbols", "Red circle", "urgent"),
		e("🟡", "yellow_circle", "symbols", "Yellow circle", "waiting"),
		e("🟢", "green_circle", "symbols", "Green circle", "fine"),
		e("🎉", "tada", "objects", "Party popper", "celebrate hooray"),
		e("🔥", "fire", "objects", "Fire", "hot lit"),
		e("⭐", "star", "objects", "Star", "favourite"),
		e("🚀", "rocket", "objects", "Rocket", "launch ship"),
		e("🐛", "bug", "objects", "Bug", "defect"),
		e("🔧", "wrench", "objects", "Wrench", "fix tool"),
		e("🔒", "lock", "objects", "Lock", "secure private"),
		e("📌", "pushpin", "objects", "Pushpin", "pin"),
		e("📎", "paperclip", "objects", "Paperclip", "attachment"),
		e("📞", "telephone_receiver", "objects", "Telephone", "call"),
		e("📧", "email", "objects", "Email", "mail"),
		e("⏳", "hourglass", "objects", "Hourglass", "waiting time"),
		e("☕", "coffee", "objects", "Coffee", "break"),
		e("💡", "bulb", "objects", "Light bulb", "idea"),
		e("🚨", "rotating_light", "objects", "Police light", "alarm incident"),
	}
}
