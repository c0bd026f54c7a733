package platform

import (
	"context"
	"time"
)

// seedSettings makes one record for each operation that changes what the organisation has set up.
func seedSettings(ctx context.Context, w *session) error {
	steps := []func(context.Context, *session) error{seedTeams, seedUsers, seedRoles, seedAbsences, seedCustomFields}
	for _, step := range steps {
		if err := step(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func seedTeams(ctx context.Context, w *session) error {
	support, err := find[teamRow](ctx, w, entityTeam, fixedID("TEAM", 1))
	if err != nil {
		return err
	}
	ada, err := find[userRow](ctx, w, entityUser, fixedID("AGENT", 1))
	if err != nil {
		return err
	}
	for i, name := range []string{"Billing", "Returns", "On call"} {
		row := &teamRow{record: record{UID: fixedID("TEAM", i+2)}, Name: name}
		if err := insert(ctx, w, row); err != nil {
			return err
		}
		if name == "On call" {
			if err := w.storeMember(ctx, row.PK, ada.PK); err != nil {
				return err
			}
		}
	}
	return w.storeMember(ctx, support.PK, ada.PK)
}

func seedUsers(ctx context.Context, w *session) error {
	for i, person := range []struct {
		name, email string
		role        int
	}{
		{"Barbara Jones", "barbara@example.com", 2}, {"Charles Agent", "charles@example.com", 2}, {"Dorothy Agent", "dorothy@example.com", 2},
		{"Edsger Agent", "edsger@example.com", 3}, {"Frances Agent", "frances@example.com", 2},
	} {
		role, err := find[roleRow](ctx, w, entityRole, fixedID("RGHT", person.role))
		if err != nil {
			return err
		}
		row := &userRow{record: record{UID: fixedID("AGENT", i+3)}, Name: person.name, Email: person.email, Kind: userAgent, Role: role.PK}
		if person.name == "Dorothy Agent" {
			row.DeactivatedAt = w.book.Clock
		}
		if err := insert(ctx, w, row); err != nil {
			return err
		}
	}
	return nil
}

func seedRoles(ctx context.Context, w *session) error {
	for i, name := range []string{"Trainee", "Retired"} {
		err := insert(ctx, w, &roleRow{record: record{UID: fixedID("RGHT", i+4)}, Name: name, Permissions: `["tickets.read"]`})
		if err != nil {
			return err
		}
	}
	return nil
}

func seedAbsences(ctx context.Context, w *session) error {
	alan, err := find[userRow](ctx, w, entityUser, fixedID("AGENT", 2))
	if err != nil {
		return err
	}
	var f faults
	company := absentOwner{ownerOrganisation, w.org}
	rows := []*absenceRow{
		holidayDays{"Christmas", "2026-12-25", "2026-12-26"}.row(&f, "", company),
		holidayDays{"Founders' day", "2026-05-04", ""}.row(&f, "", company),
		{OwnerType: ownerUser, Owner: alan.PK, Name: "Summer", StartsAt: day(2026, 8, 3), EndsAt: day(2026, 8, 17)},
		{OwnerType: ownerUser, Owner: alan.PK, Name: "Dentist", StartsAt: day(2026, 3, 2), EndsAt: day(2026, 3, 3)},
	}
	for i, row := range rows {
		row.UID = fixedID([]string{"HDAY", "AWAY"}[i/2], i%2+1)
		if err := insert(ctx, w, row); err != nil {
			return err
		}
	}
	return f.err()
}

func day(year, month, day int) moment {
	return momentOf(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC))
}

func seedCustomFields(ctx context.Context, w *session) error {
	for i, field := range []struct{ name, kind string }{{"Severity", kindNumber}, {"Obsolete", kindText}} {
		err := insert(ctx, w, &customFieldRow{
			record: record{UID: fixedID("CSTM", i+8)}, EntityType: entityTicket, Name: field.name, Kind: field.kind, Settings: "{}",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
