package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// maxSleep is the longest that sleep sleeps. The schema says the same.
const maxSleep = time.Minute

func (d *desk) utilities() []operations.Operation {
	return []operations.Operation{d.sleepOperation(), d.triggerWorkflow()}
}

type sleepInput struct {
	Duration int64 `json:"duration" doc:"How long, in milliseconds." minimum:"0" maximum:"60000"`
}

type sleepOutput struct {
	Data          string `json:"data" doc:"What was done, in words."`
	Status        int    `json:"status" doc:"200."`
	SleepDuration int64  `json:"sleep_duration" doc:"How long it was, in milliseconds."`
}

func (d *desk) sleepOperation() operations.Operation {
	return operations.Typed(native(operations.Spec{
		Name: "sleep", Identifier: "workflows:sleep-platform", Title: "Sleep", Resource: "workflow",
		Description: "Waits some milliseconds, at most a minute.", Effect: operations.EffectRead, Timeout: maxSleep + 10*time.Second,
		Sample: operations.NewSample(`{"duration":10}`, `{"data":"slept for 10ms","status":200,"sleep_duration":10}`),
	}), func(ctx context.Context, _ *operations.Call, in sleepInput) (sleepOutput, error) {
		length := time.Duration(in.Duration) * time.Millisecond
		if err := d.Sleep(ctx, length); err != nil {
			return sleepOutput{}, fmt.Errorf("sleeping: %w", err)
		}
		return sleepOutput{"slept for " + length.String(), http.StatusOK, in.Duration}, nil
	})
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

type triggerWorkflowInput struct {
	Identifier string                     `json:"workflowUniqueIdentifier" doc:"The workflow's unique identifier." minLength:"1" maxLength:"200"`
	Data       map[string]json.RawMessage `json:"data" doc:"What the workflow is given."`
}

type triggerWorkflowOutput struct {
	Data   string `json:"data" doc:"What the workflow answered."`
	Status int    `json:"status" doc:"200."`
}

func (d *desk) triggerWorkflow() operations.Operation {
	return operations.Typed(native(operations.Spec{
		Name: "trigger_workflow", Identifier: "workflows:trigger-workflow-platform", Title: "Trigger workflow", Resource: "workflow",
		Description: "Starts another workflow. A hub without workflows answers not_configured.", Effect: operations.EffectWrite,
		Metadata: map[string]string{"requires": "workflows"},
		Sample: operations.NewSample(`{"workflowUniqueIdentifier":"escalations:notify","data":{"ticketId":"`+fixedID("TCKT", 1)+`"}}`,
			`{"data":"started","status":200}`),
	}), func(ctx context.Context, call *operations.Call, in triggerWorkflowInput) (triggerWorkflowOutput, error) {
		if d.Workflows == nil {
			return triggerWorkflowOutput{}, operations.Errorf(operations.CodeNotConfigured, "this hub has no workflows; call the operations themselves")
		}
		data, err := json.Marshal(in.Data)
		if err != nil {
			return triggerWorkflowOutput{}, fmt.Errorf("encoding the data: %w", err)
		}
		answer, err := d.Workflows.Trigger(ctx, call.Workspace, in.Identifier, data)
		return triggerWorkflowOutput{answer, http.StatusOK}, err
	})
}
