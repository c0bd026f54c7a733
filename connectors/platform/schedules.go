package platform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// businessHours say when somebody is at work, by the clock on his wall.
type businessHours struct {
	TimeZone string      `json:"timeZone" doc:"The time zone of the clock, as IANA names it." minLength:"1" maxLength:"64" example:"Europe/Berlin" lookup:"list_time_zones_ddl"`
	Hours    []openHours `json:"hours,omitempty" doc:"When it is open; the sum of all entries. Without any, round the clock." minItems:"1" maxItems:"50"`
}

// openHours are the same hours of some days.
type openHours struct {
	Days []string `json:"days" doc:"The days on which they begin." enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday" minItems:"1" maxItems:"7"`
	From string   `json:"from" doc:"When it opens." pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"09:00"`
	To   string   `json:"to" doc:"When it closes, 24:00 for the end of the day. An earlier time than from is one of the next day." pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" example:"17:00"`
}

// Bounds of business hours, which their schema has as well.
const (
	maxOpenHours = 50
	dayMinutes   = 24 * 60
)

// schedule is business hours as they are reckoned with. It goes by what the clock shows: an hour that a time zone
// repeats is open twice, and one that it leaves out does not come.
type schedule struct {
	zone *time.Location
	open [7][]span // by weekday; in order, none touches the next
}

// span is a part of a day in minutes from midnight, without its end.
type span struct{ from, to int }

// roundTheClock is open always.
func roundTheClock(zone *time.Location) schedule {
	s := schedule{zone: zone}
	for day := range s.open {
		s.open[day] = []span{{0, dayMinutes}}
	}
	return s
}

// newSchedule reads business hours. What is wrong with them is a fault below the pointer.
func newSchedule(f *faults, pointer string, in businessHours) schedule {
	zone, err := zoneNamed(in.TimeZone)
	if err != nil {
		f.add(pointer+"/timeZone", "is no time zone; list_time_zones_ddl has them")
		zone = time.UTC
	}
	if len(in.Hours) == 0 {
		return roundTheClock(zone)
	}
	if len(in.Hours) > maxOpenHours {
		f.add(pointer+"/hours", "has more than %d entries", maxOpenHours)
		return roundTheClock(zone)
	}
	s := schedule{zone: zone}
	for i, hours := range in.Hours {
		s.add(f, fmt.Sprintf("%s/hours/%d", pointer, i), hours)
	}
	for day := range s.open {
		s.open[day] = joined(s.open[day])
	}
	return s
}

// add opens the hours of some days, which may go on into the next.
func (s *schedule) add(f *faults, pointer string, hours openHours) {
	from, okFrom := minuteOf(hours.From)
	to, okTo := minuteOf(hours.To)
	switch {
	case !okFrom || from == dayMinutes:
		f.add(pointer+"/from", "is no time of day")
	case !okTo:
		f.add(pointer+"/to", "is no time of day")
	case from == to:
		f.add(pointer+"/to", "is the same as from; a whole day is 00:00 to 24:00")
	}
	if len(hours.Days) == 0 || len(hours.Days) > 7 {
		f.add(pointer+"/days", "has to name one to seven days")
		return
	}
	for i, name := range hours.Days {
		day, known := weekday(name)
		switch {
		case !known:
			f.add(fmt.Sprintf("%s/days/%d", pointer, i), "is no day of the week")
		case from < to:
			s.open[day] = append(s.open[day], span{from, to})
		default:
			next := (day + 1) % 7
			s.open[day] = append(s.open[day], span{from, dayMinutes})
			if to > 0 {
				s.open[next] = append(s.open[next], span{0, to})
			}
		}
	}
}

// joined puts spans in order and makes one of those that overlap or touch.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var all []span
	for _, next := range spans {
		if last := len(all) - 1; last >= 0 && next.from <= all[last].to {
			all[last].to = max(all[last].to, next.to)
			continue
		}
		all = append(all, next)
	}
	return all
}

// minuteOf reads a time of day, "00:00" to "24:00".
func minuteOf(text string) (int, bool) {
	hour, minute, found := strings.Cut(text, ":")
	if !found || len(hour) != 2 || len(minute) != 2 {
		return 0, false
	}
	h, errHour := strconv.ParseUint(hour, 10, 8)
	m, errMinute := strconv.ParseUint(minute, 10, 8)
	if errHour != nil || errMinute != nil || m > 59 || h > 24 || h == 24 && m > 0 {
		return 0, false
	}
	return int(h)*60 + int(m), true
}

// weekday reads the English name of a day, in lower case.
func weekday(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.ToLower(day.String()) == name {
			return day, true
		}
	}
	return 0, false
}

// parseSchedule reads business hours as the database has them.
func parseSchedule(text jsonText) (schedule, error) {
	hours, err := parseHours(text)
	if err != nil {
		return schedule{}, err
	}
	if hours == nil {
		return schedule{}, errors.New("reading business hours: there are none")
	}
	var f faults
	s := newSchedule(&f, "", *hours)
	if err := f.err(); err != nil {
		return schedule{}, fmt.Errorf("reading business hours: %s", err)
	}
	return s, nil
}

// parseHours decodes business hours; none is nil.
func parseHours(text jsonText) (*businessHours, error) {
	if text == "" {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	hours := &businessHours{}
	if err := decoder.Decode(hours); err != nil {
		return nil, fmt.Errorf("decoding business hours: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("decoding business hours: there is more behind them")
	}
	return hours, nil
}

// hoursText checks business hours and makes them ready to be stored; nil is none.
func hoursText(f *faults, pointer string, hours *businessHours) (jsonText, error) {
	if hours == nil {
		return "", nil
	}
	newSchedule(f, pointer, *hours)
	text, err := json.Marshal(hours)
	if err != nil {
		return "", fmt.Errorf("encoding business hours: %w", err)
	}
	return jsonText(text), nil
}
