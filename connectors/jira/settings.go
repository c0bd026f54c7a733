package jira

import (
	"context"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func settings() []operations.Operation {
	return []operations.Operation{listStatusesDDL(), listPrioritiesDDL(), listFieldsDDL()}
}

type statusOption struct {
	ddl.Option
	Category string `json:"category" doc:"new, indeterminate or done."`
}

func listStatusesDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_statuses_ddl", Title: "Statuses", Description: "The statuses that issues can have, to choose from. Projects may have some of one name.",
		Docs: groups + "workflow-statuses/#api-rest-api-3-status-get", Resource: resourceSettings, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{}`, `{"result":[{"text":"To Do","value":"10000","category":"new"}]}`),
	}, func(ctx context.Context, call *operations.Call, _ wholeInput) ([]statusOption, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		var statuses []gojira.Status
		err = a.get(ctx, a.rest("status"), nil, &statuses)
		options := make([]statusOption, len(statuses))
		for i, s := range statuses {
			options[i] = statusOption{ddl.Option{Text: s.Name, Value: s.ID}, s.StatusCategory.Key}
		}
		return options, false, err
	})
}

func listPrioritiesDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_priorities_ddl", Title: "Priorities", Description: "The priorities that issues can have, to choose from.",
		Docs: groups + "issue-priorities/#api-rest-api-3-priority-search-get", Resource: resourceSettings, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{}`, `{"result":[{"text":"Medium","value":"3"}]}`),
	}, func(ctx context.Context, call *operations.Call, _ wholeInput) ([]ddl.Option, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		var priorities []gojira.Priority
		truncated := false
		if a.server {
			err = a.get(ctx, a.rest("priority"), nil, &priorities)
		} else {
			priorities, truncated, err = readWhole[gojira.Priority](ctx, a, a.rest("priority", "search"), nil)
		}
		options := make([]ddl.Option, len(priorities))
		for i, p := range priorities {
			options[i] = ddl.Option{Text: p.Name, Value: p.ID}
		}
		return options, truncated, err
	})
}

type fieldOption struct {
	ddl.Option
	Type   string `json:"type,omitempty" doc:"What it holds, such as string, number, user or array."`
	Custom bool   `json:"custom" doc:"true: it goes into custom_fields."`
}

func listFieldsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_fields_ddl", Title: "Fields", Description: "The fields of issues, those of your own among them, to choose from.",
		Docs: groups + "issue-fields/#api-rest-api-3-field-get", Resource: resourceSettings, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{"search":"story"}`,
			`{"result":[{"text":"Story Points","value":"customfield_10016","type":"number","custom":true}]}`),
	}, func(ctx context.Context, call *operations.Call, _ wholeInput) ([]fieldOption, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		var fields []gojira.Field
		err = a.get(ctx, a.rest("field"), nil, &fields)
		options := make([]fieldOption, len(fields))
		for i, f := range fields {
			options[i] = fieldOption{ddl.Option{Text: f.Name, Value: f.ID}, f.Schema.Type, f.Custom}
		}
		return options, false, err
	})
}
