package jiratest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// call gives what a function stands for.
func (x *exchange) call(c *clause, name string, value operandValue) ([]any, string) {
	function := strings.ToLower(value.text)
	switch {
	case function == "currentuser" && c.user:
		return one(x.me(), x.me() != nil), ""
	case function == "now" && c.date:
		return []any{x.now}, ""
	case function == "opensprints" || function == "futuresprints" || function == "closedsprints":
		state := map[string]string{"opensprints": "active", "futuresprints": "future", "closedsprints": "closed"}[function]
		return anyOf(filter(x.sprints, func(s *sprint) bool { return s.state == state })), ""
	case c.date:
		if at, known := boundary(function, x.now); known {
			return x.moved(at, function, name, value)
		}
	}
	return nil, fmt.Sprintf("Unable to find JQL function '%s(%s)'.", clip(value.text, 80), clip(strings.Join(value.args, ", "), 80))
}

// boundary is the begin or the end of the day, week, month or year.
func boundary(function string, now time.Time) (time.Time, bool) {
	year, month, day := now.Date()
	begin := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	}
	monday := day - (int(now.Weekday())+6)%7
	last := -time.Second
	switch function {
	case "startofday":
		return begin(year, month, day), true
	case "endofday":
		return begin(year, month, day+1).Add(last), true
	case "startofweek":
		return begin(year, month, monday), true
	case "endofweek":
		return begin(year, month, monday+7).Add(last), true
	case "startofmonth":
		return begin(year, month, 1), true
	case "endofmonth":
		return begin(year, month+1, 1).Add(last), true
	case "startofyear":
		return begin(year, 1, 1), true
	case "endofyear":
		return begin(year+1, 1, 1).Add(last), true
	}
	return time.Time{}, false
}

// moved is a time and, where the call has an argument, so much more or less. Without a unit it is that of the function.
func (x *exchange) moved(at time.Time, function, name string, value operandValue) ([]any, string) {
	if len(value.args) == 0 {
		return []any{at}, ""
	}
	offset := value.args[0]
	if _, err := strconv.Atoi(offset); err == nil {
		offset += map[string]string{"day": "d", "eek": "w", "nth": "M", "ear": "y"}[function[len(function)-3:]]
	}
	moved, valid := shift(at, offset)
	if !valid {
		return nil, badDate(name, value.args[0])
	}
	return []any{moved}, ""
}

// resolveDate reads a date, a date and time, or a period from now: "-7d", "4w 2d".
func resolveDate(x *exchange, name, value string) ([]any, string) {
	for _, format := range []string{"2006-01-02 15:04", "2006/01/02 15:04", "2006-01-02", "2006/01/02"} {
		if at, err := time.ParseInLocation(format, strings.TrimSpace(value), x.now.Location()); err == nil {
			return []any{at}, ""
		}
	}
	at, valid := shift(x.now, value)
	if !valid {
		return nil, badDate(name, value)
	}
	return []any{at}, ""
}

func badDate(name, value string) string {
	return fmt.Sprintf("Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', "+
		"'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
		clip(value, 80), clip(name, 80))
}

// shift moves a time by a period; a minus stands for all of it.
func shift(at time.Time, period string) (time.Time, bool) {
	period, back := strings.CutPrefix(strings.TrimSpace(period), "-")
	period = strings.TrimPrefix(period, "+")
	parts := strings.Fields(period)
	if len(parts) == 0 || len(period) > 40 {
		return at, false
	}
	for _, part := range parts {
		n, err := strconv.Atoi(part[:len(part)-1])
		if err != nil || n < 0 || n > 100_000 {
			return at, false
		}
		if back {
			n = -n
		}
		switch part[len(part)-1] {
		case 'm':
			at = at.Add(time.Duration(n) * time.Minute)
		case 'h':
			at = at.Add(time.Duration(n) * time.Hour)
		case 'd':
			at = at.AddDate(0, 0, n)
		case 'w':
			at = at.AddDate(0, 0, 7*n)
		case 'M':
			at = at.AddDate(0, n, 0)
		case 'y', 'Y':
			at = at.AddDate(n, 0, 0)
		default:
			return at, false
		}
	}
	return at, true
}
