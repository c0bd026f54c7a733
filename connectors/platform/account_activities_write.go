package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

type createAccountActivityInput struct {
	AccountID         string    `json:"accountId" doc:"The account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	ActivityTimestamp time.Time `json:"activityTimestamp" doc:"When it takes place, with its time zone."`
	Duration          int64     `json:"duration" doc:"How long it takes, in whole minutes." minimum:"0" maximum:"525600"`
	Location          string    `json:"location" doc:"Where it takes place: a room, an address, a link." minLength:"1" maxLength:"1000" pattern:"\\S"`
	Type              string    `json:"type,omitempty" doc:"Its type, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_activity_types_ddl"`
	Status            string    `json:"status,omitempty" doc:"Its status, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_activity_statuses_ddl"`
	Participants      []string  `json:"participants,omitempty" doc:"Who takes part: ids of users and contacts." maxItems:"100" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	AttachmentURLs    []string  `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it. They are fetched and kept." format:"uri" maxLength:"2048" maxItems:"10"`
}

func (d *desk) createAccountActivity() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_account_activity", Identifier: "accounts:create-account-activity-platform", Title: "Create account activity",
		Resource: resourceActivity, Effect: operations.EffectWrite, Compensation: undo("delete_account_activity", "activityId"),
		Description: "Notes something that is done with an account: a call, a meeting. duration and location have to be given.",
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","activityTimestamp":"2026-02-01T10:00:00+01:00","type":"MEETING","duration":45,
			"location":"Room 3","participants":["`+fixedID("AGENT", 1)+`"]}`, sampleActivity(1, 1, "PENDING", 1)),
	}, func(ctx context.Context, s *session, in createAccountActivityInput) (activity, error) {
		if _, err := s.newActivity(ctx, in); err != nil {
			return activity{}, err
		}
		files, err := s.fetch(ctx, "/attachmentUrls", in.AttachmentURLs)
		if err != nil {
			return activity{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (activity, error) {
			row, err := w.newActivity(ctx, in)
			if err != nil {
				return activity{}, err
			}
			if err := w.storeActivity(ctx, row, in.AccountID, files); err != nil {
				return activity{}, err
			}
			return w.showActivity(ctx, row.UID)
		})
	})
}

func (s *session) newActivity(ctx context.Context, in createAccountActivityInput) (*activityRow, error) {
	row := &activityRow{OccurredAt: momentOf(in.ActivityTimestamp), Duration: in.Duration, Location: clean(in.Location)}
	all, err := s.readChoices(ctx, activityType, activityStatus)
	if err != nil {
		return nil, err
	}
	var f faults
	row.Type = all.pick(&f, "/type", activityType, in.Type)
	row.Status = all.pick(&f, "/status", activityStatus, in.Status)
	if row.Account, err = refer[accountRow](ctx, s, &f, "/accountId", in.AccountID); err != nil {
		return nil, err
	}
	if row.Participants, err = s.participants(ctx, &f, in.Participants); err != nil {
		return nil, err
	}
	return row, f.err()
}

// participants makes a list of ids ready to be stored. One that is neither a user's nor a contact's, or comes twice, is
// a fault.
func (s *session) participants(ctx context.Context, f *faults, uids []string) (jsonText, error) {
	if len(uids) == 0 {
		return "[]", nil
	}
	var known []string
	for _, row := range []any{(*userRow)(nil), (*contactRow)(nil)} {
		var some []string
		err := s.selectFrom(row).Column("uid").Where("t.org = ?", s.org).Where("t.uid IN (?)", bun.In(uids)).
			Where("t.deleted_at IS NULL").Scan(ctx, &some)
		if err != nil {
			return "", fmt.Errorf("looking up participants: %w", err)
		}
		known = append(known, some...)
	}
	for i, uid := range uids {
		at := fmt.Sprintf("/participants/%d", i)
		if !slices.Contains(known, uid) {
			f.add(at, "names neither a user nor a contact")
		} else if slices.Contains(uids[:i], uid) {
			f.add(at, "comes twice")
		}
	}
	text, err := json.Marshal(uids)
	if err != nil {
		return "", fmt.Errorf("encoding participants: %w", err)
	}
	return jsonText(text), nil
}

func (s *session) storeActivity(ctx context.Context, row *activityRow, account string, files []file) error {
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if err := s.attach(ctx, entityActivity, row.PK, files); err != nil {
		return err
	}
	return s.belongingChanged(ctx, entityActivity, "created", &row.record, account)
}

type updateAccountActivityInput struct {
	ActivityID        string     `json:"activityId" doc:"The activity's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	ActivityTimestamp *time.Time `json:"activityTimestamp,omitempty" doc:"When it takes place, with its time zone."`
	Duration          *int64     `json:"duration,omitempty" doc:"How long it takes, in whole minutes." minimum:"0" maximum:"525600"`
	Location          *string    `json:"location,omitempty" doc:"Where it takes place." minLength:"1" maxLength:"1000" pattern:"\\S"`
	Type              *string    `json:"type,omitempty" doc:"Its type, by id or name." minLength:"1" maxLength:"100" lookup:"list_account_activity_types_ddl"`
	Status            *string    `json:"status,omitempty" doc:"Its status, by id or name." minLength:"1" maxLength:"100" lookup:"list_account_activity_statuses_ddl"`
	Participants      []string   `json:"participants,omitempty" doc:"Who takes part, in place of those who did: ids of users and contacts." maxItems:"100" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	AttachmentURLs    []string   `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it, in place of those it has. Only new ones are fetched." format:"uri" maxLength:"2048" maxItems:"10"`
	versioned
}

func (d *desk) updateAccountActivity() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_account_activity", Identifier: "accounts:update-account-activity-platform", Title: "Update account activity",
		Resource: resourceActivity, Description: "Changes what is given of an activity; the rest stays.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"activityId":"`+fixedID("ACTV", 2)+`","status":"COMPLETED"}`, sampleActivity(2, 2, "COMPLETED", 2)),
	}, func(ctx context.Context, s *session, in updateAccountActivityInput) (activity, error) {
		files, err := newFiles[activityRow](ctx, s, "activity", entityActivity, in.ActivityID, in.AttachmentURLs)
		if err != nil {
			return activity{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (activity, error) {
			row, err := open[activityRow](ctx, w, "activity", in.ActivityID, in.versioned, activityShape)
			if err != nil {
				return activity{}, err
			}
			changes, err := w.activityEdits(ctx, in)
			if err != nil {
				return activity{}, err
			}
			changed, err := amend(ctx, w, entityActivity, row, changes, files)
			if err != nil {
				return activity{}, err
			}
			if len(changed) > 0 {
				if err := w.belongingChanged(ctx, entityActivity, "updated", &row.record, row.Shown.AccountUID, changed...); err != nil {
					return activity{}, err
				}
			}
			return w.showActivity(ctx, in.ActivityID)
		})
	})
}

func (s *session) activityEdits(ctx context.Context, in updateAccountActivityInput) (edits[activityRow], error) {
	var e edits[activityRow]
	var f faults
	if in.ActivityTimestamp != nil {
		set(&e, "activityTimestamp", "occurred_at", func(r *activityRow) *moment { return &r.OccurredAt }, momentOf(*in.ActivityTimestamp))
	}
	if in.Duration != nil {
		set(&e, "duration", "duration", func(r *activityRow) *int64 { return &r.Duration }, *in.Duration)
	}
	setText(&e, "location", "location", func(r *activityRow) *string { return &r.Location }, in.Location)
	all, err := s.readChoices(ctx, activityType, activityStatus)
	if err != nil {
		return nil, err
	}
	setChoice(s, &f, &e, all, "type", "type", activityType, func(r *activityRow) *int64 { return &r.Type }, in.Type)
	setChoice(s, &f, &e, all, "status", "status", activityStatus, func(r *activityRow) *int64 { return &r.Status }, in.Status)
	if s.given("participants") {
		text, err := s.participants(ctx, &f, in.Participants)
		if err != nil {
			return nil, err
		}
		set(&e, "participants", "participants", func(r *activityRow) *jsonText { return &r.Participants }, text)
	}
	return e, f.err()
}
