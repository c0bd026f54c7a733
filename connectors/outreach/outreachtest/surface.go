package outreachtest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/connectors/outreach"
)

// offer is what the service lets a caller do with a kind of record, which is more than the connector uses.
// Source: https://developers.outreach.io/api/reference
type offer struct {
	verbs    string   // of "list get create update delete"
	required []string // attributes a new record must have
	related  []string // relationships a new record must have
}

func offers() map[string]offer {
	const everything = "list get create update delete"
	return map[string]offer{
		"account":                 {verbs: everything, required: []string{"name"}},
		"audit":                   {verbs: "list"},
		"auditLog":                {verbs: "list"},
		"call":                    {verbs: "list get create delete"},
		"callDisposition":         {verbs: everything, required: []string{"name"}},
		"callPurpose":             {verbs: everything, required: []string{"name"}},
		"complianceRequest":       {verbs: "list get create"},
		"event":                   {verbs: "list get"},
		"mailAlias":               {verbs: "list get"},
		"mailbox":                 {verbs: everything, required: []string{"email"}},
		"mailing":                 {verbs: "list get create", related: []string{"mailbox", "prospect"}},
		"opportunity":             {verbs: everything, required: []string{"name"}},
		"opportunityProspectRole": {verbs: everything, related: []string{"opportunity", "prospect"}},
		"opportunityStage":        {verbs: everything, required: []string{"name"}},
		"phoneNumber":             {verbs: everything, required: []string{"number"}},
		"prospect":                {verbs: everything},
		"recipient":               {verbs: everything, required: []string{"value"}},
		"sequence":                {verbs: everything, required: []string{"name"}},
		"sequenceState":           {verbs: "list get create delete", related: []string{"prospect", "sequence", "mailbox"}},
		"sequenceStep":            {verbs: "list get create update", required: []string{"stepType"}, related: []string{"sequence"}},
		"stage":                   {verbs: everything, required: []string{"name"}},
		"task":                    {verbs: everything, required: []string{"action"}, related: []string{"owner"}},
		"taskPriority":            {verbs: "list get"},
		"template":                {verbs: everything},
		"user":                    {verbs: "list get create update", required: []string{"email", "firstName", "lastName"}},
	}
}

// side are kinds of record that the connector knows by name only: others refer to them.
func side() []outreach.Resource {
	paths := map[string]string{
		"persona": "personas", "profile": "profiles", "role": "roles", "ruleset": "rulesets", "schedule": "schedules",
		"taskDisposition": "taskDispositions", "taskPurpose": "taskPurposes", "team": "teams",
	}
	var resources []outreach.Resource
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		text := outreach.Attribute{Type: "string", Filter: true, Sort: true}
		stamp := outreach.Attribute{Type: "date-time", ReadOnly: true, Filter: true, Sort: true}
		resources = append(resources, outreach.Resource{
			Type: name, Path: paths[name],
			Attributes: map[string]outreach.Attribute{"name": text, "createdAt": stamp, "updatedAt": stamp},
		})
	}
	return append(resources, auditLogs())
}

// auditLogs replace audits.
func auditLogs() outreach.Resource {
	text := outreach.Attribute{Type: "string", ReadOnly: true, Filter: true, Sort: true}
	hidden := outreach.Attribute{Type: "any", ReadOnly: true}
	result := text
	result.Enum = []string{"completed", "pending", "failed"}
	return outreach.Resource{
		Type: "auditLog", Path: "auditLogs", StringIDs: true,
		Attributes: map[string]outreach.Attribute{
			"action": text, "eventName": text, "requestId": text, "result": result,
			"timestamp": {Type: "date-time", ReadOnly: true, Filter: true, Sort: true},
			"agent":     hidden, "additionalInfo": hidden, "changes": hidden, "globalId": hidden, "orgId": hidden,
		},
	}
}

// resource is a kind of record as the sandbox serves it.
type resource struct {
	outreach.Resource
	offer
	reverse map[string]reverse // to-many relationship → where its records are found
	linked  map[string]bool    // to-one relationships that lists can be filtered by
}

// reverse says that the records of a to-many relationship are those of path whose own relationship points back.
type reverse struct {
	path     string
	relation string
	state    string // only records in this state; "": all
}

// surface is everything the sandbox serves, by type and by path.
type surface struct {
	byType map[string]*resource
	byPath map[string]*resource
}

func newSurface() surface {
	s := surface{byType: map[string]*resource{}, byPath: map[string]*resource{}}
	known := offers()
	for _, declared := range append(outreach.Resources(), side()...) {
		r := &resource{Resource: declared, reverse: map[string]reverse{}, linked: map[string]bool{}}
		if r.offer = known[r.Type]; r.verbs == "" {
			r.verbs = "list get"
		}
		for name, relationship := range r.Relationships {
			r.linked[name] = relationship.Filter
		}
		r.addActions()
		s.byType[r.Type], s.byPath[r.Path] = r, r
	}
	for _, r := range s.byType {
		s.link(r)
	}
	return s
}

// addActions adds the actions that the connector has no operation for.
func (r *resource) addActions() {
	more := map[string][]string{"mailbox": {"testSend", "testSync"}, "sequence": {"activate", "deactivate"}}[r.Type]
	if r.Actions == nil {
		r.Actions = map[string]outreach.Action{}
	}
	for _, name := range more {
		if _, declared := r.Actions[name]; !declared {
			r.Actions[name] = outreach.Action{}
		}
	}
}

// link finds for each to-many relationship the to-one relationship that points back. As the answers hold links with
// it as filter, lists can be filtered by it.
func (s surface) link(r *resource) {
	for name, relationship := range r.Relationships {
		other, known := s.byType[relationship.Type]
		if !relationship.Many || !known {
			continue
		}
		back := other.pointsTo(r.Type)
		if back == "" {
			continue
		}
		other.linked[back] = true
		found := reverse{path: other.Path, relation: back}
		if strings.HasPrefix(name, "active") && slices.Contains(other.Attributes["state"].Enum, "active") {
			found.state = "active"
		}
		r.reverse[name] = found
	}
}

// pointsTo is the to-one relationship to a type: the one of its name, else the only one there is, else "".
func (r *resource) pointsTo(kind string) string {
	if own, ok := r.Relationships[kind]; ok && !own.Many && own.Type == kind {
		return kind
	}
	var found []string
	for name, relationship := range r.Relationships {
		if !relationship.Many && relationship.Type == kind {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// offers tells whether the service lets a caller do this with a kind of record.
func (r *resource) offers(verb string) bool { return slices.Contains(strings.Fields(r.verbs), verb) }

// attribute finds an attribute, a custom one too.
func (r *resource) attribute(name string) (outreach.Attribute, bool) {
	if attribute, ok := r.Attributes[name]; ok {
		return attribute, true
	}
	if isCustom(name, r.Custom) {
		return outreach.Attribute{Type: "string"}, true
	}
	return outreach.Attribute{}, false
}

// accepts tells whether a relationship may lead to a type.
func accepts(relationship outreach.Relationship, kind string) bool {
	return relationship.Type == kind || slices.Contains(relationship.Types, kind)
}

func isCustom(name string, most int) bool {
	number, ok := strings.CutPrefix(name, "custom")
	n, err := strconv.Atoi(number)
	return ok && err == nil && n >= 1 && n <= most && strconv.Itoa(n) == number
}
