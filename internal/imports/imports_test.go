package imports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// house is a data folder with two workspaces, and a clock that tests move by hand.
type house struct {
	dir   string
	store *store.Store

	mu  sync.Mutex
	now time.Time
}

const other = "other"

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{dir: t.TempDir(), now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	h.store = h.open(t)
	if _, err := h.store.CreateWorkspace(t.Context(), other, "Other"); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), h.dir, store.WithLog(slog.New(slog.DiscardHandler)))
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

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// imports are those of a process on the folder; builtIn are the names of its built-in connectors.
func (h *house) imports(t testing.TB, s *store.Store, builtIn ...string) *Imports {
	t.Helper()
	var connectors []operations.Connector
	for _, name := range append(builtIn, "outreach") {
		connectors = append(connectors, operations.Connector{Name: name, Title: name})
	}
	catalogue, err := operations.NewCatalogue(connectors)
	if err != nil {
		t.Fatal(err)
	}
	i, err := New(Options{BuiltIn: catalogue, Store: s, Now: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// document is a small API; its operations are named.
func document(server string, names ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "openapi: 3.1.0\ninfo: {title: Acme, version: '1.2'}\nservers: [{url: '%s'}]\nsecurity: [{key: []}]\n", server)
	b.WriteString("components: {securitySchemes: {key: {type: http, scheme: bearer}}}\npaths:\n")
	for _, name := range names {
		fmt.Fprintf(&b, "  /%s: {get: {operationId: %s, responses: {'200': {description: ok}}}}\n", name, name)
	}
	return []byte(b.String())
}

const home = "https://api.acme.example"

func acme(names ...string) Draft { return Draft{Name: "acme", Document: document(home, names...)} }

func mustImport(t testing.TB, i *Imports, workspace string, draft Draft) Outcome {
	t.Helper()
	outcome, err := i.Import(t.Context(), workspace, draft)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

// have lists what a workspace has, as connector.operation or just the connector's name where it has none.
func have(t testing.TB, i *Imports, workspace string) (names []string) {
	t.Helper()
	catalogue, err := i.Of(t.Context(), workspace, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range catalogue.Connectors() {
		if len(c.Operations) == 0 {
			names = append(names, c.Name)
		}
		for _, o := range c.Operations {
			if o.Spec().Kind == operations.KindAction {
				names = append(names, c.Name+"."+o.Spec().Name)
			}
		}
	}
	return names
}

func wantHave(t testing.TB, what string, i *Imports, workspace string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, have(t, i, workspace)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantError(t testing.TB, err error, code operations.Code, parts ...string) {
	t.Helper()
	var e *operations.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	text := e.Detail + fmt.Sprint(e.Faults)
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func TestLifeOfAnImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.imports(t, h.store)
	wantHave(t, "at first", i, store.DefaultWorkspace, "outreach")

	outcome := mustImport(t, i, store.DefaultWorkspace, acme("list", "get"))
	if o := outcome.Connector.Import; o == nil || o.Workspace != store.DefaultWorkspace || o.Version != 1 || outcome.Report.Operations == 0 {
		t.Errorf("outcome %+v, %+v", o, outcome.Report)
	}
	wantHave(t, "after the import", i, store.DefaultWorkspace, "acme.list", "acme.get", "outreach")
	wantHave(t, "elsewhere", i, other, "outreach")
	if builtIn, err := i.Of(t.Context(), "", ""); err != nil || builtIn.Has("acme") {
		t.Errorf("everybody has it (%v)", err)
	}

	_, err := i.Import(t.Context(), store.DefaultWorkspace, acme("get"))
	wantError(t, err, operations.CodeConflict, "already an imported connector named acme")
	replacement := acme("get")
	replacement.Replace = true
	mustImport(t, i, store.DefaultWorkspace, replacement)
	wantHave(t, "after the replacement", i, store.DefaultWorkspace, "acme.get", "outreach")
	mustImport(t, i, other, acme("theirs"))
	wantHave(t, "the same name elsewhere", i, other, "acme.theirs", "outreach")

	wantHave(t, "after a restart", h.imports(t, h.open(t)), store.DefaultWorkspace, "acme.get", "outreach")
	if err := i.Remove(t.Context(), store.DefaultWorkspace, "acme"); err != nil {
		t.Fatal(err)
	}
	wantHave(t, "after the removal", i, store.DefaultWorkspace, "outreach")
	wantHave(t, "elsewhere after the removal", i, other, "acme.theirs", "outreach")
	wantError(t, i.Remove(t.Context(), store.DefaultWorkspace, "acme"), operations.CodeNotFound)
	wantError(t, i.Remove(t.Context(), other, "acm"), operations.CodeNotFound, "did you mean acme")
	wantError(t, i.Remove(t.Context(), other, "outreach"), operations.CodeConflict, "built-in")
}

// TestAnotherProcess: what another process imports or removes is seen within a second, and not looked for before.
func TestAnotherProcess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.imports(t, h.store), h.imports(t, h.open(t))
	wantHave(t, "at first", here, store.DefaultWorkspace, "outreach")
	mustImport(t, there, store.DefaultWorkspace, acme("get"))
	wantHave(t, "at once", here, store.DefaultWorkspace, "outreach")
	h.advance(lookEvery)
	wantHave(t, "a second later", here, store.DefaultWorkspace, "acme.get", "outreach")

	before, err := here.Of(t.Context(), store.DefaultWorkspace, "acme")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := before.Entry("acme", "get")
	if err != nil {
		t.Fatal(err)
	}
	second := acme("list")
	second.Name = "second"
	mustImport(t, there, store.DefaultWorkspace, second)
	h.advance(lookEvery)
	wantHave(t, "with a second one", here, store.DefaultWorkspace, "acme.get", "outreach", "second.list")
	after, err := here.Of(t.Context(), store.DefaultWorkspace, "acme")
	if err != nil {
		t.Fatal(err)
	}
	if entry, err := after.Entry("acme", "get"); err != nil || entry != kept {
		t.Errorf("a connector that has not changed was read anew (%v)", err)
	}
	if err := there.Remove(t.Context(), store.DefaultWorkspace, "acme"); err != nil {
		t.Fatal(err)
	}
	h.advance(lookEvery)
	wantHave(t, "after the removal", here, store.DefaultWorkspace, "outreach", "second.list")
}

func TestDryRunAndProposal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.imports(t, h.store)
	draft := acme("get")
	draft.DryRun, draft.Propose = true, true
	outcome := mustImport(t, i, store.DefaultWorkspace, draft)
	if outcome.Connector.Import == nil || !strings.Contains(string(outcome.Proposal), "overlay: 1.0.0") {
		t.Errorf("got %+v and the proposal %s", outcome.Connector.Import, outcome.Proposal)
	}
	wantHave(t, "after a dry run", i, store.DefaultWorkspace, "outreach")
	mustImport(t, i, store.DefaultWorkspace, acme("get"))
	_, err := i.Import(t.Context(), store.DefaultWorkspace, draft)
	wantError(t, err, operations.CodeConflict)
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.imports(t, h.store)
	tests := []struct {
		name   string
		change func(*Draft)
		code   operations.Code
		says   []string
	}{
		{"a built-in's name", func(d *Draft) { d.Name, d.Replace = "outreach", true }, operations.CodeConflict, []string{"built-in"}},
		{"everything at once", func(d *Draft) {
			*d = Draft{Name: "A B", Title: "a\nb", Docs: "http://x", BaseURL: "ftp://x"}
		}, operations.CodeInvalidInput, []string{"/name", "/document", "/title", "/docs", "/baseUrl", "and 4 more"}},
		{"a login in the URL", func(d *Draft) { d.BaseURL = "https://user:secret@acme.example" }, operations.CodeInvalidInput, []string{"/baseUrl"}},
		{"a truncated document", func(d *Draft) { d.Document = []byte("{\"openapi\":\"3.1.0\",\n\"paths\":{") }, operations.CodeInvalidInput, []string{"/document", "line 2"}},
		{"a document that is too large", func(d *Draft) { d.Document = make([]byte, 21<<20) }, operations.CodeTooLarge, []string{"21 MiB"}},
		{"a server that is none", func(d *Draft) { d.Document = document("ftp://acme.example", "get") }, operations.CodeInvalidInput, []string{"/document", "baseUrl"}},
		{"an overlay that does not fit", func(d *Draft) {
			d.Overlay = []byte("overlay: 1.0.0\ninfo: {title: x, version: '1'}\nactions:\n  - target: $\n    update: {x-throttle: 3}\n")
		}, operations.CodeInvalidInput, []string{"line 5", "/overlay/actions/0/update"}},
		{"an overlay that cannot be read", func(d *Draft) { d.Overlay = []byte("overlay: [") }, operations.CodeInvalidInput, []string{"{/overlay ", "line 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			draft := acme("get")
			tt.change(&draft)
			_, err := i.Import(t.Context(), store.DefaultWorkspace, draft)
			wantError(t, err, tt.code, tt.says...)
		})
	}
	t.Cleanup(func() {
		if _, byName, err := h.store.ConnectorVersions(context.Background(), store.DefaultWorkspace); err != nil || len(byName) > 0 {
			t.Errorf("something was stored: %v (%v)", byName, err)
		}
	})
}

// TestSecretsStay: with credentials stored, a connector is neither removed nor led elsewhere.
func TestSecretsStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.imports(t, h.store)
	mustImport(t, i, store.DefaultWorkspace, acme("get"))
	credential := store.CredentialRow{
		ID: "mine", Workspace: store.DefaultWorkspace, Connector: "acme", Name: "Mine", Scheme: "key", Sealed: []byte("x"), KeyID: 1,
	}
	if _, err := h.store.InsertCredential(t.Context(), credential); err != nil {
		t.Fatal(err)
	}
	wantError(t, i.Remove(t.Context(), store.DefaultWorkspace, "acme"), operations.CodeConflict, "1 of the stored credentials")
	elsewhere := Draft{Name: "acme", Document: document("https://evil.example", "get"), Replace: true}
	_, err := i.Import(t.Context(), store.DefaultWorkspace, elsewhere)
	wantError(t, err, operations.CodeConflict, "sends the 1 stored credentials of acme to another address")
	same := acme("get", "list")
	same.Replace = true
	mustImport(t, i, store.DefaultWorkspace, same)
	wantHave(t, "after a replacement at the same address", i, store.DefaultWorkspace, "acme.get", "acme.list", "outreach")
	if err := h.store.DeleteCredential(t.Context(), store.DefaultWorkspace, "mine"); err != nil {
		t.Fatal(err)
	}
	mustImport(t, i, store.DefaultWorkspace, elsewhere)
	if err := i.Remove(t.Context(), store.DefaultWorkspace, "acme"); err != nil {
		t.Error(err)
	}
}

// TestANewBuiltInConnector takes the name of an import that was there before it.
func TestANewBuiltInConnector(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mustImport(t, h.imports(t, h.store), store.DefaultWorkspace, acme("get"))
	upgraded := h.imports(t, h.open(t), "acme")
	wantHave(t, "after the upgrade", upgraded, store.DefaultWorkspace, "acme", "outreach")
	if err := upgraded.Remove(t.Context(), store.DefaultWorkspace, "acme"); err != nil {
		t.Errorf("what is hidden cannot be removed: %v", err)
	}
	wantError(t, upgraded.Remove(t.Context(), store.DefaultWorkspace, "acme"), operations.CodeConflict, "built-in")
}

// TestAStoredDocumentThatCannotBeRead harms nothing but itself.
func TestAStoredDocumentThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	row := store.ConnectorRow{Workspace: store.DefaultWorkspace, Name: "broken", Document: []byte("openapi: 3.1.0")}
	if _, err := h.store.PutConnector(t.Context(), row, false); err != nil {
		t.Fatal(err)
	}
	i := h.imports(t, h.store)
	mustImport(t, i, store.DefaultWorkspace, acme("get"))
	wantHave(t, "beside it", i, store.DefaultWorkspace, "acme.get", "outreach")
	_, err := i.Of(t.Context(), store.DefaultWorkspace, "broken")
	wantError(t, err, operations.CodeNotConfigured, "import it again")
	mended := acme("list")
	mended.Name, mended.Replace = "broken", true
	mustImport(t, i, store.DefaultWorkspace, mended)
	wantHave(t, "mended", i, store.DefaultWorkspace, "acme.get", "broken.list", "outreach")
}

// TestManyAsk while connectors come and go; the race detector looks on.
func TestManyAsk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.imports(t, h.store)
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			for range 50 {
				h.advance(lookEvery / 10)
				catalogue, err := i.Of(t.Context(), store.DefaultWorkspace, "acme")
				if err != nil || !catalogue.Has("outreach") {
					t.Errorf("asking: %v", err)
				}
			}
		})
	}
	for range 5 {
		mustImport(t, i, store.DefaultWorkspace, acme("get"))
		if err := i.Remove(t.Context(), store.DefaultWorkspace, "acme"); err != nil {
			t.Error(err)
		}
	}
	asking.Wait()
	wantHave(t, "in the end", i, store.DefaultWorkspace, "outreach")
}

func TestWhoLeavesDoesNotStopTheReading(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mustImport(t, h.imports(t, h.store), store.DefaultWorkspace, acme("get"))
	i := h.imports(t, h.open(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := i.Of(ctx, store.DefaultWorkspace, "acme"); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	i.Warm(t.Context())
	wantHave(t, "read all the same", i, store.DefaultWorkspace, "acme.get", "outreach")
}

// BenchmarkOf is what a call pays for finding its catalogue: the same with one workspace as with a thousand.
func BenchmarkOf(b *testing.B) {
	h := newHouse(b)
	i := h.imports(b, h.store)
	mustImport(b, i, other, acme("get"))
	for n := range 1000 {
		i.workspaces.Store(fmt.Sprint("w", n), &workspace{})
	}
	for _, bench := range []struct{ name, workspace, connector string }{{"built in", other, "outreach"}, {"imported", other, "acme"}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := i.Of(b.Context(), bench.workspace, bench.connector); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
