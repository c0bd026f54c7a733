package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// petService answers like the API of petDocument, which lies below a path. Whoever asks without the token is refused.
func petService(t *testing.T) (address string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /behind/proxy/v1/pets", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer pet-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `[{"id":"p1","name":"Rex","asked":%q}]`, r.URL.RawQuery)
	})
	service := httptest.NewServer(mux)
	t.Cleanup(service.Close)
	return service.URL + "/behind/proxy/v1"
}

// petDocument describes a petService. One of its references leads to another server, which nobody may ask.
func petDocument(t *testing.T, address string) string {
	t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a remote reference was fetched: %s", r.URL)
	}))
	t.Cleanup(elsewhere.Close)
	return `openapi: 3.0.3
info: {title: Pets, version: '1.0'}
servers: [{url: '` + address + `'}]
security: [{key: []}]
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{name: kind, in: query, schema: {type: string}}, {name: size, in: query, schema: {$ref: '` + elsewhere.URL + `/s.yaml#/S'}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {type: object, properties: {id: {type: string}, name: {type: string}}}}}}}}
`
}

func fileOf(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestImportAndCall is the whole way in the data folder: propose, import, add a credential, call, replace, remove.
func TestImportAndCall(t *testing.T) {
	t.Parallel()
	document := petDocument(t, petService(t))
	data, overlay := t.TempDir(), filepath.Join(t.TempDir(), "pets.overlay.yaml")
	env := []string{"PATCHBAY_DATA=" + data}

	got := must(t, env, document, "import", "-", "--name", "pets", "--dry-run", "--propose="+overlay)
	contains(t, got.out, "pets  Pets 1.0 (OpenAPI 3.0, YAML)", "1 operations, 0 dynamic lists", "skipped 1, approximated 0, notes 0",
		"line 10: skipped: the reference", "it is not fetched", "dry run")
	if entries, err := os.ReadDir(data); err != nil || len(entries) > 0 {
		t.Errorf("a dry run leaves %v (%v)", entries, err)
	}
	got = must(t, env, document, "import", "-", "--name", "pets", "--overlay", overlay)
	contains(t, got.out, "1 operations, 1 dynamic lists", "patchbay credential add pets --scheme key   # asks for token")
	contains(t, got.err, "A master key was made")
	contains(t, must(t, env, "", "connectors").out, "pets", "import", "outreach", "built_in")
	contains(t, must(t, env, "", "operations", "pets", "--kind", "all").out, "pets.list_pets", "pets.list_pets_ddl")
	contains(t, must(t, env, "", "describe", "pets.list_pets").out, "patchbay call pets.list_pets --input")
	must(t, env, `{"token":"pet-token"}`, "credential", "add", "pets", "--id", "mine")

	call := []string{"call", "pets.list_pets", "--input", `{"kind":"dog"}`, "--json"}
	refused := try(t, env, "", call...)
	if refused.code != exitFailed || gjson.Get(refused.out, "code").String() != "destination_refused" {
		t.Errorf("a private address is reached unasked: exit %d, %s", refused.code, refused.out)
	}
	answer := must(t, env, "", append(call, "--allow-networks", "127.0.0.0/8")...)
	if asked := gjson.Get(answer.out, "output.result.0.asked").String(); asked != "kind=dog" {
		t.Errorf("the service was asked %q: %s", asked, answer.out)
	}
	contains(t, must(t, append(env, "PATCHBAY_ALLOW_NETWORKS=127.0.0.1"), "", "call", "pets.list_pets_ddl").out, `"text":"Rex","value":"p1"`)

	if got := try(t, env, document, "import", "-", "--name", "pets"); got.code != exitFailed || !strings.Contains(got.err, "conflict") {
		t.Errorf("a taken name: exit %d, %s", got.code, got.err)
	}
	must(t, env, document, "import", fileOf(t, document), "--name", "pets", "--replace", "--title", "Zoo")
	contains(t, must(t, env, "", "connectors").out, "Zoo")
	if got := try(t, env, "", "connectors", "remove", "pets"); got.code != exitFailed || !strings.Contains(got.err, "1 of the stored credentials") {
		t.Errorf("removing it with a credential: exit %d, %s", got.code, got.err)
	}
	must(t, env, "", "credential", "remove", "mine")
	contains(t, must(t, env, "", "connectors", "remove", "pets").out, "pets removed")
	if strings.Contains(must(t, env, "", "connectors").out, "pets") {
		t.Error("it is still there")
	}
}

// TestImportBesideARunningHub: a hub on the same data folder has what the command line imports, without a restart; and
// what is imported over its API is there after one.
func TestImportBesideARunningHub(t *testing.T) {
	t.Parallel()
	address := petService(t)
	document := petDocument(t, address)
	data := t.TempDir()
	env := []string{"PATCHBAY_ADMIN_KEY=" + processKey}
	remote := []string{"PATCHBAY_KEY=" + processKey}
	serve := []string{"serve", "--addr", "127.0.0.1:0", "--data", data}
	hub := start(t, env, append(serve, "--allow-networks", "127.0.0.0/8")...)
	at := hub.address(t)
	contains(t, must(t, remote, "", "connectors", "--server", at).out, "outreach")

	must(t, nil, document, "import", "-", "--name", "local_pets", "--data", data)
	soon(t, 5*time.Second, func() bool {
		return strings.Contains(must(t, remote, "", "connectors", "--server", at).out, "local_pets")
	})
	got := must(t, remote, document, "import", "-", "--name", "pets", "--server", at)
	contains(t, got.out, "patchbay credential add pets")
	must(t, remote, `{"token":"pet-token"}`, "credential", "add", "pets", "--server", at)
	contains(t, must(t, remote, "", "call", "pets.list_pets", "--server", at).out, "Rex")
	hub.end(t)

	elsewhere := "PATCHBAY_PETS_BASE_URL=" + address
	hub = start(t, append(env, elsewhere), serve...)
	at = hub.address(t)
	contains(t, must(t, remote, "", "call", "pets.list_pets", "--server", at).out, "Rex")
	contains(t, must(t, remote, "", "connectors", "--server", at).out, "local_pets", "pets")
	hub.end(t)
	if got := try(t, append(env, "PATCHBAY_PETZ_BASE_URL=http://127.0.0.1:1"), "", serve...); got.code != exitUsage {
		t.Errorf("a base URL for nobody: exit %d, %s", got.code, got.err)
	}
	contains(t, try(t, []string{elsewhere}, "", "doctor", "--data", data, "--addr", "127.0.0.1:0").out, "flags and variables can be used")
}

// soon waits for something to become so.
func soon(t *testing.T, most time.Duration, so func() bool) {
	t.Helper()
	for late := time.Now().Add(most); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("it does not become so")
		}
	}
}

func TestImportSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	env := []string{"PATCHBAY_DATA=" + t.TempDir()}
	there := fileOf(t, "openapi: 3.0.0\npaths:\n  /a: {get: {responses: {'200': {description: ok}}}}\n")
	many := "openapi: 3.0.0\npaths:\n"
	for n := range 30 {
		many += fmt.Sprintf("  /p%d: {get: {parameters: [{$ref: 'x.yaml#/%d'}], responses: {'200': {description: ok}}}}\n", n, n)
	}
	for _, c := range []struct {
		name, stdin string
		args        []string
		code        int
		says        string
	}{
		{"no name", "", []string{there}, exitUsage, "--name is missing"},
		{"no file", "", []string{filepath.Join(t.TempDir(), "none"), "--name", "x"}, exitUsage, "no such file"},
		{"no overlay", "", []string{there, "--name", "x", "--overlay", "none"}, exitUsage, "no such file"},
		{"both from stdin", "", []string{"-", "--name", "x", "--overlay", "-"}, exitUsage, "cannot both"},
		{"a proposal over another", "", []string{there, "--name", "x", "--propose=" + there}, exitUsage, "is there already"},
		{"a bad name", "", []string{there, "--name", "X-1"}, exitFailed, "/name"},
		{"a built-in's name", "", []string{there, "--name", "outreach"}, exitFailed, "built-in"},
		{"truncated", "{\"openapi\":\"3.0.0\",\n\"paths\":{", []string{"-", "--name", "x"}, exitFailed, "line 2: it ends too early"},
		{"no text", "\xff\xfe", []string{"-", "--name", "x"}, exitFailed, "not UTF-8"},
		{"too large", strings.Repeat(" ", 50<<20), []string{"-", "--name", "x"}, exitFailed, "larger than 20 MiB"},
		{"many issues", many, []string{"-", "--name", "many"}, exitDone, "and 10 more; --json shows all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := try(t, env, c.stdin, append([]string{"import"}, c.args...)...)
			if got.code != c.code {
				t.Errorf("exit %d, want %d: %s%s", got.code, c.code, got.out, got.err)
			}
			contains(t, got.out+got.err, c.says)
		})
	}
}

func TestProposalOnStdout(t *testing.T) {
	t.Parallel()
	document := petDocument(t, "https://pets.test")
	got := must(t, nil, document, "import", "-", "--name", "pets", "--dry-run", "--propose", "--data", filepath.Join(t.TempDir(), "none"))
	if !strings.HasPrefix(got.out, "overlay: 1.0.0\n") {
		t.Errorf("stdout is %s", got.out)
	}
	contains(t, got.err, "1 operations", "read and correct the proposed overlay")
	got = must(t, nil, document, "import", "-", "--name", "pets", "--dry-run", "--propose", "--json", "--data", filepath.Join(t.TempDir(), "none"))
	if whole := gjson.Parse(got.out); whole.Get("proposal").String() == "" || whole.Get("stored").Bool() || whole.Get("report.issues.0.line").Int() != 10 {
		t.Errorf("stdout is %s", got.out)
	}
}
