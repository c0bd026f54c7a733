package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// newIssue is a write, and a question for how many such there are.
const newIssue = watched + `
	window.write = (patchbay, summary) => patchbay.callConnector({ connector: 'jira', operation: 'create_issue', authId: 'sandbox-jira',
		input: { project_key: 'PROJ', issue_type: 'Task', summary, description: 'By a test.' } });
`

// tokenExpires lets a token expire while the page's clock is an hour behind, so that only the hub knows. Reads and writes
// that were under way then are carried out once, with one new token; whether or not the hub still knows the origin.
func tokenExpires(t *testing.T, p *tab) {
	for _, isKnown := range []bool{true, false} {
		app := p.serve(map[string]any{"operations": []string{"*_ddl", "jira.create_issue"}, "expiresIn": 2}, "")
		if isKnown {
			if _, err := app.token(t.Context(), map[string]any{"expiresIn": 900}); err != nil {
				t.Fatal(err)
			}
		}
		before := len(app.tokens())
		summary := "Once " + app.origin
		eval[bool](p, newIssue+`
			window.now = Date.now; Date.now = () => now() - 3_600_000;
			window.first = getToken().then((made) => (window.ends = Date.parse(made.expires), made));
			window.patchbay = watch({ getToken: () => { const made = first ?? getToken(); window.first = undefined; return made; } });
			await patchbay.ddl(projects);
			asked.length = 0;
			return true`)
		app.allow("expiresIn", 900)
		p.until(`now() > ends + 50`)
		got := eval[[]string](p, `patchbay.clear();
			return Promise.all([told(patchbay.ddl(projects)), told(patchbay.ddl(people)), told(write(patchbay, `+"`"+summary+"`"+`))])`)
		if strings.Join(got, " ") != "done done done" {
			t.Errorf("known origin %t: %s", isKnown, got)
		}
		refused := eval[int](p, `return asked.filter((line) => line.startsWith('401')).length`)
		if made := len(app.tokens()) - before; made != 2 || isKnown != (refused > 0) {
			t.Errorf("known origin %t: %d tokens were made, %d requests refused", isKnown, made, refused)
		}
		found := output(t, p.hub, "jira.search_issues", "sandbox-jira", `{"jql":"summary ~ \"`+summary+`\""}`)
		if n := found.Get("issues.#").Int(); n != 1 {
			t.Errorf("known origin %t: %d issues were made", isKnown, n)
		}
	}
}

// tokenIsRenewedEarly has the page's clock go on: the hub never sees a token that has expired.
func tokenIsRenewedEarly(t *testing.T, p *tab) {
	app := p.serve(nil, "")
	eval[bool](p, watched+`window.patchbay = watch(); await patchbay.ddl(projects);
		const now = Date.now; Date.now = () => now() + 880_000; return true`)
	expect(p, `return Promise.all([told(patchbay.ddl(people)), told(patchbay.ddl(projects)), told(patchbay.resolve({ ...projects, values: ['DEV'] }))])`,
		[]string{"done", "done", "done"})
	expect(p, `return asked.filter((line) => !/^(200|304)/.test(line))`, []string{})
	if made := app.tokens(); len(made) != 2 {
		t.Errorf("%d tokens were made", len(made))
	}
	// A page whose clock is so far ahead that every token looks expired does not ask for one each time.
	expect(p, `Date.now = () => Number.MAX_SAFE_INTEGER; const client = watch();
		await client.ddl(projects); await client.ddl(people); return told(client.ddl(prospects))`, "done")
	if made := app.tokens(); len(made) != 3 {
		t.Errorf("%d tokens were made by a page with a wrong clock", len(made))
	}
	p.quiet()
}

func tokenIsRevoked(t *testing.T, p *tab) {
	app := p.serve(nil, "")
	eval[bool](p, watched+`window.held = await getToken(); window.fixed = watch({ token: held, getToken: undefined }); window.renewing = watch();
		await fixed.ddl(projects); await renewing.ddl(projects); return true`)
	other, err := app.token(t.Context(), nil) // another visitor, who goes on
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range app.tokens()[:2] {
		mustDo(t, p.hub, http.MethodDelete, "/v1/embed/tokens/"+id, nil)
	}
	expect(p, `return told(fixed.ddl(people))`, "PatchbayError unauthenticated token_revoked")
	expect(p, `return told(renewing.ddl(people))`, "done")
	if made := app.tokens(); len(made) != 4 {
		t.Errorf("%d tokens were made", len(made))
	}
	// If nobody of the origin has a token any more, the browser says no more than that there is no answer.
	mustDo(t, p.hub, http.MethodDelete, "/v1/embed/tokens/"+gjson.GetBytes(other, "id").String(), nil)
	mustDo(t, p.hub, http.MethodDelete, "/v1/embed/tokens/"+app.tokens()[3], nil)
	expect(p, `return told(fixed.callConnector({ connector: 'jira', operation: 'list_boards_ddl', authId: 'sandbox-jira' }))`, "PatchbayError unreachable")
}

func budgetIsSpent(t *testing.T, p *tab) {
	app := p.serve(map[string]any{"calls": 2}, "")
	eval[bool](p, watched+`window.fixed = watch({ token: await getToken(), getToken: undefined }); window.renewing = watch(); return true`)
	for _, client := range []string{"fixed", "renewing"} {
		expect(p, `const c = `+client+`; await c.ddl(projects); await c.ddl(people); return told(c.ddl(prospects))`,
			map[string]string{"fixed": "PatchbayError forbidden budget_spent", "renewing": "done"}[client])
	}
	if made := app.tokens(); len(made) != 3 {
		t.Errorf("%d tokens were made", len(made))
	}
}

// wrongOrigin takes a token to a page of another origin.
func wrongOrigin(t *testing.T, p *tab) {
	app := p.serve(nil, "")
	token, err := app.token(t.Context(), map[string]any{"origins": []string{"https://app.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	taken := gjson.GetBytes(token, "token").String()
	refused := func() int64 {
		calls, err := p.hub.do(t.Context(), http.MethodGet, "/v1/calls?code=forbidden&limit=100", nil)
		if err != nil {
			t.Fatal(err)
		}
		return gjson.GetBytes(calls, `calls.#(key=="`+gjson.GetBytes(token, "id").String()+`")#|#`).Int()
	}
	eval[bool](p, watched+`return true`)
	ask := `return told(createPatchbay({ token: '` + taken + `' }).callConnector({ connector: 'jira', operation: 'list_projects_ddl', authId: 'sandbox-jira' }))`
	// The browser asks the hub first, and does not even send it.
	expect(p, ask, "PatchbayError unreachable")
	if n := refused(); n != 0 {
		t.Errorf("%d refusals are recorded", n)
	}
	// Somebody else of this origin has a token: the request is sent, and refused.
	eval[bool](p, `await getToken(); return true`)
	expect(p, ask, "PatchbayError unreachable")
	await(t, "the refusal is not recorded", func() bool { return refused() > 0 })
}

// hubRestarts stops the hub while a page is open, and starts it again at the same address with the same data: a read that
// was under way gets its answer, a token goes on, and a drop-down comes back.
func hubRestarts(t *testing.T, p *tab) {
	data := t.TempDir()
	at, stop := openHubToStop(t, data, "127.0.0.1:0")
	p.hub = at
	app := p.serve(nil, `<patchbay-select label="Project" connector="jira" operation="list_projects_ddl" credential-id="sandbox-jira"></patchbay-select>`)
	eval[bool](p, watched+`
		const client = watch(); await client.ddl(people); usePatchbay(client);
		window.isUp = new Promise((up) => { window.comesUp = up; });
		window.patient = createPatchbay({ token: await getToken(), fetch: async (...request) => {
			try { return await fetch(...request); } catch (error) { window.hasFailed = true; await isUp; throw error; }
		} });
		await patient.ddl(projects);
		return true`)
	stop()
	eval[bool](p, `window.answer = told(patient.ddl(people)); return true`)
	p.until(`window.hasFailed`)
	p.click(inside("patchbay-select", "input"))
	p.until(inside("patchbay-select", ".note.error") + `.textContent.includes('cannot be reached')`)

	_, stopAgain := openHubToStop(t, data, strings.TrimPrefix(at.base, "http://"))
	t.Cleanup(stopAgain)
	expect(p, `comesUp(); return answer`, "done")
	p.press("\r")
	p.until(inside("patchbay-select", "li"))
	expect(p, `return `+inside("patchbay-select", "li")+`.textContent`, "Development platform (DEV)")
	if made := app.tokens(); len(made) > 3 {
		t.Errorf("%d tokens were made", len(made))
	}
}

// openHubToStop serves a hub with sandboxes until stop is called.
func openHubToStop(t *testing.T, data, address string) (at *client, stop func()) {
	t.Helper()
	c := console{in: strings.NewReader(""), out: io.Discard, err: io.Discard, environment: []string{"PATCHBAY_ADMIN_KEY=" + testKey}}
	h, err := newHub(t.Context(), c, config{Data: data, Sandbox: true, serving: true, LogLevel: warnings})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(listener) }()
	return &client{base: baseURL(listener), key: testKey, http: http.DefaultClient}, func() {
		if err := errors.Join(h.server.Shutdown(context.WithoutCancel(t.Context())), <-served, h.Close()); err != nil {
			t.Errorf("closing the hub: %v", err)
		}
	}
}
