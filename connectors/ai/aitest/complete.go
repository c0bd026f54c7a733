package aitest

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// maxBody bounds, in bytes, what a request may hold.
const maxBody = 4 << 20

// completion is what the model comes to.
type completion struct {
	content string
	refusal string
	finish  string
}

// complete is POST /v1/chat/completions: https://platform.openai.com/docs/api-reference/chat/create.
func (s *Sandbox) complete(w http.ResponseWriter, r *http.Request) {
	body, err := sandbox.ReadBody(r, maxBody)
	if err != nil {
		(&refusal{status: http.StatusRequestEntityTooLarge, Message: "Your request is too large."}).write(w)
		return
	}
	in, e := readRequest(body)
	if json.Valid(body) {
		s.ask(body)
	}
	if e == nil {
		e = s.tooLong(in)
	}
	if e != nil {
		e.write(w)
		return
	}
	c := in.perform(s.behave())
	sandbox.WriteJSON(w, http.StatusOK, "application/json", s.document(in, c, body))
}

// tooLong refuses more than the model reads.
func (s *Sandbox) tooLong(in request) *refusal {
	if n := in.size(); n > s.options.ContextTokens {
		return bad("context_length_exceeded", "messages",
			"This model's maximum context length is %d tokens. However, your messages resulted in %d tokens. Please reduce the length of the messages.",
			s.options.ContextTokens, n)
	}
	return nil
}

// size is how many tokens the messages are.
func (r request) size() int {
	n := 3
	for _, m := range r.messages {
		n += 4 + tokens(m.content)
	}
	return n
}

// tokens counts four bytes as one.
func tokens(s string) int { return (len(s) + 3) / 4 }

// perform answers in the way the script asks for.
func (r request) perform(b Behaviour) completion {
	good := r.answer()
	if b == Good && r.model == Plain && r.wanted() != nil {
		b = Fenced
	}
	c := completion{content: good, finish: "stop"}
	switch b {
	case Good:
	case InvalidJSON:
		c.content = good[:len(good)/2]
	case WrongForm:
		c.content = `{"answer":42}`
	case Fenced:
		c.content = "Here is {what} you asked for:\n```json\n" + good + "\n```\nIs there anything else?"
	case Thinking:
		c.content = "<think>The user wants {\"something\": true}.</think>\n" + good
	case Refusal:
		c = completion{refusal: "I'm sorry, I cannot assist with that request.", finish: "stop"}
	case Filtered:
		c = completion{finish: "content_filter"}
	case Cut:
		c = completion{content: good[:len(good)/2], finish: "length"}
	case Empty:
		c.content = ""
	default:
		c.content = string(b)
	}
	if r.most > 0 && tokens(c.content) > r.most {
		c.content, c.finish = c.content[:4*r.most], "length"
	}
	return c
}

// document is the answer as the protocol has it. Its id follows from the request.
func (s *Sandbox) document(in request, c completion, body []byte) map[string]any {
	sum := fnv.New64a()
	_, _ = sum.Write(body)
	message := map[string]any{"role": "assistant", "content": c.content, "refusal": nil, "annotations": []any{}}
	if c.refusal != "" {
		message["content"], message["refusal"] = nil, c.refusal
	}
	read, written := in.size(), tokens(c.content+c.refusal)
	return map[string]any{
		"id": "chatcmpl-" + hex.EncodeToString(sum.Sum(nil)), "object": "chat.completion", "created": s.options.Now().Unix(),
		"model": in.model, "service_tier": "default", "system_fingerprint": fmt.Sprintf("fp_%x", len(in.model)),
		"choices": []any{map[string]any{"index": 0, "message": message, "logprobs": nil, "finish_reason": c.finish}},
		"usage": map[string]any{
			"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written,
			"prompt_tokens_details":     map[string]any{"cached_tokens": 0, "audio_tokens": 0},
			"completion_tokens_details": map[string]any{"reasoning_tokens": 0, "audio_tokens": 0},
		},
	}
}
