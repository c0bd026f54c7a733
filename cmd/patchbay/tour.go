package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// tour is the guided run of the demo: real calls over the hub's HTTP API.
type tour struct {
	hub *client
	p   printer
	raw bool // print JSON, one line for each call

	found         notes
	calls, failed int
}

// notes are what later calls need of earlier answers. Those of Outreach are JSON, the others texts.
type notes struct {
	team, ticket, title, issue, page, closed string

	account, prospect, state, cursor, link string
}

// stop is one call of the tour.
type stop struct {
	title     string
	operation string // "connector.operation"
	input     string
	wants     operations.Code // "": that it goes well
	// tell makes one line of what came back: an output, or a problem document. An empty one means that the answer is
	// not what it should be.
	tell func(answer gjson.Result) string
}

// tourTime bounds the whole tour.
const tourTime = time.Minute

func (t *tour) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, tourTime)
	defer cancel()
	if !t.raw {
		t.p.printf("%s\n", t.p.style(bold, "A hub at "+t.hub.base+", and a sandbox of every service behind it."))
	}
	for _, next := range t.stops() {
		if ctx.Err() != nil {
			break
		}
		t.visit(ctx, next())
	}
	if !t.raw {
		t.farewell()
	}
}

// visited is a stop with what came of it.
type visited struct {
	Call      int             `json:"call"`
	Title     string          `json:"title"`
	Operation string          `json:"operation"`
	Input     json.RawMessage `json:"input"`
	OK        bool            `json:"ok"`
	Told      string          `json:"told"`
	Ms        float64         `json:"ms"`
	Meta      json.RawMessage `json:"meta,omitempty"`
}

// visit makes one call and prints it.
func (t *tour) visit(ctx context.Context, s stop) {
	t.calls++
	v := visited{Call: t.calls, Title: s.title, Operation: s.operation, Input: json.RawMessage(s.input)}
	if !t.raw {
		t.p.printf("\n%s\n", t.p.style(bold, fmt.Sprintf("%2d. %s", v.Call, v.Title)))
		t.p.printf("    %s %s\n", v.Operation, t.p.style(faint, clip(s.input, t.p.width-len(v.Operation)-6)))
	}
	start := time.Now()
	answer, err := t.call(ctx, s)
	v.Ms = float64(time.Since(start).Microseconds()) / 1000
	v.Meta = json.RawMessage(answer.Get("meta").Raw)
	if v.Told, v.OK = t.judge(s, answer.Get("output"), err); !v.OK {
		t.failed++
	}
	if t.raw {
		t.p.encode(v)
		return
	}
	t.p.outcome(v)
}

func (p printer) outcome(v visited) {
	mark := p.style(green, "✓")
	if !v.OK {
		mark = p.style(red, "✗")
	}
	for i, line := range wrap(printable(v.Told), p.width-4) {
		if i > 0 {
			mark = " "
		}
		p.printf("  %s %s\n", mark, line)
	}
	cost := ""
	switch meta := gjson.ParseBytes(v.Meta); {
	case !meta.Exists(), meta.Get("attempts").Int() == 0 && meta.Get("cached").String() == string(execute.Miss):
	case meta.Get("cached").String() == string(execute.Miss):
		cost = fmt.Sprintf(", of which %.1f at the service", meta.Get("upstreamMs").Float())
	default:
		cost = ", answered from the cache"
	}
	p.printf("    %s\n", p.style(faint, fmt.Sprintf("%.1f ms%s", v.Ms, cost)))
}

func (t *tour) call(ctx context.Context, s stop) (gjson.Result, error) {
	connector, operation, _ := strings.Cut(s.operation, ".")
	body := callRequest{Input: json.RawMessage(s.input)}
	if len(sandboxesFor(connector)) > 0 {
		body.CredentialID = "sandbox-" + connector
	}
	document, err := t.hub.do(ctx, http.MethodPost, operationPath(connector, operation)+"/call", body)
	return gjson.ParseBytes(document), err
}

// judge says in one line what came back, and whether it is what the tour promised.
func (t *tour) judge(s stop, answer gjson.Result, err error) (line string, good bool) {
	var told *problem
	switch {
	case err != nil && !errors.As(err, &told):
		return plain(err), false
	case told != nil && told.Code != s.wants:
		return told.Error(), false
	case told != nil:
		line = s.tell(gjson.ParseBytes(told.raw))
	case s.wants != "":
		return "it went well, but should have been refused as " + string(s.wants), false
	default:
		line = s.tell(answer)
	}
	if line == "" {
		return "not the answer that was to be expected: " + clip(answer.Raw, 200), false
	}
	return line, true
}

// verdict is the demo's exit.
func (t *tour) verdict() error {
	if t.failed > 0 || t.calls < len(t.stops()) {
		return errShown
	}
	return nil
}

func (t *tour) farewell() {
	text := t.p.style(green, fmt.Sprintf("All %d calls went as they should.", t.calls))
	if all := len(t.stops()); t.verdict() != nil {
		text = t.p.style(red, fmt.Sprintf("%d of %d calls did not go as they should.", all-t.calls+t.failed, all))
	}
	t.p.printf("\n%s\n", text)
}

// clip cuts a text to a number of columns, if there is any.
func clip(text string, columns int) string {
	runes := []rune(text)
	if columns < 20 || len(runes) <= columns {
		return text
	}
	return strings.TrimSpace(string(runes[:columns-1])) + "…"
}
