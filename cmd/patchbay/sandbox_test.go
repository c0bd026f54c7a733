package main

import (
	"net/http"
	"testing"

	"github.com/tidwall/gjson"
)

func TestSandboxTellsHowToUseIt(t *testing.T) {
	t.Parallel()
	ground := start(t, nil, "sandbox", "--addr", "127.0.0.1:0", "--json")
	ground.out.after(t, `"sandboxes"`)
	told := gjson.Get(ground.out.String(), "sandboxes.0")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, told.Get("baseUrl").String()+"/api/v2/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+told.Get("credential.access_token").String())
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK || response.Body.Close() != nil {
		t.Errorf("%v %v", response, err)
	}

	// The variable that it shows lets a hub use it.
	env := []string{told.Get("environment").String(), "PATCHBAY_DATA=" + t.TempDir()}
	must(t, env, `{"access_token":"`+told.Get("credential.access_token").String()+`"}`, "credential", "add", "outreach")
	must(t, env, "", "call", "outreach.list_users")
	if code := ground.end(t); code != exitDone {
		t.Errorf("exit %d: %s", code, ground.err)
	}
}

func TestSandboxForPeople(t *testing.T) {
	t.Parallel()
	ground := start(t, []string{"PATCHBAY_SANDBOX_ADDR=127.0.0.1:0"}, "sandbox")
	ground.out.after(t, "Ctrl-C")
	contains(t, ground.out.String(), "export PATCHBAY_OUTREACH_BASE_URL=http://127.0.0.1:", "access_token", "_sandbox/faults")
	ground.end(t)
	if got := try(t, nil, "", "sandbox", "--addr", takenPort(t)); got.code != exitFailed {
		t.Errorf("on a taken port: exit %d", got.code)
	}
}
