package operations

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Budget is what a service says of its own count of requests.
type Budget struct {
	Limit     int           // of the service's window; 0: not told
	Remaining int           // requests that it will still answer
	Reset     time.Duration // until its count starts anew
}

// maxBudget bounds what is believed of a count.
const maxBudget = 1_000_000_000

// budgetHeaders are a family of headers that tell a budget, in canonical spelling.
type budgetHeaders struct{ limit, remaining, reset string }

// TellsBudget tells whether there is anything for ReadBudget to read.
func TellsBudget(header http.Header) bool {
	return header["X-Ratelimit-Remaining"] != nil || header["Ratelimit-Remaining"] != nil ||
		header["X-Ratelimit-Remaining-Requests"] != nil || header["Ratelimit"] != nil
}

// ReadBudget reads what an answer says of the service's limit, whatever its status: X-RateLimit-Limit, -Remaining and
// -Reset in any of the forms that RetryAfter knows, the same with "-Requests" (with Reset as "6m0s",
// https://platform.openai.com/docs/guides/rate-limits), RateLimit-Limit, -Remaining and -Reset and the newer RateLimit
// and RateLimit-Policy (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers). Of several budgets, also
// in one list, the one with the least left counts. ok is false without a count that makes sense and a reset to come.
func ReadBudget(header http.Header, now time.Time) (Budget, bool) {
	var tightest tighter
	for _, names := range [...]budgetHeaders{
		{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
		{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"},
		{"X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests"},
	} {
		if values := header[names.remaining]; len(values) > 0 {
			tightest.readFamily(header, names, values, clockOf(header, now))
		}
	}
	if values := header["Ratelimit"]; len(values) > 0 {
		tightest.readItems(values, header["Ratelimit-Policy"])
	}
	return tightest.budget, tightest.found
}

// tighter keeps the tightest of several budgets.
type tighter struct {
	budget Budget
	found  bool
}

func (t *tighter) add(limit, remaining int, reset time.Duration) {
	if reset <= 0 || t.found && remaining >= t.budget.Remaining {
		return
	}
	t.budget, t.found = Budget{Limit: limit, Remaining: remaining, Reset: min(reset, maxWait)}, true
}

// readFamily reads three headers whose lists, if they are lists, belong together place by place.
func (t *tighter) readFamily(header http.Header, names budgetHeaders, values []string, now time.Time) {
	resets := header[names.reset]
	if len(resets) == 0 {
		return
	}
	var times []string
	if _, single := parseReset(resets[0], now); single { // a date holds a comma
		times = resets
	} else {
		times = listed(resets)
	}
	limits := listed(header[names.limit])
	for i, text := range listed(values) {
		remaining, ok := parseCount(text)
		reset, known := parseReset(at(times, i), now)
		if !ok || !known {
			continue
		}
		limit, _ := parseCount(at(limits, i))
		t.add(limit, remaining, reset)
	}
}

// at is the place of a list, or the last there is.
func at(list []string, i int) string {
	if len(list) == 0 {
		return ""
	}
	return list[min(i, len(list)-1)]
}

// listed takes lists apart.
func listed(values []string) []string {
	if len(values) == 1 && !strings.Contains(values[0], ",") {
		return values
	}
	var parts []string
	for _, value := range values[:min(len(values), maxWaits)] {
		parts = append(parts, strings.SplitN(value, ",", maxWaits+1)...)
	}
	return parts[:min(len(parts), maxWaits)]
}

// parseCount reads a count, before which parameters are cut off: "100;w=60".
func parseCount(text string) (int, bool) {
	text, _, _ = strings.Cut(text, ";")
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0, false
	}
	return int(min(n, maxBudget)), true
}

// parseReset reads a reset, also in the form "6m0s".
func parseReset(text string, now time.Time) (time.Duration, bool) {
	if wait, ok := parseWait(text, now); ok {
		return wait, true
	}
	wait, err := time.ParseDuration(strings.TrimSpace(text))
	return min(wait, maxWait), err == nil && wait >= 0
}

// readItems reads items such as "default";r=50;t=30, whose limits are in the policy, and the older form
// limit=100, remaining=50, reset=30.
func (t *tighter) readItems(values, policies []string) {
	old := map[string]string{}
	for _, item := range listed(values) {
		name, parameters, _ := strings.Cut(strings.TrimSpace(item), ";")
		if key, value, plain := strings.Cut(name, "="); plain {
			old[key] = value
			continue
		}
		remaining, ok := parseCount(parameter(parameters, "r"))
		seconds, known := parseCount(parameter(parameters, "t"))
		if ok && known {
			t.add(policyLimit(policies, name), remaining, time.Duration(min(seconds, int(maxWait.Seconds())))*time.Second)
		}
	}
	remaining, ok := parseCount(old["remaining"])
	seconds, known := parseCount(old["reset"])
	if ok && known {
		limit, _ := parseCount(old["limit"])
		t.add(limit, remaining, time.Duration(min(seconds, int(maxWait.Seconds())))*time.Second)
	}
}

// policyLimit finds the limit of a policy by its name.
func policyLimit(policies []string, name string) int {
	for _, item := range listed(policies) {
		if of, parameters, _ := strings.Cut(strings.TrimSpace(item), ";"); of == name {
			limit, _ := parseCount(parameter(parameters, "q"))
			return limit
		}
	}
	return 0
}

// parameter finds "name=value" among parameters parted by semicolons.
func parameter(parameters, name string) string {
	for part := range strings.SplitSeq(parameters, ";") {
		if key, value, _ := strings.Cut(strings.TrimSpace(part), "="); key == name {
			return value
		}
	}
	return ""
}
