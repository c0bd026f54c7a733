package credentials

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

func TestNewProvesTheKey(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	create(t, s.vault(t), crmDraft("c"))
	if _, err := s.vault(t).Open(t.Context(), workspace, "c"); err != nil {
		t.Errorf("with the same key: %v", err)
	}
	wrong := s
	wrong.key = newSetup(t).key
	if _, err := New(t.Context(), wrong.options(t)); !errors.Is(err, ErrWrongKey) {
		t.Errorf("with another key: got %v", err)
	}
}

func TestNewLeavesNoKeyThatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.vault(t)
	options := s.options(t)
	key, source, generated, err := LoadMasterKey(MasterKeyOptions{DataDir: s.dir})
	if err != nil || !generated {
		t.Fatalf("generated %t: %v", generated, err)
	}
	options.MasterKey = key
	if _, err := New(t.Context(), options); !errors.Is(err, ErrWrongKey) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(source); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key is still there: %v", err)
	}
}

func TestNewWantsItsParts(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]func(*Options){
		"store": func(o *Options) { o.Store = nil }, "key": func(o *Options) { o.MasterKey = MasterKey{} },
		"catalogue": func(o *Options) { o.Catalogue = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := newSetup(t).options(t)
			drop(&options)
			if _, err := New(t.Context(), options); err == nil {
				t.Error("no error")
			}
		})
	}
}

// exceptKept leaves out what is worked out of a credential.
var exceptKept = cmpopts.IgnoreFields(operations.Credential{}, "Kept")

func TestOpen(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	got, err := v.Open(t.Context(), workspace, "c")
	want := &operations.Credential{
		ID: "c", Workspace: workspace, Connector: "crm", Name: "Sales", Scheme: "oauth2",
		Fields:  map[string]string{"client_id": "the-client"},
		Secrets: operations.Secrets{"access_token": "access-0", "refresh_token": "refresh-0", "client_secret": "hush"},
	}
	if diff := cmp.Diff(want, got, exceptKept); err != nil || diff != "" {
		t.Errorf("opened (%v):\n%s", err, diff)
	}
}

func TestOpenHidesOtherWorkspaces(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	if _, err := v.Open(t.Context(), workspace, "c"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Store.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	_, absent := v.Open(t.Context(), "acme", "absent")
	_, errOpen := v.Open(t.Context(), "acme", "c")
	_, errGet := v.Get(t.Context(), "acme", "c")
	_, errUpdate := v.Update(t.Context(), "acme", "c", Patch{})
	errDelete := v.Delete(t.Context(), "acme", "c")
	for _, err := range []error{errOpen, errGet, errUpdate, errDelete} {
		wantCode(t, err, operations.CodeNotFound)
		if err.Error() != absent.Error() {
			t.Errorf("%q differs from what an absent id gives: %q", err, absent)
		}
	}
}

func TestSecretsAreEncryptedOnDisk(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	v := s.vault(t)
	create(t, v, crmDraft("c"))
	if err := v.Store.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(s.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"access-0", "refresh-0", "hush"} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds a secret in the clear", file)
			}
		}
		if filepath.Base(file) == store.FileName && !bytes.Contains(content, []byte("the-client")) {
			t.Error("the database does not even hold what is not secret: this test looks at the wrong file")
		}
	}
}

func TestSealedBytesOpenOnlyInTheirPlace(t *testing.T) {
	t.Parallel()
	key, err := ParseMasterKey(newSetup(t).key)
	if err != nil {
		t.Fatal(err)
	}
	home := store.CredentialRow{Workspace: "ab", ID: "c", Connector: "crm"}
	if err := key.seal(&home, operations.Secrets{"token": "secret"}); err != nil {
		t.Fatal(err)
	}
	if got, err := key.unseal(home); err != nil || got["token"] != "secret" {
		t.Fatalf("in its place: %v", err)
	}
	for name, move := range map[string]func(*store.CredentialRow){
		"workspace":     func(r *store.CredentialRow) { r.Workspace = "other" },
		"id":            func(r *store.CredentialRow) { r.ID = "d" },
		"connector":     func(r *store.CredentialRow) { r.Connector = "desk" },
		"shifted parts": func(r *store.CredentialRow) { r.Workspace, r.ID = "a", "bc" },
		"a bit": func(r *store.CredentialRow) {
			r.Sealed = append(bytes.Clone(r.Sealed[:len(r.Sealed)-1]), r.Sealed[len(r.Sealed)-1]^1)
		},
		"cut":   func(r *store.CredentialRow) { r.Sealed = r.Sealed[:len(r.Sealed)-1] },
		"empty": func(r *store.CredentialRow) { r.Sealed = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moved := home
			move(&moved)
			secrets, err := key.unseal(moved)
			wantCode(t, err, operations.CodeInternal)
			if len(secrets) > 0 {
				t.Error("secrets beside the error")
			}
		})
	}
}

func TestOpenSeesChangesAtOnce(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t) // its clock stands still: nothing expires
	create(t, v, crmDraft("c"))
	if _, err := v.Open(t.Context(), workspace, "c"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Update(t.Context(), workspace, "c", Patch{Secrets: map[string]string{"access_token": "new"}}); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(t.Context(), workspace, "c"); err != nil || got.Secrets["access_token"] != "new" {
		t.Errorf("after a change: %v", err)
	}
	if err := v.Delete(t.Context(), workspace, "c"); err != nil {
		t.Fatal(err)
	}
	_, err := v.Open(t.Context(), workspace, "c")
	wantCode(t, err, operations.CodeNotFound)
}

// The caller's strings may change after the call, as those of a request buffer do.
func TestOpenKeepsNoStringOfTheCaller(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("aaaa"))
	buffer := []byte("aaaa")
	id := borrowed(buffer)
	if _, err := v.Open(t.Context(), workspace, id); err != nil {
		t.Fatal(err)
	}
	copy(buffer, "bbbb")
	for ref := range v.opened.All() {
		if ref.id != "aaaa" {
			t.Errorf("the cache holds %q", ref.id)
		}
	}
}

// borrowed gives a string that shares the bytes of a buffer, as HTTP servers that do not allocate hand them out.
func borrowed(buffer []byte) string { return unsafe.String(&buffer[0], len(buffer)) }

func TestOpenHeedsItsContext(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Open(ctx, workspace, "c"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableSecretsCanBeEnteredAgain(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	row := store.CredentialRow{
		ID: "c", Workspace: workspace, Connector: "crm", Name: "Sales", Scheme: "oauth2", Fields: map[string]string{},
		SecretNames: []string{"access_token"}, Sealed: []byte("not sealed by this key"),
	}
	if _, err := v.Store.InsertCredential(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	_, err := v.Open(t.Context(), workspace, "c")
	if e := wantCode(t, err, operations.CodeInternal); !strings.Contains(e.Detail, "enter them again") {
		t.Errorf("detail %q", e.Detail)
	}
	name := "Other"
	_, err = v.Update(t.Context(), workspace, "c", Patch{Name: &name})
	wantCode(t, err, operations.CodeInternal)
	if _, err := v.Update(t.Context(), workspace, "c", Patch{Secrets: map[string]string{"access_token": "new"}}); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(t.Context(), workspace, "c"); err != nil || got.Secrets["access_token"] != "new" {
		t.Errorf("opened (%v)", err)
	}
}
