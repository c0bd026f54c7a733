package platform

import (
	"context"
	"time"

	"github.com/patchbay/patchbay/operations"
)

func (d *desk) timeOff() []operations.Operation {
	return []operations.Operation{d.createTimeOff(), d.listTimeOff(), d.deleteTimeOff()}
}

// timeOff is the time off of a user as operations give it.
type timeOff struct {
	ID       string    `json:"id" doc:"The id of this time off."`
	UserID   string    `json:"userId" doc:"Who is off."`
	Name     string    `json:"name" doc:"Why."`
	StartsAt time.Time `json:"startsAt" doc:"When it begins."`
	EndsAt   time.Time `json:"endsAt" doc:"When he is back."`
	identity
}

func (r *absenceRow) showTimeOff() timeOff {
	return timeOff{
		ID: r.UID, UserID: r.OwnerUID, Name: r.Name, StartsAt: r.StartsAt.time(), EndsAt: r.EndsAt.time(), identity: r.identity(),
	}
}

type createTimeOffInput struct {
	UserID   string    `json:"userId" doc:"Who is off." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	StartsAt time.Time `json:"startsAt" doc:"When it begins, with its time zone."`
	EndsAt   time.Time `json:"endsAt" doc:"When he is back, with its time zone."`
	Name     string    `json:"name,omitempty" doc:"Why." maxLength:"200" pattern:"\\S" default:"Time off"`
}

func (d *desk) createTimeOff() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_time_off", Identifier: "users:create-time-off-platform", Title: "Create time off", Resource: resourceAbsence,
		Description: "Notes when a user is off: on leave, ill, or out. It may lie in the past, and overlap with other time off.",
		Effect:      operations.EffectWrite, Compensation: &operations.Compensation{Operation: "delete_time_off", Input: map[string]string{"id": "output.id"}},
		Sample: operations.NewSample(`{"userId":"`+fixedID("AGENT", 2)+`","startsAt":"2026-08-03T00:00:00+02:00","endsAt":"2026-08-17T00:00:00+02:00","name":"Summer"}`,
			sampleTimeOff),
	}, func(ctx context.Context, s *session, in createTimeOffInput) (timeOff, error) {
		var f faults
		user, err := refer[userRow](ctx, s, &f, "/userId", in.UserID)
		if err != nil {
			return timeOff{}, err
		}
		in.check(&f)
		if err := f.err(); err != nil {
			return timeOff{}, err
		}
		row := &absenceRow{
			OwnerType: ownerUser, Owner: user, OwnerUID: in.UserID, Name: clean(in.Name), StartsAt: momentOf(in.StartsAt), EndsAt: momentOf(in.EndsAt),
		}
		return write(ctx, s, func(ctx context.Context, w *session) (timeOff, error) {
			if err := w.storeAbsence(ctx, row); err != nil {
				return timeOff{}, err
			}
			return row.showTimeOff(), w.absenceChanged(ctx, "created", row, in.UserID)
		})
	})
}

func (in createTimeOffInput) check(f *faults) {
	if !reckonable(in.StartsAt) {
		f.add("/startsAt", "is not between the years %d and %d", firstYear, lastYear)
	}
	switch {
	case !reckonable(in.EndsAt):
		f.add("/endsAt", "is not between the years %d and %d", firstYear, lastYear)
	case momentOf(in.EndsAt) <= momentOf(in.StartsAt):
		f.add("/endsAt", "is not after startsAt")
	case in.EndsAt.Sub(in.StartsAt) > maxTimeOff:
		f.add("/endsAt", "is more than ten years after startsAt; deactivate the user instead")
	}
}

const sampleTimeOff = `{"id":"01JD0000000000000000AWAY01","userId":"01JD000000000000000AGENT02","name":"Summer","startsAt":"2026-08-02T22:00:00Z",
	"endsAt":"2026-08-16T22:00:00Z","version":1,"createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-01-05T09:00:00Z"}`

type listTimeOffInput struct {
	UserID string     `json:"userId,omitempty" doc:"Only time off of this user." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	From   *time.Time `json:"from,omitempty" doc:"Only time off that ends after this."`
	To     *time.Time `json:"to,omitempty" doc:"Only time off that begins before this."`
	paging
}

type listTimeOffOutput struct {
	TimeOff []timeOff `json:"timeOff" doc:"The time off of this page, the first first."`
	pageInfo
}

func (d *desk) listTimeOff() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_time_off", Identifier: "users:list-time-off-platform", Title: "List time off", Resource: resourceAbsence,
		Description: "Pages through the time off of one user or of all, in order.", Effect: operations.EffectRead, Paging: pagingSpec("timeOff"),
		Sample: operations.NewSample(`{"userId":"`+fixedID("AGENT", 2)+`"}`, `{"timeOff":[`+sampleTimeOff+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in listTimeOffInput) (listTimeOffOutput, error) {
		var f faults
		user, err := refer[userRow](ctx, s, &f, "/userId", in.UserID)
		if err != nil {
			return listTimeOffOutput{}, err
		}
		if err := f.err(); err != nil {
			return listTimeOffOutput{}, err
		}
		l := absenceListing("time_off", ownerUser)
		l.order = ordering[absenceRow]{column: "starts_at", value: func(r *absenceRow) any { return r.StartsAt }}
		if user != 0 {
			l.fixed = absentOwner{ownerUser, user}.of
		}
		if in.From != nil {
			l.filters = append(l.filters, filter{column: "ends_at", test: "> ?", args: []any{momentOf(*in.From)}})
		}
		if in.To != nil {
			l.filters = append(l.filters, filter{column: "starts_at", test: "< ?", args: []any{momentOf(*in.To)}})
		}
		rows, info, err := list(ctx, s, l, in.paging)
		out := listTimeOffOutput{make([]timeOff, len(rows)), info}
		for i := range rows {
			out.TimeOff[i] = rows[i].showTimeOff()
		}
		return out, err
	})
}

func (d *desk) deleteTimeOff() operations.Operation {
	return operation(d, operations.Spec{
		Name: "delete_time_off", Identifier: "users:delete-time-off-platform", Title: "Delete time off", Resource: resourceAbsence,
		Description: "Deletes the time off of a user: he is there after all.", Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"id":"`+fixedID("AWAY", 2)+`"}`, `{"success":true,"id":"`+fixedID("AWAY", 2)+`"}`),
	}, func(ctx context.Context, s *session, in deleteAbsenceInput) (deletedOutput, error) {
		return s.deleteAbsence(ctx, in, ownerUser)
	})
}
