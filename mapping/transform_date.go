package mapping

import (
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones of its own
)

// Forms of a date that have names.
const (
	formAuto    = "auto" // whatever is plain; only for reading
	formRFC3339 = "rfc3339"
	formDate    = "date"
	formUnix    = "unix"
	formUnixMs  = "unix_ms"
	formRFC1123 = "rfc1123"
)

// dateForm reads and writes points in time in one form.
type dateForm struct {
	layouts []string // as package time has them; the first is for writing
	unit    time.Duration
	auto    bool
}

// date makes the transform out of its arguments.
func (a *arguments) date() func(value) (value, string) {
	from, to := a.form("from", formAuto), a.form("to", formRFC3339)
	if to.auto {
		a.fault("auto is a form to read in; give another to write in")
	}
	if _, digits := a.named["from_zone"]; digits && from.unit > 0 {
		a.fault("from_zone means nothing for unix time")
	}
	fromZone := a.zone("from_zone")
	toZone := a.zone("to_zone")
	if fromZone == nil {
		fromZone = time.UTC
	}
	return func(v value) (value, string) {
		if v.kind != textValue && v.kind != numberValue {
			return value{}, "is " + v.what() + ", which makes no date"
		}
		t, ok := from.read(strings.TrimSpace(v.text()), fromZone)
		switch {
		case !ok:
			return value{}, "is not a date of the form that is expected"
		case toZone != nil:
			t = t.In(toZone)
		}
		return to.write(t)
	}
}

// zone reads a time zone; nil: none is given.
func (a *arguments) zone(name string) *time.Location {
	given := a.text(name, "")
	if given == "" {
		return nil
	}
	zone, err := time.LoadLocation(given)
	if err != nil || given == "Local" {
		a.fault(quoteShort(given) + " is not a time zone; give one as Europe/Copenhagen")
		return time.UTC
	}
	return zone
}

// form reads the form of a date: a name, or a pattern as DD/MM/YYYY HH:mm.
func (a *arguments) form(name, fallback string) dateForm {
	switch given := a.text(name, fallback); given {
	case formAuto:
		return dateForm{auto: true, layouts: []string{
			time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05", "2006-01-02 15:04",
			"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02", time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700",
		}}
	case formRFC3339:
		return dateForm{layouts: []string{time.RFC3339}}
	case formDate:
		return dateForm{layouts: []string{time.DateOnly}}
	case formRFC1123:
		return dateForm{layouts: []string{time.RFC1123Z, time.RFC1123}}
	case formUnix:
		return dateForm{unit: time.Second}
	case formUnixMs:
		return dateForm{unit: time.Millisecond}
	default:
		layout, problem := dateLayout(given)
		if problem != "" {
			a.fault(name + " " + problem)
		}
		return dateForm{layouts: []string{layout}}
	}
}

// millisecondsFrom is where auto takes a whole number for milliseconds: in seconds it would lie beyond the year 5138.
const millisecondsFrom = 100_000_000_000

// maxUnix bounds unix time to the year 9999, in seconds.
const maxUnix = 253_402_300_799

func (f dateForm) read(s string, zone *time.Location) (time.Time, bool) {
	if (f.unit > 0 || f.auto) && isNumber(s) {
		return f.readUnix(s)
	}
	for _, layout := range f.layouts {
		t, err := time.ParseInLocation(layout, s, zone)
		if err != nil {
			continue
		}
		name, offset := t.Zone()
		if layout == time.RFC1123 && name != "GMT" && name != "UTC" { // package time takes any letters for a zone, at offset 0
			return time.Time{}, false
		}
		if t.Location() == time.Local { // the text's offset happens to be the machine's
			t = t.In(time.FixedZone("", offset))
		}
		return t, true
	}
	return time.Time{}, false
}

func (f dateForm) readUnix(s string) (time.Time, bool) {
	ms, err := strconv.ParseFloat(s, 64)
	if f.unit == time.Second || f.auto && ms < millisecondsFrom {
		ms *= 1000
	}
	if err != nil || math.Abs(ms) > maxUnix*1000 {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(math.Round(ms))).UTC(), true
}

func (f dateForm) write(t time.Time) (value, string) {
	if y := t.Year(); y < 0 || y > 9999 {
		return value{}, "is a date beyond the year 9999"
	}
	switch f.unit {
	case time.Second:
		return madeNumber(strconv.FormatInt(t.Unix(), 10)), ""
	case time.Millisecond:
		return madeNumber(strconv.FormatInt(t.UnixMilli(), 10)), ""
	}
	return madeText(t.Format(f.layouts[0])), ""
}

// dateTokens are the parts of a pattern, longest first, and what package time calls them.
func dateTokens() [][2]string {
	return [][2]string{
		{"YYYY", "2006"}, {"YY", "06"}, {"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"}, {"DD", "02"}, {"D", "2"},
		{"dddd", "Monday"}, {"ddd", "Mon"}, {"HH", "15"}, {"hh", "03"}, {"h", "3"}, {"mm", "04"}, {"m", "4"}, {"ss", "05"}, {"s", "5"},
		{".SSSSSS", ".000000"}, {".SSS", ".000"}, {",SSS", ",000"}, {"A", "PM"}, {"a", "pm"}, {"ZZ", "-0700"}, {"Z", "Z07:00"},
	}
}

// dateLayout makes a layout of package time out of a pattern. Text that is no part of it stands in [].
func dateLayout(pattern string) (layout, problem string) {
	var b strings.Builder
next:
	for rest := pattern; rest != ""; {
		if rest[0] == '[' {
			inner, after, closed := strings.Cut(rest[1:], "]")
			if !closed || !inert(inner) {
				return "", "has text in [] that does not end, or that could be taken for a date"
			}
			b.WriteString(inner)
			rest = after
			continue
		}
		for _, token := range dateTokens() {
			if after, found := strings.CutPrefix(rest, token[0]); found {
				b.WriteString(token[1])
				rest = after
				continue next
			}
		}
		if c := rest[0]; c >= '0' && c <= '9' || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' && c != 'T' {
			return "", "has " + quoteShort(rest[:1]) + ", which is no part of a date as YYYY-MM-DD HH:mm; text stands in []"
		}
		b.WriteByte(rest[0])
		rest = rest[1:]
	}
	return b.String(), ""
}

// inert tells whether package time writes a text as it stands.
func inert(s string) bool {
	one := time.Date(2031, 11, 22, 19, 48, 57, 123456789, time.FixedZone("X", 5400))
	return one.Format(s) == s && strings.Trim(s, "0123456789") == s
}
