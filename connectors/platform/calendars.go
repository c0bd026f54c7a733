package platform

import (
	"time"
)

// horizon is how far ahead a calendar looks for the next time that somebody is there.
const horizon = 400 * 24 * time.Hour

// calendar is when somebody is there: his hours, without holidays and time off.
type calendar struct {
	hours    schedule
	holidays []days   // days of the calendar in the zone of the hours, midnight to midnight
	away     []period // time off
}

// days are whole days of a calendar, "2026-12-24" to "2026-12-26", the last included.
type days struct{ first, last string }

// period is a stretch of time without its end.
type period struct{ start, end time.Time }

// The states of a calendar.
type state int

const (
	stateOpen    state = iota // within business hours
	stateClosed               // outside of them
	stateHoliday              // a holiday, whatever the hours
	stateAway                 // time off, whatever else
)

// at tells the state at a time.
func (c calendar) at(t time.Time) state {
	switch {
	case c.awayUntil(t).After(t):
		return stateAway
	case c.holidayUntil(t) != "":
		return stateHoliday
	case !c.hours.isOpen(t):
		return stateClosed
	default:
		return stateOpen
	}
}

// next gives the first time, t or later, at which it is open. There may be none before the horizon.
func (c calendar) next(t time.Time) (time.Time, bool) {
	end := t.Add(horizon)
	for t.Before(end) {
		if until := c.awayUntil(t); until.After(t) {
			t = until
			continue
		}
		if last := c.holidayUntil(t); last != "" {
			if t = c.hours.after(t, last); !t.IsZero() {
				continue
			}
			return t, false
		}
		opens, found := c.hours.next(t, end)
		if !found || opens.Equal(t) {
			return opens, found
		}
		t = opens
	}
	return time.Time{}, false
}

// awayUntil is when the time off ends in which t lies; t if there is none.
func (c calendar) awayUntil(t time.Time) time.Time {
	until := t
	for _, off := range c.away {
		if !off.start.After(t) && off.end.After(until) {
			until = off.end
		}
	}
	return until
}

// holidayUntil is the last day of the holiday in which t lies, "" if there is none.
func (c calendar) holidayUntil(t time.Time) string {
	if len(c.holidays) == 0 {
		return ""
	}
	today := t.In(c.hours.zone).Format(time.DateOnly)
	last := ""
	for _, holiday := range c.holidays {
		if holiday.first <= today && today <= holiday.last {
			last = max(last, holiday.last)
		}
	}
	return last
}

// isOpen tells whether the clock shows an open hour.
func (s schedule) isOpen(t time.Time) bool {
	local := t.In(s.zone)
	minute := local.Hour()*60 + local.Minute()
	for _, part := range s.open[local.Weekday()] {
		if part.from <= minute && minute < part.to {
			return true
		}
	}
	return false
}

// wall is what the clock shows as if it were UTC, by how much it is ahead of UTC, and until when it goes on like that,
// zero for ever. In between it runs evenly, which makes it easy to reckon with.
func (s schedule) wall(t time.Time) (clock time.Time, ahead time.Duration, until time.Time) {
	local := t.In(s.zone)
	_, seconds := local.Zone()
	ahead = time.Duration(seconds) * time.Second
	_, until = local.ZoneBounds()
	return t.UTC().Add(ahead), ahead, until
}

// next gives the first time, t or later and before end, at which it is open.
func (s schedule) next(t, end time.Time) (time.Time, bool) {
	for t.Before(end) {
		clock, ahead, until := s.wall(t)
		opens, found := s.nextOnClock(clock)
		opens = opens.Add(-ahead)
		if found && (until.IsZero() || opens.Before(until)) {
			return opens, opens.Before(end)
		}
		if until.IsZero() {
			break
		}
		t = until.UTC()
	}
	return time.Time{}, false
}

// nextOnClock is next for a clock that always runs evenly.
func (s schedule) nextOnClock(clock time.Time) (time.Time, bool) {
	midnight := time.Date(clock.Year(), clock.Month(), clock.Day(), 0, 0, 0, 0, time.UTC)
	for ahead := range 8 {
		day := midnight.AddDate(0, 0, ahead)
		for _, part := range s.open[day.Weekday()] {
			if closes := day.Add(time.Duration(part.to) * time.Minute); !closes.After(clock) {
				continue
			}
			if opens := day.Add(time.Duration(part.from) * time.Minute); opens.After(clock) {
				return opens, true
			}
			return clock, true
		}
	}
	return time.Time{}, false
}

// after gives the first time after t at which the clock shows a later day than last; zero if it cannot be told.
func (s schedule) after(t time.Time, last string) time.Time {
	day, err := time.Parse(time.DateOnly, last)
	if err != nil {
		return time.Time{}
	}
	midnight := day.AddDate(0, 0, 1)
	for {
		_, ahead, until := s.wall(t)
		if then := midnight.Add(-ahead); until.IsZero() || then.Before(until) {
			if then.Before(t) {
				return t // the clock jumped over midnight
			}
			return then
		}
		t = until.UTC()
	}
}
