package main

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/mapping"
)

func dependentByKeyboard(t *testing.T, p *tab) {
	p.example("dependent.html")
	eval[bool](p, ours+`document.querySelectorAll('[depends-on]').forEach((e) => { e.id = e.getAttribute('name') }); return true`)
	p.tabTo("project")
	p.press(kb.Tab, kb.ArrowDown)
	p.until(`focused() === 'issue_type' && note('issue_type') === 'Choose Project first' && !items('issue_type').length`)
	p.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(kb.ModifierShift)))
	p.press(kb.ArrowDown)
	p.until(`active('project') === 0`)
	p.press(kb.Enter, kb.Tab, kb.ArrowDown)
	p.until(`items('issue_type').length > 2 && active('issue_type') === 0`)
	p.press("t", "a", "s")
	p.until(`found('issue_type', 2)`)
	p.press(kb.Enter, kb.Tab, "b", "o", "b")
	p.until(`found('assignee', 1)`)
	p.press(kb.Enter, kb.Tab)
	p.until(`focused() === 'summary' && $('assignee').option.text === 'Bob Iversen'`)

	// Another project: what was chosen of the first is gone, and the lists are those of the other.
	p.do(chromedp.KeyEvent(kb.Tab+kb.Tab+kb.Tab, chromedp.KeyModifiers(kb.ModifierShift)))
	p.press("p", "o", "r")
	p.until(`focused() === 'project' && found('project', 1)`)
	p.press(kb.Enter)
	p.until(`$('project').value === 'PROJ' && $('issue_type').value === '' && $('assignee').value === ''`)
	p.press(kb.Tab, "t", "a", "s", "k")
	p.until(`found('issue_type', 2)`)
	p.press(kb.Enter, kb.Tab, kb.Tab, "O", "n", "e", kb.Enter)
	p.until(`/^Created PROJ-\d+$/.test(document.querySelector('output').value)`)
	p.quiet()
}

func dependentByMouse(t *testing.T, p *tab) {
	p.example("dependent.html")
	eval[bool](p, ours+`document.querySelectorAll('[depends-on]').forEach((e) => { e.id = e.getAttribute('name') }); return true`)
	pick := func(id, text string) {
		t.Helper()
		p.click(inside("#"+id, ".control"))
		p.until(`items('` + id + `').some((item) => item.textContent === '` + text + `')`)
		p.click(`items('` + id + `').find((item) => item.textContent === '` + text + `')`)
		p.until(`input('` + id + `').value === '` + text + `' && !isOpen('` + id + `')`)
	}
	pick("project", "Customer portal (PROJ)")
	pick("issue_type", "Task")
	pick("assignee", "Alice Berg")
	p.click(`document.querySelector('form > button')`)
	p.until(`document.activeElement.id === 'summary'`) // which is still to be filled
	p.shot("dependent")
	p.press("T", "w", "o")
	p.click(`document.querySelector('form > button')`)
	p.until(`/^Created PROJ-\d+$/.test(document.querySelector('output').value)`)
	p.quiet()
}

// mapperPage shows the mapper's example, with names for its rows.
func (p *tab) mapperPage() {
	p.Helper()
	p.example("mapper.html")
	eval[bool](p, ours+`
		window.mapper = $('patchbay-mapper');
		window.row = (label) => [...mapper.shadowRoot.querySelectorAll('.row')].find((row) => row.querySelector('.name').firstChild.data === label);
		window.kind = (label) => row(label).querySelector('select');
		window.choice = (label) => row(label).querySelector('patchbay-select');
		window.text = (label) => choice(label).shadowRoot.querySelector('input');
		window.options = (label) => [...choice(label).shadowRoot.querySelectorAll('li')];
		window.rule = (target) => mapper.value.rules.find((rule) => rule.target === target);
		window.changes = 0; mapper.addEventListener('change', () => changes++);
		return true`)
	p.until(`mapper.shadowRoot.querySelectorAll('.row').length === 12`)
}

// mapping holds that the mapper's value is a mapping, and gives it.
func (p *tab) mapping() gjson.Result {
	p.Helper()
	document := eval[string](p, `return JSON.stringify(mapper.value)`)
	if _, err := mapping.Parse([]byte(document)); err != nil {
		p.Errorf("not a mapping: %v\n%s", err, document)
	}
	return gjson.Parse(document)
}

func mapperByKeyboard(t *testing.T, p *tab) {
	p.mapperPage()
	p.tabTo("patchbay-mapper")
	p.press(kb.Tab, kb.Tab) // past the project, to how the issue type is filled
	p.until(`mapper.shadowRoot.activeElement === kind('Issue type')`)
	p.press(kb.ArrowDown, kb.ArrowDown)
	p.until(`kind('Issue type').value === 'value' && choice('Issue type')`)
	p.press(kb.Tab, kb.ArrowDown)
	p.until(`options('Issue type').length > 3`)
	p.press("b", "u")
	p.until(`found(choice('Issue type'), 1)`)
	p.press(kb.Enter)
	p.until(`rule('issue_type')?.value === choice('Issue type').option?.value`)

	p.press(kb.Tab, kb.Tab, kb.Tab) // past its kind and text, to the fields that can be inserted into the summary
	p.until(`mapper.shadowRoot.activeElement === choice('Summary')`)
	p.press("p", "r", "i", "o", "r", "i", "t", "y")
	p.until(`options('Summary').length > 0 && options('Summary')[0].firstChild.textContent === 'Priority'`)
	p.press(kb.Enter)
	p.until(`rule('summary').template === '[{{ticketId}}] {{title}}{{priority}}'`)
	p.tabTo("button")
	p.press(kb.Enter)
	p.until(`JSON.parse(document.querySelector('output').value).rules.length === 4`)
	document := p.mapping()
	if document.Get("target.operation").String() != "jira.create_issue" || eval[int](p, `return changes`) < 2 {
		t.Errorf("the mapping is %s", document.Raw)
	}
	p.quiet()
}

func mapperByMouse(t *testing.T, p *tab) {
	p.mapperPage()
	turn := func(label, kind string) {
		t.Helper()
		eval[bool](p, `const k = kind('`+label+`'); k.value = '`+kind+`'; k.dispatchEvent(new Event('change', { bubbles: true })); return true`)
	}
	pick := func(label, text string) {
		t.Helper()
		p.click(`choice('` + label + `').shadowRoot.querySelector('.control')`)
		p.until(`options('` + label + `').some((item) => item.firstChild.textContent === '` + text + `')`)
		p.click(`options('` + label + `').find((item) => item.firstChild.textContent === '` + text + `')`)
		p.until(`text('` + label + `').value === '` + text + `'`)
	}
	expect(p, `return [mapper.checkValidity(), mapper.shadowRoot.querySelector('.status').textContent].join()`,
		"false,3 of 12 fields are filled. Still to be filled: Issue type.")
	turn("Issue type", "value")
	pick("Issue type", "Bug")
	turn("Priority", "lookup")
	pick("Priority", "Priority")
	turn("Assignee", "lookup")
	pick("Assignee", "Assigned agent email")
	turn("Components", "value")
	pick("Components", "Billing")
	turn("Due date", "source")
	pick("Due date", "Due date")
	turn("Labels", "template") // not offered: labels are a list of texts, each of which may be one
	expect(p, `return mapper.checkValidity()`, true)
	got := p.mapping().Get("rules")
	want := `[{"target":"project_key","value":"PROJ"},{"target":"summary","template":"[{{ticketId}}] {{title}}"},
		{"target":"description","source":"description"},{"target":"issue_type","value":"10004"},
		{"target":"priority","lookup":{"operation":"jira.list_priorities_ddl","credential":"sandbox-jira","from":"priority"}},
		{"target":"assignee","lookup":{"operation":"jira.list_assignable_users_ddl","credential":"sandbox-jira","from":"assignedAgentEmail","input":{"project_key":{"value":"PROJ"}}}},
		{"target":"components[]","value":"10252"},{"target":"due_date","source":"dueDate"}]`
	sameJSON(t, want, got.Raw)
	eval[bool](p, `scrollTo(0, 0); return true`)
	p.shot("mapper-filled")

	// Another project: its issue types and components are others, and a lookup goes by it.
	pick("Project key", "Operations (OPS)")
	p.until(`!rule('issue_type') && !rule('components[]') && rule('assignee').lookup.input.project_key.value === 'OPS'`)
	// A project that comes from the ticket: there is no list to choose from, but a text can be given.
	turn("Issue type", "value")
	turn("Project key", "source")
	pick("Project key", "Source")
	p.until(`row('Issue type').querySelector('input') && rule('assignee').lookup.input.project_key === 'source'`)
	p.click(`row('Issue type').querySelector('input')`)
	p.press("T", "a", "s", "k", kb.Tab)
	p.until(`rule('issue_type').value === 'Task'`)
	turn("Assignee", "")
	p.until(`!rule('assignee')`)
	p.mapping()
	p.quiet()
}

// mapperKeepsRules gives the mapper what it cannot show.
func mapperKeepsRules(t *testing.T, p *tab) {
	p.mapperPage()
	document := `{"$schema":"https://hub.example/mapping.json","version":1,"name":"Tickets","source":{"operation":"platform.get_ticket"},"rules":[
		{"target":"summary","source":"title","note":"short","when":{"source":"title","exists":true},"transforms":["trim",{"truncate":100}]},
		{"target":"priority","switch":{"on":"priority","cases":{"Urgent":"1"},"default":"3"}},
		{"target":"description","first_of":["description","title"]},
		{"target":"labels[]","value":"helpdesk"},{"target":"labels[]","source":"type"},
		{"target":"custom_fields.customfield_1","source":"ticketId"},
		{"target":"due_date","value":"2026-01-31"}]}`
	expect(p, `mapper.value = `+document+`; await new Promise((go) => setTimeout(go));
		return [kind('Summary').value, kind('Priority').value, kind('Labels').value, row('Priority').querySelector('.kept').textContent].join()`,
		"source,advanced,advanced,A rule of its own; it is kept as it is.")
	sameJSON(t, document, p.mapping().Raw)
	p.click(`choice('Summary').shadowRoot.querySelector('.control')`)
	p.until(`options('Summary').length > 5`)
	p.press("t", "e", "a", "m", " ", "n")
	p.until(`found(choice('Summary'), 1)`)
	p.press(kb.Enter)
	p.until(`rule('summary').source === 'teamName'`)
	after := p.mapping()
	sameJSON(t, `{"target":"summary","source":"teamName","note":"short","when":{"source":"title","exists":true},"transforms":["trim",{"truncate":100}]}`, after.Get("rules.0").Raw)
	if n := after.Get("rules.#").Int(); n != 7 {
		t.Errorf("%d rules are left", n)
	}
	expect(p, `kind('Priority').value = ''; kind('Priority').dispatchEvent(new Event('change', { bubbles: true })); return mapper.value.rules.length`, 6)
	expect(p, `mapper.value = undefined; return mapper.value`, map[string]any{"version": 1.0, "rules": []any{}})
	expect(p, `mapper.value = '{"version":1,"rules":[{"target":"summary","source":"a"}]}'; return mapper.value.rules.length`, 1)
}

func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(want), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// looksOfExamples opens every page of the examples, in light and dark, wide and narrow: nothing is wider than the window,
// and nothing is wrong on the console.
func looksOfExamples(t *testing.T, p *tab) {
	for _, page := range []string{"index", "drop-down", "dependent", "mapper", "tray"} {
		p.example(page + ".html")
		for _, look := range []struct {
			name, scheme  string
			width, height int64
		}{{"", "light", 1000, 800}, {"-dark", "dark", 1000, 800}, {"-narrow", "light", 380, 700}} {
			p.do(chromedp.EmulateViewport(look.width, look.height))
			if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}},
			}); err != nil {
				t.Fatal(err)
			}
			p.until(`[...document.querySelectorAll('patchbay-select, patchbay-mapper')].every((e) => e.matches(':defined') && (e.hidden || e.offsetHeight > 40))`)
			if wide := eval[int](p, `return document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("%s%s is %d pixels wider than the window", page, look.name, wide)
			}
			p.shot(page + look.name)
		}
	}
	p.quiet()
}
