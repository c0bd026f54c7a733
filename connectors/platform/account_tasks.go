package platform

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

const (
	entityTask   = "account_task"
	resourceTask = "account_task"
)

func (d *desk) accountTasks() []operations.Operation {
	return []operations.Operation{d.createAccountTask(), d.updateAccountTask(), d.deleteAccountTask(), d.getAccountTasks()}
}

// taskRow is something that an agent is to do for an account.
type taskRow struct {
	bun.BaseModel `bun:"table:platform_account_tasks,alias:t"`
	record

	Account     int64
	Title       string
	Description string
	Assignee    int64 // a user
	Type        int64 `bun:",nullzero"` // a choice, as status and priority
	Status      int64 `bun:",nullzero"`
	Priority    int64 `bun:",nullzero"`
	Activity    int64 `bun:",nullzero"` // of which it came

	Shown taskNames `bun:"embed:shown_"`
}

type taskNames struct {
	belonging
	AssigneeUID           string   `bun:"assignee_uid,scanonly"`
	AssigneeName          string   `bun:"assignee_name,scanonly"`
	AssigneeEmail         string   `bun:"assignee_email,scanonly"`
	TypeUID               string   `bun:"type_uid,scanonly"`
	TypeName              string   `bun:"type_name,scanonly"`
	TypeConfiguration     jsonText `bun:"type_configuration,scanonly"`
	StatusUID             string   `bun:"status_uid,scanonly"`
	StatusName            string   `bun:"status_name,scanonly"`
	StatusConfiguration   jsonText `bun:"status_configuration,scanonly"`
	PriorityUID           string   `bun:"priority_uid,scanonly"`
	PriorityName          string   `bun:"priority_name,scanonly"`
	PriorityConfiguration jsonText `bun:"priority_configuration,scanonly"`
	ActivityUID           string   `bun:"activity_uid,scanonly"`
}

func taskShape(q *bun.SelectQuery) *bun.SelectQuery {
	return belongingShape(q).Apply(personShape("assignee", "assignee")).
		Apply(choiceShape("type")).Apply(choiceShape("status")).Apply(choiceShape("priority")).
		ColumnExpr("activity.uid AS shown_activity_uid").
		Join("LEFT JOIN platform_account_activities AS activity ON activity.pk = t.activity")
}

// task is a task as operations give it.
type task struct {
	ID                    string         `json:"id" doc:"The task's id."`
	AccountID             string         `json:"accountId" doc:"The account."`
	Account               string         `json:"account" doc:"The account's name."`
	Title                 string         `json:"title" doc:"What is to be done."`
	Type                  string         `json:"type,omitempty" doc:"The type's name."`
	TypeID                string         `json:"typeId,omitempty" doc:"The type."`
	TypeConfiguration     map[string]any `json:"typeConfiguration,omitempty" doc:"What is kept with the type."`
	Status                string         `json:"status,omitempty" doc:"The status' name."`
	StatusID              string         `json:"statusId,omitempty" doc:"The status."`
	StatusConfiguration   map[string]any `json:"statusConfiguration,omitempty" doc:"What is kept with the status."`
	Priority              string         `json:"priority,omitempty" doc:"The priority's name."`
	PriorityID            string         `json:"priorityId,omitempty" doc:"The priority."`
	PriorityConfiguration map[string]any `json:"priorityConfiguration,omitempty" doc:"What is kept with the priority."`
	Description           string         `json:"description,omitempty" doc:"The whole story."`
	Creator               string         `json:"creator" doc:"The name of who made it."`
	CreatorID             string         `json:"creatorId" doc:"Who made it."`
	CreatorEmail          string         `json:"creatorEmail,omitempty" doc:"That user's email address, if there is one."`
	Assignee              string         `json:"assignee" doc:"The name of who is to do it."`
	AssigneeID            string         `json:"assigneeId" doc:"Who is to do it."`
	AssigneeEmail         string         `json:"assigneeEmail,omitempty" doc:"That agent's email address."`
	ActivityID            string         `json:"activityId,omitempty" doc:"The activity of which it came."`
	Attachments           []attachment   `json:"attachments" doc:"The files that belong to it."`
	identity
}

func (s *session) showTasks(ctx context.Context, rows []taskRow) ([]task, error) {
	files, err := filesOf(ctx, s, entityTask, rows)
	if err != nil {
		return nil, err
	}
	shown := make([]task, len(rows))
	for i := range rows {
		r, n := &rows[i], &rows[i].Shown
		shown[i] = task{
			ID: r.UID, AccountID: n.AccountUID, Account: n.AccountName, Title: r.Title, Type: n.TypeName, TypeID: n.TypeUID,
			Status: n.StatusName, StatusID: n.StatusUID, Priority: n.PriorityName, PriorityID: n.PriorityUID, Description: r.Description,
			Creator: n.CreatorName, CreatorID: n.CreatorUID, CreatorEmail: n.CreatorEmail, Assignee: n.AssigneeName,
			AssigneeID: n.AssigneeUID, AssigneeEmail: n.AssigneeEmail, ActivityID: n.ActivityUID, Attachments: orNone(files[r.PK]),
			identity: r.identity(),
		}
		if shown[i].TypeConfiguration, err = n.TypeConfiguration.object(); err != nil {
			return nil, err
		}
		if shown[i].StatusConfiguration, err = n.StatusConfiguration.object(); err != nil {
			return nil, err
		}
		if shown[i].PriorityConfiguration, err = n.PriorityConfiguration.object(); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// showTask reads a task whole, as it is now.
func (s *session) showTask(ctx context.Context, uid string) (task, error) {
	return showOne(ctx, s, "task", uid, taskShape, (*session).showTasks)
}

type deleteAccountTaskInput struct {
	TaskID string `json:"taskId" doc:"The task's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	versioned
}

func (d *desk) deleteAccountTask() operations.Operation {
	return operation(d, deletion("delete_account_task", "accounts:delete-account-task-platform", "Delete account task", resourceTask,
		"Deletes a task with its files.", "taskId", fixedID("TASK", 3),
	), func(ctx context.Context, s *session, in deleteAccountTaskInput) (removed, error) {
		return write(ctx, s, func(ctx context.Context, w *session) (removed, error) {
			row, err := open[taskRow](ctx, w, "task", in.TaskID, in.versioned, taskShape)
			if err != nil {
				return removed{}, err
			}
			if err := drop(ctx, w, entityTask, row); err != nil {
				return removed{}, err
			}
			return removed{true, row.UID}, w.belongingChanged(ctx, entityTask, "deleted", &row.record, row.Shown.AccountUID)
		})
	})
}

type getAccountTasksInput struct {
	AccountID  string `json:"accountId" doc:"The account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	Type       string `json:"type,omitempty" doc:"Only tasks of this type: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_task_types_ddl"`
	Status     string `json:"status,omitempty" doc:"Only tasks with this status: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_task_statuses_ddl"`
	Priority   string `json:"priority,omitempty" doc:"Only tasks with this priority: an id or a name." minLength:"1" maxLength:"100" lookup:"list_account_task_priorities_ddl"`
	AssigneeID string `json:"assigneeId,omitempty" doc:"Only tasks of this agent." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	ActivityID string `json:"activityId,omitempty" doc:"Only tasks that came of this activity." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	paging
}

type getAccountTasksOutput struct {
	Data []task `json:"data" doc:"The tasks of this page."`
	pageInfo
}

func (d *desk) getAccountTasks() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_account_tasks", Identifier: "accounts:get-account-tasks-platform", Title: "Get account tasks", Resource: resourceTask,
		Description: "Pages through the tasks of an account, newest first.", Effect: operations.EffectRead, Paging: pagingSpec("data"),
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","limit":1}`,
			`{"data":[`+sampleTask(1, 1, "Open", 1)+`],"total":1,"totalIsExact":true}`),
	}, func(ctx context.Context, s *session, in getAccountTasksInput) (getAccountTasksOutput, error) {
		l, err := s.taskListing(ctx, in)
		if err != nil {
			return getAccountTasksOutput{}, err
		}
		rows, info, err := list(ctx, s, l, in.paging)
		if err != nil {
			return getAccountTasksOutput{}, err
		}
		shown, err := s.showTasks(ctx, rows)
		return getAccountTasksOutput{shown, info}, err
	})
}

func (s *session) taskListing(ctx context.Context, in getAccountTasksInput) (listing[taskRow], error) {
	l := listing[taskRow]{name: "account_tasks", shape: taskShape, order: ordering[taskRow]{down: true}}
	account, err := s.accountToRead(ctx, in.AccountID)
	if err != nil {
		return l, err
	}
	all, err := s.readChoices(ctx, taskType, taskStatus, taskPriority)
	if err != nil {
		return l, err
	}
	var f faults
	assignee, err := refer[userRow](ctx, s, &f, "/assigneeId", in.AssigneeID)
	if err != nil {
		return l, err
	}
	activity, err := refer[activityRow](ctx, s, &f, "/activityId", in.ActivityID)
	if err != nil {
		return l, err
	}
	l.fixed = ofAccount(account)
	for _, filters := range [][]filter{
		all.filterBy(&f, "/type", taskType, "type", 0, in.Type), all.filterBy(&f, "/status", taskStatus, "status", 0, in.Status),
		all.filterBy(&f, "/priority", taskPriority, "priority", 0, in.Priority),
		oneOf("assignee", 0, given(assignee)), oneOf("activity", 0, given(activity)),
	} {
		l.filters = append(l.filters, filters...)
	}
	return l, f.err()
}
