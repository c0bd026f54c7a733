package mappings

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

func open(t testing.TB) *Mappings {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(Options{Store: s, Catalogue: catalogue(t)})
}

func catalogue(t testing.TB) *operations.Catalogue {
	t.Helper()
	input := func(field string) operations.Schema {
		return operations.Schema(`{"type":"object","properties":{"` + field + `":{"type":"string"}}}`)
	}
	c, err := operations.NewCatalogue([]operations.Connector{{Name: "mail", Operations: []operations.Operation{
		operations.Func(operations.Spec{Name: "send_mail", Input: input("to")}, nil),
		operations.Func(operations.Spec{Name: "read_mail", Input: input("id")}, nil),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const send = `{"version":1, "name":"Send", "source":{"operation":"crm.get"}, "target":{"operation":"mail.send_mail"},
	"rules":[{"target":"to","source":"n"}]}`

func wantFault(t *testing.T, err error, code operations.Code, pointer string) {
	t.Helper()
	e := operations.AsError(err)
	if e == nil || e.Code != code || pointer != "" && (len(e.Faults) == 0 || e.Faults[0].Pointer != pointer) {
		t.Errorf("got %v, want %s at %q", err, code, pointer)
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	m := open(t)
	kept, err := m.Put(t.Context(), store.DefaultWorkspace, Draft{ID: "send", Document: json.RawMessage(send), MadeBy: "key_1", Base: store.NoMapping})
	if err != nil {
		t.Fatal(err)
	}
	want := store.Mapping{
		ID: "send", Name: "Send", Source: "crm.get", Target: "mail.send_mail", Version: 1, Latest: 1, MadeBy: "key_1",
		Document: json.RawMessage(`{"version":1,"name":"Send","source":{"operation":"crm.get"},"target":{"operation":"mail.send_mail"},"rules":[{"target":"to","source":"n"}]}`),
	}
	if diff := cmp.Diff(want, kept, cmpopts.IgnoreFields(store.Mapping{}, "Created", "Updated")); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	again, err := m.Put(t.Context(), store.DefaultWorkspace, Draft{ID: "send", Document: kept.Document})
	if err != nil || again.Version != 1 {
		t.Errorf("with other white space it is version %d (%v)", again.Version, err)
	}
	for document, pointer := range map[string]string{
		`{"version":1,"target":{"operation":"mail.send_mails"},"rules":[]}`: "/target/operation",
		`{"version":1,"target":{"operation":"post.send"},"rules":[]}`:       "/target/operation",
		`{"version":1,"rules":[{"target":"a"}]}`:                            "/rules/0",
		`{"version":2,"rules":[]}`:                                          "/version",
	} {
		_, err := m.Put(t.Context(), store.DefaultWorkspace, Draft{Document: json.RawMessage(document)})
		wantFault(t, err, operations.CodeInvalidInput, pointer)
	}
	_, err = m.Put(t.Context(), store.DefaultWorkspace, Draft{ID: "lint", Document: json.RawMessage(send)})
	wantFault(t, err, operations.CodeConflict, "")
}

func TestCompile(t *testing.T) {
	t.Parallel()
	m := open(t)
	compile := func(document, target string) ([]byte, error) {
		compiled, err := m.Compile(t.Context(), store.DefaultWorkspace, json.RawMessage(document), target)
		if err != nil {
			return nil, err
		}
		return compiled.Run(t.Context(), []byte(`{"n":7}`), nil)
	}
	for _, c := range []struct{ document, target, want string }{
		{send, "", `{"to":"7"}`},
		{send, "mail.send_mail", `{"to":"7"}`},
		{send, "mail:send-mail", `{"to":"7"}`},
		{`{"version":1,"rules":[{"target":"to","source":"n"}]}`, "", `{"to":7}`},
		{`{"version":1,"rules":[{"target":"to","source":"n"}]}`, "mail.send_mail", `{"to":"7"}`},
		{`{"version":1,"rules":[{"target":"to","source":"n"}]}`, "mail.read_mail", `{"to":7}`},
	} {
		for range 2 { // made, and remembered
			if got, err := compile(c.document, c.target); err != nil || string(got) != c.want {
				t.Errorf("%s for %q gives %s (%v), want %s", c.document, c.target, got, err, c.want)
			}
		}
	}
	_, err := compile(send, "mail.read_mail")
	wantFault(t, err, operations.CodeInvalidInput, "/target/operation")
	_, err = compile(send, "mail.write_mail")
	wantFault(t, err, operations.CodeNotFound, "")
	_, err = compile(`[`, "")
	wantFault(t, err, operations.CodeMalformedRequest, "")
}

func TestWithoutAStore(t *testing.T) {
	t.Parallel()
	m := New(Options{Catalogue: catalogue(t)})
	if _, err := m.Compile(t.Context(), "", json.RawMessage(send), ""); err != nil {
		t.Error(err)
	}
	_, err := m.Put(t.Context(), "", Draft{Document: json.RawMessage(send)})
	wantFault(t, err, operations.CodeNotConfigured, "")
	_, err = m.Get(t.Context(), "", "send", 0)
	wantFault(t, err, operations.CodeNotConfigured, "")
	_, err = m.List(t.Context(), "", store.MappingFilter{})
	wantFault(t, err, operations.CodeNotConfigured, "")
	_, err = m.Versions(t.Context(), "", "send", 0, 1)
	wantFault(t, err, operations.CodeNotConfigured, "")
	wantFault(t, m.Delete(t.Context(), "", "send", 0), operations.CodeNotConfigured, "")
}

func BenchmarkCompile(b *testing.B) {
	m := New(Options{Catalogue: catalogue(b)})
	for b.Loop() {
		if _, err := m.Compile(b.Context(), "", json.RawMessage(send), "mail.send_mail"); err != nil {
			b.Fatal(err)
		}
	}
}
