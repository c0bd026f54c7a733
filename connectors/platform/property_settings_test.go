package platform_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// settingsModel is what a workspace has set up beyond what it has from the beginning.
type settingsModel struct {
	teams    []*modelTeam
	people   []*modelPerson
	statuses []*modelStatus
	idle     map[string]bool // agents who are deactivated
	names    int             // that were used
}

type modelTeam struct {
	id, name, description string
	version               int
	created, updated      time.Time
}

type modelPerson struct {
	id, name, email, role string
	version               int
	teams                 []*modelTeam
	granted, denied       []string
	deactivated           time.Time
	created, updated      time.Time
	off                   []modelPeriod
}

type modelPeriod struct {
	id         string
	start, end time.Time
}

type modelStatus struct {
	id, name         string
	version          int
	closed           bool
	created, updated time.Time
}

func settingsRules() []rule {
	return []rule{
		{2, (*world).createTeam}, {3, (*world).updateTeam}, {1, (*world).deleteTeam}, {3, (*world).moveMember}, {1, (*world).listTeams},
		{2, (*world).createPerson}, {3, (*world).updatePerson}, {3, (*world).activate}, {3, (*world).setRole}, {2, (*world).setPermissions},
		{4, (*world).checkPermission}, {2, (*world).createTimeOff}, {1, (*world).deleteTimeOff}, {4, (*world).checkAvailability}, {1, (*world).listPeople},
		{2, (*world).createStatus}, {2, (*world).updateStatus}, {1, (*world).deleteStatus}, {1, (*world).turnDefault}, {1, (*world).idleAlan},
	}
}

// adoptSettings takes the seed's further teams away, so that the model begins with none. People cannot be deleted: the
// model has its own, whose names begin with P.
func (w *world) adoptSettings() {
	w.space.idle = map[string]bool{}
	for _, one := range w.must("list_teams", object{"limit": 100})["teams"].([]any) {
		id := one.(object)["id"].(string)
		if id == team {
			continue
		}
		w.must("delete_team", object{"id": id})
		w.changed()
		w.event("team.deleted", id)
	}
}

// refusesIdle is the code for giving work to an agent; want is the code if he can have it.
func (w *world) refusesIdle(agent string, want operations.Code) operations.Code {
	if w.space.idle[agent] {
		return operations.CodeInvalidInput
	}
	return want
}

// idleAlan deactivates one of the agents who have tickets, or brings him back.
func (w *world) idleAlan() {
	operation, event := "deactivate_user", "user.deactivated"
	if w.space.idle[agentAlan] {
		operation, event = "reactivate_user", "user.reactivated"
	}
	w.must(operation, object{"id": agentAlan})
	w.changed()
	w.space.idle[agentAlan] = !w.space.idle[agentAlan]
	w.event(event, agentAlan)
}

// fresh makes a name that nothing has, or at times one that something has.
func (w *world) fresh(taken []string) (string, operations.Code) {
	if len(taken) > 0 && w.chance(15) {
		return pick(w, taken...), operations.CodeConflict
	}
	w.space.names++
	return fmt.Sprintf("P%03d %d", w.random.IntN(1000), w.space.names), ""
}

func (m *modelTeam) show(w *world) object {
	members := 0
	for _, p := range w.space.people {
		if slices.Contains(p.teams, m) {
			members++
		}
	}
	shown := object{
		"id": m.id, "name": m.name, "memberCount": members, "version": m.version, "createdAt": instant(m.created), "updatedAt": instant(m.updated),
	}
	if m.description != "" {
		shown["description"] = m.description
	}
	return shown
}

func (w *world) someTeam() (*modelTeam, string) {
	if len(w.space.teams) == 0 || w.chance(5) {
		return nil, nobody
	}
	m := pick(w, w.space.teams...)
	return m, m.id
}

func (w *world) teamNames() []string {
	names := []string{"Support"}
	for _, m := range w.space.teams {
		names = append(names, m.name)
	}
	return names
}

func (w *world) createTeam() {
	if len(w.space.teams) > 30 {
		return
	}
	name, want := w.fresh(w.teamNames())
	in := object{"name": name}
	m := &modelTeam{name: name, version: 1}
	if w.chance(50) {
		m.description = w.text(3)
		in["description"] = m.description
	}
	out, ok := w.agree("create_team", in, want)
	if !ok {
		return
	}
	m.id, m.created = out["id"].(string), w.changed()
	m.updated = m.created
	w.space.teams = append(w.space.teams, m)
	w.event("team.created", m.id)
	w.same("create_team", in, m.show(w), out)
}

func (w *world) updateTeam() {
	m, id := w.someTeam()
	in := object{"id": id}
	if m == nil {
		w.agree("update_team", in, operations.CodeNotFound)
		return
	}
	want := w.version(in, m.version)
	name, description := m.name, m.description
	if w.chance(60) {
		others := slices.DeleteFunc(w.teamNames(), func(name string) bool { return name == m.name })
		taken := operations.Code("")
		name, taken = w.fresh(others)
		in["name"], want = name, cmp.Or(want, taken)
	}
	if w.chance(50) {
		description = w.text(3)
		in["description"] = description
	}
	out, ok := w.agree("update_team", in, want)
	if !ok {
		return
	}
	if name != m.name || description != m.description {
		m.name, m.description = name, description
		m.version++
		m.updated = w.changed()
		w.event("team.updated", m.id)
	}
	w.same("update_team", in, m.show(w), out)
}

func (w *world) deleteTeam() {
	m, id := w.someTeam()
	in := object{"id": id}
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
	}
	if _, ok := w.agree("delete_team", in, want); !ok {
		return
	}
	w.changed()
	w.event("team.deleted", id)
	w.space.teams = slices.DeleteFunc(w.space.teams, func(other *modelTeam) bool { return other == m })
	for _, p := range w.space.people {
		p.teams = slices.DeleteFunc(p.teams, func(other *modelTeam) bool { return other == m })
	}
}

func (w *world) moveMember() {
	m, teamID := w.someTeam()
	p, personID := w.somePerson()
	in := object{"teamId": teamID, "userId": personID}
	operation, event := "add_team_member", "team.member_added"
	if w.chance(40) {
		operation, event = "remove_team_member", "team.member_removed"
	}
	want := operations.Code("")
	switch is := m != nil && p != nil && slices.Contains(p.teams, m); {
	case m == nil || p == nil:
		want = operations.CodeNotFound
	case operation == "remove_team_member" && !is:
		want = operations.CodeNotFound
	case operation == "add_team_member" && (is || !p.deactivated.IsZero()):
		want = operations.CodeConflict
	}
	if _, ok := w.agree(operation, in, want); !ok {
		return
	}
	w.changed()
	w.event(event, teamID)
	if operation == "add_team_member" {
		p.teams = append(p.teams, m)
	} else {
		p.teams = slices.DeleteFunc(p.teams, func(other *modelTeam) bool { return other == m })
	}
}

func (w *world) listTeams() {
	in := object{"search": "p0"}
	got, first := w.walk("list_teams", "teams", in)
	var want []*modelTeam
	for _, m := range w.space.teams {
		if strings.HasPrefix(m.name, "P0") {
			want = append(want, m)
		}
	}
	slices.SortFunc(want, func(a, b *modelTeam) int { return strings.Compare(a.name, b.name) })
	shown, plain := []object{}, []any{}
	for _, m := range want {
		shown = append(shown, m.show(w))
	}
	for _, g := range got {
		plain = append(plain, g)
	}
	w.same("list_teams", in, shown, plain)
	if first["total"] != float64(len(want)) {
		w.t.Errorf("step %d: list_teams: a total of %v, the model says %d", w.step, first["total"], len(want))
	}
}

func (w *world) createStatus() {
	if len(w.space.statuses) > 20 {
		return
	}
	name, want := w.fresh(w.statusNames())
	m := &modelStatus{name: name, version: 1, closed: w.chance(30)}
	in := object{"name": name, "isClosed": m.closed}
	out, ok := w.agree("create_ticket_status", in, want)
	if !ok {
		return
	}
	m.id, m.created = out["id"].(string), w.changed()
	m.updated = m.created
	w.space.statuses = append(w.space.statuses, m)
	w.event("ticket_status.created", m.id)
	w.checkStatuses()
}

func (w *world) statusNames() []string {
	names := []string{"Open", "In progress", "On hold", "Closed"}
	for _, m := range w.space.statuses {
		names = append(names, m.name)
	}
	return names
}

// checkStatuses wants the whole list to be what the model has, the first four being those there are from the beginning.
func (w *world) checkStatuses() {
	out := w.must("list_ticket_statuses", object{})["choices"].([]any)
	var got []any
	for i, one := range out {
		choice := one.(object)
		if choice["isDefault"] != (i == 0) || choice["position"] != float64(i+1) {
			w.t.Errorf("step %d: status %d is %v", w.step, i+1, choice)
		}
		if i >= 4 {
			got = append(got, choice)
		}
	}
	shown := []object{}
	for i, m := range w.space.statuses {
		shown = append(shown, object{
			"id": m.id, "name": m.name, "version": m.version, "isClosed": m.closed, "isDefault": false, "position": i + 5,
			"createdAt": instant(m.created), "updatedAt": instant(m.updated),
		})
	}
	if len(got)+len(shown) > 0 {
		w.same("list_ticket_statuses", object{}, shown, got)
	}
}

func (w *world) someStatus() (*modelStatus, string) {
	if len(w.space.statuses) == 0 || w.chance(5) {
		return nil, nobody
	}
	m := pick(w, w.space.statuses...)
	return m, m.id
}

func (w *world) updateStatus() {
	m, id := w.someStatus()
	in := object{"id": id}
	if m == nil {
		w.agree("update_ticket_status", in, operations.CodeNotFound)
		return
	}
	want := w.version(in, m.version)
	name, closed := m.name, w.chance(50)
	in["isClosed"] = closed
	if w.chance(50) {
		others := slices.DeleteFunc(w.statusNames(), func(name string) bool { return name == m.name })
		taken := operations.Code("")
		name, taken = w.fresh(others)
		in["name"], want = name, cmp.Or(want, taken)
	}
	at := slices.Index(w.space.statuses, m)
	to := at
	if w.chance(40) {
		to = w.random.IntN(len(w.space.statuses))
		in["position"] = to + 5
	}
	if _, ok := w.agree("update_ticket_status", in, want); !ok {
		return
	}
	if name != m.name || closed != m.closed || to != at {
		m.name, m.closed, m.updated = name, closed, w.changed()
		m.version++
		w.event("ticket_status.updated", m.id)
	}
	w.space.statuses = slices.Insert(slices.Delete(w.space.statuses, at, at+1), to, m)
	w.checkStatuses()
}

// deleteStatus: no ticket has one of the model's, and those that tickets have are in use.
func (w *world) deleteStatus() {
	m, id := w.someStatus()
	in := object{"id": id}
	want := operations.CodeNotFound
	if m != nil {
		want = w.version(in, m.version)
	}
	if w.chance(20) {
		in, want = object{"id": statusID(1)}, operations.CodeConflict
	}
	if _, ok := w.agree("delete_ticket_status", in, want); !ok {
		return
	}
	w.changed()
	w.event("ticket_status.deleted", id)
	w.space.statuses = slices.DeleteFunc(w.space.statuses, func(other *modelStatus) bool { return other == m })
	w.checkStatuses()
}

// turnDefault makes another status the default, and then the first one again.
func (w *world) turnDefault() {
	m, id := w.someStatus()
	if m == nil {
		return
	}
	for _, one := range []string{id, statusID(1)} {
		w.must("update_ticket_status", object{"id": one, "isDefault": true})
		m.version++
		m.updated = w.changed()
		w.event("ticket_status.updated", map[string]string{id: statusID(1), statusID(1): id}[one])
		w.event("ticket_status.updated", one)
	}
	w.agree("update_ticket_status", object{"id": statusID(1), "isDefault": false}, operations.CodeConflict)
	w.checkStatuses()
}
