package aitest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// facts are what the sandbox's model understands of a request.
type facts struct {
	title     string
	text      string   // of the ticket and its comments, or all that the user says
	last      string   // the last comment, or text
	sentences []string // of text
	current   string   // the ticket's status
	orders    string   // what the user says outside of the fence: these it obeys
}

var (
	markLine = regexp.MustCompile(`BEGIN DATA (\w+)`)
	ends     = regexp.MustCompile(`[.!?]+(\s|$)|\n+`)
)

// facts reads what is between the fences that the rules name; without any, what the user says is all there is.
func (r request) facts() facts {
	var mark, said string
	for _, m := range r.messages {
		if found := markLine.FindStringSubmatch(m.content); m.role == "system" && found != nil {
			mark = found[1]
		}
	}
	var fenced string
	for _, m := range r.messages {
		if m.role != "user" {
			continue
		}
		inside, outside := unfence(m.content, mark)
		fenced += inside
		said += outside + "\n"
	}
	f := facts{orders: said}
	if mark == "" {
		f.text, f.last, f.orders = strings.TrimSpace(said), said, ""
	} else {
		f.read(fenced)
	}
	for _, sentence := range ends.Split(f.text, -1) {
		if sentence = strings.TrimSpace(sentence); sentence != "" {
			f.sentences = append(f.sentences, sentence)
		}
	}
	return f
}

// unfence parts a message at the lines that hold the mark.
func unfence(content, mark string) (inside, outside string) {
	within := false
	for line := range strings.Lines(content) {
		switch bare := strings.TrimRight(line, "\r\n"); {
		case mark != "" && bare == "BEGIN DATA "+mark:
			within = true
		case mark != "" && bare == "END DATA "+mark:
			within = false
		case within:
			inside += line
		default:
			outside += line
		}
	}
	return inside, outside
}

// read reads {"ticket":{"title","description","status"},"comments":[{"text"}]}, or a text.
func (f *facts) read(data string) {
	if !gjson.Valid(data) {
		f.text, f.last = data, data
		return
	}
	document := gjson.Parse(data)
	f.title, f.current = document.Get("ticket.title").String(), document.Get("ticket.status").String()
	parts := []string{document.Get("ticket.description").String()}
	for _, comment := range document.Get("comments.#.text").Array() {
		parts = append(parts, comment.String())
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(parts) == 0 {
		parts = []string{f.title}
	}
	f.text, f.last = strings.Join(parts, "\n"), parts[len(parts)-1]
}

// hint ties words of a text to names of what may be chosen.
type hint struct{ words, names []string }

func hints() []hint {
	return []hint{
		{[]string{"resolved", "solved", "fixed", "works again", "works now", "thanks", "thank you", "all good"}, []string{"clos", "resolv", "solv", "done", "happy"}},
		{[]string{"waiting", "on hold", "pending", "get back to you", "next week"}, []string{"hold", "wait", "pending"}},
		{[]string{"working on", "looking into", "investigating", "ordered"}, []string{"progress"}},
		{[]string{"still", "broken", "again empty", "not work", "error", "reopen"}, []string{"open", "angry"}},
	}
}

// choose picks one of the names by the words of the text, and tells how many spoke for it. What the user orders comes
// first.
func (f facts) choose(names []string) (choice string, words int) {
	for _, name := range names {
		if strings.Contains(strings.ToLower(f.orders), "choose "+strings.ToLower(name)) {
			return name, 3
		}
	}
	for _, h := range hints() {
		n := count(f.last, h.words)
		at := slices.IndexFunc(names, func(name string) bool { return count(name, h.names) > 0 })
		if n > words && at >= 0 {
			choice, words = names[at], n
		}
	}
	if words == 0 && slices.Contains(names, f.current) {
		return f.current, 0
	}
	if words == 0 && len(names) > 0 {
		return names[0], 0
	}
	return choice, words
}

// count tells how many of the words a text holds.
func count(s string, words []string) (n int) {
	s = strings.ToLower(s)
	for _, word := range words {
		if strings.Contains(s, word) {
			n++
		}
	}
	return n
}
