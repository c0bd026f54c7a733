package platform_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/conformance"
)

// workflows start anything.
type workflows struct{}

func (workflows) Trigger(_ context.Context, workspace, identifier string, data json.RawMessage) (string, error) {
	return "started " + identifier + " in " + workspace + " with " + string(data), nil
}

func TestDeclared(t *testing.T) {
	t.Parallel()
	conformance.Declared(t, platform.Connector(platform.Options{}), conformance.Catalogue(t, "../../testdata/catalogue/platform.json"))
}

// swappedStore is another store for each operation, under one connector: making its schemas takes longer than they run.
type swappedStore struct{ *store.Store }

func TestRuns(t *testing.T) {
	t.Parallel()
	origin := t.TempDir()
	t.Run("seed", func(t *testing.T) {
		first := openHub(t, origin, platform.Options{})
		if _, err := first.store.CreateWorkspace(t.Context(), "one", "one"); err != nil {
			t.Fatal(err)
		}
		if err := platform.Seed(t.Context(), first.store, "one"); err != nil {
			t.Fatal(err)
		}
	})
	opened := func(t *testing.T) *store.Store {
		dir := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(origin)); err != nil {
			t.Fatal(err)
		}
		return openStore(t, dir)
	}
	swapped := &swappedStore{opened(t)}
	h := hubOf(t, nil, platform.Options{Workflows: workflows{}, Database: swapped})
	conformance.Runs(t, platform.Connector(platform.Options{}), conformance.Harness{
		Fresh: func(t *testing.T) {
			swapped.Store, h.caller = opened(t), t.Name() // whom the connector knows is in another store
		},
		Call: func(t *testing.T, operation string, input json.RawMessage) conformance.Answer {
			result, err := h.call(t.Context(), operation, string(input))
			answer := conformance.Answer{Output: result.Output, Warnings: result.Meta.Warnings, Whole: result.Output}
			if err != nil {
				e := operations.AsError(err)
				answer.Code, answer.Faults, answer.Whole = e.Code, e.Faults, []byte(e.Detail)
				if e.Err != nil {
					answer.Whole = append(answer.Whole, e.Err.Error()...)
				}
			}
			return answer
		},
	})
}

// TestSamplesDoNotMeet runs all samples one after the other on one hub, and each twice.
func TestSamplesDoNotMeet(t *testing.T) {
	t.Parallel()
	h := seeded(t, platform.Options{Workflows: workflows{}})
	for _, operation := range h.connector.Operations {
		spec := operation.Spec()
		h.want(t, spec.Name, string(spec.Sample.Input))
		if !once(spec) {
			h.want(t, spec.Name, string(spec.Sample.Input))
		}
	}
}

// once tells whether an operation can be done but once: it deletes, or makes what there must not be two of.
func once(spec operations.Spec) bool {
	unique := []string{"create_account", "create_account_relationship", "create_account_relationship_type", "create_customer_contact",
		"create_team", "add_team_member", "remove_team_member", "create_user", "create_role", "create_custom_field",
		"create_ticket_status", "create_ticket_priority", "create_ticket_type", "create_ticket_source"}
	return spec.Effect == operations.EffectDestructive || slices.Contains(unique, spec.Name)
}

// TestIdentifiers: the unique identifier serves wherever the name does.
func TestIdentifiers(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	got := h.want(t, "tickets:create-ticket-platform", `{"title":"A","requestorEmail":"a@example.com","teamId":"`+team+`"}`)
	if got.Get("ticketId").Int() != 1 {
		t.Errorf("got %s", got.Raw)
	}
	catalogue, err := operations.NewCatalogue([]operations.Connector{h.connector})
	if err != nil {
		t.Fatal(err)
	}
	for _, full := range []string{"tickets:create-ticket-platform", "platform.create_ticket", "platform.tickets:create-ticket-platform"} {
		if _, operation, err := catalogue.Resolve(full); err != nil || operation.Spec().Name != "create_ticket" {
			t.Errorf("%s: %v", full, err)
		}
	}
}

func TestWithoutDatabase(t *testing.T) {
	t.Parallel()
	for _, operation := range platform.Connector(platform.Options{}).Operations {
		spec := operation.Spec()
		_, err := operation.Run(t.Context(), &operations.Call{Input: spec.Sample.Input, Workspace: "one"})
		switch spec.Name {
		case "sleep", "get_emojis", "list_emojis_ddl", "list_time_zones_ddl", "list_permissions_ddl":
			if err != nil {
				t.Errorf("%s: %v", spec.Name, err)
			}
		case "trigger_workflow":
			if operations.AsError(err).Code != operations.CodeNotConfigured {
				t.Errorf("%s: %v", spec.Name, err)
			}
		default:
			if err == nil || operations.AsError(err).Code != operations.CodeUnavailable {
				t.Errorf("%s: %v, want unavailable", spec.Name, err)
			}
		}
	}
}
