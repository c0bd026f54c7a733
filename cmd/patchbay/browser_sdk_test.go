package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// watched makes a client whose requests can be counted: window.asked has one text for each.
const watched = `
	window.asked ??= [];
	window.watch = (more) => createPatchbay({ getToken, ...more, fetch: async (url, init) => {
		const response = await fetch(url, init);
		asked.push(response.status + ' ' + init.method + ' ' + url.replace(/^.*connectors/, ''));
		return response;
	} });
	window.projects = { connector: 'jira', operation: 'list_projects_ddl', credentialId: 'sandbox-jira' };
	window.people = { connector: 'jira', operation: 'list_assignable_users_ddl', credentialId: 'sandbox-jira', input: { project_key: 'PROJ' } };
	window.prospects = { connector: 'outreach', operation: 'list_prospects_ddl', credentialId: 'sandbox-outreach' };
	window.told = (promise) => promise.then(() => 'done', (error) => [error.name, error.code, error.reason].filter(Boolean).join(' '));
`

// expect evaluates in the page and compares.
func expect[T any](p *tab, body string, want T) {
	p.Helper()
	if diff := cmp.Diff(want, eval[T](p, body)); diff != "" {
		p.Errorf("%s (-want +got):\n%s", strings.TrimSpace(body), diff)
	}
}

func listsInABrowser(t *testing.T, p *tab) {
	p.serve(nil, "")
	eval[bool](p, watched+`window.patchbay = watch(); return true`)
	expect(p, `const page = await patchbay.ddl({ ...projects, search: 'port' }); return page.options.map((o) => o.text)`, []string{"Customer portal (PROJ)"})
	expect(p, `const page = await patchbay.ddl({ ...people, limit: 2 });
		const next = await patchbay.ddl({ ...people, limit: 2, cursor: page.nextCursor });
		return [page.options.length, next.options.length, page.options[1].value !== next.options[0].value].join()`, "2,2,true")
	expect(p, `const values = new Set(); let pages = 0;
		for await (const page of patchbay.pages({ ...people, limit: 10 })) { pages++; for (const { value } of page.options) values.add(value); }
		return [pages, values.size]`, []int{4, 34})
	expect(p, `const { options, missing, truncated } = await patchbay.resolve({ ...projects, values: ['PROJ', 'GONE', 'DEV'] });
		return [...options.map((o) => o.text), ...missing, String(truncated)]`,
		[]string{"Customer portal (PROJ)", "Development platform (DEV)", "GONE", "false"})
	expect(p, `const { value, how } = await patchbay.match({ ...projects, text: ' customer PORTAL (proj) ' }); return value + ' ' + how`, "PROJ folded")
	expect(p, `const e = await patchbay.match({ ...people, text: 'A' }).catch((e) => e); return [e.code, e.reason, e.candidates.length > 1].join()`, "conflict,ambiguous,true")
	expect(p, `const e = await patchbay.match({ ...projects, text: 'Custmer portal (PROJ)' }).catch((e) => e); return [e.code, e.reason, e.suggestions[0]].join()`,
		"not_found,no_match,Customer portal (PROJ)")
	expect(p, `return told(patchbay.ddl({ ...people, input: {} }))`, "PatchbayError invalid_input")
	expect(p, `try { await patchbay.ddl({ operation: 'x' }) } catch (e) { return e.name + ': ' + e.message }`, "TypeError: connector must be given")
}

func cacheInABrowser(t *testing.T, p *tab) {
	p.serve(nil, "")
	eval[bool](p, watched+`window.patchbay = watch(); return true`)
	expect(p, `const [a, b] = await Promise.all([patchbay.ddl(projects), patchbay.ddl({ ...projects })]);
		return [asked.length, a.options === b.options].join()`, "1,true")
	expect(p, `await patchbay.ddl(projects); return asked.length`, 1)
	expect(p, `const now = Date.now; Date.now = () => now() + 61_000;
		const page = await patchbay.ddl(projects); Date.now = now; return [page.options.length, asked.at(-1).slice(0, 3), asked.length].join()`, "3,304,2")
	expect(p, `await patchbay.ddl({ ...projects, refresh: true }); return asked.length + ' ' + asked.at(-1).includes('refresh=true')`, "3 true")
	expect(p, `patchbay.clear(); await patchbay.ddl(projects); return asked.length`, 4)

	// Searches that follow one another closely: the last one counts.
	expect(p, `asked.length = 0;
		const typed = ['m', 'ma', 'mar'].map((search) => told(patchbay.ddl({ ...people, search, debounce: 50 })));
		return [...await Promise.all(typed), String(asked.length)]`, []string{"AbortError aborted", "AbortError aborted", "done", "1"})
	// Who goes does not take the answer from who stays; if all go, the request is given up.
	expect(p, `asked.length = 0; patchbay.clear();
		const one = new AbortController(), two = new AbortController();
		const both = [told(patchbay.ddl({ ...people, signal: one.signal })), told(patchbay.ddl({ ...people, signal: two.signal }))];
		one.abort();
		return [...await Promise.all(both), String(asked.length)]`, []string{"AbortError aborted", "done", "1"})
	expect(p, `asked.length = 0; patchbay.clear(); let given;
		const client = createPatchbay({ getToken, fetch: (url, init) => { given = init.signal; return fetch(url, init); } });
		const gone = new AbortController();
		const asks = told(client.ddl({ ...people, signal: gone.signal }));
		while (!given) await new Promise((go) => setTimeout(go));
		gone.abort();
		return [await asks, given.aborted].join()`, "AbortError aborted,true")
	expect(p, `return told(patchbay.ddl({ ...people, signal: AbortSignal.abort() }))`, "AbortError aborted")
	// No more answers are kept than there is room for.
	expect(p, `let n = 0; const page = new Response('{"result":[]}').text();
		const client = createPatchbay({ token: 'x', fetch: async () => { n++; return new Response(await page, { headers: { 'Cache-Control': 'max-age=60' } }); } });
		for (let i = 0; i < 250; i++) await client.ddl({ ...projects, search: 's' + i });
		await client.ddl({ ...projects, search: 's249' }); await client.ddl({ ...projects, search: 's0' });
		return n`, 251)
	// A list that is still being gathered is shown, and asked for again.
	expect(p, `let n = 0; const seen = [];
		const client = createPatchbay({ token: 'x', fetch: async () => ++n < 3
			? new Response(JSON.stringify({ result: [{ text: 'a', value: n }], building: true }), { headers: { 'Cache-Control': 'no-store', 'Retry-After': '0.001' } })
			: new Response(JSON.stringify({ result: [{ text: 'a', value: 1 }, { text: 'b', value: 2 }] })) });
		const page = await client.ddl({ ...projects, onPreliminary: (page) => seen.push(page.options.length) });
		return [...seen, page.options.length]`, []int{1, 1, 2})
	p.quiet()
}

func callsInABrowser(t *testing.T, p *tab) {
	p.serve(map[string]any{"operations": []string{"jira.*_ddl", "jira.create_issue", "jira.get_issue"}}, "")
	eval[bool](p, watched+`window.patchbay = watch();
		window.create = (input, more) => patchbay.callConnector({ connector: 'jira', version: '9.9', operation: 'create_issue', authId: 'sandbox-jira', input, ...more });
		window.issue = { project_key: 'PROJ', issue_type: 'Task', summary: 'From a page', description: 'By a test.' };
		return true`)
	expect(p, `const { key } = await create(issue);
		const read = await patchbay.callConnector({ connector: 'jira', operation: 'get_issue', authId: 'sandbox-jira', input: { issue_key: key }, effect: 'read' });
		return read.summary ?? read.fields?.summary`, "From a page")
	expect(p, `const one = await create(issue, { idempotencyKey: 'the-same' }); const two = await create(issue, { idempotencyKey: 'the-same' });
		return one.key === two.key`, true)
	expect(p, `const e = await create({ ...issue, summary: undefined, nonsense: 1 }).catch((e) => e);
		return [e instanceof PatchbayError, e instanceof Error, e.code, e.status, e.requestId.slice(0, 4), ...e.faults.map((f) => f.pointer).sort()].map(String)`,
		[]string{"true", "true", "invalid_input", "422", "req_", "/input/nonsense", "/input/summary"})
	for call, want := range map[string]string{
		`{ connector: 'jira', operation: 'delete_issue', authId: 'sandbox-jira', input: { issue_key: 'PROJ-1' } }`:                       "operation_not_allowed",
		`{ connector: 'jira', operation: 'raw_http_request', authId: 'sandbox-jira', input: { method: 'GET', url: { endpoint: '/' } } }`: "operation_not_allowed",
		`{ connector: 'jira', operation: 'create_issue', authId: 'sandbox-jira-oauth2', input: issue }`:                                  "credential_not_allowed",
		`{ connector: 'slack', operation: 'list_channels_ddl', authId: 'sandbox-slack', input: {} }`:                                     "operation_not_allowed",
		`{ connector: 'outreach', operation: 'list_stages_ddl', authId: 'sandbox-outreach', input: {} }`:                                 "operation_not_allowed",
		`{ connector: 'jira', operation: 'list_projects_ddl', authId: 'sandbox-nimchat', input: {} }`:                                    "credential_not_allowed",
	} {
		expect(p, `return told(patchbay.callConnector(`+call+`))`, "PatchbayError forbidden "+want)
	}
	if made := p.app.tokens(); len(made) != 1 {
		t.Errorf("%d tokens were made", len(made))
	}
}

// repeatsInABrowser says what the hub answers, to see what is asked for again.
func repeatsInABrowser(t *testing.T, p *tab) {
	p.serve(nil, "")
	eval[bool](p, watched+`
		window.script = (...answers) => { // each is [status, headers, body], or an error
			window.keys = new Set(); window.tries = 0;
			return createPatchbay({ token: 'x', fetch: async (_, init) => {
				keys.add(init.headers['Idempotency-Key']);
				const answer = answers[Math.min(tries++, answers.length - 1)];
				if (answer instanceof Error) throw answer;
				const [status, headers, body] = answer;
				return new Response(JSON.stringify(body), { status, headers });
			} });
		};
		window.busy = [429, { 'Retry-After': '0' }, { code: 'rate_limited', status: 429, detail: 'slowly', retryable: true }];
		window.late = [429, { 'Retry-After': '60' }, { code: 'rate_limited', status: 429, detail: 'slowly', retryable: true }];
		window.page = [200, {}, { result: [] }];
		window.write = { connector: 'jira', operation: 'create_issue' };
		window.asks = async (client, ask) => [await told(ask(client)), String(tries)];
		return true`)
	tests := []struct{ answers, ask, want, tries string }{
		{`busy, busy, page`, `c.ddl(projects)`, "done", "3"},
		{`busy`, `c.ddl(projects)`, "PatchbayError rate_limited", "4"},
		{`late`, `c.ddl(projects)`, "PatchbayError rate_limited", "1"},
		{`[503, { 'Retry-After': new Date(Date.now() - 1000).toUTCString() }, 'gone'], page`, `c.ddl(projects)`, "done", "2"},
		{`[502, {}, { code: 'upstream_failed', status: 502, retryable: true, retry_after: 0 }], page`, `c.ddl(projects)`, "done", "2"},
		{`[422, {}, { code: 'invalid_input', status: 422, retryable: false }]`, `c.ddl(projects)`, "PatchbayError invalid_input", "1"},
		{`[200, {}, undefined]`, `c.ddl(projects)`, "PatchbayError bad_answer", "1"},
		{`busy, [200, {}, { output: 1 }]`, `c.callConnector(write)`, "PatchbayError rate_limited", "1"},
		{`new TypeError('net')`, `c.callConnector(write)`, "PatchbayError unreachable", "1"},
		{`busy, [200, {}, { output: 1 }]`, `c.callConnector({ ...write, effect: 'read' })`, "done", "2"},
		{`busy, [200, {}, { output: 1 }]`, `c.callConnector({ ...write, operation: 'list_projects_ddl' })`, "done", "2"},
		{`[401, {}, { code: 'unauthenticated', status: 401, reason: 'token_expired' }]`, `c.callConnector(write)`, "PatchbayError unauthenticated token_expired", "1"},
	}
	for _, test := range tests {
		expect(p, `return asks(script(`+test.answers+`), (c) => `+test.ask+`)`, []string{test.want, test.tries})
	}
	expect(p, `const e = await script(late).ddl(projects).catch((e) => e); return [e.retryAfter, e.status, e.message].join()`, "60,429,slowly")
	expect(p, `const c = script([200, {}, { output: 1 }]); await c.callConnector(write); await c.callConnector(write);
		return [...keys].every((key) => /^[0-9a-f]{32}$/.test(key)) && keys.size`, 2)
	// An end of the caller's time ends the pause too.
	expect(p, `const c = script([503, { 'Retry-After': '9' }, {}]); const gone = new AbortController();
		const asks = told(c.ddl({ ...projects, signal: gone.signal }));
		while (!tries) await new Promise((go) => setTimeout(go));
		gone.abort(); return asks`, "AbortError aborted")
	expect(p, `const c = createPatchbay({ token: 'x', timeout: 5, fetch: (_, { signal }) => new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason))) });
		return told(c.ddl(projects))`, "PatchbayError timeout")
	expect(p, `return told(createPatchbay({ getToken: () => Promise.reject(new Error('down')) }).callConnector(write))`, "PatchbayError token_unavailable")
	expect(p, `return told(createPatchbay({ getToken: () => undefined }).callConnector(write))`, "PatchbayError token_unavailable")
	for _, settings := range []string{"", "{ baseUrl: 'https://hub.example' }"} {
		if got := eval[string](p, `try { createPatchbay(`+settings+`) } catch (e) { return e.name }`); got != "TypeError" {
			t.Errorf("createPatchbay(%s): %s", settings, got)
		}
	}
	if slices.Contains(p.app.tokens(), "") {
		t.Error("a token has no id")
	}
	p.quiet()
}
