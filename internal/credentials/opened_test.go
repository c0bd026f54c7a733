package credentials

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// open opens the credential c and gives its access token; "" if it is not there.
func open(t testing.TB, v *Vault) string {
	t.Helper()
	credential, err := v.Open(t.Context(), workspace, "c")
	if err == nil {
		return credential.Secrets[accessToken]
	}
	if operations.AsError(err).Code != operations.CodeNotFound {
		t.Error(err)
	}
	return ""
}

func wantToken(t testing.TB, v *Vault, when, want string) {
	t.Helper()
	if got := open(t, v); got != want {
		t.Errorf("%s: opened %q, want %q", when, got, want)
	}
}

func setToken(t testing.TB, v *Vault, token string) {
	t.Helper()
	if _, err := v.Update(t.Context(), workspace, "c", Patch{Secrets: operations.Secrets{accessToken: token}}); err != nil {
		t.Error(err)
	}
}

// twoVaults are those of two processes on one database, in which there is the credential c.
func twoVaults(t testing.TB) (s setup, v, other *Vault) {
	t.Helper()
	s = newSetup(t)
	v, other = s.vault(t), s.vault(t)
	create(t, v, crmDraft("c"))
	return s, v, other
}

// execSQL alters the database past the store's methods.
func execSQL(t testing.TB, v *Vault, statement string) {
	t.Helper()
	err := v.Store.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenSeesChangesOfOtherProcessesSoon(t *testing.T) {
	t.Parallel()
	server := newTokenServer(t)
	remove := func(t *testing.T, other *Vault) {
		if err := other.Delete(t.Context(), workspace, "c"); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		name   string
		change func(t *testing.T, other *Vault)
		want   string
	}{
		{"changed", func(t *testing.T, other *Vault) { setToken(t, other, "new") }, "new"},
		{"deleted", remove, ""},
		{"deleted and made again", func(t *testing.T, other *Vault) {
			remove(t, other)
			draft := crmDraft("c")
			draft.Secrets[accessToken] = "again"
			create(t, other, draft)
		}, "again"},
		{"renewed", func(t *testing.T, other *Vault) {
			if _, err := other.Refresh(t.Context(), target(t, other, "c", server.URL+"/some/prefix"), "access-0"); err != nil {
				t.Error(err)
			}
		}, "access-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, v, other := twoVaults(t)
			create(t, v, crmDraft("d"))
			open(t, v)
			unchanged, err := v.Open(t.Context(), workspace, "d")
			if err != nil {
				t.Fatal(err)
			}
			c.change(t, other)
			s.clock.advance(lookEvery - 1)
			wantToken(t, v, "before the look", "access-0")
			s.clock.advance(1)
			wantToken(t, v, "after the look", c.want)
			if d, err := v.Open(t.Context(), workspace, "d"); err != nil || d != unchanged {
				t.Errorf("what has not changed was read again (%v)", err)
			}
		})
	}
}

func TestOpenReadsNothingAgainThatHasNotChanged(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	v := s.vault(t)
	create(t, v, crmDraft("c"))
	first, err := v.Open(t.Context(), workspace, "c")
	if err != nil {
		t.Fatal(err)
	}
	for _, pause := range []time.Duration{time.Millisecond, lookEvery, unseenFor, time.Minute, idleFor - 2*time.Second, -time.Hour, idleFor / 2} {
		s.clock.advance(pause)
		if again, err := v.Open(t.Context(), workspace, "c"); err != nil || again != first {
			t.Errorf("read again after %s (%v)", pause, err)
		}
	}
}

func TestOpenSeesChangesWithAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	s, v, other := twoVaults(t)
	open(t, v)
	setToken(t, other, "new")
	s.clock.advance(-time.Hour)
	wantToken(t, v, "an hour earlier", "new")
}

func TestOpenReadsAgainWhereLookingFails(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	other := s.vault(t)
	create(t, other, crmDraft("c"))
	setToken(t, other, "zero")
	v := s.vault(t)
	open(t, v)
	execSQL(t, other, `ALTER TABLE credential_changes RENAME TO hidden`) // its triggers follow
	for _, token := range []string{"one", "two", "three"} {
		before := open(t, v)
		setToken(t, other, token)
		s.clock.advance(unseenFor - 1)
		wantToken(t, v, "while it may go unseen", before)
		s.clock.advance(1)
		wantToken(t, v, "then", token)
	}
	setToken(t, other, "four")
	execSQL(t, other, `ALTER TABLE hidden RENAME TO credential_changes`)
	s.clock.advance(lookEvery)
	wantToken(t, v, "after a look that works again", "four")
}

// A look that does not end holds nobody up, and nothing is trusted for longer because of it.
func TestOpenReadsAgainWhereLookingHangs(t *testing.T) {
	t.Parallel()
	s, v, other := twoVaults(t)
	open(t, v)
	v.changes.looking.Lock()
	defer v.changes.looking.Unlock()
	setToken(t, other, "new")
	s.clock.advance(lookEvery)
	wantToken(t, v, "while it may go unseen", "access-0")
	s.clock.advance(unseenFor - lookEvery)
	wantToken(t, v, "then", "new")
}

func TestOpenReadsAgainWhatItCannotTell(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"more changes than are remembered": `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
			INSERT INTO credential_changes (workspace, id) SELECT 'default', 'x' || i FROM n`,
		"a backup from before": `DELETE FROM credential_changes; INSERT INTO credential_changes VALUES (1, 'default', 'x')`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, v, other := twoVaults(t)
			setToken(t, other, "seen")
			setToken(t, other, "seen too")
			s.clock.advance(lookEvery)
			open(t, v)
			s.clock.advance(lookEvery)
			wantToken(t, v, "before", "seen too")
			setToken(t, other, "new")
			execSQL(t, other, statement)
			s.clock.advance(lookEvery)
			wantToken(t, v, "after", "new")
		})
	}
}

func TestOpenAmongChangesOfOtherProcesses(t *testing.T) {
	t.Parallel()
	s, v, other := twoVaults(t)
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for ctx.Err() == nil {
				open(t, v)
			}
		})
	}
	for i := range 30 {
		setToken(t, other, fmt.Sprint("token-", i))
		s.clock.advance(unseenFor)
		open(t, v) // may wait with others for a read that began before the change
		wantToken(t, v, "at the bound", fmt.Sprint("token-", i))
	}
	stop()
	group.Wait()
}

func TestOpenNotesTheUse(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	v := s.vault(t)
	create(t, v, crmDraft("c"))
	start := s.clock.now()
	for range 36 { // the last after 35 seconds
		open(t, v)
		s.clock.advance(time.Second)
	}
	if err := v.Store.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := s.vault(t).Get(t.Context(), workspace, "c")
	if want := start.Add(3 * noteEvery); err != nil || m.LastUsed == nil || !m.LastUsed.Equal(want) {
		t.Errorf("last used %v (%v), want %v", m.LastUsed, err, want)
	}
}

func TestOpenForgetsWhatIsIdle(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	v := s.vault(t)
	create(t, v, crmDraft("c"))
	open(t, v)
	s.clock.advance(idleFor + 2*time.Second) // the cache counts by the second
	v.opened.CleanUp()
	if n := v.opened.EstimatedSize(); n != 0 {
		t.Errorf("%d are still open", n)
	}
}

func TestOpenedAreBounded(t *testing.T) {
	t.Parallel()
	options := newSetup(t).options(t)
	options.MaxOpened = 5
	v, err := New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		create(t, v, crmDraft(fmt.Sprint("c", i)))
		if _, err := v.Open(t.Context(), workspace, fmt.Sprint("c", i)); err != nil {
			t.Error(err)
		}
	}
	v.opened.CleanUp()
	if n := v.opened.EstimatedSize(); n != 5 {
		t.Errorf("%d are open, want 5", n)
	}
}

func BenchmarkOpen(b *testing.B) {
	s := newSetup(b)
	v := s.vault(b)
	ids := make([]string, 10_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("cred-%05d", i)
	}
	create(b, v, crmDraft(ids[0]))
	row, err := v.Store.Credential(b.Context(), workspace, ids[0])
	if err != nil {
		b.Fatal(err)
	}
	secrets, err := v.MasterKey.unseal(row)
	if err != nil {
		b.Fatal(err)
	}
	for _, row.ID = range ids[1:] {
		if err := v.MasterKey.seal(&row, secrets); err != nil {
			b.Fatal(err)
		}
		if _, err := v.Store.InsertCredential(b.Context(), row); err != nil {
			b.Fatal(err)
		}
	}
	for _, used := range []int{1, 1000, len(ids)} {
		b.Run(fmt.Sprint("one of ", used), func(b *testing.B) {
			b.ReportAllocs()
			random := rand.New(rand.NewPCG(1, 2))
			for _, id := range ids[:used] {
				if _, err := v.Open(b.Context(), workspace, id); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				s.clock.advance(100 * time.Microsecond) // as if a call were made each time
				if _, err := v.Open(b.Context(), workspace, ids[random.IntN(used)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("from the store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.clock.advance(time.Hour)
			if _, err := v.Open(b.Context(), workspace, ids[0]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
