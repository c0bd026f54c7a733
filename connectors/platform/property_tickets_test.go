package platform_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// modelTicket is a ticket as the model has it.
type modelTicket struct {
	id, title, description, requestor string
	number, version                   int
	status, priority, kind            int // from 1
	source, assignee, creator         string
	private                           bool
	due, archived, escalated          time.Time
	created, updated                  time.Time
	custom                            object
	comments                          int
}

func ticketRules() []rule {
	return []rule{
		{3, (*world).createTicket}, {10, (*world).getTicket}, {15, (*world).updateTicket}, {8, (*world).assignTicket},
		{3, (*world).escalateTicket}, {4, (*world).archiveTicket}, {6, (*world).unarchiveTicket}, {1, (*world).listTickets}, {1, (*world).searchTickets},
		{2, (*world).compensateAssignment},
	}
}

func statusID(n int) string   { return fmt.Sprintf("01JD0000000000000000STAT%02d", n) }
func priorityID(n int) string { return fmt.Sprintf("01JD0000000000000000PRTY%02d", n) }
func typeID(n int) string     { return fmt.Sprintf("01JD0000000000000000TYPE%02d", n) }

const orderField = "01JD0000000000000000CSTM01"

// show is the ticket as operations give it.
func (w *world) show(m *modelTicket) object {
	shown := object{
		"id": m.id, "title": m.title, "ticketId": m.number, "teamId": team, "teamName": "Support", "requestorEmail": m.requestor,
		"statusId": statusID(m.status), "status": []string{"Open", "In progress", "On hold", "Closed"}[m.status-1],
		"priorityId": priorityID(m.priority), "priority": []string{"Low", "Medium", "High", "Urgent"}[m.priority-1],
		"typeId": typeID(m.kind), "type": []string{"Question", "Problem", "Incident", "Task"}[m.kind-1],
		"source": m.source, "isPrivate": m.private, "version": m.version, "createdAt": instant(m.created), "updatedAt": instant(m.updated),
		"creator": m.creator, "creatorId": w.space.users[m.creator],
	}
	if m.description != "" {
		shown["description"] = m.description
	}
	if m.assignee != "" {
		name := map[string]string{agentAda: "Ada", agentAlan: "Alan"}[m.assignee]
		shown["assignedAgentId"], shown["assignedAgent"], shown["assignedAgentEmail"] = m.assignee, name+" Agent", strings.ToLower(name)+"@example.com"
	}
	for name, at := range map[string]time.Time{"dueDate": m.due, "archivedAt": m.archived, "escalatedAt": m.escalated} {
		if !at.IsZero() {
			shown[name] = instant(at)
		}
	}
	if m.custom != nil {
		shown["customFieldValues"] = []object{{"customFieldId": orderField, "data": m.custom}}
	}
	return shown
}

// adoptTickets reads the seed's tickets into the model.
func (w *world) adoptTickets() {
	all := w.must("list_tickets", object{"archived": "include", "sort": "createdAt", "limit": 100})["tickets"].([]any)
	for _, one := range all {
		got := one.(object)
		read := func(name string) time.Time {
			text, _ := got[name].(string)
			at, _ := time.Parse(time.RFC3339Nano, text)
			return at
		}
		m := &modelTicket{
			id: got["id"].(string), title: got["title"].(string), description: got["description"].(string), requestor: "grace@example.com",
			number: int(got["ticketId"].(float64)), version: 1, status: 1, priority: 4, kind: 1, source: "api", creator: "sandbox",
			archived: read("archivedAt"), created: read("createdAt"), updated: read("updatedAt"),
		}
		w.space.users["sandbox"] = got["creatorId"].(string)
		if m.number == 1 {
			continue // its comments and files are not in the model
		}
		w.space.tickets = append(w.space.tickets, m)
		w.same("list_tickets", nil, w.show(m), got)
	}
}

// some is a ticket's id: mostly one of the workspace, else one of the other, or none at all.
func (w *world) some() (*modelTicket, string) {
	switch n := w.random.IntN(40); {
	case n == 0:
		return nil, nobody
	case n == 1:
		other := w.spaces[map[string]string{"one": "two", "two": "one"}[w.space.name]]
		if id := other.tickets[w.random.IntN(len(other.tickets))].id; !strings.HasPrefix(id, "01JD") {
			return nil, id
		}
	}
	m := pick(w, w.space.tickets...)
	return m, m.id
}

func (w *world) createTicket() {
	m := &modelTicket{title: w.text(3), requestor: pick(w, "grace@example.com", "alan@example.com"), status: 1, priority: 2, kind: 1, source: "api"}
	in := object{"title": m.title, "requestorEmail": pick(w, m.requestor, strings.ToUpper(m.requestor)), "teamId": team}
	if w.chance(50) {
		m.description = w.text(8)
		in["description"] = m.description
	}
	if w.chance(50) {
		m.status = 1 + w.random.IntN(4)
		in["statusId"] = statusID(m.status)
	}
	if w.chance(50) {
		m.priority, m.kind, m.source = 1+w.random.IntN(4), 1+w.random.IntN(4), pick(w, "web", "email")
		in["priorityId"], in["typeId"], in["source"] = priorityID(m.priority), typeID(m.kind), m.source
	}
	if w.chance(30) {
		m.assignee = pick(w, agentAda, agentAlan)
		in["assignedAgentId"] = m.assignee
	}
	if w.chance(20) {
		m.private, m.due = true, w.dueDate(in)
		in["isPrivate"] = true
	}
	want := w.refusesIdle(m.assignee, "")
	if w.chance(5) {
		in[pick(w, "teamId", "statusId", "accountId")] = nobody
		want = operations.CodeInvalidInput
	}
	out, ok := w.agree("create_ticket", in, want)
	if !ok {
		return
	}
	m.id, m.number, m.version, m.creator = out["id"].(string), w.lastNumber()+1, 1, w.caller()
	if known, seen := w.space.users[m.creator]; seen && known != out["creatorId"] {
		w.t.Errorf("step %d: the caller %s became another user", w.step, m.creator)
	}
	w.space.users[m.creator], _ = out["creatorId"].(string)
	m.created = w.changed()
	m.updated = m.created
	w.space.tickets = append(w.space.tickets, m)
	w.event("ticket.created", m.id)
	w.same("create_ticket", in, w.show(m), out)
}

func (w *world) lastNumber() int { return w.space.tickets[len(w.space.tickets)-1].number }

// dueDate gives an input a time in some zone.
func (w *world) dueDate(in object) time.Time {
	due := w.now.Truncate(time.Second).Add(time.Duration(w.random.IntN(200)-100) * time.Hour)
	in["dueDate"] = due.In(time.FixedZone("", 3600*w.random.IntN(12))).Format(time.RFC3339)
	return due
}

func (w *world) getTicket() {
	m, id := w.some()
	in := object{"id": id}
	if m == nil {
		w.agree("get_ticket", in, operations.CodeNotFound)
		return
	}
	if out, ok := w.agree("get_ticket", in, ""); ok {
		w.same("get_ticket", in, w.show(m), out)
	}
}

// changing says what a change of a ticket comes to before it is looked at in detail.
func (w *world) changing(m *modelTicket, in object) operations.Code {
	if m == nil {
		return operations.CodeNotFound
	}
	code := w.version(in, m.version)
	if !m.archived.IsZero() {
		return operations.CodeConflict
	}
	return code
}

// touch makes a change to a ticket, if it is one.
func (w *world) touch(m *modelTicket, event string, before modelTicket) {
	same := before.title == m.title && before.description == m.description && before.status == m.status && before.priority == m.priority &&
		before.kind == m.kind && before.assignee == m.assignee && before.private == m.private && before.due.Equal(m.due) &&
		fmt.Sprint(before.custom) == fmt.Sprint(m.custom) && before.escalated.Equal(m.escalated) && before.archived.Equal(m.archived)
	if same {
		return
	}
	m.version++
	m.updated = w.changed()
	w.event(event, m.id)
}

func (w *world) updateTicket() {
	m, id := w.some()
	in := object{"id": id}
	want := w.changing(m, in)
	var after modelTicket
	if m != nil {
		after = *m
	}
	for range 1 + w.random.IntN(3) {
		switch w.random.IntN(8) {
		case 0:
			after.title = w.text(3)
			in["title"] = after.title
		case 1:
			after.description = pick(w, "", w.text(8))
			in["description"] = after.description
		case 2:
			after.status = 1 + w.random.IntN(4)
			in["statusId"] = statusID(after.status)
		case 3:
			after.priority, after.kind = 1+w.random.IntN(4), 1+w.random.IntN(4)
			in["priorityId"], in["typeId"] = priorityID(after.priority), typeID(after.kind)
		case 4:
			after.assignee = pick(w, "", agentAda, agentAlan)
			if in["assignedAgentId"] = after.assignee; after.assignee == "" {
				in["assignedAgentId"] = nil
			}
		case 5:
			after.private = w.chance(50)
			in["isPrivate"] = after.private
		case 6:
			if after.due = w.dueDate(in); w.chance(50) {
				after.due, in["dueDate"] = time.Time{}, nil
			}
		case 7:
			after.custom = object{"value": pick(w, "a", "b"), "n": w.random.IntN(2)}
			in["customFieldValues"] = []object{{"customFieldId": orderField, "data": maps.Clone(after.custom)}}
		}
	}
	if given, _ := in["assignedAgentId"].(string); given != "" {
		want = w.refusesIdle(given, want)
	}
	out, ok := w.agree("update_ticket", in, want)
	if !ok {
		return
	}
	before := *m
	*m = after
	w.touch(m, "ticket.updated", before)
	w.same("update_ticket", in, w.show(m), out)
}

func (w *world) assignTicket() {
	m, id := w.some()
	agent := pick(w, agentAda, agentAlan, agentAlan, nobody)
	in := object{"ticketId": id, "agentId": agent}
	want := w.changing(m, in)
	to := agent
	if w.chance(40) {
		in["unassign"], to = true, ""
		if want == "" && m.assignee != "" && m.assignee != agent {
			want = operations.CodeConflict
		}
	}
	if to != "" {
		want = w.refusesIdle(agent, want)
	}
	if agent == nobody {
		want = operations.CodeInvalidInput
	}
	out, ok := w.agree("assign_ticket", in, want)
	if !ok {
		return
	}
	before := *m
	m.assignee = to
	w.touch(m, "ticket.assigned", before)
	previous := object{"agentId": nil, "teamId": team}
	if before.assignee != "" {
		previous["agentId"] = before.assignee
	}
	w.same("assign_ticket", in, object{"success": true, "ticket": w.show(m), "previous": previous}, out)
}

func (w *world) compensateAssignment() {
	m, id := w.some()
	in := object{"ticketId": id, "agentId": nil, "teamId": team}
	want := w.changing(m, in)
	to := pick(w, "", agentAda, agentAlan)
	if want == "" && w.space.idle[to] && m.assignee != to {
		want = operations.CodeConflict
	}
	if to != "" {
		in["agentId"] = to
	}
	out, ok := w.agree("compensate_assign_ticket", in, want)
	if !ok {
		return
	}
	before := *m
	m.assignee = to
	w.touch(m, "ticket.assignment_undone", before)
	w.same("compensate_assign_ticket", in, object{"success": true, "ticket": w.show(m)}, out)
}

func (w *world) escalateTicket() {
	m, id := w.some()
	in := object{"id": id, "reason": "r", "details": "d", "impact": "high"}
	want := w.changing(m, in)
	out, ok := w.agree("escalate_ticket", in, want)
	if !ok {
		return
	}
	m.escalated = w.changed()
	m.version++
	m.updated = m.escalated
	w.event("ticket.escalated", m.id)
	w.same("escalate_ticket", in, w.show(m), out)
}

func (w *world) archiveTicket()   { w.moveTicket("archive_ticket", "ticket.archived", true) }
func (w *world) unarchiveTicket() { w.moveTicket("unarchive_ticket", "ticket.unarchived", false) }

func (w *world) moveTicket(operation, event string, archive bool) {
	m, id := w.some()
	in := object{"id": id}
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
	}
	out, ok := w.agree(operation, in, want)
	if !ok {
		return
	}
	if before := *m; archive == m.archived.IsZero() {
		if m.archived = (time.Time{}); archive {
			m.archived = w.changed()
		}
		w.touch(m, event, before)
	}
	w.same(operation, in, w.show(m), out)
}

// listTickets walks through a list with filters and an order, and wants just the tickets that the model picks.
func (w *world) listTickets() {
	in := object{}
	keep := w.filters(in)
	sort := pick(w, "-createdAt", "createdAt", "-updatedAt", "updatedAt", "dueDate", "-dueDate")
	in["sort"] = sort
	var want []*modelTicket
	for _, m := range w.space.tickets {
		if keep(m) && (!strings.HasSuffix(sort, "dueDate") || !m.due.IsZero()) {
			want = append(want, m)
		}
	}
	by := func(a, b *modelTicket) int { return cmp.Compare(a.number, b.number) }
	slices.SortFunc(want, func(a, b *modelTicket) int {
		order := 0
		switch strings.TrimPrefix(sort, "-") {
		case "updatedAt":
			order = a.updated.Compare(b.updated)
		case "dueDate":
			order = a.due.Compare(b.due)
		}
		if order = cmp.Or(order, by(a, b)); strings.HasPrefix(sort, "-") {
			return -order
		}
		return order
	})
	w.listed(in, want)
}

func (w *world) listed(in object, want []*modelTicket) {
	got, first := w.walk("list_tickets", "tickets", in)
	got = slices.DeleteFunc(got, func(o object) bool { return o["ticketId"] == float64(1) }) // not in the model
	shown := []object{}
	for _, m := range want {
		shown = append(shown, w.show(m))
	}
	gotAny := []any{}
	for _, g := range got {
		gotAny = append(gotAny, g)
	}
	w.same("list_tickets", in, shown, gotAny)
	if total := int(first["total"].(float64)); first["totalIsExact"] == true && (total < len(want) || total > len(want)+1) {
		w.t.Errorf("step %d: list_tickets %v: a total of %d, the model says %d", w.step, in, total, len(want))
	}
}

// filters puts some into the input, and gives what they mean.
func (w *world) filters(in object) func(*modelTicket) bool {
	var all []func(*modelTicket) bool
	add := func(percent int, make func() func(*modelTicket) bool) {
		if w.chance(percent) {
			all = append(all, make())
		}
	}
	archived := pick(w, "exclude", "exclude", "only", "include")
	in["archived"] = archived
	all = append(all, func(m *modelTicket) bool {
		return archived == "include" || (archived == "only") == !m.archived.IsZero()
	})
	add(30, func() func(*modelTicket) bool {
		wanted := []int{1 + w.random.IntN(4), 1 + w.random.IntN(4)}[:1+w.random.IntN(2)]
		var ids []string
		for _, n := range wanted {
			ids = append(ids, statusID(n))
		}
		in["statusIds"] = ids
		return func(m *modelTicket) bool { return slices.Contains(wanted, m.status) }
	})
	add(20, func() func(*modelTicket) bool {
		n := 1 + w.random.IntN(4)
		in["priorityIds"] = []string{priorityID(n)}
		return func(m *modelTicket) bool { return m.priority == n }
	})
	add(20, func() func(*modelTicket) bool {
		in["assignedAgentIds"] = []string{agentAda}
		return func(m *modelTicket) bool { return m.assignee == agentAda }
	})
	add(10, func() func(*modelTicket) bool {
		in["unassigned"] = true
		return func(m *modelTicket) bool { return m.assignee == "" }
	})
	add(20, func() func(*modelTicket) bool {
		in["requestorEmail"] = "Grace@Example.com"
		return func(m *modelTicket) bool { return m.requestor == "grace@example.com" }
	})
	add(20, func() func(*modelTicket) bool {
		wanted := w.chance(50)
		in["escalated"] = wanted
		return func(m *modelTicket) bool { return m.escalated.IsZero() != wanted }
	})
	w.timeFilters(in, &all)
	return func(m *modelTicket) bool {
		return !slices.ContainsFunc(all, func(keep func(*modelTicket) bool) bool { return !keep(m) })
	}
}

func (w *world) timeFilters(in object, all *[]func(*modelTicket) bool) {
	for name, of := range map[string]func(*modelTicket) time.Time{
		"created": func(m *modelTicket) time.Time { return m.created }, "updated": func(m *modelTicket) time.Time { return m.updated },
		"due": func(m *modelTicket) time.Time { return m.due },
	} {
		if !w.chance(15) {
			continue
		}
		at := of(pick(w, w.space.tickets...))
		if at.IsZero() {
			at = w.now
		}
		at = at.Truncate(time.Microsecond)
		if w.chance(50) {
			in[name+"After"] = instant(at)
			*all = append(*all, func(m *modelTicket) bool { return !of(m).IsZero() && !of(m).Truncate(time.Microsecond).Before(at) })
		} else {
			in[name+"Before"] = instant(at)
			*all = append(*all, func(m *modelTicket) bool { return !of(m).IsZero() && of(m).Truncate(time.Microsecond).Before(at) })
		}
	}
}

// searchTickets wants the tickets of which one text, their own or a comment's, holds all words.
func (w *world) searchTickets() {
	in := object{}
	keep := w.filters(in)
	var wanted []string
	for range 1 + w.random.IntN(2) {
		wanted = append(wanted, pick(w, "printer", "FIRE", "uber", "naive", "42", "don't", "a-b", "quoted", "nothing", "grace@example.com"))
	}
	in["search"] = strings.Join(wanted, " ")
	var want []*modelTicket
	for _, m := range slices.Backward(w.space.tickets) {
		texts := []string{m.title + " " + m.description + " " + m.requestor}
		for _, c := range w.space.comments {
			if c.ticket == m {
				texts = append(texts, c.content)
			}
		}
		if keep(m) && slices.ContainsFunc(texts, func(text string) bool { return holds(text, wanted) }) {
			want = append(want, m)
		}
	}
	w.listed(in, want)
}

func holds(text string, wanted []string) bool {
	text = strings.NewReplacer("Ü", "u", "ü", "u", "ï", "i").Replace(text)
	text = " " + strings.ToLower(strings.NewReplacer("\"", " ").Replace(text)) + " "
	return !slices.ContainsFunc(wanted, func(word string) bool { return !strings.Contains(text, " "+strings.ToLower(word)+" ") })
}
