package server

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// AccessLog writes the line of each request as slog's handlers would, and costs less. It is safe for concurrent use.
type AccessLog struct {
	to   io.Writer
	json bool

	mu     sync.Mutex
	line   []byte
	second int64  // since 1970, of what follows
	date   []byte // and time of day
	zone   []byte
}

// NewAccessLog makes an access log that writes each line by one Write, which must not keep it: in the format of
// slog.JSONHandler, or of slog.TextHandler.
func NewAccessLog(to io.Writer, json bool) *AccessLog {
	return &AccessLog{to: to, json: json, second: -1}
}

// accessLine is what is logged of a request: never a query, a body or a header, since any of them may hold a secret.
type accessLine struct {
	at            time.Time
	level         slog.Level
	method, route string
	status        int
	took          time.Duration
	bytes         int
	request       string
	key, code     string // "": none
}

// isPlain tells whether nothing has to be quoted in any format. What a caller has a say in is the request's id, which has
// been checked.
func (l *accessLine) isPlain() bool {
	for i := range len(l.key) {
		if c := l.key[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=' {
			return false
		}
	}
	return true
}

// record is the line as slog would have it.
func (l *accessLine) record() slog.Record {
	r := slog.NewRecord(l.at, l.level, "request", 0) // whose line of code it is nobody asks
	r.AddAttrs(
		slog.String("method", l.method), slog.String("route", l.route), slog.Int("status", l.status), slog.Duration("duration", l.took),
		slog.Int("bytes", l.bytes), slog.String("request", l.request),
	)
	if l.key != "" {
		r.AddAttrs(slog.String("key", l.key))
	}
	if l.code != "" {
		r.AddAttrs(slog.String("code", l.code))
	}
	return r
}

// write writes a plain line.
func (a *AccessLog) write(l *accessLine) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.see(l.at)
	if a.json {
		a.line = a.appendJSON(a.line[:0], l)
	} else {
		a.line = a.appendText(a.line[:0], l)
	}
	_, err := a.to.Write(a.line)
	return err
}

// see spells a second out, unless that has been done: few requests see a new one.
func (a *AccessLog) see(at time.Time) {
	if second := at.Unix(); second != a.second {
		a.second = second
		a.date = at.AppendFormat(a.date[:0], "2006-01-02T15:04:05")
		a.zone = at.AppendFormat(a.zone[:0], "Z07:00")
	}
}

func (a *AccessLog) appendText(b []byte, l *accessLine) []byte {
	b = append(append(b, "time="...), a.date...)
	b = append(appendFraction(b, l.at.Nanosecond(), len("000")), a.zone...)
	b = append(append(b, " level="...), l.level.String()...)
	b = append(append(b, " msg=request method="...), l.method...)
	b = append(append(b, " route="...), l.route...)
	b = strconv.AppendInt(append(b, " status="...), int64(l.status), 10)
	b = append(append(b, " duration="...), l.took.String()...)
	b = strconv.AppendInt(append(b, " bytes="...), int64(l.bytes), 10)
	b = append(append(b, " request="...), l.request...)
	if l.key != "" {
		b = append(append(b, " key="...), l.key...)
	}
	if l.code != "" {
		b = append(append(b, " code="...), l.code...)
	}
	return append(b, '\n')
}

func (a *AccessLog) appendJSON(b []byte, l *accessLine) []byte {
	b = append(append(b, `{"time":"`...), a.date...)
	if nanoseconds := l.at.Nanosecond(); nanoseconds > 0 {
		b = appendFraction(b, nanoseconds, len("000000000"))
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	b = append(b, a.zone...)
	b = append(append(b, `","level":"`...), l.level.String()...)
	b = append(append(b, `","msg":"request","method":"`...), l.method...)
	b = append(append(b, `","route":"`...), l.route...)
	b = strconv.AppendInt(append(b, `","status":`...), int64(l.status), 10)
	b = strconv.AppendInt(append(b, `,"duration":`...), int64(l.took), 10)
	b = strconv.AppendInt(append(b, `,"bytes":`...), int64(l.bytes), 10)
	b = appendText(append(b, `,"request":`...), l.request)
	if l.key != "" {
		b = appendText(append(b, `,"key":`...), l.key)
	}
	if l.code != "" {
		b = appendText(append(b, `,"code":`...), l.code)
	}
	return append(b, '}', '\n')
}

// appendFraction writes the first digits of a fraction of a second.
func appendFraction(b []byte, nanoseconds, digits int) []byte {
	b = append(b, '.')
	for unit := 100_000_000; digits > 0; digits-- {
		b = append(b, byte('0'+nanoseconds/unit%10))
		unit /= 10
	}
	return b
}

// access logs a request that has been answered.
func (s *Server) access(x *exchange) {
	level := slog.LevelInfo
	if x.route != nil && x.route.quiet {
		level = slog.LevelDebug
	}
	if !s.log.Enabled(s.ctx, level) {
		return
	}
	took := time.Since(x.start)
	line := accessLine{
		at: x.start.Add(took), level: level, method: x.method(), route: x.pattern(), status: x.Response().StatusCode(),
		took: took, bytes: x.answerBytes(), request: x.id, key: x.key.ID, code: string(x.code),
	}
	if s.AccessLog != nil && line.isPlain() {
		_ = s.AccessLog.write(&line) // as slog does
		return
	}
	_ = s.log.Handler().Handle(s.ctx, line.record())
}

// method is that of the request, which is one of those that Fiber knows.
func (x *exchange) method() string {
	if x.route != nil && x.route.method == http.MethodPost {
		return http.MethodPost
	}
	return string(x.http.Method())
}

// answerBytes is the size of the answer; 0 if it is still being made.
func (x *exchange) answerBytes() int {
	if x.Response().IsBodyStream() {
		return 0
	}
	return len(x.Response().Body())
}

// pattern is the matching route's path with its parameters' names.
func (x *exchange) pattern() string {
	if x.route == nil {
		return "(none)"
	}
	return x.route.path
}
