package overrides

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

const workspace = store.DefaultWorkspace

func open(t testing.TB, dir string) *store.Store {
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

func minutely(name, key string) operations.Throttler {
	return operations.Throttler{Name: name, Key: key, TTL: operations.Seconds(time.Minute), Limit: 50, Enabled: true}
}

func catalogue(t testing.TB) *operations.Catalogue {
	t.Helper()
	send := operations.Spec{Name: "send_mail", Throttlers: []operations.Throttler{minutely("mails", "")}}
	c, err := operations.NewCatalogue([]operations.Connector{
		{
			Name: "mail", Auth: []operations.Auth{{Name: "key"}}, Operations: []operations.Operation{operations.Func(send, nil)},
			Throttlers: []operations.Throttler{
				minutely("all", ""), minutely("team", "{workspace}"), minutely("world", "{connector}"), minutely("twin", ""),
				{Name: "twin", Concurrent: 2, Enabled: true},
			},
		},
		{Name: "open", Throttlers: []operations.Throttler{minutely("all", "")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func overrides(t testing.TB, s Store) *Overrides {
	t.Helper()
	o, err := New(t.Context(), Options{Store: s, Catalogue: catalogue(t)})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func set(t *testing.T, o *Overrides, place store.LimitPlace, override operations.Override) {
	t.Helper()
	if _, err := o.Set(t.Context(), workspace, place, override); err != nil {
		t.Fatal(err)
	}
}

// limit is how the limit "all" of a credential stands, 0 while it is as declared.
func limit(o *Overrides, workspace, credential string) int {
	t, set := o.Of(workspace, "mail", credential).Overridden("", &operations.Throttler{Name: "all", Limit: 50})
	if !set {
		return 0
	}
	return t.Limit
}

func TestWhatHolds(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	o := overrides(t, s)
	all := store.LimitPlace{Connector: "mail", Throttler: "all"}
	one := all
	one.Credential = "cr1"
	check := func(step string, want map[string]int) {
		t.Helper()
		got := map[string]int{}
		for credential := range want {
			got[credential] = limit(o, workspace, credential)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	check("nothing", map[string]int{"cr1": 0, "cr2": 0})
	set(t, o, one, operations.Override{Limit: new(5)})
	check("one credential", map[string]int{"cr1": 5, "cr2": 0})
	set(t, o, all, operations.Override{Limit: new(9), Burst: new(3)})
	check("all and one", map[string]int{"cr1": 5, "cr2": 9})
	declared := minutely("all", "")
	if merged, _ := o.Of(workspace, "mail", "cr1").Overridden("", &declared); merged.Burst != 3 || merged.Limit != 5 {
		t.Errorf("the credential's over the workspace's: %+v", merged)
	}
	if limit(o, "other", "cr1") != 0 || o.Of(workspace, "open", "cr1") != nil {
		t.Error("another workspace, or another connector, has it too")
	}
	if o.Of(workspace, "mail", "cr1") != o.Of(workspace, "mail", "cr1") {
		t.Error("the pointer changes though nothing is set anew")
	}
	if err := o.Unset(t.Context(), workspace, one); err != nil {
		t.Fatal(err)
	}
	check("one is unset", map[string]int{"cr1": 9, "cr2": 9})
	if err := o.Unset(t.Context(), workspace, all); err != nil {
		t.Fatal(err)
	}
	check("all are unset", map[string]int{"cr1": 0, "cr2": 0})
	if o.Of(workspace, "mail", "cr1") != nil {
		t.Error("there is something set though all has been unset")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	o := overrides(t, open(t, t.TempDir()))
	for name, c := range map[string]struct {
		place    store.LimitPlace
		override operations.Override
		code     operations.Code // "": none
		says     string
	}{
		"fits":                  {store.LimitPlace{Connector: "mail", Throttler: "all"}, operations.Override{Limit: new(5)}, "", ""},
		"unknown connector":     {store.LimitPlace{Connector: "male", Throttler: "all"}, operations.Override{Limit: new(5)}, operations.CodeNotFound, "mail"},
		"unknown limit":         {store.LimitPlace{Connector: "mail", Throttler: "al"}, operations.Override{Limit: new(5)}, operations.CodeNotFound, "did you mean all"},
		"unknown operation":     {store.LimitPlace{Connector: "mail", Operation: "send_male", Throttler: "mails"}, operations.Override{Limit: new(5)}, operations.CodeNotFound, "send_mail"},
		"not the operation's":   {store.LimitPlace{Connector: "mail", Operation: "send_mail", Throttler: "all"}, operations.Override{Limit: new(5)}, operations.CodeNotFound, "mail.send_mail declares no"},
		"not the connector's":   {store.LimitPlace{Connector: "mail", Throttler: "mails"}, operations.Override{Limit: new(5)}, operations.CodeNotFound, "mail declares no"},
		"out of bounds":         {store.LimitPlace{Connector: "mail", Throttler: "all"}, operations.Override{Burst: new(51)}, operations.CodeInvalidInput, "/burst"},
		"one of two of a name":  {store.LimitPlace{Connector: "mail", Throttler: "twin"}, operations.Override{Limit: new(5)}, operations.CodeInvalidInput, "/ttl"},
		"the workspace's":       {store.LimitPlace{Connector: "mail", Throttler: "team"}, operations.Override{Limit: new(5)}, "", ""},
		"the workspace's alone": {store.LimitPlace{Connector: "mail", Throttler: "team", Credential: "cr1"}, operations.Override{Limit: new(5)}, operations.CodeInvalidInput, "without naming a credential"},
		"everybody's":           {store.LimitPlace{Connector: "mail", Throttler: "world"}, operations.Override{Limit: new(5)}, operations.CodeInvalidInput, "shared with other workspaces"},
		"without credentials":   {store.LimitPlace{Connector: "open", Throttler: "all"}, operations.Override{Limit: new(5)}, operations.CodeInvalidInput, "shared with other workspaces"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := o.Set(t.Context(), workspace, c.place, c.override)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if e := operations.AsError(err); err == nil || e.Code != c.code || !strings.Contains(e.Detail+strings.Join(e.Suggestion, " "), c.says) {
				t.Errorf("got %v, want %s saying %q", err, c.code, c.says)
			}
		})
	}
}

// TestByIdentifier: an operation's two names mean the same.
func TestByIdentifier(t *testing.T) {
	t.Parallel()
	o := overrides(t, open(t, t.TempDir()))
	place := store.LimitPlace{Connector: "mail", Operation: "mail:send-mail", Throttler: "mails"}
	set(t, o, place, operations.Override{Limit: new(5)})
	list, err := o.List(t.Context(), workspace)
	if err != nil || len(list) != 1 || list[0].Operation != "send_mail" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := o.Unset(t.Context(), workspace, place); err != nil {
		t.Error(err)
	}
}

// TestAnotherProcess: what one sets, the other takes over when it looks, and again after a restart.
func TestAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here, there := overrides(t, open(t, dir)), overrides(t, open(t, dir))
	place := store.LimitPlace{Connector: "mail", Throttler: "all"}
	for _, n := range []int{5, 7, 0} {
		if n > 0 {
			set(t, here, place, operations.Override{Limit: &n})
		} else if err := here.Unset(t.Context(), workspace, place); err != nil {
			t.Fatal(err)
		}
		if err := there.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		restarted := overrides(t, open(t, dir))
		if limit(there, workspace, "cr1") != n || limit(restarted, workspace, "cr1") != n {
			t.Errorf("there it is %d, after a restart %d; want %d", limit(there, workspace, "cr1"), limit(restarted, workspace, "cr1"), n)
		}
	}
}

// scripted is a store that another process writes to, and that may fail.
type scripted struct {
	Store
	version atomic.Int64
	down    atomic.Bool
	looks   atomic.Int64
}

func (s *scripted) LimitsChanged(_ context.Context, since int64) (map[string]int64, error) {
	s.looks.Add(1)
	if s.down.Load() {
		return nil, errors.New("the disk is gone")
	}
	if v := s.version.Load(); v > since {
		return map[string]int64{workspace: v}, nil
	}
	return nil, nil
}

func (s *scripted) ListLimitOverrides(context.Context, string) ([]store.LimitOverride, error) {
	n := int(s.version.Load())
	return []store.LimitOverride{{LimitPlace: store.LimitPlace{Connector: "mail", Throttler: "all"}, Override: operations.Override{Limit: &n}}}, nil
}

func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &scripted{}
		o, err := New(t.Context(), Options{Store: s, Catalogue: catalogue(t), Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { o.Follow(ctx); close(ended) }()
		step := func(want int) {
			t.Helper()
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if got := limit(o, workspace, "cr1"); got != want {
				t.Errorf("the limit is %d, want %d", got, want)
			}
		}
		step(0)
		s.version.Store(5)
		step(5)
		s.down.Store(true)
		s.version.Store(6)
		step(5) // what was known last
		step(5)
		s.down.Store(false)
		step(6)
		cancel()
		<-ended
		if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "does not work") || !strings.Contains(text, "works again") {
			t.Errorf("the log says:\n%s", text)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	broken := &scripted{}
	broken.down.Store(true)
	for name, options := range map[string]Options{"nothing": {}, "broken storage": {Store: broken, Catalogue: catalogue(t)}} {
		if _, err := New(t.Context(), options); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	o := overrides(b, open(b, b.TempDir()))
	workspaces := map[string]map[string]connector{}
	for _, id := range []string{workspace, "a", "b"} {
		workspaces[id] = map[string]connector{"mail": {all: gateway.NewOverrideSet(nil)}}
	}
	o.now.Store(&edition{workspaces: workspaces})
	b.ReportAllocs()
	for b.Loop() {
		if o.Of(workspace, "mail", "cr1") == nil {
			b.Fatal("nothing is set")
		}
	}
}
