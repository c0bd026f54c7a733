package jiratest

import (
	"strconv"
	"strings"
)

// How long a unit of work is, in seconds: a day has eight hours and a week five days.
const (
	minute = 60
	hour   = 60 * minute
	day    = 8 * hour
	week   = 5 * day
)

// seconds reads "1w 2d 3h 20m"; a number without a unit is minutes.
func seconds(words string) (total int, valid bool) {
	units := map[byte]int{'w': week, 'd': day, 'h': hour, 'm': minute}
	parts := strings.Fields(words)
	if len(parts) == 0 || len(words) > 100 {
		return 0, false
	}
	for _, part := range parts {
		unit, has := units[part[len(part)-1]|0x20]
		digits := part
		if has {
			digits = part[:len(part)-1]
		} else {
			unit = minute
		}
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || !(n >= 0 && n < 1e6) {
			return 0, false
		}
		total += int(n * float64(unit))
	}
	return total, true
}

// duration puts seconds of work into words.
func duration(total int) string {
	if total < minute {
		return "0m"
	}
	var parts []string
	for _, unit := range []struct {
		length int
		name   string
	}{{week, "w"}, {day, "d"}, {hour, "h"}, {minute, "m"}} {
		if n := total / unit.length; n > 0 {
			parts = append(parts, strconv.Itoa(n)+unit.name)
			total %= unit.length
		}
	}
	return strings.Join(parts, " ")
}
