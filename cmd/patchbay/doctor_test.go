package main

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/store"
)

// newData is a data folder that a hub has been in.
func newData(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	must(t, nil, "", "key", "create", "--role", "embed", "--name", "x", "--data", data)
	return data
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	other, err := credentials.GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(service.Close)
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	}))
	t.Cleanup(late.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	taken := takenPort(t)

	cases := []struct {
		name    string
		spoil   func(t *testing.T, data string)
		env     []string
		change  func(*config)
		check   string // the one that is looked at
		verdict verdict
	}{
		{name: "all is well", check: "database", verdict: fine},
		{name: "right master key", check: "master key", verdict: fine},
		{name: "free space", check: "free space", verdict: fine},
		{name: "reachable", env: []string{"PATCHBAY_OUTREACH_BASE_URL=" + service.URL}, check: "outreach", verdict: fine},
		{name: "unreachable", env: []string{"PATCHBAY_OUTREACH_BASE_URL=" + gone.URL}, check: "outreach", verdict: wrong},
		{name: "other clock", env: []string{"PATCHBAY_OUTREACH_BASE_URL=" + late.URL}, check: "outreach", verdict: wrong},
		{name: "variable of nobody", env: []string{"PATCHBAY_ADRESS=:80"}, check: "settings", verdict: unsure},
		{name: "not supported", env: []string{"PATCHBAY_DATABASE_URL=postgres://x"}, check: "settings", verdict: wrong},
		{name: "base URL", env: []string{"PATCHBAY_OUTRECH_BASE_URL=http://x"}, check: "settings", verdict: wrong},
		{name: "no folder yet", change: func(c *config) { c.Data = filepath.Join(c.Data, "a", "b") }, check: "data folder", verdict: fine},
		{name: "a file", change: func(c *config) { c.Data = filepath.Join(c.Data, store.FileName) }, check: "data folder", verdict: wrong},
		{name: "open to others", spoil: func(t *testing.T, data string) { chmod(t, data, 0o777) }, check: "data folder", verdict: wrong},
		{name: "newer database", spoil: makeNewer, check: "database", verdict: wrong},
		{name: "no database", spoil: func(t *testing.T, data string) {
			write(t, filepath.Join(data, store.FileName), "no database at all, is it?")
		}, check: "database", verdict: wrong},
		{name: "master key is gone", spoil: func(t *testing.T, data string) { remove(t, filepath.Join(data, credentials.MasterKeyFile)) }, check: "master key", verdict: wrong},
		{name: "master key is open", spoil: func(t *testing.T, data string) { chmod(t, filepath.Join(data, credentials.MasterKeyFile), 0o644) }, check: "master key", verdict: wrong},
		{name: "other master key", env: []string{"PATCHBAY_MASTER_KEY=" + other}, check: "master key", verdict: wrong},
		{name: "address taken", change: func(c *config) { c.Addr = taken }, check: "address", verdict: wrong},
		{name: "data from the future", spoil: fromTheFuture, check: "clock", verdict: wrong},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := newData(t)
			if c.spoil != nil {
				c.spoil(t, data)
			}
			d := doctor{console{environment: c.env}, config{Data: data, Addr: "127.0.0.1:0"}}
			if c.change != nil {
				c.change(&d.config)
			}
			checks := []func(context.Context) []finding{d.settings, d.folder, d.database, d.masterKey, d.address, d.clock}
			if c.check == "outreach" {
				d.console.environment = append(reachableElsewhere(service.URL), c.env...)
				checks = append(checks, d.reach)
			}
			seen := false
			for _, check := range checks {
				for _, f := range check(t.Context()) {
					seen = seen || f.Name == c.check
					if f.Name == c.check && f.Status != c.verdict || f.Name != c.check && f.Status == wrong && c.verdict != wrong {
						t.Errorf("%+v, want %s of %s", f, c.verdict, c.check)
					}
				}
			}
			if !seen {
				t.Errorf("nothing is said of %s", c.check)
			}
		})
	}
}

// reachableElsewhere names an origin for every connector but Outreach.
func reachableElsewhere(url string) (environment []string) {
	for _, connector := range connectors.All(platform.Options{}) {
		if connector.Name != "outreach" {
			environment = append(environment, "PATCHBAY_"+strings.ToUpper(connector.Name)+"_BASE_URL="+url)
		}
	}
	return environment
}

// TestDoctorChangesNothing also shows the findings for people.
func TestDoctorChangesNothing(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	got := must(t, nil, "", "doctor", "--data", data, "--addr", "127.0.0.1:0")
	contains(t, got.out, "ok       database", "the first start makes it", "all schemas can be used")
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("the doctor has made %s", data)
	}
	hub := start(t, nil, "serve", "--addr", "127.0.0.1:0", "--data", data)
	at := hub.address(t)[len("http://"):]
	contains(t, must(t, nil, "", "doctor", "--data", data, "--addr", at).out, "a hub is running at "+at)
	hub.end(t)
	remove(t, filepath.Join(data, credentials.MasterKeyFile))
	failed := try(t, nil, "", "doctor", "--data", data, "--addr", "127.0.0.1:0")
	if failed.code != exitFailed || failed.err != "" {
		t.Errorf("exit %d, stderr %q", failed.code, failed.err)
	}
	contains(t, failed.out, "wrong    master key", "mend: put its backup there")
	failed = try(t, nil, "", "doctor", "--data", data, "--addr", "127.0.0.1:0", "--json")
	report := decode[struct {
		OK     bool
		Checks []finding
	}](t, failed.out)
	if failed.code != exitFailed || report.OK || len(report.Checks) < 8 {
		t.Errorf("exit %d, %+v", failed.code, report)
	}
	if _, err := os.Stat(filepath.Join(data, credentials.MasterKeyFile)); !os.IsNotExist(err) {
		t.Error("the doctor has made a master key")
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func makeNewer(t *testing.T, data string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `PRAGMA user_version = 999`); err != nil {
		t.Fatal(err)
	}
}

func fromTheFuture(t *testing.T, data string) {
	t.Helper()
	later := time.Now().Add(24 * time.Hour)
	if err := os.Chtimes(filepath.Join(data, store.FileName), later, later); err != nil {
		t.Fatal(err)
	}
}
