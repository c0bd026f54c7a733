package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func transitions() []operations.Operation {
	return []operations.Operation{transitionIssue(), listTransitions(), listTransitionsDDL()}
}

const transitionDocs = issueDocs + "issueidorkey-transitions-"

type transitionIssueInput struct {
	issueRef
	TransitionID string                     `json:"transition_id" doc:"Id or name of the transition, or the name of the status it leads to. Which there are depends on the issue." minLength:"1" maxLength:"255" lookup:"list_transitions_ddl issue_key=issue_key" example:"31"`
	Resolution   string                     `json:"resolution,omitempty" doc:"Name of the resolution, or its id, where the transition asks for one." maxLength:"255"`
	Comment      string                     `json:"comment,omitempty" doc:"A comment to add, in Markdown." maxLength:"32767"`
	CustomFields map[string]json.RawMessage `json:"custom_fields,omitempty" doc:"Further fields of the transition: field id to value as Jira takes it."`
}

type transitionIssueOutput struct {
	Success  bool           `json:"success" doc:"true: the issue went through."`
	Metadata transitionMeta `json:"metadata" doc:"Where the issue was and where it is."`
}

type transitionMeta struct {
	From       string         `json:"from" doc:"Status before."`
	To         string         `json:"to" doc:"Status after."`
	Transition transitionName `json:"transition"`
}

type transitionName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func transitionIssue() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "transition_issue", Title: "Transition issue", Description: "Moves a Jira issue through a transition.",
		Docs: transitionDocs + "post", Resource: resourceIssue, Scopes: []string{scopeRead, scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "transition_issue", Input: map[string]string{
			"issue_key": "input.issue_key", "transition_id": "output.metadata.from",
		}},
		Sample: operations.NewSample(`{"issue_key":"PROJ-1","transition_id":"31"}`,
			`{"success":true,"metadata":{"from":"To Do","to":"Done","transition":{"id":"31","name":"Done"}}}`),
	}, runTransitionIssue)
}

func runTransitionIssue(ctx context.Context, call *operations.Call, in transitionIssueInput) (transitionIssueOutput, error) {
	a, err := connect(call)
	if err != nil {
		return transitionIssueOutput{}, err
	}
	var before struct {
		Fields struct {
			Status gojira.Status `json:"status"`
		} `json:"fields"`
		Transitions []gojira.Transition `json:"transitions"`
	}
	query := url.Values{"fields": {"status"}, "expand": {"transitions"}}
	if err := a.get(ctx, a.rest("issue", in.IssueKey), query, &before); err != nil {
		return transitionIssueOutput{}, err
	}
	chosen, err := choose(before.Transitions, in.TransitionID)
	if err != nil {
		return transitionIssueOutput{}, err
	}
	body, err := a.transitionBody(in, chosen.ID)
	if err != nil {
		return transitionIssueOutput{}, err
	}
	if _, err := a.send(ctx, http.MethodPost, a.rest("issue", in.IssueKey, "transitions"), body, nil); err != nil {
		return transitionIssueOutput{}, err
	}
	return transitionIssueOutput{Success: true, Metadata: transitionMeta{
		From: before.Fields.Status.Name, To: chosen.To.Name, Transition: transitionName{chosen.ID, chosen.Name},
	}}, nil
}

func (a *api) transitionBody(in transitionIssueInput, id string) (map[string]any, error) {
	body := map[string]any{"transition": map[string]string{"id": id}}
	f := fields{}
	if in.Resolution != "" {
		f["resolution"] = named(in.Resolution)
	}
	if err := f.add(a, fieldValues{Custom: in.CustomFields}); err != nil {
		return nil, err
	}
	if len(f) > 0 {
		body["fields"] = f
	}
	if text := a.text(in.Comment); text != nil {
		body["update"] = map[string]any{"comment": []any{map[string]any{"add": map[string]any{"body": text}}}}
	}
	return body, nil
}

// choose finds the transition meant: by id, else by its name, else by the name of the status it leads to.
func choose(open []gojira.Transition, wanted string) (gojira.Transition, error) {
	wanted = strings.TrimSpace(wanted)
	for _, fits := range []func(gojira.Transition) bool{
		func(t gojira.Transition) bool { return t.ID == wanted },
		func(t gojira.Transition) bool { return strings.EqualFold(t.Name, wanted) },
		func(t gojira.Transition) bool { return strings.EqualFold(t.To.Name, wanted) },
	} {
		switch found := slices.DeleteFunc(slices.Clone(open), func(t gojira.Transition) bool { return !fits(t) }); len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return gojira.Transition{}, invalid("/transition_id", "means more than one transition; give the id of one of %s", told(found))
		}
	}
	if len(open) == 0 {
		return gojira.Transition{}, invalid("/transition_id", "cannot be followed: no transition is open to the issue and the credential")
	}
	return gojira.Transition{}, invalid("/transition_id", "is none of the transitions that are open to the issue now: %s", told(open))
}

// told lists transitions for a person.
func told(transitions []gojira.Transition) string {
	const most = 20
	list := make([]string, 0, most)
	for _, t := range transitions[:min(len(transitions), most)] {
		list = append(list, fmt.Sprintf("%s (%s, to %s)", clip(t.ID), clip(t.Name), clip(t.To.Name)))
	}
	return strings.Join(list, ", ")
}

// transition is a transition as answers have it.
type transition struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	To             string   `json:"to" doc:"Status it leads to."`
	Category       string   `json:"category,omitempty" doc:"Of that status: new, indeterminate or done."`
	RequiredFields []string `json:"required_fields" doc:"Ids of the fields that it asks for."`
}

func (a *api) transitions(ctx context.Context, issueKey string) ([]transition, error) {
	var answer struct {
		Transitions []gojira.Transition `json:"transitions"`
	}
	query := url.Values{"expand": {"transitions.fields"}}
	if err := a.get(ctx, a.rest("issue", issueKey, "transitions"), query, &answer); err != nil {
		return nil, err
	}
	found := make([]transition, len(answer.Transitions))
	for i, t := range answer.Transitions {
		required := []string{}
		for _, id := range slices.Sorted(maps.Keys(t.Fields)) {
			if t.Fields[id].Required {
				required = append(required, id)
			}
		}
		found[i] = transition{ID: t.ID, Name: t.Name, To: t.To.Name, Category: t.To.StatusCategory.Key, RequiredFields: required}
	}
	return found, nil
}

type listTransitionsOutput struct {
	Transitions []transition `json:"transitions"`
}

func listTransitions() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_transitions", Title: "List transitions", Description: "Lists the transitions that are open to an issue now.",
		Docs: transitionDocs + "get", Resource: resourceIssue, Scopes: []string{scopeRead},
		Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"issue_key":"PROJ-1"}`,
			`{"transitions":[{"id":"31","name":"Done","to":"Done","category":"done","required_fields":[]}]}`),
	}, func(ctx context.Context, call *operations.Call, in issueRef) (listTransitionsOutput, error) {
		a, err := connect(call)
		if err != nil {
			return listTransitionsOutput{}, err
		}
		found, err := a.transitions(ctx, in.IssueKey)
		return listTransitionsOutput{found}, err
	})
}

type listTransitionsInput struct {
	ddl.Input
	issueRef
}

type transitionOption struct {
	ddl.Option
	To             string   `json:"to" doc:"Status it leads to."`
	RequiredFields []string `json:"required_fields" doc:"Ids of the fields that it asks for."`
}

func listTransitionsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_transitions_ddl", Title: "Transitions", Description: "The transitions that are open to an issue now, to choose from.",
		Docs: transitionDocs + "get", Resource: resourceIssue, Scopes: []string{scopeRead},
		Sample: operations.NewSample(`{"issue_key":"PROJ-1"}`, `{"result":[{"text":"Done","value":"31","to":"Done","required_fields":[]}]}`),
	}, func(ctx context.Context, call *operations.Call, in listTransitionsInput) ([]transitionOption, bool, error) {
		a, err := connect(call)
		if err != nil {
			return nil, false, err
		}
		found, err := a.transitions(ctx, in.IssueKey)
		options := make([]transitionOption, len(found))
		for i, t := range found {
			text := t.Name
			if !strings.EqualFold(t.Name, t.To) {
				text += " → " + t.To
			}
			options[i] = transitionOption{ddl.Option{Text: text, Value: t.ID}, t.To, t.RequiredFields}
		}
		return options, false, err
	})
}
