package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityActivity   = "account_activity"
	resourceActivity = "account_activity"
)

func (d *desk) accountActivities() []operations.Operation {
	return []operations.Operation{
		d.createAccountActivity(), d.updateAccountActivity(), d.deleteAccountActivity(), d.getAccountActivities(),
	}
}

// activityRow is something that was or will be done with an account: a call, a meeting.
type activityRow struct {
	bun.BaseModel `bun:"table:platform_account_activities,alias:t"`
	record

	Account      int64
	OccurredAt   moment
	Type         int64 // a choice
	Status       int64 // a choice
	Duration     int64 // in minutes
	Location     string
	Participants jsonText // ids of users and contacts

	Shown activityNames `bun:"embed:shown_"`
}

type activityNames struct {
	belonging
	TypeUID    string `bun:"type_uid,scanonly"`
	TypeName   string `bun:"type_name,scanonly"`
	StatusUID  string `bun:"status_uid,scanonly"`
	StatusName string `bun:"status_name,scanonly"`
}

func activityShape(q *bun.SelectQuery) *bun.SelectQuery {
	return belongingShape(q).ColumnExpr("type.uid AS shown_type_uid, type.name AS shown_type_name").
		ColumnExpr("status.uid AS shown_status_uid, status.name AS shown_status_name").
		Join("LEFT JOIN platform_choices AS type ON type.pk = t.type").
		Join("LEFT JOIN platform_choices AS status ON status.pk = t.status")
}

// activity is an activity as operations give it.
type activity struct {
	ID                string       `json:"id" doc:"The activity's id."`
	AccountID         string       `json:"accountId" doc:"The account."`
	Account           string       `json:"account" doc:"The account's name."`
	ActivityTimestamp time.Time    `json:"activityTimestamp" doc:"When it takes place."`
	Type              string       `json:"type" doc:"The type's name."`
	TypeID            string       `json:"typeId" doc:"The type."`
	Status            string       `json:"status" doc:"The status' name."`
	StatusID          string       `json:"statusId" doc:"The status."`
	Duration          int64        `json:"duration" doc:"How long it takes, in minutes."`
	Location          string       `json:"location" doc:"Where it takes place."`
	Participants      []string     `json:"participants" doc:"Who takes part: ids of users and contacts, also of some that are there no more."`
	Attachments       []attachment `json:"attachments" doc:"The files that belong to it."`
	Creator           string       `json:"creator" doc:"The name of who made it."`
	CreatorID         string       `json:"creatorId" doc:"Who made it."`
	CreatorEmail      string       `json:"creatorEmail,omitempty" doc:"That user's email address, if there is one."`
	identity
}

func (s *session) showActivities(ctx context.Context, rows []activityRow) ([]activity, error) {
	files, err := filesOf(ctx, s, entityActivity, rows)
	if err != nil {
		return nil, err
	}
	shown := make([]activity, len(rows))
	for i := range rows {
		r, n := &rows[i], &rows[i].Shown
		var participants []string
		if err := json.Unmarshal([]byte(r.Participants), &participants); err != nil {
			return nil, fmt.Errorf("decoding the participants of an activity: %w", err)
		}
		shown[i] = activity{
			ID: r.UID, AccountID: n.AccountUID, Account: n.AccountName, ActivityTimestamp: r.OccurredAt.time(), Type: n.TypeName,
			TypeID: n.TypeUID, Status: n.StatusName, StatusID: n.StatusUID, Duration: r.Duration, Location: r.Location,
			Participants: orNone(participants), Attachments: orNone(files[r.PK]), Creator: n.CreatorName, CreatorID: n.CreatorUID,
			CreatorEmail: n.CreatorEmail, identity: r.identity(),
		}
	}
	return shown, nil
}

// showActivity reads an activity whole, as it is now.
func (s *session) showActivity(ctx context.Context, uid string) (activity, error) {
	return showOne(ctx, s, "activity", uid, activityShape, (*session).showActivities)
}

type deleteAccountActivityInput struct {
	ActivityID string `json:"activityId" doc:"The activity's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

func (d *desk) deleteAccountActivity() operations.Operation {
	return operation(d, deletion("delete_account_activity", "accounts:delete-account-activity-platform", "Delete account activity", resourceActivity,
		"Deletes an activity with its files. Tasks that came of it stay, without it.", "activityId", fixedID("ACTV", 3),
	), func(ctx context.Context, s *session, in deleteAccountActivityInput) (removed, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (removed, error) {
			row, err := open[activityRow](ctx, w, "activity", in.ActivityID, in.versioned, activityShape)
			if err != nil {
				return removed{}, err
			}
			if err := w.leaveActivity(ctx, row.PK); err != nil {
				return removed{}, err
			}
			if err := drop(ctx, w, entityActivity, row); err != nil {
				return removed{}, err
			}
			return removed{true, row.UID}, w.belongingChanged(ctx, entityActivity, "deleted", &row.record, row.Shown.AccountUID)
		})
	})
}

// leaveActivity takes an activity away from the tasks that came of it.
func (s *session) leaveActivity(ctx context.Context, activity int64) error {
	var tasks []taskRow
	err := s.selectFrom(&tasks).Apply(taskShape).Where("t.org = ?", s.org).Where("t.activity = ?", activity).
		Where("t.deleted_at IS NULL").Order("t.pk").Scan(ctx)
	if err != nil {
		return fmt.Errorf("reading the tasks of an activity: %w", err)
	}
	for i := range tasks {
		task := &tasks[i]
		task.Activity = 0
		if err := save(ctx, s, task, "activity"); err != nil {
			return err
		}
		if err := s.belongingChanged(ctx, entityTask, "updated", &task.record, task.Shown.AccountUID, "activityId"); err != nil {
			return err
		}
	}
	return nil
}

type getAccountActivitiesInput struct {
	AccountID string `json:"accountId" doc:"The account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	Type      string `json:"type,omitempty" doc:"Only activities of this type: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_activity_types_ddl"`
	Status    string `json:"status,omitempty" doc:"Only activities with this status: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_activity_statuses_ddl"`
	Sort      string `json:"sort,omitempty" doc:"The order, a minus for latest first." enum:"-activityTimestamp,activityTimestamp" default:"-activityTimestamp"`
	paging
}

type getAccountActivitiesOutput struct {
	Data []activity `json:"data" doc:"The activities of this page."`
	pageInfo
}

func (d *desk) getAccountActivities() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_account_activities", Identifier: "accounts:get-account-activities-platform", Title: "Get account activities",
		Resource: resourceActivity, Description: "Pages through the activities of an account, latest first.", Effect: operations.EffectRead,
		Paging: pagingSpec("data"),
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","limit":1}`,
			`{"data":[`+sampleActivity(1, 1, "PENDING", 1)+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getAccountActivitiesInput) (getAccountActivitiesOutput, error) {
		account, err := s.accountToRead(ctx, in.AccountID)
		if err != nil {
			return getAccountActivitiesOutput{}, err
		}
		all, err := s.readChoices(ctx, activityType, activityStatus)
		if err != nil {
			return getAccountActivitiesOutput{}, err
		}
		var f faults
		l := listing[activityRow]{name: "account_activities", shape: activityShape, fixed: ofAccount(account)}
		l.order = ordering[activityRow]{"occurred_at", func(r *activityRow) any { return r.OccurredAt }, strings.HasPrefix(in.Sort, "-")}
		l.filters = append(all.filterBy(&f, "/type", activityType, "type", 0, in.Type),
			all.filterBy(&f, "/status", activityStatus, "status", 0, in.Status)...)
		if err := f.err(); err != nil {
			return getAccountActivitiesOutput{}, err
		}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return getAccountActivitiesOutput{}, err
		}
		shown, err := s.showActivities(ctx, rows)
		return getAccountActivitiesOutput{shown, info}, err
	})
}
