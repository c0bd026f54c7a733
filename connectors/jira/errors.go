package jira

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of what is read of one refusal: texts, and bytes of each.
const (
	maxMessages = 20
	maxMessage  = 500
)

// refusal is what Jira says of a request that it did not carry out: {"errorMessages":[…],"errors":{field: text}}, and
// from the gateway before it {"code","message"} or {"error","error_description"}.
type refusal struct {
	Messages    []string                   `json:"errorMessages"`
	Errors      map[string]json.RawMessage `json:"errors"`
	Message     string                     `json:"message"`
	Description string                     `json:"error_description"`
	Error       json.RawMessage            `json:"error"`
}

// readError reads a refusal. What Jira says of a field becomes a fault of ours. See
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes.
func readError(_ int, header http.Header, body []byte) operations.UpstreamProblem {
	problem := operations.UpstreamProblem{
		Code: clip(header.Get("RateLimit-Reason")), RequestID: clip(cmp.Or(header.Get("Atl-Traceid"), header.Get("X-Arequestid"))),
	}
	var said refusal
	if operations.Depth(body) > operations.MaxDepth || json.Unmarshal(body, &said) != nil {
		return problem
	}
	var code string
	_ = json.Unmarshal(said.Error, &code) // on other pages "error" is no text, and then no code
	problem.Code = cmp.Or(problem.Code, clip(code))
	details := clipAll(said.Messages)
	for _, detail := range details {
		if strings.Contains(detail, "JQL") {
			problem.Faults = append(problem.Faults, operations.InputFault{Pointer: "/jql", Detail: detail})
		}
	}
	for i, field := range slices.Sorted(maps.Keys(said.Errors)) {
		var text string
		if i == maxMessages || json.Unmarshal(said.Errors[field], &text) != nil {
			break
		}
		text = clip(text)
		details = append(details, clip(field)+": "+text)
		if pointer := inputPointer(field); pointer != "" {
			problem.Faults = append(problem.Faults, operations.InputFault{Pointer: pointer, Detail: text})
		}
	}
	problem.Detail = cmp.Or(strings.Join(details, "; "), clip(said.Message), clip(said.Description))
	return problem
}

func clip(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxMessage)], "") }

func clipAll(texts []string) []string {
	clipped := make([]string, 0, min(len(texts), maxMessages))
	for _, text := range texts[:min(len(texts), maxMessages)] {
		if text = clip(text); text != "" {
			clipped = append(clipped, text)
		}
	}
	return clipped
}

// inputPointer is where our input says what Jira calls a field; empty if nowhere.
func inputPointer(field string) string {
	if strings.HasPrefix(field, "customfield_") {
		return "/custom_fields/" + pointerToken(clip(field))
	}
	return map[string]string{
		"summary": "/summary", "issuetype": "/issue_type", "project": "/project_key", "description": "/description",
		"assignee": "/assignee", "reporter": "/reporter", "priority": "/priority", "labels": "/labels",
		"components": "/components", "fixVersions": "/fix_versions", "parent": "/parent_key", "parentId": "/parent_key",
		"duedate": "/due_date", "resolution": "/resolution", "transition": "/transition_id",
		"comment": "/body", "commentBody": "/body", "timeLogged": "/time_spent", "timeSpent": "/time_spent", "started": "/started",
		"accountId": "/account_id", "username": "/account_id", "name": "/name", "releaseDate": "/release_date",
		"startDate": "/start_date", "projectId": "/project_key", "linkType": "/link_type", "jql": "/jql",
		"issueIdOrKey": "/issue_key", "issueKey": "/issue_key",
	}[field]
}

// located is where an input has what a pointer means, which operations call by different names.
func located(pointer string, input json.RawMessage) string {
	field, within, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	given := gjson.ParseBytes(input)
	switch other := map[string]string{"body": "comment", "time_spent": "time_spent_seconds"}[field]; {
	case field == "custom_fields" && given.Get("rich_text_fields."+gjson.Escape(within)).Exists():
		return "/rich_text_fields/" + within
	case other != "" && !given.Get(field).Exists() && given.Get(other).Exists():
		return "/" + other
	}
	return pointer
}
