package jiratest_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

// find gives the keys of what a query finds.
func (f fixture) find(jql string) string {
	f.Helper()
	body, err := json.Marshal(map[string]any{"jql": jql, "maxResults": 5000, "fields": []string{"key"}})
	if err != nil {
		f.Fatal(err)
	}
	var keys []string
	for _, key := range f.want(200, "POST", "/rest/api/3/search/jql", string(body)).get("issues.#.key").Array() {
		keys = append(keys, key.String())
	}
	return strings.Join(keys, " ")
}

func TestJQLFinds(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	for jql, want := range map[string]string{
		"key = PROJ-1":                          "PROJ-1",
		"id = 10101":                            "PROJ-1",
		"key in (proj-1, 'DEV-1') order by key": "DEV-1 PROJ-1",
		"project = PROJ AND key < PROJ-4 ORDER BY key ASC":                                                            "PROJ-1 PROJ-2 PROJ-3",
		"project = 10002 and key >= OPS-11 order by key desc":                                                         "OPS-12 OPS-11",
		`project = "Operations" and not (status = Done or status = 3) and key != OPS-3 and key <= OPS-6 order by key`: "OPS-6",
		"project = OPS && (status = Done || status = 'in progress') & key > OPS-9 order by key":                       "OPS-10 OPS-11",
		"project = OPS and ! status = Done and key > OPS-9 order by key":                                              "OPS-10 OPS-12",
		"issuetype = Epic":                     "PROJ-2",
		"type = 10013":                         "",
		"issuetype in (Sub-task) order by key": "PROJ-61 PROJ-62",
		"parent = PROJ-5 order by created":     "PROJ-62 PROJ-61",
		"parent = PROJ-2 order by key":         "PROJ-1 PROJ-6 PROJ-7 PROJ-8",
		"parent is not empty and project = PROJ and issuetype = Story order by key":          "PROJ-8",
		"labels = Billing and project = OPS order by key":                                    "OPS-9",
		"labels in (search, mobile) and project = OPS order by key":                          "OPS-3 OPS-6 OPS-12",
		"labels is EMPTY and project = OPS and key < OPS-4 order by key":                     "OPS-1 OPS-2",
		"labels not in (search) and project = OPS order by key":                              "OPS-6 OPS-9",
		"labels in (EMPTY, billing) and project = OPS and key > OPS-8 order by key":          "OPS-9 OPS-10 OPS-11",
		"assignee = currentUser() and project = OPS order by key":                            "OPS-3 OPS-6 OPS-9",
		`assignee = "bob@northwind.example" and project = OPS and key < OPS-8 order by key`:  "OPS-1 OPS-7",
		"assignee is null and project = OPS order by key":                                    "OPS-4 OPS-8 OPS-12",
		"reporter = '" + jiratest.Carla + "' and project = OPS and key < OPS-6 order by key": "OPS-2 OPS-5",
		"priority > Medium and project = OPS and key < OPS-6 order by priority desc, key":    "OPS-4 OPS-5",
		"priority = Lowest and project = OPS order by key":                                   "OPS-3 OPS-8",
		"resolution = Unresolved and project = OPS and key > OPS-10":                         "OPS-12",
		"resolution is not empty and project = OPS and resolution != Done order by key":      "OPS-5 OPS-11",
		"statusCategory = Done and project = DEV and key < DEV-9 order by key":               "DEV-4 DEV-8",
		"statusCategory in ('In Progress') and project = DEV and key < DEV-5 order by key":   "DEV-2 DEV-3",
		"statusCategory = indeterminate and project = DEV and key < DEV-3":                   "DEV-2",
		`summary ~ "instalments" order by key`:                                               "PROJ-1 PROJ-2",
		`summary ~ "customer instal*"`:                                                       "PROJ-1",
		`summary ~ "\"sent twice\""`:                                                         "PROJ-1",
		`summary !~ "host" and project = OPS`:                                                "",
		`description ~ "instalment"`:                                                         "PROJ-1",
		`text ~ "reproduce"`:                                                                 "PROJ-1",
		`comment ~ "queue"`:                                                                  "PROJ-1",
		"fixVersion = '1.1'":                                                                 "PROJ-1",
		"component = API":                                                                    "PROJ-1",
		"cf[10016] >= 3":                                                                     "PROJ-1",
		`"Story point estimate" = 3`:                                                         "PROJ-1",
		"'Customer contact' = currentUser()":                                                 "",
		"'Customer reference' ~ 10042":                                                       "PROJ-1",
		"Severity = Critical and project = DEV order by key":                                 "DEV-11",
		"sprint in openSprints() and key < PROJ-8 and project = PROJ order by key":           "PROJ-1 PROJ-7",
		"sprint = 1 and key < PROJ-13 order by key":                                          "PROJ-6 PROJ-12",
		"watcher = currentUser() and project = OPS and key < OPS-4":                          "OPS-3",
		"due > now() and due < 4w":                                                           "PROJ-1",
		"created >= -2d order by key":                                                        "PROJ-1 PROJ-2 PROJ-3",
		"created >= '-1d 12h'":                                                               "PROJ-1",
		"created > '2026-03-10 00:00' and created < '2026/03/10'":                            "",
		`created >= "2026-03-10" and created < endOfDay()`:                                   "PROJ-1",
		"created >= startOfDay(-1) and created < startOfDay()":                               "PROJ-1",
		"created >= startOfWeek() and created <= endOfWeek() order by key":                   "PROJ-1 PROJ-2 PROJ-3 PROJ-4",
	} {
		if got := f.find(jql); got != want {
			t.Errorf("%s\n found %q\n want  %q", jql, got, want)
		}
	}
}

// TestJQLRefusals holds what is no query, and in which words.
func TestJQLRefusals(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	const syntax = "Error in the JQL Query: "
	for jql, want := range map[string]string{
		"project = ":                                   syntax + "Expecting either a value, list or function before the end of the query.",
		"project":                                      syntax + "Expecting operator before the end of the query. The valid operators are",
		"project is PROJ":                              "The operator 'is' only supports the values EMPTY and NULL for the field 'project'.",
		"project PROJ":                                 syntax + "Expecting operator but got 'PROJ'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 9)",
		"project = PROJ status = Done":                 syntax + "Expecting either 'OR' or 'AND' but got 'status'. (line 1, character 16)",
		"project = PROJ\nand and":                      syntax + "Expecting a field name but got 'and'. (line 2, character 5)",
		"(project = PROJ":                              syntax + "Expecting ')' before the end of the query.",
		"(project = PROJ status":                       syntax + "Expecting ')' but got 'status'. (line 1, character 17)",
		"project in (PROJ":                             syntax + "Expecting ')' before the end of the query.",
		"project in (PROJ DEV)":                        syntax + "Expecting ',' or ')' but got 'DEV'. (line 1, character 18)",
		"project = IN":                                 syntax + "Expecting either a value, list or function but got 'IN'. You must surround 'IN' in quotation marks to use it as a value. (line 1, character 11)",
		"project = select":                             syntax + "'select' is a reserved JQL word. You must surround it in quotation marks to use it in a query. (line 1, character 11)",
		"assignee = a@b":                               syntax + `The character '@' is a reserved JQL character. You must enclose it in a string or use the escape '\u0040' instead. (line 1, character 13)`,
		"fixVersion = 1.0":                             syntax + `The character '.' is a reserved JQL character.`,
		"summary ~ \"abc":                              syntax + "The quoted string 'abc' has not been completed. (line 1, character 11)",
		`summary ~ "a\q"`:                              syntax + `'\q' is an illegal JQL escape sequence.`,
		"project = PROJ order created":                 syntax + "Expecting 'by' but got 'created'. (line 1, character 22)",
		"project = PROJ order by":                      syntax + "Expecting a field name before the end of the query.",
		"project = PROJ order by mood":                 "Field 'mood' does not exist or you do not have permission to view it.",
		"mood = good":                                  "Field 'mood' does not exist or you do not have permission to view it.",
		"project = NONE":                               "The value 'NONE' does not exist for the field 'project'.",
		"status = Sleeping":                            "The value 'Sleeping' does not exist for the field 'status'.",
		"key = PROJ-999":                               "An issue with key 'PROJ-999' does not exist for field 'key'.",
		"project ~ PROJ":                               "The operator '~' is not supported by the 'project' field.",
		"project > PROJ":                               "The operator '>' is not supported by the 'project' field.",
		"summary = x":                                  "The operator '=' is not supported by the 'summary' field.",
		"project in PROJ":                              `Operator 'in' does not support the non-list value '"PROJ"' for field 'project'.`,
		"project = (PROJ, DEV)":                        "Operator '=' does not support the list value for field 'project'.",
		"created > yesterday":                          "Date value 'yesterday' for field 'created' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
		"created > startOfDay(x)":                      "Date value 'x' for field 'created' is invalid.",
		"project = currentUser()":                      "Unable to find JQL function 'currentUser()'.",
		"summary ~ '?'":                                "could not be parsed",
		strings.Repeat("(", 200) + "project = PROJ":    "nests too deeply",
		strings.Repeat("not ", 200) + "project = PROJ": "nests too deeply",
		"project = '" + strings.Repeat("x", 40_000) + "'": "too long",
	} {
		a := f.send("POST", "/rest/api/3/search/jql", `{"jql":`+quote(t, jql)+`}`)
		if got := a.get("errorMessages.0").String(); a.status != 400 || !strings.HasPrefix(got, want) && !(strings.Contains(got, want) && len(want) < 30) {
			t.Errorf("%.80s\n got %d %q\n want %q", jql, a.status, got, want)
		}
	}
	a := f.send("GET", "/rest/api/3/search/jql?jql="+url.QueryEscape("project = A and status = B and mood = C"), "")
	if n := a.get("errorMessages.#").Int(); n != 3 {
		t.Errorf("%d faults are told, want all three: %s", n, a.body)
	}
}

func quote(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}
