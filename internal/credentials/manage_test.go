package credentials

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	v := s.vault(t)
	got := create(t, v, crmDraft("sandbox-crm"))
	want := Metadata{
		ID: "sandbox-crm", Connector: "crm", Name: "Sales", Scheme: "oauth2", Fields: map[string]string{"client_id": "the-client"},
		Secrets: []string{"access_token", "client_secret", "refresh_token"}, Version: 1, Created: s.clock.now(), Updated: s.clock.now(),
	}
	read, err := v.Get(t.Context(), workspace, "sandbox-crm")
	if diff := cmp.Diff(want, got) + cmp.Diff(want, read); err != nil || diff != "" {
		t.Errorf("(%v):\n%s", err, diff)
	}
	_, err = v.Create(t.Context(), workspace, crmDraft("sandbox-crm"))
	wantCode(t, err, operations.CodeConflict)
	_, err = v.Create(t.Context(), "nobody", crmDraft("other"))
	wantCode(t, err, operations.CodeNotFound)
}

func TestCreateFillsIn(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	got := create(t, v, Draft{Connector: "crm", Secrets: map[string]string{"access_token": "a", "refresh_token": ""}})
	if !strings.HasPrefix(got.ID, "cred_") || got.Name != "CRM" || got.Scheme != "oauth2" {
		t.Errorf("made %+v", got)
	}
	if diff := cmp.Diff([]string{"access_token"}, got.Secrets); diff != "" {
		t.Errorf("an empty secret counts as set:\n%s", diff)
	}
}

func TestCreateNamesEveryFault(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	text := func(s string) map[string]string { return map[string]string{"site": s} }
	token := map[string]string{"token": "t"}
	for _, c := range []struct {
		name  string
		draft Draft
		want  []string
	}{
		{"unknown connector", Draft{Connector: "crn"}, []string{"/connector"}},
		{"connector without credentials", Draft{Connector: "open"}, []string{"/connector"}},
		{"unknown scheme", Draft{Connector: "desk", Scheme: "magic"}, []string{"/scheme"}},
		{"bad id", Draft{ID: "A b", Connector: "desk", Fields: text("a"), Secrets: token}, []string{"/id"}},
		{"blank name", Draft{Name: " ", Connector: "desk", Fields: text("a"), Secrets: token}, []string{"/name"}},
		{"long name", Draft{Name: strings.Repeat("é", 201), Connector: "desk", Fields: text("a"), Secrets: token}, []string{"/name"}},
		{"line break in name", Draft{Name: "a\nb", Connector: "desk", Fields: text("a"), Secrets: token}, []string{"/name"}},
		{"nothing given", Draft{Connector: "desk"}, []string{"/fields/site", "/secrets/token"}},
		{"empty", Draft{Connector: "desk", Fields: text(""), Secrets: map[string]string{"token": ""}}, []string{"/fields/site", "/secrets/token"}},
		{
			"misplaced", Draft{Connector: "desk", Fields: map[string]string{"token": "t"}, Secrets: map[string]string{"site": "a"}},
			[]string{"/fields/token", "/secrets/site", "/fields/site", "/secrets/token"},
		},
		{
			"unknown", Draft{Connector: "desk", Fields: map[string]string{"site": "a", "a/b~c": "x"}, Secrets: map[string]string{"token": "t", "zzz": "x"}},
			[]string{"/fields/a~1b~0c", "/secrets/zzz"},
		},
		{"header break", Draft{Connector: "desk", Fields: text("a"), Secrets: map[string]string{"token": "t\r\nX-Evil: 1"}}, []string{"/secrets/token"}},
		{"header NUL", Draft{Connector: "desk", Fields: text("a"), Secrets: map[string]string{"token": "t\x00"}}, []string{"/secrets/token"}},
		{"header space", Draft{Connector: "desk", Fields: text("a"), Secrets: map[string]string{"token": "t "}}, []string{"/secrets/token"}},
		{"not UTF-8", Draft{Connector: "desk", Fields: text("a"), Secrets: map[string]string{"token": "t\xff"}}, []string{"/secrets/token"}},
		{"too long", Draft{Connector: "desk", Fields: text("a"), Secrets: map[string]string{"token": strings.Repeat("t", maxValue+1)}}, []string{"/secrets/token"}},
		{"binary note", Draft{Connector: "desk", Fields: map[string]string{"site": "a", "note": "x\x01"}, Secrets: token}, []string{"/fields/note"}},
		{"another host", Draft{Connector: "desk", Fields: text("evil.example/"), Secrets: token}, []string{"/fields/site"}},
		{"another host by fragment", Draft{Connector: "desk", Fields: text("evil.example#"), Secrets: token}, []string{"/fields/site"}},
		{"another host by user", Draft{Connector: "desk", Fields: text("a@evil.example/"), Secrets: token}, []string{"/fields/site"}},
		{
			"colon in a user name",
			Draft{Connector: "desk", Scheme: "basic", Fields: map[string]string{"site": "a", "email": "a:b"}, Secrets: map[string]string{"password": "p:q"}},
			[]string{"/fields/email"},
		},
		{
			"kept by the hub", Draft{Connector: "crm", Fields: map[string]string{"expires_at": "2030-01-01T00:00:00Z"}, Secrets: map[string]string{"access_token": "a"}},
			[]string{"/fields/expires_at"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := v.Create(t.Context(), workspace, c.draft)
			e := wantCode(t, err, operations.CodeInvalidInput)
			var got []string
			for _, fault := range e.Faults {
				got = append(got, fault.Pointer)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("faults %v:\n%s", e.Faults, diff)
			}
		})
	}
}

func TestCreateSuggestsAConnector(t *testing.T) {
	t.Parallel()
	_, err := newSetup(t).vault(t).Create(t.Context(), workspace, Draft{Connector: "crn"})
	if e := wantCode(t, err, operations.CodeInvalidInput); len(e.Suggestion) == 0 || e.Suggestion[0] != "crm" {
		t.Errorf("suggestion %v", e.Suggestion)
	}
}

func TestCreateBoundsItsFaults(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for range 1000 {
		many[strings.Repeat("é", len(many)+1)] = "x"
	}
	_, err := newSetup(t).vault(t).Create(t.Context(), workspace, Draft{Connector: "crm", Fields: many})
	e := wantCode(t, err, operations.CodeInvalidInput)
	if len(e.Faults) != maxFaults || len(e.Faults[maxFaults-1].Pointer) > 200 {
		t.Errorf("%d faults, the last at %.300s", len(e.Faults), e.Faults[len(e.Faults)-1].Pointer)
	}
}

func TestFaultsHoldNoSecret(t *testing.T) {
	t.Parallel()
	secret := "top secret\n" + strings.Repeat("x", 10)
	_, err := newSetup(t).vault(t).Create(t.Context(), workspace,
		Draft{Connector: "desk", Fields: map[string]string{"token": secret}, Secrets: map[string]string{"token": secret}})
	e := wantCode(t, err, operations.CodeInvalidInput)
	shown, errJSON := json.Marshal(e)
	if errJSON != nil || strings.Contains(string(shown)+e.Error(), "top secret") {
		t.Errorf("%s (%v)", shown, errJSON)
	}
}

func TestLineBreaksInAKeyFile(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	const pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
	m := create(t, v, Draft{Connector: "desk", Scheme: "signed", Fields: map[string]string{"site": "a"}, Secrets: map[string]string{"private_key": pem}})
	if got, err := v.Open(t.Context(), workspace, m.ID); err != nil || got.Secrets["private_key"] != pem {
		t.Errorf("opened (%v)", err)
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	v := s.vault(t)
	created := create(t, v, crmDraft("c"))
	s.clock.advance(time.Minute)
	name := "Support"
	got, err := v.Update(t.Context(), workspace, "c", Patch{
		Name: &name, Fields: map[string]string{"client_id": "another"},
		Secrets: map[string]string{"refresh_token": "", "client_secret": "changed"},
	})
	want := created
	want.Name, want.Fields, want.Secrets = name, map[string]string{"client_id": "another"}, []string{"access_token", "client_secret"}
	want.Version, want.Updated = 2, s.clock.now()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("(%v):\n%s", err, diff)
	}
	opened, err := v.Open(t.Context(), workspace, "c")
	if diff := cmp.Diff(operations.Secrets{"access_token": "access-0", "client_secret": "changed"}, opened.Secrets); err != nil || diff != "" {
		t.Errorf("secrets (%v):\n%s", err, diff)
	}
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	before := create(t, v, crmDraft("c"))
	blank := " "
	for name, c := range map[string]struct {
		patch Patch
		want  string
	}{
		"blank name":       {Patch{Name: &blank}, "/name"},
		"required removed": {Patch{Secrets: map[string]string{"access_token": ""}}, "/secrets/access_token"},
		"unknown":          {Patch{Fields: map[string]string{"zzz": "x"}}, "/fields/zzz"},
		"misplaced":        {Patch{Fields: map[string]string{"client_secret": "x"}}, "/fields/client_secret"},
		"kept by the hub":  {Patch{Fields: map[string]string{"expires_at": "x"}}, "/fields/expires_at"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := v.Update(t.Context(), workspace, "c", c.patch)
			e := wantCode(t, err, operations.CodeInvalidInput)
			if len(e.Faults) != 1 || e.Faults[0].Pointer != c.want {
				t.Errorf("faults %v, want one at %s", e.Faults, c.want)
			}
		})
	}
	_, err := v.Update(t.Context(), workspace, "absent", Patch{})
	wantCode(t, err, operations.CodeNotFound)
	after, err := v.Get(t.Context(), workspace, "c")
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("a refused change left a trace (%v):\n%s", err, diff)
	}
}

func TestListShowsNoSecrets(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("b"))
	create(t, v, crmDraft("a"))
	create(t, v, Draft{ID: "c", Connector: "desk", Fields: map[string]string{"site": "x"}, Secrets: map[string]string{"token": "access-0"}})
	for connector, want := range map[string]string{"": "a b c", "crm": "a b", "open": ""} {
		list, err := v.List(t.Context(), workspace, connector)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range list {
			ids = append(ids, m.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("of %q: %q, want %q", connector, got, want)
		}
		shown, err := json.Marshal(list)
		if err != nil || strings.Contains(string(shown), "access-0") || strings.Contains(string(shown), "null") {
			t.Errorf("shows %s (%v)", shown, err)
		}
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	v := newSetup(t).vault(t)
	create(t, v, crmDraft("c"))
	if err := v.Delete(t.Context(), workspace, "c"); err != nil {
		t.Fatal(err)
	}
	_, err := v.Get(t.Context(), workspace, "c")
	wantCode(t, errors.Join(err), operations.CodeNotFound)
	wantCode(t, v.Delete(t.Context(), workspace, "c"), operations.CodeNotFound)
}

func TestDraftReadsSecretsAndNeverWritesThem(t *testing.T) {
	t.Parallel()
	var draft Draft
	if err := json.Unmarshal([]byte(`{"connector":"crm","secrets":{"access_token":"hidden"}}`), &draft); err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(draft)
	if draft.Secrets["access_token"] != "hidden" || err != nil || strings.Contains(string(shown), "hidden") {
		t.Errorf("%s (%v)", shown, err)
	}
}
