package ai

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

// maxModels bounds how many models are listed.
const maxModels = 5_000

const modelsDocs = "https://platform.openai.com/docs/api-reference/models/list"

// models are the operations on the models that a server has.
func models() []operations.Operation { return []operations.Operation{listModels(), listModelsDDL()} }

type listModelsInput struct{}

// model is one that a server has.
type model struct {
	ID      string `json:"id" doc:"What an operation's model takes."`
	OwnedBy string `json:"owned_by,omitempty" doc:"Whose it is."`
	Created int64  `json:"created,omitempty" doc:"When it was made, in seconds since 1970."`
}

type listModelsOutput struct {
	Models    []model `json:"models" doc:"By id."`
	Truncated bool    `json:"truncated,omitempty" doc:"true: the server has more than 5,000."`
}

func listModels() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "list_models", Title: "List models",
		Description: "Lists the models that the server has for this credential.",
		Docs:        modelsDocs, Resource: "models", Kind: operations.KindAction, Effect: operations.EffectRead,
		Sample: operations.NewSample(`{}`, `{"models":[{"id":"sandbox-1","owned_by":"sandbox","created":1767225600}]}`),
	}, func(ctx context.Context, call *operations.Call, _ listModelsInput) (out listModelsOutput, err error) {
		out.Models, out.Truncated, err = readModels(ctx, call)
		return out, err
	})
}

func listModelsDDL() operations.Operation {
	return ddl.Whole(operations.Spec{
		Name: "list_models_ddl", Title: "List models (DDL)",
		Description: "Lists the models of the server, for choosing one.",
		Docs:        modelsDocs, Resource: "models",
		Sample: operations.NewSample(`{"search":"sandbox"}`, `{"result":[{"text":"sandbox-1","value":"sandbox-1"}]}`),
	}, func(ctx context.Context, call *operations.Call, _ ddl.Input) (options []ddl.Option, truncated bool, err error) {
		list, truncated, err := readModels(ctx, call)
		for _, m := range list {
			options = append(options, ddl.Option{Text: m.ID, Value: m.ID})
		}
		return options, truncated, err
	})
}

// readModels reads {"data":[{"id","owned_by","created"}]}.
func readModels(ctx context.Context, call *operations.Call) (list []model, truncated bool, err error) {
	response, err := send(ctx, call, http.MethodGet, "/models", nil)
	if err != nil {
		return nil, false, err
	}
	data := gjson.GetBytes(response.Body, "data")
	if operations.Depth(response.Body) > operations.MaxDepth || !json.Valid(response.Body) || !data.IsArray() {
		return nil, false, &operations.Error{
			Code:     operations.CodeUpstreamFailed,
			Detail:   "the service's answer is no list of models; check that the base URL ends where /models begins",
			Upstream: &operations.Upstream{Status: response.Status},
		}
	}
	list = []model{}
	data.ForEach(func(_, item gjson.Result) bool {
		if truncated = len(list) == maxModels; truncated {
			return false
		}
		m := model{ID: clip(clean(text(item.Get("id"))), 200), OwnedBy: clip(clean(text(item.Get("owned_by"))), 200), Created: tokens(item.Get("created"))}
		if m.ID != "" {
			list = append(list, m)
		}
		return true
	})
	slices.SortFunc(list, func(a, b model) int { return cmp.Compare(a.ID, b.ID) })
	return list, truncated, nil
}
