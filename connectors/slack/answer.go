package slack

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of what is read of one answer that refuses or warns: bytes of a body handed on, bytes of a text, and texts.
const (
	maxBody  = 4 << 10
	maxText  = 300
	maxTexts = 20
)

// judge makes an error of an answer that says ok: false, though its status is 200, and hands on what Slack warns of. See
// https://docs.slack.dev/apis/web-api/#responses.
func (s *session) judge(r *operations.Response) error {
	if operations.Depth(r.Body) > operations.MaxDepth || !gjson.ValidBytes(r.Body) {
		return s.senseless(r.Status, r, nil)
	}
	answer := gjson.ParseBytes(r.Body)
	switch ok := answer.Get("ok"); {
	case ok.Type == gjson.True:
		s.warn(answer)
		return nil
	case ok.Type == gjson.False:
		return s.refusal(answer, r)
	default:
		return s.senseless(r.Status, r, nil)
	}
}

// senseless is the error of an answer that is not one of Slack's. A write has then been asked for, and maybe done.
func (s *session) senseless(status int, r *operations.Response, cause error) *operations.Error {
	e := &operations.Error{
		Code: operations.CodeUpstreamFailed, Detail: "Slack's answer makes no sense", Err: cause,
		Upstream: &operations.Upstream{Status: status},
	}
	if r != nil {
		e.Upstream.RequestID, e.Upstream.Body = requestID(r.Header), handedOn(r.Body)
	}
	if s.call.Effect != operations.EffectRead {
		e.Code, e.Detail = operations.CodeOutcomeUnknown, e.Detail+"; what was asked may have been done: look before you repeat it"
	}
	return e
}

// refusal is the error of an answer that says why Slack did not do what was asked.
func (s *session) refusal(answer gjson.Result, r *operations.Response) *operations.Error {
	code := answer.Get("error").String()
	known := refusalOf(code)
	e := &operations.Error{
		Code: known.code, Detail: "Slack refused: " + detail(answer),
		Faults: faults(answer, known, s.call.Input),
		Upstream: &operations.Upstream{
			Status: r.Status, Code: clip(code), RequestID: requestID(r.Header), Body: handedOn(r.Body),
		},
	}
	switch {
	case known.code == operations.CodeRateLimited && s.call.Now != nil:
		e.RetryAfter, _ = operations.RetryAfter(r.Header, s.call.Now())
	case known.broken && s.call.Effect != operations.EffectRead:
		e.Code, e.Detail = operations.CodeOutcomeUnknown, e.Detail+"; what was asked may have been done: look before you repeat it"
	}
	return e
}

// detail is why Slack refused: what its code means, which scope is missing if one is, and what else it says.
func detail(answer gjson.Result) string {
	code := answer.Get("error").String()
	known := refusalOf(code)
	var b strings.Builder
	b.WriteString(cmp.Or(known.meaning, "it gives no other reason than this code"))
	b.WriteString(" (" + cmp.Or(clip(code), "no code") + ")")
	if needed := answer.Get("needed").String(); needed != "" {
		b.WriteString("; it needs the scope " + clip(needed))
		b.WriteString(" and the token has " + cmp.Or(clip(answer.Get("provided").String()), "none"))
	}
	for _, message := range texts(answer.Get("response_metadata.messages")) {
		b.WriteString("; " + message)
	}
	return b.String()
}

// warn hands on what Slack remarks on an answer that is good. What it says of a request's charset is no concern of a caller.
func (s *session) warn(answer gjson.Result) {
	codes := strings.Split(answer.Get("warning").String(), ",")
	for _, code := range answer.Get("response_metadata.warnings").Array() {
		codes = append(codes, code.String())
	}
	for _, code := range codes[:min(len(codes), maxTexts)] {
		if code = strings.TrimSpace(code); code != "" && !strings.HasSuffix(code, "_charset") {
			s.call.Warn("Slack remarks: %s", clip(code))
		}
	}
	for _, message := range texts(answer.Get("response_metadata.messages")) {
		s.call.Warn("Slack remarks: %s", message)
	}
}

// texts reads a list of texts such as "[ERROR] missing required field: text [json-pointer:/blocks/0/text]".
func texts(list gjson.Result) []string {
	var read []string
	for i, item := range list.Array() {
		if i == maxTexts {
			break
		}
		text := strings.TrimPrefix(strings.TrimPrefix(item.String(), "[ERROR] "), "[WARN] ")
		if text = clip(text); text != "" {
			read = append(read, text)
		}
	}
	return read
}

func clip(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "")
}

func requestID(header http.Header) string { return clip(header.Get("X-Slack-Req-Id")) }

// handedOn is as much of a body as an error carries: all of it, if it is short JSON, or its beginning as a text.
func handedOn(body []byte) json.RawMessage {
	if len(body) <= maxBody && operations.Depth(body) <= operations.MaxDepth && json.Valid(body) {
		return body
	}
	text, err := json.Marshal(strings.ToValidUTF8(string(body[:min(len(body), maxBody)]), "\uFFFD"))
	if err != nil {
		return nil
	}
	return text
}

// rejected tells whether Slack refused the access token, which it does with status 200.
func rejected(status int, _ http.Header, peek []byte) bool {
	if !gjson.GetBytes(peek, "ok").Exists() {
		return status == http.StatusUnauthorized
	}
	return slices.Contains([]string{"token_expired", "token_revoked", "invalid_auth"}, gjson.GetBytes(peek, "error").String())
}

// readError reads what Slack says beside a status of its own, such as 429 and 503.
func readError(_ int, header http.Header, body []byte) operations.UpstreamProblem {
	problem := operations.UpstreamProblem{RequestID: requestID(header)}
	if operations.Depth(body) > operations.MaxDepth || !gjson.ValidBytes(body) {
		return problem
	}
	answer := gjson.ParseBytes(body)
	if code := answer.Get("error").String(); code != "" {
		problem.Code, problem.Detail = clip(code), detail(answer)
	}
	return problem
}
