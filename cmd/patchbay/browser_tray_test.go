package main

import "testing"

func trayExample(t *testing.T, p *tab) {
	p.example("tray.html")
	eval[bool](p, ours+`return true`)
	p.until(`!$('external_project').hidden && $('external_issue_type').hidden`)
	pick := func(id, text string) {
		t.Helper()
		p.click(inside("#"+id, ".control"))
		p.until(`items('` + id + `').some((item) => item.textContent === '` + text + `')`)
		p.click(`items('` + id + `').find((item) => item.textContent === '` + text + `')`)
	}
	pick("external_project", "Customer portal (PROJ)")
	p.until(`!$('external_issue_type').hidden && $('external_issue_type').label === 'Issue type' && document.querySelector('button').disabled`)
	pick("external_issue_type", "Bug")
	p.until(`!document.querySelector('button').disabled`)
	p.shot("tray-filled")
	pick("external_project", "Operations (OPS)")
	p.until(`!$('external_issue_type').hidden && $('external_issue_type').value === '' && document.querySelector('button').disabled`)
	pick("external_issue_type", "Task")
	p.until(`!document.querySelector('button').disabled`)
	p.click(`document.querySelector('button')`)
	p.until(`document.querySelector('output').value !== ''`)
	expect(p, `return JSON.parse(document.querySelector('output').value)`, map[string]string{
		"external_jira_authentication": "sandbox-jira", "external_project": "OPS", "external_issue_type": eval[string](p, `return $('external_issue_type').value`),
	})
	p.quiet()
}

// wizardry plays scripts on slots: window.errors has what went wrong.
const wizardry = watched + `window.hub = watch();
	window.play = async (slots, scripts) => {
		window.errors = [];
		window.wizard = createWizard(hub, { slots, env: { fruit: 'apple' }, onError: (error, id) => errors.push(id + ': ' + (error.code ?? error.message)) });
		for (const [id, script] of Object.entries(scripts)) wizard.run(id, script);
		await wizard.mount();
	};
	return true`

// trayScripts runs scripts with the habits of those that are about, as they stand.
func trayScripts(t *testing.T, p *tab) {
	p.serve(nil, "")
	eval[bool](p, wizardry)

	// Globals without a declaration, what a call gives, and what it gives where it fails.
	expect(p, `await play([{ externalId: 'auth', kind: 'auth', value: 'sandbox-jira' }, { externalId: 'one' }, { externalId: 'two' }, { externalId: 'plain', value: 1 }], {
			one: "AUTHID = 'auth'; tray.on('CONFIG_SLOT_MOUNT', async ({ event, previousWizardState, previousSlotState }) => { if (event.data.externalId !== tray.env.slotExternalId) return;"
				+ "result = await tray.callConnector({ connector: 'jira', version: '8.4', operation: 'list_projects_ddl', authId: previousWizardState.values[AUTHID], input: {} });"
				+ "return { ...previousSlotState, status: 'VISIBLE', value: [typeof result, JSON.parse(result).result.length, tray.env.fruit, event.type, event.data.status] }; });",
			two: "tray.on('CONFIG_SLOT_MOUNT', async ({ event }) => { if (event.data.externalId !== tray.env.slotExternalId) return;"
				+ "await tray.callConnector({ connector: 'jira', version: '1', operation: 'list_nothing_ddl', authId: 'sandbox-jira', input: {} }); });",
		});
		return [JSON.stringify(wizard.values.one), ...errors, wizard.state('two').status, wizard.state('plain').status, String(wizard.valid)]`,
		[]string{`["string",3,"apple","CONFIG_SLOT_MOUNT","LOADING"]`, "two: forbidden", "LOADING", "VISIBLE", "false"})

	// A check of an account: an error keeps the wizard where it is, and is taken away when the account is good.
	expect(p, `const check = "tray.on('CONFIG_SLOT_MOUNT', ({ event }) => { if (event.data.externalId !== tray.env.slotExternalId) return;"
				+ "return { ...event.data, status: 'LOADING', value: undefined, validation: { status: 'ERROR', message: 'waits' } }; });"
				+ "tray.on('AUTH_SLOT_VALUE_CHANGED', ({ event }) => { if (event.data.value === undefined) return; return { ...event.data, status: 'LOADING', value: undefined, validation: { status: 'ERROR', message: 'waits' } }; });"
				+ "tray.on('CONFIG_SLOT_VALUE_CHANGED', async ({ event, previousWizardState }) => { if (event.data.externalId !== tray.env.slotExternalId || event.data.value !== undefined) return;"
				+ "let validation; try { await tray.callConnector({ connector: 'jira', version: '1', operation: 'list_projects_ddl', authId: previousWizardState.values.auth, input: {} }) }"
				+ "catch (error) { validation = { status: 'ERROR', message: 'no access' } } return { ...event.data, status: 'VISIBLE', value: {}, validation }; });";
		await play([{ externalId: 'auth', kind: 'auth', value: 'sandbox-slack' }, { externalId: 'check' }], { check });
		const before = [wizard.state('check').validation.message, wizard.valid];
		await wizard.setValue('auth', 'sandbox-jira');
		return [...before, wizard.valid, wizard.state('check').externalId, wizard.state('check').status, ...errors].join()`,
		"no access,false,true,check,VISIBLE")

	expect(p, `installTray(hub, { slots: [{ externalId: 'only' }], env: { x: 1 } });
		return [typeof tray.on, tray.env.slotExternalId, tray.env.x, typeof await tray.callConnector({ ...projects, authId: 'sandbox-jira', input: {} })].join()`, "function,only,1,string")
}

// traySlots has slots that depend on one another.
func traySlots(t *testing.T, p *tab) {
	p.serve(nil, "")
	eval[bool](p, wizardry)

	// What is fetched for an older choice comes late, and is dropped.
	expect(p, `const waiting = []; window.fetchFor = (choice) => new Promise((give) => waiting.push(() => give(choice)));
		const follow = "tray.on('CONFIG_SLOT_MOUNT', ({ event }) => event.data.externalId === 'second' ? { ...event.data, status: 'HIDDEN' } : undefined);"
			+ "tray.on('CONFIG_SLOT_VALUE_CHANGED', ({ event, previousSlotState }) => { if (event.data.externalId === 'first') return { ...previousSlotState, status: 'LOADING', value: undefined }; });"
			+ "tray.on('CONFIG_SLOT_STATUS_CHANGED', async ({ event, previousWizardState }) => { if (event.data.externalId !== 'second' || event.data.status !== 'LOADING') return;"
			+ "return { ...event.data, status: 'VISIBLE', jsonSchema: { of: await fetchFor(previousWizardState.values.first) } }; });";
		await play([{ externalId: 'first' }, { externalId: 'second' }], { second: follow });
		const changes = [wizard.setValue('first', 'A'), wizard.setValue('first', 'B')];
		while (waiting.length < 2) await new Promise((go) => setTimeout(go));
		waiting[1](); waiting[0]();
		await Promise.all(changes);
		await wizard.setValue('first', 'B'); // which it is already
		return [wizard.state('second').jsonSchema.of, wizard.state('second').status, waiting.length, ...errors].join()`, "B,VISIBLE,2")

	// Two slots that change each other for ever are stopped.
	expect(p, `const loop = (other) => "tray.on('CONFIG_SLOT_VALUE_CHANGED', ({ event, previousSlotState }) => event.data.externalId === '" + other + "' ? { ...previousSlotState, value: (previousSlotState.value || 0) + 1 } : undefined)";
		await play([{ externalId: 'a' }, { externalId: 'b' }], { a: loop('b'), b: loop('a') });
		await wizard.setValue('a', 1);
		return errors`, []string{"b: b: the events go round in circles"})

	// What a script changes in what it was given changes nothing.
	expect(p, `await play([{ externalId: 'a', value: { n: 1 } }], { a: "tray.on('CONFIG_SLOT_MOUNT', ({ event, previousWizardState }) => { event.data.value.n = 9; previousWizardState.values.a.n = 9 })" });
		return wizard.values.a.n`, 1)
	p.quiet()
}
