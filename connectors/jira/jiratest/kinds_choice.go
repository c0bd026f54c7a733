package jiratest

import (
	"fmt"
	"time"
)

// Kinds of fields that hold one or several of what there is.
var (
	typeKind = &kind{read: readType, words: func(v any) (string, string) { return v.(*issueType).id, v.(*issueType).name },
		show:    func(x *exchange, v any) any { return x.showType(v.(*issueType)) },
		choices: func(d *draft) []any { return anyOf(d.project.types) }}
	projectKind = &kind{read: readProject, words: func(v any) (string, string) { return v.(*project).id, v.(*project).name },
		show:    func(x *exchange, v any) any { return x.showProject(v.(*project)) },
		choices: func(d *draft) []any { return []any{d.project} }}
	priorityKind = &kind{read: readPriority, words: sayNamed,
		show:    func(x *exchange, v any) any { return x.showPriority(v.(*named)) },
		choices: func(d *draft) []any { return anyOf(d.priorities) }}
	resolutionKind = &kind{read: readResolution, words: sayNamed,
		show:    func(x *exchange, v any) any { return x.showResolution(v.(*named)) },
		choices: func(d *draft) []any { return anyOf(d.resolutions) }}
	statusKind = &kind{words: func(v any) (string, string) { return v.(*status).id, v.(*status).name },
		show: func(x *exchange, v any) any { return x.showStatus(v.(*status)) }}
	componentsKind = &kind{read: readComponent, list: true, empty: true,
		words:   func(v any) (string, string) { return v.(*component).id, v.(*component).name },
		show:    func(x *exchange, v any) any { return x.showComponent(v.(*component)) },
		choices: func(d *draft) []any { return anyOf(d.project.components) }}
	versionsKind = &kind{read: readVersion, list: true, empty: true,
		words:   func(v any) (string, string) { return v.(*version).id, v.(*version).name },
		show:    func(x *exchange, v any) any { return x.showVersion(v.(*version)) },
		choices: func(d *draft) []any { return anyOf(d.project.versions) }}
	parentKind = &kind{read: readParent, words: func(v any) (string, string) { return v.(*issue).id, v.(*issue).key },
		show: func(x *exchange, v any) any { return x.showBrief(v.(*issue)) }}
	sprintKind = &kind{read: readSprint, list: true, atOnce: true,
		words: func(v any) (string, string) { return fmt.Sprint(v.(*sprint).id), v.(*sprint).name },
		show:  func(x *exchange, v any) any { return x.showSprintField(v.(*sprint)) }}
	trackingKind = &kind{read: readTracking, show: func(_ *exchange, v any) any { return v.(*tracking).show() },
		words: func(v any) (string, string) { return "", duration(v.(*tracking).original) }}
)

func anyOf[T any](list []*T) []any {
	all := make([]any, 0, len(list))
	for _, one := range list {
		all = append(all, one)
	}
	return all
}

// optionKind is a choice of one or several options.
func optionKind(options []*named, several bool) *kind {
	return &kind{
		list: several, words: sayNamed, choices: func(*draft) []any { return anyOf(options) },
		show: func(x *exchange, v any) any { return x.showOption(v.(*named)) },
		read: func(_ *draft, raw any) (any, string) {
			o, message := readRef(raw, options, "value", func(o *named) (string, string) { return o.id, o.name })
			return chosen(o, message, "Option value '%s' is not valid", raw, "value")
		},
	}
}

// chosen is a choice, or says that there is none of that name.
func chosen[T any](one *T, message, format string, raw any, key string) (any, string) {
	switch object, _ := raw.(record); {
	case message != "":
		return nil, message
	case one != nil:
		return one, ""
	case text(object, "id") != "":
		return nil, fmt.Sprintf(format, clip(text(object, "id"), 80))
	default:
		return nil, fmt.Sprintf(format, clip(text(object, key), 80))
	}
}

func readType(d *draft, raw any) (any, string) {
	t, message := readRef(raw, d.project.types, "name", func(t *issueType) (string, string) { return t.id, t.name })
	if t == nil || message != "" {
		return nil, "Specify a valid issue type"
	}
	return t, ""
}

func readProject(d *draft, raw any) (any, string) {
	p, message := readRef(raw, d.projects, "key", func(p *project) (string, string) { return p.id, p.key })
	if p == nil || message != "" || d.issue != nil && p != d.issue.project {
		return nil, "Specify a valid project ID or key"
	}
	return p, ""
}

func readPriority(d *draft, raw any) (any, string) {
	p, message := readRef(raw, d.priorities, "name", func(p *named) (string, string) { return p.id, p.name })
	return chosen(p, message, "Priority name '%s' is not valid", raw, "name")
}

func readResolution(d *draft, raw any) (any, string) {
	r, message := readRef(raw, d.resolutions, "name", func(r *named) (string, string) { return r.id, r.name })
	return chosen(r, message, "Resolution name '%s' is not valid", raw, "name")
}

func readComponent(d *draft, raw any) (any, string) {
	c, message := readRef(raw, d.project.components, "name", func(c *component) (string, string) { return c.id, c.name })
	return chosen(c, message, "Component name '%s' is not valid", raw, "name")
}

func readVersion(d *draft, raw any) (any, string) {
	v, message := readRef(raw, d.project.versions, "name", func(v *version) (string, string) { return v.id, v.name })
	return chosen(v, message, "Version name '%s' is not valid", raw, "name")
}

// readParent reads an issue one level up: an epic, or the issue of a sub-task.
func readParent(d *draft, raw any) (any, string) {
	object, _ := raw.(record)
	named := text(object, "key")
	if named == "" {
		named = text(object, "id")
	}
	parent := d.exchange.issue(named)
	switch {
	case parent == nil:
		return nil, "Could not find valid 'id' or 'key' property"
	case parent.kind().level != d.kind.level+1 || parent.project != d.project || parent == d.issue:
		return nil, "Given parent issue does not belong to appropriate hierarchy."
	}
	return parent, ""
}

func readSprint(d *draft, raw any) (any, string) {
	id, isNumber := number(raw)
	s := find(d.sprints, func(s *sprint) bool { return float64(s.id) == id })
	switch {
	case !isNumber:
		return nil, "Number value expected as the Sprint id."
	case s == nil:
		return nil, "The Sprint is not valid."
	case s.state == "closed":
		return nil, "Issue cannot be added to a completed sprint."
	case s.board.project != d.project:
		return nil, "The Sprint is not valid."
	}
	return s, ""
}

// tracking is what an issue is thought to take, in seconds; -1 is not known.
type tracking struct{ original, remaining int }

func readTracking(d *draft, raw any) (any, string) {
	object, isObject := raw.(record)
	if !isObject {
		return nil, "expected Object"
	}
	t := tracking{-1, -1}
	if d.issue != nil {
		if before, had := d.issue.values["timetracking"].(*tracking); had {
			t = *before
		}
	}
	for name, into := range map[string]*int{"originalEstimate": &t.original, "remainingEstimate": &t.remaining} {
		words, given := object[name].(string)
		if !given {
			continue
		}
		seconds, valid := seconds(words)
		if !valid {
			return nil, fmt.Sprintf("'%s' is not a valid duration: enter it in the format '2w 4d 6h 45m'.", clip(words, 40))
		}
		*into = seconds
	}
	if t.remaining < 0 {
		t.remaining = t.original
	}
	return &t, ""
}

func (t *tracking) show() record {
	shown := record{}
	if t.original >= 0 {
		shown["originalEstimate"], shown["originalEstimateSeconds"] = duration(t.original), t.original
	}
	if t.remaining >= 0 {
		shown["remainingEstimate"], shown["remainingEstimateSeconds"] = duration(t.remaining), t.remaining
	}
	return shown
}

// showSprintField is what an issue tells of a sprint.
func (x *exchange) showSprintField(s *sprint) record {
	shown := record{"id": s.id, "name": s.name, "state": s.state, "boardId": s.board.id, "goal": s.goal}
	for name, at := range map[string]time.Time{"startDate": s.startDate, "endDate": s.endDate, "completeDate": s.completeDay} {
		if !at.IsZero() {
			shown[name] = agileStamp(at)
		}
	}
	return shown
}

func agileStamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
