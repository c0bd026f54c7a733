package platform

import (
	"context"

	"github.com/patchbay/patchbay/operations"
)

type createAccountTaskInput struct {
	AccountID      string   `json:"accountId" doc:"The account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_accounts_ddl"`
	Title          string   `json:"title" doc:"What is to be done." minLength:"1" maxLength:"500" pattern:"\\S"`
	AssigneeID     string   `json:"assigneeId" doc:"The agent who is to do it." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Type           string   `json:"type,omitempty" doc:"Its type, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_task_types_ddl"`
	Status         string   `json:"status,omitempty" doc:"Its status, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_task_statuses_ddl"`
	Priority       string   `json:"priority,omitempty" doc:"Its priority, by id or name; without it, the workspace's default." minLength:"1" maxLength:"100" lookup:"list_account_task_priorities_ddl"`
	Description    string   `json:"description,omitempty" doc:"The whole story." maxLength:"65536"`
	ActivityID     string   `json:"activityId,omitempty" doc:"The activity of which it came; one of the same account." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	AttachmentURLs []string `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it. They are fetched and kept." format:"uri" maxLength:"2048" maxItems:"10"`
}

func (d *desk) createAccountTask() operations.Operation {
	return operation(d, operations.Spec{
		Name: "create_account_task", Identifier: "accounts:create-account-task-platform", Title: "Create account task", Resource: resourceTask,
		Description: "Gives an agent something to do for an account.", Effect: operations.EffectWrite,
		Compensation: undo("delete_account_task", "taskId"),
		Sample: operations.NewSample(`{"accountId":"`+fixedID("ACNT", 1)+`","title":"Send the offer","assigneeId":"`+fixedID("AGENT", 1)+
			`","activityId":"`+fixedID("ACTV", 1)+`"}`, sampleTask(1, 1, "Open", 1)),
	}, func(ctx context.Context, s *session, in createAccountTaskInput) (task, error) {
		if _, err := s.newTask(ctx, in); err != nil {
			return task{}, err
		}
		files, err := s.fetch(ctx, "/attachmentUrls", in.AttachmentURLs)
		if err != nil {
			return task{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (task, error) {
			row, err := w.newTask(ctx, in)
			if err != nil {
				return task{}, err
			}
			if err := w.storeTask(ctx, row, in.AccountID, files); err != nil {
				return task{}, err
			}
			return w.showTask(ctx, row.UID)
		})
	})
}

// newTask makes the row of a task, and looks up what its input names.
func (s *session) newTask(ctx context.Context, in createAccountTaskInput) (*taskRow, error) {
	row := &taskRow{Title: clean(in.Title), Description: clean(in.Description)}
	all, err := s.readChoices(ctx, taskType, taskStatus, taskPriority)
	if err != nil {
		return nil, err
	}
	var f faults
	row.Type = all.pickIfAny(&f, "/type", taskType, in.Type)
	row.Status = all.pickIfAny(&f, "/status", taskStatus, in.Status)
	row.Priority = all.pickIfAny(&f, "/priority", taskPriority, in.Priority)
	if row.Account, err = refer[accountRow](ctx, s, &f, "/accountId", in.AccountID); err != nil {
		return nil, err
	}
	if row.Assignee, err = refer[userRow](ctx, s, &f, "/assigneeId", in.AssigneeID, agents); err != nil {
		return nil, err
	}
	if row.Activity, err = refer[activityRow](ctx, s, &f, "/activityId", in.ActivityID, ofAccount(row.Account)); err != nil {
		return nil, err
	}
	return row, f.err()
}

func (s *session) storeTask(ctx context.Context, row *taskRow, account string, files []file) error {
	if err := insert(ctx, s, row); err != nil {
		return err
	}
	if err := s.attach(ctx, entityTask, row.PK, files); err != nil {
		return err
	}
	return s.belongingChanged(ctx, entityTask, "created", &row.record, account)
}

type updateAccountTaskInput struct {
	TaskID         string   `json:"taskId" doc:"The task's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	Title          *string  `json:"title,omitempty" doc:"What is to be done." minLength:"1" maxLength:"500" pattern:"\\S"`
	Type           *string  `json:"type,omitempty" doc:"Its type, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_task_types_ddl"`
	Status         *string  `json:"status,omitempty" doc:"Its status, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_task_statuses_ddl"`
	Priority       *string  `json:"priority,omitempty" doc:"Its priority, by id or name; null: none." nullable:"true" minLength:"1" maxLength:"100" lookup:"list_account_task_priorities_ddl"`
	AssigneeID     string   `json:"assigneeId,omitempty" doc:"The agent who is to do it." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" lookup:"list_users_ddl"`
	Description    *string  `json:"description,omitempty" doc:"The whole story." maxLength:"65536"`
	ActivityID     *string  `json:"activityId,omitempty" doc:"The activity of which it came, one of the same account; null: none." nullable:"true" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	AttachmentURLs []string `json:"attachmentUrls,omitempty" doc:"Where the files lie that belong to it, in place of those it has. Only new ones are fetched." format:"uri" maxLength:"2048" maxItems:"10"`
	versioned
}

func (d *desk) updateAccountTask() operations.Operation {
	return operation(d, operations.Spec{
		Name: "update_account_task", Identifier: "accounts:update-account-task-platform", Title: "Update account task", Resource: resourceTask,
		Description: "Changes what is given of a task; the rest stays.", Effect: operations.EffectWrite,
		Sample: operations.NewSample(`{"taskId":"`+fixedID("TASK", 2)+`","status":"In progress"}`, sampleTask(2, 2, "In progress", 2)),
	}, func(ctx context.Context, s *session, in updateAccountTaskInput) (task, error) {
		files, err := newFiles[taskRow](ctx, s, "task", entityTask, in.TaskID, in.AttachmentURLs)
		if err != nil {
			return task{}, err
		}
		return write(ctx, s, func(ctx context.Context, w *session) (task, error) {
			row, err := open[taskRow](ctx, w, "task", in.TaskID, in.versioned, taskShape)
			if err != nil {
				return task{}, err
			}
			changes, err := w.taskEdits(ctx, in, row.Account)
			if err != nil {
				return task{}, err
			}
			changed, err := amend(ctx, w, entityTask, row, changes, files)
			if err != nil {
				return task{}, err
			}
			if len(changed) > 0 {
				if err := w.belongingChanged(ctx, entityTask, "updated", &row.record, row.Shown.AccountUID, changed...); err != nil {
					return task{}, err
				}
			}
			return w.showTask(ctx, in.TaskID)
		})
	})
}

func (s *session) taskEdits(ctx context.Context, in updateAccountTaskInput, account int64) (edits[taskRow], error) {
	var e edits[taskRow]
	var f faults
	setText(&e, "title", "title", func(r *taskRow) *string { return &r.Title }, in.Title)
	setText(&e, "description", "description", func(r *taskRow) *string { return &r.Description }, in.Description)
	all, err := s.readChoices(ctx, taskType, taskStatus, taskPriority)
	if err != nil {
		return nil, err
	}
	setChoice(s, &f, &e, all, "type", "type", taskType, func(r *taskRow) *int64 { return &r.Type }, in.Type)
	setChoice(s, &f, &e, all, "status", "status", taskStatus, func(r *taskRow) *int64 { return &r.Status }, in.Status)
	setChoice(s, &f, &e, all, "priority", "priority", taskPriority, func(r *taskRow) *int64 { return &r.Priority }, in.Priority)
	if in.AssigneeID != "" {
		assignee, err := refer[userRow](ctx, s, &f, "/assigneeId", in.AssigneeID, agents)
		if err != nil {
			return nil, err
		}
		set(&e, "assigneeId", "assignee", func(r *taskRow) *int64 { return &r.Assignee }, assignee)
	}
	if s.given("activityId") {
		activity, err := refer[activityRow](ctx, s, &f, "/activityId", textOf(in.ActivityID), ofAccount(account))
		if err != nil {
			return nil, err
		}
		set(&e, "activityId", "activity", func(r *taskRow) *int64 { return &r.Activity }, activity)
	}
	return e, f.err()
}
