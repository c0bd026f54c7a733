package store

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

func TestCreateKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	key, secret, err := s.CreateKey(t.Context(), DefaultWorkspace, "Site", execute.RoleEmbed)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "pb_") || len(secret) != 46 || !strings.HasPrefix(secret, key.Prefix) || len(key.Prefix) > 12 {
		t.Errorf("secret of %d characters, prefix %q", len(secret), key.Prefix)
	}
	got, err := s.Authenticate(t.Context(), secret)
	if diff := cmp.Diff(key, got); err != nil || diff != "" {
		t.Errorf("authenticating (%v):\n%s", err, diff)
	}
	var stored int
	err = s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM api_keys WHERE hash = ? OR name = ? OR prefix = ?`,
		[]byte(secret), secret, secret).Scan(&stored)
	if err != nil || stored != 0 {
		t.Errorf("the secret is stored in the clear (%v)", err)
	}
}

func TestCreateKeyRefuses(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for _, c := range []struct {
		name, workspace, title string
		role                   execute.Role
		code                   operations.Code
	}{
		{"unknown workspace", "nobody", "k", execute.RoleAdmin, operations.CodeNotFound},
		{"unknown role", DefaultWorkspace, "k", "root", operations.CodeInvalidInput},
		{"no role", DefaultWorkspace, "k", "", operations.CodeInvalidInput},
		{"no name", DefaultWorkspace, "", execute.RoleAdmin, operations.CodeInvalidInput},
		{"long name", DefaultWorkspace, strings.Repeat("x", 201), execute.RoleAdmin, operations.CodeInvalidInput},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, secret, err := s.CreateKey(t.Context(), c.workspace, c.title, c.role)
			wantCode(t, err, c.code)
			if secret != "" {
				t.Error("a secret was given")
			}
		})
	}
}

func TestRegisterKey(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if _, err := s.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	const secret = "an-operator-chose-this"
	first, err := s.RegisterKey(t.Context(), DefaultWorkspace, "Operator", execute.RoleAdmin, secret)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.RegisterKey(t.Context(), DefaultWorkspace, "Operator", execute.RoleAdmin, secret)
	if diff := cmp.Diff(first, again); err != nil || diff != "" {
		t.Errorf("registering again (%v):\n%s", err, diff)
	}
	if strings.Contains(secret, first.Prefix) && len(first.Prefix) > 4 {
		t.Errorf("the prefix %q shows too much", first.Prefix)
	}
	_, err = s.RegisterKey(t.Context(), "acme", "Operator", execute.RoleAdmin, secret)
	wantCode(t, err, operations.CodeConflict)
	_, err = s.RegisterKey(t.Context(), DefaultWorkspace, "Operator", execute.RoleEmbed, secret)
	wantCode(t, err, operations.CodeConflict)
	if err := s.RevokeKey(t.Context(), DefaultWorkspace, first.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.RegisterKey(t.Context(), DefaultWorkspace, "Operator", execute.RoleAdmin, secret)
	wantCode(t, err, operations.CodeConflict)
	for _, bad := range []string{"", "fifteen-letters", "sixteen letters!", "sixteen-letters\n", "sixteen-lettersé", strings.Repeat("x", 513)} {
		_, err := s.RegisterKey(t.Context(), DefaultWorkspace, "Operator", execute.RoleAdmin, bad)
		wantCode(t, err, operations.CodeInvalidInput)
		if bad != "" && strings.Contains(err.Error(), bad) {
			t.Error("the error shows the secret")
		}
	}
}

func TestAuthenticateRefuses(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for _, secret := range []string{"", "pb_", strings.Repeat("x", 43), strings.Repeat("x", 1<<20)} {
		_, err := s.Authenticate(t.Context(), secret)
		wantCode(t, err, operations.CodeUnauthenticated)
	}
}

func TestRevokeKey(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir(), WithClock(newClock().now))
	if _, err := s.CreateWorkspace(t.Context(), "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	key, secret, err := s.CreateKey(t.Context(), DefaultWorkspace, "k", execute.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.RevokeKey(t.Context(), "acme", key.ID), operations.CodeNotFound)
	wantCode(t, s.RevokeKey(t.Context(), DefaultWorkspace, "key_none"), operations.CodeNotFound)
	if _, err := s.Authenticate(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.RevokeKey(t.Context(), DefaultWorkspace, key.ID); err != nil {
			t.Fatal(err)
		}
		_, err = s.Authenticate(t.Context(), secret)
		wantCode(t, err, operations.CodeUnauthenticated)
	}
	keys, err := s.ListKeys(t.Context(), DefaultWorkspace)
	if err != nil || len(keys) != 1 || keys[0].Revoked == nil {
		t.Errorf("listed %+v (%v), want the revoked key", keys, err)
	}
}

// A key is never let in after RevokeKey has returned, however many are authenticating meanwhile.
func TestRevokeKeyAmongCalls(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	for range 20 {
		key, secret, err := s.CreateKey(t.Context(), DefaultWorkspace, "k", execute.RoleAdmin)
		if err != nil {
			t.Fatal(err)
		}
		revoked := make(chan struct{})
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for {
					isRevoked := false
					select {
					case <-revoked:
						isRevoked = true
					default:
					}
					_, err := s.Authenticate(t.Context(), secret)
					if isRevoked {
						wantCode(t, err, operations.CodeUnauthenticated)
						return
					}
				}
			})
		}
		if err := s.RevokeKey(t.Context(), DefaultWorkspace, key.ID); err != nil {
			t.Fatal(err)
		}
		close(revoked)
		group.Wait()
	}
}

func TestRevocationByAnotherProcess(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), newClock()
	s, other := openTest(t, dir, WithClock(now.now)), openTest(t, dir)
	key, secret, err := s.CreateKey(t.Context(), DefaultWorkspace, "k", execute.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authenticate(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if err := other.RevokeKey(t.Context(), DefaultWorkspace, key.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authenticate(t.Context(), secret); err != nil {
		t.Errorf("the key should still be cached: %v", err)
	}
	now.advance(keyFreshFor)
	_, err = s.Authenticate(t.Context(), secret)
	wantCode(t, err, operations.CodeUnauthenticated)
}

func TestLastUsed(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), newClock()
	s := openTest(t, dir, WithClock(now.now))
	_, secret, err := s.CreateKey(t.Context(), DefaultWorkspace, "k", execute.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	row, err := s.InsertCredential(t.Context(), CredentialRow{ID: "c", Workspace: DefaultWorkspace, Sealed: []byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	now.advance(time.Hour)
	want := now.now()
	if _, err := s.Authenticate(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	s.CredentialUsed(DefaultWorkspace, row.ID)
	keys, err := s.ListKeys(t.Context(), DefaultWorkspace)
	if err != nil || keys[0].LastUsed != nil {
		t.Errorf("written on the path: %v (%v)", keys[0].LastUsed, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, dir)
	keys, err = s.ListKeys(t.Context(), DefaultWorkspace)
	if err != nil || keys[0].LastUsed == nil || !keys[0].LastUsed.Equal(want) {
		t.Errorf("key last used %v (%v), want %v", keys[0].LastUsed, err, want)
	}
	row, err = s.Credential(t.Context(), DefaultWorkspace, row.ID)
	if err != nil || row.LastUsed == nil || !row.LastUsed.Equal(want) {
		t.Errorf("credential last used %v (%v), want %v", row.LastUsed, err, want)
	}
	if row.Version != 1 {
		t.Errorf("version %d: using a credential must not count as a change", row.Version)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	s := openTest(b, b.TempDir())
	_, secret, err := s.CreateKey(b.Context(), DefaultWorkspace, "k", execute.RoleAdmin)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Authenticate(b.Context(), secret); err != nil {
				b.Fatal(err)
			}
		}
	})
}
