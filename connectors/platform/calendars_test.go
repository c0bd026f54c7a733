package platform

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

const (
	officeHours = `[{"days":["monday","tuesday","wednesday","thursday","friday"],"from":"09:00","to":"17:00"}]`
	nightShift  = `[{"days":["friday","saturday"],"from":"22:00","to":"06:00"}]`
	everyNight  = `[{"days":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],"from":"01:30","to":"02:30"}]`
)

func scheduleOf(t testing.TB, zone, hours string) schedule {
	t.Helper()
	text := fmt.Sprintf(`{"timeZone":%q,"hours":%s}`, zone, hours)
	if hours == "" {
		text = fmt.Sprintf(`{"timeZone":%q}`, zone)
	}
	s, err := parseSchedule(jsonText(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func timeOf(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestCalendar: the times are UTC. Where it is open, next is empty.
func TestCalendar(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, zone, hours string
		holidays          []days
		away              []string // from, to, from, to
		at                string
		want              state
		next              string
	}{
		{name: "noon", zone: "Europe/Berlin", hours: officeHours, at: "2026-01-05T11:00:00Z", want: stateOpen},
		{name: "the first moment", zone: "Europe/Berlin", hours: officeHours, at: "2026-01-05T08:00:00Z", want: stateOpen},
		{name: "just before", zone: "Europe/Berlin", hours: officeHours, at: "2026-01-05T07:59:59.999999Z", want: stateClosed, next: "2026-01-05T08:00:00Z"},
		{name: "the last moment", zone: "Europe/Berlin", hours: officeHours, at: "2026-01-05T15:59:59.999999Z", want: stateOpen},
		{name: "the end", zone: "Europe/Berlin", hours: officeHours, at: "2026-01-05T16:00:00Z", want: stateClosed, next: "2026-01-06T08:00:00Z"},
		{name: "friday evening", zone: "Europe/Berlin", hours: officeHours, at: "2026-01-09T16:00:00Z", want: stateClosed, next: "2026-01-12T08:00:00Z"},
		{name: "sunday", zone: "UTC", hours: officeHours, at: "2026-01-11T12:00:00Z", want: stateClosed, next: "2026-01-12T09:00:00Z"},
		{name: "a zone ahead of UTC is in the next day", zone: "Asia/Tokyo", hours: officeHours, at: "2026-01-05T00:00:00Z", want: stateOpen},
		{name: "and in the next week", zone: "Asia/Tokyo", hours: officeHours, at: "2026-01-11T23:59:00Z", want: stateClosed, next: "2026-01-12T00:00:00Z"},
		{name: "a zone behind UTC", zone: "America/Los_Angeles", hours: officeHours, at: "2026-01-06T00:30:00Z", want: stateOpen},
		{name: "and behind a week", zone: "America/Los_Angeles", hours: officeHours, at: "2026-01-10T00:30:00Z", want: stateOpen},
		{name: "half an hour off", zone: "Asia/Kolkata", hours: officeHours, at: "2026-01-05T03:29:00Z", want: stateClosed, next: "2026-01-05T03:30:00Z"},
		{name: "three quarters off", zone: "Asia/Kathmandu", hours: officeHours, at: "2026-01-05T03:14:00Z", want: stateClosed, next: "2026-01-05T03:15:00Z"},
		{name: "round the clock", zone: "Europe/Berlin", at: "2026-01-11T02:00:00Z", want: stateOpen},

		{name: "over midnight, before", zone: "Europe/Berlin", hours: nightShift, at: "2026-01-09T21:30:00Z", want: stateOpen},
		{name: "over midnight, after", zone: "Europe/Berlin", hours: nightShift, at: "2026-01-10T04:59:00Z", want: stateOpen},
		{name: "over midnight, its end", zone: "Europe/Berlin", hours: nightShift, at: "2026-01-10T05:00:00Z", want: stateClosed, next: "2026-01-10T21:00:00Z"},
		{name: "over midnight into the week", zone: "Europe/Berlin", hours: nightShift, at: "2026-01-11T04:00:00Z", want: stateOpen},
		{name: "over midnight, not the day before", zone: "Europe/Berlin", hours: nightShift, at: "2026-01-09T03:00:00Z", want: stateClosed, next: "2026-01-09T21:00:00Z"},
		{name: "until midnight", zone: "UTC", hours: `[{"days":["monday"],"from":"20:00","to":"24:00"}]`, at: "2026-01-06T00:00:00Z", want: stateClosed, next: "2026-01-12T20:00:00Z"},
		{name: "until 00:00 is the same", zone: "UTC", hours: `[{"days":["monday"],"from":"20:00","to":"00:00"}]`, at: "2026-01-06T00:00:00Z", want: stateClosed, next: "2026-01-12T20:00:00Z"},
		{name: "two parts of a day, between", zone: "UTC", hours: `[{"days":["monday"],"from":"13:00","to":"17:00"},{"days":["monday"],"from":"08:00","to":"12:00"}]`, at: "2026-01-05T12:30:00Z", want: stateClosed, next: "2026-01-05T13:00:00Z"},
		{name: "parts that overlap", zone: "UTC", hours: `[{"days":["monday"],"from":"08:00","to":"15:00"},{"days":["monday"],"from":"09:00","to":"10:00"}]`, at: "2026-01-05T14:00:00Z", want: stateOpen},

		// Berlin: 2026-03-29 the clock goes from 02:00 to 03:00, at 01:00 UTC.
		{name: "spring: open before the gap", zone: "Europe/Berlin", hours: everyNight, at: "2026-03-29T00:59:59Z", want: stateOpen},
		{name: "spring: the rest falls into the gap", zone: "Europe/Berlin", hours: everyNight, at: "2026-03-29T01:00:00Z", want: stateClosed, next: "2026-03-29T23:30:00Z"},
		{name: "spring: all of it falls into the gap", zone: "Europe/Berlin", hours: `[{"days":["sunday"],"from":"02:10","to":"02:50"}]`, at: "2026-03-28T12:00:00Z", want: stateClosed, next: "2026-04-05T00:10:00Z"},
		{name: "spring: it begins in the gap", zone: "Europe/Berlin", hours: `[{"days":["sunday"],"from":"02:30","to":"04:00"}]`, at: "2026-03-29T00:00:00Z", want: stateClosed, next: "2026-03-29T01:00:00Z"},
		{name: "spring: the office opens an hour earlier by UTC", zone: "Europe/Berlin", hours: officeHours, at: "2026-03-27T18:00:00Z", want: stateClosed, next: "2026-03-30T07:00:00Z"},
		{name: "spring: over midnight into the short night", zone: "Europe/Berlin", hours: nightShift, at: "2026-03-29T03:59:00Z", want: stateOpen},
		{name: "spring: its end", zone: "Europe/Berlin", hours: nightShift, at: "2026-03-29T04:00:00Z", want: stateClosed, next: "2026-04-03T20:00:00Z"},

		// Berlin: 2026-10-25 the clock goes from 03:00 back to 02:00, at 01:00 UTC.
		{name: "autumn: the first time round", zone: "Europe/Berlin", hours: everyNight, at: "2026-10-25T00:29:00Z", want: stateOpen},
		{name: "autumn: closed between", zone: "Europe/Berlin", hours: everyNight, at: "2026-10-25T00:30:00Z", want: stateClosed, next: "2026-10-25T01:00:00Z"},
		{name: "autumn: the second time round", zone: "Europe/Berlin", hours: everyNight, at: "2026-10-25T01:15:00Z", want: stateOpen},
		{name: "autumn: its end", zone: "Europe/Berlin", hours: everyNight, at: "2026-10-25T01:30:00Z", want: stateClosed, next: "2026-10-26T00:30:00Z"},
		{name: "autumn: the office opens an hour later by UTC", zone: "Europe/Berlin", hours: officeHours, at: "2026-10-23T18:00:00Z", want: stateClosed, next: "2026-10-26T08:00:00Z"},
		{name: "autumn: the long night", zone: "Europe/Berlin", hours: nightShift, at: "2026-10-25T04:59:00Z", want: stateOpen},

		// New York changes on other days: 2026-03-08 and 2026-11-01. Sydney does it the other way round.
		{name: "New York in spring", zone: "America/New_York", hours: officeHours, at: "2026-03-06T23:00:00Z", want: stateClosed, next: "2026-03-09T13:00:00Z"},
		{name: "New York in autumn", zone: "America/New_York", hours: officeHours, at: "2026-10-30T22:00:00Z", want: stateClosed, next: "2026-11-02T14:00:00Z"},
		{name: "Sydney in April", zone: "Australia/Sydney", hours: officeHours, at: "2026-04-03T12:00:00Z", want: stateClosed, next: "2026-04-05T23:00:00Z"},
		{name: "Sydney in October", zone: "Australia/Sydney", hours: officeHours, at: "2026-10-02T12:00:00Z", want: stateClosed, next: "2026-10-04T22:00:00Z"},
		{name: "Lord Howe changes by half an hour", zone: "Australia/Lord_Howe", hours: officeHours, at: "2026-04-03T12:00:00Z", want: stateClosed, next: "2026-04-05T22:30:00Z"},
		{name: "no midnight: Cairo jumps from 00:00 to 01:00", zone: "Africa/Cairo", hours: `[{"days":["friday"],"from":"00:00","to":"02:00"}]`, at: "2026-04-23T21:00:00Z", want: stateClosed, next: "2026-04-23T22:00:00Z"},
		{name: "a day that Samoa left out", zone: "Pacific/Apia", hours: `[{"days":["friday"],"from":"09:00","to":"10:00"}]`, at: "2011-12-30T09:00:00Z", want: stateClosed, next: "2012-01-05T19:00:00Z"},

		{name: "a holiday", zone: "Europe/Berlin", hours: officeHours, holidays: []days{{"2026-01-06", "2026-01-06"}}, at: "2026-01-06T10:00:00Z", want: stateHoliday, next: "2026-01-07T08:00:00Z"},
		{name: "a holiday outside of hours", zone: "Europe/Berlin", hours: officeHours, holidays: []days{{"2026-01-06", "2026-01-06"}}, at: "2026-01-06T20:00:00Z", want: stateHoliday, next: "2026-01-07T08:00:00Z"},
		{name: "the evening before one", zone: "Europe/Berlin", hours: officeHours, holidays: []days{{"2026-01-06", "2026-01-07"}}, at: "2026-01-05T20:00:00Z", want: stateClosed, next: "2026-01-08T08:00:00Z"},
		{name: "a holiday begins where the team is: already in Tokyo", zone: "Asia/Tokyo", hours: "", holidays: []days{{"2026-01-06", "2026-01-06"}}, at: "2026-01-05T15:00:00Z", want: stateHoliday, next: "2026-01-06T15:00:00Z"},
		{name: "not yet in Los Angeles", zone: "America/Los_Angeles", hours: "", holidays: []days{{"2026-01-06", "2026-01-06"}}, at: "2026-01-06T07:59:59Z", want: stateOpen},
		{name: "then in Los Angeles", zone: "America/Los_Angeles", hours: "", holidays: []days{{"2026-01-06", "2026-01-06"}}, at: "2026-01-06T08:00:00Z", want: stateHoliday, next: "2026-01-07T08:00:00Z"},
		{name: "still in Los Angeles", zone: "America/Los_Angeles", hours: "", holidays: []days{{"2026-01-06", "2026-01-06"}}, at: "2026-01-07T07:59:59Z", want: stateHoliday, next: "2026-01-07T08:00:00Z"},
		{name: "holidays one after the other", zone: "UTC", hours: "", holidays: []days{{"2026-01-07", "2026-01-08"}, {"2026-01-06", "2026-01-06"}}, at: "2026-01-06T12:00:00Z", want: stateHoliday, next: "2026-01-09T00:00:00Z"},
		{name: "a holiday ends a shift at midnight", zone: "UTC", hours: nightShift, holidays: []days{{"2026-01-10", "2026-01-10"}}, at: "2026-01-10T01:00:00Z", want: stateHoliday, next: "2026-01-11T00:00:00Z"},
		{name: "a holiday on a day of 23 hours", zone: "Europe/Berlin", hours: "", holidays: []days{{"2026-03-29", "2026-03-29"}}, at: "2026-03-28T23:00:00Z", want: stateHoliday, next: "2026-03-29T22:00:00Z"},
		{name: "a holiday on a day of 25 hours", zone: "Europe/Berlin", hours: "", holidays: []days{{"2026-10-25", "2026-10-25"}}, at: "2026-10-24T22:00:00Z", want: stateHoliday, next: "2026-10-25T23:00:00Z"},
		{name: "a holiday before a day without midnight", zone: "Africa/Cairo", hours: "", holidays: []days{{"2026-04-23", "2026-04-23"}}, at: "2026-04-23T12:00:00Z", want: stateHoliday, next: "2026-04-23T22:00:00Z"},
		{name: "a holiday of a year and more", zone: "UTC", hours: officeHours, holidays: []days{{"2026-01-01", "2026-12-31"}, {"2027-01-01", "2027-12-31"}}, at: "2026-01-05T12:00:00Z", want: stateHoliday, next: "never"},

		{name: "time off", zone: "Europe/Berlin", hours: officeHours, away: []string{"2026-01-05T09:00:00Z", "2026-01-05T12:00:00Z"}, at: "2026-01-05T10:00:00Z", want: stateAway, next: "2026-01-05T12:00:00Z"},
		{name: "its first moment", zone: "Europe/Berlin", hours: officeHours, away: []string{"2026-01-05T09:00:00Z", "2026-01-05T12:00:00Z"}, at: "2026-01-05T09:00:00Z", want: stateAway, next: "2026-01-05T12:00:00Z"},
		{name: "back", zone: "Europe/Berlin", hours: officeHours, away: []string{"2026-01-05T09:00:00Z", "2026-01-05T12:00:00Z"}, at: "2026-01-05T12:00:00Z", want: stateOpen},
		{name: "back outside of hours", zone: "Europe/Berlin", hours: officeHours, away: []string{"2026-01-05T09:00:00Z", "2026-01-05T18:00:00Z"}, at: "2026-01-05T10:00:00Z", want: stateAway, next: "2026-01-06T08:00:00Z"},
		{name: "off at night", zone: "Europe/Berlin", hours: officeHours, away: []string{"2026-01-05T18:00:00Z", "2026-01-06T10:30:00Z"}, at: "2026-01-05T20:00:00Z", want: stateAway, next: "2026-01-06T10:30:00Z"},
		{name: "off later", zone: "Europe/Berlin", hours: officeHours, away: []string{"2026-01-06T07:00:00Z", "2026-01-06T10:30:00Z"}, at: "2026-01-05T20:00:00Z", want: stateClosed, next: "2026-01-06T10:30:00Z"},
		{name: "twice, one in the other", zone: "UTC", hours: "", away: []string{"2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"}, at: "2026-01-06T12:00:00Z", want: stateAway, next: "2026-01-09T00:00:00Z"},
		{name: "off until a holiday", zone: "UTC", hours: officeHours, holidays: []days{{"2026-01-06", "2026-01-06"}}, away: []string{"2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z"}, at: "2026-01-05T11:00:00Z", want: stateAway, next: "2026-01-07T09:00:00Z"},
		{name: "off on a holiday", zone: "UTC", hours: officeHours, holidays: []days{{"2026-01-06", "2026-01-06"}}, away: []string{"2026-01-06T10:00:00Z", "2026-01-06T11:00:00Z"}, at: "2026-01-06T10:30:00Z", want: stateAway, next: "2026-01-07T09:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := calendar{hours: scheduleOf(t, test.zone, test.hours), holidays: test.holidays}
			for i := 0; i < len(test.away); i += 2 {
				c.away = append(c.away, period{timeOf(t, test.away[i]), timeOf(t, test.away[i+1])})
			}
			at := timeOf(t, test.at)
			if got := c.at(at); got != test.want {
				t.Errorf("state %d, want %d", got, test.want)
			}
			next, found := c.next(at)
			switch {
			case test.next == "never":
				if found {
					t.Errorf("next %s, want none", next)
				}
			case test.next == "":
				if !found || !next.Equal(at) {
					t.Errorf("next %s %t, want now", next, found)
				}
			case !found || !next.Equal(timeOf(t, test.next)):
				t.Errorf("next %s %t, want %s", next.UTC(), found, test.next)
			}
		})
	}
}

// TestNextIsTheFirst looks at every minute between now and what next says, with random calendars around changes of clocks.
func TestNextIsTheFirst(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	zones := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns", "Asia/Kathmandu", "UTC", "America/Havana", "Africa/Casablanca"}
	starts := []string{"2026-03-05T00:00:00Z", "2026-03-26T00:00:00Z", "2026-10-22T00:00:00Z", "2026-10-30T00:00:00Z", "2026-04-22T00:00:00Z", "2026-02-12T00:00:00Z", "1999-10-28T00:00:00Z"}
	for round := range 150 {
		zone := zones[random.IntN(len(zones))]
		at := timeOf(t, starts[random.IntN(len(starts))]).Add(time.Duration(random.IntN(6*24*60)) * time.Minute)
		c := calendar{hours: randomSchedule(t, random, zone)}
		for range random.IntN(3) {
			first := at.AddDate(0, 0, random.IntN(6)-1)
			c.holidays = append(c.holidays, days{first.Format(time.DateOnly), first.AddDate(0, 0, random.IntN(2)).Format(time.DateOnly)})
		}
		for range random.IntN(3) {
			start := at.Add(time.Duration(random.IntN(4*24*60)-600) * time.Minute)
			c.away = append(c.away, period{start, start.Add(time.Duration(1+random.IntN(2000)) * time.Minute)})
		}
		next, found := c.next(at)
		if !found || c.at(next) != stateOpen || next.Before(at) {
			t.Fatalf("seed %d, round %d, %s: next of %s is %s %t, which is not open", seed, round, zone, at, next, found)
		}
		for minute := at; minute.Before(next); minute = minute.Add(time.Minute) {
			if c.at(minute) == stateOpen {
				t.Fatalf("seed %d, round %d, %s: next of %s is %s, but %s is open", seed, round, zone, at, next, minute)
			}
		}
	}
}

func randomSchedule(t testing.TB, random *rand.Rand, zone string) schedule {
	var hours []openHours
	names := []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	for range 1 + random.IntN(3) {
		from := random.IntN(dayMinutes)
		to := (from + 1 + random.IntN(dayMinutes-1)) % dayMinutes
		clock := func(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
		hours = append(hours, openHours{Days: []string{names[random.IntN(7)]}, From: clock(from), To: clock(to)})
	}
	text, err := json.Marshal(hours)
	if err != nil {
		t.Fatal(err)
	}
	return scheduleOf(t, zone, string(text))
}

func TestScheduleRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"timeZone":""}`, `{"timeZone":"Local"}`, `{"timeZone":"Mars/Olympus"}`, `{"timeZone":"../UTC"}`, `{"timeZone":"localtime"}`, `{"timeZone":"/etc/localtime"}`,
		`{"timeZone":"UTC","hours":[{"days":["monday"],"from":"09:00","to":"09:00"}]}`,
		`{"timeZone":"UTC","hours":[{"days":["monday"],"from":"24:00","to":"09:00"}]}`,
		`{"timeZone":"UTC","hours":[{"days":["monday"],"from":"09:60","to":"10:00"}]}`,
		`{"timeZone":"UTC","hours":[{"days":["monday"],"from":"+9:00","to":"10:00"}]}`,
		`{"timeZone":"UTC","hours":[{"days":["monday"],"from":"09:00","to":"24:01"}]}`,
		`{"timeZone":"UTC","hours":[{"days":["someday"],"from":"09:00","to":"10:00"}]}`,
		`{"timeZone":"UTC","hours":[{"days":[],"from":"09:00","to":"10:00"}]}`,
		`{"timeZone":"UTC","more":1}`, `{"timeZone":"UTC"} {}`, `[]`, `null`, `{`, ``,
	} {
		if s, err := parseSchedule(jsonText(text)); err == nil {
			t.Errorf("%s: %v, want an error", text, s)
		}
	}
}

// FuzzSchedule: whatever is read as a schedule can be reckoned with, and its parts lie in order.
func FuzzSchedule(f *testing.F) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "Africa/Cairo", "Pacific/Apia"} {
		for _, hours := range []string{officeHours, nightShift, everyNight} {
			f.Add(fmt.Sprintf(`{"timeZone":%q,"hours":%s}`, zone, hours), int64(1774746000))
		}
	}
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		s, err := parseSchedule(jsonText(text))
		if err != nil {
			return
		}
		for day, parts := range s.open {
			last := -1
			for _, part := range parts {
				if part.from <= last || part.to <= part.from || part.to > dayMinutes {
					t.Fatalf("%s: day %d is %v", text, day, parts)
				}
				last = part.to
			}
		}
		at := time.Unix(seconds%(1<<35), 0)
		next, found := s.next(at, at.Add(horizon))
		switch {
		case !found:
			t.Fatalf("%s: not open within a year of %s", text, at)
		case next.Before(at) || !s.isOpen(next) || s.isOpen(at) != next.Equal(at):
			t.Fatalf("%s: next of %s is %s", text, at, next)
		}
	})
}

func TestTimeZones(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Calcutta"} {
		if _, err := zoneNamed(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkNextOpening(b *testing.B) {
	c := calendar{hours: scheduleOf(b, "Europe/Berlin", officeHours), holidays: []days{{"2026-12-25", "2026-12-26"}}}
	at := timeOf(b, "2026-12-24T20:00:00Z")
	for b.Loop() {
		if _, found := c.next(at); !found {
			b.Fatal("there is no next opening")
		}
	}
}
