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
)

// tour is the guided run of the demo: real calls over the hub's HTTP API.
type tour struct {
	hub *client
	p   printer

	found         notes
	calls, failed int
}

// notes are what later calls need of earlier answers, as JSON.
type notes struct {
	account, prospect, state, cursor, link string
}

// stop is one call of the tour.
type stop struct {
	title     string
	operation string
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
	for _, next := range t.stops() {
		if ctx.Err() != nil {
			return
		}
		t.visit(ctx, next())
	}
}

// visit makes one call and prints it.
func (t *tour) visit(ctx context.Context, s stop) {
	t.calls++
	t.p.printf("\n%s\n", t.p.style(bold, fmt.Sprintf("%2d. %s", t.calls, s.title)))
	t.p.printf("    %s %s\n", s.operation, t.p.style(faint, clip(s.input, t.p.width-len(s.operation)-6)))
	start := time.Now()
	answer, meta, err := t.call(ctx, s)
	took := time.Since(start)

	line, good := t.judge(s, answer, err)
	mark := t.p.style(green, "✓")
	if !good {
		t.failed++
		mark = t.p.style(red, "✗")
	}
	t.p.printf("  %s %s\n", mark, printable(line))
	t.p.printf("    %s\n", t.p.style(faint, fmt.Sprintf("%.1f ms%s", float64(took.Microseconds())/1000, meta)))
}

func (t *tour) call(ctx context.Context, s stop) (answer gjson.Result, meta string, err error) {
	body := callRequest{CredentialID: "sandbox-outreach", Input: json.RawMessage(s.input)}
	document, err := t.hub.do(ctx, http.MethodPost, operationPath("outreach", s.operation)+"/call", body)
	if err != nil {
		return gjson.Result{}, "", err
	}
	m := gjson.GetBytes(document, "meta")
	if m.Get("cached").String() != "miss" {
		return gjson.GetBytes(document, "output"), ", answered from the cache", nil
	}
	return gjson.GetBytes(document, "output"), fmt.Sprintf(", of which %.1f at the service", m.Get("upstreamMs").Float()), nil
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

func (p printer) farewell(t tour) {
	text := p.style(green, fmt.Sprintf("All %d calls went as they should.", t.calls))
	if t.verdict() != nil {
		text = p.style(red, fmt.Sprintf("%d of %d calls did not go as they should.", len(t.stops())-t.calls+t.failed, len(t.stops())))
	}
	p.printf("\n%s\n", text)
}

// clip cuts a text to a number of columns, if there is any.
func clip(text string, columns int) string {
	runes := []rune(text)
	if columns < 20 || len(runes) <= columns {
		return text
	}
	return strings.TrimSpace(string(runes[:columns-1])) + "…"
}
