package aitest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// made is when every model was made: 2026-01-01.
const made = 1767225600

type model struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

func modelNames() []string { return []string{Model, Basic, Plain, Reasoning} }

func newModel(id string) model {
	return model{ID: id, Object: "model", Created: made, OwnedBy: "sandbox"}
}

// listModels is GET /v1/models: https://platform.openai.com/docs/api-reference/models/list.
func listModels(w http.ResponseWriter) {
	var data []model
	for _, name := range modelNames() {
		data = append(data, newModel(name))
	}
	sandbox.WriteJSON(w, http.StatusOK, "application/json", map[string]any{"object": "list", "data": data})
}

// getModel is GET /v1/models/{id}.
func getModel(w http.ResponseWriter, id string) {
	if !slices.Contains(modelNames(), id) {
		noModel(id).write(w)
		return
	}
	sandbox.WriteJSON(w, http.StatusOK, "application/json", newModel(id))
}

func noModel(id string) *refusal {
	return &refusal{
		status: http.StatusNotFound, Code: "model_not_found",
		Message: fmt.Sprintf("The model `%.100s` does not exist or you do not have access to it.", id),
	}
}
