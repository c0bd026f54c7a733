package platform_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Ids that are the same in every workspace, and those of the seed.
const (
	team, agentAda, agentAlan = "01JD0000000000000000TEAM01", "01JD000000000000000AGENT01", "01JD000000000000000AGENT02"
	statusOpen, statusClosed  = "01JD0000000000000000STAT01", "01JD0000000000000000STAT04"
	priorityUrgent            = "01JD0000000000000000PRTY04"
	nobody                    = "01JD0000000000000000ZZZZ99"
)

// hub runs operations of the platform on a store of its own.
type hub struct {
	executor  *execute.Executor
	connector operations.Connector
	store     *store.Store
	workspace string
	caller    string
}

// fresh gives the file of a store with two workspaces, "one" and "two". Making it takes longer than most tests.
var fresh = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "patchbay")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := store.Open(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"one", "two"} {
		if _, err := s.CreateWorkspace(context.Background(), name, name); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, store.FileName))
})

// newHub opens a store with two workspaces, "one" and "two".
func newHub(t testing.TB, options platform.Options) *hub {
	t.Helper()
	file, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, store.FileName), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return openHub(t, dir, options)
}

// openHub opens the store in a directory.
func openHub(t testing.TB, dir string, options platform.Options) *hub {
	t.Helper()
	s := openStore(t, dir)
	options.Database = s
	return hubOf(t, s, options)
}

func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func hubOf(t testing.TB, s *store.Store, options platform.Options) *hub {
	t.Helper()
	connector := platform.Connector(options)
	catalogue, err := operations.NewCatalogue([]operations.Connector{connector})
	if err != nil {
		t.Fatal(err)
	}
	executor := execute.New(execute.Options{Catalogue: catalogue, Credentials: none{}, Upstream: nowhere{}})
	return &hub{executor, connector, s, "one", "key_1"}
}

// seeded is newHub with the seed in workspace "one".
func seeded(t testing.TB, options platform.Options) *hub {
	t.Helper()
	h := newHub(t, options)
	if err := platform.Seed(t.Context(), h.store, "one"); err != nil {
		t.Fatal(err)
	}
	return h
}

// in is the same hub as another workspace sees it.
func (h *hub) in(workspace string) *hub {
	other := *h
	other.workspace = workspace
	return &other
}

// by is the same hub as another caller sees it.
func (h *hub) by(caller string) *hub {
	other := *h
	other.caller = caller
	return &other
}

func (h *hub) call(ctx context.Context, operation, input string) (execute.Result, error) {
	return h.executor.Call(ctx, execute.Request{
		Caller: execute.Caller{Workspace: h.workspace, Key: h.caller, Role: execute.RoleBuilder}, Connector: "platform",
		Operation: operation, Input: json.RawMessage(input),
	})
}

// want calls an operation that should go well.
func (h *hub) want(t testing.TB, operation, input string) gjson.Result {
	t.Helper()
	result, err := h.call(t.Context(), operation, input)
	if err != nil {
		t.Fatalf("%s %s: %v", operation, input, err)
	}
	for _, warning := range result.Meta.Warnings {
		t.Errorf("%s: %s", operation, warning)
	}
	return gjson.ParseBytes(result.Output)
}

// refused calls an operation that should be refused with a code, and words or a pointer.
func (h *hub) refused(t testing.TB, operation, input string, code operations.Code, words string) {
	t.Helper()
	_, err := h.call(t.Context(), operation, input)
	e := operations.AsError(err)
	if e == nil || e.Code != code {
		t.Errorf("%s %s: %v, want %s", operation, input, err, code)
		return
	}
	text := e.Detail
	for _, fault := range e.Faults {
		text += " " + fault.Pointer + " " + fault.Detail
	}
	if !strings.Contains(text, words) {
		t.Errorf("%s %s: %q does not say %q", operation, input, text, words)
	}
}

// create opens a ticket and gives its id.
func (h *hub) create(t testing.TB, title string, more ...string) string {
	t.Helper()
	input := `{"title":` + quote(title) + `,"requestorEmail":"grace@example.com","teamId":"` + team + `"`
	for _, member := range more {
		input += "," + member
	}
	return h.want(t, "create_ticket", input+"}").Get("id").String()
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

type none struct{}

func (none) Open(context.Context, string, string) (*operations.Credential, error) {
	return nil, errors.New("no credentials here")
}

type nowhere struct{}

func (nowhere) Client(operations.Target) operations.Doer { return nowhere{} }

func (nowhere) Do(*http.Request) (*http.Response, error) { return nil, errors.New("no network here") }
