package dixatest

import (
	"slices"
	"strings"
	"time"
)

// rows are those of a kind that a request asks for.
func (r *request) rows(kind rowKind) ([]row, error) {
	zone, err := time.LoadLocation(r.text("timezone"))
	if err != nil || r.text("timezone") == "Local" {
		return nil, badRequest("Invalid value for: body (timezone)")
	}
	period, _ := r.object()["periodFilter"].(record)
	from, to, err := between(period, r.now.In(zone))
	if err != nil {
		return nil, err
	}
	wanted := objects(r.object()["filters"])
	for _, filter := range wanted {
		if name := text(filter, "attribute"); !slices.Contains(kind.facets, name) {
			return nil, badRequest("%s cannot be filtered by %s", kind.id, name)
		}
	}
	return slices.DeleteFunc(kind.rows(r.state), func(w row) bool {
		return w.at.Before(from) || !w.at.Before(to) || slices.ContainsFunc(wanted, func(filter record) bool {
			values, given := filter["values"]
			return given && !slices.Contains(texts(values), w.facets[text(filter, "attribute")])
		})
	}), nil
}

// between reads a period: two times, or the name of one that has to do with today.
func between(period record, now time.Time) (from, to time.Time, err error) {
	if period["_type"] == "Interval" {
		from, err = time.Parse(time.RFC3339, text(period, "start"))
		if err == nil {
			to, err = time.Parse(time.RFC3339, text(period, "end"))
		}
		if err != nil || to.Before(from) {
			return from, to, badRequest("Invalid value for: body (periodFilter)")
		}
		return from, to, nil
	}
	name := text(period, "value")
	if named, ok := period["value"].(record); ok {
		name = text(named, "_type")
	}
	from, to = preset(name, now)
	return from, to, nil
}

func preset(name string, now time.Time) (from, to time.Time) {
	year, month, day := now.Date()
	date := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	}
	monday := day - (int(now.Weekday())+6)%7
	quarter := (month-1)/3*3 + 1
	switch name {
	case "Today":
		return date(year, month, day), date(year, month, day+1)
	case "Yesterday":
		return date(year, month, day-1), date(year, month, day)
	case "ThisWeek":
		return date(year, month, monday), date(year, month, monday+7)
	case "PreviousWeek":
		return date(year, month, monday-7), date(year, month, monday)
	case "ThisMonth":
		return date(year, month, 1), date(year, month+1, 1)
	case "PreviousMonth":
		return date(year, month-1, 1), date(year, month, 1)
	case "ThisQuarter":
		return date(year, quarter, 1), date(year, quarter+3, 1)
	case "PreviousQuarter":
		return date(year, quarter-3, 1), date(year, quarter, 1)
	default: // ThisYear
		return date(year, 1, 1), date(year+1, 1, 1)
	}
}

func (c *conversation) row(at string, value int64) row {
	when, _ := time.Parse(time.RFC3339, at) // it was written here
	return row{at: when, value: value, id: c.id, facets: map[string]string{
		"channel": strings.ToLower(text(c.fields, "channel")), "initial_direction": strings.ToUpper(text(c.fields, "direction")),
		"agent_id": c.assignee(),
	}}
}

func (s *state) createdRows() []row {
	var rows []row
	for _, c := range s.conversations {
		rows = append(rows, c.row(text(c.fields, "createdAt"), 0))
	}
	return rows
}

func (s *state) closedRows() []row {
	var rows []row
	for _, c := range s.conversations {
		if c.is("state", "Closed") {
			began := c.row(text(c.fields, "createdAt"), 0).at
			w := c.row(text(c.fields, "stateUpdatedAt"), 0)
			w.value = int64(w.at.Sub(began) / time.Second)
			rows = append(rows, w)
		}
	}
	return rows
}

func (s *state) ratingRows() []row {
	var rows []row
	for _, c := range s.conversations {
		for _, rating := range c.ratings {
			times, _ := rating["timestamps"].(record)
			if score, ok := rating["ratingScore"].(int); ok && text(times, "Rated") != "" {
				rows = append(rows, c.row(text(times, "Rated"), int64(score)))
			}
		}
	}
	return rows
}
