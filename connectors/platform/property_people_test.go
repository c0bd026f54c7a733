package platform_test

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// What the roles have by which the model tells them apart, of the permissions that it asks about.
func modelRoles() map[string][]string {
	return map[string][]string{
		roleAdmin: {"tickets.read", "tickets.assign", "teams.manage"}, roleAgent: {"tickets.read", "tickets.assign"}, roleViewer: {"tickets.read"},
	}
}

func (p *modelPerson) show() object {
	teams := []object{}
	for _, m := range p.teams {
		teams = append(teams, object{"id": m.id, "name": m.name})
	}
	slices.SortFunc(teams, func(a, b object) int { return strings.Compare(a["name"].(string), b["name"].(string)) })
	shown := object{
		"id": p.id, "name": p.name, "email": p.email, "userType": "agent", "isActive": p.deactivated.IsZero(), "teams": teams, "version": p.version,
		"createdAt": instant(p.created), "updatedAt": instant(p.updated),
	}
	if p.role != "" {
		shown["roleId"], shown["role"] = p.role, map[string]string{roleAdmin: "Admin", roleAgent: "Agent", roleViewer: "Viewer"}[p.role]
	}
	if !p.deactivated.IsZero() {
		shown["deactivatedAt"] = instant(p.deactivated)
	}
	return shown
}

func (w *world) somePerson() (*modelPerson, string) {
	if len(w.space.people) == 0 || w.chance(5) {
		return nil, nobody
	}
	p := pick(w, w.space.people...)
	return p, p.id
}

// emails are those that are taken, but for one.
func (w *world) emails(but *modelPerson) []string {
	taken := []string{"ada@example.com"}
	for _, p := range w.space.people {
		if p != but {
			taken = append(taken, p.email)
		}
	}
	return taken
}

// freshEmail makes an email address that nobody has, or at times one that somebody has.
func (w *world) freshEmail(but *modelPerson) (string, operations.Code) {
	email, code := w.fresh(w.emails(but))
	if code == "" {
		email = strings.ReplaceAll(strings.ToLower(email), " ", ".") + "@example.com"
	}
	return email, code
}

func (w *world) createPerson() {
	if len(w.space.people) > 60 {
		return
	}
	name, _ := w.fresh(nil)
	email, want := w.freshEmail(nil)
	p := &modelPerson{name: name, email: email, role: roleAgent, version: 1}
	in := object{"name": name, "email": pick(w, email, strings.ToUpper(email))}
	if w.chance(30) {
		p.role = pick(w, roleAdmin, roleViewer)
		in["roleId"] = p.role
	}
	if m, id := w.someTeam(); m != nil && w.chance(50) {
		p.teams, in["teamIds"] = []*modelTeam{m}, []string{id, id}
	}
	out, ok := w.agree("create_user", in, want)
	if !ok {
		return
	}
	p.id, p.created = out["id"].(string), w.changed()
	p.updated = p.created
	w.space.people = append(w.space.people, p)
	w.event("user.created", p.id)
	w.same("create_user", in, p.show(), out)
}

// change changes a person: what says how, and whether that is any different.
func (w *world) change(operation, event string, in object, want operations.Code, p *modelPerson, what func() bool) {
	out, ok := w.agree(operation, in, want)
	if !ok {
		return
	}
	if what() {
		p.version++
		p.updated = w.changed()
		w.event(event, p.id)
	}
	delete(out, "previousRoleId")
	w.same(operation, in, p.show(), out)
}

// changingPerson is what a change of a person comes to before it is looked at in detail.
func (w *world) changingPerson(p *modelPerson, in object) operations.Code {
	if p == nil {
		return operations.CodeNotFound
	}
	return w.version(in, p.version)
}

func (w *world) updatePerson() {
	p, id := w.somePerson()
	in := object{"id": id}
	want := w.changingPerson(p, in)
	name, _ := w.fresh(nil)
	in["name"] = name
	email := ""
	if w.chance(50) {
		taken := operations.Code("")
		email, taken = w.freshEmail(p)
		in["email"], want = email, cmp.Or(want, taken)
	}
	w.change("update_user", "user.updated", in, want, p, func() bool {
		p.name, p.email = name, cmp.Or(email, p.email)
		return true
	})
}

func (w *world) activate() {
	p, id := w.somePerson()
	in := object{"id": id}
	want := w.changingPerson(p, in)
	if w.chance(50) {
		w.change("reactivate_user", "user.reactivated", in, want, p, func() bool {
			changed := !p.deactivated.IsZero()
			p.deactivated = time.Time{}
			return changed
		})
		return
	}
	w.change("deactivate_user", "user.deactivated", in, want, p, func() bool {
		changed := p.deactivated.IsZero()
		if changed {
			p.deactivated = w.changed()
		}
		return changed
	})
}

func (w *world) setRole() {
	p, id := w.somePerson()
	in := object{"id": id, "roleId": nil}
	want := w.changingPerson(p, in)
	role := pick(w, "", roleAdmin, roleAgent, roleViewer)
	if role != "" {
		in["roleId"] = role
	}
	w.change("set_user_role", "user.updated", in, want, p, func() bool {
		changed := role != p.role
		p.role = role
		return changed
	})
}

func (w *world) setPermissions() {
	p, id := w.somePerson()
	granted, denied := [][]string{{}, {"teams.manage"}, {"tickets.assign", "teams.manage"}}, [][]string{{}, {"tickets.read"}}
	in := object{"id": id, "granted": pick(w, granted...), "denied": pick(w, denied...)}
	want := w.changingPerson(p, in)
	if _, ok := w.agree("set_user_permissions", in, want); !ok {
		return
	}
	if !slices.Equal(p.granted, in["granted"].([]string)) || !slices.Equal(p.denied, in["denied"].([]string)) {
		p.granted, p.denied = in["granted"].([]string), in["denied"].([]string)
		p.version++
		p.updated = w.changed()
		w.event("user.updated", p.id)
	}
}

func (w *world) checkPermission() {
	p, id := w.somePerson()
	permission := pick(w, "tickets.read", "tickets.assign", "teams.manage")
	in := object{"userId": id, "permission": permission}
	if p == nil {
		w.agree("check_user_permission", in, operations.CodeNotFound)
		return
	}
	reason := "NOT_GRANTED"
	switch {
	case !p.deactivated.IsZero():
		reason = "DEACTIVATED"
	case slices.Contains(p.denied, permission):
		reason = "DENIED"
	case slices.Contains(p.granted, permission):
		reason = "GRANTED"
	case slices.Contains(modelRoles()[p.role], permission):
		reason = "ROLE"
	}
	if out, ok := w.agree("check_user_permission", in, ""); ok {
		w.same("check_user_permission", in, object{"isAllowed": reason == "GRANTED" || reason == "ROLE", "reason": reason}, out)
	}
}

func (w *world) createTimeOff() {
	p, id := w.somePerson()
	start := w.now.Truncate(time.Second).Add(time.Duration(w.random.IntN(100)) * time.Hour)
	end := start.Add(time.Duration(w.random.IntN(50)) * time.Hour)
	in := object{"userId": id, "startsAt": instant(start), "endsAt": instant(end)}
	want := operations.Code("")
	if p == nil || !end.After(start) {
		want = operations.CodeInvalidInput
	}
	out, ok := w.agree("create_time_off", in, want)
	if !ok {
		return
	}
	w.changed()
	off := modelPeriod{out["id"].(string), start, end}
	p.off = append(p.off, off)
	w.event("time_off.created", off.id)
}

func (w *world) deleteTimeOff() {
	p, _ := w.somePerson()
	if p == nil || len(p.off) == 0 {
		w.agree("delete_time_off", object{"id": nobody}, operations.CodeNotFound)
		return
	}
	off := pick(w, p.off...)
	w.must("delete_time_off", object{"id": off.id})
	w.changed()
	p.off = slices.DeleteFunc(p.off, func(other modelPeriod) bool { return other == off })
	w.event("time_off.deleted", off.id)
}

// checkAvailability: nobody in the model has business hours, so that it is time off that counts.
func (w *world) checkAvailability() {
	p, id := w.somePerson()
	at := w.now.Truncate(time.Second).Add(time.Duration(w.random.IntN(100)) * time.Hour)
	if p != nil && len(p.off) > 0 && w.chance(50) {
		off := pick(w, p.off...)
		at = pick(w, off.start, off.end, off.end.Add(-time.Microsecond))
	}
	in := object{"userId": id, "at": instant(at)}
	if p == nil {
		w.agree("check_user_availability", in, operations.CodeNotFound)
		return
	}
	if holiday := at.Format("01-02"); holiday == "12-25" || holiday == "12-26" || holiday == "05-04" {
		return // those of the seed
	}
	want := object{"isAvailable": true, "reason": "IN_BUSINESS_HOURS", "isActive": true, "timeZone": "UTC"}
	back := at
	for range p.off {
		for _, off := range p.off {
			if !off.start.After(back) && off.end.After(back) {
				back = off.end
			}
		}
	}
	switch {
	case !p.deactivated.IsZero():
		want["isAvailable"], want["reason"], want["isActive"] = false, "OUTSIDE_BUSINESS_HOURS", false
	case back.After(at):
		want["isAvailable"], want["reason"], want["nextAvailableAt"] = false, "TIME_OFF", instant(back)
	}
	if out, ok := w.agree("check_user_availability", in, ""); ok {
		w.same("check_user_availability", in, want, out)
	}
}

func (w *world) listPeople() {
	in := object{"search": "P0"}
	keep := func(p *modelPerson) bool {
		return strings.HasPrefix(p.name, "P0") || strings.HasPrefix(p.email, "p0")
	}
	fits := keep
	switch w.random.IntN(3) {
	case 0:
		in["isActive"] = true
		fits = func(p *modelPerson) bool { return keep(p) && p.deactivated.IsZero() }
	case 1:
		in["roleId"] = roleViewer
		fits = func(p *modelPerson) bool { return keep(p) && p.role == roleViewer }
	}
	got, _ := w.walk("list_users", "users", in)
	var want []*modelPerson
	for _, p := range w.space.people {
		if fits(p) {
			want = append(want, p)
		}
	}
	slices.SortFunc(want, func(a, b *modelPerson) int { return strings.Compare(a.name, b.name) })
	shown, plain := []object{}, []any{}
	for _, p := range want {
		shown = append(shown, p.show())
	}
	for _, g := range got {
		plain = append(plain, g)
	}
	w.same("list_users", in, shown, plain)
}
