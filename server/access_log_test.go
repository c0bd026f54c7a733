package server

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// TestAccessLogIsThatOfSlog: a line looks the same, whoever writes it.
func TestAccessLogIsThatOfSlog(t *testing.T) {
	t.Parallel()
	var want, got bytes.Buffer
	handlers := map[bool]slog.Handler{
		false: slog.NewTextHandler(&want, &slog.HandlerOptions{Level: slog.LevelDebug}),
		true:  slog.NewJSONHandler(&want, &slog.HandlerOptions{Level: slog.LevelDebug}),
	}
	for json, handler := range handlers {
		log := NewAccessLog(&got, json)
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 5*3600+1800), time.FixedZone("", -7*3600)} {
			for _, nanoseconds := range []int{0, 1, 999_999, 1_000_000, 120_000_000, 123_456_789, 999_999_999} {
				for _, line := range []accessLine{
					{method: "POST", route: "/v1/connectors/:connector/operations/:operation/call", status: 200, took: 61200, bytes: 2100, request: "req_1", key: "key_1"},
					{level: slog.LevelDebug, method: "GET", route: "(none)", status: 404, took: 2 * time.Second, request: "a-b.c:d", code: "not_found"},
				} {
					line.at = time.Date(2026, 3, 4, 5, 6, 7, nanoseconds, zone)
					want.Reset()
					got.Reset()
					if err := errors.Join(handler.Handle(t.Context(), line.record()), log.write(&line)); err != nil || !line.isPlain() {
						t.Fatal(err)
					}
					if got.String() != want.String() {
						t.Errorf("the line is\n%swant\n%s", got.String(), want.String())
					}
				}
			}
		}
	}
	for _, key := range []string{"a b", `a"b`, `a\b`, "a=b", "ä", "\n"} {
		if (&accessLine{key: key}).isPlain() {
			t.Errorf("%q is taken for plain", key)
		}
	}
}

// TestAccessLog: it has the requests, and the other log has the rest; who logs errors only gets no requests.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	for level, want := range map[slog.Level]int{slog.LevelDebug: 3, slog.LevelInfo: 2, slog.LevelError: 0} {
		var other, requests bytes.Buffer
		h := newHub(t, func(o *Options) {
			o.Log = slog.New(slog.NewTextHandler(&other, &slog.HandlerOptions{Level: level}))
			o.AccessLog = NewAccessLog(&requests, false)
		})
		scenario{as: execute.RoleBuilder, url: createURL, body: create(""), wantStatus: 200}.run(t, h)
		scenario{url: "/nowhere?secret", wantStatus: 404}.run(t, h)
		scenario{url: "/healthz", wantStatus: 200}.run(t, h)
		lines := strings.SplitAfter(requests.String(), "\n")
		if len(lines)-1 != want || other.Len() > 0 || strings.Contains(requests.String(), "secret") {
			t.Errorf("%s: the log is\n%sbeside\n%s", level, requests.String(), other.String())
		}
		if want > 0 && (!strings.Contains(lines[0], " method=POST ") || !strings.Contains(lines[0], " key="+h.keys[execute.RoleBuilder].ID+"\n")) {
			t.Errorf("the first line is %s", lines[0])
		}
	}
}

func BenchmarkAccessLog(b *testing.B) {
	line := accessLine{
		at: time.Now(), method: "POST", route: "/v1/connectors/:connector/operations/:operation/call", status: 200, took: 61200, bytes: 2100,
		request: newRequestID(time.Now()), key: "key_01J",
	}
	b.Run("slog", func(b *testing.B) {
		handler := slog.NewTextHandler(io.Discard, nil)
		b.ReportAllocs()
		for b.Loop() {
			_ = handler.Handle(b.Context(), line.record())
		}
	})
	b.Run("own", func(b *testing.B) {
		log := NewAccessLog(io.Discard, false)
		b.ReportAllocs()
		for b.Loop() {
			_ = log.write(&line)
		}
	})
}
